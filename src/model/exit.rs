//! How a process ended, and the exit codes that say it.

use super::Signal;
use crate::text::{Show, Sink, put};

/// How a process ended (wait(2), "WIFEXITED" and "WIFSIGNALED").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Exited(u8),
    /// This signal ended it; whether it left a core dump is not kept.
    Signaled(Signal),
}

impl End {
    /// Reads a status in the format of wait(2). A status that is neither (a stop) is `None`.
    pub fn from_wait(status: u32) -> Option<Self> {
        let [low, code, ..] = status.to_le_bytes();
        match low & 0x7f {
            0 => Some(Self::Exited(code)),
            0x7f => None,
            number => Signal::new(u32::from(number)).map(Self::Signaled),
        }
    }

    /// The exit code that reports it: the process's own, or 128+N for signal N.
    pub const fn code(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Signaled(signal) => 128 + signal.number(),
        }
    }

    /// Whether it exited with code 0.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Exited(0))
    }
}

/// Prints `exited with code 7` or `killed by signal KILL`.
impl Show for End {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::Exited(code) => put!(out, "exited with code ", code),
            Self::Signaled(signal) => put!(out, "killed by signal ", signal),
        }
    }
}

/// The exit codes that are ours and not the workload's.
pub mod code {
    /// Gave up: a crash loop, or a service that never became ready.
    pub const GAVE_UP: u8 = 124;
    /// nsinit failed before the workload ran; nothing was left behind.
    pub const FAILED: u8 = 125;
    /// The command was found but cannot be executed (POSIX, env(1)).
    pub const NOT_EXECUTABLE: u8 = 126;
    /// The command was not found (POSIX, env(1)).
    pub const NOT_FOUND: u8 = 127;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_statuses_become_ends_and_codes() {
        for code in 0..=255u8 {
            let end = End::from_wait(u32::from(code) << 8).unwrap();
            assert_eq!((end, end.code()), (End::Exited(code), code));
        }
        for number in 1..=64u32 {
            let signal = Signal::new(number).unwrap();
            assert_eq!(End::from_wait(number), Some(End::Signaled(signal)));
            assert_eq!(End::from_wait(number | 0x80), Some(End::Signaled(signal)), "core dumped");
            assert_eq!(End::Signaled(signal).code(), 128 + signal.number());
        }
        assert_eq!(End::from_wait(0x137f), None, "a stop is no end");
    }
}
