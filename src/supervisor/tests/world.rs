//! A small world for `walk`: it stands where the kernel stands, sees every event, and performs
//! every action.
//!
//! It knows no states and no phases of the supervisor, only what it saw. What that has to look like
//! does not belong here: that is `promises`. A world in which a promise was broken prints what it
//! saw, as a story.

use std::vec::Vec;
use std::{println, thread};

use super::show;
use super::walk::Dice;
use crate::model::SignalSet;
use crate::model::{End, Helper, Moment, Policy, ServiceId, Signal, Span, Word};
use crate::supervisor::{Action, Actions, Event, Supervisor};

/// How far the process of a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    None,
    Making,
    Executing,
}

/// What an operator last wanted of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Start,
    Stop,
}

/// What the world saw of one service.
pub struct Body {
    pub id: ServiceId,
    pub policy: Policy,
    pub process: Process,
    /// An end that is on its way.
    pub doom: Option<End>,
    /// The signals that were sent to its process.
    pub sent: SignalSet,
    /// It left something behind.
    pub has_daemon: bool,
    pub said_ready: bool,
    /// It was not ready in time, or hung, and is stopped for that.
    pub is_late: bool,
    /// It said that it stops by itself.
    pub leaves: bool,
    /// The command beside it.
    pub helper: Option<Helper>,
    /// When it has to be gone, or killed, since it was told to stop.
    pub stop_by: Option<Moment>,
    /// Until when it has asked for more time, to get ready or to stop.
    pub more: Moment,
    /// Runs that are over.
    pub runs: u32,
    /// What the last one came to (an end, or the code of not being started), and when.
    pub last: Option<(Result<End, u8>, Moment)>,
    /// The pause that was told after it.
    pub pause: Span,
    pub order: Option<Order>,
    pub is_given_up: bool,
    /// The restarts that its policy made.
    pub restarts: Vec<Moment>,
}

/// What was seen, counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sights {
    pub restarts: u64,
    pub given_up: u64,
    pub cannot_start: u64,
    pub killed: u64,
    pub killed_all: u64,
    pub late: u64,
    pub pre_stop_killed: u64,
    pub reload_killed: u64,
    pub hung: u64,
    pub left: u64,
    pub reloaded: u64,
    pub actions_max: usize,
}

impl Sights {
    /// Both.
    pub fn and(self, other: Self) -> Self {
        Self {
            restarts: self.restarts + other.restarts,
            given_up: self.given_up + other.given_up,
            cannot_start: self.cannot_start + other.cannot_start,
            killed: self.killed + other.killed,
            killed_all: self.killed_all + other.killed_all,
            late: self.late + other.late,
            pre_stop_killed: self.pre_stop_killed + other.pre_stop_killed,
            reload_killed: self.reload_killed + other.reload_killed,
            hung: self.hung + other.hung,
            left: self.left + other.left,
            reloaded: self.reloaded + other.reloaded,
            actions_max: self.actions_max.max(other.actions_max),
        }
    }
}

/// Everything the world saw.
pub struct World<'p> {
    pub supervisor: Supervisor<'p>,
    pub dice: Dice,
    pub now: Moment,
    pub bodies: Vec<Body>,
    pub sights: Sights,
    /// The exit code, once it was said.
    pub code: Option<u8>,
    /// Whether it was said that everything stops, and the signal that somebody asked it with.
    pub stopping: Option<Option<Signal>>,
    /// The last signal to all, and when.
    pub swept: Option<(Signal, Moment)>,
    /// Signals that main has not got yet.
    pub kept: SignalSet,
    pub was_operated: bool,
    /// What a process leaves cannot die.
    pub is_undying: bool,
    log: Vec<(Moment, Option<Event>, Vec<Action>)>,
}

impl Body {
    pub fn new(id: ServiceId, policy: Policy) -> Self {
        Self {
            id,
            policy,
            process: Process::None,
            doom: None,
            sent: SignalSet::EMPTY,
            has_daemon: false,
            said_ready: false,
            is_late: false,
            leaves: false,
            helper: None,
            stop_by: None,
            more: Moment::from_ns(0),
            runs: 0,
            last: None,
            pause: Span::ZERO,
            order: None,
            is_given_up: false,
            restarts: Vec::new(),
        }
    }

    /// Whether what is after it may start.
    pub fn is_ready(&self) -> bool {
        let succeeded = matches!(self.last, Some((Ok(end), _)) if self.policy.is_success(end));
        self.said_ready && !self.is_given_up && (self.process == Process::Executing || succeeded)
    }

    fn ended(&mut self, how: Result<End, u8>, now: Moment) {
        (self.process, self.doom, self.last) = (Process::None, None, Some((how, now)));
        self.stop_by = None;
        self.runs += 1;
    }

    fn ordered(&mut self, order: Order) {
        self.restarts.clear();
        // Ordered to start while it is being started, it need not be started once more.
        let is_under_way = self.process == Process::Making && self.order.is_none();
        if order == Order::Stop || !is_under_way {
            self.order = Some(order);
        }
    }

    pub fn restarts_in_window(&self, now: Moment) -> usize {
        self.restarts.iter().filter(|restart| now.since(**restart) < self.policy.window).count()
    }
}

impl<'p> World<'p> {
    pub fn new(policies: &'p [Policy], seed: u64, mut dice: Dice) -> Self {
        let is_undying = dice.once_in(20);
        let bodies = policies.iter().enumerate();
        let mut supervisor = Supervisor::new(seed);
        policies.iter().for_each(|policy| supervisor.add(policy));
        Self {
            supervisor,
            dice,
            now: Moment::from_ns(0),
            bodies: bodies.map(|(n, p)| Body::new(ServiceId::new(n).unwrap(), *p)).collect(),
            sights: Sights::default(),
            code: None,
            stopping: None,
            swept: None,
            kept: SignalSet::EMPTY,
            was_operated: false,
            is_undying,
            log: Vec::new(),
        }
    }

    pub fn body(&mut self, id: ServiceId) -> &mut Body {
        &mut self.bodies[id.index()]
    }

    pub fn main(&self) -> &Body {
        self.bodies.iter().find(|body| body.policy.is_main).unwrap()
    }

    /// Whether nobody is left but ourselves.
    pub fn is_empty(&self) -> bool {
        self.bodies.iter().all(|body| body.process == Process::None && !body.has_daemon)
    }

    /// The first start.
    pub fn begin(&mut self) {
        let mut actions = Actions::new();
        self.supervisor.begin(self.now, &mut actions);
        self.perform_all(None, &actions);
    }

    /// Feeds one event, and performs what comes of it.
    pub fn feed(&mut self, event: Event) {
        let is_nonsense = self.is_nonsense(event) || self.code.is_some();
        let was_stopping = self.stopping.is_some();
        if !is_nonsense {
            self.see(event);
        }
        let mut actions = Actions::new();
        self.supervisor.feed(event, self.now, &mut actions);
        self.perform_all(Some(event), &actions);
        assert!(actions.is_empty() || !is_nonsense, "what cannot happen moves nothing");
        if !is_nonsense {
            self.check_end(event, &actions);
            self.check_signals(event, was_stopping, &actions);
        }
        self.check_whole(event);
    }

    /// Performs what `event`, or the begin, made the supervisor want.
    fn perform_all(&mut self, event: Option<Event>, actions: &[Action]) {
        self.log.push((self.now, event, actions.into()));
        self.sights.actions_max = self.sights.actions_max.max(actions.len());
        for action in actions {
            self.perform(*action, event.unwrap_or(Event::Tick));
        }
    }

    /// Whether the kernel could not say this, for the service has no process.
    fn is_nonsense(&self, event: Event) -> bool {
        let has_process = |id: ServiceId| self.bodies[id.index()].process != Process::None;
        match event {
            Event::Started(id) | Event::Ready(id) => !has_process(id),
            Event::NotStarted(id, _) | Event::Ended(id, _) => !has_process(id),
            Event::Helped(id, which, _) => self.bodies[id.index()].helper != Some(which),
            Event::Asked(_) | Event::StopService(_) | Event::RestartService(_) => false,
            Event::SignalService(..) | Event::Reload(_) => false,
            Event::Said(id, _) => self.bodies[id.index()].process != Process::Executing,
            Event::NoneLeft | Event::Tick => false,
        }
    }

    /// Remembers what happens.
    fn see(&mut self, event: Event) {
        let leaves_daemon = self.dice.once_in(3);
        let (now, is_stopping) = (self.now, self.stopping.is_some());
        match event {
            Event::Started(id) => {
                self.body(id).process = Process::Executing;
                self.body(id).sent = SignalSet::EMPTY;
            }
            Event::Ready(id) => {
                let body = self.body(id);
                body.said_ready |= !body.is_late && !body.leaves;
            }
            Event::Helped(id, which, is_good) => {
                let body = self.body(id);
                body.said_ready |= is_good && which == Helper::Check;
                body.helper = None;
            }
            Event::NotStarted(id, code) => self.body(id).ended(Err(code), now),
            Event::Ended(id, end) => {
                self.body(id).ended(Ok(end), now);
                self.body(id).has_daemon |= leaves_daemon;
            }
            Event::StopService(id) | Event::RestartService(id) if !is_stopping => {
                let is_stop = event == Event::StopService(id);
                self.body(id).ordered(if is_stop { Order::Stop } else { Order::Start });
                self.body(id).is_given_up &= is_stop; // there is nothing to stop
                self.was_operated = true;
            }
            Event::StopService(_) | Event::RestartService(_) | Event::SignalService(..) => {}
            Event::Said(id, Word::Extend(span)) => {
                let by = now.after(span.span());
                self.body(id).more = self.body(id).more.max(by);
            }
            Event::Said(..) | Event::Reload(_) => {}
            Event::Asked(_) | Event::NoneLeft | Event::Tick => {}
        }
    }
}

/// A broken promise prints what led to it.
impl Drop for World<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        for body in &self.bodies {
            println!("{}: {:?}", show::service(body.id), body.policy);
        }
        for (now, event, actions) in &self.log {
            let event = event.map_or("begin".into(), show::event);
            let actions: Vec<_> = actions.iter().map(|action| show::action(*action)).collect();
            println!("{} {event} -> {}", show::moment(*now), actions.join(", "));
        }
    }
}
