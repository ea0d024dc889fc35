//! Processes below us: who is whose child, and that none of them is left when a subject is done.
//!
//! The bench is a subreaper (PR_SET_CHILD_SUBREAPER(2const)): an orphan becomes its child, not that
//! of the machine's init, and is waited for before the next subject starts. bwrap's launcher, for
//! one, ends before its PID 1 has been taken down; that rest must not fall on its neighbour's time.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, wait};

use crate::report::Trouble;

/// Longer than any launch takes.
pub const PATIENCE: Duration = Duration::from_secs(5);

pub fn adopt_orphans() -> Result<(), Trouble> {
    set_child_subreaper(Some(getpid())).map_err(Trouble::because("to be a subreaper"))
}

/// Wait until we have no child, and kill what does not end by itself. For between the subjects.
pub fn await_orphans() {
    let deadline = Instant::now() + PATIENCE;
    // An error is ECHILD: nobody is left.
    while let Ok(ended) = wait(WaitOptions::NOHANG) {
        if ended.is_none() && Instant::now() > deadline {
            child_of(std::process::id()).into_iter().for_each(kill);
        }
        std::thread::yield_now(); // a sleep would cool the processor for the next subject
    }
}

pub fn kill(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let _ = pid.map(|pid| kill_process(pid, Signal::KILL)); // it may have gone by itself
}

/// From a process down to its last descendant; nobody here has two children.
pub fn chain(first: u32) -> Vec<u32> {
    let mut chain = vec![first];
    while let Some(child) = chain.last().and_then(|pid| child_of(*pid)) {
        chain.push(child);
    }
    chain
}

/// By PPid, because /proc/PID/task/TID/children is not in every kernel.
fn child_of(parent: u32) -> Option<u32> {
    let parent = parent.to_string();
    let entries = std::fs::read_dir("/proc").ok()?;
    let mut pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.find(|pid| status(*pid, "PPid:").is_some_and(|value| value == parent))
}

/// PID 1 of its own, innermost namespace.
pub fn is_pid_one(pid: u32) -> bool {
    let pids = status(pid, "NSpid:");
    pids.as_deref().and_then(|pids| pids.split_whitespace().last()) == Some("1")
}

/// A line of proc_pid_status(5); `None` once the process is gone.
pub fn status(pid: u32, key: &str) -> Option<String> {
    field(&format!("/proc/{pid}/status"), key)
}

/// What stands behind a key in a file of lines.
pub fn field(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| Some(line.strip_prefix(key)?.trim().to_string()))
}
