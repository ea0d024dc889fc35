//! A root file system to go on with: found, mounted beside the initramfs, and entered.
//!
//! What is done is what switch_root(8) does: the kernel's first root cannot be pivoted away, so the
//! new one is moved over it, and what was in it is removed, for that is memory
//! (Documentation/filesystems/ramfs-rootfs-initramfs.rst). The kernel's own file systems go along.

mod device;
mod empty;

use core::ffi::CStr;

use crate::engine::files::Lines;
use crate::engine::trouble::{Trouble, plain};
use crate::limits::ROOT_WAIT_S;
use crate::model::{Errno, RootSource, Span, Why};
use crate::spec::SwitchRoot;
use crate::sys::beneath::{self, Links};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, mount, tree};
use crate::text::{Buffer, Sink};

/// Where the new root is until it is the root.
const PLACE: &CStr = c"/sysroot";
/// Where what is written to it goes, when that is memory, and where both are one.
const WRITES: &CStr = c"/sysroot-writes";
const BOTH: &CStr = c"/sysroot-both";

/// What goes along. Programs run without /run and /tmp, and nothing of ours without the others.
const MOVED: [(&CStr, &CStr, bool); 5] = [
    (c"/dev", c"dev", true),
    (c"/proc", c"proc", true),
    (c"/sys", c"sys", true),
    (c"/run", c"run", false),
    (c"/tmp", c"tmp", false),
];

/// Finds the file system and mounts it; its device is waited for.
#[inline(never)] // its buffers would lie in the frame of every act
pub(super) fn mount(root: &SwitchRoot<'_>, source: RootSource<'_>) -> Result<(), Trouble> {
    let wait = root.wait.map_or(Span::from_s(ROOT_WAIT_S), |said| said.value);
    let mut path = device::find(source, wait)?;
    let path = path.path().ok_or(plain(Errno::ENAMETOOLONG))?;
    file::make_directory(PLACE).or_else(there).map_err(plain)?;
    let is_volatile = root.is_volatile.is_some_and(|said| said.value);
    let is_writable = !is_volatile && root.is_writable.is_some_and(|said| said.value);
    let options = root.options.map_or(c"", |said| said.value);
    let try_kind = |kind: &[u8]| {
        let mut name = Buffer::<40>::new();
        name.put(kind);
        let kind = name.path().ok_or(Errno::ENAMETOOLONG)?;
        mount::mount_root(path, PLACE, kind, is_writable, options)
    };
    match root.kind {
        Some(said) => named(said.value.to_bytes(), try_kind),
        None => known(try_kind),
    }
}

/// A directory that is there is as good as one that was made.
const fn there(errno: Errno) -> Result<(), Errno> {
    match errno {
        Errno::EEXIST => Ok(()),
        errno => Err(errno),
    }
}

/// Tries the types that were named. What the last of them met is told.
fn named(kinds: &[u8], try_kind: impl Fn(&[u8]) -> Result<(), Errno>) -> Result<(), Trouble> {
    let mut result = Err(plain(Errno::EINVAL));
    for kind in kinds.split(|byte| *byte == b',') {
        result = try_kind(kind).map_err(plain);
        if !matches!(result, Err((Errno::EINVAL | Errno::ENODEV, _))) {
            return result;
        }
    }
    result
}

/// Tries each type that the kernel has for devices, as the kernel does for its own root
/// (init/do_mounts.c, `mount_root_generic`; proc_filesystems(5)).
fn known(try_kind: impl Fn(&[u8]) -> Result<(), Errno>) -> Result<(), Trouble> {
    let mut lines = Lines::open(c"/proc/filesystems", plain(Errno::E2BIG))?;
    while let Some(line) = lines.next()? {
        let Some(kind) = line.strip_prefix(b"\t") else { continue }; // not of a device
        match try_kind(kind) {
            Err(Errno::EINVAL) => {}
            other => return other.map_err(plain),
        }
    }
    Err((Errno::EINVAL, Why::NoFileSystem))
}

/// Lays memory over the root that was mounted. An overlay keeps what it is made of, so that both
/// parts need no place any more (fs/overlayfs/super.c, `clone_private_mount`).
pub(super) fn cover() -> Result<(), Trouble> {
    for place in [WRITES, BOTH] {
        file::make_directory(place).or_else(there).map_err(plain)?;
    }
    mount::mount_kernel(c"tmpfs", WRITES, false, false, c"mode=0755").map_err(plain)?;
    for place in [c"/sysroot-writes/upper", c"/sysroot-writes/work"] {
        file::make_directory(place).map_err(plain)?;
    }
    let options = c"lowerdir=/sysroot,upperdir=/sysroot-writes/upper,workdir=/sysroot-writes/work";
    mount::mount_root(c"overlay", BOTH, c"overlay", true, options).map_err(plain)?;
    mount::detach(WRITES).and_then(|()| mount::detach(PLACE)).map_err(plain)?;
    let place = file::open(PLACE, Mode::Directory).map_err(plain)?;
    tree::move_to(BOTH, &place).map_err(plain)
}

/// Goes on in the new root.
pub(super) fn enter() -> Result<(), Trouble> {
    let old = file::open(c"/", Mode::Directory).map_err(plain)?;
    let new = file::open(PLACE, Mode::Directory).map_err(plain)?;
    for (path, name, is_needed) in MOVED {
        if !mount::is_mount_point(path) {
            continue;
        }
        match take_along(path, name, &new) {
            Ok(()) => {}
            Err(errno) if is_needed => return Err((errno, Why::NoPlaceInRoot)),
            // Nobody would see it any more, so nobody is to keep its memory.
            Err(_) => mount::detach(path).map_err(plain)?,
        }
    }
    beneath::stand_in(&new).map_err(plain)?;
    tree::move_to(c".", &old).map_err(plain)?;
    mount::make_root().map_err(plain)?;
    beneath::stand_in(&new).map_err(plain)?;
    empty::empty(old);
    Ok(())
}

/// Moves a mount to the place of the same name in the new root, which is made when it is missing.
/// Links lead to where they would if that were the root already.
fn take_along(path: &CStr, name: &CStr, new: &Fd) -> Result<(), Errno> {
    let _ = beneath::make_directory(new, name, 0o755); // it may be there, or cannot be made
    tree::move_to(path, &beneath::find(new, name, Links::Within)?)
}
