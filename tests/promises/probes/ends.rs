//! The end: of the main process, of the program by TERM, of everybody below.

use std::fs;
use std::time::Duration;

use super::program::{Seat, Wish};
use super::subject::{SCRATCH, Subject, init_of, others, reap, sweep};
use super::{Probe, Verdict, broken, counted, when};
use crate::support::signals::kill;
use crate::support::{proc, witness};

/// How many parents end in front of a program.
const PARENTS: u32 = 200;

pub const PROBES: &[Probe] = &[
    Probe {
        name: "grace-on-term-pid-1",
        promise: "TERM: a grandchild's 200 ms of work, PID 1",
        look: |subject| grace_on_term(subject, Seat::PidOne),
    },
    Probe {
        name: "grace-on-term-child",
        promise: "the same, not PID 1",
        look: |subject| grace_on_term(subject, Seat::Child),
    },
    Probe {
        name: "grace-at-end-pid-1",
        promise: "the command ends: its daemon's 200 ms, PID 1",
        look: |subject| grace_at_end(subject, Seat::PidOne, "slow"),
    },
    Probe {
        name: "grace-at-end-child",
        promise: "the same, not PID 1",
        look: |subject| grace_at_end(subject, Seat::Child, "slow"),
    },
    Probe {
        name: "grace-at-end-headless",
        promise: "the same when its first thread has ended",
        look: |subject| grace_at_end(subject, Seat::Child, "headless"),
    },
    Probe {
        name: "nobody-left",
        promise: "nobody is left, not PID 1",
        look: |subject| left_by(subject, &["leave", &saved(), "3", "stubborn"], 3),
    },
    Probe {
        name: "forking-on",
        promise: "nobody who forks on and on is left",
        look: |subject| left_by(subject, &["fork-on"], 0),
    },
    Probe {
        name: "parent-death",
        promise: "ends with its parent (0–1 ms after exec)",
        look: parent_death,
    },
];

fn saved() -> String {
    format!("{SCRATCH}/saved")
}

fn is_saved(word: &str) -> Verdict {
    when(fs::read_to_string(saved()).is_ok_and(|text| text == "saved"), word, "")
}

/// TERM while the command and a process in a session of its own are there; both mind it.
fn grace_on_term(subject: &Subject, seat: Seat) -> Verdict {
    let mut run = subject.run(seat, Wish::Plain, &witness(&["hold", &saved(), "3"])).start();
    run.wait_for("ready;");
    kill(init_of(seat, &run), libc::SIGTERM);
    let code = run.code();
    is_saved("not finished")?;
    when(code == 3, format!("exit {code}"), "not the command's 3")
}

fn grace_at_end(subject: &Subject, seat: Seat, daemon: &str) -> Verdict {
    let command = witness(&["leave", &saved(), "3", daemon]);
    let code = subject.run(seat, Wish::Plain, &command).start().code();
    is_saved("not finished")?;
    when(code == 3, format!("exit {code}"), "not the command's 3")
}

/// A command that leaves somebody deaf to TERM: with the program, he is gone.
fn left_by(subject: &Subject, role: &[&str], code: i32) -> Verdict {
    let mut run = subject.run(Seat::Child, Wish::ShortGrace, &witness(role)).start();
    let is = run.code();
    let left = (0..20).map(|_| others().len()).max().unwrap(); // one that forks may hide once
    drop(run);
    sweep();
    when(left == 0, "left", format!("{left} processes"))?;
    when(is == code, format!("exit {is}"), "not the command's")
}

/// A parent that sees the program executed and ends at once, or a little later.
fn parent_death(subject: &Subject) -> Verdict {
    let count = subject.times(PARENTS);
    let mut survivors = 0;
    for number in 0..count {
        let micros = (1000 * number / count).to_string();
        let mut words = witness(&["abandon", &micros]);
        words.extend(subject.words(Seat::Child, Wish::ParentDeath, &witness(&["signals"])));
        let mut run = crate::support::Run::command(crate::support::Who::Root, words)
            .limit(subject.limit)
            .start();
        assert_eq!(run.code(), 0, "the parent");
        survivors += u32::from(survives(subject.patience));
        drop(run);
        sweep();
    }
    match survivors {
        0 => counted(format!("0 of {count} live on")),
        _ => broken(format!("{survivors} of {count} live on"), "the workload was not told"),
    }
}

/// Whether a workload is there, at rest, and nobody has told it to end.
fn survives(patience: Duration) -> bool {
    let deadline = std::time::Instant::now() + patience;
    let mut rests = 0;
    loop {
        reap();
        let others = others();
        if others.is_empty() {
            return false;
        }
        let state = |pid: &i32| proc::status(*pid).is_some_and(|status| is_at_rest(&status));
        rests = if others.len() >= 2 && others.iter().all(state) { rests + 1 } else { 0 };
        if rests == 20 || std::time::Instant::now() > deadline {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// It sleeps in its wait for signals.
fn is_at_rest(status: &str) -> bool {
    proc::field(status, "State").starts_with('S')
}
