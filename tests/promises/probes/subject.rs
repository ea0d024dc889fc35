//! One program in front of one probe.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::program::{Kind, Seat, Wish};
use crate::support::{Mode, Run, Running, Who, file, proc, signals};

/// A program, and how long and how much one has to look.
#[derive(Clone, Debug)]
pub struct Subject {
    pub kind: Kind,
    pub path: PathBuf,
    /// What takes longer than this hangs.
    pub limit: Duration,
    /// How long a thing that cannot be waited for by an event may take before it has not come.
    pub patience: Duration,
    /// How much is tried where once says nothing: in percent of what the bench does.
    pub effort: u32,
}

impl Subject {
    /// The words that start it in front of a command, without those of the seat.
    pub fn words(&self, seat: Seat, wish: Wish, command: &[impl AsRef<str>]) -> Vec<String> {
        let mut words = vec![file::text(&self.path)];
        words.extend(self.kind.flags(seat, wish));
        words.push("--".into());
        words.extend(command.iter().map(|word| word.as_ref().to_string()));
        words
    }

    /// It, in this seat, in front of a command.
    pub fn run(&self, seat: Seat, wish: Wish, command: &[impl AsRef<str>]) -> Run {
        self.behind(seat, &[], wish, command)
    }

    /// The same, started by way of another program, `env` or a shell, that executes it.
    pub fn behind(
        &self,
        seat: Seat,
        front: &[&str],
        wish: Wish,
        command: &[impl AsRef<str>],
    ) -> Run {
        let mut words = seat_words(seat);
        words.extend(front.iter().map(OsString::from));
        words.extend(self.words(seat, wish, command).into_iter().map(OsString::from));
        Run::command(Who::Root, words).limit(self.limit)
    }

    /// The same without the "--" that all of them take.
    pub fn without_dashes(&self, seat: Seat, command: &[&str]) -> Run {
        let mut words = seat_words(seat);
        words.push(self.path.clone().into());
        words.extend(command.iter().map(OsString::from));
        Run::command(Who::Root, words).limit(self.limit)
    }

    /// `count` as the bench does it, fewer where that would take too long.
    pub fn times(&self, count: u32) -> u32 {
        (count * self.effort / 100).max(1)
    }
}

/// What makes PID 1 of the next program.
pub fn seat_words(seat: Seat) -> Vec<OsString> {
    match seat {
        Seat::PidOne => Mode::Pid1.prefix(Who::Root),
        Seat::Child => Vec::new(),
    }
}

/// The program itself, once it runs: unshare(1)'s child, or ours.
pub fn init_of(seat: Seat, run: &Running) -> i32 {
    match seat {
        Seat::PidOne => proc::children(run.pid).first().copied().unwrap_or(0),
        Seat::Child => run.pid,
    }
}

/// Kills everybody but us, PID 1 of our namespace, and takes what is then left to us. Between two
/// programs, when none of them is waited for any more.
pub fn sweep() {
    // SAFETY: integers in. PID 1 does not hit itself (kill(2)).
    assert_eq!(std::process::id(), 1, "a probe is PID 1, or this would kill the whole machine");
    signals::kill(-1, libc::SIGKILL);
    signals::wait_for_children();
}

/// Takes what has ended and is ours, for we are its last parent.
pub fn reap() {
    // SAFETY: no status is asked for.
    while unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) } > 0 {}
}

/// The processes there are besides us.
pub fn others() -> Vec<i32> {
    proc::pids().into_iter().filter(|pid| *pid != 1).collect()
}

/// A directory that is this probe's own: an empty file system in its mount namespace.
pub const SCRATCH: &str = "/mnt";

/// mount(2): makes it. unshare(1) has made our mounts private.
pub fn make_scratch() {
    let (none, tmpfs) = (c"none".as_ptr(), c"tmpfs".as_ptr());
    // SAFETY: strings of this program; tmpfs needs no data.
    let ret = unsafe { libc::mount(none, c"/mnt".as_ptr(), tmpfs, 0, std::ptr::null()) };
    assert_eq!(ret, 0, "mount: {}", std::io::Error::last_os_error());
}
