//! Descriptors that we were given and need no more: all are closed but those that are kept.
//!
//! By close_range(2); before Linux 5.9, and behind a filter that hides it, one by one, as
//! /proc/self/fd lists them.

use crate::model::Errno;
use crate::sys::fd::{close_between, close_number};
use crate::sys::file::{self, Mode};
use crate::text::units;

/// Closes what is open from `first` up, but what is kept, in whatever order these numbers come.
#[inline] // each has its own list
pub(super) fn close_others<I: Iterator<Item = u32>>(
    first: u32,
    kept: impl Fn() -> I,
) -> Result<(), Errno> {
    let next = |from: u32| kept().filter(|number| *number >= from).min();
    let mut from = first;
    while let Some(number) = next(from) {
        if from < number
            && let Err(errno) = close_between(from, number.saturating_sub(1))
        {
            return close_listed(errno, first, &next);
        }
        from = number.saturating_add(1);
    }
    close_between(from, u32::MAX).or_else(|errno| close_listed(errno, first, &next))
}

/// The same one by one, where it was no other error that came of it.
#[cold]
#[inline(never)] // its buffer would lie in the frame of every step
fn close_listed(errno: Errno, first: u32, next: &dyn Fn(u32) -> Option<u32>) -> Result<(), Errno> {
    if errno != Errno::ENOSYS {
        return Err(errno);
    }
    let directory = file::open(c"/proc/self/fd", Mode::Directory)?;
    let own = directory.number().unsigned_abs();
    let mut buffer = [0u8; 1024];
    loop {
        let entries = file::entries(&directory, &mut buffer)?;
        if entries.is_empty() {
            return Ok(());
        }
        for name in file::entry_names(entries) {
            let number = units::unsigned(name.to_bytes(), 1 << 30).ok();
            let number = number.and_then(|number| u32::try_from(number).ok());
            let is_other = |number: &u32| *number != own && next(*number) != Some(*number);
            if let Some(number) = number.filter(|number| *number >= first && is_other(number)) {
                let _ = close_number(number.cast_signed()); // gone already when it fails
            }
        }
    }
}
