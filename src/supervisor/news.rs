//! What people and programs may want to know of a supervisor's day.
//!
//! News are made where the state of a service changes, of nothing but the change: what the table
//! does and what is told of it cannot drift apart. They are told in the order of cause and effect:
//! what happened, then (after what has to be done about it) what follows.
//!
//! Words do not belong here: they are made in the cli, from this.

use core::mem::discriminant;

use super::service::Service;
use super::state::{Input, Outcome, State, Then};
use crate::model::{End, Moment, ReloadBy, ServiceId, Short, Span, Word};

/// Something that people and programs may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The service runs.
    Started {
        /// The service.
        id: ServiceId,
    },
    /// The service is ready.
    Ready {
        /// The service.
        id: ServiceId,
    },
    /// The service was not ready in time, and is stopped.
    NotReady {
        /// The service.
        id: ServiceId,
        /// The time it had.
        within: Span,
    },
    /// The service was silent for too long, or said that it hangs, and is ended.
    Hung {
        /// The service.
        id: ServiceId,
        /// How long it may be silent; nothing where it said so itself.
        within: Option<Short>,
    },
    /// The service said that it stops by itself.
    Leaves {
        /// The service.
        id: ServiceId,
    },
    /// The service's command before its stop did not end within its grace, and was killed.
    PreStopKilled {
        /// The service.
        id: ServiceId,
    },
    /// The command that has the service read its configuration again did not end in time, and was
    /// killed.
    ReloadKilled {
        /// The service.
        id: ServiceId,
        /// The time.
        within: Span,
    },
    /// The service could not be started.
    NotStarted {
        /// The service.
        id: ServiceId,
        /// 125, 126 or 127.
        code: u8,
    },
    /// The service's process ended.
    Ended {
        /// The service.
        id: ServiceId,
        /// How.
        end: End,
        /// Whether somebody had ordered that.
        is_ordered: bool,
    },
    /// The service will be started again.
    Restarting {
        /// The service.
        id: ServiceId,
        /// The pause before that.
        delay: Span,
        /// 1 for the first restart of a row.
        attempt: u32,
    },
    /// The service ended once more than its limit allows, and stays so.
    GaveUp {
        /// The service.
        id: ServiceId,
        /// Restarts that were allowed, and made,
        restarts: u32,
        /// within this window.
        window: Span,
    },
    /// The service can never start: another one that it is `after` will not be ready.
    CannotStart {
        /// The service.
        id: ServiceId,
        /// The one it needs.
        needs: ServiceId,
    },
    /// The service did not stop within its grace, and was killed.
    Killed {
        /// The service.
        id: ServiceId,
    },
    /// Everything is being stopped.
    Stopping,
}

impl News {
    /// The service it is about.
    pub const fn service(self) -> Option<ServiceId> {
        match self {
            Self::Started { id } | Self::Ready { id } | Self::NotReady { id, .. } => Some(id),
            Self::Hung { id, .. } | Self::Leaves { id } => Some(id),
            Self::PreStopKilled { id } | Self::ReloadKilled { id, .. } => Some(id),
            Self::NotStarted { id, .. } => Some(id),
            Self::Ended { id, .. } | Self::Restarting { id, .. } | Self::GaveUp { id, .. } => {
                Some(id)
            }
            Self::CannotStart { id, .. } | Self::Killed { id } => Some(id),
            Self::Stopping => None,
        }
    }

    /// What happened: the `cause`, as far as it was news to a service that was in state `before`.
    pub(super) fn of_cause(id: ServiceId, before: State, cause: Input) -> Option<Self> {
        if !before.has_process() {
            return None;
        }
        match cause {
            Input::Started => Some(Self::Started { id }),
            Input::Ready if before.is_ready() || before.is_told() => None,
            Input::Ready if before.is_leaving_by_itself() => None,
            Input::Ready => Some(Self::Ready { id }),
            Input::NotStarted(code) => Some(Self::NotStarted { id, code }),
            Input::Ended(end) => {
                Some(Self::Ended { id, end, is_ordered: before.is_ordered_to_end() })
            }
            Input::Go | Input::Helped | Input::Hopeless(_) | Input::Forward(_) => None,
            Input::Said(_) | Input::Reload => None,
            Input::Signal(_) | Input::Stop | Input::Restart | Input::Tick => None,
        }
    }

    /// What follows: how `cause` moved the `service`, as far as that is not said by the cause.
    pub(super) fn of_effect(
        id: ServiceId,
        service: &Service<'_>,
        before: State,
        cause: Input,
        now: Moment,
    ) -> Option<Self> {
        // All that news are made of; the rest of a state may change without any.
        let is_where_it_was = discriminant(&service.state) == discriminant(&before)
            && service.state.is_reloading() == before.is_reloading();
        if is_where_it_was && service.state.deadline() == before.deadline() {
            return None;
        }
        let is_time = matches!(cause, Input::Tick);
        let is_leave = matches!(cause, Input::Said(Word::Leaves));
        match service.state {
            State::Backoff { until, .. } => {
                let attempt = service.restarts.row();
                Some(Self::Restarting { id, delay: until.since(now), attempt })
            }
            State::Ended { last: Outcome::GaveUp, .. } => {
                if let Input::Hopeless(needs) = cause {
                    return Some(Self::CannotStart { id, needs });
                }
                let (restarts, window) = (service.policy.limit, service.policy.window);
                Some(Self::GaveUp { id, restarts, window })
            }
            State::Stopping { then: Then::Hang { .. }, .. } if Word::HEARD && !before.is_told() => {
                let within = match (before, cause) {
                    (State::Running { watch, .. }, Input::Tick) => watch.every.map(Short::new),
                    (_, _) => None,
                };
                Some(Self::Hung { id, within })
            }
            State::Stopping { then: Then::Own { .. }, .. } if Word::HEARD && is_leave => {
                Some(Self::Leaves { id })
            }
            State::Stopping { then: Then::Fail, .. } if is_time && !before.is_told() => {
                let within = service.policy.start_timeout.unwrap_or_default();
                Some(Self::NotReady { id, within })
            }
            State::Stopping { .. } if is_time && before.is_leaving() => {
                before.helper().map(|_| Self::PreStopKilled { id })
            }
            // Time moves what is told to stop in one way only.
            State::Recalled { .. } | State::Stopping { .. } if is_time => Some(Self::Killed { id }),
            State::Waiting { .. } | State::Starting { .. } | State::Recalled { .. } => None,
            State::Running { .. } if Word::HEARD && is_time && before.is_reloading() => {
                match service.policy.reload {
                    ReloadBy::Command { within: Some(within) } => {
                        Some(Self::ReloadKilled { id, within })
                    }
                    ReloadBy::Command { within: None } => None,
                    ReloadBy::Nothing | ReloadBy::Signal(_) => None,
                }
            }
            State::Running { .. } | State::Leaving { .. } | State::Stopping { .. } => None,
            State::Ended { .. } | State::Stopped { .. } => None,
        }
    }
}
