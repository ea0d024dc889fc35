//! What PID 1 says to the launcher through the report pipe: records of eight bytes, each one write,
//! so that none is ever torn (pipe(7), PIPE_BUF).

use crate::model::{Errno, Failure, Signal, Why};

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// PID 1 is set up. It is written to find out whether anybody still reads.
    Alive,
    /// A step failed before the main service ran.
    Failed(Failure),
    /// The terminal stopped the main service.
    Stopped(Signal),
    /// It was told that the kernel killed a service for want of memory.
    ToldOutOfMemory,
    /// The joiner has made PID 1, whose pidfd has this number in the launcher.
    Born { pid: i32, pidfd: Option<i32> },
}

/// The length of a record, in bytes.
pub(super) const LEN: usize = 8;

impl Record {
    /// The record as bytes.
    pub(super) fn to_bytes(self) -> [u8; LEN] {
        match self {
            Self::Alive => [1, 0, 0, 0, 0, 0, 0, 0],
            Self::Failed(Failure { step, errno, why }) => {
                let [s0, s1] = step.to_le_bytes();
                let [e0, e1] = errno.number().to_le_bytes();
                [2, why.number(), s0, s1, e0, e1, 0, 0]
            }
            Self::Stopped(signal) => [3, signal.number(), 0, 0, 0, 0, 0, 0],
            Self::ToldOutOfMemory => [4, 0, 0, 0, 0, 0, 0, 0],
            Self::Born { pid, pidfd } => {
                let [p0, p1, p2, p3] = pid.to_le_bytes();
                // Neither has more than 22 bits; no pidfd has the number 0.
                let [f0, f1, f2, _] = pidfd.unwrap_or(0).to_le_bytes();
                [5, f0, f1, f2, p0, p1, p2, p3]
            }
        }
    }

    /// Reads a record; `None` for bytes that are none.
    pub(super) fn from_bytes(bytes: [u8; LEN]) -> Option<Self> {
        match bytes {
            [1, ..] => Some(Self::Alive),
            [2, why, s0, s1, e0, e1, ..] => Some(Self::Failed(Failure {
                step: u16::from_le_bytes([s0, s1]),
                errno: Errno::new(i32::from(u16::from_le_bytes([e0, e1]))),
                why: Why::new(why)?,
            })),
            [3, number, ..] => Signal::new(u32::from(number)).map(Self::Stopped),
            [4, ..] => Some(Self::ToldOutOfMemory),
            [5, f0, f1, f2, p0, p1, p2, p3] => Some(Self::Born {
                pid: i32::from_le_bytes([p0, p1, p2, p3]),
                pidfd: Some(i32::from_le_bytes([f0, f1, f2, 0])).filter(|number| *number > 0),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_go_there_and_back() {
        let failure = Failure { step: 300, errno: Errno::EACCES, why: Why::Noexec };
        let born = |pidfd| Record::Born { pid: 4_194_303, pidfd };
        for record in [
            Record::Alive,
            Record::Failed(failure),
            Record::Stopped(Signal::TSTP),
            Record::ToldOutOfMemory,
            born(None),
            born(Some(1_048_575)),
        ] {
            assert_eq!(Record::from_bytes(record.to_bytes()), Some(record));
        }
        assert_eq!(Record::from_bytes([9; LEN]), None);
        assert_eq!(Record::from_bytes([2, 255, 0, 0, 1, 0, 0, 0]), None);
    }
}
