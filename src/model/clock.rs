//! The two clocks a time namespace can shift, and by how much (time_namespaces(7)).

use crate::text::{Fault, Show, Sink, put, units};

/// A clock that a time namespace has an offset for. The wall clock is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// CLOCK_MONOTONIC, and with it its coarse and raw forms.
    Monotonic,
    /// CLOCK_BOOTTIME, and with it the uptime.
    Boottime,
}

impl Clock {
    /// Its name in /proc/PID/timens_offsets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monotonic => "monotonic",
            Self::Boottime => "boottime",
        }
    }
}

/// What somebody wants of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// This many nanoseconds more (or less) than the caller's clock shows.
    By(i64),
    /// This many nanoseconds on the clock at the moment the workload's namespace is made.
    To(u64),
}

impl Shift {
    /// The most a shifted clock may show, in nanoseconds: half of the kernel's KTIME_SEC_MAX, about
    /// 146 years (kernel/time/namespace.c, `proc_timens_set_offset`).
    pub const CLOCK_MAX_NS: i64 = 4_611_686_018 * 1_000_000_000;

    /// Reads `+30d`, `-5s`, `90` (seconds, as unshare(1) takes them) or, with `=`, a target value.
    ///
    /// # Errors
    /// Those of [`units::duration_ns`]; [`Fault::OutOfRange`] in seconds.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let signed = |text: &[u8]| {
            let ns = units::duration_ns(text)?;
            i64::try_from(ns).map_err(|_| Fault::OutOfRange { min: 0, max: i64::MAX })
        };
        match text {
            [b'=', value @ ..] => Ok(Self::To(units::duration_ns(value)?)),
            [b'-', value @ ..] => Ok(Self::By(-signed(value)?)),
            [b'+', value @ ..] => Ok(Self::By(signed(value)?)),
            value => Ok(Self::By(signed(value)?)),
        }
    }

    /// The offset in nanoseconds for a clock that shows `now_ns`.
    pub const fn offset_ns(self, now_ns: i64) -> i64 {
        match self {
            Self::By(ns) => ns,
            Self::To(ns) => ns.cast_signed().saturating_sub(now_ns),
        }
    }

    /// Whether a clock that shows `now_ns` can be shifted so.
    pub const fn is_possible(self, now_ns: i64) -> bool {
        let shown = now_ns.saturating_add(self.offset_ns(now_ns));
        0 <= shown && shown <= Self::CLOCK_MAX_NS
    }
}

/// Prints seconds with as many digits as needed: `+2592000s`, `-0.5s`, `=0s`.
impl Show for Shift {
    fn show(&self, out: &mut dyn Sink) {
        let (sign, ns) = match *self {
            Self::To(ns) => ("=", ns),
            Self::By(ns) if ns < 0 => ("-", ns.unsigned_abs()),
            Self::By(ns) => ("+", ns.unsigned_abs()),
        };
        put!(out, sign);
        units::show_seconds(out, ns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn check(text: &str, shift: Shift, shown: &str) {
        assert_eq!(Shift::parse(text.as_bytes()), Ok(shift), "{text}");
        assert_eq!(shift.to_string(), shown);
        assert_eq!(Shift::parse(shown.as_bytes()), Ok(shift), "what is printed can be read");
    }

    #[test]
    fn offsets_and_targets_are_read_and_printed() {
        check("+30d", Shift::By(2_592_000_000_000_000), "+2592000s");
        check("-5s", Shift::By(-5_000_000_000), "-5s");
        check("1m30s", Shift::By(90_000_000_000), "+90s");
        check("-0.5", Shift::By(-500_000_000), "-0.5s");
        check("+1.000000001s", Shift::By(1_000_000_001), "+1.000000001s");
        check("=0s", Shift::To(0), "=0s");
        check("=12345.678", Shift::To(12_345_678_000_000), "=12345.678s");
        assert_eq!(Shift::parse(b""), Err(Fault::Empty));
        assert_eq!(Shift::parse(b"="), Err(Fault::Empty));
        assert_eq!(Shift::parse(b"=-1s"), Err(Fault::NotA(units::DURATION)));
        assert_eq!(Shift::parse(b"+-1s"), Err(Fault::NotA(units::DURATION)));
    }

    #[test]
    fn a_clock_cannot_go_below_zero_nor_beyond_146_years() {
        let now = 3_063_000_000_000;
        assert!(Shift::By(-now).is_possible(now));
        assert!(!Shift::By(-now - 1).is_possible(now));
        assert!(Shift::To(0).is_possible(now));
        assert!(Shift::By(Shift::CLOCK_MAX_NS - now).is_possible(now));
        assert!(!Shift::By(Shift::CLOCK_MAX_NS - now + 1).is_possible(now));
        assert!(!Shift::By(i64::MAX).is_possible(now));
        assert_eq!(Shift::To(5).offset_ns(7), -2);
    }
}
