//! What the tests of the keys share.

mod ends;
mod files;
mod parent;
mod signals;
mod start;

use crate::support::{Mode, Run, Running, Who, proc};

/// Both seats of an entrypoint.
const SEATS: [Mode; 2] = [Mode::Pid1, Mode::Subreaper];

/// nsinit in this seat with `flags`, in front of `command`.
fn run(mode: Mode, flags: &[&str], command: &[impl AsRef<std::ffi::OsStr>]) -> Run {
    Run::mode(mode, Who::Root, flags, command)
}

/// The process that is nsinit to those who send it signals.
fn nsinit(mode: Mode, run: &Running) -> i32 {
    match mode {
        Mode::Run | Mode::Subreaper => run.pid,
        Mode::Pid1 => proc::children(run.pid)[0],
    }
}
