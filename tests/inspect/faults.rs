//! Every system call of `ls` and `doctor` fails once, in each of their processes: they come to an
//! end all the same, say what they can, and leave nothing.

use std::collections::BTreeMap;

use super::doctor::cgroups_are_gone;
use super::json::Json;
use super::support::who::tool;
use super::support::{Run, Who, file};

/// What is asked so often in a loop fails only so often.
const LOOP_MAX: usize = 3;

/// What cannot fail: a descriptor is closed whatever close(2) says, and here it would stay open.
const SPARED: [&str; 4] = ["execve", "exit_group", "restart_syscall", "close"];

/// The calls of a run, and how often a process makes each of them at most.
fn calls(who: Who, words: &[&str]) -> BTreeMap<String, usize> {
    let trace = file::directory().join("trace");
    let strace = [&file::text(&tool("strace")), "-f", "-qq", "-o", &file::text(&trace)];
    let run = Run::command(who, strace).and([&file::text(&super::support::who::programs().nsinit)]);
    let ended = run.and(words).end();
    assert!(matches!(ended.code, 0 | 1), "{}", ended.err);
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in std::fs::read_to_string(trace).unwrap().lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let Some((name, _)) = rest.trim_start().split_once('(') else { continue };
        if name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            *counts.entry((name.into(), pid.into())).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((name, _), count) in counts {
        let known: &mut usize = most.entry(name).or_default();
        *known = count.max(*known);
    }
    most.retain(|name: &String, _| !SPARED.contains(&name.as_str()));
    most
}

/// Fails each call in turn.
fn hold(who: Who, words: &[&str]) {
    let nsinit = file::text(&super::support::who::programs().nsinit);
    for (name, count) in calls(who, words) {
        for number in 1..=count.min(LOOP_MAX) {
            let fault = format!("inject={name}:error=EPERM:when={number}");
            let strace = file::text(&tool("strace"));
            let front = [&strace, "-f", "-qq", "-o", "/dev/null", "-e", &fault, &nsinit];
            let ended = Run::command(who, front).and(words).end();
            assert!(matches!(ended.code, 0 | 1 | 125), "{fault}: {} {}", ended.code, ended.err);
            // 125 without a word is an output that could not be written.
            if ended.code != 125 {
                let _ = Json::read(&ended.out);
            }
        }
    }
}

#[test]
fn every_call_of_ls_may_fail() {
    // Looks like a list that lacks something, or a message and 125.
    for who in Who::BOTH {
        hold(who, &["ls", "--json"]);
    }
}

#[test]
fn every_call_of_doctor_may_fail() {
    // Looks like findings that say no, never like a child that stays or a mount that does.
    for who in Who::BOTH {
        hold(who, &["doctor", "--json"]);
    }
    cgroups_are_gone();
}
