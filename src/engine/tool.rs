//! A program that does for us what we cannot: it is started, and waited for.

use core::ffi::CStr;

use super::child;
use super::trouble::{Trouble, plain};
use crate::model::{End, Errno, Signal, SignalSet, Why, code};
use crate::sys::fd::redirect;
use crate::sys::signal::{self, Change, Disposition};
use crate::sys::start::{PointerList, Pointers};
use crate::sys::{Fd, process};

/// Runs `program` with these words, its name first, and an empty environment. What it has to say it
/// says by itself, where we would, and what it prints goes to `output`. Its signals are as a
/// program finds them that nobody prepared.
///
/// # Errors
/// Why it could not be executed; [`Why::Tool`] when it did not end with success.
#[inline(never)] // once, and not for each program
pub(super) fn run(program: &CStr, list: &Pointers<'_>, output: Option<&Fd>) -> Result<(), Trouble> {
    let mut none: PointerList<'_, 1> = PointerList::new();
    let env = none.finish();
    let mut trouble = None;
    let mut errand = || {
        // Neither can fail with these arguments.
        let _ = signal::set_disposition(Signal::CHLD, Disposition::Default);
        let _ = signal::change_mask(Change::Set, SignalSet::EMPTY);
        trouble = match output.map_or(Ok(()), |output| redirect(output, 1)) {
            Ok(()) => Some(process::execute(program, list, &env)),
            Err(errno) => Some(errno),
        };
        code::NOT_EXECUTABLE
    };
    let child = process::spawn(&mut errand).map_err(plain)?;
    match (child::sleep_for(&child), trouble) {
        (_, Some(errno)) => Err(plain(errno)),
        (Some(End::Exited(0)), None) => Ok(()),
        (_, None) => Err((Errno::EIO, Why::Tool)),
    }
}

/// A list of words for [`run`], which holds them all.
///
/// # Errors
/// E2BIG.
pub(super) fn listed<'w, const N: usize>(
    words: impl Iterator<Item = &'w CStr>,
) -> Result<PointerList<'w, N>, Trouble> {
    let mut list = PointerList::new();
    for word in words {
        if !list.push(word) {
            return Err(plain(Errno::E2BIG));
        }
    }
    Ok(list)
}
