//! PID 1 locks itself in: what it keeps, and that it does all it has to do all the same.

use std::collections::BTreeSet;

use nsinit::model::filter::{Action, Call, OWN_PROGRAM, OWN_WRITING_PROGRAM, run};
use nsinit::model::syscalls::NATIVE;

use super::loops::SUPERVISOR_LOOP;
use super::support::terminal::CTRL_C;
use super::support::{Mode, Run, Who, desk, file, proc, wait, witness};

/// Calls of the loop that are made before the lock, to start something or to lock. And those of
/// one that has no filter, because it was asked to be steered or looks itself whether a service
/// answers; and those of one that writes logs, whose filter is the larger one.
const BEFORE: [&str; 16] = [
    "pipe2",
    "clone3",
    "chdir",
    "prctl",
    "capget",
    "capset",
    "seccomp",
    "ioctl",
    "fcntl",
    "openat",
    "unlinkat",
    "renameat2",
    "ftruncate",
    "statx",
    "socket",
    "connect",
];

#[test]
fn every_call_of_the_loop_is_let_through() {
    // A new line in tests/ring/loops.rs is a new name in model/filter/own.rs, or a reason above.
    for program in [&OWN_PROGRAM[..], &OWN_WRITING_PROGRAM[..]] {
        let allows = |name: &str, arguments: [u64; 6]| {
            let number = NATIVE.number_of(name.as_bytes()).unwrap().into();
            let call = Call { number, arch: NATIVE.audit_arch, arguments, ..Call::default() };
            run(program, &call) == Action::Allow.answer()
        };
        let names: BTreeSet<&str> = SUPERVISOR_LOOP.iter().map(|(name, ..)| *name).collect();
        let refused: Vec<&str> = names
            .into_iter()
            .filter(|name| !BEFORE.contains(name) && !allows(name, [0; 6]))
            .collect();
        assert_eq!(refused, [""; 0], "calls of the loop that our own filter refuses");
        for request in [0x5401, 0x540f, 0x5410, 0xc048_ff0b] {
            assert!(allows("ioctl", [0, request, 0, 0, 0, 0]), "{request:#x}");
        }
        for command in [15, 16] {
            assert!(allows("fcntl", [0, command, 0, 0, 0, 0]), "{command}");
        }
        assert!(allows("openat", [0, 0, 0o2_000_000, 0, 0, 0]));
    }
}

const KILL: u64 = 1 << 5;
const SYS_PTRACE: u64 = 1 << 19;
const SYS_ADMIN: u64 = 1 << 21;

/// What PID 1 inside is like when it has nothing to do any more, with a filter of its own as the
/// last thing or without.
fn settled(flags: &[&str], who: Who, is_filtered: bool) -> String {
    let words = [&["run"], flags, &["--", "sleep", "1000"]].concat();
    let run = Run::nsinit(who, &words).start();
    let status = wait::until("PID 1 locks itself in", || {
        let status = proc::status(*proc::children(run.pid).first()?)?;
        let kept = u64::from_str_radix(proc::field(&status, "CapPrm"), 16).ok()?;
        let is_done = !is_filtered || proc::field(&status, "Seccomp") == "2";
        (kept & SYS_ADMIN == 0 && is_done).then_some(status)
    });
    run.kill(libc::SIGTERM);
    assert_eq!(run.end().code, 143);
    status
}

#[test]
fn it_keeps_one_capability_and_a_filter() {
    // Looks like CAP_KILL, Seccomp 2 and NoNewPrivs 1 in /proc/PID/status of PID 1 inside.
    for who in Who::BOTH {
        let status = settled(&["--seccomp=default"], who, true);
        for (field, expected) in
            [("CapPrm", "0000000000000020"), ("CapEff", "0000000000000020"), ("NoNewPrivs", "1")]
        {
            assert_eq!(proc::field(&status, field), expected, "{who:?} {field}");
        }
        assert_eq!(proc::field(&status, "Seccomp"), "2", "{who:?}");
    }
}

#[test]
fn where_something_may_start_it_keeps_what_that_needs() {
    // Looks like no filter, and a set without SYS_ADMIN and SYS_PTRACE.
    for who in Who::BOTH {
        let status = settled(&["--seccomp=default", "--restart=always"], who, false);
        let kept = u64::from_str_radix(proc::field(&status, "CapPrm"), 16).unwrap();
        assert_eq!((kept & SYS_PTRACE, kept & KILL), (0, KILL), "{kept:x}");
        assert_eq!(proc::field(&status, "Seccomp"), "0", "{who:?}");
    }
}

/// The ways to be locked in, with a filter and without one of the workload.
const LOCKED: [&[&str]; 2] = [&["--seccomp=default"], &["--lock-in"]];

#[test]
fn it_ends_its_services_as_ever() {
    // Looks like the exit code, the stop signal, KILL behind the grace, and nobody left.
    for who in Who::BOTH {
        for mode in Mode::ALL {
            for flags in LOCKED {
                let run = |flags: &[&str], script: &str| {
                    Run::mode(mode, who, flags, &["sh", "-c", script])
                };
                assert_eq!(run(flags, "exit 7").end().quietly(7), "");
                assert_eq!(run(flags, "kill -9 $$").end().code, 137);
                let all = [flags, &["--grace=50ms"]].concat();
                let orphans = "for i in 1 2 3; do (setsid sleep 100 &) ; done; exit 3";
                assert_eq!(run(&all, orphans).end().code, 3, "{who:?} {mode:?} {flags:?}");
                if mode == Mode::Pid1 {
                    continue; // a signal of ours would be unshare's
                }
                let mut deaf =
                    run(&all, "trap '' TERM; echo up; while :; do sleep 9; done").start();
                deaf.wait_for("up");
                deaf.kill(libc::SIGTERM);
                assert_eq!(deaf.end().code, 137, "{who:?} {mode:?} {flags:?}");
            }
        }
    }
}

#[test]
fn it_passes_signals_and_their_values_on() {
    // Looks like the signals that the witness tells, through a PID 1 that has a filter.
    for flags in LOCKED {
        let words = [&["run"], flags, &["--"]].concat();
        let mut run = Run::nsinit(Who::User, &words).and(witness(&["signals"])).start();
        run.wait_for("ready;");
        for signal in [libc::SIGUSR1, libc::SIGHUP, libc::SIGTERM] {
            run.kill(signal);
            run.wait_for(&format!("{signal} "));
        }
        assert_eq!(run.end().code, 0);
    }
}

#[test]
fn several_services_and_a_message_at_the_end() {
    // Looks like the main service's code, and its end told in a file by a PID 1 that may write it.
    for who in Who::BOTH {
        let directory = file::directory();
        let message = file::text(&directory.join("message"));
        let text = format!(
            "[security]\nseccomp = \"default\"\n[[service]]\nname = \"log\"\n\
             command = [\"sleep\", \"1000\"]\noom-score-adj = 500\n[[service]]\nname = \"db\"\n\
             command = [\"sh\", \"-c\", \"trap '' TERM; sleep 1000\"]\ngrace = \"50ms\"\n\
             oom-score-adj = 400\n[[service]]\nname = \"web\"\nmain = true\n\
             after = [\"log\", \"db\"]\ncommand = [\"sh\", \"-c\", \"sleep 0.1; exit 9\"]\n\
             termination-message = \"{message}\"\n"
        );
        let path = file::write(&directory, "box.toml", 0o644, text);
        let ended = Run::nsinit(who, &["run", &path]).end();
        assert_eq!(ended.code, 9, "{who:?} {}", ended.err);
        let message = std::fs::read_to_string(&message).unwrap();
        assert!(message.contains("\"web\" exited with code 9"), "{who:?} {message}");
    }
}

#[test]
fn whoever_is_started_again_has_its_oom_score_again() {
    // Looks like 400 three times: a PID 1 that is to start something with a score stays so that
    // files in /proc are its own.
    for who in Who::BOTH {
        let text = "[security]\nseccomp = \"default\"\n[[service]]\nname = \"main\"\n\
                    command = [\"sh\", \"-c\", \"cat /proc/self/oom_score_adj; exit 3\"]\n\
                    oom-score-adj = 400\nrestart = \"on-failure\"\nrestart-limit = 2\n\
                    restart-delay = \"1ms\"\n";
        let path = file::write(&file::directory(), "box.toml", 0o644, text);
        let ended = Run::nsinit(who, &["run", &path]).end();
        assert_eq!((ended.code, ended.out.as_str()), (124, "400\n400\n400\n"), "{who:?}");
    }
}

#[test]
fn a_terminal_is_followed() {
    // Looks like ^Z, the shell's prompt, fg and ^C.
    for who in Who::BOTH {
        for flags in LOCKED {
            let mut desk = desk::Desk::new(who);
            let flags = flags.join(" ");
            desk.enter(&format!("$N run {flags} -- sh -c 'echo up; exec sleep 1000'"));
            desk.expect("up\r\n");
            desk.wait_for_state("sleep", 'S');
            desk.stop();
            desk.wait_for_state("sleep", 'T');
            desk.enter("fg");
            desk.wait_for_state("sleep", 'S');
            desk.press(CTRL_C);
            desk.expect_code(130);
            desk.leave();
        }
    }
}

#[test]
fn the_kernels_init_is_not_locked_in() {
    // Looks like a refusal that says why.
    let ended = Run::nsinit(Who::User, &["explain", "init", "--lock-in", "--", "true"]).end();
    ended.saying(125, &["lock-in is not for the kernel's init", "why: a machine is left"]);
}
