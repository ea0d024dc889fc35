//! The loop of PID 1: wait, take what came as events, feed the supervisor, do what it says.
//!
//! Nothing is done while the sources are drained; what comes is put into a queue of events first,
//! and what the actions bring about (a service started, or not) follows there.

use heapless::{Deque, Vec};

mod children;
mod detail;
mod ends;
mod helper;
mod kills;
mod knock;
mod lock;
mod notify;
mod refusals;
mod release;
mod signals;
mod sources;
mod state;

use super::hands::Hands;
use super::spawn::{Started, spawn};
use super::telling::{Detail, Outcome, Teller, Telling};
use super::{child, foreground, machine, prepared};
use crate::limits::REAPED_A_ROUND;
use crate::model::{End, Moment, ReadyBy, ServiceId, ServiceSet, Signal, Unhandled, code};
use crate::plan::{Actor, Plan, Verdict};
use crate::supervisor::{Action, Actions, Event, News, Supervisor};
use crate::sys::process::Child;
use crate::sys::start::Start;
use crate::sys::wait;
use crate::sys::{clock, process};
use state::{Process, Told};

pub(super) use state::Turn;

/// Starts the services and watches over them until everything is over.
#[inline(never)] // its code lies with that of the loop (link.ld)
pub(super) fn supervise(
    plan: &Plan<'_>,
    start: &Start,
    hands: &mut Hands,
    teller: &mut dyn Teller,
) -> Outcome {
    // PID 1 knows its number; whoever supervises among others asks for it.
    hands.supervisor_pid = if plan.is_pid1 { 1 } else { process::pid() };
    let mut turn = Turn {
        plan,
        start,
        hands,
        teller,
        supervisor: Supervisor::new(start.random),
        processes: Vec::new(),
        events: Deque::new(),
        value: None,
        failure: None,
        has_main_run: false,
        is_to_stop: false,
        told_calls: Told::NONE,
        told: None,
        early: 0,
        tries: 0,
        is_killing: false,
        is_behind: false,
        started: ServiceSet::EMPTY,
        has_started: false,
        has_used: false,
        verdict: None,
    };
    for service in plan.services.iter() {
        turn.supervisor.add(&service.policy);
        let _ = turn.processes.push(Process::default()); // there is room for as many
    }
    let mut now = clock::now();
    turn.tell_of_terminal();
    if turn.listens() {
        turn.begin_to_listen();
    }
    turn.heed(None, now);
    loop {
        while let Some(event) = turn.events.pop_front() {
            turn.heed(Some(event), now);
        }
        if let Some(Verdict { code, signal }) = turn.verdict {
            if cfg!(feature = "control") {
                turn.take_last_words();
            }
            return Outcome { code, signal, failure: turn.failure };
        }
        turn.wait(now);
        now = clock::now();
        // Behind what came, and also where something always comes: a service that writes and writes
        // must not hold its own end up.
        if turn.supervisor.deadline().is_some_and(|deadline| deadline <= now) {
            turn.happened(Event::Tick);
        }
        turn.give_up_who_cannot_die(now);
    }
}

impl Turn<'_, '_> {
    /// Puts an event behind the others. The queue holds more than one round can bring; a signal
    /// that finds no place stays with the kernel.
    pub(super) fn happened(&mut self, event: Event) {
        let _ = self.events.push_back(event);
    }

    /// Tells the supervisor that it begins, or what happened, and does what it says.
    #[inline(never)] // the list would lie in the frame of the loop
    fn heed(&mut self, event: Option<Event>, now: Moment) {
        let mut actions = Actions::new();
        match event {
            None => self.supervisor.begin(now, &mut actions),
            Some(event) => self.supervisor.feed(event, now, &mut actions),
        }
        self.act(&actions);
    }

    /// Does what the supervisor says, in its order.
    fn act(&mut self, actions: &Actions) {
        for action in actions {
            match *action {
                Action::Start(id) => self.start(id),
                Action::Help(id, helper) => self.help(id, helper),
                Action::EndHelp(id) => self.end_help(id),
                Action::Signal(id, signal) => self.send(id, signal),
                Action::Stop(id, signal) => self.stop(id, signal),
                Action::Forward(id, signal) => self.forward(id, signal),
                Action::KillTree(id) => self.kill_tree(id),
                Action::SignalAll(signal) => self.signal_all(signal),
                Action::Tell(news) => self.tell(news),
                // That nothing ran is our own word, and no end of the main service's to be mapped.
                Action::Finish(end @ End::Exited(code::FAILED)) if self.failure.is_some() => {
                    self.verdict = Some(Verdict { code: end.code(), signal: None });
                }
                Action::Finish(end) => self.verdict = Some(self.plan.verdict(end)),
            }
        }
    }

    /// Tells the news, and whom else it concerns.
    fn tell(&mut self, news: News) {
        if let News::Restarting { id, .. } = news
            && self.plan.service(id).is_some_and(|service| service.policy.has_terminal)
        {
            let _ = foreground::take_back(self.hands); // until it runs again, the keys are for us
        }
        if self.plan.mode.is_init() {
            machine::noticed(self.plan, &mut self.hands.machine, news);
        }
        if self.listens() {
            self.note(news);
        }
        self.teller.tell(self.plan, Telling::News(news));
        if let News::Ready { id } = news {
            self.announce(id);
        }
    }

    /// Starts a service and reports what came of it.
    fn start(&mut self, id: ServiceId) {
        let policy = self.plan.service(id).map(|service| &service.policy);
        let is_main = policy.is_some_and(|policy| policy.is_main);
        let is_ready = policy.is_none_or(|policy| policy.ready_by == ReadyBy::Running);
        self.drop_messages(id);
        let started = spawn(self.plan, Actor::Service(id), self.start, self.hands);
        self.has_started = true;
        self.started = self.started.with(id);
        self.tell_of_process(&started);
        match started {
            Started::Running(child) => {
                self.has_main_run |= is_main;
                if let Some(process) = self.processes.get_mut(id.index()) {
                    process.last_pid = Some(child.pid);
                    process.child = Some(child);
                    process.ready = self.hands.ready.read.take();
                    process.asks = self.hands.asks.take();
                    process.killed = None;
                    (process.told_main_pid, process.told_store) = (false, false);
                }
                self.happened(Event::Started(id));
                if is_ready {
                    self.happened(Event::Ready(id));
                }
            }
            Started::Failed(failure, code, child) => {
                match child {
                    // Its end is told of by whoever says what failed.
                    Some(child) if self.plan.habits().tells_all => drop(child::wait_for(&child)),
                    Some(child) => drop(wait::reap(child.pid)), // the kernel may have done so
                    None => {}
                }
                match is_main && !self.has_main_run {
                    true => self.failure = Some(failure),
                    false => self.teller.tell(self.plan, Telling::Failure(failure)),
                }
                self.happened(Event::NotStarted(id, code));
            }
        }
    }

    /// Sends a signal to a service's process, with the value it came with, or where it is to be so
    /// to its whole process group; CONT always, because a terminal stops the whole group.
    fn send(&mut self, id: ServiceId, signal: Signal) {
        let value = self.value.take_if(|(queued, _)| *queued == signal).map(|(_, value)| value);
        if signal == Signal::KILL {
            self.note_kill(id);
        }
        let (Some(child), Some(service)) = (self.child(id), self.plan.service(id)) else { return };
        match service.has_group_signals || signal == Signal::CONT && value.is_none() {
            true => child::send_to_group(child, signal, value),
            false => child::send(child, signal, value),
        }
    }

    /// Passes a signal on, unless it would end a service that is to be spared.
    fn forward(&mut self, id: ServiceId, signal: Signal) {
        let unhandled = self.plan.service(id).map(|service| service.unhandled);
        let is_spared = unhandled == Some(Unhandled::Drop)
            && self.child(id).is_some_and(|child| prepared::would_end(child.pid, signal));
        if !is_spared {
            self.send(id, signal);
        }
    }

    /// Whether somebody can ask how we are.
    fn listens(&self) -> bool {
        cfg!(feature = "control") && self.hands.listener.is_some()
    }

    /// Whether a PID namespace ends with us, and everybody in it is below us.
    fn is_pid1(&self) -> bool {
        self.hands.supervisor_pid == 1
    }

    /// The process of a service that runs.
    pub(super) fn child(&self, id: ServiceId) -> Option<&Child> {
        self.processes.get(id.index()).and_then(|process| process.child.as_ref())
    }

    /// The services that run, with their processes.
    fn children(&self) -> impl Iterator<Item = (ServiceId, &Child)> {
        let ids = ServiceId::all();
        ids.zip(&self.processes).filter_map(|(id, process)| Some((id, process.child.as_ref()?)))
    }

    /// A service whose pidfd says that it has ended; `is_reaped` when nothing but its status is
    /// left.
    fn take_end(&mut self, id: ServiceId, is_reaped: bool) {
        let Some(child) = self.child(id) else { return };
        match child::end_of(child) {
            Some(end) => self.ended(id, end),
            None if !is_reaped => self.is_too_early(),
            None => {
                self.teller.tell(self.plan, Telling::StatusLost(id));
                self.ended(id, End::Exited(code::FAILED));
            }
        }
    }

    /// The process is gone; its descriptor goes, too.
    fn ended(&mut self, id: ServiceId, end: End) {
        self.take_last_of(id);
        if cfg!(feature = "control") {
            self.take_rest_of_log(id);
        }
        self.look_for_oom(id, end);
        let process = self.processes.get_mut(id.index());
        let child = process.and_then(|process| {
            process.ready = None;
            process.child.take()
        });
        if let Some(child) = child {
            self.tell_always(Detail::Reaped(child.pid, end));
            self.ask_group(id, child.pid);
        }
        self.happened(Event::Ended(id, end));
    }

    /// Reaps children that have ended, ours or orphans, as many as one round takes; gives whether
    /// there is any child left.
    fn reap(&mut self) -> bool {
        for _ in 0..REAPED_A_ROUND {
            let reaped = wait::reap_any();
            let Ok(Some((pid, end))) = reaped else {
                self.is_behind = false;
                let is_any_left = reaped.is_ok();
                self.tell_detail(Detail::ReapedAll { is_any_left });
                return is_any_left;
            };
            let ours = self.children().find(|(_, child)| child.pid == pid);
            let beside = self.companions().find(|(_, child)| child.pid == pid);
            match (ours.map(|(id, _)| id), beside.map(|(id, _)| id)) {
                (Some(id), _) => self.ended(id, end),
                (None, Some(id)) => self.helped(id, Some(end)),
                (None, None) if self.listens() && self.is_guest(pid, end) => {}
                (None, None) => self.tell_detail(Detail::Reaped(pid, end)),
            }
        }
        self.is_behind = true;
        true
    }
}
