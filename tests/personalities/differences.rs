//! What the originals lose, and ours does not (docs/compatibility.md): where a test can see it.

use super::pair::{Whose, child};
use super::support::signals::{ignore, queue};
use super::support::terminal::{CTRL_Z, Terminal};
use super::support::{Run, Who, proc, wait, witness};

/// Each program, with flags behind which a command may stand.
const PROGRAMS: [(&str, &[&str]); 5] = [
    ("tini", &["-s", "--"]),
    ("tini", &["-sg", "--"]),
    ("dumb-init", &["--"]),
    ("dumb-init", &["-c", "--"]),
    ("catatonit", &["--"]),
];

/// Ours under a name, in front of a command.
fn ours(name: &str, flags: &[&str], command: &[&str]) -> Run {
    let words: Vec<&str> = flags.iter().chain(command).copied().collect();
    child(Whose::Ours, name, &words)
}

#[test]
fn an_ignored_sigchld_hides_no_end() {
    // Looks like a start by somebody who ignores SIGCHLD: tini and catatonit never end then.
    for (name, flags) in PROGRAMS {
        let run = ours(name, flags, &["sh", "-c", "exit 7"]);
        run.before_exec(|| ignore(libc::SIGCHLD)).end().quietly(7);
    }
}

#[test]
fn without_standard_input_a_command_runs_all_the_same() {
    // Looks like `tini -s true <&-`, of which tini says `tcsetpgrp failed: Bad file descriptor`.
    let close = || {
        // SAFETY: an integer in.
        unsafe { libc::close(0) };
    };
    for (name, flags) in PROGRAMS {
        ours(name, flags, &["sh", "-c", "exit 7"]).before_exec(close).end().quietly(7);
    }
    let theirs = child(Whose::Theirs, "tini", &["-s", "true"]).before_exec(close).end();
    theirs.saying(1, &["tcsetpgrp failed: Bad file descriptor"]);
}

#[test]
fn every_signal_is_passed_on_with_its_value() {
    // Looks like sigqueue(3) of 1 to 64 under each name, those that libc keeps for itself too.
    for (name, flags) in PROGRAMS {
        let command = witness(&["signals"]);
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let mut run = ours(name, flags, &command).start();
        run.wait_for("ready;");
        let is_group = name == "dumb-init" && flags.len() == 1;
        let stops = [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];
        let others = [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD, libc::SIGTERM];
        for number in (1..=64).filter(|number| !others.contains(number)) {
            if name == "dumb-init" && stops.contains(&number) {
                continue; // they stop both, see signals.rs
            }
            let value = 0x1234_5600 + usize::try_from(number).unwrap();
            queue(run.pid, number, value);
            // A group is sent a value by kernels that can do that (PIDFD_SIGNAL_PROCESS_GROUP).
            match is_group || flags.contains(&"-sg") {
                true => drop(run.wait_for(&format!("\n{number} "))),
                false => drop(run.wait_for(&format!("\n{number} -1 {value};"))),
            }
        }
        run.kill(libc::SIGTERM);
        run.end().quietly(0);
    }
}

#[test]
fn ctrl_z_gives_a_shell_its_prompt_back() {
    // Looks like `tini -s cat` in a shell, Ctrl-Z, and a shell that goes on; then `fg`.
    for (name, flags) in [("tini", "-s --"), ("catatonit", "--"), ("dumb-init", "--")] {
        let terminal = Terminal::new();
        let program = super::pair::path(Whose::Ours, name);
        let words = ["bash", "--norc", "--noprofile", "-i"];
        let mut run = Run::command(Who::Root, words).env("PS1", "at-prompt> ").start_at(&terminal);
        run.expect("at-prompt> ");
        terminal.type_keys(&format!("{} {flags} cat\n", program.display()));
        let pid = wait::until("a job", || proc::children(run.pid).first().copied());
        let cat = wait::until("cat", || {
            let cat = proc::children(pid).first().copied()?;
            let status = proc::status(cat)?;
            (proc::field(&status, "Name") == "cat").then_some(cat)
        });
        terminal.type_keys("first\n");
        run.expect("first\r\nfirst\r\n");
        terminal.type_keys(CTRL_Z);
        run.expect("Stopped");
        run.expect("at-prompt> ");
        wait::until("a stop of both", || {
            let is_stopped = |pid| proc::field(&proc::status(pid)?, "State").chars().next();
            (is_stopped(pid) == Some('T') && is_stopped(cat) == Some('T')).then_some(())
        });
        terminal.type_keys("fg\n");
        wait::until("cat to go on", || {
            (proc::field(&proc::status(cat)?, "State").starts_with('S')).then_some(())
        });
        terminal.type_keys("second\n");
        run.expect("second\r\nsecond\r\n");
        terminal.type_keys("\x04"); // the end of its input
        run.expect("at-prompt> ");
        terminal.type_keys("exit 3\n");
        drop(terminal);
        assert_eq!(run.end().code, 3, "{name}");
    }
}
