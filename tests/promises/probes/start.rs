//! What a program is started with: ignored signals, missing descriptors, dead ends.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};

use super::program::{Seat, Wish};
use super::subject::{Subject, seat_words, sweep};
use super::{Probe, Verdict, broken, kept, when};
use crate::support::signals::{bit, ignore, set_mask};
use crate::support::terminal::Terminal;
use crate::support::{Run, Running, Who, proc};

pub const PROBES: &[Probe] = &[
    Probe {
        name: "sigchld-ignored",
        promise: "SIGCHLD ignored at start",
        look: |subject| {
            let front = ["env", "--ignore-signal=CHLD"];
            both(|seat| Start::behind(subject, seat, &front, Wish::Plain).gives_7())
        },
    },
    Probe {
        name: "stdin-closed",
        promise: "standard input closed",
        look: |subject| both(|seat| closed(subject, seat, "exec \"$@\" <&-")),
    },
    Probe {
        name: "all-closed",
        promise: "descriptors 0 to 2 closed",
        look: |subject| both(|seat| closed(subject, seat, "exec \"$@\" <&- >&- 2>&-")),
    },
    Probe {
        name: "dead-terminal",
        promise: "a terminal that is gone",
        look: |subject| both(|seat| dead_terminal(subject, seat)),
    },
    Probe {
        name: "full-stderr",
        promise: "nobody reads its standard error",
        look: |subject| both(|seat| full(subject, seat)),
    },
    Probe {
        name: "mask-handed-on",
        promise: "blocked and ignored signals handed on",
        look: |subject| both(|seat| handed_on(subject, seat)),
    },
];

/// In both seats; the first that breaks it is told.
fn both(look: impl Fn(Seat) -> Verdict) -> Verdict {
    for seat in Seat::BOTH {
        let seen = look(seat);
        sweep();
        if let Err(mut seen) = seen {
            seen.detail = format!("{}: {}", seat.name(), seen.detail);
            return Err(seen);
        }
    }
    kept()
}

/// A workload that ends with 7.
const SEVEN: [&str; 3] = ["sh", "-c", "exit 7"];

struct Start(Run);

impl Start {
    fn behind(subject: &Subject, seat: Seat, front: &[&str], wish: Wish) -> Self {
        Self(subject.behind(seat, front, wish, &SEVEN))
    }

    fn gives_7(self) -> Verdict {
        gives(self.0.start(), 7)
    }
}

/// It ends with this code.
fn gives(mut run: Running, code: i32) -> Verdict {
    let is = run.code();
    let words = if is == code { String::new() } else { run.end_only().err };
    when(is == code, format!("exit {is}"), words)
}

fn closed(subject: &Subject, seat: Seat, script: &str) -> Verdict {
    Start::behind(subject, seat, &["sh", "-c", script, "sh"], Wish::Plain).gives_7()
}

/// Its descriptors are a terminal that nobody has open any more: each read and write is EIO.
fn dead_terminal(subject: &Subject, seat: Seat) -> Verdict {
    let Terminal { person_end, program_end } = Terminal::new();
    drop(person_end);
    let run = Start::behind(subject, seat, &[], Wish::Verbose).0;
    gives(with_outputs(run, &program_end).stdin(program_end).start(), 7)
}

/// A pipe that takes not one byte more is its output: with much to say, and with a failure.
fn full(subject: &Subject, seat: Seat) -> Verdict {
    let (_reader, writer) = io::pipe().unwrap();
    let writer = OwnedFd::from(writer);
    fill(&writer);
    let run = Start::behind(subject, seat, &[], Wish::Verbose).0;
    gives(with_outputs(run, &writer).start(), 7)?;
    let run = subject.run(seat, Wish::Plain, &["/nowhere/program"]);
    let code = with_outputs(run, &writer).start().code();
    when([1, 2, 127].contains(&code), format!("exit {code}"), "for a program that is not there")
}

fn with_outputs(run: Run, output: &OwnedFd) -> Run {
    let number = output.as_raw_fd();
    run.before_exec(move || {
        // SAFETY: integers in; the copies live until the program closes them.
        unsafe { libc::dup2(number, 1) };
        // SAFETY: likewise.
        unsafe { libc::dup2(number, 2) };
    })
}

/// Until write(2) would wait.
fn fill(pipe: &OwnedFd) {
    let set = |flags: i32| {
        // SAFETY: integers in.
        let ret = unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETFL, flags) };
        assert_eq!(ret, 0);
    };
    set(libc::O_WRONLY | libc::O_NONBLOCK);
    let mut file = File::from(pipe.try_clone().unwrap());
    while file.write(&[b'x'; 4096]).is_ok() {}
    while file.write(b"x").is_ok() {}
    set(libc::O_WRONLY);
}

/// The workload's sets are those of a direct start.
fn handed_on(subject: &Subject, seat: Seat) -> Verdict {
    let command = ["cat", "/proc/self/status"];
    let shown = |run: Run| {
        let run = run.before_exec(|| {
            [libc::SIGHUP, libc::SIGPIPE, libc::SIGTTOU, 64].into_iter().for_each(ignore);
            set_mask(bit(libc::SIGUSR1) | bit(40));
        });
        let out = run.start().end_only().out;
        ["SigBlk", "SigIgn"].map(|name| proc::field(&out, name).to_string())
    };
    let words = seat_words(seat).into_iter().chain(command.map(Into::into));
    let direct = shown(Run::command(Who::Root, words).limit(subject.limit));
    let inside = shown(subject.run(seat, Wish::Plain, &command));
    match () {
        () if inside[0] != direct[0] => broken("mask changed", format!("{inside:?} {direct:?}")),
        () if inside[1] != direct[1] => broken("ignored lost", format!("{inside:?} {direct:?}")),
        () => kept(),
    }
}
