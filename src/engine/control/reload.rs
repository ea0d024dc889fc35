//! An order to read a configuration again: services do so, each as it was said of it.
//!
//! The file of the sandbox is none of theirs. What a sandbox is was decided as a whole, before its
//! first effect, and stays so until it ends.

use super::super::prepared;
use super::super::turn::Turn;
use super::room::{Goal, Reading};
use crate::model::answer::{ACCEPTED, Denied, Life};
use crate::model::{Clock, Denial, Moment, ReloadBy, ServiceId, ServiceSet};
use crate::supervisor::Event;
use crate::sys::clock;

impl Turn<'_, '_> {
    /// Tells one service, or each that runs and knows how, unless one of them cannot: then nobody
    /// is told.
    pub(super) fn reload(&mut self, id: Option<ServiceId>) -> Result<Goal, Denial> {
        let mut services = ServiceSet::EMPTY;
        match id {
            Some(id) => {
                self.may_reload(id)?;
                services = services.with(id);
            }
            None => {
                let known = self.plan.services();
                let known = known.filter(|(_, own)| own.policy.reload != ReloadBy::Nothing);
                let mut is_any = false;
                for (id, _) in known {
                    is_any = true;
                    match self.may_reload(id) {
                        // Who is started later reads it then.
                        Err(Denial::NotRunning | Denial::NotReady) => {}
                        other => {
                            other?;
                            services = services.with(id);
                        }
                    }
                }
                if !is_any {
                    return Err(Denial::NoReload);
                }
            }
        }
        // Services say when by the microsecond (sd_notify(3), MONOTONIC_USEC).
        let us = clock::now_ns(Clock::Monotonic).unsigned_abs() / 1_000;
        let now = Moment::from_ns(us.saturating_mul(1_000));
        for id in services.iter() {
            let answers = self.plan.service(id).is_some_and(|service| service.answers_reload);
            if let Some(card) = self.card(id) {
                card.has_failed_to_reload = false;
                card.reading = if answers { Reading::Asked(now) } else { Reading::No };
            }
        }
        self.happened(Event::Reload(services));
        Ok(Goal::Reloaded(services))
    }

    /// Whether a service can be told now.
    fn may_reload(&self, id: ServiceId) -> Result<(), Denial> {
        let by = self.plan.service(id).map(|service| service.policy.reload);
        let by = by.filter(|by| *by != ReloadBy::Nothing).ok_or(Denial::NoReload)?;
        let view = self.supervisor.view(id).filter(|view| view.life == Life::Running);
        if !view.ok_or(Denial::NotRunning)?.is_ready {
            return Err(Denial::NotReady);
        }
        let is_locked_in = self.hands.room.as_ref().is_some_and(|room| room.is_locked_in);
        match by {
            ReloadBy::Command { .. } if is_locked_in => Err(Denial::LockedIn),
            ReloadBy::Command { .. } | ReloadBy::Nothing => Ok(()),
            ReloadBy::Signal(signal) => {
                let child = self.child(id).ok_or(Denial::NotRunning)?;
                match prepared::would_end(child.pid, signal) {
                    true => Err(Denial::Unhandled),
                    false => Ok(()),
                }
            }
        }
    }

    /// Whether a service is reading its configuration again.
    pub(super) fn is_reading(&self, id: ServiceId) -> bool {
        let card = self.hands.room.as_ref().and_then(|room| room.cards.get(id.index()));
        self.supervisor.view(id).is_some_and(|view| view.is_reloading)
            || card.is_some_and(|card| card.reading != Reading::No)
    }

    /// The command did not succeed.
    pub(in super::super) fn note_failed_reload(&mut self, id: ServiceId) {
        if let Some(card) = self.card(id) {
            card.has_failed_to_reload = true;
        }
    }

    /// Answers whoever waits, when all of these have done so, or the first has not.
    pub(super) fn look_at_reload(&mut self, index: usize, services: ServiceSet, now: Moment) {
        let is_running =
            |id| self.supervisor.view(id).is_some_and(|view| view.life == Life::Running);
        let has_failed = |id: ServiceId| {
            let card = self.hands.room.as_ref().and_then(|room| room.cards.get(id.index()));
            card.is_some_and(|card| card.has_failed_to_reload)
        };
        if services.iter().any(|id| !is_running(id)) {
            self.say_to(index, &Denied(Denial::Failed), &[]);
        } else if services.iter().any(|id| !self.is_reading(id) && has_failed(id)) {
            self.say_to(index, &Denied(Denial::ReloadFailed), &[]);
        } else if services.iter().any(|id| self.is_reading(id)) {
            return;
        } else {
            match services.iter().next() {
                Some(id) => self.tell_service(index, id, now),
                None => self.say_to(index, &ACCEPTED, &[]),
            }
        }
        self.let_go_of(index);
    }
}
