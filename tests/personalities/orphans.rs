//! Where we reap ourselves: as tini that tells of each child, or on kernels before 6.15.

use std::ffi::OsString;
use std::io::Write as _;

use super::pair::{Whose, path};
use super::support::{Run, Who, file, proc, wait};

/// More than are reaped in one round (`REAPED_A_ROUND`).
const ORPHANS: usize = 600;

/// Orphans that end as fast as they are reaped must not keep us from a signal, or a deadline. It
/// looks like hundreds that have ended while we were stopped: between two looks at all that may
/// come is a round of them at most, and none is forgotten.
#[test]
fn a_flood_of_orphans_keeps_nothing_else_waiting() {
    let log = file::directory().join("calls");
    let script = format!(
        "read line; for i in $(seq {ORPHANS}); do (true & ); done; echo made; exec sleep 1000"
    );
    let strace = ["strace", "-qq", "-e", "trace=wait4,ppoll", "-o"].map(OsString::from);
    let tini = [path(Whose::Ours, "tini").into(), "-s".into(), "-w".into(), "--".into()];
    let words = strace.into_iter().chain([log.clone().into()]).chain(tini);
    let words = words.chain(["sh", "-c", &script].map(OsString::from));
    let (input, mut tell) = std::io::pipe().unwrap();
    let mut run = Run::command(Who::Root, words).stdin(input).start();
    let has_command = |pid: &i32| !proc::children(*pid).is_empty();
    let tini = wait::until("tini", || proc::children(run.pid).into_iter().find(has_command));
    let send = |signal| {
        // SAFETY: two integers in; nobody has reaped it yet.
        assert_eq!(unsafe { libc::kill(tini, signal) }, 0);
    };
    send(libc::SIGSTOP);
    tell.write_all(b"\n").unwrap();
    run.wait_for("made");
    wait::until("all of them", || (proc::children(tini).len() > ORPHANS).then_some(()));
    send(libc::SIGCONT);
    wait::until("none but its command", || (proc::children(tini).len() == 1).then_some(()));
    send(libc::SIGTERM);
    let ended = run.end();
    assert_eq!(ended.err.matches("Reaped zombie process").count(), ORPHANS, "{}", ended.err);

    let calls = std::fs::read_to_string(&log).unwrap();
    let rounds = calls.split("events=POLLIN"); // each other ppoll(2) asks whether there is room
    let most = rounds.map(|round| round.matches("wait4(-1, ").count()).max();
    assert!(most > Some(1) && most <= Some(ORPHANS / 2), "{most:?} of {ORPHANS} in one round");
}
