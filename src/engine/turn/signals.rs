//! The signals that came for PID 1, as events; and what the terminal did to a service.

use super::Turn;
use crate::engine::Detail;
use crate::engine::launcher::follow_stop;
use crate::engine::record::Record;
use crate::limits::SIGNALS_A_ROUND;
use crate::model::{ServiceId, Signal};
use crate::plan::Birth;
use crate::sys::signal::Received;
use crate::sys::{file, signal, wait};

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
        if !received.is_our_own(own) {
            self.arrived(received.signal, received.queued_value());
        }
    }

    /// The terminal may have stopped the service that has it.
    fn take_stop(&mut self) {
        if self.hands.terminal.is_none() {
            return;
        }
        let has_terminal = |id: ServiceId| {
            self.plan.service(id).is_some_and(|service| service.policy.has_terminal)
        };
        let Some((_, child)) = self.children().find(|(id, _)| has_terminal(*id)) else { return };
        let stopped = child.pidfd.as_ref().and_then(|pidfd| wait::stopped(pidfd).ok().flatten());
        let (Some(by), group) = (stopped, child.pid.saturating_neg()) else { return };
        match (self.plan.birth, self.hands.report.write.as_ref()) {
            (Birth::Cloned(_), Some(report)) => {
                // Nobody reads when the launcher is gone, and then KILL is on its way to us.
                let _ = file::write(report, &Record::Stopped(by).to_bytes());
            }
            (Birth::Cloned(_), None) | (Birth::Here, _) => {
                // PID 1 of a container has no shell behind it that could let the service go on.
                if !self.is_pid1() {
                    follow_stop(self.hands, by);
                }
                let _ = signal::kill(group, Signal::CONT); // it may have ended meanwhile
            }
        }
    }
}
