//! What a command finds: its session, its terminal, its directory; and what is kept of ours.

use std::path::Path;

use super::pair::{Whose, child};
use super::support::terminal::{CTRL_C, Terminal};
use super::support::{proc, witness};

/// A shell line that says who leads what: `leads session`, `leads group`, `has terminal`, `in
/// foreground` (proc_pid_stat(5)).
const PLACE: &str = "read -r pid comm state ppid group session tty foreground rest < /proc/$$/stat
    test $pid = $session && echo leads session
    test $pid = $group && echo leads group
    test $tty != 0 && echo has terminal
    test $foreground = $group && echo in foreground
    true";

/// Flags, and what the command has at a terminal whose session the program leads.
const PLACES: &[(&str, &[&str], &str)] = &[
    ("tini", &["-s"], "leads group\nhas terminal\nin foreground\n"),
    ("dumb-init", &[], "leads session\nleads group\nhas terminal\nin foreground\n"),
    ("dumb-init", &["-c"], "has terminal\nin foreground\n"),
    ("catatonit", &[], "leads group\nhas terminal\nin foreground\n"),
];

#[test]
fn a_command_has_the_terminal_in_the_way_of_its_program() {
    // Looks like `docker run -it`: the program leads the terminal's session.
    for (name, flags, expected) in PLACES {
        for whose in Whose::BOTH {
            let terminal = Terminal::new();
            let words: Vec<&str> = flags.iter().copied().chain(["--", "sh", "-c", PLACE]).collect();
            let run = child(whose, name, &words).start_at(&terminal);
            drop(terminal); // the screen ends when nobody has it open
            let ended = run.end();
            assert_eq!(ended.out.replace('\r', ""), *expected, "{whose:?} {name} {flags:?}");
        }
    }
}

#[test]
fn without_a_terminal_a_command_has_a_group_or_a_session() {
    // Looks like the same without -t.
    let cases: [(&str, &[&str], &str); 4] = [
        ("tini", &["-s"], "leads group\n"),
        ("dumb-init", &[], "leads session\nleads group\n"),
        ("dumb-init", &["-c"], ""),
        ("catatonit", &[], "leads group\n"),
    ];
    for (name, flags, expected) in cases {
        for whose in Whose::BOTH {
            let words: Vec<&str> = flags.iter().copied().chain(["--", "sh", "-c", PLACE]).collect();
            let out = child(whose, name, &words).end().quietly(0);
            assert_eq!(out, expected, "{whose:?} {name} {flags:?}");
        }
    }
}

#[test]
fn dumb_init_gives_its_terminal_up_and_its_command_hears_nothing_of_that() {
    // Looks like `Detached from controlling tty`, no HUP and no CONT, and then a Ctrl-C that ends
    // the command.
    for whose in Whose::BOTH {
        let terminal = Terminal::new();
        let script = "trap 'echo hang-up' HUP; trap 'echo continued' CONT; \
                      trap 'echo interrupted; exit 4' INT; echo ready; \
                      while :; do sleep 0.02; done";
        let run = child(whose, "dumb-init", &["-v", "sh", "-c", script]);
        let mut run = run.start_at(&terminal);
        run.wait_for("ready");
        terminal.type_keys(CTRL_C);
        drop(terminal);
        let ended = run.end();
        let says = |text: &str| ended.out.contains(text);
        assert!(
            ended.code == 4
                && says("[dumb-init] Detached from controlling tty, ignoring the first SIGHUP")
                && says("[dumb-init] setsid complete.")
                && says("interrupted")
                && !says("Unable to attach")
                && !says("hang-up")
                && !says("continued"),
            "{whose:?}: {} {}",
            ended.code,
            ended.out
        );
    }
}

#[test]
fn the_command_keeps_the_directory_and_the_program_leaves_it() {
    // Looks like /proc/PID/cwd of dumb-init: "/"; tini stays where it is. catatonit leaves it since
    // a version after 0.1.7.
    let programs = [("dumb-init", ["/", "/"]), ("catatonit", ["/", "/tmp"]), ("tini", ["/tmp"; 2])];
    for (name, expected) in programs {
        for (whose, expected) in Whose::BOTH.into_iter().zip(expected) {
            let witness = witness(&["signals"]);
            let words: Vec<&str> =
                std::iter::once("--").chain(witness.iter().map(String::as_str)).collect();
            let run = child(whose, name, &words).env("TINI_SUBREAPER", "");
            let mut run = run.directory(Path::new("/tmp")).start();
            run.wait_for("ready;");
            let cwd = |pid: i32| {
                let link = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
                link.to_str().unwrap().to_owned()
            };
            assert_eq!(cwd(proc::children(run.pid)[0]), "/tmp", "{whose:?} {name}");
            super::support::wait::until("its directory", || {
                (cwd(run.pid) == expected).then_some(())
            });
            run.kill(libc::SIGTERM);
            run.end().quietly(0);
        }
    }
}
