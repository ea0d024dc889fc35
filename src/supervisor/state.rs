//! One service: the states of its life, what can happen to it, and what has to be done about it.
//!
//! ```text
//!           Go              Started               Ended, to be started again
//! waiting -------> starting -------> running -------------------------------> backoff
//!    ^                |               |   `---------------------> ended          |
//!    |           Stop |          Stop |       Ended, for good                    |
//!    |                |               v                                          |
//!    |                |            leaving   (a pause or command before that)    |
//!    |                v               v                                          |
//!    |             recalled -----> stopping -----------------> stopped           |
//!    |                     Started             Ended                             |
//!    `---------------------------------------------------------------------------'
//!      the pause is over, or an order to start (from wherever there is no process)
//! ```
//!
//! Data that only makes sense in one state lives in that variant, so nobody can read a deadline of
//! a service that has none. What moves a service from state to state does not belong here: that is
//! `step`.

use crate::model::SignalSet;
use crate::model::{End, Helper, Moment, Policy, ServiceId, Signal, Span, Word, code};

/// What the last run of a service came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was none.
    Unstarted,
    /// It could not be started: 125, 126 or 127.
    NotStarted(u8),
    /// Its process ended.
    End(End),
    /// It was not ready in time, and stopped for that.
    NotReady,
    /// It was silent for longer than its watchdog allows, and stopped for that.
    Hung,
    /// It was not tried again: it ended too often, or what it needs will never be ready.
    GaveUp,
}

impl Outcome {
    /// Whether the process ended in a way that counts as success.
    pub fn is_success(self, policy: &Policy) -> bool {
        match self {
            Self::End(end) => policy.is_success(end),
            Self::Unstarted | Self::NotStarted(_) | Self::NotReady => false,
            Self::Hung | Self::GaveUp => false,
        }
    }

    /// The end that says it. What was stopped before it ran counts as ended by the signal that
    /// `asked` for the stop, as it would have been a moment later.
    pub const fn end(self, asked: Signal) -> End {
        match self {
            Self::Unstarted => End::Signaled(asked),
            Self::NotStarted(code) => End::Exited(code),
            Self::End(end) => end,
            Self::NotReady | Self::Hung | Self::GaveUp => End::Exited(code::GAVE_UP),
        }
    }
}

/// What becomes of a service that has been told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It stays stopped.
    Stay,
    /// It is started again at once.
    Start,
    /// It was not ready in time: it has failed, and its policy says what follows.
    Fail,
    /// It has run from `since` on and fell silent: it has failed likewise.
    Hang { since: Moment },
    /// It said that it stops by itself, and its policy says what follows.
    Own { since: Moment, was_ready: bool, asked: SignalSet },
}

impl Then {
    /// The same when this signal has been forwarded, too: an end by it was asked for.
    pub const fn asked_also(self, signal: Signal) -> Self {
        match self {
            Self::Own { since, was_ready, asked } if Word::HEARD => {
                Self::Own { since, was_ready, asked: asked.with(signal) }
            }
            Self::Stay | Self::Start | Self::Fail | Self::Hang { .. } | Self::Own { .. } => self,
        }
    }

    /// Whether one that stops may have more time for it: not where it has failed.
    pub const fn is_patient(self) -> bool {
        match self {
            Self::Stay | Self::Start | Self::Own { .. } => true,
            Self::Fail | Self::Hang { .. } => false,
        }
    }
}

/// Whether a service that runs is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is.
    Ready,
    /// It is, and the command runs that has it read its configuration again, until `by`.
    Reloading { by: Option<Moment> },
    /// It is not yet, and has failed when `by` comes.
    Awaited { by: Option<Moment>, check: Check },
}

/// How long a service that is ready may be silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// The longest silence.
    pub every: Option<Span>,
    /// When it has lasted that long; nothing before the service is ready.
    pub by: Option<Moment>,
}

impl Watch {
    /// Nothing is expected yet.
    pub const fn unarmed(every: Option<Span>) -> Self {
        Self { every, by: None }
    }

    /// Its next word is expected from now on.
    pub fn armed(self, now: Moment) -> Self {
        Self { by: self.every.map(|every| now.after(every)), ..self }
    }
}

/// The command that is run until it succeeds, because then the service is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// There is none: the service says it itself.
    None,
    /// It runs; should it fail, it is run again after this pause.
    Underway { pause: Span },
    /// It is run again at this moment, after this pause.
    Next { at: Moment, pause: Span },
}

/// Where a service is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits until everything it is `after` is ready.
    Waiting { last: Outcome },
    /// Its start was asked for; its process does not execute the command yet.
    Starting { last: Outcome },
    /// As `Starting`, but told to stop meanwhile: the stop signal follows when the command runs.
    Recalled { kill_at: Option<Moment>, then: Then },
    /// Its process executes the command; the `asked` signals were forwarded to it.
    Running { since: Moment, readiness: Readiness, watch: Watch, asked: SignalSet },
    /// It ended, and is started again when the pause is over.
    Backoff { until: Moment, last: Outcome },
    /// It has to stop, and runs on until `until`, or until the command before its stop has ended.
    Leaving { until: Option<Moment>, has_command: bool, then: Then },
    /// It was sent its stop signal; `kill_at` is the end of its grace, if there is one ahead.
    Stopping { kill_at: Option<Moment>, then: Then },
    /// It ended by itself and is not started again. Ready if it was, and did what it was there for.
    Ended { last: Outcome, is_ready: bool },
    /// It was stopped, and stays so until somebody orders otherwise.
    Stopped { last: Outcome },
}

/// What can happen to one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Everything it is `after` is ready.
    Go,
    /// This service, which it is `after`, will never be ready.
    Hopeless(ServiceId),
    /// Its process executes the command.
    Started,
    /// It said that it is ready.
    Ready,
    /// It could not be started.
    NotStarted(u8),
    /// Its process ended.
    Ended(End),
    /// It said this about itself.
    Said(Word),
    /// An operator wants it to read its configuration again.
    Reload,
    /// The command beside it ended; that of its readiness in vain.
    Helped,
    /// This signal is meant for it.
    Forward(Signal),
    /// An operator sends this signal to its process.
    Signal(Signal),
    /// It has to stop.
    Stop,
    /// It has to stop, if it runs, and to start.
    Restart,
    /// Time passed.
    Tick,
}

/// What has to be done about one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Act {
    /// Nothing.
    Nothing,
    /// Start it.
    Start,
    /// Start the command beside it.
    Help(Helper),
    /// Send this signal to its process.
    Signal(Signal),
    /// Ask its process by this signal to end.
    Stop(Signal),
    /// Pass this signal, which came for us, on to its process.
    Forward(Signal),
    /// Its grace is over: kill all of it.
    Kill,
    /// It has ended: kill what it left behind.
    Clean,
    /// Keep this signal until the command runs.
    Keep(Signal),
}

impl State {
    /// How every service begins.
    pub const FIRST: Self = Self::Waiting { last: Outcome::Unstarted };

    /// Whether it has a process, or one is being made.
    pub const fn has_process(&self) -> bool {
        match self {
            Self::Starting { .. } | Self::Recalled { .. } => true,
            Self::Running { .. } | Self::Leaving { .. } | Self::Stopping { .. } => true,
            Self::Waiting { .. } | Self::Backoff { .. } => false,
            Self::Ended { .. } | Self::Stopped { .. } => false,
        }
    }

    /// Whether it waits for what it is `after`.
    pub const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting { .. })
    }

    /// Whether it has a process that was told to stop, or will be as soon as it can hear.
    /// One that stops by itself was not told.
    pub const fn is_told(&self) -> bool {
        matches!(self, Self::Recalled { .. } | Self::Leaving { .. } | Self::Stopping { .. })
            && !self.is_leaving_by_itself()
    }

    /// Whether somebody has ordered its end, which is no failure then.
    pub const fn is_ordered_to_end(&self) -> bool {
        match self {
            Self::Recalled { then, .. }
            | Self::Leaving { then, .. }
            | Self::Stopping { then, .. } => matches!(then, Then::Stay | Then::Start),
            Self::Waiting { .. } | Self::Starting { .. } | Self::Running { .. } => false,
            Self::Backoff { .. } | Self::Ended { .. } | Self::Stopped { .. } => false,
        }
    }

    /// Whether it said that it stops by itself.
    pub const fn is_leaving_by_itself(&self) -> bool {
        matches!(self, Self::Stopping { then: Then::Own { .. }, .. })
    }

    /// Whether the command runs that has it read its configuration again.
    pub const fn is_reloading(&self) -> bool {
        matches!(self, Self::Running { readiness: Readiness::Reloading { .. }, .. })
    }

    /// Whether something still comes before its stop signal.
    pub const fn is_leaving(&self) -> bool {
        matches!(self, Self::Leaving { .. })
    }

    /// The command that is run beside it.
    pub const fn helper(&self) -> Option<Helper> {
        match self {
            Self::Running { readiness: Readiness::Awaited { check, .. }, .. } => match check {
                Check::Underway { .. } => Some(Helper::Check),
                Check::None | Check::Next { .. } => None,
            },
            Self::Running { readiness: Readiness::Reloading { .. }, .. } => Some(Helper::Reload),
            Self::Leaving { has_command: true, .. } => Some(Helper::PreStop),
            Self::Waiting { .. } | Self::Starting { .. } | Self::Recalled { .. } => None,
            Self::Running { .. } | Self::Backoff { .. } | Self::Leaving { .. } => None,
            Self::Stopping { .. } | Self::Ended { .. } | Self::Stopped { .. } => None,
        }
    }

    /// Whether it has no process and gets none unless somebody orders it.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Ended { .. } | Self::Stopped { .. })
    }

    /// Whether those that are `after` it may start.
    pub const fn is_ready(&self) -> bool {
        matches!(
            self,
            Self::Running { readiness: Readiness::Ready | Readiness::Reloading { .. }, .. }
                | Self::Ended { is_ready: true, .. }
        )
    }

    /// Whether those that are `after` it wait in vain. A stopped one may be ordered back.
    pub const fn is_hopeless(&self) -> bool {
        matches!(self, Self::Ended { is_ready: false, .. })
    }

    /// What its last run came to; of one that still goes on, nothing is known.
    pub const fn last(&self) -> Outcome {
        match self {
            Self::Waiting { last } | Self::Starting { last } | Self::Backoff { last, .. } => *last,
            Self::Ended { last, .. } | Self::Stopped { last } => *last,
            Self::Recalled { .. } | Self::Running { .. } => Outcome::Unstarted,
            Self::Leaving { .. } | Self::Stopping { .. } => Outcome::Unstarted,
        }
    }

    /// When time alone moves it.
    pub fn deadline(&self) -> Option<Moment> {
        match self {
            Self::Backoff { until, .. } => Some(*until),
            Self::Recalled { kill_at, .. } | Self::Stopping { kill_at, .. } => *kill_at,
            Self::Running { readiness: Readiness::Awaited { by, check }, .. } => match (*by, check)
            {
                (Some(by), Check::Next { at, .. }) if by <= *at => Some(by),
                (_, Check::Next { at, .. }) => Some(*at),
                (by, Check::None | Check::Underway { .. }) => by,
            },
            Self::Running { readiness: Readiness::Reloading { by }, watch, .. } => {
                by.iter().chain(&watch.by).min().copied()
            }
            Self::Running { watch, .. } => watch.by,
            Self::Leaving { until, .. } => *until,
            Self::Waiting { .. } | Self::Starting { .. } => None,
            Self::Ended { .. } | Self::Stopped { .. } => None,
        }
    }
}
