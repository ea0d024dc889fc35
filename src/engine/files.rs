//! Small files: read by lines or as far as one read goes, written as a whole or not at all.

use core::ffi::CStr;

use heapless::Vec;

use super::mountinfo::each_line;
use super::trouble::{Trouble, plain};
use crate::limits::{LINE_MAX, LINED_FILE_MAX, PATH_MAX};
use crate::model::{Errno, Why};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, beneath, ids, mount, place};
use crate::text::{Buffer, Show, Sink as _, put, units};

/// A name in /proc that is a number: a process, a thread or a descriptor.
pub(super) fn number_of(name: &CStr) -> Option<i32> {
    let number = units::unsigned(name.to_bytes(), u64::from(u32::MAX)).ok()?;
    i32::try_from(number).ok()
}

/// The beginning of a file, in one read that does not wait.
pub(super) fn head_of<'b>(path: &CStr, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let source = file::open(path, Mode::ReadNow).ok()?;
    let len = file::read(&source, buffer).ok()?;
    buffer.get(..len)
}

/// Bytes of the longest line of a status that is kept.
const STATUS_LINE: usize = 1_024;

/// What /proc says of a process (proc_pid_status(5)), which is named by its PID or as `self`, as
/// far as there is room. Its groups are left out where they are many: there may be 65,536, and they
/// stand in front of its rights and signals.
///
/// # Errors
/// ENOENT and ESRCH when there is no such process, EACCES.
#[inline(never)] // its buffer would lie in the frame of whoever asks
pub(super) fn status_of<'t>(process: &dyn Show, text: &'t mut [u8]) -> Result<&'t [u8], Errno> {
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/", *process, "/status");
    let source = file::open(path.path().ok_or(Errno::ENAMETOOLONG)?, Mode::ReadNow)?;
    let (mut buffer, mut len) = ([0u8; STATUS_LINE], 0usize);
    each_line(&source, &mut buffer, &mut |line| {
        let room = text.get_mut(len..).unwrap_or_default();
        if let Some((room, [end, ..])) = room.split_at_mut_checked(line.len()) {
            room.iter_mut().zip(line).for_each(|(to, from)| *to = *from);
            *end = b'\n';
            len = len.saturating_add(line.len()).saturating_add(1);
        }
    });
    Ok(text.get(..len).unwrap_or_default())
}

/// The PID of a pidfd, in our PID namespace (proc_pid_fdinfo(5)).
pub fn pid_of(pidfd: &Fd) -> Option<u64> {
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/self/fdinfo/", pidfd.number());
    let mut text = [0u8; 512];
    let text = head_of(path.path()?, &mut text)?;
    let mut lines = text.split(|byte| *byte == b'\n');
    let pid = lines.find_map(|line| line.strip_prefix(b"Pid:"))?;
    units::unsigned(pid.trim_ascii(), 1 << 22).ok().filter(|pid| *pid > 0)
}

/// The directory that a path leads to, and the name in it.
pub(super) fn split(path: &CStr) -> Result<(Fd, &CStr), Errno> {
    let slash = path.to_bytes().iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let mut parent = Buffer::<PATH_MAX>::new();
    parent.put(path.to_bytes().get(..slash.max(1)).unwrap_or_default());
    let name = path.to_bytes_with_nul().get(slash.saturating_add(1)..).unwrap_or_default();
    let name = CStr::from_bytes_with_nul(name).unwrap_or_default();
    let directory = place::open_through_links(parent.path().ok_or(Errno::ENAMETOOLONG)?)?;
    Ok((directory, name))
}

/// Opens what somebody named. In a root that is not the machine's ([`Hands::is_elsewhere`]) a link
/// may stand in its place that leads to what PID 1 has open, or to its memory, which a service's
/// process borrows until it executes its command: nothing in /proc is what was meant.
///
/// [`Hands::is_elsewhere`]: super::hands::Hands
///
/// # Errors
/// ELOOP for those, and what open(2) says.
pub(super) fn open_named(path: &CStr, mode: Mode, is_elsewhere: bool) -> Result<Fd, Errno> {
    if !is_elsewhere {
        return file::open(path, mode);
    }
    let found = beneath::open_by_name(path, mode)?;
    match mount::is_procfs(&found)? {
        true => Err(Errno::ELOOP),
        false => Ok(found),
    }
}

/// We stand where somebody named, likewise.
pub(super) fn change_directory(path: &CStr, is_elsewhere: bool) -> Result<(), Errno> {
    match is_elsewhere {
        true => beneath::change_directory_by_name(path),
        false => ids::change_directory(path),
    }
}

/// A text of ours; what found no room is not written at all.
pub(super) fn whole<const N: usize>(text: &Buffer<N>) -> Result<&[u8], Trouble> {
    text.text().ok_or(plain(Errno::E2BIG))
}

/// Writes `text` to a file of the kernel in one write and closes it.
pub(super) fn write_whole(path: &CStr, text: &[u8]) -> Result<(), Trouble> {
    let target = file::open(path, Mode::WriteNow).map_err(plain)?;
    write_at_once(&target, text)
}

/// As [`write_whole`], but leaves the descriptor to the step that closes what was inherited.
pub(super) fn write_and_keep(path: &CStr, text: &[u8]) -> Result<(), Trouble> {
    let target = file::open(path, Mode::WriteNow).map_err(plain)?.leave_open();
    write_at_once(&target, text)
}

/// A file of the kernel takes a whole value at once or none; a short write means it took a part.
pub(super) fn write_at_once(target: &Fd, text: &[u8]) -> Result<(), Trouble> {
    match file::write(target, text).map_err(plain)? {
        len if len == text.len() => Ok(()),
        _ => Err((Errno::EIO, Why::ReadBack)),
    }
}

/// The lines of a file, one after the other, in a buffer of one line.
pub(super) struct Lines {
    source: Fd,
    buffer: Vec<u8, LINE_MAX>,
    /// How much of the buffer's front is the line that was given last.
    given: usize,
    is_at_end: bool,
    /// How much may be read yet.
    rest: usize,
    /// What a line that does not fit is, or a file that does not end.
    too_long: Trouble,
}

impl Lines {
    /// Opens a file to be read by lines; one that does not fit is `too_long`. A named pipe that a
    /// root has in its place is empty, and a device that gives lines without end has one: neither
    /// holds anybody up.
    #[inline(never)] // it stands in every loop over lines
    pub(super) fn open(path: &CStr, too_long: Trouble) -> Result<Self, Trouble> {
        let source = file::open(path, Mode::ReadNow).map_err(plain)?;
        let (buffer, rest) = (Vec::new(), LINED_FILE_MAX);
        Ok(Self { source, buffer, given: 0, is_at_end: false, rest, too_long })
    }

    /// The next line, without its newline.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Trouble> {
        let given = self.given.min(self.buffer.len());
        self.buffer.copy_within(given.., 0);
        self.buffer.truncate(self.buffer.len().saturating_sub(given));
        self.given = 0;
        loop {
            let newline = self.buffer.iter().position(|byte| *byte == b'\n');
            if let Some(end) = newline.or(self.is_at_end.then_some(self.buffer.len())) {
                self.given = end.saturating_add(1).min(self.buffer.len());
                let is_over = self.is_at_end && self.buffer.is_empty();
                return Ok(if is_over { None } else { self.buffer.get(..end) });
            }
            self.fill()?;
        }
    }

    /// Reads more; a line that does not fit is a fault, not half a line.
    fn fill(&mut self) -> Result<(), Trouble> {
        let mut chunk = [0u8; 512];
        let room = self.buffer.capacity().saturating_sub(self.buffer.len()).min(chunk.len());
        let place = chunk.get_mut(..room).unwrap_or_default();
        if place.is_empty() {
            return Err(self.too_long);
        }
        let len = file::read(&self.source, place).map_err(plain)?;
        self.is_at_end = len == 0;
        self.rest = self.rest.checked_sub(len).ok_or(self.too_long)?;
        let read = place.get(..len).unwrap_or_default();
        self.buffer.extend_from_slice(read).map_err(|_| self.too_long)
    }
}
