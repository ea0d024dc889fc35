//! Runs nothing: holds namespaces, lets the kernel reap orphans, and waits to be asked to end.
//!
//! Nothing wakes us while nobody asks. INT and TERM were blocked by the first instruction, so none
//! that came before we waited is lost.

use core::mem::ManuallyDrop;

use super::hands::Hands;
use super::sandbox::close_inherited;
use crate::model::{Errno, Signal, SignalSet};
use crate::sys::signal::{self, Change, Disposition};
use crate::sys::start::Start;
use crate::sys::wait::{self, Source};
use crate::sys::{ids, process};

/// What a sleeper does with the signals that do not ask it to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asleep {
    /// They do what they do by default, which for PID 1 is nothing.
    Lightly,
    /// Nothing; and orphans come to us where we are not PID 1.
    Soundly,
}

/// Waits for INT or TERM and gives which it was.
///
/// # Errors
/// EMFILE and its like; nothing was waited for then.
pub fn pause(how: Asleep, start: &Start) -> Result<Signal, Errno> {
    let mut hands = ManuallyDrop::new(Hands::default()); // nothing is in them
    let ends = SignalSet::EMPTY.with(Signal::INT).with(Signal::TERM);
    // Without a zombie there is nobody to wait for; it holds on every kernel.
    let _ = signal::set_disposition(Signal::CHLD, Disposition::NoChildWait)?; // not inherited
    // Whoever holds namespaces holds neither pipes nor mounts.
    let _ = close_inherited(&mut hands); // what stays open does little harm
    let _ = ids::change_directory(c"/"); // it may be closed to us
    match how {
        Asleep::Soundly if process::pid() != 1 => process::become_subreaper()?,
        Asleep::Soundly => {}
        Asleep::Lightly => {
            let mask = SignalSet::from_bits(start.mask.bits() | ends.bits());
            signal::change_mask(Change::Set, mask)?;
        }
    }
    let signals = signal::open_signalfd(ends)?;
    loop {
        let mut sources = [Source::of(Some(&signals))];
        let _ = wait::poll(&mut sources, None); // an interruption is one more round
        if let Some(received) = signal::receive(&signals)? {
            return Ok(received.signal);
        }
    }
}
