//! What happens while services run: the little that must be said, and the rest with `-v`.

use super::Message;
use crate::engine::{Teller, Telling};
use crate::model::{End, ServiceId, Signal};
use crate::plan::{Facts, Plan};
use crate::supervisor::News;
use crate::text::Quoted;

/// Tells people on standard error.
pub struct Reporter {
    /// Whether what goes well is told, too.
    pub is_verbose: bool,
}

impl Teller for Reporter {
    fn tell(&mut self, plan: &Plan<'_>, telling: Telling) {
        match telling {
            Telling::News(news) => self.news(plan, news),
            Telling::Failure(failure) => super::failure(plan, &Facts::default(), failure),
            Telling::InitKilled(end) => init_killed(plan, end),
            Telling::StatusLost(id) => {
                let scope = plan.mode.scope();
                let mut message = Message::new(format_args!(
                    "{scope}: the exit status of {} is lost",
                    name(plan, id)
                ));
                message.why(format_args!(
                    "the kernel reaped it and did not tell (PIDFD_GET_INFO was refused)"
                ));
            }
        }
    }
}

/// A service's name in quotes.
fn name<'a>(plan: &Plan<'a>, id: ServiceId) -> Quoted<'a> {
    Quoted(plan.services.get(id.index()).map_or(b"".as_slice(), |service| service.name.bytes()))
}

impl Reporter {
    fn news(&self, plan: &Plan<'_>, news: News) {
        let scope = plan.mode.scope();
        match news {
            News::Started { id } if self.is_verbose => {
                drop(Message::new(format_args!("{scope}: {} started", name(plan, id))));
            }
            News::Ended { id, end } if self.is_verbose => {
                drop(Message::new(format_args!("{scope}: {} {end}", name(plan, id))));
            }
            News::Stopping if self.is_verbose => {
                drop(Message::new(format_args!("{scope}: stopping")));
            }
            News::Ended { id, end } if !end.is_success() && !is_main(plan, id) => {
                drop(Message::new(format_args!("{scope}: {} {end}", name(plan, id))));
            }
            News::Restarting { id, delay, attempt } => {
                drop(Message::new(format_args!(
                    "{scope}: {} starts again in {delay} (restart {attempt})",
                    name(plan, id)
                )));
            }
            News::GaveUp { id, restarts, window } => {
                let mut message = Message::new(format_args!(
                    "{scope}: {} gave up after {restarts} restarts within {window}",
                    name(plan, id)
                ));
                message.remedy(format_args!(
                    "restart-limit and restart-window, when that is too soon"
                ));
            }
            News::CannotStart { id, needs } => {
                drop(Message::new(format_args!(
                    "{scope}: {} cannot start: it needs {}",
                    name(plan, id),
                    name(plan, needs)
                )));
            }
            News::Killed { id } => {
                drop(Message::new(format_args!(
                    "{scope}: {} did not stop within its grace and was killed",
                    name(plan, id)
                )));
            }
            News::Started { .. }
            | News::Ready { .. }
            | News::NotStarted { .. }
            | News::Ended { .. }
            | News::Stopping => {}
        }
    }
}

/// Whether a service's end is told by our own exit code.
fn is_main(plan: &Plan<'_>, id: ServiceId) -> bool {
    plan.services.get(id.index()).is_some_and(|service| service.policy.is_main)
}

/// PID 1 was killed from outside, or somebody inside called reboot(2): the kernel ends a PID
/// namespace with HUP for a restart, with INT for halt and power-off (reboot(2)).
fn init_killed(plan: &Plan<'_>, end: End) {
    let scope = plan.mode.scope();
    match end {
        End::Signaled(Signal::HUP) => {
            drop(Message::new(format_args!(
                "{scope}: somebody inside called reboot(2) to restart"
            )));
        }
        End::Signaled(Signal::INT) => {
            drop(Message::new(format_args!(
                "{scope}: somebody inside called reboot(2) to power off"
            )));
        }
        End::Signaled(_) | End::Exited(_) => {
            drop(Message::new(format_args!("{scope}: PID 1 inside was {end}")));
        }
    }
}
