//! The bond between services: who may start, and who has to stop, now that one of them has moved.
//!
//! Both questions are asked of the states as they are, not of what just happened. So nothing has to
//! be remembered about a start or a stop that is under way, and whatever order the events come in,
//! the same states lead to the same next steps.
//!
//! Cycles do not belong here: the plan refuses them. A service in one would wait for ever.

use super::Supervisor;
use super::event::Actions;
use super::shutdown::{Cue, Phase};
use super::state::{Input, Outcome, State};
use crate::model::{Moment, ServiceId, ServiceSet};

impl Supervisor<'_> {
    /// Draws the conclusions for all from what happened to one.
    pub(super) fn settle(&mut self, now: Moment, actions: &mut Actions) {
        self.start_what_may(now, actions);
        self.stop_what_may(now, actions);
        if self.services.iter().all(|service| service.state.is_over()) {
            let outcome = self.main().map_or(Outcome::Unstarted, |main| main.state.last());
            self.turn(Cue::AllOver(outcome), now, actions);
        }
    }

    /// Laws 1 and 2.
    fn start_what_may(&mut self, now: Moment, actions: &mut Actions) {
        // Each round one service is over, so there are no more rounds than services.
        while let Some((id, needs)) = self.waits_in_vain() {
            self.step(id, Input::Hopeless(needs), now, actions);
        }
        let ready = self.set(State::is_ready);
        for id in self.waiting().iter() {
            if self.after(id).is_within(ready) {
                self.step(id, Input::Go, now, actions);
            }
        }
    }

    /// A service that can never start, and the one it needs.
    fn waits_in_vain(&self) -> Option<(ServiceId, ServiceId)> {
        let hopeless = self.set(State::is_hopeless);
        self.waiting().iter().find_map(|id| {
            let needs = self.after(id).iter().find(|needs| hopeless.has(*needs))?;
            Some((id, needs))
        })
    }

    /// Law 6.
    fn stop_what_may(&mut self, now: Moment, actions: &mut Actions) {
        if !matches!(self.phase, Phase::Stopping { .. }) {
            return;
        }
        // Where there is no process, nobody has to be asked, and nobody else holds it up.
        for id in self.set(|state| !state.has_process()).iter() {
            self.step(id, Input::Stop, now, actions);
        }
        for id in self.set(|state| state.has_process() && !state.is_told()).iter() {
            if !self.is_needed(id) {
                self.step(id, Input::Stop, now, actions);
            }
        }
    }

    /// Whether something that has a process is after `id`.
    fn is_needed(&self, id: ServiceId) -> bool {
        self.set(State::has_process).iter().any(|other| self.after(other).has(id))
    }

    /// The services that start as soon as they may: none when everything stops.
    fn waiting(&self) -> ServiceSet {
        match self.phase {
            Phase::Running => self.set(State::is_waiting),
            Phase::Stopping { .. } | Phase::Sweeping { .. } | Phase::Done => ServiceSet::EMPTY,
        }
    }

    /// What `id` is after.
    fn after(&self, id: ServiceId) -> ServiceSet {
        self.services.get(id.index()).map_or(ServiceSet::EMPTY, |service| service.policy.after)
    }

    /// The services in such a state.
    pub(super) fn set(&self, is_so: impl Fn(&State) -> bool) -> ServiceSet {
        self.services
            .iter()
            .zip(self.ids())
            .filter(|(service, _)| is_so(&service.state))
            .fold(ServiceSet::EMPTY, |set, (_, id)| set.with(id))
    }

    /// All services.
    pub(super) fn ids(&self) -> impl Iterator<Item = ServiceId> + use<> {
        (0..self.services.len()).filter_map(ServiceId::new)
    }
}
