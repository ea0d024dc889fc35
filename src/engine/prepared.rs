//! Whether a process is prepared for a signal, as /proc says.
//!
//! A PID 1 that has no handler for a signal does not get it (pid_namespaces(7)). Behind an init the
//! same program is no PID 1 any more, and HUP or USR1 ends it. With `unhandled = "drop"` it is
//! spared that: what would end it is not sent.

use super::files::status_of;
use crate::model::{Signal, SignalSet, Span};
use crate::sys::wait;

/// How often a process is looked at that has everything blocked: for a moment, that is what each
/// start of another program looks like (posix_spawn(3), and vfork(2) of a shell).
const LOOKS: u32 = 7;

/// The pause before the second look, in which we do nothing else; it doubles, and all of them make
/// 63 ms: as long as a program may need to start on a busy machine.
const PAUSE: Span = Span::from_ms(1);

/// What a process does about signals.
struct Care {
    blocked: SignalSet,
    ignored: SignalSet,
    caught: SignalSet,
}

/// Whether `signal` would end the process `pid`. Where /proc does not say, it would not: a signal
/// that nobody needed is better passed on than one that somebody needed is lost.
pub(super) fn would_end(pid: i32, signal: Signal) -> bool {
    if !signal.ends_by_default() {
        return false;
    }
    let mut pause = PAUSE;
    for look in 0..LOOKS {
        if look > 0 {
            let _ = wait::poll(&mut [], Some(pause)); // shorter is no harm
            pause = pause.doubled();
        }
        match care_of(pid) {
            Some(care) if care.ignored.has(signal) || care.caught.has(signal) => return false,
            Some(care) if !care.blocked.has(signal) => return true,
            Some(care) if care.has_all_blocked() => {}
            Some(_) | None => return false,
        }
    }
    false // it waits for its signals with all of them blocked
}

impl Care {
    /// Whether everything is blocked, as far as libc lets programs do that.
    fn has_all_blocked(&self) -> bool {
        let never = [9, 19, 32, 33].into_iter().filter_map(Signal::new);
        never.fold(self.blocked, SignalSet::with) == SignalSet::ALL
    }

    /// Reads the masks in /proc/PID/status (proc_pid_status(5)); `None` when one is missing.
    fn read(status: &[u8]) -> Option<Self> {
        let mask = |name| mask(status, name);
        let (blocked, ignored) = (mask(b"SigBlk:")?, mask(b"SigIgn:")?);
        Some(Self { blocked, ignored, caught: mask(b"SigCgt:")? })
    }
}

/// What the process `pid` does about signals.
fn care_of(pid: i32) -> Option<Care> {
    read_status(pid, Care::read)
}

/// The state of a process, a letter, and the signals that it was sent and has not taken.
pub(super) fn sleep_of(pid: i32) -> Option<(u8, SignalSet)> {
    read_status(pid, |status| {
        Some((*field(status, b"State:")?.first()?, mask(status, b"ShdPnd:")?))
    })
}

/// Reads /proc/PID/status.
#[inline(never)] // its buffer would lie in the frame of the loop
fn read_status<T>(pid: i32, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
    let mut text = [0u8; 3072];
    read(status_of(&pid, &mut text).ok()?)
}

/// The value of a line.
fn field<'s>(status: &'s [u8], name: &[u8]) -> Option<&'s [u8]> {
    let mut lines = status.split(|byte| *byte == b'\n');
    lines.find_map(|line| line.strip_prefix(name)).map(<[u8]>::trim_ascii)
}

/// The mask in a line.
fn mask(status: &[u8], name: &[u8]) -> Option<SignalSet> {
    hexadecimal(field(status, name)?).map(SignalSet::from_bits)
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
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};

    #[test]
    fn blocked_ignored_and_caught_signals_are_told_apart() {
        let status = b"Name:\tx\nShdPnd:\t0000000000000000\nSigBlk:\t0000000000000001\n\
            SigIgn:\t0000000000000002\nSigCgt:\t8000000000000004\nCapInh:\t0000000000000000\n";
        let care = Care::read(status).unwrap();
        let numbers = |set: SignalSet| set.iter().map(Signal::number).collect::<std::vec::Vec<_>>();
        assert_eq!(numbers(care.blocked), [1]);
        assert_eq!(numbers(care.ignored), [2]);
        assert_eq!(numbers(care.caught), [3, 64]);
        assert!(!care.has_all_blocked());
        let all = SignalSet::from_bits(0xffff_fffe_7ffb_feff); // sigfillset(3) of glibc
        assert!(Care { blocked: all, ..care }.has_all_blocked());
        assert!(Care::read(b"Name:\tx\nSigBlk:\t0000000000000001\n").is_none(), "cut off");
        assert!(Care::read(b"").is_none());
    }

    #[test]
    fn the_status_of_a_process_is_read() {
        // Of cat, because a thread of ours may just have some blocked (pthread_create(3)); what it
        // gives back proves that it is no copy of us any more (posix_spawn(3) under qemu-user).
        let mut cat = Command::new("cat");
        let mut cat = cat.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        cat.stdin.as_mut().unwrap().write_all(b".").unwrap();
        cat.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        let pid = i32::try_from(cat.id()).unwrap();
        assert!(would_end(pid, Signal::TERM), "it has no handler");
        assert!(!would_end(pid, Signal::CHLD), "which ends nobody");
        cat.kill().unwrap();
        let _ = cat.wait().unwrap(); // by KILL
        assert!(!would_end(pid, Signal::TERM), "there is no such process");
    }
}
