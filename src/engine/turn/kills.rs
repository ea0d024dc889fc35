//! Whose KILL it was: ours, somebody's, or the kernel's for want of memory.

use super::super::record::Record;
use super::super::telling::Telling;
use super::super::{cgroup, oom, word};
use super::Turn;
use crate::model::{End, ServiceId, Signal};
use crate::sys::clock;

impl Turn<'_, '_> {
    /// A KILL that is ours says nothing about memory.
    pub(super) fn note_kill(&mut self, id: ServiceId) {
        if let Some(process) = self.processes.get_mut(id.index()) {
            let _ = process.killed.get_or_insert_with(clock::now); // again is no news
        }
    }

    /// Whoever got a KILL that we did not send may have got it from the kernel.
    pub(super) fn look_for_oom(&mut self, id: ServiceId, end: End) {
        let process = self.processes.get(id.index());
        let is_killed = process.is_none_or(|process| process.killed.is_some());
        if end != End::Signaled(Signal::KILL) {
            return;
        }
        if cfg!(feature = "sandbox") {
            self.hands.cgroups.was_killed(id);
        }
        if is_killed {
            return;
        }
        if self.was_out_of_memory(id) {
            self.teller.tell(self.plan, Telling::OutOfMemory(id));
            if self.hands.cgroups.is_made() {
                // The launcher counts, and tells what nobody has told.
                let _ = word::say(Record::ToldOutOfMemory, self.hands); // it may be gone
            }
        }
    }

    /// Whether the kernel has killed for want of memory since we last looked: in the service's
    /// cgroup or the sandbox's, or in the one that we were started in.
    fn was_out_of_memory(&mut self, id: ServiceId) -> bool {
        if cfg!(feature = "sandbox")
            && let Some(is_more) = cgroup::oom_kills(id, &mut self.hands.cgroups)
        {
            return is_more;
        }
        let Some(oom::Count { kills, is_ours }) = oom::count() else { return false };
        match self.hands.oom_kills.replace(kills) {
            Some(before) => kills > before,
            None => is_ours && kills > 0,
        }
    }
}
