//! Numbers with units: `10s`, `1m30s`, `2.5h`, `64KiB`, `0x1f`, `0022`.
//!
//! Parsing is strict: no sign where none belongs, no white space, no overflow that wraps, the whole
//! word or nothing. Lenient number parsing has given root to the wrong user (CVE-2026-30892).

use super::{Digits, Fault, Sink, put};

/// The form that [`duration_ns`] takes, for messages.
pub const DURATION: &str = "duration such as 500ms, 10s, 1m30s or 2d";

/// The form that [`unsigned`] takes, for messages.
pub const NUMBER: &str = "whole number";

const NS_PER_S: u64 = 1_000_000_000;

/// The units of a duration and their length in nanoseconds.
const DURATION_UNITS: [(&[u8], u64); 9] = [
    (b"ns", 1),
    (b"us", 1_000),
    (b"ms", 1_000_000),
    (b"s", NS_PER_S),
    (b"m", 60 * NS_PER_S),
    (b"min", 60 * NS_PER_S),
    (b"h", 3_600 * NS_PER_S),
    (b"d", 86_400 * NS_PER_S),
    (b"w", 604_800 * NS_PER_S),
];

/// A decimal number without sign, 0 to `max`.
///
/// # Errors
/// [`Fault::Empty`], [`Fault::NotA`] for anything but digits, [`Fault::OutOfRange`] above `max`.
pub fn unsigned(text: &[u8], max: u64) -> Result<u64, Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(Fault::NotA(NUMBER));
    }
    let beyond = Fault::OutOfRange { min: 0, max: i64::try_from(max).unwrap_or(i64::MAX) };
    text.iter()
        .try_fold(0u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
        .filter(|number| *number <= max)
        .ok_or(beyond)
}

/// A decimal number with an optional sign, `min` to `max`.
///
/// # Errors
/// As [`unsigned`].
pub fn signed(text: &[u8], min: i64, max: i64) -> Result<i64, Fault> {
    let beyond = Fault::OutOfRange { min, max };
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let size = match unsigned(digits, i64::MAX.unsigned_abs()) {
        Ok(size) => i64::try_from(size).map_err(|_| beyond)?,
        Err(Fault::OutOfRange { .. }) => return Err(beyond),
        Err(fault) => return Err(fault),
    };
    let number = if is_negative { -size } else { size };
    if (min..=max).contains(&number) { Ok(number) } else { Err(beyond) }
}

/// A number in base eight, 0 to `max`: file modes and umasks.
///
/// # Errors
/// As [`unsigned`].
pub fn octal(text: &[u8], max: u32) -> Result<u32, Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if !text.iter().all(|digit| (b'0'..=b'7').contains(digit)) {
        return Err(Fault::NotA("octal number such as 022"));
    }
    text.iter()
        .try_fold(0u32, |sum, digit| sum.checked_mul(8)?.checked_add(u32::from(digit - b'0')))
        .filter(|number| *number <= max)
        .ok_or(Fault::OutOfRange { min: 0, max: i64::from(max) })
}

/// The form that [`size`] takes, for messages.
pub const SIZE: &str = "size such as 65536, 64KiB, 64k or 1GiB";

/// The units of a size: those of the kernel (lib/cmdline.c, `memparse`) and of IEC.
const SIZE_UNITS: [(&[u8], u32); 13] = [
    (b"", 0),
    (b"k", 10),
    (b"K", 10),
    (b"KiB", 10),
    (b"m", 20),
    (b"M", 20),
    (b"MiB", 20),
    (b"g", 30),
    (b"G", 30),
    (b"GiB", 30),
    (b"t", 40),
    (b"T", 40),
    (b"TiB", 40),
];

/// A size in bytes: a number, or one with a unit.
///
/// # Errors
/// [`Fault::Empty`], [`Fault::NotA`] for an unknown form, [`Fault::OutOfRange`] when it does not
/// fit an `i64`.
pub fn size(text: &[u8]) -> Result<u64, Fault> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, &[]));
    if number.is_empty() {
        return Err(if text.is_empty() { Fault::Empty } else { Fault::NotA(SIZE) });
    }
    let known = SIZE_UNITS.iter().find(|(name, _)| *name == unit);
    let (_, shift) = known.ok_or(Fault::NotA(SIZE))?;
    let beyond = Fault::OutOfRange { min: 0, max: i64::MAX };
    let number = unsigned(number, i64::MAX.unsigned_abs()).map_err(|_| beyond)?;
    let bytes = number.checked_mul(1 << shift).ok_or(beyond)?;
    if i64::try_from(bytes).is_ok() { Ok(bytes) } else { Err(beyond) }
}

/// A duration in nanoseconds: numbers with units, largest value 292 years; a bare number is
/// seconds.
///
/// # Errors
/// [`Fault::Empty`], [`Fault::NotA`] for an unknown form, [`Fault::OutOfRange`] (in seconds) when
/// it does not fit an `i64` of nanoseconds.
pub fn duration_ns(text: &[u8]) -> Result<u64, Fault> {
    const MAX: u64 = i64::MAX.unsigned_abs();
    let beyond = Fault::OutOfRange { min: 0, max: (i64::MAX) / 1_000_000_000 };
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    let mut rest = text;
    let mut total = 0u64;
    while !rest.is_empty() {
        let (number, fraction, after) = decimal(rest)?;
        let unit_len = after.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (unit, next) = after.split_at_checked(unit_len).ok_or(Fault::NotA(DURATION))?;
        let is_bare = unit.is_empty() && next.is_empty() && rest.len() == text.len();
        let ns = DURATION_UNITS
            .iter()
            .find(|(name, _)| *name == if is_bare { b"s" } else { unit })
            .map(|(_, ns)| *ns)
            .ok_or(Fault::NotA(DURATION))?;
        let whole = number.checked_mul(ns).ok_or(beyond)?;
        total = total
            .checked_add(whole)
            .and_then(|t| t.checked_add(part_of(fraction, ns)))
            .ok_or(beyond)?;
        rest = next;
    }
    if total <= MAX { Ok(total) } else { Err(beyond) }
}

/// The number at the front of `text`: its whole part, its fraction's digits and what follows.
fn decimal(text: &[u8]) -> Result<(u64, &[u8], &[u8]), Fault> {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (whole, rest) = text.split_at_checked(digits(text)).ok_or(Fault::NotA(DURATION))?;
    if whole.is_empty() {
        return Err(Fault::NotA(DURATION));
    }
    let number = unsigned(whole, u64::MAX)?;
    match rest {
        [b'.', tail @ ..] => match tail.split_at_checked(digits(tail)) {
            Some((fraction, after)) if !fraction.is_empty() => Ok((number, fraction, after)),
            _ => Err(Fault::NotA(DURATION)),
        },
        _ => Ok((number, &[], rest)),
    }
}

/// The fraction `0.DIGITS` of `unit`; what is below a nanosecond is dropped.
fn part_of(digits: &[u8], unit: u64) -> u64 {
    // From the last digit to the first: ten weeks in nanoseconds fit easily.
    digits.iter().rev().fold(0, |below, digit| (u64::from(digit - b'0') * unit + below) / 10)
}

/// Splits nanoseconds into seconds and the nanoseconds that remain, 0 to 999,999,999.
pub const fn split_ns(ns: i64) -> (i64, i64) {
    const S: i64 = 1_000_000_000;
    (ns.div_euclid(S), ns.rem_euclid(S))
}

/// Shows nanoseconds as seconds with as many digits as needed: `90s`, `0.5s`.
pub fn show_seconds(out: &mut dyn Sink, ns: u64) {
    let (seconds, mut fraction) = (ns / NS_PER_S, ns % NS_PER_S);
    put!(out, seconds);
    if fraction > 0 {
        let mut width = 9;
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            width -= 1;
        }
        put!(out, ".", Digits::decimal(fraction, width));
    }
    put!(out, "s");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<u64, Fault>) {
        assert_eq!(duration_ns(text.as_bytes()), expected, "{text:?}");
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        check("0", Ok(0));
        check("10", Ok(10 * NS_PER_S));
        check("2.5", Ok(2_500_000_000));
        check("500ms", Ok(500_000_000));
        check("1m30s", Ok(90 * NS_PER_S));
        check("30d", Ok(30 * 86_400 * NS_PER_S));
        check("1.5h", Ok(5_400 * NS_PER_S));
        check("0.000000001s", Ok(1));
        check("1us1ns", Ok(1_001));
        check("0.99999999999999999999999w", Ok(604_800 * NS_PER_S - 1));
        check("1.3333333333333333333333333m", Ok(79_999_999_999));
    }

    #[test]
    fn what_is_no_duration_is_refused_with_the_form_that_is() {
        check("", Err(Fault::Empty));
        for text in ["s", "1x", "1 s", "-1s", "+1s", "1.s", ".5s", "1m30", "1s2", "1e3s", "٣s"] {
            check(text, Err(Fault::NotA(DURATION)));
        }
        let beyond = Err(Fault::OutOfRange { min: 0, max: 9_223_372_036 });
        check("9223372037s", beyond);
        check("99999999999999999999s", Err(Fault::OutOfRange { min: 0, max: i64::MAX }));
        check("9223372036s", Ok(9_223_372_036 * NS_PER_S));
    }

    #[test]
    fn numbers_are_strict() {
        for text in ["1abc", "-1", "0x10", " 1", "1 ", "+1", "1_000"] {
            assert_eq!(unsigned(text.as_bytes(), 100), Err(Fault::NotA(NUMBER)), "{text}");
        }
        assert_eq!(unsigned(b"", 100), Err(Fault::Empty));
        assert_eq!(unsigned(b"100", 100), Ok(100));
        assert_eq!(unsigned(b"101", 100), Err(Fault::OutOfRange { min: 0, max: 100 }));
        assert_eq!(signed(b"-20", -20, 19), Ok(-20));
        assert_eq!(signed(b"+19", -20, 19), Ok(19));
        assert_eq!(signed(b"20", -20, 19), Err(Fault::OutOfRange { min: -20, max: 19 }));
        assert_eq!(signed(b"--1", -20, 19), Err(Fault::NotA(NUMBER)));
        assert_eq!(octal(b"022", 0o777), Ok(0o022));
        assert_eq!(octal(b"089", 0o777), Err(Fault::NotA("octal number such as 022")));
        assert_eq!(octal(b"1777", 0o777), Err(Fault::OutOfRange { min: 0, max: 0o777 }));
    }

    #[test]
    fn sizes_are_read_with_the_units_of_the_kernel_and_of_people() {
        for (text, bytes) in [
            ("0", 0),
            ("65536", 65_536),
            ("64k", 65_536),
            ("64KiB", 65_536),
            ("1M", 1 << 20),
            ("3GiB", 3 << 30),
            ("1T", 1 << 40),
        ] {
            assert_eq!(size(text.as_bytes()), Ok(bytes), "{text}");
        }
        for text in ["k", "1KB", "1kib", "1 M", "-1", "1.5G", "0x10"] {
            assert_eq!(size(text.as_bytes()), Err(Fault::NotA(SIZE)), "{text}");
        }
        let beyond = Err(Fault::OutOfRange { min: 0, max: i64::MAX });
        assert_eq!(size(b""), Err(Fault::Empty));
        assert_eq!(size(b"9223372036854775808"), beyond);
        assert_eq!(size(b"8388608T"), beyond);
    }

    #[test]
    fn negative_time_is_split_with_positive_nanoseconds() {
        assert_eq!(split_ns(-500_000_000), (-1, 500_000_000));
        assert_eq!(split_ns(1_500_000_000), (1, 500_000_000));
        assert_eq!(split_ns(-2_000_000_000), (-2, 0));
    }
}
