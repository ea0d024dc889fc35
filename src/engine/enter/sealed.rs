//! Nothing of ours is what somebody inside could write to.
//!
//! A process of ours that joins is seen inside, and its program by `/proc/PID/exe`: who is root
//! there and of the machine could open that, and write to it when nobody executes it any more
//! (CVE-2019-5736). So what joins is a copy in memory that nobody can change.

use crate::limits::{ENTER_WORDS_MAX, PATH_MAX};
use crate::model::Errno;
use crate::sys::file::{self, Mode};
use crate::sys::signal::{self, Change};
use crate::sys::start::{PointerList, Start};
use crate::sys::{Fd, memfd, process};
use crate::text::{Buffer, put};

/// Words for a copy of ourselves.
pub type List<'a> = PointerList<'a, { ENTER_WORDS_MAX }>;

/// Becomes a copy of ourselves with these words. It comes back only with an error.
pub fn become_copy(words: &mut List<'_>, start: &Start) -> Errno {
    let copy = match copy() {
        Ok(copy) => copy,
        Err(errno) => return errno,
    };
    let mut path = Buffer::<32>::new();
    put!(&mut path, "/proc/self/fd/", copy.number());
    let Some(path) = path.path() else { return Errno::ENAMETOOLONG };
    let _ = signal::change_mask(Change::Set, start.mask); // it cannot fail with these arguments
    process::execute(path, &words.finish(), &start.env_pointers())
}

/// How often a seal is tried, each time for as long as the kernel waits.
const TRIES: u32 = 20;

/// From now on a file in memory stays as it is. The kernel moves and counts pages of it at times,
/// and says EBUSY when it still does after 75 ms (mm/memfd.c, `memfd_wait_for_pins`).
///
/// # Errors
/// Those of [`memfd::seal`].
pub(super) fn seal(file: &Fd) -> Result<(), Errno> {
    let mut tries = (0..TRIES).map(|_| memfd::seal(file));
    tries.find(|tried| *tried != Err(Errno::EBUSY)).unwrap_or(Err(Errno::EBUSY))
}

/// Ourselves as a file in memory.
#[inline(never)] // its buffer would lie in the frame of the verb
fn copy() -> Result<Fd, Errno> {
    let own = file::open(c"/proc/self/exe", Mode::Read)?;
    if memfd::is_sealed(&own) {
        return Ok(own);
    }
    let copy = memfd::create_program(c"nsinit")?;
    let mut buffer = [0u8; 4 * PATH_MAX];
    loop {
        let mut rest = match file::read(&own, &mut buffer)? {
            0 => break,
            len => buffer.get(..len).unwrap_or_default(),
        };
        while !rest.is_empty() {
            let len = file::write(&copy, rest)?;
            rest = rest.get(len..).unwrap_or_default();
        }
    }
    seal(&copy)?;
    // A file that somebody may write is not executed (ETXTBSY).
    let mut path = Buffer::<32>::new();
    put!(&mut path, "/proc/self/fd/", copy.number());
    file::open(path.path().ok_or(Errno::ENAMETOOLONG)?, Mode::Read)
}
