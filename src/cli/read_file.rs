//! A file that somebody named, as a whole.

use core::ffi::CStr;

use crate::model::Errno;
use crate::sys::Fd;
use crate::sys::file::{Mode, open, read};

/// The whole file; E2BIG when it is larger than we read.
pub(super) fn read_file<'b>(path: &CStr, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    read_all(&open(path, Mode::Read)?, buffer)
}

/// The same of what is open.
pub(super) fn read_all<'b>(source: &Fd, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    let mut len = 0;
    loop {
        let room = buffer.get_mut(len..).unwrap_or_default();
        if room.is_empty() {
            return Err(Errno::E2BIG);
        }
        match read(source, room)? {
            0 => return Ok(buffer.get(..len).unwrap_or_default()),
            more => len = len.saturating_add(more),
        }
    }
}
