//! A small world for `walk`: it sees every event and every action, and holds the house to its
//! promises.
//!
//! The world stands where the kernel stands. It knows no states and no phases of the supervisor,
//! only what it saw, and repeats none of its reasoning: each promise is one assertion, with the
//! sentence that is broken when it fails. A world in which a promise was broken prints what it saw,
//! as a story.

use std::vec::Vec;
use std::{println, thread};

use super::show;
use super::walk::Dice;
use super::*;
use crate::model::{End, Restart, Span, code};

/// How far the process of a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    None,
    Making,
    Executing,
}

/// What an operator last wanted of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
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
    has_daemon: bool,
    said_ready: bool,
    /// Runs that are over.
    runs: u32,
    /// What the last one came to (an end, or the code of not being started), and when.
    last: Option<(Result<End, u8>, Moment)>,
    /// The pause that was told after it.
    pause: Span,
    order: Option<Order>,
    is_given_up: bool,
    /// The restarts that its policy made.
    restarts: Vec<Moment>,
}

/// What was seen, counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sights {
    pub restarts: u64,
    pub given_up: u64,
    pub cannot_start: u64,
    pub killed: u64,
    pub killed_all: u64,
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
            actions_max: self.actions_max.max(other.actions_max),
        }
    }
}

/// Everything the world saw.
pub struct World {
    pub supervisor: Supervisor,
    pub dice: Dice,
    pub now: Moment,
    pub bodies: Vec<Body>,
    pub sights: Sights,
    /// The exit code, once it was said.
    pub code: Option<u8>,
    /// Whether it was said that everything stops, and the signal that somebody asked it with.
    stopping: Option<Option<Signal>>,
    /// The last signal to all, and when.
    swept: Option<(Signal, Moment)>,
    was_operated: bool,
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
            runs: 0,
            last: None,
            pause: Span::ZERO,
            order: None,
            is_given_up: false,
            restarts: Vec::new(),
        }
    }

    /// Whether what is after it may start.
    fn is_ready(&self) -> bool {
        let succeeded = matches!(self.last, Some((Ok(End::Exited(0)), _)));
        self.said_ready && !self.is_given_up && (self.process == Process::Executing || succeeded)
    }

    fn ended(&mut self, how: Result<End, u8>, now: Moment) {
        (self.process, self.doom, self.last) = (Process::None, None, Some((how, now)));
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

    fn restarts_in_window(&self, now: Moment) -> usize {
        self.restarts.iter().filter(|restart| now.since(**restart) < self.policy.window).count()
    }
}

impl World {
    pub fn new(policies: &[Policy], seed: u64, dice: Dice) -> Self {
        let bodies = policies.iter().enumerate();
        Self {
            supervisor: Supervisor::new(policies, seed),
            dice,
            now: Moment::from_ns(0),
            bodies: bodies.map(|(n, p)| Body::new(ServiceId::new(n).unwrap(), *p)).collect(),
            sights: Sights::default(),
            code: None,
            stopping: None,
            swept: None,
            was_operated: false,
            log: Vec::new(),
        }
    }

    fn body(&mut self, id: ServiceId) -> &mut Body {
        &mut self.bodies[id.index()]
    }

    fn main(&self) -> &Body {
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
        if !is_nonsense {
            self.see(event);
        }
        let mut actions = Actions::new();
        self.supervisor.feed(event, self.now, &mut actions);
        self.perform_all(Some(event), &actions);
        assert!(actions.is_empty() || !is_nonsense, "what cannot happen moves nothing");
        if !is_nonsense {
            self.check_end(event, &actions);
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
            Event::Asked(_) | Event::StopService(_) | Event::RestartService(_) => false,
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
            Event::Ready(id) => self.body(id).said_ready = true,
            Event::NotStarted(id, code) => self.body(id).ended(Err(code), now),
            Event::Ended(id, end) => {
                self.body(id).ended(Ok(end), now);
                self.body(id).has_daemon |= leaves_daemon;
            }
            Event::StopService(id) | Event::RestartService(id) if !is_stopping => {
                let is_stop = event == Event::StopService(id);
                self.body(id).ordered(if is_stop { Order::Stop } else { Order::Start });
                self.body(id).is_given_up = false;
                self.was_operated = true;
            }
            Event::StopService(_) | Event::RestartService(_) => {}
            Event::Asked(_) | Event::NoneLeft | Event::Tick => {}
        }
    }

    /// Performs one action.
    fn perform(&mut self, action: Action, event: Event) {
        match action {
            Action::Start(id) => self.start(id),
            Action::Signal(id, signal) => self.signal(id, signal, event),
            Action::KillTree(id) => {
                let body = self.body(id);
                body.has_daemon = false;
                if body.process != Process::None {
                    assert!(body.policy.grace.is_some(), "who has no grace is never killed");
                    assert!(event == Event::Tick, "only the end of a grace kills");
                    body.doom = Some(End::Signaled(Signal::KILL));
                }
            }
            Action::SignalAll(signal) => self.signal_all(signal),
            Action::Tell(news) => self.hear(news, event),
            Action::Finish(code) => {
                assert!(self.code.is_none(), "the end is said once");
                assert!(self.is_empty() && self.swept.is_some(), "nobody is left behind");
                assert!(event == Event::NoneLeft, "only an empty machine is an end");
                assert_eq!(code, self.verdict(), "the exit code is what became of main");
                self.code = Some(code);
            }
        }
    }

    fn start(&mut self, id: ServiceId) {
        let now = self.now;
        let body = &self.bodies[id.index()];
        assert!(self.stopping.is_none(), "nothing starts while everything stops");
        assert!(body.process == Process::None, "what runs is not started");
        assert!(body.order != Some(Order::Stop), "what was ordered to stop stays so");
        let needs = &mut body.policy.after.iter();
        assert!(needs.all(|need| self.bodies[need.index()].is_ready()), "first what it is after");
        if let (Some((how, at)), None) = (body.last, body.order) {
            self.check_restart(body, how, at);
            self.sights.restarts += 1;
            self.body(id).restarts.push(now);
        }
        let body = self.body(id);
        assert!(body.restarts_in_window(now) <= limit(&body.policy), "never above the limit");
        (body.process, body.said_ready, body.order) = (Process::Making, false, None);
    }

    /// A restart that the policy makes.
    fn check_restart(&self, body: &Body, how: Result<End, u8>, at: Moment) {
        let Policy { is_main, has_terminal, .. } = body.policy;
        assert!(self.now.since(at) >= body.pause, "a restart comes after its pause");
        assert!(!body.is_given_up, "what was given up is left alone");
        match body.policy.restart {
            Restart::Never => panic!("never means never"),
            Restart::OnFailure => assert_ne!(how, Ok(End::Exited(0)), "a success is no failure"),
            Restart::Always => {}
        }
        if let (Ok(End::Signaled(signal)), true) = (how, is_main) {
            assert!(!body.sent.has(signal), "an end that was asked for is the end");
            let is_key = matches!(signal, Signal::INT | Signal::QUIT | Signal::HUP);
            assert!(!has_terminal || !is_key, "an end from the keyboard is the end");
        }
    }

    fn signal(&mut self, id: ServiceId, signal: Signal, event: Event) {
        let is_main = self.bodies[id.index()].policy.is_main;
        let is_forwarded = is_main
            && match event {
                Event::Asked(asked) => asked == signal && asked != Signal::TERM,
                Event::Started(started) => started == id,
                Event::Ready(_) | Event::NotStarted(..) | Event::Ended(..) => false,
                Event::StopService(_) | Event::RestartService(_) => false,
                Event::NoneLeft | Event::Tick => false,
            };
        let is_needed = |body: &Body| body.process != Process::None && body.policy.after.has(id);
        let is_ordered = self.bodies[id.index()].order.is_some();
        if self.stopping.is_some() && !is_forwarded && !is_ordered {
            assert!(!self.bodies.iter().any(is_needed), "first what is after it");
        }
        let honours = self.dice.roll(3);
        let body = self.body(id);
        assert!(body.process == Process::Executing, "a signal needs somebody who hears it");
        assert!(is_forwarded || signal == body.policy.stop_signal, "a stop is the stop signal");
        body.sent = body.sent.with(signal);
        body.doom = match honours {
            0 => body.doom,
            1 => body.doom.or(Some(End::Exited(0))),
            _ => body.doom.or(Some(End::Signaled(signal))),
        };
    }

    fn signal_all(&mut self, signal: Signal) {
        let has_process = |body: &Body| body.process != Process::None;
        assert!(self.stopping.is_some(), "only the end signals all");
        assert!(!self.bodies.iter().any(has_process), "services end before the rest");
        let main = self.main();
        let grace = main.policy.grace.unwrap_or(Span::from_s(10));
        match self.swept {
            None => assert_eq!(signal, Signal::TERM, "whoever is left is asked first"),
            Some((last, at)) => {
                assert_eq!(signal, Signal::KILL, "they are asked once");
                let pause = if last == Signal::TERM { grace } else { Span::from_ms(100) };
                assert!(self.now.since(at) >= pause, "they have a grace, and KILL does not spin");
                self.sights.killed_all += 1;
            }
        }
        self.swept = Some((signal, self.now));
        for body in &mut self.bodies {
            // One in ten does not care for TERM, or forks once more before it dies.
            body.has_daemon = body.has_daemon && self.dice.once_in(10);
        }
    }

    fn hear(&mut self, news: News, event: Event) {
        let now = self.now;
        match news {
            News::Started { id } => assert_eq!(event, Event::Started(id)),
            News::Ready { id } => assert_eq!(event, Event::Ready(id)),
            News::NotStarted { id, code } => assert_eq!(event, Event::NotStarted(id, code)),
            News::Ended { id, end } => assert_eq!(event, Event::Ended(id, end)),
            News::Killed { .. } => {
                assert_eq!(event, Event::Tick);
                self.sights.killed += 1;
            }
            News::Restarting { id, delay, attempt } => {
                let Policy { delay: first, delay_max: max, .. } = self.bodies[id.index()].policy;
                let doubled = first.ns().saturating_mul(1 << (attempt - 1).min(40));
                let pause = Span::from_ns(doubled).min(max);
                let most = Span::from_ns(pause.ns() + pause.ns() / 8).min(max);
                assert!((pause..=most).contains(&delay), "pauses double up to the longest");
                self.body(id).pause = delay;
            }
            News::GaveUp { id, restarts, window } => {
                let body = self.body(id);
                assert_eq!((restarts, window), (body.policy.limit, body.policy.window));
                let made = body.restarts_in_window(now);
                // Large limits are counted in groups (`tally`).
                let slack = limit(&body.policy).div_ceil(16).saturating_sub(1);
                assert!(made + slack >= limit(&body.policy), "less than the limit is not too much");
                body.is_given_up = true;
                self.sights.given_up += 1;
            }
            News::CannotStart { id, needs } => {
                assert!(self.bodies[id.index()].policy.after.has(needs));
                assert!(!self.bodies[needs.index()].is_ready(), "it has what it needs");
                self.body(id).is_given_up = true;
                self.sights.cannot_start += 1;
            }
            News::Stopping => {
                assert!(self.stopping.is_none(), "the stop is told once");
                let main = self.main();
                self.stopping = Some(match event {
                    Event::Asked(signal) => Some(signal),
                    Event::StopService(id) if id == main.id => Some(main.policy.stop_signal),
                    Event::StopService(_) | Event::RestartService(_) => None,
                    Event::Started(_) | Event::Ready(_) | Event::NotStarted(..) => None,
                    Event::Ended(..) | Event::NoneLeft | Event::Tick => None,
                });
            }
        }
    }

    /// What the exit code has to be, as far as the world knows main.
    fn verdict(&self) -> u8 {
        let main = self.main();
        match main.last {
            _ if main.is_given_up => code::GAVE_UP,
            Some((Ok(end), _)) => end.code(),
            Some((Err(code), _)) => code,
            None => End::Signaled(self.stopping.flatten().unwrap()).code(),
        }
    }

    /// What must hold of the whole after every event.
    fn check_whole(&self, event: Event) {
        let is_stopping = self.stopping.is_some();
        let has_process = self.bodies.iter().any(|body| body.process != Process::None);
        let deadline = self.supervisor.deadline();
        if event == Event::Tick {
            assert!(deadline.is_none_or(|at| at >= self.now), "a deadline that came is dealt with");
        }
        if self.code.is_some() {
            assert_eq!(deadline, None, "after the finish there is nothing to wake up for");
        }
        if is_stopping && !has_process {
            assert!(self.swept.is_some(), "with the last service the stop is over");
        }
        if !is_stopping && !has_process && !self.was_operated {
            assert_ne!(deadline, None, "a machine on which nothing runs waits for something");
        }
    }

    /// What must hold after the end of a run.
    fn check_end(&self, event: Event, actions: &[Action]) {
        let is_stopping = self.stopping.is_some();
        if let Event::Ended(id, _) = event {
            let body = &self.bodies[id.index()];
            let is_last_of_main = body.policy.is_main && is_stopping;
            let is_cleaned = actions.contains(&Action::KillTree(id));
            assert!(is_cleaned || is_last_of_main, "leftovers are killed");
            // Main may have been about to start again, and turn out to be without hope.
            assert!(!is_cleaned || !is_last_of_main || body.is_given_up, "main's are asked first");
        }
        if let Event::NotStarted(id, _) = event {
            let body = &self.bodies[id.index()];
            let is_first_of_main = body.policy.is_main && body.runs == 1 && body.order.is_none();
            assert!(is_stopping || !is_first_of_main, "a wrong path is final the first time");
        }
    }
}

/// The limit of restarts, as a count.
fn limit(policy: &Policy) -> usize {
    usize::try_from(policy.limit).unwrap()
}

/// A broken promise prints what led to it.
impl Drop for World {
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
