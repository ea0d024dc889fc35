//! What the house promises: each promise is one assertion, with the sentence that is broken if it
//! fails.
//!
//! The promises are made of what the world saw, events and actions, and repeat no reasoning of the
//! supervisor: they say what must not be, not how it is avoided.

use super::world::{Body, Order, Process, World};
use crate::model::SignalSet;
use crate::model::{
    BeforeStop, End, Helper, KillMode, Moment, Policy, ReadyBy, ReloadBy, Restart, ServiceId,
    Short, Signal, Span, Word, code,
};
use crate::supervisor::{Action, Event, News};

impl World<'_> {
    /// Performs one action.
    pub fn perform(&mut self, action: Action, event: Event) {
        match action {
            Action::Start(id) => self.start(id),
            Action::Help(id, helper) => self.help(id, helper),
            Action::EndHelp(id) => self.body(id).helper = None,
            Action::Signal(id, signal) if event == Event::SignalService(id, signal) => {
                self.signal(id, signal, true);
            }
            Action::Signal(id, signal) if matches!(event, Event::Reload(all) if all.has(id)) => {
                let body = &self.bodies[id.index()];
                assert_eq!(body.policy.reload, ReloadBy::Signal(signal), "as it was said");
                assert!(body.said_ready, "who is not ready has nothing to read again");
                let sent = body.sent;
                self.sights.reloaded += 1;
                self.signal(id, signal, true);
                self.body(id).sent = sent; // who dies of it has crashed: nobody asked for an end
            }
            Action::Signal(id, signal) => {
                assert_eq!(signal, Signal::KILL, "what else was asked for?");
                let kill_mode = self.bodies[id.index()].policy.kill_mode;
                assert_eq!(kill_mode, KillMode::Process, "else all of it is killed");
                self.kill(id, event);
            }
            Action::Stop(id, signal) if self.may_be_hung(id, signal, event) => {
                self.signal(id, signal, true);
            }
            Action::Stop(id, signal) => {
                let body = &self.bodies[id.index()];
                assert_eq!(signal, body.policy.stop_signal, "a stop is the stop signal");
                assert_ne!(body.helper, Some(Helper::PreStop), "first what comes before");
                let stop_by = body.policy.grace.map(|grace| self.now.after(grace));
                let body = self.body(id);
                let is_old = body.leaves || body.sent.has(signal) || body.doom.is_some();
                body.stop_by = if is_old { body.stop_by } else { stop_by };
                self.signal(id, signal, self.is_late(id, event));
            }
            Action::Forward(id, signal) => {
                let is_main = self.bodies[id.index()].policy.is_main;
                let is_due = match event {
                    Event::Asked(asked) => asked == signal && asked != Signal::TERM,
                    Event::Started(started) => started == id,
                    Event::Ready(_) | Event::NotStarted(..) | Event::Ended(..) => false,
                    Event::StopService(_) | Event::RestartService(_) => false,
                    Event::SignalService(..) | Event::Said(..) | Event::Reload(_) => false,
                    Event::Helped(..) | Event::NoneLeft | Event::Tick => false,
                };
                assert!(is_main && is_due, "only what came is passed on, and only to main");
                self.signal(id, signal, true);
            }
            Action::KillTree(id) => {
                let is_undying = self.is_undying;
                let body = self.body(id);
                body.has_daemon &= is_undying;
                if body.process != Process::None {
                    self.kill(id, event);
                } else {
                    assert_eq!(body.policy.kill_mode, KillMode::Tree, "others are not touched");
                }
            }
            Action::SignalAll(signal) => self.signal_all(signal),
            Action::Tell(news) => self.hear(news, event),
            Action::Finish(end) => self.finish(end, event),
        }
    }

    /// A service did not stop in its grace.
    fn kill(&mut self, id: ServiceId, event: Event) {
        let body = self.body(id);
        assert!(body.process != Process::None, "what is killed is there");
        let is_bounded = body.policy.grace.is_some() || body.is_late;
        assert!(is_bounded, "who has no grace is never killed");
        assert!(event == Event::Tick, "only the end of a grace kills");
        body.doom = Some(End::Signaled(Signal::KILL));
        body.stop_by = None;
    }

    fn finish(&mut self, end: End, event: Event) {
        assert!(self.code.is_none(), "the end is said once");
        match self.main().policy.kill_mode {
            KillMode::Tree => {
                let is_in_vain = self.is_undying && self.sights.killed_all >= 100;
                assert!(self.is_empty() || is_in_vain, "nobody is left who can die");
                assert!(self.swept.is_some(), "all are asked before that");
                assert!(event == Event::NoneLeft || is_in_vain, "nobody is given up soon");
            }
            KillMode::Process => assert!(self.swept.is_none(), "others are not touched"),
        }
        let is_late = self.main().is_late && end == End::Exited(code::GAVE_UP);
        assert!(is_late || end == self.verdict(), "the end is what became of main");
        self.code = Some(end.code());
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
        (body.is_late, body.leaves) = (false, false);
    }

    fn help(&mut self, id: ServiceId, helper: Helper) {
        let body = self.body(id);
        assert!(body.process == Process::Executing, "nobody is helped that does not run");
        assert!(body.helper.is_none(), "a service has one command beside it");
        match helper {
            Helper::Check => {
                assert_eq!(body.policy.ready_by, ReadyBy::Command);
                assert!(!body.said_ready, "nobody is asked who is ready");
            }
            Helper::PreStop => assert_eq!(body.policy.before_stop, BeforeStop::Command),
            Helper::Reload => {
                assert!(matches!(body.policy.reload, ReloadBy::Command { .. }));
                assert!(body.said_ready, "who is not ready has nothing to read again");
            }
        }
        body.helper = Some(helper);
    }

    /// A restart that the policy makes.
    fn check_restart(&self, body: &Body, how: Result<End, u8>, at: Moment) {
        let Policy { is_main, has_terminal, .. } = body.policy;
        assert!(self.now.since(at) >= body.pause, "a restart comes after its pause");
        assert!(!body.is_given_up, "what was given up is left alone");
        match body.policy.restart {
            Restart::Never => panic!("never means never"),
            Restart::OnFailure if body.is_late => {}
            Restart::OnFailure => {
                let is_success = how.is_ok_and(|end| body.policy.is_success(end));
                assert!(!is_success, "a success is no failure");
            }
            Restart::Always => {}
        }
        if let (Ok(End::Signaled(signal)), true, false) = (how, is_main, body.is_late) {
            assert!(!body.sent.has(signal), "an end that was asked for is the end");
            let is_key = matches!(signal, Signal::INT | Signal::QUIT | Signal::HUP);
            assert!(!has_terminal || !is_key, "an end from the keyboard is the end");
        }
    }

    /// Whether this ends who was silent for too long, or said that it hangs.
    fn may_be_hung(&self, id: ServiceId, signal: Signal, event: Event) -> bool {
        let own = &self.bodies[id.index()];
        let is_said = event == Event::Said(id, Word::Hung);
        let is_silent =
            event == Event::Tick && own.said_ready && own.helper != Some(Helper::PreStop);
        signal == own.policy.watchdog_signal && (is_said || is_silent)
    }

    /// Whether it is stopped because it is not ready in time.
    fn is_late(&self, id: ServiceId, event: Event) -> bool {
        let own = &self.bodies[id.index()];
        let has_failed = own.policy.start_timeout.is_some() && !own.said_ready;
        own.is_late || event == Event::Tick && has_failed
    }

    fn signal(&mut self, id: ServiceId, signal: Signal, is_free: bool) {
        let is_needed = |body: &Body| body.process != Process::None && body.policy.after.has(id);
        let is_ordered = self.bodies[id.index()].order.is_some();
        if self.stopping.is_some() && !is_free && !is_ordered {
            assert!(!self.bodies.iter().any(is_needed), "first what is after it");
        }
        let honours = self.dice.roll(3);
        let body = self.body(id);
        assert!(body.process == Process::Executing, "a signal needs somebody who hears it");
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
            let goes_on = self.is_undying || self.dice.once_in(10);
            body.has_daemon = body.has_daemon && goes_on;
        }
    }

    fn hear(&mut self, news: News, event: Event) {
        let now = self.now;
        match news {
            News::Started { id } => assert_eq!(event, Event::Started(id)),
            News::Ready { id } => {
                let checked = Event::Helped(id, Helper::Check, true);
                assert!([Event::Ready(id), checked].contains(&event));
            }
            News::NotReady { id, within } => {
                let body = self.body(id);
                assert_eq!((event, body.policy.start_timeout), (Event::Tick, Some(within)));
                assert!(!body.said_ready, "who is ready is not late");
                body.is_late = true;
                self.sights.late += 1;
            }
            News::Hung { id, within } => self.hear_hung(id, within, event),
            News::Leaves { id } => {
                assert_eq!(event, Event::Said(id, Word::Leaves));
                self.body(id).leaves = true;
                self.sights.left += 1;
            }
            News::PreStopKilled { .. } => {
                assert_eq!(event, Event::Tick);
                self.sights.pre_stop_killed += 1;
            }
            News::ReloadKilled { .. } => {
                assert_eq!(event, Event::Tick);
                self.sights.reload_killed += 1;
            }
            News::NotStarted { id, code } => assert_eq!(event, Event::NotStarted(id, code)),
            News::Ended { id, end, .. } => assert_eq!(event, Event::Ended(id, end)),
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
                    Event::SignalService(..) | Event::Said(..) | Event::Reload(_) => None,
                    Event::Started(_) | Event::Ready(_) | Event::NotStarted(..) => None,
                    Event::Ended(..) | Event::Helped(..) | Event::NoneLeft | Event::Tick => None,
                });
            }
        }
    }

    fn hear_hung(&mut self, id: ServiceId, within: Option<Short>, event: Event) {
        let body = self.body(id);
        assert!(within.is_none() == (event == Event::Said(id, Word::Hung)));
        assert!(within.is_none() || event == Event::Tick && body.said_ready);
        (body.is_late, body.said_ready) = (true, false);
        self.sights.hung += 1;
    }

    /// What the exit code has to be, as far as the world knows main.
    fn verdict(&self) -> End {
        let main = self.main();
        match main.last {
            _ if main.is_given_up => End::Exited(code::GAVE_UP),
            Some((Ok(end), _)) => end,
            Some((Err(code), _)) => End::Exited(code),
            None => End::Signaled(self.stopping.flatten().unwrap()),
        }
    }

    /// What must hold of the whole after every event.
    pub fn check_whole(&self, event: Event) {
        let is_stopping = self.stopping.is_some();
        let has_process = self.bodies.iter().any(|body| body.process != Process::None);
        let deadline = self.supervisor.deadline();
        if event == Event::Tick {
            assert!(deadline.is_none_or(|at| at >= self.now), "a deadline that came is dealt with");
        }
        for body in &self.bodies {
            let by = body.stop_by.map(|by| by.max(body.more));
            let is_bounded = by.is_none_or(|by| deadline.is_some_and(|at| at <= by));
            assert!(is_bounded, "who was told to stop is killed when its grace is over");
            let has_process = body.process != Process::None;
            assert!(has_process || body.helper.is_none(), "nobody is left beside a service");
        }
        if self.code.is_some() {
            assert_eq!(deadline, None, "after the finish there is nothing to wake up for");
        }
        if is_stopping && !has_process && self.main().policy.kill_mode == KillMode::Tree {
            assert!(self.swept.is_some(), "with the last service the stop is over");
        }
        if !is_stopping && !has_process && !self.was_operated {
            assert_ne!(deadline, None, "a machine on which nothing runs waits for something");
        }
    }

    /// No signal is lost while main may run.
    pub fn check_signals(&mut self, event: Event, was_stopping: bool, actions: &[Action]) {
        let (main, executes) = (self.main().id, self.main().process == Process::Executing);
        if event == Event::Started(main) {
            let mut kept = self.kept.iter();
            let is_sent = |signal| actions.contains(&Action::Forward(main, signal));
            assert!(kept.all(is_sent), "main gets what came before it ran");
            self.kept = SignalSet::EMPTY;
        }
        match event {
            Event::Asked(signal) if !was_stopping => {
                let is_stop = matches!(signal, Signal::TERM | Signal::INT | Signal::QUIT);
                if signal == Signal::TERM || is_stop && !executes {
                    assert!(self.stopping.is_some(), "who asks for the end gets it");
                } else if executes {
                    let is_sent = actions.contains(&Action::Forward(main, signal));
                    assert!(is_sent, "main gets every other signal");
                } else {
                    self.kept = self.kept.with(signal);
                }
            }
            Event::Asked(_) | Event::StopService(_) | Event::RestartService(_) => {}
            Event::SignalService(..) | Event::Said(..) | Event::Reload(_) => {}
            Event::Started(_) | Event::Ready(_) | Event::NotStarted(..) => {}
            Event::Ended(..) | Event::Helped(..) | Event::NoneLeft | Event::Tick => {}
        }
    }

    /// What must hold after the end of a run.
    pub fn check_end(&self, event: Event, actions: &[Action]) {
        let is_stopping = self.stopping.is_some();
        if let Event::Ended(id, _) = event {
            let body = &self.bodies[id.index()];
            let is_last_of_main = body.policy.is_main && is_stopping;
            let is_cleaned = actions.contains(&Action::KillTree(id));
            let is_alone = body.policy.kill_mode == KillMode::Process;
            assert!(is_cleaned || is_last_of_main || is_alone, "leftovers are killed");
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
