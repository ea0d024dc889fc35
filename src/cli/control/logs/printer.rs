//! Lines of logs, as they are shown.

use crate::cli::out::Out;
use crate::cli::report;
use crate::text::json::Text;
use crate::text::{Lossy, Sink as _, Visible, put};

/// Bytes of the time in front of a line.
const TIME: usize = 24;

/// What is printed, and how.
pub(super) struct Printer {
    out: Out,
    is_json: bool,
    /// Then what would move the cursor is shown instead.
    is_terminal: bool,
    /// Lines that are left out, the first ones.
    skipped: u64,
}

impl Printer {
    pub fn new(is_json: bool, is_terminal: bool) -> Self {
        Self { out: Out::stdout(), is_json, is_terminal, skipped: 0 }
    }

    /// Leaves as many lines out.
    pub fn skip(&mut self, count: u64) {
        self.skipped = count;
    }

    /// Writes what is buffered; `false` when something could not be written, now or before.
    pub fn flush(&mut self) -> bool {
        self.out.flush()
    }

    /// The exit code, when all was written.
    pub fn end(&mut self) -> u8 {
        report::written(&mut self.out, 0)
    }

    /// A line of this service.
    pub fn line(&mut self, name: &[u8], line: &[u8]) {
        if self.skipped > 0 {
            self.skipped = self.skipped.saturating_sub(1);
            return;
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        match (self.is_json, self.is_terminal) {
            (true, _) => self.object(name, line),
            (false, true) => put!(&mut self.out, Visible(line), "\n"),
            (false, false) => {
                self.out.put(line);
                put!(&mut self.out, "\n");
            }
        }
    }

    /// The same as an object. A line that was in the file before it was a log has no time.
    fn object(&mut self, name: &[u8], line: &[u8]) {
        let out = &mut self.out;
        let parts = parts(name, line);
        match parts {
            Some((time, _)) => put!(out, "{\"time\":", Text(&Lossy(time))),
            None => put!(out, "{\"time\":null"),
        }
        let text = parts.map_or(line, |(_, text)| text);
        put!(out, ",\"service\":", Text(&Lossy(name)), ",\"text\":", Text(&Lossy(text)), "}\n");
    }
}

/// The time and the text of a line of ours.
fn parts<'l>(name: &[u8], line: &'l [u8]) -> Option<(&'l [u8], &'l [u8])> {
    let (time, rest) = line.split_at_checked(TIME).filter(|(time, _)| time.ends_with(b"Z"))?;
    let text = rest.strip_prefix(b" ")?.strip_prefix(name)?;
    // An empty line has nothing behind its colon but the space.
    Some((time, text.strip_prefix(b": ")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_ours_has_a_time_and_a_text() {
        let time = &b"2026-11-27T07:32:37.205Z"[..];
        let line = b"2026-11-27T07:32:37.205Z web: a: b";
        assert_eq!(parts(b"web", line), Some((time, &b"a: b"[..])));
        assert_eq!(parts(b"web", b"2026-11-27T07:32:37.205Z web: "), Some((time, &b""[..])));
        for line in [&b""[..], b"2026", b"web: a", b"2026-11-27T07:32:37.205Z db: a"] {
            assert_eq!(parts(b"web", line), None);
        }
    }
}
