//! The place of something in the new root: found, or made, part by part.
//!
//! Our root is the new one by then, and we stand at it. Each look-up is held inside by openat2(2),
//! each part is made by its name in a directory that is open. A symbolic link that leads nowhere is
//! not filled with something.

use core::ffi::CStr;

use heapless::Vec;

use crate::engine::trouble::{Trouble, plain};
use crate::limits::{PATH_MAX, RESOLVE_TRIES};
use crate::model::{Errno, Why};
use crate::sys::Fd;
use crate::sys::beneath::{self, Links, here};

/// The mode of directories that are made on the way.
const WAY_MODE: u32 = 0o755;

/// What is made where nothing is.
#[derive(Clone, Copy)]
pub(super) enum Make {
    /// A directory of this mode.
    Directory(u32),
    /// An empty file.
    File,
}

/// Where a path leads inside. A part that is moved meanwhile makes the kernel give up (openat(2),
/// EAGAIN), so it is looked up again.
pub(super) fn find(path: &CStr, links: Links) -> Result<Fd, Errno> {
    find_below(&here(), path, links)
}

/// The same with another directory as the root.
pub(super) fn find_below(root: &Fd, path: &CStr, links: Links) -> Result<Fd, Errno> {
    let mut found = Err(Errno::EAGAIN);
    for _ in 0..RESOLVE_TRIES {
        found = beneath::find(root, path, links);
        if !matches!(found, Err(Errno::EAGAIN)) {
            break;
        }
    }
    found
}

/// Where something is mounted; made when missing. The root itself is no place: what is mounted over
/// it would not be the root.
pub(super) fn spot(path: &CStr, make: &dyn Fn() -> Result<Make, Trouble>) -> Result<Fd, Trouble> {
    let has_up = path.to_bytes().split(|byte| *byte == b'/').any(|part| part == b"..");
    let found = match find(path, Links::None) {
        Ok(found) if !has_up => return Ok(found),
        Ok(found) => found,
        Err(Errno::ENOENT) => return made(path, make),
        Err(Errno::ELOOP) => match find(path, Links::Within) {
            Err(Errno::ENOENT) => return made(path, make),
            other => other.map_err(plain)?,
        },
        Err(errno) => return Err(plain(errno)),
    };
    let root = find(c"/", Links::None).map_err(plain)?;
    let (one, other) = (beneath::status(&found), beneath::status(&root));
    match one.map_err(plain)?.identity == other.map_err(plain)?.identity {
        true => Err((Errno::ELOOP, Why::LeadsToRoot)),
        false => Ok(found),
    }
}

/// A place that was just made is no other's, and not the root.
fn made(path: &CStr, make: &dyn Fn() -> Result<Make, Trouble>) -> Result<Fd, Trouble> {
    make_at(path, make()?)?;
    find(path, Links::Within).map_err(plain)
}

/// As [`spot`], where a symbolic link on the way is refused: what is looked for at /proc and /sys
/// must be there.
pub(super) fn plain_spot(
    path: &CStr,
    make: &dyn Fn() -> Result<Make, Trouble>,
) -> Result<Fd, Trouble> {
    match find(path, Links::None) {
        Err(Errno::ELOOP) => Err((Errno::ELOOP, Why::LinkInTheWay)),
        Err(Errno::ENOENT) => {
            make_at(path, make()?)?;
            find(path, Links::None).map_err(plain)
        }
        other => other.map_err(plain),
    }
}

/// Makes what is missing of a path.
pub(super) fn make_at(path: &CStr, make: Make) -> Result<(), Trouble> {
    with_parent(path, &|parent, name| {
        let made = match make {
            Make::Directory(mode) => beneath::make_directory(parent, name, mode),
            Make::File => beneath::make_file(parent, name, 0o644),
        };
        made.map_err(of_making)
    })
}

/// A symbolic link that leads nowhere is in the way of what would be made at its end.
pub(super) fn of_making(errno: Errno) -> Trouble {
    match errno {
        Errno::EEXIST => (errno, Why::DanglingLink),
        errno => plain(errno),
    }
}

/// Does something with the last part of a path, in its parent; what is missing on the way is made.
#[inline(never)] // its path would lie in the frame of every step
pub(super) fn with_parent(
    path: &CStr,
    then: &dyn Fn(&Fd, &CStr) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut way: Vec<u8, PATH_MAX> = Vec::new();
    let mut parent = None;
    let mut last: &[u8] = b"";
    let parts = path.to_bytes().split(|byte| *byte == b'/');
    for part in parts.filter(|part| !matches!(*part, b"" | b".")) {
        if !last.is_empty() {
            let start = way.len();
            parent = Some(enter(&mut way, start, last, parent.as_ref())?);
        }
        last = part;
    }
    let mut name: Vec<u8, PATH_MAX> = Vec::new();
    let is_name = !matches!(last, b"" | b"..");
    for bytes in [last, b"\0"] {
        name.extend_from_slice(bytes).map_err(|_| plain(Errno::ENAMETOOLONG))?;
    }
    let name = CStr::from_bytes_with_nul(&name).unwrap_or_default();
    match (is_name, &parent) {
        (false, _) => Err(plain(Errno::EEXIST)),
        (true, Some(parent)) => then(parent, name),
        (true, None) => then(&here(), name),
    }
}

/// One directory further on the way.
fn enter(
    way: &mut Vec<u8, PATH_MAX>,
    start: usize,
    part: &[u8],
    parent: Option<&Fd>,
) -> Result<Fd, Trouble> {
    let too_long = plain(Errno::ENAMETOOLONG);
    for bytes in [b"/".as_slice(), part, b"\0"] {
        way.extend_from_slice(bytes).map_err(|_| too_long)?;
    }
    let path = CStr::from_bytes_with_nul(way).map_err(|_| too_long)?;
    let found = match find(path, Links::Within) {
        Err(Errno::ENOENT) => {
            let name = way.get(start.saturating_add(1)..).unwrap_or_default();
            let name = CStr::from_bytes_with_nul(name).map_err(|_| too_long)?;
            let made = match parent {
                Some(parent) => beneath::make_directory(parent, name, WAY_MODE),
                None => beneath::make_directory(&here(), name, WAY_MODE),
            };
            made.map_err(of_making)?;
            find(path, Links::Within)
        }
        other => other,
    };
    let _ = way.pop(); // the NUL
    found.map_err(plain)
}
