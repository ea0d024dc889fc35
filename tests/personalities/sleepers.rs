//! pause and `catatonit -P`, which run nothing.

use super::pair::{Whose, child, pid1};
use super::support::{Run, Running, proc, wait};

const WARNING: &str = "Warning: pause should be the first process\n";

/// Waits until a program waits: it has nothing left to do then.
fn asleep(run: &Running, pid: i32) {
    wait::until("it to sleep", || {
        let status = proc::status(pid)?;
        let blocked = u64::from_str_radix(proc::field(&status, "SigBlk"), 16).unwrap();
        let is_set_up = blocked & (1 << (libc::SIGTERM - 1)) != 0;
        let is_waiting = proc::field(&status, "State").starts_with('S');
        (is_set_up && is_waiting && run.pid > 0).then_some(())
    });
}

#[test]
fn pause_ends_with_success_when_it_is_asked_to() {
    // Looks like TERM, and `Shutting down, got signal: Terminated`.
    let signals = [(libc::SIGTERM, "Terminated"), (libc::SIGINT, "Interrupt")];
    for (signal, name) in signals {
        let run = child(Whose::Ours, "pause", &["some", "words"]).start();
        asleep(&run, run.pid);
        run.kill(signal);
        let said = format!("{WARNING}Shutting down, got signal: {name}\n");
        let ended = run.end();
        assert_eq!((ended.code, ended.err, ended.out), (0, said, String::new()));
    }
}

#[test]
fn pause_is_quiet_as_pid_1_and_minds_no_other_signal() {
    // Looks like HUP from outside, which the kernel drops, then TERM.
    let run = pid1(Whose::Ours, "pause", &[]).start();
    let init = wait::until("PID 1", || proc::children(run.pid).first().copied());
    asleep(&run, init);
    super::support::signals::kill(init, libc::SIGHUP);
    super::support::signals::kill(init, libc::SIGTERM);
    run.end().saying(0, &["Shutting down, got signal: Terminated\n"]);
}

#[test]
fn outside_a_namespace_other_signals_end_pause() {
    // Looks like HUP, which does what it does by default.
    let run = child(Whose::Ours, "pause", &[]).start();
    asleep(&run, run.pid);
    run.kill(libc::SIGHUP);
    run.end().saying(-libc::SIGHUP, &[WARNING]);
}

#[test]
fn catatonit_pauses_and_ends_without_a_word() {
    // Looks like `catatonit -P`, as podman calls it, with USR1 and then TERM or INT.
    for whose in Whose::BOTH {
        for signal in [libc::SIGTERM, libc::SIGINT] {
            let run = child(whose, "catatonit", &["-P"]).start();
            asleep(&run, run.pid);
            run.kill(libc::SIGUSR1);
            run.kill(signal);
            run.end().quietly(0);
        }
    }
}

#[test]
fn whoever_pauses_reaps_and_holds_no_directory() {
    // Looks like a child that ends, of which no zombie is left; the working directory is "/".
    // catatonit leaves it since a version after 0.1.7.
    for (whose, name, flag, directory) in [
        (Whose::Ours, "pause", "", "/"),
        (Whose::Ours, "catatonit", "-P", "/"),
        (Whose::Theirs, "catatonit", "-P", "/tmp"),
    ] {
        let program = super::pair::path(whose, name);
        let script = format!("sleep 0.05 & exec {} {flag}", program.display());
        let words = ["sh", "-c", &script];
        let run = Run::command(super::support::Who::Root, words)
            .directory(std::path::Path::new("/tmp"))
            .start();
        wait::until("its program", || {
            let status = proc::status(run.pid)?;
            proc::field(&status, "Name").starts_with(&name[..4]).then_some(())
        });
        asleep(&run, run.pid);
        wait::until("no child", || proc::children(run.pid).is_empty().then_some(()));
        let cwd = std::fs::read_link(format!("/proc/{}/cwd", run.pid)).unwrap();
        assert_eq!(cwd.to_str(), Some(directory), "{whose:?} {name}");
        run.kill(libc::SIGTERM);
        assert_eq!(run.end().code, 0, "{whose:?} {name}");
    }
}
