//! Whether a process is prepared for a signal, as /proc says.
//!
//! A PID 1 that has no handler for a signal does not get it (pid_namespaces(7)). Behind an init the
//! same program is no PID 1 any more, and HUP or USR1 ends it. With `unhandled = "drop"` it is
//! spared that: what would end it is not sent.

use crate::model::{Signal, SignalSet};
use crate::sys::file::{self, Mode};
use crate::text::{Buffer, put};

/// The masks in /proc/PID/status that say that a signal does not end the process
/// (proc_pid_status(5)): it is blocked, ignored, or has a handler.
const MASKS: [&[u8]; 3] = [b"SigBlk:", b"SigIgn:", b"SigCgt:"];

/// Whether `signal` would end the process `pid`. Where /proc does not say, it would not: a signal
/// that nobody needed is better passed on than one that somebody needed is lost.
#[inline(never)] // its buffer would lie in the frame of the loop
pub(super) fn would_end(pid: i32, signal: Signal) -> bool {
    let mut path = Buffer::<24>::new(); // a PID has at most seven digits
    put!(&mut path, "/proc/", pid, "/status");
    let Some(path) = path.path() else { return false };
    let mut buffer = [0u8; 4096]; // the kernel gives a whole file of this size or less in one read
    let text = file::open(path, Mode::Read).and_then(|source| file::read(&source, &mut buffer));
    let text = text.ok().and_then(|len| buffer.get(..len)).unwrap_or_default();
    signal.ends_by_default() && prepared(text).is_some_and(|prepared| !prepared.has(signal))
}

/// The signals that do not end a process with this status; `None` when a mask is missing.
fn prepared(status: &[u8]) -> Option<SignalSet> {
    let mut bits = 0;
    for name in MASKS {
        let mut lines = status.split(|byte| *byte == b'\n');
        let mask = lines.find_map(|line| line.strip_prefix(name))?;
        bits |= hexadecimal(mask.trim_ascii())?;
    }
    Some(SignalSet::from_bits(bits))
}

/// A mask: sixteen digits.
fn hexadecimal(digits: &[u8]) -> Option<u64> {
    if digits.len() != 16 {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(sum << 4 | u64::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocked_ignored_and_handled_signals_end_nobody() {
        // HUP is blocked, INT ignored, QUIT handled.
        let status = b"Name:\tx\nShdPnd:\t0000000000000000\nSigBlk:\t0000000000000001\n\
            SigIgn:\t0000000000000002\nSigCgt:\t8000000000000004\nCapInh:\t0000000000000000\n";
        let set = prepared(status).unwrap();
        assert!(set.iter().map(Signal::number).eq([1, 2, 3, 64]));
        assert_eq!(prepared(b"Name:\tx\nSigBlk:\t0000000000000001\n"), None, "cut off");
        assert_eq!(prepared(b""), None);
    }

    #[test]
    fn the_status_of_a_process_is_read() {
        // Of sleep, because a thread of ours may just have everything blocked (pthread_create(3)).
        let mut sleep = std::process::Command::new("sleep").arg("100").spawn().unwrap();
        let pid = i32::try_from(sleep.id()).unwrap();
        assert!(would_end(pid, Signal::TERM), "it has no handler");
        assert!(!would_end(pid, Signal::CHLD), "which ends nobody");
        sleep.kill().unwrap();
        let _ = sleep.wait().unwrap(); // by KILL
        assert!(!would_end(pid, Signal::TERM), "there is no such process");
    }
}
