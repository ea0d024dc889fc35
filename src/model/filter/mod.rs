//! Filters of system calls (seccomp(2)): what is said of each call, and the program that says so.
//!
//! A [`Policy`] has a verdict for every number: an action, or rules that look at the arguments
//! first. [`compile()`] makes the classic BPF program of it that the kernel takes; [`run`] does
//! what the kernel does with such a program, and [`is_program`] looks whether it would take one
//! that somebody else made. Names of calls are in [`syscalls`](super::syscalls), the text form of a
//! policy in `spec`.

mod call;
mod compile;
mod default;
mod own;
mod policy;
mod program;
mod run;
mod terminal;
#[cfg(test)]
mod tests;

use super::Errno;
use crate::text::{Show, Sink, put};

pub use call::Call;
pub use compile::{Tell, compile};
pub use default::{DEFAULT_PROGRAM, include_default};
pub use own::{OWN_PROGRAM, OWN_WRITING_PROGRAM};
pub use policy::{Compare, Condition, Policy, Verdict};
pub use program::{Instruction, Program, is_program};
pub use run::run;
pub use terminal::TERMINAL_GUARD;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Allow,
    /// It is made, and the kernel writes it into its log (SECCOMP_RET_LOG, since Linux 4.14).
    Log,
    /// It fails with this error.
    Errno(Errno),
    /// The thread gets SIGSYS (SECCOMP_RET_TRAP).
    Trap,
    /// The process is ended by SIGSYS (SECCOMP_RET_KILL_PROCESS, since Linux 4.14).
    Kill,
}

/// What a program answers when a supervisor is asked (SECCOMP_RET_USER_NOTIF, since Linux 5.0).
pub const ASK: u32 = 0x7fc0_0000;

impl Action {
    /// What a program answers for it (linux/seccomp.h).
    pub const fn answer(self) -> u32 {
        match self {
            Self::Allow => 0x7fff_0000,
            Self::Log => 0x7ffc_0000,
            Self::Errno(errno) => 0x0005_0000 | errno.number() as u32,
            Self::Trap => 0x0003_0000,
            Self::Kill => 0x8000_0000,
        }
    }

    /// The action of an answer, when it is one of these.
    pub const fn of(answer: u32) -> Option<Self> {
        match answer & 0xffff_0000 {
            0x7fff_0000 => Some(Self::Allow),
            0x7ffc_0000 => Some(Self::Log),
            0x0005_0000 => {
                let [low, high, ..] = answer.to_le_bytes();
                Some(Self::Errno(Errno::of_number(u16::from_le_bytes([low, high]))))
            }
            0x0003_0000 => Some(Self::Trap),
            0x8000_0000 => Some(Self::Kill),
            _ => None,
        }
    }

    /// Whether the call is not made.
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::Errno(_) | Self::Trap | Self::Kill)
    }
}

/// Prints `allow`, `errno EPERM` and so on, as in the text form of a policy.
impl Show for Action {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::Allow => put!(out, "allow"),
            Self::Log => put!(out, "log"),
            Self::Errno(errno) => put!(out, "errno ", errno),
            Self::Trap => put!(out, "trap"),
            Self::Kill => put!(out, "kill"),
        }
    }
}
