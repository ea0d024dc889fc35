//! Signals 1 to 64 by the names of signal(7).
//!
//! The numbers are those of x86, arm and RISC-V, which agree (signal(7), "Standard signals").
//! Real-time signals are counted from 32 as the kernel does, and named from 34 (SIGRTMIN of glibc),
//! because that is what kill(1) prints.

use crate::text::{Fault, Names, Show, Sink, put, units};

/// The form of a signal, for messages.
const FORM: &str = "signal such as TERM, SIGHUP, 15 or RTMIN+3";

/// The names of signals 1 to 31.
const NAMES: Names = Names::new(
    "HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CONT|\
     STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|PWR|SYS",
);

/// The first real-time signal that glibc leaves to programs, and the last there is.
const RTMIN: u8 = 34;
const RTMAX: u8 = 64;

/// A signal number, 1 to 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal(u8);

impl Signal {
    /// Hang-up of the terminal.
    pub const HUP: Self = Self(1);
    /// Interrupt from the keyboard.
    pub const INT: Self = Self(2);
    /// Quit from the keyboard.
    pub const QUIT: Self = Self(3);
    /// Ends a process, which may leave a core (abort(3)).
    pub const ABRT: Self = Self(6);
    /// Ends a process; cannot be caught.
    pub const KILL: Self = Self(9);
    /// For a service to give a meaning to.
    pub const USR1: Self = Self(10);
    /// Likewise.
    pub const USR2: Self = Self(12);
    /// It writes to a pipe that nobody reads.
    pub const PIPE: Self = Self(13);
    /// Asks a process to end.
    pub const TERM: Self = Self(15);
    /// A child ended or stopped.
    pub const CHLD: Self = Self(17);
    /// Goes on after a stop.
    pub const CONT: Self = Self(18);
    /// Stops a process; cannot be caught.
    pub const STOP: Self = Self(19);
    /// Stop typed at the terminal.
    pub const TSTP: Self = Self(20);
    /// A background process wants to read from its terminal.
    pub const TTIN: Self = Self(21);
    /// A background process wants to write to its terminal.
    pub const TTOU: Self = Self(22);
    /// The terminal has another size.
    pub const WINCH: Self = Self(28);

    /// The signal with this number.
    pub const fn new(number: u32) -> Option<Self> {
        match number {
            // The range makes the narrowing exact.
            1..=64 => Some(Self(number.to_le_bytes()[0])),
            _ => None,
        }
    }

    /// Whether it stops whoever gets it, and comes from a terminal (signal(7)).
    pub const fn is_stop_of_terminal(self) -> bool {
        matches!(self, Self::TSTP | Self::TTIN | Self::TTOU)
    }

    /// Its number, 1 to 64.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether it ends a process that does not care for it and could: neither what is ignored or
    /// stops it by default, nor KILL, which nobody can care for (signal(7), "Standard signals").
    pub const fn ends_by_default(self) -> bool {
        // CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG; WINCH; KILL
        !matches!(self.0, 17..=23 | 28 | 9)
    }

    /// Whether the kernel sends it for what a process itself just did wrong.
    pub const fn is_fault(self) -> bool {
        matches!(self.0, 4..=8 | 11 | 31) // ILL, TRAP, ABRT, BUS, FPE; SEGV; SYS
    }

    /// Reads `TERM`, `SIGTERM`, `15`, `RTMIN`, `RTMIN+3` or `RTMAX-1`, in any case.
    ///
    /// # Errors
    /// [`Fault::NotA`] for an unknown name, [`Fault::OutOfRange`] for a number outside 1 to 64.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let beyond = Fault::OutOfRange { min: 1, max: 64 };
        if text.first().is_some_and(u8::is_ascii_digit) {
            let number = units::unsigned(text, 64).map_err(|_| beyond)?;
            return u32::try_from(number).ok().and_then(Self::new).ok_or(beyond);
        }
        let name = match text.split_at_checked(3) {
            Some((prefix, name)) if prefix.eq_ignore_ascii_case(b"SIG") => name,
            _ => text,
        };
        let is_it = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
        if let Some((_, number)) = NAMES.iter().zip(1u32..).find(|(known, _)| is_it(known)) {
            return Self::new(number).ok_or(beyond);
        }
        match name.split_at_checked(5) {
            Some((base, offset)) if base.eq_ignore_ascii_case(b"RTMIN") => {
                Self::realtime(RTMIN, offset)
            }
            Some((base, offset)) if base.eq_ignore_ascii_case(b"RTMAX") => {
                Self::realtime(RTMAX, offset)
            }
            _ => Err(Fault::NotA(FORM)),
        }
    }

    /// `RTMIN` and `+3`, or `RTMAX` and `-1`.
    fn realtime(base: u8, offset: &[u8]) -> Result<Self, Fault> {
        let offset = match offset {
            [] => 0,
            [b'+' | b'-', _, ..] => units::signed(offset, -30, 30)?,
            _ => return Err(Fault::NotA(FORM)),
        };
        let number = i64::from(base) + offset;
        u32::try_from(number)
            .ok()
            .filter(|number| (u32::from(RTMIN)..=u32::from(RTMAX)).contains(number))
            .and_then(Self::new)
            .ok_or(Fault::OutOfRange { min: i64::from(RTMIN), max: i64::from(RTMAX) })
    }
}

/// Prints `TERM`, `RTMIN+3`, or the bare number of the two that libc keeps for itself (32, 33).
impl Show for Signal {
    fn show(&self, out: &mut dyn Sink) {
        match self.0.checked_sub(RTMIN) {
            Some(0) => put!(out, "RTMIN"),
            Some(above) => put!(out, "RTMIN+", above),
            None => match NAMES.get(usize::from(self.0).wrapping_sub(1)) {
                Some(name) => put!(out, name),
                None => put!(out, self.0),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn every_signal_is_read_as_it_is_printed() {
        for number in 1..=64 {
            let signal = Signal::new(number).unwrap();
            assert_eq!(Signal::parse(signal.to_string().as_bytes()), Ok(signal), "{signal}");
        }
        assert_eq!(Signal::new(0), None);
        assert_eq!(Signal::new(65), None);
    }

    #[test]
    fn names_are_taken_with_and_without_sig_in_any_case() {
        for text in ["TERM", "SIGTERM", "term", "sigTerm", "15"] {
            assert_eq!(Signal::parse(text.as_bytes()), Ok(Signal::TERM), "{text}");
        }
        assert_eq!(Signal::parse(b"RTMIN+3"), Ok(Signal(37)));
        assert_eq!(Signal::parse(b"SIGRTMAX-1"), Ok(Signal(63)));
        assert_eq!(Signal::parse(b"RTMAX"), Ok(Signal(64)));
    }

    #[test]
    fn most_signals_end_who_is_not_prepared() {
        let spared = (1..=64).filter_map(Signal::new).filter(|signal| !signal.ends_by_default());
        let spared: std::vec::Vec<_> = spared.map(|signal| signal.to_string()).collect();
        assert_eq!(spared.join(" "), "KILL CHLD CONT STOP TSTP TTIN TTOU URG WINCH");
        let faults = (1..=64).filter_map(Signal::new).filter(|signal| signal.is_fault());
        let faults: std::vec::Vec<_> = faults.map(|signal| signal.to_string()).collect();
        assert_eq!(faults.join(" "), "ILL TRAP ABRT BUS FPE SEGV SYS");
    }

    #[test]
    fn what_is_no_signal_is_refused() {
        for text in ["", "SIG", "FOO", "RTMIN3", "RTMIN+", "-1"] {
            assert_eq!(Signal::parse(text.as_bytes()), Err(Fault::NotA(FORM)), "{text}");
        }
        for text in ["0", "65", "99999999999999999999", "1a"] {
            assert_eq!(
                Signal::parse(text.as_bytes()),
                Err(Fault::OutOfRange { min: 1, max: 64 }),
                "{text}"
            );
        }
        let realtime = Err(Fault::OutOfRange { min: 34, max: 64 });
        assert_eq!(Signal::parse(b"RTMAX+1"), realtime);
        assert_eq!(Signal::parse(b"RTMIN-1"), realtime);
    }
}
