//! How services are asked to end, and killed; and with the last of them everybody who is left.

use super::super::{cgroup, child, perform, tree};
use super::Turn;
use super::state::Process;
use crate::model::{End, Errno, Moment, ServiceId, Signal, Span};
use crate::supervisor::Event;
use crate::sys::signal;

/// How long a service that was killed may take to be gone when everything stops: as long as those
/// who are left behind the last one (`supervisor`).
const PATIENCE: Span = Span::from_s(10);

impl Process {
    /// When it is waited for no longer, because it was killed and is still there.
    fn end_of_patience(&self) -> Option<Moment> {
        let _ = self.child.as_ref()?;
        Some(self.killed?.after(PATIENCE))
    }
}

impl Turn<'_, '_> {
    /// Asks a service's process by a signal to end; one that was stopped goes on for that.
    pub(super) fn stop(&mut self, id: ServiceId, signal: Signal) {
        self.send(id, signal);
        if self.plan.habits().wakes_stopped {
            self.send(id, Signal::CONT);
        }
    }

    /// Kills everything that a service left. Alone in a PID namespace that we made, that is
    /// everybody but us, whatever session they went to. In one that somebody else made there may be
    /// guests, and they are not ours to kill.
    pub(super) fn kill_tree(&mut self, id: ServiceId) {
        self.note_kill(id);
        self.kill_what_belongs(id);
        // The process itself, should it still be there: it may have left its cgroup, or its group
        // where there is no /proc to find it in.
        if let Some(child) = self.child(id) {
            child::send(child, Signal::KILL, None);
        } else if let Some(process) = self.processes.get_mut(id.index()) {
            process.last_pid = None; // nothing has it any more, and soon it may be another's
        }
    }

    fn kill_what_belongs(&mut self, id: ServiceId) {
        if cfg!(feature = "sandbox") && cgroup::kill_service(id, &mut self.hands.cgroups) {
            return;
        }
        let is_ours = self.plan.has_launcher() && self.is_pid1();
        if is_ours && self.plan.services.len() == 1 {
            let _ = signal::kill(-1, Signal::KILL); // nobody left is what we want
        } else if let Some(pid) = self.processes.get(id.index()).and_then(|own| own.last_pid) {
            tree::kill_tree(pid);
        }
    }

    /// When everything stops: when the next of those who cannot die is not waited for any longer.
    pub(super) fn end_of_patience(&self) -> Option<Moment> {
        let ends = self.processes.iter().filter_map(Process::end_of_patience);
        ends.min().filter(|_| self.supervisor.is_stopping())
    }

    /// Whoever still is there so long after KILL waits for a disk that does not answer, or for
    /// somebody who traces it. It has ended as far as anybody can say.
    pub(super) fn give_up_who_cannot_die(&mut self, now: Moment) {
        if self.end_of_patience().is_none_or(|end| end > now) {
            return;
        }
        for id in ServiceId::all() {
            let end = self.processes.get(id.index()).and_then(Process::end_of_patience);
            if end.is_some_and(|end| end <= now) {
                self.ended(id, End::Signaled(Signal::KILL));
            }
        }
    }

    /// Asks everybody but ourselves to end, also those who were stopped, or kills them; and from
    /// then on waits for the last one to end.
    pub(super) fn signal_all(&mut self, signal: Signal) {
        let is_anybody_left = self.signal_rest(signal);
        if is_anybody_left && signal != Signal::KILL && self.plan.habits().wakes_stopped {
            let _ = self.signal_rest(Signal::CONT); // whoever is left by now
        }
        match is_anybody_left {
            true => self.wait_for_all(),
            false => self.happened(Event::NoneLeft),
        }
    }

    /// Sends a signal to everybody but ourselves; gives whether there is anybody.
    fn signal_rest(&mut self, signal: Signal) -> bool {
        match self.is_pid1() {
            true => signal::kill(-1, signal) != Err(Errno::ESRCH),
            // Orphans come to us, so without a child there is nobody below us either, and with one
            // there is, whether it was found or not.
            false => {
                self.is_killing = signal == Signal::KILL;
                let is_anybody_left = self.reap();
                let own = self.hands.supervisor_pid;
                if is_anybody_left && !tree::signal_descendants(own, signal) {
                    self.signal_children(signal);
                }
                is_anybody_left
            }
        }
    }

    /// The kernel reaps no more: now the end of each child is news, and the last one's is the end.
    fn wait_for_all(&mut self) {
        // If it failed, for want of a descriptor, the sweep would end by its deadline.
        let _ = perform::wait_by_signal(self.hands);
        self.look_for_the_last();
    }

    /// Reaps, and when we wait for the last child, tells that there is none. Those that came to us
    /// by the end of a child that was killed are killed as well.
    pub(super) fn look_for_the_last(&mut self) {
        match self.reap() {
            true if self.is_killing && !self.is_behind => tree::kill_children(),
            false if self.supervisor.is_sweeping() => self.happened(Event::NoneLeft),
            true | false => {}
        }
    }
}
