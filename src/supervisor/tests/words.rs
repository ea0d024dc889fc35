//! Stories of services that speak of themselves, and of those that fall silent.

use super::story::{MAIN, SIDE, check};
use crate::model::{Policy, ReadyBy, ReloadBy, Restart, Signal, Span};

const WATCHED: Policy =
    Policy { ready_by: ReadyBy::Word, watchdog: Some(Span::from_s(10)), ..MAIN };

#[test]
fn who_falls_silent_is_ended_and_started_again() {
    // Nothing is expected before READY; then every word gives ten seconds. ABRT, the grace, KILL.
    check(
        &[Policy { restart: Restart::OnFailure, ..WATCHED }],
        "
        0s begin -> start a
        0s started a -> [a started]
        60s sleep -> for ever
        60s a says Alive ->
        60s sleep -> for ever
        60s ready a -> [a ready]
        60s sleep -> 70s
        69s a says Alive ->
        69s sleep -> 79s
        79s tick -> stop a by ABRT, [a hung for 10s]
        80s a says Alive ->
        80s a says Extend 30s ->
        80s sleep -> 89s
        89s tick -> kill a, [a killed]
        89s ended a KILL -> [a ended KILL], kill a, [a restarts in 1s, 1]
        ",
    );
}

#[test]
fn who_hangs_for_good_is_given_up_with_124() {
    // An exit code of its own does not make a hang a success.
    check(
        &[WATCHED],
        "
        0s begin -> start a
        0s started a -> [a started]
        0s ready a -> [a ready]
        1s a says Hung -> stop a by ABRT, [a hung]
        1s ended a exit 0 -> [a ended exit 0], [stopping], all TERM
        1s none left -> finish 124
        ",
    );
}

#[test]
fn the_time_between_two_words_can_be_changed_by_who_says_them() {
    check(
        &[WATCHED],
        "
        0s begin -> start a
        0s started a -> [a started]
        0s a says Watch 5s ->
        0s sleep -> for ever
        0s ready a -> [a ready]
        0s sleep -> 5s
        5s tick -> stop a by ABRT, [a hung for 5s]
        5s ended a ABRT -> [a ended ABRT], [stopping], all TERM
        5s none left -> finish 124
        ",
    );
}

#[test]
fn who_stops_by_itself_has_its_grace_and_is_judged_by_its_end() {
    // It is told nothing; a TERM from outside still reaches it, and more time is given when asked.
    check(
        &[Policy { restart: Restart::Always, ..MAIN }],
        "
        0s begin -> start a
        0s started a -> [a started]
        0s ready a -> [a ready]
        1s a says Leaves -> [a leaves]
        1s sleep -> 11s
        2s a says Extend 30s ->
        2s sleep -> 32s
        9s ended a exit 0 -> [a ended exit 0], kill a, [a restarts in 1s, 1]
        10s tick -> start a
        10s started a -> [a started]
        10s a says Leaves -> [a leaves]
        12s asked TERM -> [stopping], stop a by TERM
        20s tick -> kill a, [a killed]
        20s ended a KILL -> [a ended KILL], all TERM
        20s none left -> finish 137
        ",
    );
}

#[test]
fn more_time_to_get_ready_is_given_and_never_takes_any() {
    check(
        &[Policy { start_timeout: Some(Span::from_s(60)), ..WATCHED }],
        "
        0s begin -> start a
        0s started a -> [a started]
        10s a says Extend 30s ->
        10s sleep -> 60s
        50s a says Extend 30s ->
        50s sleep -> 80s
        80s tick -> stop a by TERM, [a not ready in 60s]
        ",
    );
}

#[test]
fn a_reload_is_a_signal_or_a_command_and_only_for_who_is_ready() {
    // A second order while the command runs asks for nothing more.
    let command = ReloadBy::Command { within: Some(Span::from_s(90)) };
    let by_command = Policy { reload: command, ready_by: ReadyBy::Word, ..SIDE };
    let hup = ReloadBy::Signal(Signal::HUP);
    check(
        &[Policy { reload: hup, ..MAIN }, by_command],
        "
        0s begin -> start a, start b
        0s started a -> [a started]
        0s ready a -> [a ready]
        0s started b -> [b started]
        1s operator reloads a -> signal a HUP
        1s operator reloads b ->
        2s ready b -> [b ready]
        3s operator reloads b -> reload b
        4s operator reloads b ->
        4s ready b ->
        5s reload b in vain ->
        6s operator reloads b -> reload b
        6s sleep -> 96s
        96s tick -> end help b, [b reload killed after 90s]
        97s operator reloads b -> reload b
        98s ended b exit 1 -> [b ended exit 1], end help b, kill b
        ",
    );
}
