//! Whose KILL it was: ours, somebody's, or the kernel's for want of memory.

use super::super::{Telling, oom};
use super::Turn;
use crate::model::{End, ServiceId, Signal};

impl Turn<'_, '_> {
    /// A KILL that is ours says nothing about memory.
    pub(super) fn note_kill(&mut self, id: ServiceId) {
        if let Some(process) = self.processes.get_mut(id.index()) {
            process.is_killed = true;
        }
    }

    /// Whoever got a KILL that we did not send may have got it from the kernel.
    pub(super) fn look_for_oom(&mut self, id: ServiceId, end: End) {
        let is_killed = self.processes.get(id.index()).is_none_or(|process| process.is_killed);
        if end != End::Signaled(Signal::KILL) || is_killed {
            return;
        }
        let Some(oom::Count { kills, is_ours }) = oom::count() else { return };
        let is_more = match self.hands.oom_kills.replace(kills) {
            Some(before) => kills > before,
            None => is_ours && kills > 0,
        };
        if is_more {
            self.teller.tell(self.plan, Telling::OutOfMemory(id));
        }
    }
}
