//! Stories of starts: what is started when, started again, kept waiting, or given up.

use super::story::{MAIN, SIDE, after, check};
use crate::model::{BeforeStop, Policy, ReadyBy, Restart, Span};

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
        3s asked INT -> forward a INT
        3s ended a INT -> [a ended INT], [stopping], all TERM
        3s none left -> finish 130
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
        0s not started a 127 -> [a not started 127], [stopping], stop b by TERM
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
fn what_an_operator_stopped_is_waited_for() {
    // a needs b, which was stopped: no failure, for it may be ordered back.
    check(
        &[after(&[1], MAIN), SIDE],
        "
        0s begin -> start b
        0s started b -> [b started]
        1s operator stops b -> stop b by TERM
        1s ended b TERM -> [b ended TERM], kill b
        9s operator restarts b -> start b
        9s started b -> [b started]
        9s ready b -> [b ready], start a
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
        2s operator stops b -> stop b by TERM
        3s operator stops b -> stop b by TERM
        3s sleep -> 12s
        4s ended b TERM -> [b ended TERM], kill b
        5s operator restarts b -> start b
        5s started b -> [b started]
        6s operator restarts b -> stop b by TERM
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
fn an_early_signal_is_kept_until_main_runs() {
    // HUP and USR1 come before main runs, and again while it is down: each is delivered once.
    check(
        &[Policy { restart: Restart::Always, ..MAIN }],
        "
        0s begin -> start a
        0s asked USR1 ->
        0s asked HUP ->
        0s asked USR1 ->
        1s started a -> [a started], forward a HUP, forward a USR1
        2s ended a exit 1 -> [a ended exit 1], kill a, [a restarts in 1s, 1]
        2s asked USR2 ->
        3s tick -> start a
        3s started a -> [a started], forward a USR2
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
fn what_is_after_a_service_waits_for_its_word() {
    // A word from b, checks for c: only then a starts. A check that fails is made again after 50,
    // 100, 200 ms; an idle machine waits for nothing.
    let word = Policy { ready_by: ReadyBy::Word, ..SIDE };
    let checked = Policy { ready_by: ReadyBy::Command, ..SIDE };
    check(
        &[after(&[1, 2], MAIN), word, checked],
        "
        0s begin -> start b, start c
        0s started b -> [b started]
        0s started c -> [c started], check c
        0s sleep -> for ever
        1s ready b -> [b ready]
        1s check c in vain ->
        1s sleep -> 1.05s
        1050ms tick -> check c
        1060ms check c in vain ->
        1060ms sleep -> 1.16s
        1160ms tick -> check c
        1170ms check c done -> [c ready], end help c, start a
        1170ms started a -> [a started]
        1170ms sleep -> for ever
        ",
    );
}

#[test]
fn what_is_not_ready_in_time_is_stopped_and_has_failed() {
    // b has five seconds; it is stopped, and killed with all it left; there is no hope for a, which
    // is main, and the exit code says that we gave up.
    let late = Policy {
        ready_by: ReadyBy::Word,
        start_timeout: Some(Span::from_s(5)),
        grace: None,
        before_stop: BeforeStop::Pause(Span::from_s(3)),
        ..SIDE
    };
    check(
        &[after(&[1], MAIN), late],
        "
        0s begin -> start b
        0s started b -> [b started]
        0s sleep -> 5s
        5s tick -> stop b by TERM, [b not ready in 5s]
        5s sleep -> 15s
        6s ready b ->
        15s tick -> kill b, [b killed]
        15s ended b KILL -> [b ended KILL], kill b, [a needs b], [stopping], all TERM
        15s none left -> finish 124
        ",
    );
}

#[test]
fn who_was_late_is_started_again_if_its_policy_says_so() {
    // The default restart limit of the stories is 2: the third lateness is one too many.
    let late = Policy {
        ready_by: ReadyBy::Command,
        start_timeout: Some(Span::from_ms(80)),
        restart: Restart::OnFailure,
        ..MAIN
    };
    check(
        &[late],
        "
        0s begin -> start a
        0s started a -> [a started], check a
        80ms tick -> end help a, stop a by TERM, [a not ready in 80ms]
        90ms ended a exit 0 -> [a ended exit 0], kill a, [a restarts in 1s, 1]
        2s tick -> start a
        2s started a -> [a started], check a
        2010ms check a in vain ->
        2060ms tick -> check a
        2080ms tick -> end help a, stop a by TERM, [a not ready in 80ms]
        2090ms ended a TERM -> [a ended TERM], kill a, [a restarts in 1s, 2]
        4s tick -> start a
        4s started a -> [a started], check a
        5s tick -> end help a, stop a by TERM, [a not ready in 80ms]
        5s ended a TERM -> [a ended TERM], [a given up, 2 in 60s], [stopping], all TERM
        5s none left -> finish 124
        ",
    );
}
