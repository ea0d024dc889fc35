//! A program that does for us what we cannot: it is started, and waited for.

use core::ffi::CStr;

use super::child;
use super::trouble::{Trouble, plain};
use crate::model::{End, Errno, Signal, SignalSet, Why, code};
use crate::sys::process::{self, Child};
use crate::sys::signal::{self, Change, Disposition};
use crate::sys::start::{PointerList, Pointers};

/// Runs `program` with these words, its name first, and an empty environment. What it has to say it
/// says by itself, where we would. Its signals are as a program finds them that nobody prepared.
///
/// # Errors
/// Why it could not be executed; [`Why::Tool`] when it did not end with success.
#[inline(never)] // once, and not for each program
pub(super) fn run(program: &CStr, list: &Pointers<'_>) -> Result<(), Trouble> {
    let child = start(program, list, &mut || Ok(()))?;
    match child::wait_for(&child) {
        Some(End::Exited(0)) => Ok(()),
        Some(End::Exited(_) | End::Signaled(_)) | None => Err((Errno::EIO, Why::Tool)),
    }
}

/// The same for one that goes on: it is not waited for. `prepare` is done in its process before.
///
/// # Errors
/// Why it could not be prepared or executed.
pub(super) fn start(
    program: &CStr,
    list: &Pointers<'_>,
    prepare: &mut dyn FnMut() -> Result<(), Errno>,
) -> Result<Child, Trouble> {
    let mut none: PointerList<'_, 1> = PointerList::new();
    let env = none.finish();
    let mut trouble = None;
    let mut errand = || {
        // Neither can fail with these arguments.
        let _ = signal::set_disposition(Signal::CHLD, Disposition::Default);
        let _ = signal::change_mask(Change::Set, SignalSet::EMPTY);
        let prepared = prepare();
        trouble = prepared.err().or_else(|| Some(process::execute(program, list, &env)));
        code::NOT_EXECUTABLE
    };
    let child = process::spawn(&mut errand).map_err(plain)?;
    match trouble {
        None => Ok(child),
        Some(errno) => {
            let _ = child::wait_for(&child); // it has the code that we gave it
            Err(plain(errno))
        }
    }
}

/// A list of words for these, which holds them all.
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
