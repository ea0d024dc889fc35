//! A set of signals, one bit each, as the kernel keeps them.
//!
//! Like a `sigset_t`, it remembers that a signal came, not how often: a standard signal that is
//! already pending is not queued again (signal(7), "Queueing and delivery semantics").

use super::Signal;

/// A set of signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalSet(u64);

impl SignalSet {
    /// No signal.
    pub const EMPTY: Self = Self(0);

    /// Every signal.
    pub const ALL: Self = Self(u64::MAX);

    /// Those by which people and programs ask for an end.
    pub const ENDING: Self =
        Self::EMPTY.with(Signal::HUP).with(Signal::INT).with(Signal::QUIT).with(Signal::TERM);

    /// The set with these bits; signal 1 is bit 0.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set and `signal`.
    #[must_use]
    pub const fn with(self, signal: Signal) -> Self {
        Self(self.0 | Self::bit(signal))
    }

    /// The set without `signal`.
    #[must_use]
    pub const fn without(self, signal: Signal) -> Self {
        Self(self.0 & !Self::bit(signal))
    }

    /// Whether `signal` is in the set.
    pub const fn has(self, signal: Signal) -> bool {
        self.0 & Self::bit(signal) != 0
    }

    /// The signals of the set, by number.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            // Of an empty rest this is 65, which is no signal.
            let signal = Signal::new(rest.trailing_zeros() + 1)?;
            rest &= !Self::bit(signal);
            Some(signal)
        })
    }

    /// Signal 1 is bit 0.
    const fn bit(signal: Signal) -> u64 {
        1 << (signal.number() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_remembers_each_of_the_64_signals_once() {
        // Every signal put in twice, every second one left out.
        let put = |number: &u32| number.is_multiple_of(2);
        let signals = || (1..=64).filter(put).filter_map(Signal::new);
        let set = signals().chain(signals()).fold(SignalSet::EMPTY, SignalSet::with);
        assert!(set.iter().eq(signals()));
        assert!(
            set.has(Signal::INT) && !set.has(Signal::HUP) && !SignalSet::EMPTY.has(Signal::INT)
        );
    }
}
