//! Commands beside a service: the one that sees whether it is ready, the one before its stop.
//!
//! A service has one of them at a time, in a session of its own, so that it goes as a whole.

use super::super::child;
use super::super::spawn::{Started, spawn};
use super::super::telling::Telling;
use super::state::{Companion, Turn};
use crate::model::{End, Helper, ServiceId, Signal, Word};
use crate::plan::Actor;
use crate::supervisor::Event;
use crate::sys::process::Child;
use crate::sys::{signal, wait};

impl Turn<'_, '_> {
    /// Starts one.
    pub(super) fn help(&mut self, id: ServiceId, helper: Helper) {
        if let (Helper::Check, Some(there)) = (helper, self.door_of(id)) {
            return self.knock(id, there);
        }
        match spawn(self.plan, Actor::Helper(id, helper), self.start, self.hands) {
            Started::Running(child) => {
                self.has_started = true;
                if let Some(process) = self.processes.get_mut(id.index()) {
                    let asks = self.hands.asks.take();
                    process.companion = Some(Companion { helper, child, asks });
                }
            }
            Started::Failed(failure, _, child) => {
                if let Some(child) = child {
                    let _ = wait::reap(child.pid); // the kernel may have done so
                }
                // A check is tried again and again; why it cannot be, is told once.
                if self.told != Some(failure) {
                    self.told = Some(failure);
                    self.teller.tell(self.plan, Telling::Failure(failure));
                }
                if Word::HEARD && helper == Helper::Reload {
                    self.note_failed_reload(id);
                }
                self.happened(Event::Helped(id, helper, false));
            }
        }
    }

    /// Nobody waits for it any more.
    pub(super) fn end_help(&mut self, id: ServiceId) {
        let is_knocking = self.door_of(id).is_some();
        let own = self.processes.get_mut(id.index()).filter(|_| is_knocking);
        drop(own.and_then(|own| own.ready.take()));
        let process = self.processes.get_mut(id.index());
        let Some(companion) = process.and_then(|process| process.companion.take()) else { return };
        if Word::HEARD && companion.helper == Helper::Reload {
            self.note_failed_reload(id);
        }
        child::send(&companion.child, Signal::KILL, None);
        let group = companion.child.pid.saturating_neg();
        let _ = signal::kill(group, Signal::KILL); // nobody left in it is what we want
    }

    /// One whose pidfd says that it has ended; `is_reaped` when nothing but its status is left.
    pub(super) fn take_help(&mut self, id: ServiceId, is_reaped: bool) {
        let process = self.processes.get(id.index());
        let Some(companion) = process.and_then(|process| process.companion.as_ref()) else {
            return;
        };
        match child::end_of(&companion.child) {
            None if !is_reaped => self.is_too_early(),
            end => self.helped(id, end),
        }
    }

    /// The processes beside services.
    pub(super) fn companions(&self) -> impl Iterator<Item = (ServiceId, &Child)> {
        let companions = ServiceId::all().zip(&self.processes);
        companions.filter_map(|(id, own)| Some((id, &own.companion.as_ref()?.child)))
    }

    /// It is gone. One without a status had none that we could call a success.
    pub(super) fn helped(&mut self, id: ServiceId, end: Option<End>) {
        let process = self.processes.get_mut(id.index());
        let companion = process.and_then(|process| process.companion.take());
        let Some(helper) = companion.map(|companion| companion.helper) else { return };
        let is_good = end.is_some_and(End::is_success);
        match (helper, end) {
            (Helper::PreStop, Some(end)) if !is_good => {
                self.teller.tell(self.plan, Telling::PreStopFailed(id, end));
            }
            (Helper::Reload, Some(end)) if !is_good && Word::HEARD => {
                self.note_failed_reload(id);
                self.teller.tell(self.plan, Telling::ReloadFailed(id, end));
            }
            (Helper::PreStop | Helper::Check | Helper::Reload, _) => {}
        }
        self.happened(Event::Helped(id, helper, is_good));
    }
}
