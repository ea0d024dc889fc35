//! The mind of PID 1: what to do when something happens to a service.
//!
//! It is pure. The engine says what happened and when ([`Event`], [`Moment`]), does what comes back
//! ([`Action`]), and sleeps until [`Supervisor::deadline`], for ever when there is none: an idle
//! machine is never woken. Nothing here asks the kernel or a clock, so a year of crashes is a test
//! of a millisecond.
//!
//! # The law
//!
//! 1. A service is started, and started again, when everything it is `after` is ready. Ready is
//!    what runs and said so, and what said so and then ended with success: a service may be a job
//!    that is done once.
//! 2. When something it is `after` has ended for good without being ready, it can never start, and
//!    has ended for good itself. When that was stopped by an operator, it waits: what was stopped
//!    may be ordered back.
//! 3. The end of one service, whatever follows, moves no other that runs.
//! 4. The main service's end is everybody's end, unless its policy starts it again (`restart`). Its
//!    last end is the exit code; 124 says that it was given up.
//! 5. TERM asks for the end of everything. Every other signal is for the main service's process.
//!    While that does not run, INT and QUIT ask for the end too, for somebody sits at a keyboard
//!    and waits, and the others are kept for its next run: no signal is lost while it may run
//!    again.
//! 6. At the end services stop in reverse: first what is `after` others, and what it is `after`
//!    when it is over (`shutdown`).
//! 7. A start that an operator orders waits for no pause, and restarts are counted anew from there.
//!    To stop the main service is to stop everything. When everything stops, orders come too late.
//!
//! One service's states are `state` and `step`, the restart policy is `restart` with its `tally`,
//! who waits for whom is `order`, the phases of the whole are `shutdown`. Cycles of `after` do not
//! belong here: the plan refuses them.

mod event;
mod news;
mod order;
mod restart;
mod service;
mod shutdown;
mod state;
mod step;
mod tally;
#[cfg(test)]
mod tests;
mod view;

use heapless::Vec;

use crate::limits::SERVICES_MAX;
use crate::model::{Helper, Moment, Policy, ServiceId, Signal, SignalSet, Word};
pub use event::{ACTIONS_MAX, Action, Actions, Event};
pub use news::News;
use restart::{Judge, Random, Restarts};
use service::Service;
use shutdown::{Cue, Phase};
use state::{Act, Input, State};
pub use view::View;

/// All services, and how far the whole is.
#[repr(C)] // what one service needs lies together, and the places of others behind it
pub struct Supervisor<'p> {
    main: Option<ServiceId>,
    phase: Phase,
    /// Signals for the main service that came while it did not run.
    kept: SignalSet,
    random: Random,
    services: Vec<Service<'p>, SERVICES_MAX>,
}

impl<'p> Supervisor<'p> {
    /// No services yet. `seed` is any number, best one that nobody else got.
    pub const fn new(seed: u64) -> Self {
        Self {
            main: None,
            phase: Phase::Running,
            kept: SignalSet::EMPTY,
            random: Random::new(seed),
            services: Vec::new(),
        }
    }

    /// Puts the next service of the plan behind the others, not started yet. No plan has more than
    /// [`SERVICES_MAX`] services: a [`ServiceId`] could not name them.
    pub fn add(&mut self, policy: &'p Policy) {
        if policy.is_main {
            self.main = ServiceId::new(self.services.len());
        }
        let (state, restarts) = (State::FIRST, Restarts::default());
        // There is room for as many as a plan has.
        let _ = self.services.push(Service { policy, state, restarts });
    }

    /// Starts what waits for nobody.
    pub fn begin(&mut self, now: Moment, actions: &mut Actions) {
        self.settle(now, actions);
    }

    /// Tells what happened. What has to be done is put into `actions`, which must come empty.
    pub fn feed(&mut self, event: Event, now: Moment, actions: &mut Actions) {
        debug_assert!(actions.is_empty(), "the actions of the last event were not performed");
        match event {
            Event::Started(id) => self.started(id, now, actions),
            Event::Ready(id) => self.step(id, Input::Ready, now, actions),
            Event::NotStarted(id, code) => self.step(id, Input::NotStarted(code), now, actions),
            Event::Ended(id, end) => self.step(id, Input::Ended(end), now, actions),
            Event::Helped(id, helper, is_good) => self.helped(id, helper, is_good, now, actions),
            Event::Said(..) | Event::Reload(_) if !Word::HEARD => {}
            Event::Said(id, word) => self.step(id, Input::Said(word), now, actions),
            Event::Asked(signal) => self.asked(signal, now, actions),
            Event::StopService(id) => self.ordered(id, Input::Stop, now, actions),
            Event::RestartService(id) => self.ordered(id, Input::Restart, now, actions),
            Event::Reload(services) => {
                for id in services.iter() {
                    self.step(id, Input::Reload, now, actions);
                }
            }
            Event::SignalService(id, signal) => self.step(id, Input::Signal(signal), now, actions),
            Event::NoneLeft => self.turn(Cue::NoneLeft, now, actions),
            Event::Tick => {
                for id in self.ids() {
                    self.step(id, Input::Tick, now, actions);
                }
                self.turn(Cue::Tick, now, actions);
            }
        }
        self.settle(now, actions);
    }

    /// When to feed the next [`Event::Tick`], if nothing else happens before.
    pub fn deadline(&self) -> Option<Moment> {
        let sweep = match self.phase {
            Phase::Sweeping { kill_at, .. } => Some(kill_at),
            Phase::Running | Phase::Stopping { .. } | Phase::Done => None,
        };
        self.services.iter().filter_map(|service| service.state.deadline()).chain(sweep).min()
    }

    /// Whether [`Event::NoneLeft`] is waited for.
    pub const fn is_sweeping(&self) -> bool {
        matches!(self.phase, Phase::Sweeping { .. })
    }

    /// The command runs. The main service gets what was kept for it.
    fn started(&mut self, id: ServiceId, now: Moment, actions: &mut Actions) {
        self.step(id, Input::Started, now, actions);
        if self.main == Some(id) {
            for signal in core::mem::take(&mut self.kept).iter() {
                self.step(id, Input::Forward(signal), now, actions);
            }
        }
    }

    /// A command beside a service ended. One that was run to see whether the service is ready has
    /// its word for it. One that nobody waits for any more has ended too late.
    fn helped(
        &mut self,
        id: ServiceId,
        helper: Helper,
        is_good: bool,
        now: Moment,
        actions: &mut Actions,
    ) {
        let input = match (helper, is_good) {
            (Helper::Check, true) => Input::Ready,
            (Helper::Check | Helper::PreStop | Helper::Reload, _) => Input::Helped,
        };
        let service = self.services.get(id.index());
        if service.and_then(|service| service.state.helper()) == Some(helper) {
            self.step(id, input, now, actions);
        }
    }

    /// Law 5.
    fn asked(&mut self, signal: Signal, now: Moment, actions: &mut Actions) {
        match (self.phase, signal) {
            (Phase::Running, Signal::TERM) => self.turn(Cue::Stop(signal), now, actions),
            // Asked twice, the main service is told twice; but not before its turn to stop.
            // Whatever still runs on before its stop signal gets that now.
            (Phase::Stopping { .. }, Signal::TERM) => {
                let leaving = self.set(State::is_leaving);
                for id in leaving.iter() {
                    self.step(id, Input::Stop, now, actions);
                }
                let is_again = self.main.is_some_and(|main| !leaving.has(main));
                if is_again && self.main().is_some_and(|main| main.state.is_told()) {
                    self.step_main(Input::Stop, now, actions);
                }
            }
            (Phase::Running | Phase::Stopping { .. }, signal) => {
                self.step_main(Input::Forward(signal), now, actions);
            }
            // Nobody is left who could hear it, and the end is on its way.
            (Phase::Sweeping { .. } | Phase::Done, _) => {}
        }
    }

    /// Law 7.
    fn ordered(&mut self, id: ServiceId, order: Input, now: Moment, actions: &mut Actions) {
        if self.phase != Phase::Running {
            return;
        }
        if self.main == Some(id) && matches!(order, Input::Stop) {
            return self.end(now, actions);
        }
        if let Some(service) = self.services.get_mut(id.index()) {
            service.restarts.begin_anew();
            self.step(id, order, now, actions);
        }
    }

    /// Moves one service; says what happened, what has to be done, and what follows.
    fn step(&mut self, id: ServiceId, input: Input, now: Moment, actions: &mut Actions) {
        let is_stopping = self.phase != Phase::Running;
        let Some(service) = self.services.get_mut(id.index()) else { return };
        let before = service.state;
        let mut judge = Judge {
            policy: service.policy,
            restarts: &mut service.restarts,
            random: &mut self.random,
            is_stopping,
            now,
        };
        let (after, act) = step::step(before, input, &mut judge);
        service.state = after;
        let effect = News::of_effect(id, service, before, input, now);

        tell(News::of_cause(id, before, input), actions);
        let is_over = matches!(input, Input::Helped);
        if before.helper().is_some() && before.helper() != after.helper() && !is_over {
            put(Action::EndHelp(id), actions);
        }
        match act {
            Act::Nothing => {}
            Act::Start => {
                service.restarts.note_start(service.policy, now);
                put(Action::Start(id), actions);
            }
            Act::Help(helper) => put(Action::Help(id, helper), actions),
            Act::Signal(signal) => put(Action::Signal(id, signal), actions),
            Act::Stop(signal) => put(Action::Stop(id, signal), actions),
            Act::Forward(signal) => put(Action::Forward(id, signal), actions),
            Act::Kill | Act::Clean => put(Action::KillTree(id), actions),
            Act::Keep(signal) => self.keep(signal, now, actions),
        }
        tell(effect, actions);
        if self.main == Some(id) && after.is_over() {
            self.end(now, actions);
        }
    }

    /// Moves the main service.
    fn step_main(&mut self, input: Input, now: Moment, actions: &mut Actions) {
        if let Some(main) = self.main {
            self.step(main, input, now, actions);
        }
    }

    /// Law 4: the end of everything, as if the main service's stop signal had asked for it.
    fn end(&mut self, now: Moment, actions: &mut Actions) {
        if let Some(main) = self.main() {
            let asked = main.policy.stop_signal;
            self.turn(Cue::Stop(asked), now, actions);
        }
    }

    /// A signal came for the main service while its command does not run. Law 5.
    fn keep(&mut self, signal: Signal, now: Moment, actions: &mut Actions) {
        match (self.phase, signal) {
            (Phase::Running, Signal::INT | Signal::QUIT) => {
                self.turn(Cue::Stop(signal), now, actions);
            }
            (_, signal) => self.kept = self.kept.with(signal),
        }
    }

    /// Moves the whole, and says what has to be done.
    fn turn(&mut self, cue: Cue, now: Moment, actions: &mut Actions) {
        let Some(main) = self.main() else { return };
        let (phase, act) = shutdown::step(self.phase, cue, main.policy, now);
        self.phase = phase;
        match act {
            shutdown::Act::Nothing => {}
            shutdown::Act::TellStopping => tell(Some(News::Stopping), actions),
            shutdown::Act::AskAll => put(Action::SignalAll(Signal::TERM), actions),
            shutdown::Act::KillAll => put(Action::SignalAll(Signal::KILL), actions),
            shutdown::Act::Finish(end) => put(Action::Finish(end), actions),
        }
    }

    /// The main service.
    fn main(&self) -> Option<&Service<'p>> {
        self.main.and_then(|main| self.services.get(main.index()))
    }
}

/// Tells the news, if there are any.
fn tell(news: Option<News>, actions: &mut Actions) {
    if let Some(news) = news {
        put(Action::Tell(news), actions);
    }
}

/// One thing more to do.
fn put(action: Action, actions: &mut Actions) {
    let added = actions.push(action);
    debug_assert!(added.is_ok(), "more than ACTIONS_MAX: see its argument");
}
