//! Where the time of day comes from when a machine starts: CLOCK_REALTIME.
//!
//! A time that is said is that of RFC 3339, `2026-11-26T12:00:00Z`, or `@` and the seconds from
//! 1970. A machine's own clock is believed only when it can be right: not before 2026, when this
//! program was made, for that is what a battery that is empty says.

use crate::text::{Digits, Fault, Show, Sink, put, units};

/// The forms, for messages.
const FORM: &str = "rtc, a time such as 2026-11-26T12:00:00Z, or @SECONDS from 1970";

const DAY_S: i64 = 86_400;

/// Where the time of day comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallClock {
    /// The machine's clock, which counts in UTC.
    Rtc,
    /// This time, in seconds from 1970.
    At(i64),
}

impl WallClock {
    /// The earliest time that a machine's clock is believed: 2026-01-01T00:00:00Z.
    pub const EARLIEST_S: i64 = 1_767_225_600;

    /// Reads `rtc`, `@SECONDS` or a time of RFC 3339, with `Z` or an offset; fractions of a second
    /// are left out.
    ///
    /// # Errors
    /// [`Fault::NotA`] for what is none, [`Fault::OutOfRange`] for seconds beyond the year 9999.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"rtc" => Ok(Self::Rtc),
            [b'@', seconds @ ..] => units::signed(seconds, 0, LAST_S).map(Self::At),
            text => date_time(text).map(Self::At).ok_or(Fault::NotA(FORM)),
        }
    }
}

/// 9999-12-31T23:59:59Z
const LAST_S: i64 = 253_402_300_799;

/// `YYYY-MM-DDTHH:MM:SS`, perhaps a fraction, and `Z` or `+HH:MM`, as seconds from 1970.
fn date_time(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (mark, rest) = rest.split_first()?;
    let (time, rest) = rest.split_at_checked(8)?;
    let ([year, month, day], [hour, minute, second]) = (numbers(date, b'-')?, numbers(time, b':')?);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let is_date = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !matches!(mark, b'T' | b't' | b' ') || date.len() != 10 || !is_time || !is_date {
        return None;
    }
    let zone = match rest {
        [b'.', fraction @ ..] => {
            let len = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(len..).filter(|_| len > 0)?
        }
        zone => zone,
    };
    let offset = match zone {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), zone @ ..] if zone.len() == 5 => {
            let [hours, minutes] = numbers(zone, b':')?;
            let offset = hours.checked_mul(3_600)?.checked_add(minutes.checked_mul(60)?)?;
            let is_offset = hours < 24 && minutes < 60;
            is_offset.then_some(if *sign == b'-' { offset.checked_neg()? } else { offset })?
        }
        _ => return None,
    };
    let of_day = hour.checked_mul(3_600)?.checked_add(minute.checked_mul(60)?)?;
    let seconds = days_before(year, month, day)?.checked_mul(DAY_S)?.checked_add(of_day)?;
    let seconds = seconds.checked_add(second)?.checked_sub(offset)?;
    (0..=LAST_S).contains(&seconds).then_some(seconds)
}

/// Numbers with a mark between them; the first has four digits where there are three of them and
/// the mark is a dash, all others two.
fn numbers<const N: usize>(text: &[u8], mark: u8) -> Option<[i64; N]> {
    let mut parts = text.split(|byte| *byte == mark);
    let mut numbers = [0; N];
    for (index, number) in numbers.iter_mut().enumerate() {
        let part = parts.next()?;
        let len = if mark == b'-' && index == 0 { 4 } else { 2 };
        if part.len() != len || !part.iter().all(u8::is_ascii_digit) {
            return None;
        }
        *number = part.iter().fold(0, |sum: i64, digit| {
            sum.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0')))
        });
    }
    parts.next().is_none().then_some(numbers)
}

/// The days of a month.
const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days from 1970-01-01 to this one. A year that begins in March has its odd day at its end, so
/// that the days before a month need no table (the same as in drivers/rtc/lib.c).
fn days_before(year: i64, month: i64, day: i64) -> Option<i64> {
    let (year, month) = match month > 2 {
        true => (year, month.checked_sub(3)?),
        false => (year.checked_sub(1)?, month.checked_add(9)?),
    };
    let of_years = year.checked_mul(365)?.checked_add(year / 4 - year / 100 + year / 400)?;
    let of_months = month.checked_mul(153)?.checked_add(2)? / 5;
    const TO_1970: i64 = 719_469; // from the first of March of year 0, and the day that begins at 1
    of_years.checked_add(of_months)?.checked_add(day)?.checked_sub(TO_1970)
}

/// Prints `rtc`, or the time in UTC.
impl Show for WallClock {
    fn show(&self, out: &mut dyn Sink) {
        let Self::At(seconds) = *self else { return put!(out, "rtc") };
        let (mut days, of_day) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
        let mut year = 1970;
        loop {
            let of_year = if is_leap(year) { 366 } else { 365 };
            if days < of_year {
                break;
            }
            days = days.saturating_sub(of_year);
            year = year.saturating_add(1);
        }
        let mut month = 1;
        while days >= days_of(year, month) && month < 12 {
            days = days.saturating_sub(days_of(year, month));
            month = month.saturating_add(1);
        }
        let digits = |number: i64, count| Digits::decimal(number.unsigned_abs(), count);
        put!(out, digits(year, 4), "-", digits(month, 2), "-", digits(days.saturating_add(1), 2));
        put!(out, "T", digits(of_day / 3_600, 2), ":", digits(of_day / 60 % 60, 2), ":");
        put!(out, digits(of_day % 60, 2), "Z");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn shown(clock: WallClock) -> String {
        struct Text(String);
        impl Sink for Text {
            fn put(&mut self, bytes: &[u8]) {
                self.0 += core::str::from_utf8(bytes).unwrap();
            }
        }
        let mut text = Text(String::new());
        put!(&mut text, clock);
        text.0
    }

    #[test]
    fn a_time_is_read_and_printed_as_date_has_it() {
        // Each with `date -u -d TEXT +%s`.
        for (text, seconds, printed) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2000-02-29T23:59:59Z", 951_868_799, "2000-02-29T23:59:59Z"),
            ("2026-11-26T12:00:00Z", 1_795_694_400, "2026-11-26T12:00:00Z"),
            ("2026-11-26 12:00:00.25+01:30", 1_795_689_000, "2026-11-26T10:30:00Z"),
            ("2026-11-26T12:00:00-05:00", 1_795_712_400, "2026-11-26T17:00:00Z"),
            ("2100-03-01T00:00:00Z", 4_107_542_400, "2100-03-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", LAST_S, "9999-12-31T23:59:59Z"),
            ("@1767225600", WallClock::EARLIEST_S, "2026-01-01T00:00:00Z"),
        ] {
            let clock = WallClock::parse(text.as_bytes()).unwrap();
            assert_eq!(clock, WallClock::At(seconds), "{text}");
            assert_eq!(shown(clock), printed);
        }
        assert_eq!(WallClock::parse(b"rtc"), Ok(WallClock::Rtc));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "now",
            "@",
            "@-1",
            "@253402300800",
            "2026-11-26",
            "2026-11-26T12:00:00",
            "2026-11-26T12:00Z",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-11-26T24:00:00Z",
            "2026-11-26T12:00:60Z",
            "2026-11-26T12:00:00.Z",
            "2026-11-26T12:00:00+1:00",
            "2026-11-26T12:00:00+24:00",
            "1969-12-31T23:59:59Z",
            "02026-11-26T12:00:00Z",
        ] {
            assert!(WallClock::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same(seconds in 0..=LAST_S) {
            let clock = WallClock::At(seconds);
            assert_eq!(WallClock::parse(shown(clock).as_bytes()), Ok(clock));
        }

        #[test]
        fn no_text_whatsoever_is_a_defect(text: std::vec::Vec<u8>) {
            let _ = WallClock::parse(&text); // it is a time or none
        }
    }
}
