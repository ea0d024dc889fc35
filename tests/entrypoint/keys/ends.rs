//! `success-exit`, `exit-map`, `die-by-signal` and `kill-mode`.

use std::time::{Duration, Instant};

use super::{SEATS, nsinit, run};
use crate::support::signals::kill;
use crate::support::{Mode, file, proc, witness};

#[test]
fn what_counts_as_success_is_exit_code_0_and_not_started_again() {
    // Looks like one line of the log for 3 and for an end by TERM, three lines for 4.
    for (command, runs, code) in
        [(witness(&["die", "15"]), 1, 0), (shell("exit 3"), 1, 0), (shell("exit 4"), 3, 124)]
    {
        let log = file::text(&file::directory().join("log"));
        let flags = ["--success-exit", "3,TERM", "--restart", "on-failure"];
        let limits = ["--restart-delay", "1ms", "--restart-limit", "2"];
        let noting: Vec<String> = shell(&format!("echo >>{log}; exec \"$@\""))
            .into_iter()
            .chain(["sh".into()])
            .chain(command)
            .collect();
        for mode in Mode::ALL {
            let _ = std::fs::remove_file(&log);
            let ended = run(mode, &[&flags[..], &limits].concat(), &noting).end();
            assert_eq!(ended.code, code, "{mode:?}: {}", ended.err);
            assert_eq!(std::fs::read_to_string(&log).unwrap().len(), runs, "{mode:?}");
        }
    }
}

fn shell(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(String::from).to_vec()
}

#[test]
fn any_exit_code_can_become_any_other() {
    // Looks like 3 → 7, KILL → 0, and 127 → 1 with the reason told all the same.
    for mode in Mode::ALL {
        let flags = ["--exit-map", "3:7,KILL:0", "--exit-map", "127:1"];
        run(mode, &flags, &["sh", "-c", "exit 3"]).end().quietly(7);
        run(mode, &flags, &witness(&["die", "9"])).end().quietly(0);
        run(mode, &flags, &["sh", "-c", "exit 4"]).end().quietly(4);
        run(mode, &flags, &["/nowhere/program"]).end().saying(1, &["there is no such file"]);
    }
}

#[test]
fn the_signal_that_ended_it_ends_us_where_we_are_not_pid_1() {
    // Looks like an end by QUIT, of which unshare(1), behind a PID 1, makes 131.
    for (signal, code) in [(libc::SIGQUIT, 131), (libc::SIGKILL, 137), (64, 192)] {
        let command = witness(&["die", &signal.to_string()]);
        run(Mode::Subreaper, &["--die-by-signal"], &command).end().quietly(-signal);
        run(Mode::Pid1, &["--die-by-signal"], &command).end().quietly(code);
        run(Mode::Subreaper, &[], &command).end().quietly(code);
    }
    let mapped = ["--die-by-signal", "--exit-map", "TERM:3"];
    run(Mode::Subreaper, &mapped, &witness(&["die", "15"])).end().quietly(3);
    run(Mode::Subreaper, &["--die-by-signal"], &["sh", "-c", "exit 143"]).end().quietly(143);
}

#[test]
fn with_its_process_alone_the_end_is_at_once() {
    // Looks like a daemon that minds no TERM: a subreaper leaves it, PID 1 takes it along.
    for mode in SEATS {
        let saved = file::text(&file::directory().join("saved"));
        let flags = ["--kill-mode", "process", "--grace", "1h"];
        let command = witness(&["leave", &saved, "3", "stubborn"]);
        let start = Instant::now();
        let mut run = run(mode, &flags, &command).limit(Duration::from_secs(20)).start();
        assert_eq!(run.code(), 3);
        assert!(start.elapsed() < Duration::from_secs(10), "{mode:?}");
        let left = run.marked();
        assert_eq!(left.len(), usize::from(mode == Mode::Subreaper), "{mode:?}: {left:?}");
        for line in left {
            kill(line.split(' ').next().unwrap().parse().unwrap(), libc::SIGKILL);
        }
    }
}

#[test]
fn with_its_process_alone_a_stop_kills_nobody_else() {
    // Looks like KILL after the grace for the shell, and a child of it that lives on.
    let script = "trap '' TERM; sleep 1000 & echo child-$!-; while :; do sleep 0.01; done";
    let flags = ["--kill-mode", "process", "--grace", "200ms"];
    let mut run = run(Mode::Subreaper, &flags, &["sh", "-c", script]).start();
    let out = run.wait_for("-\n");
    let child: i32 = out.split('-').nth(1).unwrap().parse().unwrap();
    kill(nsinit(Mode::Subreaper, &run), libc::SIGTERM);
    assert_eq!(run.code(), 137);
    assert!(proc::status(child).is_some(), "the child was killed");
    kill(child, libc::SIGKILL);
}
