//! Every promise of `nsinit -- COMMAND` that `probes/` can look at is kept.
//!
//! The same probes look at tini, dumb-init and catatonit in `make bench-entrypoint`.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod probes;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use probes::{GROUPS, Kind, Subject, runner};
use support::wait;
use support::who::programs;

/// FIXME: promises that are not kept yet. One that has come to be kept must be taken out.
const BROKEN: [&str; 0] = [];

/// Looks at every promise of a group, and says all that are broken.
fn keep(title: &str) {
    let subject = Subject {
        kind: Kind::Nsinit,
        path: programs().nsinit.clone(),
        limit: wait::LIMIT,
        patience: Duration::from_secs(10),
        effort: 3,
    };
    let group = GROUPS.iter().find(|group| group.title == title).unwrap();
    let look = |probe: &&probes::Probe| {
        let tell = |word: &str| format!("{}: {}\n    {word}", probe.name, probe.promise);
        match (runner::look(probe, &subject), BROKEN.contains(&probe.name)) {
            (Ok(_), false) | (Err(_), true) => None,
            (Ok(_), true) => Some(tell("is kept: take it out of BROKEN")),
            (Err(seen), false) => Some(tell(&format!("{}: {}", seen.word, seen.detail))),
        }
    };
    let findings: Vec<String> = group.probes.iter().filter_map(|probe| look(&probe)).collect();
    assert!(findings.is_empty(), "promises that are not kept:\n  {}", findings.join("\n  "));
}

#[test]
fn no_signal_is_lost_in_the_first_instants() {
    // Looks like TERM at every moment of the first 2 ms, and an end by TERM each time.
    keep("The first instants");
}

#[test]
fn signals_are_the_workloads() {
    // Looks like kill(2) and sigqueue(3) of 1 to 64, and the same in the workload.
    keep("Signals");
}

#[test]
fn it_starts_whatever_it_is_started_with() {
    // Looks like exit 7 with SIGCHLD ignored, without descriptors, at a dead terminal.
    keep("What it is started with");
}

#[test]
fn a_command_that_cannot_run_is_explained() {
    // Looks like 126 or 127 and the cause in words.
    keep("The command");
}

#[test]
fn a_terminal_is_shared_with_the_shell() {
    // Looks like ^Z, fg and & below bash, and bash inside.
    keep("The terminal");
}

#[test]
fn nobody_is_left_and_everybody_was_asked() {
    // Looks like a daemon that needs 200 ms to save its work, and has.
    keep("The end");
}

#[test]
fn a_service_manager_sees_the_workload() {
    // Looks like LISTEN_PID naming the workload, and READY=1 taken by the manager.
    keep("Between a manager and the workload");
}

#[test]
fn it_costs_nothing_while_the_workload_runs() {
    // Looks like no zombie and no context switch.
    keep("While it runs");
}

#[test]
fn what_is_asked_for_by_a_flag_is_done() {
    // Looks like exit 7 instead of 3, an end by the same signal, HUP not being fatal.
    keep("When asked for by a flag");
}

#[test]
fn every_promise_has_a_name_of_its_own() {
    // "early-term-pid-1" stands once.
    let names: Vec<&str> = GROUPS.iter().flat_map(|g| g.probes).map(|p| p.name).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len(), "{names:?}");
}
