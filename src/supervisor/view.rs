//! What an operator sees of a service: where it is in its life, and what moves it next.
//!
//! Nothing is decided here; the states are only called by names that last longer than the states.

use super::Supervisor;
use super::shutdown::Phase;
use super::state::{Outcome, State};
use crate::model::answer::{Last, Life};
use crate::model::{Moment, Policy, ServiceId};

/// A service as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Where it is in its life.
    pub life: Life,
    /// Whether those that are `after` it may start.
    pub is_ready: bool,
    /// Whether the command runs that has it read its configuration again.
    pub is_reloading: bool,
    /// What its last run came to; of one that goes on nothing is known.
    pub last: Option<Last>,
    /// How often its policy has started it again.
    pub restarts: u32,
    /// When time alone moves it.
    pub next: Option<Moment>,
}

impl View {
    /// Whether its process executes its command, and hears signals.
    pub const fn hears(&self) -> bool {
        matches!(self.life, Life::Running | Life::Stopping)
    }
}

impl Supervisor<'_> {
    /// One of the services.
    pub fn view(&self, id: ServiceId) -> Option<View> {
        let service = self.services.get(id.index())?;
        let (state, restarts) = (&service.state, service.restarts.made());
        Some(View {
            life: life(state, service.policy),
            is_ready: state.is_ready(),
            is_reloading: state.is_reloading(),
            last: last(state.last()),
            restarts,
            next: state.deadline(),
        })
    }

    /// Whether everything is being stopped.
    pub fn is_stopping(&self) -> bool {
        self.phase != Phase::Running
    }
}

fn life(state: &State, policy: &Policy) -> Life {
    match state {
        State::Waiting { .. } => Life::Waiting,
        State::Starting { .. } | State::Recalled { .. } => Life::Starting,
        State::Running { .. } => Life::Running,
        State::Backoff { .. } => Life::Pausing,
        State::Leaving { .. } | State::Stopping { .. } => Life::Stopping,
        State::Stopped { .. } => Life::Stopped,
        State::Ended { last, .. } if last.is_success(policy) => Life::Ended,
        State::Ended { .. } => Life::Failed,
    }
}

const fn last(outcome: Outcome) -> Option<Last> {
    match outcome {
        Outcome::Unstarted => None,
        Outcome::NotStarted(code) => Some(Last::NotStarted(code)),
        Outcome::End(end) => Some(Last::End(end)),
        Outcome::NotReady => Some(Last::NotReady),
        Outcome::Hung => Some(Last::Hung),
        Outcome::GaveUp => Some(Last::GaveUp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{End, Restart};
    use crate::supervisor::{Actions, Event};

    #[test]
    fn a_life_is_seen_step_by_step() {
        // A crash, its restart, an order to stop, and one to start again.
        let policy = Policy { restart: Restart::Always, ..Policy::default() };
        let mut supervisor = Supervisor::new(1);
        supervisor.add(&policy);
        let (id, now) = (ServiceId::new(0).unwrap(), Moment::from_ns(0));
        let mut actions = Actions::new();
        let mut look = |event: Option<Event>, now: Moment| {
            actions.clear();
            match event {
                None => supervisor.begin(now, &mut actions),
                Some(event) => supervisor.feed(event, now, &mut actions),
            }
            supervisor.view(id).unwrap()
        };
        let crash = Some(Last::End(End::Exited(1)));
        assert_eq!(look(None, now).life, Life::Starting);
        assert!(!look(Some(Event::Started(id)), now).is_ready);
        let ready = look(Some(Event::Ready(id)), now);
        assert!((ready.life, ready.is_ready, ready.hears()) == (Life::Running, true, true));
        let pausing = look(Some(Event::Ended(id, End::Exited(1))), now);
        assert_eq!((pausing.life, pausing.last, pausing.restarts), (Life::Pausing, crash, 0));
        let again = look(Some(Event::Tick), pausing.next.unwrap());
        assert_eq!((again.life, again.restarts, again.next), (Life::Starting, 1, None));
        let _ = look(Some(Event::Started(id)), now); // seen above
        let stopping = look(Some(Event::StopService(id)), now);
        assert_eq!((stopping.life, stopping.next.is_some()), (Life::Stopping, true));
        let stopped = look(Some(Event::Ended(id, End::Exited(0))), now);
        assert_eq!((stopped.life, stopped.restarts), (Life::Stopped, 1));
        assert_eq!(look(Some(Event::RestartService(id)), now).life, Life::Starting);
    }
}
