//! As which signals arrive, what a habit of ours adds to a start, a signal and an end, and what the
//! talkative tell of all this.

use super::super::machine;
use super::super::spawn::Started;
use super::super::telling::{Detail, Telling};
use super::Turn;
use crate::model::{ServiceId, Signal};
use crate::supervisor::Event;
use crate::sys::{process, signal};

impl Turn<'_, '_> {
    /// A signal came for us, as which it may be rewritten.
    pub(in super::super) fn arrived(&mut self, came: Signal, value: Option<u64>) {
        if self.plan.mode.is_init()
            && let Some(asked) = machine::arrived(came, &mut self.hands.machine)
        {
            return self.happened(Event::Asked(asked));
        }
        let arrives = self.rewritten(came);
        self.tell_detail(Detail::Came(came));
        self.tell_detail(Detail::Passed(came, arrives));
        self.is_to_stop |= self.plan.habits().stops_itself && came.is_stop_of_terminal();
        let Some(signal) = arrives else { return };
        if let Some(value) = value {
            self.value = Some((signal, value));
        }
        self.happened(Event::Asked(signal));
    }

    /// As what a signal for the main service arrives.
    fn rewritten(&self, signal: Signal) -> Option<Signal> {
        let rewrites = self.plan.main_service().and_then(|main| main.rewrites);
        rewrites.map_or(Some(signal), |rewrites| rewrites.of(signal))
    }

    /// Stops us, when a signal of the terminal that was passed on is to do that, too. A PID 1 the
    /// kernel does not stop (pid_namespaces(7)).
    pub(super) fn stop_as_asked(&mut self) {
        if core::mem::take(&mut self.is_to_stop) {
            self.tell_detail(Detail::StopsItself);
            let _ = signal::kill(process::pid(), Signal::STOP); // to ourselves, always allowed
        }
    }

    /// What is left of the main service's process group is asked to end, where that is our habit.
    /// As long as anybody is left in it, its number is no other's.
    pub(super) fn ask_group(&mut self, id: ServiceId, group: i32) {
        let Some(service) = self.plan.service(id) else { return };
        if !self.plan.habits().asks_group_to_end || !service.policy.is_main {
            return;
        }
        let arrives = self.rewritten(Signal::TERM);
        if let Some(signal) = arrives.filter(|_| service.has_group_signals) {
            let _ = signal::kill(group.saturating_neg(), signal); // nobody may be left
        }
        self.tell_detail(Detail::Passed(Signal::TERM, arrives));
    }

    /// Tells a detail that whoever knows details at all has to know.
    pub(super) fn tell_always(&mut self, detail: Detail) {
        if cfg!(feature = "personalities") {
            self.teller.tell(self.plan, Telling::Detail(detail));
        }
    }

    /// Tells a detail, where details are told.
    pub(super) fn tell_detail(&mut self, detail: Detail) {
        if self.plan.habits().tells_all || self.plan.has_status {
            self.teller.tell(self.plan, Telling::Detail(detail));
        }
    }

    /// Tells what came of giving our terminal up; what had come before that comes now.
    pub(super) fn tell_of_terminal(&mut self) {
        if let Some(gave) = self.hands.gave_terminal.take() {
            self.tell_detail(Detail::GaveTerminal(gave));
        }
        for signal in core::mem::take(&mut self.hands.earlier).iter() {
            self.arrived(signal, None);
        }
    }

    /// Tells of the process that was made for a service, whatever became of it.
    pub(super) fn tell_of_process(&mut self, started: &Started) {
        if let Started::Running(child) | Started::Failed(_, _, Some(child)) = started {
            self.tell_always(Detail::Spawned(child.pid));
        }
        if let Some(took) = self.hands.took_terminal.take() {
            self.tell_detail(Detail::TookTerminal(took));
        }
    }
}
