//! Whoever comes into a sandbox has what it has of outside until it has become its command. Row 7
//! of the list.

use std::io::PipeWriter;

use super::support::who::tool;
use super::support::{Run, Running, Who, file, proc, wait, who, witness};

/// How often somebody enters.
const ENTERS: usize = 50; // by each of two ways, as each of two users

/// What is executed inside.
const COMMAND: &str = "true";

/// A sandbox whose workload lies in wait for who comes; its end is that of its input.
fn hunter(who: Who, flags: &[&str]) -> (Running, PipeWriter) {
    let (input, keep) = std::io::pipe().unwrap();
    let run = Run::nsinit(who, &[&["run"], flags, &["--"]].concat());
    let mut running = run.and(witness(&["hunt", COMMAND])).stdin(input).start();
    running.wait_for("hunting");
    (running, keep)
}

/// The workload of a sandbox: the child of its PID 1.
fn workload(running: &Running) -> String {
    let init = wait::until("PID 1", || proc::children(running.pid).first().copied());
    proc::children(init)[0].to_string()
}

/// What it says at the end: how many came, and how many of them were caught.
fn prey(running: Running, keep: PipeWriter) -> (usize, usize, String) {
    drop(keep);
    let out = running.end().quietly(0);
    let line = out.lines().nth(1).unwrap();
    let mut numbers = line.split(' ').filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap(), out)
}

/// What comes of entering again and again with these words, which name the sandbox or its workload.
fn entered(who: Who, flags: &[&str], words: impl Fn(&str) -> Vec<String>) -> (usize, usize) {
    let (running, keep) = hunter(who, flags);
    let words = words(&workload(&running));
    let script = format!("i=0; while [ $i -lt {ENTERS} ]; do \"$@\" || exit; i=$((i + 1)); done");
    let again = ["sh", "-c", &script, "sh"].map(String::from).into_iter().chain(words.clone());
    Run::command(who, again).end().quietly(0);
    let (came, caught, out) = prey(running, keep);
    println!("{who:?} {words:?}: {out}");
    (came, caught)
}

#[test]
fn row_7_who_enters_is_neither_traced_nor_read() {
    // Looks like CVE-2016-9962 and CVE-2022-31214: 200 enter, by PID and by name, where root waits
    // for them, and each is tried again and again from the first moment on: none is traced, and
    // nothing of it is read, before it is its command. Who comes by nsenter(1) is caught.
    let nsinit = file::text(&who::programs().nsinit);
    let name = format!("hunted-{}", std::process::id());
    let root = ["--namespaces=+user", "--uid=0", "--gid=0"];
    for who in Who::BOTH {
        let by_pid = |pid: &str| [&nsinit, "enter", pid, "--", COMMAND].map(String::from).to_vec();
        let (came, caught) = entered(who, &root, by_pid);
        assert!(came >= ENTERS / 5 && caught == 0, "{who:?}: {caught} of {came} were caught");
        let flags = ["--name", &name, "--control=true", "--seccomp=default", "--capabilities=all"];
        let flags = [&root[..], &flags].concat();
        let by_name = |_: &str| [&nsinit, "enter", &name, "--", COMMAND].map(String::from).to_vec();
        let (came, caught) = entered(who, &flags, by_name);
        assert!(came >= ENTERS / 5 && caught == 0, "{who:?}: {caught} of {came} were caught");
        let nsenter = file::text(&tool("nsenter"));
        let words = [nsenter.as_str(), "--preserve-credentials", "-U", "-m", "-p", "-t"];
        let without = |pid: &str| {
            [&words[..], &[pid, COMMAND]].concat().into_iter().map(String::from).collect()
        };
        let (_, caught) = entered(who, &root, without);
        assert!(caught > 0, "{who:?}: nobody was caught who came without a defence");
    }
}
