//! Whether the kernel was in trouble, as its messages and its taint say.

use crate::engine::files::head_of;
use crate::limits::KMSG_RECORD_MAX;
use crate::model::{Errno, Grade, kmsg};
use crate::sys::file::{self, Mode};
use crate::text::{Buffer, Sink, put, units};

/// Records that are read at most: more than the largest ring holds of the shortest ones, and an end
/// where somebody writes faster than we read.
const RECORDS_MAX: usize = 1 << 20;

/// The kernel's first words in trouble, and the worst of all its troubles.
pub(super) struct Found {
    pub first: Buffer<KMSG_RECORD_MAX>,
    pub worst: Option<Grade>,
}

/// Reads the messages since the machine started, as far as the ring still has them; what it has
/// lost, the taint remembers.
#[inline(never)] // its buffer would lie in the frame of the end
pub(super) fn look(found: &mut Found) {
    let mut record = [0u8; KMSG_RECORD_MAX];
    if let Ok(source) = file::open(c"/dev/kmsg", Mode::ReadNow) {
        for _ in 0..RECORDS_MAX {
            match file::read(&source, &mut record) {
                Ok(0) => break,
                Ok(len) => take(record.get(..len).unwrap_or_default(), found),
                // What stood here was overwritten; reading goes on behind it.
                Err(Errno::EPIPE) => {}
                Err(_) => break, // EAGAIN: that was all
            }
        }
    }
    let taint = head_of(c"/proc/sys/kernel/tainted", &mut record);
    let taint = taint.and_then(|text| units::unsigned(text.trim_ascii(), u64::MAX).ok());
    if let Some((taint, grade)) =
        taint.and_then(|taint| Some((taint, kmsg::grade_of_taint(taint)?)))
    {
        if found.worst.is_none() {
            put!(&mut found.first, "the kernel is tainted: ", taint);
        }
        found.worst = found.worst.max(Some(grade));
    }
}

fn take(record: &[u8], found: &mut Found) {
    if let Some((grade, line)) = kmsg::trouble(record) {
        if found.worst.is_none() {
            found.first.put(line); // a record is no longer than the buffer
        }
        found.worst = found.worst.max(Some(grade));
    }
}
