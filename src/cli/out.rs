//! Writing for people: a message is one write, so that lines of several processes do not mix.

use core::fmt::{self, Write};

use crate::limits::MESSAGE_MAX;
use crate::model::Span;
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, file};

/// A buffered descriptor: standard output or standard error.
pub struct Out {
    number: i32,
    buffer: heapless::Vec<u8, MESSAGE_MAX>,
    /// Whether a reader that does not read is waited for.
    is_patient: bool,
    has_failed: bool,
}

impl Out {
    /// Standard output, which is waited for.
    pub const fn stdout() -> Self {
        Self { number: 1, buffer: heapless::Vec::new(), is_patient: true, has_failed: false }
    }

    /// Standard error. It may be a pipe that nobody empties, and PID 1 must not wait for that: what
    /// cannot be written at once is lost.
    pub const fn stderr() -> Self {
        Self { number: 2, buffer: heapless::Vec::new(), is_patient: false, has_failed: false }
    }

    /// Writes what is buffered; `false` when something could not be written.
    pub fn flush(&mut self) -> bool {
        let target = Fd::inherited(self.number);
        let mut rest = self.buffer.as_slice();
        while !rest.is_empty() && !self.has_failed {
            let timeout = (!self.is_patient).then_some(Span::ZERO);
            let mut sources = [Source::writable(&target)];
            // A pipe that can be written takes a message as a whole (pipe(7), PIPE_BUF), so the
            // write does not wait.
            let is_ready = wait::poll(&mut sources, timeout).is_ok_and(|ready| ready > 0);
            match is_ready.then(|| file::write(&target, rest)) {
                Some(Ok(len)) => rest = rest.get(len..).unwrap_or_default(),
                Some(Err(_)) | None => self.has_failed = true,
            }
        }
        self.buffer.clear();
        !self.has_failed
    }
}

impl Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let room = self.buffer.capacity().saturating_sub(self.buffer.len());
            let (now, later) = rest.split_at_checked(room.min(rest.len())).ok_or(fmt::Error)?;
            self.buffer.extend_from_slice(now).map_err(|_| fmt::Error)?;
            if !later.is_empty() && !self.flush() {
                return Err(fmt::Error);
            }
            rest = later;
        }
        Ok(())
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        let _ = self.flush(); // a message that cannot be written has no other way
    }
}

/// One message to standard error.
#[inline(never)] // its buffer would lie in every frame that may have to complain
pub fn say(message: fmt::Arguments<'_>) {
    let _ = Out::stderr().write_fmt(message); // as above
}

/// Text in a JSON string: quotes, backslashes and what cannot be seen are escaped (RFC 8259, 7).
pub struct Json<'o>(pub &'o mut dyn Write);

impl Write for Json<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '"' | '\\' => write!(self.0, "\\{letter}")?,
                '\n' => self.0.write_str("\\n")?,
                _ if letter < ' ' => write!(self.0, "\\u{:04x}", u32::from(letter))?,
                _ => self.0.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// Counts the letters of what would be written, for columns.
pub fn width(what: &dyn fmt::Display) -> usize {
    struct Count(usize);
    impl Write for Count {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 = self.0.saturating_add(text.chars().count());
            Ok(())
        }
    }
    let mut count = Count(0);
    let _ = write!(count, "{what}"); // counting cannot fail
    count.0
}

/// Writes `what` and fills up to `columns`; two spaces at least stand behind it.
pub fn pad(out: &mut dyn Write, what: &dyn fmt::Display, columns: usize) -> fmt::Result {
    let fill = columns.saturating_sub(width(what)).max(2);
    write!(out, "{what}{:fill$}", "")
}
