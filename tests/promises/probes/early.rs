//! TERM in the first instants of a program: from its first instructions on, and up to 2 ms later.
//!
//! A PID 1 that has neither blocked nor handled a signal never sees it: the kernel drops it at once
//! (kernel/signal.c, `sig_task_ignored`; pid_namespaces(7)). Until its first instruction has run no
//! program can have done that, and on a busy machine this takes milliseconds after execve(2). So
//! each program is granted its first instructions, by ptrace(2), before the clock begins to run.
//! How many it needs until it can lose nothing is a row of its own, and what the kernel drops
//! before them, which no program can help, is another.
//!
//! A TERM is lost when the workload runs, everything sleeps, and nobody holds the signal.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd as _, RawFd};
use std::time::{Duration, Instant};

use super::program::{Seat, Wish};
use super::subject::Subject;
use super::{Probe, Seen, Verdict, broken, counted};
use crate::support::signals::{self, bit, kill};
use crate::support::{proc, wait, witness};

/// How many TERMs the bench sends to each.
const TERMS: u32 = 10_000;

/// The moments after exec at which they are sent.
const SPAN: Duration = Duration::from_millis(2);

/// Instructions that a program has before the first TERM.
const GRANTED: u32 = 20;

/// What an early TERM may cost in instructions before it can no longer be lost.
const INSTRUCTIONS_MAX: u32 = 16;
const _: () = assert!(INSTRUCTIONS_MAX < GRANTED);

pub const PROBES: &[Probe] = &[
    Probe {
        name: "early-term-pid-1",
        promise: "TERMs lost in the first 2 ms, as PID 1",
        look: |subject| early(subject, Seat::PidOne, Wish::Single),
    },
    Probe {
        name: "early-term-group-pid-1",
        promise: "the same in group mode",
        look: |subject| early(subject, Seat::PidOne, Wish::Group),
    },
    Probe {
        name: "early-term-child",
        promise: "TERMs lost in the first 2 ms, not PID 1",
        look: |subject| early(subject, Seat::Child, Wish::Single),
    },
    Probe {
        name: "early-term-group-child",
        promise: "the same in group mode",
        look: |subject| early(subject, Seat::Child, Wish::Group),
    },
    Probe {
        name: "first-safe-instruction",
        promise: "instructions until TERM is safe",
        look: instructions,
    },
    Probe {
        name: "before-the-first-instruction",
        promise: "(dropped by the kernel at exec itself, PID 1)",
        look: at_exec,
    },
];

/// What became of one TERM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The program ended by it, and nobody was left.
    Ended,
    /// Everything goes on as if it had not come.
    Lost,
    /// The program ended and its workload goes on.
    Orphan,
    /// The program ended in another way, with this status of waitpid(2).
    Other(i32),
}

fn early(subject: &Subject, seat: Seat, wish: Wish) -> Verdict {
    let count = subject.times(TERMS);
    let words = subject.words(seat, wish, &witness(&["idle"]));
    let mut fates = Vec::new();
    for number in 0..count {
        let start = Start::new(seat, &words, true);
        start.grant();
        fates.push(start.term_after(SPAN * number / count));
    }
    let wrong = fates.iter().filter(|fate| **fate != Fate::Ended);
    let seen = Seen { word: format!("{} of {count}", wrong.clone().count()), detail: tally(wrong) };
    if seen.detail.is_empty() { Ok(seen) } else { Err(seen) }
}

/// "43 Lost, 1 Orphan"
fn tally<'f>(fates: impl Iterator<Item = &'f Fate>) -> String {
    let mut counts: Vec<(&Fate, u32)> = Vec::new();
    for fate in fates {
        match counts.iter_mut().find(|(its, _)| *its == fate) {
            Some((_, count)) => *count += 1,
            None => counts.push((fate, 1)),
        }
    }
    let told: Vec<_> = counts.iter().map(|(fate, count)| format!("{count} {fate:?}")).collect();
    told.join(", ")
}

/// What nobody can help, as a figure: TERM in the moment when exec is seen from outside.
fn at_exec(subject: &Subject) -> Verdict {
    let count = subject.times(TERMS / 10);
    let words = subject.words(Seat::PidOne, Wish::Single, &witness(&["idle"]));
    let fate = |_| Start::new(Seat::PidOne, &words, false).term_after(Duration::ZERO);
    let lost = (0..count).map(fate).filter(|fate| *fate != Fate::Ended).count();
    counted(format!("{lost} of {count}"))
}

/// From which instruction on TERM is blocked or handled.
fn instructions(subject: &Subject) -> Verdict {
    let words = subject.words(Seat::PidOne, Wish::Plain, &witness(&["idle"]));
    let start = Start::new(Seat::PidOne, &words, true);
    let count = start.steps_until_held();
    drop(start);
    match count {
        Some(count) if count <= INSTRUCTIONS_MAX => counted(count.to_string()),
        Some(count) => broken(count.to_string(), "instructions of its own before TERM is held"),
        None => broken("never", "TERM is neither blocked nor handled"),
    }
}

/// A program whose execve(2) has just been done.
struct Start {
    pid: i32,
    /// The workload reads from this pipe and never gets anything.
    _input: io::PipeWriter,
}

impl Start {
    /// clone(2), in new namespaces for PID 1, and exec; `traced` stops it at its first instruction.
    fn new(seat: Seat, words: &[String], traced: bool) -> Self {
        let words: Vec<CString> = words.iter().map(|w| CString::new(w.as_str()).unwrap()).collect();
        let mut pointers: Vec<_> = words.iter().map(|word| word.as_ptr()).collect();
        pointers.push(std::ptr::null());
        let environment = [c"PATH=/usr/bin:/bin".as_ptr(), std::ptr::null()];
        let (done, at_exec) = io::pipe().unwrap(); // closed by exec
        let (input, held) = io::pipe().unwrap();
        let namespaces = match seat {
            Seat::PidOne => libc::CLONE_NEWPID | libc::CLONE_NEWNS,
            Seat::Child => 0,
        };
        // SAFETY: no stack, so the child runs on a copy of ours, as by fork(2); we have one thread.
        let pid = unsafe { libc::syscall(libc::SYS_clone, namespaces | libc::SIGCHLD, 0, 0, 0, 0) };
        if pid == 0 {
            become_program(seat, &pointers, &environment, input.as_raw_fd(), traced);
        }
        assert!(pid > 0, "clone: {}", io::Error::last_os_error());
        drop(at_exec);
        let mut byte = [0u8];
        // SAFETY: one byte of ours is written; nothing comes, the pipe only ends.
        let got = unsafe { libc::read(done.as_raw_fd(), byte.as_mut_ptr().cast(), 1) };
        assert_eq!(got, 0, "the program was not executed");
        Self { pid: i32::try_from(pid).unwrap(), _input: held }
    }

    /// Sends TERM so long after exec, and sees what becomes of it.
    fn term_after(self, moment: Duration) -> Fate {
        wait::spin(moment);
        kill(self.pid, libc::SIGTERM);
        let fate = self.fate();
        drop(self);
        fate
    }

    fn fate(&self) -> Fate {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut rests = 0;
        loop {
            let mut status = 0;
            // SAFETY: an integer of ours is written.
            let ended = unsafe { libc::waitpid(self.pid, &raw mut status, libc::WNOHANG) };
            if ended == self.pid {
                return fate_of(status);
            }
            rests = if self.rests_without_term() { rests + 1 } else { 0 };
            if rests == 5 || Instant::now() > deadline {
                return Fate::Lost;
            }
            std::thread::sleep(Duration::from_micros(500)); // the kernel has no event for this
        }
    }

    /// The workload runs, both sleep, and TERM waits with neither.
    fn rests_without_term(&self) -> bool {
        let rests = |pid: i32| {
            let status = proc::status(pid)?;
            let waits = ["SigPnd", "ShdPnd"].map(|name| set(&status, name));
            let sleeps = proc::field(&status, "State").starts_with(['S', 'T']);
            Some(sleeps && waits.iter().all(|set| set & bit(libc::SIGTERM) == 0))
        };
        let Some(&workload) = proc::children(self.pid).first() else { return false };
        let is_reached = proc::status(workload)
            .is_some_and(|status| ["witness", "sleeper"].contains(&proc::field(&status, "Name")));
        // The workload of libc reads only when it is ready; until then it does not sleep for long.
        is_reached && rests(self.pid) == Some(true) && rests(workload) == Some(true)
    }

    /// Lets it do its first instructions, and then go on by itself.
    fn grant(&self) {
        await_stop(self.pid).unwrap();
        for _ in 0..GRANTED {
            // SAFETY: integers in.
            unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, self.pid, 0, 0) };
            await_stop(self.pid).unwrap();
        }
        // SAFETY: integers in.
        unsafe { libc::ptrace(libc::PTRACE_DETACH, self.pid, 0, 0) };
    }

    /// ptrace(2): one instruction after the other.
    fn steps_until_held(&self) -> Option<u32> {
        const STEPS_MAX: u32 = 5_000_000;
        await_stop(self.pid)?;
        for step in 0..STEPS_MAX {
            // /proc is asked rarely when it has become a long way.
            if (step < 1000 || step % 100 == 0) && holds_term(self.pid) {
                return Some(step);
            }
            // SAFETY: integers in.
            unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, self.pid, 0, 0) };
            await_stop(self.pid)?;
        }
        None
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        super::subject::sweep();
    }
}

/// waitpid(2): until the next stop; `None` when it has ended.
fn await_stop(pid: i32) -> Option<()> {
    let mut status = 0;
    // SAFETY: an integer of ours is written.
    let got = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    (got == pid && libc::WIFSTOPPED(status)).then_some(())
}

fn holds_term(pid: i32) -> bool {
    let Some(status) = proc::status(pid) else { return false };
    ["SigBlk", "SigCgt"].iter().any(|name| set(&status, name) & bit(libc::SIGTERM) != 0)
}

fn set(status: &str, name: &str) -> u64 {
    u64::from_str_radix(proc::field(status, name), 16).unwrap()
}

/// How a program that has ended took TERM.
fn fate_of(status: i32) -> Fate {
    const TERM: i32 = libc::SIGTERM;
    let by_term = libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == TERM;
    let says_term = libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 128 + TERM;
    if !by_term && !says_term {
        return Fate::Other(status);
    }
    // What it leaves is ours now. An end that is on its way may come.
    let deadline = Instant::now() + Duration::from_secs(1);
    loop {
        // SAFETY: no status is asked for.
        match unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) } {
            -1 => return Fate::Ended,
            0 if Instant::now() > deadline => return Fate::Orphan,
            0 => std::thread::sleep(Duration::from_micros(200)),
            _ => {}
        }
    }
}

/// In the child: a fresh /proc for a new namespace, quiet outputs, and exec.
fn become_program(
    seat: Seat,
    words: &[*const libc::c_char],
    environment: &[*const libc::c_char],
    input: RawFd,
    traced: bool,
) -> ! {
    // SAFETY: calls on integers and on strings that end with a null byte; the lists end with a null
    // pointer. The process is a copy of its own, and ends here.
    unsafe {
        if seat == Seat::PidOne {
            let (none, proc) = (c"none".as_ptr(), c"proc".as_ptr());
            libc::mount(none, c"/proc".as_ptr(), proc, 0, std::ptr::null());
        }
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        libc::dup2(input, 0);
        libc::dup2(null, 1);
        libc::dup2(null, 2);
        libc::close(null);
        libc::setsid();
        signals::reset();
        if traced {
            libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0);
        }
        libc::execve(words[0], words.as_ptr(), environment.as_ptr());
        libc::write(2, c"exec".as_ptr().cast(), 4);
        libc::_exit(99)
    }
}
