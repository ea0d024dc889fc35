//! Every system call fails once while somebody enters: his own, those of PID 1 meanwhile, and those
//! of the process that becomes the command. The sandbox lives on, nobody stays in it, and no
//! command runs that is not confined.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use super::sandbox::Sandbox;
use super::support::run::Ended;
use super::support::terminal::Terminal;
use super::support::who::{programs, tool};
use super::support::{Run, Who, file, proc, signals, wait};

const TEXT: &str = "
[sandbox]
control = true
[security]
capabilities = ['net_raw']
seccomp = 'default'
landlock = { read = ['/'], execute = ['/'] }
[[service]]
name = 'main'
command = ['sleep', '1000']
user = '1000'
";

/// What cannot fail: a descriptor is closed whatever close(2) says, and here it would stay open.
const SPARED: [&str; 3] = ["exit_group", "restart_syscall", "close"];

/// A command whose process could not do one of these is not executed.
const CONFINING: [&str; 6] = [
    "capset",
    "seccomp",
    "setresuid",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
];

/// What is asked so often in a loop fails only so often.
const LOOP_MAX: usize = 4;

/// The names of calls, and how often a process makes each of them at most, until it is another
/// program.
fn counts(trace: &str) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for line in trace.lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        if others.contains(pid) {
            continue;
        }
        if rest.contains("\"exit 7\"]") && !rest.contains("\"enter\"") {
            others.insert(pid);
        }
        let Some((name, _)) = rest.trim_start().split_once('(') else { continue };
        if name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            *counts.entry((name, pid)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((name, _), count) in counts {
        let known: &mut usize = most.entry(name.to_owned()).or_default();
        *known = count.max(*known).min(LOOP_MAX);
    }
    most.retain(|name, _| !SPARED.contains(&name.as_str()));
    most
}

/// Who enters, behind these words.
fn enter(sandbox: &Sandbox, front: &[&str]) -> Run {
    let nsinit = programs().nsinit.as_os_str();
    let words = ["enter", &sandbox.name, "--", "sh", "-c", "exit 7"].map(OsStr::new);
    let front = front.iter().map(OsStr::new);
    Run::command(sandbox.who, front.chain([nsinit]).chain(words))
}

/// It went well, or was told; and the sandbox is as it was.
fn check(sandbox: &Sandbox, ended: &Ended, said: &str, fault: &str) {
    let is_told = matches!(ended.code, 1 | 125..=127) && said.contains(": ");
    // What it ended with may be lost, and then it has ended with everything there.
    let is_lost = ended.code == 137;
    assert!(ended.code == 7 || is_told || is_lost, "{fault}: {} {said}", ended.code);
    wait::until(&format!("{fault}: three processes"), || {
        (sandbox.run.marked().len() == 3).then_some(())
    });
    let said = sandbox.said(&["ps"]);
    assert!(said.contains("running"), "{fault}: {said}");
}

#[test]
fn every_call_of_who_enters_may_fail() {
    // Looks like 7, or a word; with a pipe as its input, and at a terminal.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, TEXT);
        let strace = file::text(&tool("strace"));
        let trace = file::text(&file::directory().join("trace"));
        for is_typed in [false, true] {
            let run = |options: &[&str]| {
                let run = enter(&sandbox, &[&[&*strace, "-qq"], options].concat());
                if !is_typed {
                    return run.end();
                }
                let terminal = Terminal::new();
                let running = run.start_at(&terminal);
                drop(terminal); // whose other end would stay open
                running.end()
            };
            assert_eq!(run(&["-f", "-o", &trace]).code, 7);
            for (name, count) in counts(&std::fs::read_to_string(&trace).unwrap()) {
                for number in (1..=count).filter(|_| name != "execve") {
                    let fault = format!("inject={name}:error=EPERM:when={number}");
                    let ended = run(&["-f", "-o", "/dev/null", "-e", &fault]);
                    let said = format!("{}{}", ended.err, ended.out);
                    check(&sandbox, &ended, &said, &format!("{who:?} {is_typed} {fault}"));
                }
            }
        }
        drop(sandbox.stop());
    }
}

#[test]
fn every_call_inside_may_fail_while_somebody_enters() {
    // Looks like the same with PID 1 traced, and whom it makes; and 125 for what confines.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, TEXT);
        let init = proc::field(&proc::status(sandbox.pid("main")).unwrap(), "PPid").to_owned();
        let strace = file::text(&tool("strace"));
        let trace = file::text(&file::directory().join("trace"));
        let with = |options: &[&str]| {
            let words = [&[&*strace, "-f", "-p", &init], options].concat();
            let mut tracer = Run::command(Who::Root, words).start();
            tracer.wait_for_error("attached");
            let ended = enter(&sandbox, &[]).end();
            signals::kill(tracer.pid, libc::SIGINT);
            let _ = tracer.end_only(); // by our signal
            ended
        };
        assert_eq!(with(&["-o", &trace]).code, 7, "{who:?}");
        let text = std::fs::read_to_string(&trace).unwrap();
        let missing: Vec<_> = CONFINING.iter().filter(|name| !text.contains(**name)).collect();
        assert!(missing.is_empty(), "{who:?}: {missing:?}");
        for (name, count) in counts(&text) {
            for number in 1..=count {
                let fault = format!("inject={name}:error=EPERM:when={number}");
                let ended = with(&["-o", "/dev/null", "-e", &fault]);
                check(&sandbox, &ended, &ended.err, &format!("{who:?} inside {fault}"));
                if CONFINING.contains(&&*name) {
                    assert_eq!(ended.code, 125, "{who:?} {fault}: {}", ended.err);
                }
            }
        }
        drop(sandbox.stop());
    }
}
