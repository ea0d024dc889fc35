//! Signals at awkward moments: in the first instants, and KILL at any time to either side.

use std::time::Duration;

use super::support::{Mode, Run, Who, proc, wait, witness};

const STARTS: u32 = 300;

/// A moment of its own for each start, spread over `span`.
fn moment(start: u32, span: Duration) -> Duration {
    span * start / STARTS
}

/// Starts `command` many times and sends TERM after 0 to 4 ms. It may end by TERM before nsinit's
/// first instruction (setpriv(1) comes first); from then on only with one of `codes`.
fn term_early(who: Who, mode: Mode, command: &[String], codes: &[i32]) {
    let mut heard = 0;
    for start in 0..STARTS / 4 {
        let run = Run::mode(mode, who, &[], command).start();
        wait::spin(moment(start * 4, Duration::from_millis(4)));
        run.kill(libc::SIGTERM);
        let ended = run.end();
        heard += u32::from(codes.contains(&ended.code));
        let is_right = ended.code == -libc::SIGTERM || codes.contains(&ended.code);
        assert!(is_right, "{who:?} {mode:?} start {start}: {} {}", ended.code, ended.err);
    }
    assert!(heard > 0, "TERM came too early each time");
}

#[test]
fn term_in_the_first_instants_is_never_lost() {
    // Looks like 600 starts, each ended by a TERM at once: 143, or the workload's own code.
    let sleep = ["sleep", "1000"].map(String::from);
    for who in Who::BOTH {
        for mode in [Mode::Run, Mode::Subreaper] {
            term_early(who, mode, &sleep, &[143]);
            term_early(who, mode, &witness(&["signals"]), &[143, 0]);
        }
    }
}

#[test]
fn a_launcher_killed_at_any_moment_leaves_nothing() {
    // Looks like KILL after 0 to 5 ms, 300 times each; the workload has a daemon, too.
    let script = "setsid sleep 1000 & sleep 1000";
    for who in Who::BOTH {
        for start in 0..STARTS {
            let run = Run::nsinit(who, &["run", "--", "sh", "-c", script]).start();
            wait::spin(moment(start, Duration::from_millis(5)));
            run.kill(libc::SIGKILL);
            assert_eq!(run.end_of_killed().code, -libc::SIGKILL);
        }
    }
}

#[test]
fn a_launcher_killed_while_it_writes_maps_leaves_nothing() {
    // Looks like the same with maps that the launcher writes while PID 1 waits at the gate.
    let words = ["run", "--uid-map=0 1000 1", "--gid-map=0 1000 1", "--", "sleep", "1000"];
    for start in 0..STARTS {
        let run = Run::nsinit(Who::Root, &words).start();
        wait::spin(moment(start, Duration::from_millis(3)));
        run.kill(libc::SIGKILL);
        assert_eq!(run.end_of_killed().code, -libc::SIGKILL);
    }
}

#[test]
fn pid_1_killed_at_any_moment_ends_the_launcher_and_leaves_nothing() {
    // Looks like KILL for the launcher's child as soon as there is one, and up to 2 ms later.
    for who in Who::BOTH {
        for start in 0..STARTS / 2 {
            let run = Run::nsinit(who, &["run", "--", "sleep", "1000"]).start();
            let init = wait::until("PID 1", || proc::children(run.pid).first().copied());
            wait::spin(moment(start * 2, Duration::from_millis(2)));
            super::support::signals::kill(init, libc::SIGKILL);
            run.end().saying(137, &["run: PID 1 inside was killed by signal KILL\n"]);
        }
    }
}

#[test]
fn a_workload_killed_from_outside_is_137_without_a_word() {
    // Looks like KILL for PID 1's child, seen from outside.
    for who in Who::BOTH {
        let mut run = Run::nsinit(who, &["run", "--"]).and(witness(&["signals"])).start();
        run.wait_for("ready;");
        let main = proc::children(proc::children(run.pid)[0])[0];
        super::support::signals::kill(main, libc::SIGKILL);
        run.end().quietly(137);
    }
}
