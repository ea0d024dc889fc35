//! The law told in stories: what the supervisor was told, and what it did.
//!
//! A story is a log. Each line is a time, an event, `->`, and the actions that came of it: news in
//! brackets, the rest as it is done. Services are `a`, `b`, `c` in the order of the plan. `begin`
//! is the start, `sleep` asks for the deadline.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::show;
use super::*;
use crate::model::{End, Restart, ServiceSet, Span};

/// A service that is main, and never started again.
const MAIN: Policy = Policy { is_main: true, ..SIDE };

/// A service that is not main and never started again, and whose pauses are not left to chance.
const SIDE: Policy = Policy {
    is_main: false,
    has_terminal: false,
    after: ServiceSet::EMPTY,
    restart: Restart::Never,
    delay: Span::from_s(1),
    delay_max: Span::from_s(1),
    limit: 2,
    window: Span::from_s(60),
    stop_signal: Signal::TERM,
    grace: Some(Span::from_s(10)),
};

/// This policy, after the services at these places.
fn after(places: &[usize], policy: Policy) -> Policy {
    let ids = places.iter().map(|place| ServiceId::new(*place).unwrap());
    Policy { after: ids.fold(ServiceSet::EMPTY, ServiceSet::with), ..policy }
}

/// The event that is shown as `name`.
fn event(name: &str) -> Event {
    let signals = || (1..=64).filter_map(Signal::new);
    let ids = || (0..4).filter_map(ServiceId::new);
    let ends = || (0..=255).map(End::Exited).chain(signals().map(End::Signaled));
    let of_service = |id| {
        [
            Event::Started(id),
            Event::Ready(id),
            Event::StopService(id),
            Event::RestartService(id),
            Event::NotStarted(id, 126),
            Event::NotStarted(id, 127),
        ]
    };
    ids()
        .flat_map(of_service)
        .chain(ids().flat_map(|id| ends().map(move |end| Event::Ended(id, end))))
        .chain(signals().map(Event::Asked))
        .chain([Event::NoneLeft, Event::Tick])
        .find(|event| show::event(*event) == name)
        .unwrap_or_else(|| panic!("no event is shown as {name:?}"))
}

/// Plays the events of the story, and holds what came of them against it.
fn check(policies: &[Policy], story: &str) {
    let mut supervisor = Supervisor::new(policies, 1);
    let mut told = String::new();
    let lines: Vec<_> = story.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for line in &lines {
        let (left, _) = line.split_once("->").expect("a line without an arrow");
        let (time, name) = left.trim().split_once(' ').expect("a line without a time");
        let now = Moment::from_ns(0).after(Span::parse(time.as_bytes()).unwrap());
        let mut actions = Actions::new();
        let mut came = String::new();
        match name.trim() {
            "begin" => supervisor.begin(now, &mut actions),
            "sleep" => came = supervisor.deadline().map_or("for ever".into(), show::moment),
            name => supervisor.feed(event(name), now, &mut actions),
        }
        came += &actions.iter().map(|action| show::action(*action)).collect::<Vec<_>>().join(", ");
        told += format!("{} -> {came}", left.trim()).trim_end();
        told += "\n";
    }
    let expected: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    snapbox::assert_data_eq!(told, snapbox::IntoData::raw(expected));
}

#[test]
fn one_service_lives_and_its_exit_code_is_ours() {
    // The commonest day of all: no wake-up while it runs, and nobody left to sweep.
    check(
        &[MAIN],
        "
        0s begin -> start a
        0s started a -> [a started]
        0s ready a -> [a ready]
        0s sleep -> for ever
        9s ended a exit 7 -> [a ended exit 7], [stopping], all TERM
        9s none left -> finish 7
        9s sleep -> for ever
        ",
    );
}

#[test]
fn services_start_when_what_they_need_is_ready_and_stop_in_reverse() {
    // A main service that is after a database and a job that is done once; the database after the
    // job.
    check(
        &[after(&[1, 2], MAIN), after(&[2], SIDE), SIDE],
        "
        0s begin -> start c
        0s started c -> [c started]
        0s ready c -> [c ready], start b
        1s started b -> [b started]
        1s ended c exit 0 -> [c ended exit 0], kill c
        2s ready b -> [b ready], start a
        3s started a -> [a started]
        9s asked TERM -> [stopping], signal a TERM
        9s ended a TERM -> [a ended TERM], signal b TERM
        9s ended b exit 0 -> [b ended exit 0], kill b, all TERM
        9s none left -> finish 143
        ",
    );
}

#[test]
fn what_does_not_stop_in_its_grace_is_killed_with_all_it_started() {
    // Ten seconds for main, ten more for what is left; KILL to those again and again.
    check(
        &[MAIN],
        "
        0s begin -> start a
        0s started a -> [a started]
        5s asked TERM -> [stopping], signal a TERM
        5s sleep -> 15s
        14s tick ->
        15s tick -> kill a, [a killed]
        15s sleep -> for ever
        15s ended a KILL -> [a ended KILL], all TERM
        15s sleep -> 25s
        25s tick -> all KILL
        25s sleep -> 25100ms
        26s tick -> all KILL
        26s none left -> finish 137
        ",
    );
}

#[test]
fn whoever_asks_twice_is_passed_on_twice_but_gains_no_time() {
    // The second TERM goes to main again; the deadline stays where it was.
    check(
        &[MAIN],
        "
        0s begin -> start a
        0s started a -> [a started]
        5s asked TERM -> [stopping], signal a TERM
        6s asked TERM -> signal a TERM
        7s asked INT -> signal a INT
        7s sleep -> 15s
        8s ended a exit 0 -> [a ended exit 0], all TERM
        8s asked TERM ->
        8s none left -> finish 0
        ",
    );
}

#[test]
fn a_second_term_does_not_break_the_order() {
    // Main is needed by b until b is over, however often somebody asks.
    check(
        &[MAIN, after(&[0], SIDE)],
        "
        0s begin -> start a
        0s started a -> [a started]
        0s ready a -> [a ready], start b
        0s started b -> [b started]
        5s asked TERM -> [stopping], signal b TERM
        6s asked TERM ->
        7s ended b exit 0 -> [b ended exit 0], kill b, signal a TERM
        8s ended a exit 0 -> [a ended exit 0], all TERM
        8s none left -> finish 0
        ",
    );
}

#[test]
fn a_crash_is_repaired_until_there_are_too_many() {
    // Two restarts in a minute are allowed; the third crash is giving up, and 124.
    check(
        &[Policy { restart: Restart::OnFailure, ..MAIN }],
        "
        0s begin -> start a
        0s started a -> [a started]
        0s ended a SEGV -> [a ended SEGV], kill a, [a restarts in 1s, 1]
        0s sleep -> 1s
        1s tick -> start a
        1s started a -> [a started]
        2s ended a exit 1 -> [a ended exit 1], kill a, [a restarts in 1s, 2]
        3s tick -> start a
        3s started a -> [a started]
        4s ended a exit 1 -> [a ended exit 1], [a given up, 2 in 60s], [stopping], all TERM
        4s none left -> finish 124
        ",
    );
}

#[test]
fn an_end_that_was_asked_for_is_no_crash() {
    // INT came through us and ended main: the code is 130, although the policy is always.
    check(
        &[Policy { restart: Restart::Always, ..MAIN }],
        "
        0s begin -> start a
        0s started a -> [a started]
        1s ended a INT -> [a ended INT], kill a, [a restarts in 1s, 1]
        2s tick -> start a
        2s started a -> [a started]
        3s asked INT -> signal a INT
        3s ended a INT -> [a ended INT], [stopping], all TERM
        3s none left -> finish 130
        ",
    );
}

#[test]
fn an_early_signal_is_kept_until_main_runs() {
    // HUP and USR1 come before main runs, and again while it is down: each is delivered once.
    check(
        &[Policy { restart: Restart::Always, ..MAIN }],
        "
        0s begin -> start a
        0s asked USR1 ->
        0s asked HUP ->
        0s asked USR1 ->
        1s started a -> [a started], signal a HUP, signal a USR1
        2s ended a exit 1 -> [a ended exit 1], kill a, [a restarts in 1s, 1]
        2s asked USR2 ->
        3s tick -> start a
        3s started a -> [a started], signal a USR2
        4s ended a USR2 -> [a ended USR2], [stopping], all TERM
        4s none left -> finish 140
        ",
    );
}

#[test]
fn control_c_while_main_is_down_ends_the_wait() {
    // The exit code is that of the end before the pause.
    check(
        &[Policy { restart: Restart::Always, ..MAIN }],
        "
        0s begin -> start a
        0s started a -> [a started]
        1s ended a exit 3 -> [a ended exit 3], kill a, [a restarts in 1s, 1]
        1s asked INT -> [stopping], all TERM
        1s none left -> finish 3
        ",
    );
}

#[test]
fn a_stop_before_main_ever_ran_is_an_end_by_that_signal() {
    // Main still waits for b: as if QUIT had ended it.
    check(
        &[after(&[1], MAIN), SIDE],
        "
        0s begin -> start b
        0s started b -> [b started]
        1s asked QUIT -> [stopping], signal b TERM
        1s ended b TERM -> [b ended TERM], kill b, all TERM
        1s none left -> finish 131
        ",
    );
}

#[test]
fn a_stop_that_comes_before_the_command_runs_waits_for_it() {
    // Nobody is there to hear a signal yet; the grace runs nevertheless.
    check(
        &[MAIN],
        "
        0s begin -> start a
        1s asked TERM -> [stopping]
        1s sleep -> 11s
        2s asked HUP ->
        3s started a -> [a started], signal a TERM, signal a HUP
        3s ready a ->
        3s sleep -> 11s
        4s ended a TERM -> [a ended TERM], all TERM
        4s none left -> finish 143
        ",
    );
}

#[test]
fn a_wrong_path_is_final_the_first_time() {
    // 127 at once, whatever the policy; the rest is stopped as ever.
    check(
        &[Policy { restart: Restart::Always, ..MAIN }, SIDE],
        "
        0s begin -> start a, start b
        0s started b -> [b started]
        0s not started a 127 -> [a not started 127], [stopping], signal b TERM
        1s ended b TERM -> [b ended TERM], kill b, all TERM
        1s none left -> finish 127
        ",
    );
}

#[test]
fn a_path_that_went_wrong_later_is_a_failed_run() {
    // It was there once and may come back: an update under way looks like this.
    check(
        &[Policy { restart: Restart::OnFailure, ..MAIN }],
        "
        0s begin -> start a
        0s started a -> [a started]
        1s ended a exit 1 -> [a ended exit 1], kill a, [a restarts in 1s, 1]
        2s tick -> start a
        2s not started a 126 -> [a not started 126], [a restarts in 1s, 2]
        3s tick -> start a
        3s started a -> [a started]
        4s ended a exit 0 -> [a ended exit 0], [stopping], all TERM
        4s none left -> finish 0
        ",
    );
}

#[test]
fn main_is_not_started_without_what_it_needs() {
    // c cannot be started, so b never can, so main never can: 124.
    check(
        &[after(&[1], MAIN), after(&[2], SIDE), SIDE],
        "
        0s begin -> start c
        0s not started c 127 -> [c not started 127], [b needs c], [a needs b], [stopping], all TERM
        0s none left -> finish 124
        ",
    );
}

#[test]
fn a_job_that_never_said_ready_and_ended_is_no_foundation() {
    // Exit code 0 alone does not make it ready; one that said so first stays so.
    check(
        &[after(&[1], MAIN), SIDE],
        "
        0s begin -> start b
        0s started b -> [b started]
        1s ended b exit 0 -> [b ended exit 0], kill b, [a needs b], [stopping], all TERM
        1s none left -> finish 124
        ",
    );
}

#[test]
fn a_restart_waits_for_what_it_needs_like_a_start() {
    // b is down when the pause of a is over: a waits, and takes no wake-up.
    check(
        &[
            after(&[1], Policy { restart: Restart::Always, ..MAIN }),
            Policy { restart: Restart::Always, ..SIDE },
        ],
        "
        0s begin -> start b
        0s started b -> [b started]
        0s ready b -> [b ready], start a
        0s started a -> [a started]
        1s ended a exit 1 -> [a ended exit 1], kill a, [a restarts in 1s, 1]
        1s ended b exit 1 -> [b ended exit 1], kill b, [b restarts in 1s, 1]
        2s tick -> start b
        2s sleep -> for ever
        3s started b -> [b started]
        3s ready b -> [b ready], start a
        ",
    );
}

#[test]
fn an_operator_stops_and_restarts_without_being_counted() {
    // b is stopped, a waits for nobody; ordered back, its crashes count from the beginning.
    check(
        &[MAIN, Policy { restart: Restart::Always, limit: 1, ..SIDE }],
        "
        0s begin -> start a, start b
        0s started a -> [a started]
        0s started b -> [b started]
        1s ended b exit 1 -> [b ended exit 1], kill b, [b restarts in 1s, 1]
        1s operator restarts b -> start b
        1s started b -> [b started]
        2s operator stops b -> signal b TERM
        3s operator stops b -> signal b TERM
        3s sleep -> 12s
        4s ended b TERM -> [b ended TERM], kill b
        5s operator restarts b -> start b
        5s started b -> [b started]
        6s operator restarts b -> signal b TERM
        7s ended b exit 0 -> [b ended exit 0], kill b, start b
        7s started b -> [b started]
        8s ended b exit 1 -> [b ended exit 1], kill b, [b restarts in 1s, 1]
        9s tick -> start b
        9s started b -> [b started]
        9s ended b exit 1 -> [b ended exit 1], kill b, [b given up, 1 in 60s]
        9s operator restarts b -> start b
        ",
    );
}

#[test]
fn what_an_operator_stopped_is_waited_for() {
    // a needs b, which was stopped: no failure, for it may be ordered back.
    check(
        &[after(&[1], MAIN), SIDE],
        "
        0s begin -> start b
        0s started b -> [b started]
        1s operator stops b -> signal b TERM
        1s ended b TERM -> [b ended TERM], kill b
        9s operator restarts b -> start b
        9s started b -> [b started]
        9s ready b -> [b ready], start a
        ",
    );
}

#[test]
fn an_operator_restarts_main_and_stops_it() {
    // Its end by our TERM is no end of everything; but its stop is.
    check(
        &[MAIN],
        "
        0s begin -> start a
        0s started a -> [a started]
        1s operator restarts a -> signal a TERM
        2s ended a TERM -> [a ended TERM], kill a, start a
        2s started a -> [a started]
        3s operator stops a -> [stopping], signal a TERM
        4s operator restarts a ->
        5s ended a exit 5 -> [a ended exit 5], all TERM
        5s none left -> finish 5
        ",
    );
}

#[test]
fn nothing_is_started_again_while_everything_stops() {
    // b crashes, and a was to be restarted, when TERM comes: neither returns.
    check(
        &[after(&[1], MAIN), Policy { restart: Restart::Always, ..SIDE }],
        "
        0s begin -> start b
        0s started b -> [b started]
        0s ready b -> [b ready], start a
        0s started a -> [a started]
        1s operator restarts a -> signal a TERM
        1s asked TERM -> [stopping]
        2s ended b SEGV -> [b ended SEGV], kill b
        3s ended a TERM -> [a ended TERM], all TERM
        3s none left -> finish 143
        ",
    );
}

#[test]
fn without_a_grace_there_is_no_kill_for_services() {
    // Main may take for ever to stop; what it left behind may not.
    check(
        &[Policy { grace: None, ..MAIN }],
        "
        0s begin -> start a
        0s started a -> [a started]
        1s asked TERM -> [stopping], signal a TERM
        1s sleep -> for ever
        3000s ended a exit 0 -> [a ended exit 0], all TERM
        3000s sleep -> 3010s
        3010s tick -> all KILL
        3010s none left -> finish 0
        ",
    );
}

#[test]
fn nothing_follows_the_finish() {
    // Whatever is fed: the verdict was said.
    check(
        &[MAIN],
        "
        0s begin -> start a
        0s not started a 126 -> [a not started 126], [stopping], all TERM
        0s none left -> finish 126
        1s none left ->
        1s asked TERM ->
        1s started a ->
        1s ended a exit 0 ->
        1s operator restarts a ->
        1s tick ->
        1s sleep -> for ever
        ",
    );
}
