//! `parent-death`: the end of whoever started us.

use super::run;
use crate::support::{Mode, Run, Who, file, witness};

/// A shell that starts nsinit with these flags in the background and does what `then` says.
fn below_a_shell(flags: &str, then: &str) -> Run {
    let nsinit = file::text(&crate::support::who::programs().nsinit);
    let command = witness(&["signals"]).join(" ");
    let script = format!("{nsinit} {flags} -- {command} & {then}");
    Run::command(Who::Root, ["sh", "-c", &script])
}

#[test]
fn the_end_of_our_parent_counts_as_the_signal() {
    // Looks like a shell that ends when it is told to, and a workload that gets INT, then TERM.
    let then = "read line; exit 0";
    for flags in ["--parent-death TERM", "--parent-death TERM:$$"] {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut run = below_a_shell(flags, then).stdin(reader).start();
        run.wait_for("ready;");
        assert!(!run.wait_for("").contains("\n15 "), "while the parent lives nothing comes");
        drop(writer);
        run.wait_for("\n15 0 0;");
        run.end().quietly(0);
    }
}

#[test]
fn it_is_rewritten_like_any_other_signal() {
    // Looks like USR1 for TERM; the workload goes on, and is ended by the test.
    let (reader, writer) = std::io::pipe().unwrap();
    let flags = "--parent-death TERM --rewrite TERM:USR1";
    let mut run = below_a_shell(flags, "read line; exit 0").stdin(reader).start();
    run.wait_for("ready;");
    drop(writer);
    run.wait_for("\n10 0 0;");
}

#[test]
fn a_parent_that_ended_before_we_looked_is_missed_when_it_was_named() {
    // Looks like an end by TERM although the parent, which nobody is, has left no trace.
    for mode in [Mode::Subreaper, Mode::Pid1] {
        let flags = ["--parent-death", "TERM:4194000"];
        run(mode, &flags, &["sleep", "1000"]).end().quietly(143);
    }
}

#[test]
fn a_parent_outside_our_pid_namespace_is_watched_too() {
    // Looks like unshare(1) being killed, and a workload that gets TERM with its namespace alive.
    let words = Mode::Pid1.prefix(Who::Root);
    let words: Vec<_> = words.into_iter().filter(|word| word != "--kill-child").collect();
    let nsinit = file::text(&crate::support::who::programs().nsinit);
    let flags = [nsinit.as_str(), "--parent-death", "TERM", "--"].map(std::ffi::OsString::from);
    let command = witness(&["signals"]).into_iter().map(std::ffi::OsString::from);
    let mut run = Run::command(Who::Root, words.into_iter().chain(flags).chain(command)).start();
    run.wait_for("ready;");
    run.kill(libc::SIGKILL);
    run.wait_for("\n15 0 0;");
    assert_eq!(run.end_of_killed().code, -libc::SIGKILL);
}

#[test]
fn run_has_no_use_for_it() {
    // Looks like a refusal, before anything was touched.
    let says = ["\"parent-death\" is for the entrypoint only"];
    run(Mode::Run, &["--parent-death", "TERM"], &["true"]).end().saying(125, &says);
    let says = ["\"die-by-signal\" is for the entrypoint only"];
    run(Mode::Run, &["--die-by-signal"], &["true"]).end().saying(125, &says);
}
