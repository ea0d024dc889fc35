//! Proof that nothing was left behind: no process with the mark, no mount that was not there.

use std::fs;

use super::who::programs;
use super::{proc, signals, wait};

/// The variable that marks what a test has started. Everything it starts inherits it.
pub const MARK: &str = "NSINIT_TEST";

/// The processes that carry the mark.
fn pids(mark: &str) -> Vec<i32> {
    let pair = format!("{MARK}={mark}");
    let carries = |pid: &i32| {
        let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environ.split(|byte| *byte == 0).any(|variable| variable == pair.as_bytes())
    };
    proc::pids().into_iter().filter(carries).collect()
}

/// The processes that carry the mark, each with its name and state.
pub fn marked(mark: &str) -> Vec<String> {
    let shown = |pid: i32| {
        let status = proc::status(pid)?;
        let (name, state) = (proc::field(&status, "Name"), proc::field(&status, "State"));
        Some(format!("{pid} {name} {state}"))
    };
    pids(mark).into_iter().filter_map(shown).collect()
}

/// Kills what a test that has failed leaves.
pub fn kill(mark: &str) {
    for pid in pids(mark) {
        signals::kill(pid, libc::SIGKILL); // it may have ended with another one
    }
}

/// The mounts that we see where nsinit could make some; elsewhere others may be at work.
pub fn mounts() -> Vec<String> {
    let own = programs().directory.to_str().unwrap();
    let is_ours = |point: &str| {
        point.starts_with(own) || point.starts_with("/proc") || ["/", "/mnt"].contains(&point)
    };
    let list = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let lines = list.lines().filter(|line| line.split(' ').nth(4).is_some_and(is_ours));
    lines.map(String::from).collect()
}

/// Nothing is left now.
pub fn assert_none(mark: &str, mounts_before: &[String]) {
    assert_eq!(marked(mark), [""; 0], "processes were left behind");
    assert_eq!(mounts(), mounts_before, "mounts were left behind");
}

/// Nothing is left as soon as the kernel has done what it was told: after a SIGKILL nobody waits
/// for the last process.
pub fn until_none(mark: &str) {
    wait::until("the last process to end", || marked(mark).is_empty().then_some(()));
}
