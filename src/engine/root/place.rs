//! What is put to its place inside, in the order that was asked for.

use core::ffi::CStr;

use super::attributes::{self, Wanted};
use super::held::Held;
use super::spot::{Make, find, make_at, plain_spot, spot, with_parent};
use super::{devices, mask, open};
use crate::engine::trouble::{Trouble, plain};
use crate::limits::PATH_MAX;
use crate::model::{Attributes, Errno, Mount, MountType, Source, Why};
use crate::plan::Slot;
use crate::sys::beneath::{self, Links, here};
use crate::sys::{Fd, tree};

/// Puts one thing to its place.
pub(super) fn place(
    mount: &Mount<'_>,
    slot: Slot,
    makes_devices: bool,
    held: &mut Held,
) -> Result<(), Trouble> {
    let path = mount.place();
    match mount.kind {
        MountType::Bind | MountType::Data | MountType::Overlay => match held.take(slot) {
            Some(fd) => bind(&fd, mount, held),
            None if mount.is_optional => Ok(()),
            None => Err(plain(Errno::EBADF)),
        },
        MountType::Proc | MountType::Sysfs => {
            let fd = held.take(slot).ok_or(plain(Errno::EBADF))?;
            put(&fd, &plain_spot(path, &directory)?)?;
            share(&fd, mount, held)?;
            held.kernels = Some(fd);
            Ok(())
        }
        MountType::Tmpfs | MountType::Devpts | MountType::Mqueue | MountType::Cgroup2 => {
            let place = spot(path, &directory)?;
            let fd = open::new(mount, held)?;
            put(&fd, &place)?;
            share(&fd, mount, held)
        }
        MountType::Dev => {
            let place = spot(path, &directory)?;
            devices::place(mount, &place, makes_devices, held)
        }
        MountType::Dir => make_directory(path, mount.mode.unwrap_or(0o755)),
        MountType::File => write(mount),
        MountType::Symlink => match mount.source {
            Source::Text(content) => link(content, path),
            Source::None | Source::Path(_) | Source::Descriptor(_) => Err(plain(Errno::EINVAL)),
        },
        MountType::Chmod => {
            let file = beneath::read(&here(), path).map_err(plain)?;
            beneath::change_mode(&file, u32::from(mount.mode.unwrap_or(0o755))).map_err(plain)
        }
        MountType::Remount => {
            let place = find(path, Links::Within).map_err(plain)?;
            let wanted = Wanted::alone(Attributes::READ_ONLY).sharing(mount.propagation);
            attributes::change(&place, wanted, held.own.as_ref()).map_err(plain)
        }
        MountType::Mask => match found(mount)? {
            Some(place) => mask::cover(&place, held),
            None => Ok(()),
        },
        MountType::Lock => match found(mount)? {
            Some(place) => {
                let copy = tree::copy(&place, c"").map_err(plain)?;
                let wanted = Wanted::alone(Attributes::READ_ONLY).sharing(mount.propagation);
                let put = |copy: &Fd| tree::put(copy, &place);
                attributes::put(&copy, wanted.and_below(), held.own.as_ref(), put).map_err(plain)
            }
            None => Ok(()),
        },
    }
}

/// What is there; `None` for one that is optional and not there.
fn found(mount: &Mount<'_>) -> Result<Option<Fd>, Trouble> {
    match find(mount.place(), Links::Within) {
        Err(Errno::ENOENT) if mount.is_optional => Ok(None),
        other => other.map(Some).map_err(plain),
    }
}

/// A mount without a source is put on a directory.
fn directory() -> Result<Make, Trouble> {
    Ok(Make::Directory(0o755))
}

fn put(fd: &Fd, place: &Fd) -> Result<(), Trouble> {
    tree::put(fd, place).map_err(plain)
}

/// The propagation of a file system of the kernel, where that waits for its place.
fn share(fd: &Fd, mount: &Mount<'_>, held: &Held) -> Result<(), Trouble> {
    let wanted = Wanted::alone(Attributes::NONE).sharing(mount.propagation);
    attributes::at_place(fd, wanted, held.own.as_ref()).map_err(plain)
}

/// A copy from outside: its place is of the same sort.
fn bind(fd: &Fd, mount: &Mount<'_>, held: &Held) -> Result<(), Trouble> {
    let make = || {
        let status = beneath::status(fd).map_err(plain)?;
        Ok(if status.is_directory() { Make::Directory(0o755) } else { Make::File })
    };
    put(fd, &spot(mount.place(), &make)?)?;
    attributes::at_place(fd, Wanted::of(mount), held.own.as_ref()).map_err(plain)
}

/// A directory that is there is left as it is.
fn make_directory(path: &CStr, mode: u16) -> Result<(), Trouble> {
    match find(path, Links::Within) {
        Ok(found) => match beneath::status(&found).map_err(plain)?.is_directory() {
            true => Ok(()),
            false => Err(plain(Errno::ENOTDIR)),
        },
        Err(Errno::ENOENT) => make_at(path, Make::Directory(u32::from(mode))),
        Err(errno) => Err(plain(errno)),
    }
}

/// A link with the same content may be there.
fn link(content: &CStr, path: &CStr) -> Result<(), Trouble> {
    with_parent(path, &|parent, name| match beneath::make_link(content, parent, name) {
        Err(Errno::EEXIST) => match has_link(parent, name, content) {
            true => Ok(()),
            false => Err((Errno::EEXIST, Why::OtherLink)),
        },
        other => other.map_err(plain),
    })
}

#[inline(never)] // its path would lie in the frame of every step
fn has_link(parent: &Fd, name: &CStr, content: &CStr) -> bool {
    let mut buffer = [0u8; PATH_MAX];
    beneath::read_link(parent, name, &mut buffer).is_ok_and(|own| own == content.to_bytes())
}

/// A file with a content; one that is there gets it in place of its own.
fn write(mount: &Mount<'_>) -> Result<(), Trouble> {
    let path = mount.place();
    with_parent(path, &|_, _| Ok(()))?;
    let mode = u32::from(mount.mode.unwrap_or(0o666));
    let file = beneath::write(&here(), path, mode).map_err(plain)?;
    mask::fill(&file, mount.source)
}
