//! The law of one service as a printed table: every pair of state and input.

use super::super::restart::{Judge, Random, Restarts};
use super::super::state::{Act, Check, Input, Outcome, Readiness, State, Then, Watch};
use super::super::step::{CHECK_PAUSE, step};
use super::show;
use crate::model::{
    BeforeStop, End, Moment, Policy, ReadyBy, ReloadBy, Restart, ServiceId, Short, Signal,
    SignalSet, Span, Word,
};
use std::{format, string::String, vec::Vec};

const HEAD: &str = "\
at 100s, with restart on-failure, delay 1s, grace 10s, a command for readiness, start-timeout 5s,
pre-stop 3s, watchdog 20s, a command for reload
";
const NOW: Moment = Moment::from_ns(100_000_000_000);
const EARLY: Moment = Moment::from_ns(90_000_000_000);
const LATE: Moment = Moment::from_ns(105_000_000_000);

/// One state of each kind, and one more where its data decides.
fn states() -> [State; 23] {
    let last = Outcome::End(End::Exited(1));
    let asked = SignalSet::EMPTY;
    let pause = CHECK_PAUSE;
    let awaited = |check| Readiness::Awaited { by: Some(LATE), check };
    let every = Some(Span::from_s(20));
    let silent = Watch::unarmed(every);
    let running =
        |readiness, asked| State::Running { since: EARLY, readiness, watch: silent, asked };
    let watched = |readiness, by| {
        let watch = Watch { every, by: Some(by) };
        State::Running { since: EARLY, readiness, watch, asked }
    };
    let own = Then::Own { since: EARLY, was_ready: true, asked };
    let (at, then) = (EARLY, Then::Stay);
    [
        State::FIRST,
        State::Starting { last: Outcome::Unstarted },
        State::Recalled { kill_at: Some(LATE), then: Then::Stay },
        State::Recalled { kill_at: Some(EARLY), then: Then::Start },
        running(Readiness::Awaited { by: Some(EARLY), check: Check::None }, asked),
        running(awaited(Check::Underway { pause }), asked),
        running(awaited(Check::Next { at, pause }), asked),
        running(Readiness::Ready, asked.with(Signal::INT)),
        watched(Readiness::Ready, EARLY),
        watched(Readiness::Reloading { by: None }, LATE),
        running(Readiness::Reloading { by: Some(EARLY) }, asked),
        State::Backoff { until: LATE, last },
        State::Backoff { until: EARLY, last },
        State::Leaving { until: Some(LATE), has_command: true, then },
        State::Leaving { until: Some(EARLY), has_command: false, then },
        State::Stopping { kill_at: Some(LATE), then: Then::Fail },
        State::Stopping { kill_at: Some(EARLY), then: Then::Start },
        State::Stopping { kill_at: Some(LATE), then: Then::Hang { since: EARLY } },
        State::Stopping { kill_at: Some(LATE), then: own },
        State::Stopping { kill_at: Some(EARLY), then: own },
        State::Ended { last: Outcome::End(End::Exited(0)), is_ready: true },
        State::Ended { last: Outcome::GaveUp, is_ready: false },
        State::Stopped { last },
    ]
}

/// One input of each kind, and one more where its data decides.
fn inputs() -> [Input; 20] {
    [
        Input::Go,
        Input::Hopeless(ServiceId::new(1).unwrap()),
        Input::Started,
        Input::Ready,
        Input::NotStarted(127),
        Input::Ended(End::Exited(0)),
        Input::Ended(End::Exited(1)),
        Input::Ended(End::Signaled(Signal::INT)),
        Input::Said(Word::Alive),
        Input::Said(Word::Hung),
        Input::Said(Word::Watch(Short::new(Span::from_s(7)))),
        Input::Said(Word::Extend(Short::new(Span::from_s(9)))),
        Input::Said(Word::Leaves),
        Input::Reload,
        Input::Helped,
        Input::Forward(Signal::INT),
        Input::Signal(Signal::HUP),
        Input::Stop,
        Input::Restart,
        Input::Tick,
    ]
}

/// What `input` makes of `state` at 100s under this policy, as the end of a line of the table.
fn line(state: State, input: Input, policy: &Policy) -> String {
    let (mut restarts, mut random) = (Restarts::default(), Random::new(1));
    let (restarts, random) = (&mut restarts, &mut random);
    let mut judge = Judge { policy, restarts, random, is_stopping: false, now: NOW };
    match step(state, input, &mut judge) {
        (after, Act::Nothing) if after == state => String::new(),
        (after, act) => {
            let becomes = if after == state { "(stays)".into() } else { show::state(after) };
            format!("{becomes:<48}{}", show::act(act))
        }
    }
}

#[test]
fn the_law_is_the_printed_table() {
    // For each state: the inputs that move it, what it becomes and what is done; then the
    // others. A main service differs at its ends, so it has a line of its own there.
    let side = Policy {
        restart: Restart::OnFailure,
        delay_max: Span::from_s(1),
        ready_by: ReadyBy::Command,
        start_timeout: Some(Span::from_s(5)),
        before_stop: BeforeStop::Pause(Span::from_s(3)),
        watchdog: Some(Span::from_s(20)),
        reload: ReloadBy::Command { within: Some(Span::from_s(5)) },
        ..Policy::default()
    };
    let main = Policy { is_main: true, ..side };
    let mut table = String::from(HEAD);
    let mut add = |name: &str, line: &str| {
        table += format!("{name:<18}{line}").trim_end();
        table += "\n";
    };
    for state in states() {
        add("", "");
        add(&show::state(state), "");
        let mut unmoved = Vec::new();
        for input in inputs() {
            let (name, of_side, of_main) =
                (show::input(input), line(state, input, &side), line(state, input, &main));
            if of_side.is_empty() {
                unmoved.push(String::from(name.split(' ').next().unwrap()));
            } else {
                add(&format!("  {name}"), &of_side);
            }
            if of_main != of_side {
                add("    of main", &of_main);
            }
        }
        unmoved.dedup();
        add("  (nothing)", &unmoved.join(", "));
    }
    snapbox::assert_data_eq!(
        table,
        snapbox::file!["../../../tests/golden/supervisor-table.txt": Text].raw()
    );
}
