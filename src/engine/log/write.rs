//! One log: lines out of whatever comes, into a file that never becomes larger than it may.

use core::ffi::CStr;

use heapless::Vec;

use super::super::pipe::Pipe;
use super::super::trouble::{Trouble, plain};
use crate::limits::{LOG_FRONT_MAX, LOG_LINE_MAX, LOG_WRITE_MAX};
use crate::model::{Errno, Log, Moment, Stamp, Why};
use crate::sys::{Fd, file, place};
use crate::text::{Buffer, Show, Sink as _, put};

/// The longest line with all that belongs to it.
const LINE: usize = LOG_FRONT_MAX + LOG_LINE_MAX + 1;

/// What is kept free in a file for the word that something was lost.
const RESERVE: usize = 160;

const _: () = assert!(2 * LINE <= LOG_WRITE_MAX, "a whole line fits behind another");

/// What a service writes, on its way to a file.
#[derive(Debug)]
pub(in super::super) struct Capture {
    pub pipe: Pipe,
    /// The directory of its files.
    pub directory: Fd,
    /// The file that is written; or why it could not be made anew.
    file: Result<Fd, Errno>,
    /// Its length.
    size: u64,
    /// Bytes of the line that has begun; 0 between two lines.
    column: usize,
    /// Bytes that could not be written, and were not told of in the file.
    lost: u64,
    /// Whether what the file ends with is no whole line.
    is_torn: bool,
}

impl Capture {
    /// Nothing has come yet; `is_torn` is said of a file that somebody else has begun.
    pub const fn new(pipe: Pipe, directory: Fd, file: Fd, size: u64, is_torn: bool) -> Self {
        let (column, lost) = (0, 0);
        Self { pipe, directory, file: Ok(file), size, column, lost, is_torn }
    }

    /// Whether a line has begun.
    pub const fn is_in_line(&self) -> bool {
        self.column > 0
    }

    /// What stays open for it.
    pub fn descriptors(&self) -> impl Iterator<Item = &Fd> {
        let pipe = [self.pipe.read.as_ref(), self.pipe.write.as_ref()];
        pipe.into_iter().chain([Some(&self.directory), self.file.as_ref().ok()]).flatten()
    }

    /// Takes a piece of what the service writes. Gives why it cannot be written, when that is news.
    pub fn take(
        &mut self,
        log: &Log<'_>,
        name: &dyn Show,
        text: &[u8],
        now: Moment,
    ) -> Option<Errno> {
        let mut front = Buffer::<LOG_FRONT_MAX>::new();
        put!(&mut front, Stamp(now), " ", name, ": ");
        let front = front.text().unwrap_or_default();
        let was_lost = self.lost > 0;
        if self.file.is_err() {
            self.open(log); // there may be room again
        }
        let mut trouble = None;
        let mut out: Vec<u8, LOG_WRITE_MAX> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if self.column == 0 {
                let is_full = self.is_full(log, out.len());
                if is_full || out.len().saturating_add(LINE) > out.capacity() {
                    trouble = self.write(&mut out, front).or(trouble);
                }
                if is_full {
                    self.turn_over(log);
                }
                if self.is_torn && self.lost == 0 && out.is_empty() {
                    let _ = out.push(b'\n'); // there is room for two lines
                }
                let _ = out.extend_from_slice(front); // as above
            }
            rest = self.take_line(rest, &mut out);
        }
        trouble = self.write(&mut out, front).or(trouble);
        trouble.filter(|_| !was_lost && self.lost > 0)
    }

    /// Takes what belongs to the line that has begun, and gives the rest. A line that is too long
    /// ends where it is.
    fn take_line<'t>(&mut self, text: &'t [u8], out: &mut Vec<u8, LOG_WRITE_MAX>) -> &'t [u8] {
        let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
        let len = end.min(LOG_LINE_MAX.saturating_sub(self.column));
        let (line, rest) = text.split_at_checked(len).unwrap_or((text, &[]));
        let _ = out.extend_from_slice(line); // as above
        self.column = self.column.saturating_add(len);
        let rest = match rest {
            [b'\n', rest @ ..] => rest,
            _ if self.column < LOG_LINE_MAX => return rest,
            _ => rest,
        };
        let _ = out.push(b'\n'); // as above
        self.column = 0;
        rest
    }

    /// Writes what is there, behind the word of what was lost before.
    fn write(&mut self, out: &mut Vec<u8, LOG_WRITE_MAX>, front: &[u8]) -> Option<Errno> {
        let all = core::mem::take(out);
        if all.is_empty() {
            return None;
        }
        let done = self.tell_lost(front).and_then(|()| self.put(&all));
        done.map_err(|(errno, lost)| {
            let lost = lost.min(all.len());
            self.lost = self.lost.saturating_add(lost as u64);
            errno
        })
        .err()
    }

    /// The file has the word of what was lost.
    fn tell_lost(&mut self, front: &[u8]) -> Result<(), (Errno, usize)> {
        if self.lost == 0 {
            return Ok(());
        }
        let mut line = Buffer::<RESERVE>::new();
        put!(&mut line, if self.is_torn { "\n" } else { "" });
        line.put(front);
        put!(&mut line, "(", self.lost, " bytes could not be written)\n");
        // Half of that line is as good as none of it.
        self.put(line.text().unwrap_or_default()).map_err(|(errno, _)| (errno, usize::MAX))?;
        self.lost = 0;
        Ok(())
    }

    /// One write; or why not, and how much of it is lost.
    fn put(&mut self, bytes: &[u8]) -> Result<(), (Errno, usize)> {
        let file = self.file.as_ref().map_err(|errno| (*errno, bytes.len()))?;
        let written = file::write(file, bytes).map_err(|errno| (errno, bytes.len()))?;
        self.size = self.size.saturating_add(written as u64);
        let last = written.checked_sub(1).and_then(|at| bytes.get(at));
        self.is_torn = last.map_or(self.is_torn, |byte| *byte != b'\n');
        match bytes.len().saturating_sub(written) {
            0 => Ok(()),
            lost => Err((Errno::ENOSPC, lost)), // what is left of the room was taken
        }
    }

    /// Whether the file has no room for a line behind so many bytes more.
    const fn is_full(&self, log: &Log<'_>, more: usize) -> bool {
        let line = (more + LINE + RESERVE) as u64;
        self.size.saturating_add(line) > log.max
    }

    /// The file is the first of the earlier ones, and a new one is written. Where it cannot be
    /// moved it goes, and where its directory is not ours to change it is emptied: a log must not
    /// grow.
    fn turn_over(&mut self, log: &Log<'_>) {
        for number in (1..log.keep).rev() {
            let (older, old) = (number_of(log, number.saturating_add(1)), number_of(log, number));
            let (from, to) = (name(&old), name(&older));
            let _ = place::rename(&self.directory, from, to); // there may be none yet
        }
        let (own, first) = (number_of(log, 0), number_of(log, 1));
        let moved = match log.keep {
            0 => Err(Errno::ENOENT),
            _ => place::rename(&self.directory, name(&own), name(&first)),
        };
        if moved.is_err() {
            let _ = place::remove(&self.directory, name(&own)); // it may be gone already
        }
        self.is_torn = false;
        self.open(log);
        if self.is_full(log, 0)
            && let Ok(file) = &self.file
        {
            match place::empty(file) {
                Ok(()) => self.size = 0,
                Err(errno) => self.file = Err(errno),
            }
        }
    }

    /// Opens the file that is written; what comes until that can be done is lost.
    fn open(&mut self, log: &Log<'_>) {
        let opened = open(&self.directory, name(&number_of(log, 0)));
        self.size = opened.as_ref().map_or(0, |(_, size)| *size);
        self.file = opened.map(|(file, _)| file).map_err(|(errno, _)| errno);
    }
}

/// Opens the file that is written, unless somebody has put something else there; and its length.
pub(super) fn open(directory: &Fd, name: &CStr) -> Result<(Fd, u64), Trouble> {
    let file = place::open_log(directory, name).map_err(plain)?;
    let state = place::state(&file).map_err(plain)?;
    match state.is_file() && state.links == 1 {
        true => Ok((file, state.size)),
        false => Err((Errno::EPERM, Why::NotOurs)),
    }
}

/// Whether a file of this size ends with what is no whole line: whoever wrote it got KILL.
pub(super) fn is_torn(directory: &Fd, name: &CStr, size: u64) -> bool {
    let Some(last) = size.checked_sub(1).and_then(|last| usize::try_from(last).ok()) else {
        return false;
    };
    let mut byte = [0u8];
    let read =
        place::open_file(directory, name).and_then(|own| file::read_at(&own, last, &mut byte));
    read == Ok(1) && byte != *b"\n" // who may not read it does not see
}

/// The name of one of the files: of the one that is written, or of an earlier one.
pub(in super::super) fn number_of(log: &Log<'_>, number: u8) -> Vec<u8, 260> {
    let mut text = Buffer::<260>::new();
    text.put(log.name());
    if number > 0 {
        put!(&mut text, ".", number);
    }
    put!(&mut text, "\0");
    Vec::from_slice(text.text().unwrap_or_default()).unwrap_or_default()
}

/// The same, as the kernel takes it.
pub(in super::super) fn name(bytes: &[u8]) -> &CStr {
    CStr::from_bytes_with_nul(bytes).unwrap_or_default()
}
