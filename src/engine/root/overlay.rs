//! Directories on top of each other: overlayfs (Documentation/filesystems/overlayfs.rst).
//!
//! Its directories are named by descriptors of ours in /proc, so that no path has to be quoted and
//! none is looked up twice. What is written in memory goes to a tmpfs of its own; before Linux 6.15
//! only what is mounted can be a directory of an overlay (fs/namespace.c, `clone_private_mount`),
//! so there it is put over the outer root, which goes soon.

use core::ffi::CStr;

use heapless::Vec;

use super::held::Held;
use super::open::new;
use crate::engine::trouble::{Trouble, plain};
use crate::limits::LAYERS_MAX;
use crate::model::{Attributes, Errno, Mount, MountType, Upper};
use crate::sys::beneath::{self, here};
use crate::sys::{Fd, tree};
use crate::text::{Buffer, put};

/// Bytes of the list of directories: `/proc/self/fd/N:` for each.
const LIST_BYTES: usize = 24 * LAYERS_MAX;

/// The directories for what is written: the one itself, and the one for the kernel's work.
struct Written {
    upper: Fd,
    work: Fd,
}

/// An overlay that is mounted nowhere as yet.
#[inline(never)] // its lists would lie in the frame of every step
pub(super) fn open(
    mount: &Mount<'_>,
    lower: &[&CStr],
    is_users: bool,
    held: &mut Held,
) -> Result<Fd, Trouble> {
    let mut layers: Vec<Fd, LAYERS_MAX> = Vec::new();
    for path in lower {
        let layer = beneath::directory(&here(), path).map_err(plain)?;
        layers.push(layer).map_err(|_| plain(Errno::E2BIG))?;
    }
    let mut memory = None;
    let written = match mount.upper {
        Upper::None => None,
        Upper::Memory => {
            let size = Mount { size: mount.size, inodes: mount.inodes, ..*mount };
            let tmpfs = Mount { kind: MountType::Tmpfs, mode: None, ..size };
            let tmpfs = new(&tmpfs, held)?;
            let written = below(&tmpfs)?;
            memory = Some(tmpfs);
            Some(written)
        }
        Upper::Below(path) => Some(below(&beneath::directory(&here(), path).map_err(plain)?)?),
        Upper::Directories { upper, work } => Some(Written {
            upper: beneath::directory(&here(), upper).map_err(plain)?,
            work: beneath::directory(&here(), work).map_err(plain)?,
        }),
    };
    let attempt = || make(mount, &layers, written.as_ref(), is_users);
    match (attempt(), memory) {
        (Err(Errno::EINVAL), Some(tmpfs)) => {
            tree::put_at(&tmpfs, &here(), c"/").map_err(plain)?;
            held.covers = held.covers.saturating_add(1);
            attempt().map_err(plain)
        }
        (result, _) => result.map_err(plain),
    }
}

/// Both directories in one; those that are there are taken.
fn below(directory: &Fd) -> Result<Written, Trouble> {
    for name in [c"upper", c"work"] {
        match beneath::make_directory(directory, name, 0o755) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(plain(errno)),
        }
    }
    Ok(Written {
        upper: beneath::directory(directory, c"upper").map_err(plain)?,
        work: beneath::directory(directory, c"work").map_err(plain)?,
    })
}

/// Configures it and mounts it.
fn make(
    mount: &Mount<'_>,
    layers: &[Fd],
    written: Option<&Written>,
    is_users: bool,
) -> Result<Fd, Errno> {
    let kind = tree::open_kind(c"overlay")?;
    let mut list = Buffer::<LIST_BYTES>::new();
    // The kernel names the top first.
    for (index, layer) in layers.iter().rev().enumerate() {
        put!(&mut list, if index == 0 { "" } else { ":" }, "/proc/self/fd/", layer.number());
    }
    tree::set_string(&kind, c"lowerdir", list.path().unwrap_or_default())?;
    if let Some(Written { upper, work }) = written {
        for (key, directory) in [(c"upperdir", upper), (c"workdir", work)] {
            let mut path = Buffer::<32>::new();
            put!(&mut path, "/proc/self/fd/", directory.number());
            tree::set_string(&kind, key, path.path().unwrap_or_default())?;
        }
    }
    if is_users {
        tree::set_flag(&kind, c"userxattr")?;
    }
    let is_read_only = mount.is_read_only || written.is_none();
    tree::mount(&kind, mount.attributes().and_if(is_read_only, Attributes::READ_ONLY))
}
