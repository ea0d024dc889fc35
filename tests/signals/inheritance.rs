//! The workload inherits the signal mask and the ignored signals that nsinit was started with, as
//! if it had been started directly.

use super::support::deny::deny;
use super::support::signals::{bit, ignore, set_mask};
use super::support::{Mode, Run, Who, proc};

/// Masks and ignored signals to start with.
const TABLE: [(u64, &[i32]); 8] = [
    (0, &[]),
    (bit(libc::SIGUSR1) | bit(32) | bit(33) | bit(40) | bit(64), &[]),
    (u64::MAX, &[]),
    (0, &[libc::SIGPIPE]),
    (0, &[libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGTTOU]),
    (bit(libc::SIGCHLD), &[libc::SIGHUP, 32, 33, 64]),
    (0, &[libc::SIGCHLD]),
    (bit(libc::SIGTERM), &[libc::SIGCHLD, libc::SIGTERM]),
];

/// A run that starts with this mask, ignoring these.
fn with_signals(run: Run, mask: u64, ignored: &'static [i32]) -> Run {
    run.before_exec(move || {
        ignored.iter().copied().for_each(ignore);
        set_mask(mask);
    })
}

/// What /proc/self/status says of blocked, ignored and caught signals, and of those that wait.
fn shown(status: &str) -> [&str; 4] {
    ["SigBlk", "SigIgn", "SigCgt", "ShdPnd"].map(|name| proc::field(status, name))
}

#[test]
fn mask_and_ignored_signals_are_those_of_a_direct_start() {
    // Looks like the same four lines of /proc/self/status with nsinit in between and without.
    let command = ["cat", "/proc/self/status"];
    for who in Who::BOTH {
        for (mask, ignored) in TABLE {
            for mode in Mode::ALL {
                // unshare(1) cannot wait when CHLD is ignored, so the code may not be ours.
                let end = |run| with_signals(run, mask, ignored).end().out;
                let words = mode.prefix(who).into_iter().chain(command.map(Into::into));
                let direct = end(Run::command(who, words));
                let inside = end(Run::mode(mode, who, &[], &command));
                assert_eq!(shown(&inside), shown(&direct), "{who:?} {mode:?} {mask:x}");
            }
        }
    }
}

#[test]
fn the_exit_code_survives_whatever_was_ignored_or_blocked() {
    // Looks like 7 although SIGCHLD was ignored, which makes the kernel drop a child's status.
    for who in Who::BOTH {
        for (mask, ignored) in TABLE {
            for mode in [Mode::Run, Mode::Subreaper] {
                let run = Run::mode(mode, who, &[], &["sh", "-c", "exit 7"]);
                with_signals(run, mask, ignored).end().quietly(7);
            }
        }
    }
}

#[test]
fn term_is_heard_although_it_was_blocked_and_ignored() {
    // Looks like a workload that inherits TERM blocked, and is killed when its grace is over.
    for who in Who::BOTH {
        let script = "echo ready; while :; do :; done";
        let run = Run::mode(Mode::Run, who, &["--grace", "200ms"], &["sh", "-c", script]);
        let mut run = with_signals(run, bit(libc::SIGTERM), &[libc::SIGTERM]).start();
        run.wait_for("ready");
        run.kill(libc::SIGTERM);
        run.end().saying(137, &["run: \"main\" did not stop within its grace and was killed"]);
    }
}

/// A command that tells whether descriptor 9 is open in it, and fails.
const LOOK: [&str; 3] = ["sh", "-c", "test -e /proc/self/fd/9 && echo open; exit 3"];

/// nsinit with a descriptor 9 that it knows nothing of.
fn with_descriptor(mode: Mode, who: Who, flags: &[&str], command: &[&str]) -> Run {
    Run::mode(mode, who, flags, command).before_exec(|| {
        // SAFETY: integers in; the copy has no FD_CLOEXEC.
        unsafe { libc::dup2(0, 9) };
    })
}

#[test]
fn inherited_descriptors_are_the_workloads_and_not_ours() {
    // Looks like descriptor 9 in the workload, also when it is started again, and in PID 1 only
    // as long as it may be.
    for who in Who::BOTH {
        for mode in [Mode::Subreaper, Mode::Pid1] {
            let ended = with_descriptor(mode, who, &[], &LOOK).end();
            assert_eq!(ended.quietly(3), "open\n");
            let flags = ["--restart", "on-failure", "--restart-limit", "1"];
            let ended = with_descriptor(mode, who, &flags, &LOOK).end();
            assert_eq!((ended.out.as_str(), ended.code), ("open\nopen\n", 124));
        }
        let script = "until [ ! -e /proc/$PPID/fd/9 ]; do :; done; test -e /proc/self/fd/9";
        let words = ["sh", "-c", script];
        with_descriptor(Mode::Subreaper, who, &[], &words).end().quietly(0);
        // Linux before 5.9 has no close_range(2).
        let old = || deny(&[libc::SYS_close_range], libc::ENOSYS);
        with_descriptor(Mode::Subreaper, who, &[], &words).before_exec(old).end().quietly(0);
        let script = "sleep 0.2; test -e /proc/$PPID/fd/9";
        let flags = ["--restart", "on-failure"];
        with_descriptor(Mode::Subreaper, who, &flags, &["sh", "-c", script]).end().quietly(0);
    }
}
