//! Writing for people: a message is one write, so that lines of several processes do not mix; but
//! for a terminal, where a write that is too long would have us wait (`sys::file::write_now`).

use crate::limits::MESSAGE_MAX;
use crate::model::{Errno, Span};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, file};
use crate::text::{Length, Show, Sink, put};

/// A buffered descriptor: standard output or standard error.
pub struct Out {
    number: i32,
    buffer: heapless::Vec<u8, MESSAGE_MAX>,
    /// How long a reader that does not read is waited for; for ever without.
    patience: Option<Span>,
    /// Why something could not be written.
    trouble: Option<Errno>,
}

impl Out {
    /// Standard output, which is waited for.
    pub const fn stdout() -> Self {
        Self::to(1, None)
    }

    /// Standard error. It may be a pipe that nobody empties, and PID 1 must not wait for that: what
    /// cannot be written at once is lost.
    pub const fn stderr() -> Self {
        Self::to(2, Some(Span::ZERO))
    }

    /// A descriptor whose reader is waited for as long as that.
    pub const fn to(number: i32, patience: Option<Span>) -> Self {
        Self { number, buffer: heapless::Vec::new(), patience, trouble: None }
    }

    /// Writes what is buffered; `false` when something could not be written, now or before.
    pub fn flush(&mut self) -> bool {
        let target = Fd::inherited(self.number);
        let mut rest = self.buffer.as_slice();
        while !rest.is_empty() && self.trouble.is_none() {
            let mut sources = [Source::writable(&target)];
            // A pipe that can be written takes a message as a whole (pipe(7), PIPE_BUF), unless
            // somebody else has filled it meanwhile.
            let write = if self.patience.is_none() { file::write } else { file::write_now };
            let written = match wait::poll(&mut sources, self.patience) {
                Ok(0) => Err(Errno::EAGAIN),
                Ok(_) => write(&target, rest),
                Err(errno) => Err(errno),
            };
            match written {
                Ok(len) => rest = rest.get(len..).unwrap_or_default(),
                Err(errno) => self.trouble = Some(errno),
            }
        }
        self.buffer.clear();
        self.trouble.is_none()
    }

    /// Why something could not be written: EAGAIN when whoever reads there does not.
    pub const fn trouble(&self) -> Option<Errno> {
        self.trouble
    }
}

impl Sink for Out {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.buffer.is_full() {
                let _ = self.flush(); // what failed is remembered, and told by the last one
            }
            let _ = self.buffer.push(*byte); // there is room now
        }
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        let _ = self.flush(); // a message that cannot be written has no other way
    }
}

/// One message to standard error: `say!("check: clone: ", errno, "\n")`.
macro_rules! say {
    ($($part:expr),+ $(,)?) => {
        $crate::cli::out::message(&|out: &mut dyn $crate::text::Sink| {
            $crate::text::put!(out, $($part),+);
        })
    };
}
pub(super) use say;

/// What [`say`] writes.
#[inline(never)] // its buffer would lie in every frame that may have to complain
pub fn message(write: &dyn Fn(&mut dyn Sink)) {
    write(&mut Out::stderr());
}

/// Writes `what` and fills up to `columns`; two spaces at least stand behind it.
pub fn pad(out: &mut dyn Sink, what: &dyn Show, columns: usize) {
    what.show(out);
    fill(out, columns.saturating_sub(Length::of(what).letters).max(2));
}

/// Writes as many spaces as that.
pub fn fill(out: &mut dyn Sink, spaces: usize) {
    for _ in 0..spaces {
        put!(out, " ");
    }
}
