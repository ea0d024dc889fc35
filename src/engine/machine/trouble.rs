//! Whether the kernel was in trouble, as its messages and its taint say.
//!
//! The messages are read as they come: a ring that holds a few thousand has lost the first one of a
//! test that runs for an hour. What was lost all the same, the taint remembers.

use crate::engine::files::head_of;
use crate::limits::KMSG_RECORD_MAX;
use crate::model::{Errno, Grade, kmsg};
use crate::sys::Fd;
use crate::sys::file::{self, Mode};
use crate::text::{Buffer, Sink, put, units};

/// Records that are read at most at the end: more than the largest ring holds of the shortest ones,
/// and an end where somebody writes faster than we read.
const RECORDS_MAX: usize = 1 << 20;

/// Records that are read in one round of the loop; a signal does not wait longer than for these.
const RECORDS_A_ROUND: usize = 64;

/// The kernel's first words in trouble, and the worst of all its troubles.
#[derive(Default)]
pub struct Heard {
    first: Buffer<KMSG_RECORD_MAX>,
    worst: Option<Grade>,
}

impl Heard {
    /// Nothing heard yet.
    pub const fn new() -> Self {
        Self { first: Buffer::new(), worst: None }
    }

    /// Its first words.
    pub(super) fn first(&self) -> Option<&[u8]> {
        self.first.text().filter(|line| !line.is_empty())
    }

    /// The worst of it.
    pub(super) const fn worst(&self) -> Option<Grade> {
        self.worst
    }

    /// Takes one message of the kernel.
    fn take(&mut self, record: &[u8]) {
        if let Some((grade, line)) = kmsg::trouble(record) {
            if self.worst.is_none() {
                self.first.put(line); // a record is no longer than the buffer
            }
            self.worst = self.worst.max(Some(grade));
        }
    }
}

/// The kernel's messages, from the oldest that it still has.
pub(super) fn open() -> Result<Fd, Errno> {
    file::open(c"/dev/kmsg", Mode::ReadNow)
}

/// Takes the messages that came since we last looked; whether they tell of the first trouble.
pub(super) fn listen(source: &Fd, heard: &mut Heard) -> bool {
    let was_well = heard.worst.is_none();
    read(source, heard, RECORDS_A_ROUND);
    was_well && heard.worst.is_some()
}

/// What is left to be heard at the end, and the taint.
#[inline(never)] // its buffer would lie in the frame of the end
pub(super) fn look(source: Option<&Fd>, heard: &mut Heard) {
    let own = if source.is_none() { open().ok() } else { None };
    if let Some(source) = source.or(own.as_ref()) {
        read(source, heard, RECORDS_MAX);
    }
    let mut text = [0u8; 32];
    let taint = head_of(c"/proc/sys/kernel/tainted", &mut text);
    let taint = taint.and_then(|text| units::unsigned(text.trim_ascii(), u64::MAX).ok());
    if let Some((taint, grade)) =
        taint.and_then(|taint| Some((taint, kmsg::grade_of_taint(taint)?)))
    {
        if heard.worst.is_none() {
            put!(&mut heard.first, "the kernel is tainted: ", taint);
        }
        heard.worst = heard.worst.max(Some(grade));
    }
}

/// Reads up to so many messages.
#[inline(never)] // its buffer would lie in the frame of the loop
fn read(source: &Fd, heard: &mut Heard, records_max: usize) {
    let mut record = [0u8; KMSG_RECORD_MAX];
    for _ in 0..records_max {
        match file::read(source, &mut record) {
            Ok(0) => break,
            Ok(len) => heard.take(record.get(..len).unwrap_or_default()),
            // What stood here was overwritten; reading goes on behind it.
            Err(Errno::EPIPE) => {}
            Err(_) => break, // EAGAIN: that was all
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_are_kept_and_the_worst_of_all() {
        let mut heard = Heard::new();
        for record in [
            "6,1,0,-;Linux version 6.12",
            "4,2,0,-;WARNING: CPU: 0 PID: 1 at first.c:1",
            "1,3,0,-;BUG: unable to handle page fault",
            "4,4,0,-;WARNING: CPU: 0 PID: 1 at third.c:1",
        ] {
            heard.take(record.as_bytes());
        }
        assert_eq!(heard.first(), Some(&b"WARNING: CPU: 0 PID: 1 at first.c:1"[..]));
        assert_eq!(heard.worst(), Some(Grade::Oops));
    }
}
