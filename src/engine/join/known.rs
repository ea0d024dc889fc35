//! Who we are in a user namespace that somebody else made.
//!
//! An id that it does not map is shown as 65534 (/proc/sys/kernel/overflowuid), which is also what
//! nobody has who is mapped. The map of the own namespace says the outer ids as its parent counts
//! them (user_namespaces(7)), which nearly always is where we come from.

use core::ffi::CStr;

use super::super::files::Lines;
use super::super::trouble::{Trouble, plain};
use crate::model::{Errno, IdMap, Why};
use crate::sys::ids;

/// The uid and gid of whoever has none.
const OVERFLOW_ID: u32 = 65_534;

/// Where the user namespace does not know our ids, which are these outside, we become its root. The
/// other groups we leave, unless it denies that (user_namespaces(7), "setgroups").
pub(super) fn become_known(uid: u32, gid: u32) -> Result<(), Trouble> {
    let (shown_uid, shown_gid) = (ids::uid().map_err(plain)?, ids::gid().map_err(plain)?);
    if is_mapped(c"/proc/self/uid_map", shown_uid, uid)?
        && is_mapped(c"/proc/self/gid_map", shown_gid, gid)?
    {
        return Ok(());
    }
    match ids::set_groups(&[]) {
        Ok(()) | Err(Errno::EPERM) => {}
        Err(errno) => return Err(plain(errno)),
    }
    ids::set_gid(0).map_err(plain)?;
    ids::set_uid(0).map_err(plain)
}

/// Whether the id that is shown is mapped, and is `outside` in the namespace above.
#[inline(never)] // its buffer would lie in the frame of every step
fn is_mapped(map: &CStr, shown: u32, outside: u32) -> Result<bool, Trouble> {
    if shown != OVERFLOW_ID {
        return Ok(true);
    }
    let mut lines = Lines::open(map, (Errno::EIO, Why::ReadBack))?;
    while let Some(line) = lines.next()? {
        let line = IdMap::parse(line).ok();
        if line.and_then(|line| line.inside_of(outside)) == Some(shown) {
            return Ok(true);
        }
    }
    Ok(false)
}
