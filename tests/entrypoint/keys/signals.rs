//! `rewrite`, `signal-group` and `unhandled`, and what is not passed on.

use super::{SEATS, nsinit, run};
use crate::support::signals::{kill, queue};
use crate::support::{Mode, Run, Who, witness};

#[test]
fn a_signal_arrives_as_another_with_its_value_or_not_at_all() {
    // Looks like QUIT with the value 7 for a TERM that was queued with it, and no HUP.
    for mode in Mode::ALL {
        let flags = ["--rewrite", "TERM:QUIT,HUP:drop", "--rewrite", "RTMIN+6:TERM"];
        let mut run = run(mode, &flags, &witness(&["signals"])).start();
        run.wait_for("ready;");
        let target = nsinit(mode, &run);
        kill(target, libc::SIGHUP);
        queue(target, libc::SIGTERM, 7);
        let out = run.wait_for("\n3 -1 7;");
        assert!(!out.contains("\n1 "), "HUP came: {out}");
        kill(target, 40); // RTMIN+6 counts as TERM, which is the end
        run.wait_for("\n15 0 0;");
        run.end().quietly(0);
    }
}

#[test]
fn signals_for_a_group_reach_all_of_it_and_others_the_process_alone() {
    // Looks like a child's "child" and its parent's "parent", or the parent's alone.
    let script = "exec 2>/dev/null; trap 'echo parent; kill $!; exit 0' USR1; \
                  sh -c 'trap \"echo child; exit\" USR1; trap exit TERM; echo up; \
                  while :; do sleep 0.01; done' & \
                  while :; do sleep 0.01; done";
    for mode in Mode::ALL {
        for (flags, expected) in [(&["--signal-group"][..], true), (&[], false)] {
            let mut run = run(mode, flags, &["sh", "-c", script]).start();
            run.wait_for("up");
            kill(nsinit(mode, &run), libc::SIGUSR1);
            run.wait_for("parent");
            let out = run.end().quietly(0);
            // The parent kills the child: it says its word first, when it heard the same.
            assert_eq!(out.contains("child"), expected, "{mode:?} {flags:?}: {out}");
        }
    }
}

#[test]
fn a_group_gets_queued_values_and_the_stop_signal() {
    // Looks like RTMIN+6 with its value twice, then TERM twice.
    for mode in Mode::ALL {
        let words = witness(&["signals"]).join(" ");
        let script = format!("trap '' TERM RTMIN+6; {words} & {words}; wait");
        let mut run = run(mode, &["--signal-group"], &["bash", "-c", &script]).start();
        run.wait_for("ready;\nready;");
        queue(nsinit(mode, &run), 40, 9);
        run.wait_for("40 -1 9;\n40 -1 9;");
        kill(nsinit(mode, &run), libc::SIGTERM);
        run.wait_for("15 0 0;\n15 0 0;");
        run.end().quietly(0);
    }
}

#[test]
fn what_nobody_handles_is_dropped_and_what_somebody_handles_is_not() {
    // Looks like USR1 that a trap prints, while HUP, RTMIN and ALRM end nobody; then TERM does. Now
    // and then the shell has all of them blocked, because it starts a program.
    let script = "trap 'echo usr1' USR1; trap '' USR2; echo up; while :; do sleep 0.01; done";
    for mode in Mode::ALL {
        let flags = ["--unhandled", "drop"];
        let mut run = run(mode, &flags, &["sh", "-c", script]).start();
        run.wait_for("up");
        let target = nsinit(mode, &run);
        for number in [libc::SIGHUP, libc::SIGALRM, libc::SIGPWR, libc::SIGUSR2, 34, libc::SIGUSR1]
        {
            kill(target, number);
        }
        run.wait_for("usr1");
        kill(target, libc::SIGTERM);
        run.end().quietly(143);
    }
}

#[test]
fn what_a_process_does_about_signals_is_seen_behind_all_its_groups() {
    // Looks like 143 for TERM behind a HUP that was dropped, where the groups in /proc/PID/status
    // take ten kilobytes, and the signals stand behind them.
    let groups: Vec<String> = (10_000_000..10_001_200).map(|group| group.to_string()).collect();
    let script = "echo up; while :; do sleep 0.01; done";
    let words = Mode::Subreaper.words(
        Who::Root,
        &["--unhandled", "drop"],
        &["sh", "-c", script].map(AsRef::as_ref),
    );
    let before = ["setpriv", "--groups", &groups.join(",")].map(std::ffi::OsString::from);
    let mut run = Run::command(Who::Root, before.into_iter().chain(words)).start();
    run.wait_for("up");
    run.kill(libc::SIGHUP);
    run.kill(libc::SIGTERM);
    run.end().quietly(143);
}

#[test]
fn without_that_key_the_same_signal_ends_it() {
    // Looks like 129 for HUP.
    for mode in SEATS {
        let mut run =
            run(mode, &[], &["sh", "-c", "echo up; while :; do sleep 0.01; done"]).start();
        run.wait_for("up");
        kill(nsinit(mode, &run), libc::SIGHUP);
        run.end().quietly(129);
    }
}

#[test]
fn the_pipe_signal_that_our_own_message_earns_is_not_the_workloads() {
    // Looks like -v with a closed pipe as standard error, and a workload that hears of USR1 alone.
    for mode in Mode::ALL {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let number = std::os::fd::AsRawFd::as_raw_fd(&writer);
        let mut run = run(mode, &["-v"], &witness(&["signals"]))
            .before_exec(move || {
                // SAFETY: two integers in.
                unsafe { libc::dup2(number, 2) };
            })
            .start();
        drop(writer);
        run.wait_for("ready;");
        kill(nsinit(mode, &run), libc::SIGUSR1);
        let out = run.wait_for("\n10 0 0;");
        assert!(!out.contains("\n13 "), "{mode:?}: {out}");
        kill(nsinit(mode, &run), libc::SIGTERM);
        run.end().quietly(0);
    }
}
