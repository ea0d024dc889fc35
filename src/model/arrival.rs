//! Signals that arrive as others: what `rewrite` and `parent-death` say.

use super::Signal;
use super::exit_codes::split_at_colon;
use crate::text::{Fault, units};

/// The form of one change, for messages.
const CHANGE: &str = "change of a signal such as TERM:QUIT or HUP:drop";

/// What stands for a signal that is lost.
const DROPPED: u8 = 0;

/// As what each signal arrives: as itself, but for those that were said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrites([u8; 64]);

impl Default for Rewrites {
    fn default() -> Self {
        Self(core::array::from_fn(|index| index.to_le_bytes()[0] + 1)) // 1 to 64
    }
}

impl Rewrites {
    /// Adds one change, `FROM:TO` or `FROM:drop`; the last word on a signal counts.
    ///
    /// # Errors
    /// [`Fault::NotA`] without a colon, and those of [`Signal::parse`].
    pub fn add(&mut self, text: &[u8]) -> Result<(), Fault> {
        let (from, to) = split_at_colon(text).ok_or(Fault::NotA(CHANGE))?;
        let from = Signal::parse(from)?;
        self.set(from, if to == b"drop" { None } else { Some(Signal::parse(to)?) });
        Ok(())
    }

    /// `from` arrives as `to`, or not at all.
    pub fn set(&mut self, from: Signal, to: Option<Signal>) {
        if let Some(place) = self.0.get_mut(usize::from(from.number() - 1)) {
            *place = to.map_or(DROPPED, Signal::number); // there is a place for each of 64
        }
    }

    /// As what `signal` arrives; `None` when it is lost. What it became is not changed again.
    pub fn of(&self, signal: Signal) -> Option<Signal> {
        let number = self.0.get(usize::from(signal.number() - 1)).copied();
        number.and_then(|number| Signal::new(number.into()))
    }
}

/// The signal that counts as having come when our parent ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentDeath {
    /// The signal.
    pub signal: Signal,
    /// The PID the parent must have, where whoever started us knows it: one that ended before we
    /// could look has left us to another parent, and only this tells.
    pub parent: Option<i32>,
}

impl ParentDeath {
    /// Reads `TERM`, or `TERM:4711` for the parent with that PID.
    ///
    /// # Errors
    /// Those of [`Signal::parse`] and of a number.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        const PID_MAX: i32 = 1 << 22; // PID_MAX_LIMIT (proc_sys_kernel(5), pid_max)
        let Some((signal, parent)) = split_at_colon(text) else {
            return Ok(Self { signal: Signal::parse(text)?, parent: None });
        };
        let parent = units::unsigned(parent, PID_MAX.unsigned_abs().into())?;
        Ok(Self { signal: Signal::parse(signal)?, parent: i32::try_from(parent).ok() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_arrives_as_another_or_not_at_all() {
        let mut rewrites = Rewrites::default();
        for text in ["TERM:QUIT", "HUP:drop", "RTMIN+3:TERM", "64:1", "QUIT:USR1"] {
            rewrites.add(text.as_bytes()).unwrap();
        }
        for number in 1..=64 {
            let expected = match number {
                1 => None,
                3 => Some(10),
                15 => Some(3), // and not USR1: it is changed once
                37 => Some(15),
                64 => Some(1),
                other => Some(other),
            };
            assert_eq!(rewrites.of(Signal::new(number).unwrap()), expected.and_then(Signal::new));
        }
        rewrites.add(b"TERM:TERM").unwrap();
        assert_eq!(rewrites.of(Signal::TERM), Some(Signal::TERM), "the last word counts");
    }

    #[test]
    fn what_is_no_change_is_refused() {
        let mut rewrites = Rewrites::default();
        assert_eq!(rewrites.add(b"TERM"), Err(Fault::NotA(CHANGE)));
        assert!(rewrites.add(b"TERM:").is_err());
        assert!(rewrites.add(b":TERM").is_err());
        assert!(rewrites.add(b"TERM:DROPPED").is_err());
    }

    #[test]
    fn a_parent_may_be_named() {
        let parent = |parent| Ok(ParentDeath { signal: Signal::TERM, parent });
        assert_eq!(ParentDeath::parse(b"SIGTERM"), parent(None));
        assert_eq!(ParentDeath::parse(b"TERM:4711"), parent(Some(4711)));
        assert!(ParentDeath::parse(b"TERM:").is_err());
        assert!(ParentDeath::parse(b"TERM:-1").is_err());
        assert!(ParentDeath::parse(b"4711:TERM").is_err());
    }
}
