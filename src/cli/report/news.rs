//! What happens while services run: the little that must be said, and the rest with `-v`.

use super::Scope;
use super::sentence::{Args, print, sentence};
use crate::engine::{Teller, Telling};
use crate::model::{End, ReadyBy, ServiceId, Signal};
use crate::plan::{Facts, Plan};
use crate::supervisor::News;
use crate::text::{Quoted, Show};

/// Tells people on standard error.
pub struct Reporter {
    /// Whether what goes well is told, too.
    pub is_verbose: bool,
    /// Whether everything is being stopped: then an end is what was asked for.
    pub is_stopping: bool,
}

impl Teller for Reporter {
    fn tell(&mut self, plan: &Plan<'_>, telling: Telling) {
        match telling {
            Telling::News(news) => self.news(plan, news),
            Telling::Survived(failure) => super::survived(plan, failure),
            Telling::Failure(failure) => super::failure(plan, &Facts::default(), failure),
            Telling::Detail(_) => {}
            Telling::InitKilled(end) => tell(plan, None, &end, 0, init_killed(end)),
            Telling::PreStopFailed(id, end) => {
                tell(plan, Some(id), &end, 0, sentence!("the pre-stop command of {s} {t}"));
            }
            Telling::NotPassedOn(errno) => tell(
                plan,
                None,
                &errno,
                0,
                sentence!(
                    "a message for the manager at NOTIFY_SOCKET: {t}, going on without it",
                    why: "nobody listens there, or it does not read"
                ),
            ),
            Telling::StatusLost(id) => tell(
                plan,
                Some(id),
                &"",
                0,
                sentence!(
                    "the exit status of {s} is lost",
                    why: "the kernel reaped it and did not tell (PIDFD_GET_INFO was refused)"
                ),
            ),
        }
    }
}

/// Tells one sentence about a service, with one thing in it and one number.
fn tell(plan: &Plan<'_>, id: Option<ServiceId>, text: &dyn Show, number: u32, sentence: &str) {
    let said = name(plan, id);
    print(&Scope(plan.mode), sentence, &Args { said, text, a: i64::from(number), ..Args::NONE });
}

/// A service's name.
fn name<'a>(plan: &Plan<'a>, id: Option<ServiceId>) -> &'a [u8] {
    let service = id.and_then(|id| plan.service(id));
    service.map_or(b"".as_slice(), |service| service.name.bytes())
}

impl Reporter {
    fn news(&mut self, plan: &Plan<'_>, news: News) {
        match news {
            News::Started { id } if self.is_verbose => {
                tell(plan, Some(id), &"", 0, sentence!("{s} started"));
            }
            News::Ended { id, end } if self.is_verbose || self.is_trouble(plan, id, end) => {
                tell(plan, Some(id), &end, 0, sentence!("{s} {t}"));
            }
            News::Stopping => {
                self.is_stopping = true;
                if self.is_verbose {
                    tell(plan, None, &"", 0, sentence!("stopping"));
                }
            }
            News::Restarting { id, delay, attempt } => {
                let words = sentence!("{s} starts again in {t} (restart {a})");
                tell(plan, Some(id), &delay.rounded(), attempt, words);
            }
            News::GaveUp { id, restarts, window } => {
                let words = sentence!(
                    "{s} gave up: the end after restart {a} within {t} was one too many",
                    try: "restart-limit and restart-window, when that is too soon"
                );
                tell(plan, Some(id), &window, restarts, words);
            }
            News::CannotStart { id, needs } => {
                let needs = Quoted(name(plan, Some(needs)));
                tell(plan, Some(id), &needs, 0, sentence!("{s} cannot start: it needs {t}"));
            }
            News::Killed { id } => {
                let words = sentence!("{s} did not stop within its grace and was killed");
                tell(plan, Some(id), &"", 0, words);
            }
            News::NotReady { id, within } => {
                let words = sentence!("{s} was not ready within {t}, and is stopped");
                tell(plan, Some(id), &within, 0, words);
            }
            News::PreStopKilled { id } => {
                let words = sentence!(
                    "the pre-stop command of {s} did not end within the grace and was killed"
                );
                tell(plan, Some(id), &"", 0, words);
            }
            News::Ready { id } if self.is_verbose && waits_for_ready(plan, id) => {
                tell(plan, Some(id), &"", 0, sentence!("{s} is ready"));
            }
            News::Started { .. }
            | News::Ready { .. }
            | News::NotStarted { .. }
            | News::Ended { .. } => {}
        }
    }

    /// Whether an end is to be told without being asked: a failure that nobody asked for, and that
    /// is not our own exit code.
    fn is_trouble(&self, plan: &Plan<'_>, id: ServiceId, end: End) -> bool {
        let policy = plan.service(id).map(|service| service.policy).unwrap_or_default();
        !policy.is_success(end) && !policy.is_main && !self.is_stopping
    }
}

/// Whether readiness is something else than running.
fn waits_for_ready(plan: &Plan<'_>, id: ServiceId) -> bool {
    plan.service(id).is_some_and(|service| service.policy.ready_by != ReadyBy::Running)
}

/// PID 1 was killed from outside, or somebody inside called reboot(2): the kernel ends a PID
/// namespace with HUP for a restart, with INT for halt and power-off (reboot(2)).
fn init_killed(end: End) -> &'static str {
    match end {
        End::Signaled(Signal::HUP) => sentence!("somebody inside called reboot(2) to restart"),
        End::Signaled(Signal::INT) => sentence!("somebody inside called reboot(2) to power off"),
        End::Signaled(_) | End::Exited(_) => sentence!("PID 1 inside was {t}"),
    }
}
