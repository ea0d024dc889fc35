//! Stories of stops: how a day ends, in which order, and with which exit code.

use super::story::{MAIN, SIDE, after, check};
use crate::model::{BeforeStop, Policy, ReadyBy, Restart, Span};

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
        9s asked TERM -> [stopping], stop a by TERM
        9s ended a TERM -> [a ended TERM], stop b by TERM
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
        5s asked TERM -> [stopping], stop a by TERM
        5s sleep -> 15s
        14s tick ->
        15s tick -> kill a, [a killed]
        15s sleep -> for ever
        15s ended a KILL -> [a ended KILL], all TERM
        15s sleep -> 25s
        25s tick -> all KILL
        25s sleep -> 25.1s
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
        5s asked TERM -> [stopping], stop a by TERM
        6s asked TERM -> stop a by TERM
        7s asked INT -> forward a INT
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
        5s asked TERM -> [stopping], stop b by TERM
        6s asked TERM ->
        7s ended b exit 0 -> [b ended exit 0], kill b, stop a by TERM
        8s ended a exit 0 -> [a ended exit 0], all TERM
        8s none left -> finish 0
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
        1s asked QUIT -> [stopping], stop b by TERM
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
        3s started a -> [a started], stop a by TERM, forward a HUP
        3s ready a ->
        3s sleep -> 11s
        4s ended a TERM -> [a ended TERM], all TERM
        4s none left -> finish 143
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
        1s operator restarts a -> stop a by TERM
        2s ended a TERM -> [a ended TERM], kill a, start a
        2s started a -> [a started]
        3s operator stops a -> [stopping], stop a by TERM
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
        1s operator restarts a -> stop a by TERM
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
        1s asked TERM -> [stopping], stop a by TERM
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

#[test]
fn a_service_goes_on_in_the_pause_before_its_stop_signal() {
    // TERM, three seconds in which signals still reach it, then its stop signal.
    let policy = Policy { before_stop: BeforeStop::Pause(Span::from_s(3)), ..MAIN };
    check(
        &[policy],
        "
        0s begin -> start a
        0s started a -> [a started]
        0s ready a -> [a ready]
        5s asked TERM -> [stopping]
        5s sleep -> 8s
        6s asked HUP -> forward a HUP
        8s tick -> stop a by TERM
        8s sleep -> 18s
        9s ended a exit 0 -> [a ended exit 0], all TERM
        9s none left -> finish 0
        ",
    );
}

#[test]
fn asked_twice_nothing_comes_before_the_stop_signal_any_more() {
    // b runs a command beside it, which is killed; a third TERM is main's stop signal once more.
    let policy = Policy { before_stop: BeforeStop::Command, grace: None, ..MAIN };
    check(
        &[policy],
        "
        0s begin -> start a
        0s started a -> [a started]
        5s asked TERM -> [stopping], pre-stop a
        5s sleep -> for ever
        6s asked TERM -> end help a, stop a by TERM
        7s asked TERM -> stop a by TERM
        9s ended a TERM -> [a ended TERM], all TERM
        9s none left -> finish 143
        ",
    );
}

#[test]
fn the_command_before_a_stop_has_the_grace_to_end() {
    // One ends in time, one does not; each service has its whole grace behind that.
    let policy = Policy { before_stop: BeforeStop::Command, ..SIDE };
    check(
        &[MAIN, policy, policy],
        "
        0s begin -> start a, start b, start c
        0s started a -> [a started]
        0s started b -> [b started]
        0s started c -> [c started]
        5s operator stops b -> pre-stop b
        5s operator stops c -> pre-stop c
        6s pre-stop b done -> stop b by TERM
        6s sleep -> 15s
        7s ended c exit 1 -> [c ended exit 1], end help c, kill c
        8s operator restarts c -> start c
        8s started c -> [c started]
        9s operator stops c -> pre-stop c
        9s ended b TERM -> [b ended TERM], kill b
        19s tick -> end help c, stop c by TERM, [c pre-stop killed]
        19s sleep -> 29s
        ",
    );
}

#[test]
fn what_came_too_late_ends_no_other_command() {
    // A check ends in the very moment of a stop: the command before the stop has its grace still.
    let policy = Policy { ready_by: ReadyBy::Command, before_stop: BeforeStop::Command, ..SIDE };
    check(
        &[MAIN, policy],
        "
        0s begin -> start a, start b
        0s started a -> [a started]
        0s started b -> [b started], check b
        5s operator stops b -> end help b, pre-stop b
        5s check b done ->
        5s check b in vain ->
        6s pre-stop b done -> stop b by TERM
        6s pre-stop b done ->
        ",
    );
}
