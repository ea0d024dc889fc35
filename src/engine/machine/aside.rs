//! What may never come back is done by a child, on the way down.
//!
//! sync(2), umount2(2) and swapoff(2) wait for disks and servers, and nothing ends that: not a
//! signal, where the disk does not answer or the server of an NFS is gone (nfs(5), `hard`). The
//! machine goes down all the same, and its exit status out of it. A disk that is slow has all the
//! time that it takes: a child is given up when the kernel reads and writes nothing any more.

use core::ffi::CStr;

use super::kernel::counted;
use super::notes::Notes;
use super::port;
use crate::model::{NamespaceSet, Span};
use crate::sys::Fd;
use crate::sys::process::{self, Side};
use crate::sys::wait::{self, Source};
use crate::text::{Buffer, Quoted, put};

/// How long is waited between two looks, and for how many of them nothing may move. A disk has half
/// a minute to answer before its driver begins anew (drivers/scsi/sd.h, SD_TIMEOUT). Who comes
/// after one that was given up waits for the same disk, most likely.
const LOOK: Span = Span::from_s(10);
const LOOKS_MAX: u8 = 4;
const LOOKS_LATER: u8 = 1;

/// Has a child do it; whether it came back and succeeded. That it did not come back is told.
#[inline(never)] // its buffers would lie in the frame of every end
pub(super) fn aside(
    what: &str,
    target: Option<&CStr>,
    notes: &mut Notes,
    errand: &mut dyn FnMut() -> bool,
) -> bool {
    let child = match process::clone_into(NamespaceSet::default()) {
        Ok(Side::Parent(child)) => child,
        Ok(Side::Child) => process::exit(u8::from(!errand())),
        Err(_) => return errand(), // what it does counts more than that it ends
    };
    let (mut before, mut looks) = (moved(), 0);
    let looks_max = if notes.has_hung { LOOKS_LATER } else { LOOKS_MAX };
    while looks < looks_max {
        match wait::reap(child.pid) {
            Ok(None) => {}
            Ok(Some((_, end))) => return end.is_success(),
            Err(_) => return false, // nobody else reaps
        }
        if wait::poll(&mut [Source::of(child.pidfd.as_ref())], Some(LOOK)) != Ok(0) {
            continue;
        }
        if let Some(watchdog) = &notes.watchdog {
            watchdog.feed_now();
        }
        let now = moved();
        looks = if now == before { looks.saturating_add(1) } else { 0 };
        before = now;
    }
    notes.has_hung = true;
    let mut line = Buffer::<512>::new();
    put!(&mut line, "init: ", what);
    if let Some(target) = target {
        put!(&mut line, " ", Quoted(target.to_bytes()));
    }
    put!(&mut line, " hangs: nothing is read or written any more, going on without it\n");
    let _ = port::write(&Fd::inherited(2), line.text().unwrap_or_default()); // nobody else to tell
    false
}

/// What was read and written so far, by all disks and, by way of pages, all else.
fn moved() -> u64 {
    counted(&["nr_written", "pgpgin", "pgpgout"])
}
