//! Signals on their way: which arrive, with what, and which end the program instead.

use super::program::{Seat, Wish};
use super::subject::{Subject, init_of, sweep};
use super::{Probe, Verdict, broken, counted, kept, when};
use crate::support::signals::{kill, queue};
use crate::support::witness;

/// All that can be blocked: KILL and STOP cannot.
const ALL: usize = 62;

/// What a program gets from the kernel when it has made a mistake, and from a user when he likes.
const FAULTS: [i32; 7] = [
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGSEGV,
    libc::SIGSYS,
];

pub const PROBES: &[Probe] = &[
    Probe {
        name: "all-signals-pid-1",
        promise: "signals that arrive, as PID 1",
        look: |subject| all(subject, Seat::PidOne),
    },
    Probe {
        name: "all-signals-child",
        promise: "signals that arrive, not PID 1",
        look: |subject| all(subject, Seat::Child),
    },
    Probe {
        name: "real-time-32-34",
        promise: "32, 33 and 34 do not end it",
        look: |subject| each(subject, Seat::Child, [32, 33, 34], false),
    },
    Probe {
        name: "real-time-last",
        promise: "40 and 64 arrive as they are",
        look: |subject| each(subject, Seat::Child, [40, 64], false),
    },
    Probe {
        name: "queued-value",
        promise: "the value of sigqueue(3) is kept",
        look: |subject| each(subject, Seat::PidOne, [libc::SIGUSR1, 40], true),
    },
    Probe { name: "whole-group", promise: "group mode: the whole process group", look: group },
    Probe {
        name: "faults-by-users-pid-1",
        promise: "ABRT, SEGV … sent by a user, as PID 1",
        look: |subject| each(subject, Seat::PidOne, FAULTS, false),
    },
    Probe {
        name: "faults-by-users-child",
        promise: "ABRT, SEGV … sent by a user, not PID 1",
        look: |subject| each(subject, Seat::Child, FAULTS, false),
    },
];

/// What became of one signal.
enum Fate {
    Arrived,
    /// It did not come, and everything goes on.
    Lost,
    /// The program is gone.
    Ended(i32),
}

/// One signal to a program of its own, whose workload tells what it gets.
fn send(subject: &Subject, seat: Seat, number: i32, value: Option<usize>) -> Fate {
    let mut run = subject.run(seat, Wish::Single, &witness(&["signals"])).start();
    run.wait_for("ready;");
    let init = init_of(seat, &run);
    match value {
        Some(value) => queue(init, number, value),
        None => assert_eq!(kill(init, number), 0, "kill({init}, {number})"),
    }
    // A plain signal may come with another si_code: its number is what counts.
    let said = value.map_or(format!("\n{number} "), |value| format!("\n{number} -1 {value};"));
    let fate = match run.comes(&said, subject.patience) {
        true => Fate::Arrived,
        false if run.ends(std::time::Duration::ZERO) => Fate::Ended(run.code()),
        // Somebody else may hold its outputs when it is gone.
        false => Fate::Lost,
    };
    drop(run);
    sweep();
    fate
}

/// A shell's child in the shell's process group; the command itself does not mind.
fn group(subject: &Subject) -> Verdict {
    let mut command: Vec<String> =
        ["sh", "-c", "trap '' USR1; \"$@\" & exec sleep 1000", "sh"].map(Into::into).into();
    command.extend(witness(&["signals"]));
    for seat in Seat::BOTH {
        let mut run = subject.run(seat, Wish::Group, &command).start();
        run.wait_for("ready;");
        assert_eq!(kill(init_of(seat, &run), libc::SIGUSR1), 0);
        let comes = run.comes("\n10 ", subject.patience);
        drop(run);
        sweep();
        when(comes, "the command alone", seat.name())?;
    }
    kept()
}

/// How many of 1 to 64 arrive.
fn all(subject: &Subject, seat: Seat) -> Verdict {
    let numbers = (1..=64).filter(|number| ![libc::SIGKILL, libc::SIGSTOP].contains(number));
    let wrong = wrong(subject, seat, numbers, false);
    let word = format!("{} of {ALL}", ALL - wrong.len());
    if wrong.is_empty() { counted(word) } else { broken(word, wrong.join(", ")) }
}

fn each<const N: usize>(
    subject: &Subject,
    seat: Seat,
    numbers: [i32; N],
    with_value: bool,
) -> Verdict {
    let wrong = wrong(subject, seat, numbers.into_iter(), with_value);
    let word = format!("{} of {N}", N - wrong.len());
    if wrong.is_empty() { counted(word) } else { broken(word, wrong.join(", ")) }
}

/// What did not come, and why.
fn wrong(
    subject: &Subject,
    seat: Seat,
    numbers: impl Iterator<Item = i32>,
    with_value: bool,
) -> Vec<String> {
    let tell = |number: i32| {
        let value = with_value.then_some(0x1234_5678 + usize::try_from(number).unwrap());
        match send(subject, seat, number, value) {
            Fate::Arrived => None,
            Fate::Lost => Some(format!("{number} lost")),
            Fate::Ended(code) => Some(format!("{number} ends it ({code})")),
        }
    };
    numbers.filter_map(tell).collect()
}
