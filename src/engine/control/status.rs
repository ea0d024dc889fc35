//! What happens, told to a program at a descriptor that it gave us (bwrap(1), `--json-status-fd`).
//!
//! The launcher tells who PID 1 is, because it alone knows that by a number that means something
//! outside, and at last the exit code; PID 1 tells what happens between (`cli/report`).

use super::super::hands::Hands;
use super::super::trouble::{Trouble, plain};
use crate::model::{Errno, Namespace, NamespaceSet};
use crate::sys::fd::close_at_exec;
use crate::sys::{Fd, file, place, stat};
use crate::text::{Buffer, put};

/// The descriptor stays, for us alone.
pub(super) fn hold(number: u16, hands: &mut Hands) -> Result<(), Trouble> {
    close_at_exec(&Fd::inherited(i32::from(number))).map_err(plain)?;
    hands.status = Some(i32::from(number));
    Ok(())
}

/// Tells who PID 1 is, and which namespaces were made with it.
#[inline(never)] // its buffers would lie in the frame of every step
pub(super) fn tell_child(number: u16, kinds: NamespaceSet, hands: &Hands) -> Result<(), Trouble> {
    let init = hands.init.as_ref().ok_or(plain(Errno::ESRCH))?;
    let mut line = Buffer::<512>::new();
    put!(&mut line, "{\"child-pid\":", init.pid);
    for kind in kinds.kinds().filter(|kind| *kind != Namespace::User) {
        let mut path = Buffer::<64>::new();
        put!(&mut path, "/proc/", init.pid, "/ns/", kind.name());
        let path = path.path().ok_or(plain(Errno::ENAMETOOLONG))?;
        let own = stat::identity(&place::here(), path).map_err(plain)?;
        put!(&mut line, ",\"", kind.name(), "-namespace\":", own.inode);
    }
    put!(&mut line, "}\n");
    let line = line.text().ok_or(plain(Errno::E2BIG))?;
    match file::write_now(&Fd::inherited(i32::from(number)), line) {
        Ok(_) => Ok(()),
        Err(errno) => Err(plain(errno)),
    }
}
