//! Points and lengths of time, in nanoseconds of one monotonic clock.

use crate::text::{Fault, Show, Sink, put, units};

/// A length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of nanoseconds.
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns)
    }

    /// A span of milliseconds.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// A span of seconds.
    pub const fn from_s(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// Its length in nanoseconds.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// Its whole milliseconds.
    pub const fn ms(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Twice as long.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self(self.0.saturating_mul(2))
    }

    /// As people tell it: three digits at most, none below a millisecond.
    #[must_use]
    pub const fn rounded(self) -> Self {
        let unit = match self.0 {
            0..1_000_000_000 => 1_000_000,
            1_000_000_000..10_000_000_000 => 100_000_000,
            _ => 1_000_000_000,
        };
        Self((self.0 + unit / 2) / unit * unit)
    }

    /// Reads `500ms`, `10s`, `1m30s`.
    ///
    /// # Errors
    /// Those of [`units::duration_ns`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        units::duration_ns(text).map(Self)
    }
}

/// Prints seconds where there are any, else the largest unit that needs no fraction: `1.5s`, `90s`,
/// `500ms`.
impl Show for Span {
    fn show(&self, out: &mut dyn Sink) {
        const UNITS: [(u64, &str); 3] = [(1_000_000, "ms"), (1_000, "us"), (1, "ns")];
        if self.0 == 0 || self.0 >= 1_000_000_000 {
            return units::show_seconds(out, self.0);
        }
        if let Some((ns, unit)) = UNITS.iter().find(|(ns, _)| self.0.is_multiple_of(*ns)) {
            put!(out, self.0 / ns, unit);
        }
    }
}

/// A point in time on the clock that the supervisor is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// The moment `ns` nanoseconds after the clock's zero.
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns)
    }

    /// The moment `span` later.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.ns()))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub const fn since(self, earlier: Self) -> Span {
        Span::from_ns(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn spans_print_in_the_largest_whole_unit() {
        let spans = [
            ("500ms", "500ms"),
            ("1m30s", "90s"),
            ("0", "0s"),
            ("1.5us", "1500ns"),
            ("1100ms", "1.1s"),
        ];
        for (text, shown) in spans {
            assert_eq!(Span::parse(text.as_bytes()).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_span_is_told_in_three_digits() {
        for (ns, shown) in [(5_039_026, "5ms"), (1_062_345_678, "1.1s"), (75_400_000_000, "75s")] {
            assert_eq!(Span::from_ns(ns).rounded().to_string(), shown);
        }
    }

    #[test]
    fn time_never_runs_backwards_nor_over() {
        let (early, late) = (Moment::from_ns(5), Moment::from_ns(9));
        assert_eq!(late.since(early), Span::from_ns(4));
        assert_eq!(early.since(late), Span::ZERO);
        assert_eq!(Moment::from_ns(u64::MAX).after(Span::from_s(1)), Moment::from_ns(u64::MAX));
    }
}
