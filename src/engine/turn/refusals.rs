//! Calls that a filter refuses, and asks us about first: we tell of each, and answer as the filter
//! would have.
//!
//! Who calls waits for our answer. It is found by the same filter without questions, from what the
//! kernel gave us; no memory of the caller's is looked at, so that nothing can be changed behind
//! our back (seccomp_unotify(2), "Design goals; use of SECCOMP_USER_NOTIF_FLAG_CONTINUE"). Where
//! calls are made all the same, the filter holds nobody back.

use super::Turn;
use crate::engine::telling::{Refused, Telling};
use crate::model::filter::{Action, run};
use crate::model::{Errno, ServiceId};
use crate::plan::{Act, FilterAct};
use crate::spec::filter::Judge;
use crate::sys::Fd;
use crate::sys::seccomp::{Answer, answer, question};

/// Whose filter asks.
#[derive(Clone, Copy)]
pub(super) enum Line {
    /// The service's.
    Service(ServiceId),
    /// That of the command beside it.
    Companion(ServiceId),
    /// That of somebody who entered.
    Guest(u8),
}

impl Turn<'_, '_> {
    /// One question from a service or what stands beside it.
    pub(super) fn take_question(&mut self, from: Line) {
        let Some(Judge { program, is_lenient }) = self.judge() else { return };
        let Some((id, line)) = self.asked_at(from) else { return };
        let Ok(question) = question(line) else { return }; // whoever asked is gone
        let verdict = Action::of(run(program, &question.call)).unwrap_or(Action::Kill);
        let said = match (is_lenient, verdict) {
            (true, _) => Answer::Make,
            (false, Action::Errno(errno)) => Answer::Fail(errno),
            // Not asked about by a filter of ours.
            (false, Action::Allow | Action::Log | Action::Trap | Action::Kill) => {
                Answer::Fail(Errno::EPERM)
            }
        };
        let _ = answer(line, question.id, said); // as above
        if self.told_calls.is_first(question.call.number) {
            let (pid, call) = (question.pid, question.call);
            let refused = Refused { id, pid, call, verdict, is_made: is_lenient };
            self.teller.tell(self.plan, Telling::Refused(refused));
        }
    }

    /// Nobody is left under that filter.
    pub(super) fn close_line(&mut self, line: Line) {
        match line {
            Line::Service(id) => {
                if let Some(process) = self.processes.get_mut(id.index()) {
                    process.asks = None;
                }
            }
            Line::Companion(id) => {
                let process = self.processes.get_mut(id.index());
                if let Some(companion) = process.and_then(|own| own.companion.as_mut()) {
                    companion.asks = None;
                }
            }
            Line::Guest(place) => {
                if let Some(guest) = self.guest(place) {
                    guest.asks = None;
                }
            }
        }
    }

    /// As which service whoever asks is confined, and where.
    fn asked_at(&self, line: Line) -> Option<(ServiceId, &Fd)> {
        match line {
            Line::Service(id) => Some((id, self.processes.get(id.index())?.asks.as_ref()?)),
            Line::Companion(id) => {
                let companion = self.processes.get(id.index())?.companion.as_ref()?;
                Some((id, companion.asks.as_ref()?))
            }
            Line::Guest(place) => {
                let (_, guest) = self.guests().find(|(own, _)| *own == place)?;
                Some((guest.id, guest.asks.as_ref()?))
            }
        }
    }

    /// By what is answered.
    fn judge(&self) -> Option<Judge<'_>> {
        self.plan.steps.iter().find_map(|step| {
            let Act::Filter(FilterAct::Install(filter)) = step.act else { return None };
            filter.judge
        })
    }
}
