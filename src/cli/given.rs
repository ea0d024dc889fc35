//! Reads the words that descriptors give (`--args`), before anything else is read.

use heapless::Vec;

use super::printer::{Detail, Printer};
use super::read_file::read_descriptor;
use super::report::{self, Place};
use crate::limits::{GIVEN_LISTS_MAX, GIVEN_WORDS_MAX};
use crate::model::Errno;
use crate::spec::argv::{self, Given, Line};
use crate::spec::{Complaint, Complaints, Said, SpecFault};
use crate::sys::Fd;
use crate::sys::start::Start;
use crate::text::Words;

/// The memory of the words. Pages that are not touched cost nothing.
pub(super) struct Memory {
    lists: Vec<Given<'static>, GIVEN_LISTS_MAX>,
    /// One byte more: the last word may come without its NUL.
    bytes: [u8; GIVEN_WORDS_MAX + 1],
}

impl Memory {
    /// Nothing given yet.
    pub(super) const fn new() -> Self {
        Self { lists: Vec::new(), bytes: [0; GIVEN_WORDS_MAX + 1] }
    }
}

/// A line with all that descriptors give to it. `None` when one of them cannot be read: then that
/// was said.
pub(super) fn read(
    scope: &'static str,
    line: Line<'static>,
    start: &Start,
    memory: &'static mut Memory,
) -> Option<Line<'static>> {
    match argv::given(line).next().is_some() {
        true => read_all_given(scope, line, start, memory),
        false => Some(line),
    }
}

#[inline(never)] // of few starts
fn read_all_given(
    scope: &'static str,
    line: Line<'static>,
    start: &Start,
    memory: &'static mut Memory,
) -> Option<Line<'static>> {
    let mut printer = Printer::new(scope, None, Detail::Some);
    let Memory { lists, bytes } = memory;
    let mut free = bytes.as_mut_slice();
    for Said { value: number, origin } in argv::given(line) {
        let room = core::mem::take(&mut free);
        let read = read_one(number, start, room);
        let too_many = |what, max| {
            let complaint = Complaint::TooMany(what, max);
            SpecFault { origin, said: b"--args", complaint }
        };
        let len = match read {
            Ok(len) => len,
            Err(Errno::E2BIG) => {
                printer.add(too_many("bytes from descriptors", GIVEN_WORDS_MAX));
                return None;
            }
            Err(errno) => {
                report::unreadable_descriptor(Place::new(scope, None, origin), number, errno);
                return None;
            }
        };
        let (own, rest) = room.split_at_mut_checked(len)?;
        free = rest;
        if lists.push(Given { number, words: Words::new(own) }).is_err() {
            printer.add(too_many("descriptors of words", GIVEN_LISTS_MAX));
            return None;
        }
    }
    Some(Line { given: lists, ..line })
}

/// Reads one to its end and closes it; gives how many bytes its words have, the last NUL included.
fn read_one(number: u16, start: &Start, room: &mut [u8]) -> Result<usize, Errno> {
    let source = Fd::taken(i32::from(number));
    let len = read_descriptor(&source, start.mask, room)?.len();
    // What is left of the room begins with the NUL that the last word may lack.
    let is_ended = len.checked_sub(1).is_none_or(|last| room.get(last) == Some(&0));
    Ok(if is_ended { len } else { len.saturating_add(1) })
}
