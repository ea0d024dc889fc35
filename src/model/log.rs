//! The log of a service: what it writes, kept in files that PID 1 writes and that do not grow.

use core::ffi::CStr;

use super::Moment;
use super::WallClock;
use crate::limits::{LOG_FILE_MIN, LOG_KEPT_MAX};
use crate::text::{Digits, Fault, Show, Sink, put, units};

/// Where a log is, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log<'a> {
    /// The file that is written; the earlier ones have `.1`, `.2` behind its name.
    pub path: &'a CStr,
    /// Bytes of one file.
    pub max: u64,
    /// How many of the earlier files are kept.
    pub keep: u8,
}

impl Log<'_> {
    /// Bytes of a file when nobody says how many.
    pub const MAX: u64 = 1 << 20;
    /// Earlier files that are kept when nobody says how many.
    pub const KEEP: u8 = 1;

    /// Reads how large a file may be.
    ///
    /// # Errors
    /// Those of [`units::size`], [`Fault::OutOfRange`] below what some lines need.
    pub fn parse_max(text: &[u8]) -> Result<u64, Fault> {
        let (min, max) = (LOG_FILE_MIN, 1u64 << 50);
        let beyond = Fault::OutOfRange { min: min.cast_signed(), max: max.cast_signed() };
        Some(units::size(text)?).filter(|size| (min..=max).contains(size)).ok_or(beyond)
    }

    /// Reads how many earlier files are kept.
    ///
    /// # Errors
    /// Those of [`units::unsigned`].
    pub fn parse_keep(text: &[u8]) -> Result<u8, Fault> {
        let max = LOG_KEPT_MAX;
        let beyond = Fault::OutOfRange { min: 0, max: i64::from(max) };
        let number = units::unsigned(text, u64::from(u32::MAX))?;
        u8::try_from(number).ok().filter(|number| *number <= max).ok_or(beyond)
    }

    /// The name of its file in its directory.
    pub fn name(&self) -> &[u8] {
        self.path.to_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }
}

/// Prints the time of day that stands in front of a line, given from 1970 on: in UTC, to the
/// millisecond, so that lines are in order when their texts are.
pub struct Stamp(pub Moment);

impl Show for Stamp {
    fn show(&self, out: &mut dyn Sink) {
        let ns = self.0.since(Moment::from_ns(0)).ns();
        let mut text = crate::text::Buffer::<24>::new();
        let seconds = i64::try_from(ns / 1_000_000_000).unwrap_or(0);
        put!(&mut text, WallClock::At(seconds));
        let text = text.text().unwrap_or_default();
        out.put(text.strip_suffix(b"Z").unwrap_or(text));
        put!(out, ".", Digits::decimal(ns / 1_000_000 % 1_000, 3), "Z");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;

    #[test]
    fn a_log_is_some_lines_at_least_and_some_files_at_most() {
        assert_eq!(Log::parse_max(b"16KiB"), Ok(16_384));
        assert_eq!(Log::parse_max(b"1MiB"), Ok(Log::MAX));
        assert!(Log::parse_max(b"4KiB").is_err() && Log::parse_max(b"much").is_err());
        assert_eq!((Log::parse_keep(b"0"), Log::parse_keep(b"9")), (Ok(0), Ok(9)));
        assert!(Log::parse_keep(b"10").is_err() && Log::parse_keep(b"-1").is_err());
        let log = Log { path: c"/var/log/web", max: Log::MAX, keep: Log::KEEP };
        assert_eq!(log.name(), b"web");
    }

    #[test]
    fn a_time_is_as_long_as_any_other() {
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (1_795_694_400_001, "2026-11-26T12:00:00.001Z"),
        ] {
            let mut text = Buffer::<32>::new();
            put!(&mut text, Stamp(Moment::from_ns(ms * 1_000_000)));
            assert_eq!(text.text(), Some(expected.as_bytes()));
        }
    }
}
