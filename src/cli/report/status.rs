//! What happens, for a program: an object a line, at the descriptor of `json-status-fd`.
//!
//! PID 1 does not wait for whoever reads there: a line finds room as a whole or is left out, and
//! the next one that does says how many were. At the end, when nothing waits for us any more, the
//! last word is given a moment; what nobody has read by then is told to people.

use crate::cli::out::Out;
use crate::engine::{Detail, Telling};
use crate::model::{End, Errno, ServiceId, Span};
use crate::plan::Plan;
use crate::supervisor::News;
use crate::text::json::Text;
use crate::text::put;

/// How long the last word waits for room. A reader that does anything else meanwhile is back by
/// then, and one that hangs makes nobody wait for long.
const PATIENCE: Span = Span::from_s(1);

/// Where a program is told.
pub(super) struct Status {
    number: i32,
    /// Lines that found no room.
    lost: u32,
}

impl Status {
    pub const fn new(number: u16) -> Self {
        Self { number: number as i32, lost: 0 }
    }

    /// Tells one thing, if it is one for programs.
    #[inline(never)] // its buffer would lie in the frame of each telling
    pub fn tell(&mut self, plan: &Plan<'_>, telling: &Telling) {
        let Some((event, id)) = event(telling) else { return };
        let trouble = self.put(Span::ZERO, &|out| {
            put!(out, "{\"event\":\"", event, "\"");
            if let Some(service) = id.and_then(|id| plan.service(id)) {
                put!(out, ",\"service\":", Text(&service.name));
            }
            more(telling, out);
            put!(out, "}\n");
        });
        self.lost = self.lost.saturating_add(u32::from(trouble.is_some()));
    }

    /// Tells that everything is over, and how, where that is known; or at least what was lost.
    /// Gives how many lines whoever reads there will not hear of, and where that is.
    pub fn end(&mut self, verdict: Option<u8>) -> Option<(u32, i32)> {
        let trouble = match verdict {
            Some(code) => self.put(PATIENCE, &|out| {
                put!(out, "{\"event\":\"verdict\",\"exit-code\":", code, "}\n");
            }),
            None if self.lost > 0 => self.put(PATIENCE, &|_| {}),
            None => None,
        };
        let lost = self.lost.saturating_add(u32::from(verdict.is_some()));
        // Else nobody reads there any more.
        (trouble == Some(Errno::EAGAIN)).then_some((lost, self.number))
    }

    /// Writes a line, and before it how many were lost. Gives why it could not.
    fn put(&mut self, patience: Span, line: &dyn Fn(&mut Out)) -> Option<Errno> {
        let mut out = Out::to(self.number, Some(patience));
        if self.lost > 0 {
            put!(&mut out, "{\"event\":\"lost\",\"lines\":", self.lost, "}\n");
        }
        line(&mut out);
        if out.flush() {
            self.lost = 0;
        }
        out.trouble()
    }
}

/// The name of what happened, and whom it concerns.
const fn event(telling: &Telling) -> Option<(&'static str, Option<ServiceId>)> {
    match telling {
        Telling::News(news) => {
            let name = match news {
                News::Started { .. } => "started",
                News::Ready { .. } => "ready",
                News::NotReady { .. } => "not-ready",
                News::Hung { .. } => "hung",
                News::Leaves { .. } => "leaves",
                News::PreStopKilled { .. } => "pre-stop-killed",
                News::ReloadKilled { .. } => "reload-killed",
                News::NotStarted { .. } => "not-started",
                News::Ended { .. } => "exited",
                News::Restarting { .. } => "restarting",
                News::GaveUp { .. } => "gave-up",
                News::CannotStart { .. } => "cannot-start",
                News::Killed { .. } => "killed",
                News::Stopping => "stopping",
            };
            Some((name, news.service()))
        }
        Telling::OutOfMemory(id) => Some(("oom", Some(*id))),
        Telling::OutOfMemoryInside(_) => Some(("oom", None)),
        Telling::InitKilled(_) => Some(("init-killed", None)),
        Telling::PreStopFailed(id, _) => Some(("pre-stop-failed", Some(*id))),
        Telling::ReloadFailed(id, _) => Some(("reload-failed", Some(*id))),
        Telling::LogLost(id, _) => Some(("log-lost", Some(*id))),
        Telling::StatusLost(id) => Some(("status-lost", Some(*id))),
        Telling::Detail(Detail::Came(_)) => Some(("signal", None)),
        Telling::Failure(_) | Telling::Survived(_) | Telling::NotTaken(..) => None,
        Telling::Used(_) | Telling::CgroupLeft(_) | Telling::NotPassedOn(_) => None,
        Telling::Refused(_) | Telling::Detail(_) => None,
    }
}

/// What else there is to say of it.
fn more(telling: &Telling, out: &mut Out) {
    match telling {
        Telling::News(News::Ended { end, .. })
        | Telling::PreStopFailed(_, end)
        | Telling::ReloadFailed(_, end)
        | Telling::InitKilled(end) => match end {
            End::Exited(code) => put!(out, ",\"code\":", *code),
            End::Signaled(signal) => put!(out, ",\"signal\":", Text(signal)),
        },
        Telling::News(News::NotStarted { code, .. }) => put!(out, ",\"code\":", *code),
        Telling::News(News::Restarting { delay, attempt, .. }) => {
            put!(out, ",\"delay-ms\":", delay.ms(), ",\"attempt\":", *attempt);
        }
        Telling::News(News::NotReady { within, .. } | News::ReloadKilled { within, .. }) => {
            put!(out, ",\"within-ms\":", within.ms());
        }
        Telling::LogLost(_, errno) => put!(out, ",\"errno\":", Text(errno)),
        Telling::OutOfMemoryInside(count) => put!(out, ",\"kills\":", *count),
        Telling::Detail(Detail::Came(signal)) => put!(out, ",\"signal\":", Text(signal)),
        Telling::News(_) | Telling::OutOfMemory(_) | Telling::StatusLost(_) => {}
        Telling::Failure(_) | Telling::Survived(_) | Telling::NotTaken(..) => {}
        Telling::Used(_) | Telling::CgroupLeft(_) | Telling::NotPassedOn(_) => {}
        Telling::Refused(_) | Telling::Detail(_) => {}
    }
}
