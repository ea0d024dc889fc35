//! Signals to a running command: who gets which, as what, when; ours and the originals'.

use std::time::Duration;

use super::pair::{Whose, child, path, pid1};
use super::support::{Run, Running, Who, proc, wait, witness};

/// A program with these words and this environment, in front of a witness.
fn start(whose: Whose, name: &str, words: &[&str], role: &str) -> Running {
    let witness = witness(&[role]);
    let command = std::iter::once("--").chain(witness.iter().map(String::as_str));
    let words: Vec<&str> = words.iter().copied().chain(command).collect();
    child(whose, name, &words).start()
}

/// Flags, and whether the whole process group gets a signal.
const GROUPS: &[(&str, &[&str], bool)] = &[
    ("tini", &["-s"], false),
    ("tini", &["-sg"], true),
    ("dumb-init", &[], true),
    ("dumb-init", &["-c"], false),
    ("dumb-init", &["--single-child"], false),
    ("catatonit", &[], false),
    ("catatonit", &["-g"], true),
];

#[test]
fn the_group_gets_a_signal_where_it_should_and_nowhere_else() {
    // Looks like USR1 to tini -g, of which a child of the command hears, too.
    for (name, flags, is_group) in GROUPS {
        for whose in Whose::BOTH {
            let mut run = start(whose, name, flags, "family");
            run.wait_for("parent is ready;");
            run.wait_for("child is ready;");
            run.kill(libc::SIGUSR1);
            run.wait_for("parent 10;");
            run.kill(libc::SIGUSR2);
            let out = run.wait_for("parent 12;");
            match is_group {
                true => drop(run.wait_for("child 12;")),
                false => assert!(!out.contains("child 1"), "{whose:?} {name} {flags:?}: {out}"),
            }
            // Both of them end by themselves, so that none is left.
            let child = proc::children(proc::children(run.pid)[0])[0];
            super::support::signals::kill(child, libc::SIGQUIT);
            run.wait_for("child 3;");
            run.kill(libc::SIGTERM);
            run.end().quietly(0);
        }
    }
}

#[test]
fn variables_ask_for_the_group_as_flags_do() {
    // Looks like TINI_KILL_PROCESS_GROUP=, and DUMB_INIT_SETSID=0 for the contrary.
    let cases = [
        ("tini", "TINI_KILL_PROCESS_GROUP", "", true),
        ("dumb-init", "DUMB_INIT_SETSID", "0", false),
        ("dumb-init", "DUMB_INIT_SETSID", "1", true),
    ];
    for (name, variable, value, is_group) in cases {
        for whose in Whose::BOTH {
            let witness = witness(&["family"]);
            let words: Vec<&str> =
                std::iter::once("--").chain(witness.iter().map(String::as_str)).collect();
            let run = child(whose, name, &words).env(variable, value).env("TINI_SUBREAPER", "");
            let mut run = run.start();
            run.wait_for("parent is ready;");
            run.wait_for("child is ready;");
            run.kill(libc::SIGQUIT);
            let out = run.wait_for("parent 3;");
            match is_group {
                true => drop(run.wait_for("child 3;")),
                false => {
                    assert!(!out.contains("child 3"), "{whose:?} {name} {variable}");
                    let child = proc::children(proc::children(run.pid)[0])[0];
                    super::support::signals::kill(child, libc::SIGQUIT);
                    run.wait_for("child 3;");
                }
            }
            run.kill(libc::SIGTERM);
            run.end().quietly(0);
        }
    }
}

#[test]
fn dumb_init_rewrites_and_drops_signals() {
    // Looks like -r 10:12 -r 1:0: USR1 arrives as USR2, and HUP not at all.
    for whose in Whose::BOTH {
        let mut run = start(whose, "dumb-init", &["-r10:12", "--rewrite", "1:0"], "signals");
        run.wait_for("ready;");
        run.kill(libc::SIGHUP);
        run.kill(libc::SIGUSR1);
        let out = run.wait_for("\n12 ");
        assert!(!out.contains("\n1 ") && !out.contains("\n10 "), "{whose:?}: {out}");
        run.kill(libc::SIGTERM);
        run.end().quietly(0);
    }
}

/// The letter of a process's state in /proc/PID/status.
fn state(pid: i32) -> Option<char> {
    proc::status(pid).and_then(|status| proc::field(&status, "State").chars().next())
}

#[test]
fn a_stop_at_the_terminal_stops_dumb_init_and_what_it_runs() {
    // Looks like TSTP: the command's session gets STOP, and dumb-init stops, so that a shell has
    // its prompt back. CONT lets both go on.
    for stop in [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU] {
        for whose in Whose::BOTH {
            let mut run = start(whose, "dumb-init", &[], "signals");
            run.wait_for("ready;");
            let command = proc::children(run.pid)[0];
            run.kill(stop);
            wait::until("both to stop", || {
                (state(run.pid) == Some('T') && state(command) == Some('T')).then_some(())
            });
            run.kill(libc::SIGCONT);
            run.wait_for("\n18 ");
            run.kill(libc::SIGTERM);
            let out = run.end().quietly(0);
            assert!(!out.contains(&format!("\n{stop} ")), "{whose:?}: {out}");
        }
    }
}

#[test]
fn in_single_child_mode_a_stop_is_passed_on_as_it_is() {
    // Looks like TSTP for the command, and dumb-init stops.
    for whose in Whose::BOTH {
        let mut run = start(whose, "dumb-init", &["-c"], "signals");
        run.wait_for("ready;");
        run.kill(libc::SIGTSTP);
        run.wait_for("\n20 ");
        wait::until("a stop", || (state(run.pid) == Some('T')).then_some(()));
        run.kill(libc::SIGCONT);
        run.wait_for("\n18 ");
        run.kill(libc::SIGTERM);
        run.end().quietly(0);
    }
}

#[test]
fn tini_passes_the_death_of_its_parent_on() {
    // Looks like -p SIGTERM, and a shell around it that ends.
    for whose in Whose::BOTH {
        let tini = path(whose, "tini");
        let command = witness(&["signals"]).join(" ");
        let script = format!("{} -s -p SIGTERM -- {command} & read word", tini.display());
        let (input, hold) = std::io::pipe().unwrap();
        let mut run = Run::command(Who::Root, ["sh", "-c", &script]).stdin(input).start();
        run.wait_for("ready;");
        drop(hold);
        let out = run.end().out;
        assert!(out.contains("\n15 "), "{whose:?}: {out}");
    }
}

#[test]
fn what_dumb_init_leaves_is_asked_to_end() {
    // Looks like a process of the command's group that hears TERM when the command has ended.
    let script = "(trap 'echo asked; exit' TERM; echo ready; while :; do sleep 0.01; done) & \
                  sleep 0.3; exit 3";
    for whose in Whose::BOTH {
        let run = child(whose, "dumb-init", &["sh", "-c", script]).start();
        let ended = run.end_of_killed(); // what its shells have to say is theirs
        assert_eq!((ended.code, ended.out.as_str()), (3, "ready\nasked\n"), "{whose:?}");
    }
}

#[test]
fn tini_and_catatonit_end_with_their_command_at_once() {
    // Looks like a daemon that a command leaves: outside a PID namespace it goes on.
    for (name, flags) in [("tini", ["-s", "--"]), ("catatonit", ["-g", "--"])] {
        for whose in Whose::BOTH {
            let script = "sleep 1000 >/dev/null 2>&1 & echo $!; exit 5";
            let words: Vec<&str> = flags.into_iter().chain(["sh", "-c", script]).collect();
            let (out, daemon) = child(whose, name, &words).start().end_and_leave();
            assert_eq!(out.code, 5, "{whose:?} {name}");
            assert_eq!(daemon.len(), 1, "{whose:?} {name}: {daemon:?}");
        }
    }
}

#[test]
fn every_signal_has_glibc_s_name_in_tini_s_words() {
    // Looks like 'Passing signal: 'Hangup'' for 1, and so on; a real-time signal by its number.
    for number in (1..=31).chain([34, 64]) {
        if [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD, libc::SIGTERM].contains(&number) {
            continue;
        }
        // Their tini takes these for its own and dies; ours passes them on.
        let own = [4, 5, 6, 7, 8, 11, 21, 22, 31];
        let said = Whose::BOTH.map(|whose| {
            if whose == Whose::Theirs && own.contains(&number) {
                return None;
            }
            let mut run = start(whose, "tini", &["-svv"], "signals");
            run.wait_for("ready;");
            run.kill(number);
            run.wait_for(&format!("\n{number} "));
            run.kill(libc::SIGTERM);
            let out = run.end().out;
            let line = out.lines().find(|line| line.contains("Passing signal"));
            line.and_then(|line| line.split_once(")] ")).map(|(_, said)| String::from(said))
        });
        let [Some(ours), theirs] = said else { panic!("{number}: nothing said") };
        assert_eq!(theirs.as_ref().unwrap_or(&ours), &ours, "{number}");
    }
}

#[test]
fn term_in_the_first_instants_is_never_lost() {
    // Looks like starts under each name, each ended by TERM at once: by 143, or before our first
    // instruction by the signal.
    let cases: [(&str, &[&str]); 6] = [
        ("tini", &["-s", "--"]),
        ("tini", &["-sg", "--"]),
        ("dumb-init", &["--"]),
        ("dumb-init", &["-c", "--"]),
        ("catatonit", &["--"]),
        ("catatonit", &["-g", "--"]),
    ];
    for (name, flags) in cases {
        for start in 0..40u32 {
            let words: Vec<&str> = flags.iter().copied().chain(["sleep", "1000"]).collect();
            let run = child(Whose::Ours, name, &words).start();
            wait::spin(Duration::from_micros(50) * start);
            run.kill(libc::SIGTERM);
            let ended = run.end();
            let is_right = ended.code == 143 || ended.code == -libc::SIGTERM;
            assert!(is_right, "{name} {flags:?}: {}", ended.code);
        }
    }
}

#[test]
fn a_pid_1_passes_signals_on_under_each_name() {
    // Looks like USR1 from outside to PID 1 of a namespace, then TERM.
    for (name, flag) in [("tini", "-g"), ("dumb-init", "-c"), ("catatonit", "-g")] {
        for whose in Whose::BOTH {
            let witness = witness(&["signals"]);
            let words: Vec<&str> =
                [flag, "--"].into_iter().chain(witness.iter().map(String::as_str)).collect();
            let mut run = pid1(whose, name, &words).start();
            run.wait_for("ready;");
            let init = proc::children(run.pid)[0];
            super::support::signals::kill(init, libc::SIGUSR1);
            run.wait_for("\n10 ");
            super::support::signals::kill(init, libc::SIGTERM);
            run.end().quietly(0);
        }
    }
}
