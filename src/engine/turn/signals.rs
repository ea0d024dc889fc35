//! The signals that came for PID 1, as events; and what the terminal did to a service.

use super::Turn;
use crate::engine::foreground;
use crate::engine::record::Record;
use crate::engine::telling::Detail;
use crate::limits::SIGNALS_A_ROUND;
use crate::model::{ServiceId, Signal};
use crate::plan::Birth;
use crate::sys::process::Child;
use crate::sys::signal::Received;
use crate::sys::{file, signal, terminal, wait};

impl Turn<'_, '_> {
    /// Signals that came for us, one event each, as long as there is room for them.
    pub(super) fn take_signals(&mut self) {
        self.value = None;
        while self.events.len() < SIGNALS_A_ROUND && self.value.is_none() {
            let Some(Ok(Some(received))) = self.hands.signals.as_ref().map(signal::receive) else {
                return;
            };
            self.take_signal(received);
        }
    }

    fn take_signal(&mut self, received: Received) {
        if received.is_about_child() {
            self.tell_detail(Detail::Came(received.signal));
            self.take_stop();
            return;
        }
        let own = self.hands.supervisor_pid.unsigned_abs();
        if received.is_our_own(own)
            || received.is_typed() && self.take_key(received.signal)
            || received.is_for_foreground() && self.calls_back()
        {
            return;
        }
        self.arrived(received.signal, received.queued_value());
    }

    /// The service that has our terminal, with its process.
    fn at_terminal(&self) -> Option<(ServiceId, &Child)> {
        let has_terminal = |id: ServiceId| {
            self.plan.service(id).is_some_and(|service| service.policy.has_terminal)
        };
        let _ = self.hands.terminal.as_ref()?; // else nobody has it
        self.children().find(|(id, _)| has_terminal(*id))
    }

    /// A key was pressed while our own process group was in front of the terminal: `fg` has
    /// brought us there, and the service, which may have been stopped before, is to follow. Gives
    /// whether that was all; else the signal is passed on like any other.
    fn take_key(&mut self, key: Signal) -> bool {
        if self.plan.birth != Birth::Here || self.hands.terminal.is_none() {
            return false;
        }
        let group = self.at_terminal().map(|(_, child)| child.pid);
        let signal = |signal| {
            if let Some(group) = group {
                let _ = signal::kill(group.saturating_neg(), signal); // it may have ended meanwhile
            }
        };
        if let Some(group) = group {
            foreground::note(group, self.hands);
        }
        if key == Signal::TSTP && !self.is_pid1() {
            signal(Signal::TSTP);
            if foreground::follow_stop(self.hands, key) {
                signal(Signal::CONT);
            }
            return true;
        }
        if !self.is_pid1() {
            return foreground::pass_key(self.hands, key);
        }
        if group.is_some() && foreground::lend(self.hands) {
            signal(Signal::CONT);
        }
        false
    }

    /// Whether somebody in our own process group wants the foreground, and has it back.
    fn calls_back(&self) -> bool {
        self.plan.birth == Birth::Here && foreground::call_back(self.hands)
    }

    /// The group that is to have the foreground again: the main service's, when it was stopped for
    /// want of that; else where a shell inside has job control the one in front. Groups outside
    /// have the number 0 in a PID namespace of ours.
    fn group_to_front(&self, main: i32, by: Signal) -> i32 {
        let terminal = self.hands.terminal.as_deref();
        let has_jobs = self.plan.has_launcher() && self.is_pid1();
        let terminal = terminal.filter(|_| has_jobs && !foreground::wants_foreground(by));
        match terminal.map(terminal::foreground) {
            Some(Ok(0) | Err(_)) | None => main,
            Some(Ok(front)) => front,
        }
    }

    /// The terminal may have stopped the service that has it.
    fn take_stop(&mut self) {
        let Some((_, child)) = self.at_terminal() else { return };
        let stopped = child.pidfd.as_ref().and_then(|pidfd| wait::stopped(pidfd).ok().flatten());
        let (Some(by), pid) = (stopped, child.pid) else { return };
        foreground::note(self.group_to_front(pid, by), self.hands);
        match (self.plan.birth, self.hands.report.write.as_ref()) {
            (Birth::Cloned(_), Some(report)) => {
                // Nobody reads when the launcher is gone, and then KILL is on its way to us.
                let _ = file::write(report, &Record::Stopped(by).to_bytes());
            }
            (Birth::Cloned(_), None) | (Birth::Here, _) => {
                // PID 1 of a container has no shell behind it that could let the service go on.
                let goes_on = match self.is_pid1() {
                    true => foreground::goes_on(self.hands, by),
                    false => foreground::follow_stop(self.hands, by),
                };
                if goes_on {
                    let _ = signal::kill(pid.saturating_neg(), Signal::CONT); // it may have ended
                }
            }
        }
    }
}
