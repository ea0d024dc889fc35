//! A file that somebody named, or a descriptor that we were given, as a whole.
//!
//! Whoever writes there may take his time. We wait for him with the signals let through that were
//! let through when we were started, so that we can be ended meanwhile: nothing was touched yet.

use core::ffi::CStr;

use crate::model::{Errno, SignalSet};
use crate::sys::file::{self, Mode};
use crate::sys::signal::{Change, change_mask};
use crate::sys::wait::until_readable;
use crate::sys::{Fd, process};

/// The whole file; E2BIG when it is larger than we read. `mask` is the one we were started with.
pub(super) fn read_file<'b>(
    path: &CStr,
    mask: SignalSet,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Errno> {
    // A named pipe that nobody has opened to write looks empty, too, but for poll(2).
    read_all(&file::open(path, Mode::ReadNow)?, mask, false, buffer)
}

/// The same of a descriptor that we were given, where reading may be waiting.
pub(super) fn read_descriptor<'b>(
    source: &Fd,
    mask: SignalSet,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Errno> {
    let _ = change_mask(Change::Set, while_waiting(mask)); // neither can fail with these arguments
    let read = read_all(source, mask, true, buffer);
    let _ = change_mask(Change::Block, SignalSet::ALL);
    read
}

fn read_all<'b>(
    source: &Fd,
    mask: SignalSet,
    mut is_empty_as_it_looks: bool,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Errno> {
    let mut len = 0;
    loop {
        let room = buffer.get_mut(len..).unwrap_or_default();
        if room.is_empty() {
            return Err(Errno::E2BIG);
        }
        match file::read(source, room) {
            Err(Errno::EAGAIN) => {}
            Ok(0) if len == 0 && !is_empty_as_it_looks => {}
            Ok(0) => return Ok(buffer.get(..len).unwrap_or_default()),
            Ok(more) => {
                len = len.saturating_add(more);
                continue;
            }
            Err(errno) => return Err(errno),
        }
        is_empty_as_it_looks = true;
        wait(source, mask)?;
    }
}

/// Waits until there is something to read, or nothing will be.
#[inline(never)] // of few starts
fn wait(source: &Fd, mask: SignalSet) -> Result<(), Errno> {
    let mask = while_waiting(mask);
    loop {
        match until_readable(source, mask) {
            Err(Errno::EINTR) => {} // we were stopped, and go on
            result => return result,
        }
    }
}

/// What comes for PID 1 unblocked is lost (signal(7)), and whoever it starts is to have it.
fn while_waiting(mask: SignalSet) -> SignalSet {
    if process::pid() == 1 { SignalSet::ALL } else { mask }
}
