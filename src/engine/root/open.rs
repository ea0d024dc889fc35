//! What is opened outside, while it can be named there: copies that are mounted nowhere as yet, and
//! have all their attributes where the kernel can do that.

use core::ffi::CStr;

use super::attributes::{self, Wanted};
use super::held::Held;
use crate::engine::trouble::{Trouble, plain};
use crate::limits::PATH_MAX;
use crate::model::{Attributes, Errno, Mount, MountType, Source, Why};
use crate::sys::beneath::{self, here};
use crate::sys::{Fd, tree};
use crate::text::{Buffer, Digits, put};

/// A directory outside, as the root.
pub(super) fn directory(
    path: &CStr,
    attributes: Attributes,
    held: &mut Held,
) -> Result<Fd, Trouble> {
    let copy = tree::copy(&here(), path).map_err(plain)?;
    attributes::set(&copy, Wanted::alone(attributes).and_below(), held).map_err(plain)?;
    Ok(copy)
}

/// One of what is mounted. `None` for one that is optional and not there.
pub(super) fn open(mount: &Mount<'_>, held: &mut Held) -> Result<Option<Fd>, Trouble> {
    let fd = match (mount.kind, mount.source) {
        (MountType::Bind, Source::Path(path)) => match tree::copy(&here(), path) {
            Err(Errno::ENOENT) if mount.is_optional => return Ok(None),
            other => other.map_err(plain)?,
        },
        (MountType::Bind, Source::Descriptor(number)) => from_descriptor(number)?,
        _ => return new(mount, held).map(Some),
    };
    if mount.attributes() != Attributes::NONE || mount.propagation.is_some() {
        attributes::set(&fd, Wanted::of(mount), held).map_err(plain)?;
    }
    Ok(Some(fd))
}

/// A file system of the kernel, with its options.
pub(super) fn new(mount: &Mount<'_>, held: &mut Held) -> Result<Fd, Trouble> {
    let name = match mount.kind {
        MountType::Proc => c"proc",
        MountType::Sysfs => c"sysfs",
        MountType::Devpts => c"devpts",
        MountType::Mqueue => c"mqueue",
        MountType::Cgroup2 => c"cgroup2",
        MountType::Bind
        | MountType::Data
        | MountType::Tmpfs
        | MountType::Dev
        | MountType::Overlay
        | MountType::Dir
        | MountType::File
        | MountType::Symlink
        | MountType::Chmod
        | MountType::Remount
        | MountType::Mask
        | MountType::Lock => c"tmpfs",
    };
    let kind = tree::open_kind(name).map_err(plain)?;
    set_options(mount, &kind)?;
    let fd = tree::mount(&kind, mount.attributes()).map_err(plain)?;
    if mount.propagation.is_some() {
        let wanted = Wanted::alone(Attributes::NONE).sharing(mount.propagation);
        attributes::set(&fd, wanted, held).map_err(plain)?;
    }
    Ok(fd)
}

/// The options of a file system of the kernel.
fn set_options(mount: &Mount<'_>, kind: &Fd) -> Result<(), Trouble> {
    let number = |key: &CStr, number: u64| {
        let mut text = Buffer::<24>::new();
        put!(&mut text, number);
        tree::set_string(kind, key, text.path().unwrap_or_default()).map_err(plain)
    };
    match mount.kind {
        MountType::Tmpfs => {
            let mut mode = Buffer::<8>::new();
            put!(&mut mode, Digits::octal(u64::from(mount.mode.unwrap_or(0o755)), 4));
            tree::set_string(kind, c"mode", mode.path().unwrap_or_default()).map_err(plain)?;
        }
        MountType::Dev => tree::set_string(kind, c"mode", c"0755").map_err(plain)?,
        MountType::Devpts => {
            tree::set_string(kind, c"ptmxmode", c"0666").map_err(plain)?;
            tree::set_string(kind, c"mode", c"0620").map_err(plain)?;
        }
        MountType::Proc => {
            if let Some(hidepid) = mount.hidepid {
                tree::set_string(kind, c"hidepid", hidepid.name().1).map_err(plain)?;
            }
            if mount.has_pids_only {
                tree::set_string(kind, c"subset", c"pid").map_err(plain)?;
            }
        }
        MountType::Bind
        | MountType::Data
        | MountType::Sysfs
        | MountType::Mqueue
        | MountType::Cgroup2
        | MountType::Overlay
        | MountType::Dir
        | MountType::File
        | MountType::Symlink
        | MountType::Chmod
        | MountType::Remount
        | MountType::Mask
        | MountType::Lock => {}
    }
    if let Some(size) = mount.size {
        number(c"size", size)?;
    }
    mount.inodes.map_or(Ok(()), |inodes| number(c"nr_inodes", inodes))
}

/// What a descriptor is open on, found by its name: the descriptor itself is of a mount of the
/// outer namespace, and only its owner's can be copied (open_tree(2), EINVAL). What has another
/// name by now is refused.
#[inline(never)] // its paths would lie in the frame of every step
pub(in crate::engine) fn from_descriptor(number: u16) -> Result<Fd, Trouble> {
    let given = Fd::inherited(i32::from(number));
    let mut link = Buffer::<24>::new();
    put!(&mut link, "/proc/self/fd/", number);
    let mut name = [0u8; PATH_MAX];
    let room = name.get_mut(..PATH_MAX - 1).unwrap_or_default();
    let link = link.path().unwrap_or_default();
    let _ = beneath::read_link(&here(), link, room).map_err(plain)?; // a NUL is behind it
    let path = CStr::from_bytes_until_nul(&name).unwrap_or_default();
    let copy = tree::copy(&here(), path).map_err(plain)?;
    let is = beneath::status(&copy).map_err(plain)?;
    let was = beneath::status(&given).map_err(plain)?;
    if number > 2 {
        drop(core::mem::ManuallyDrop::into_inner(given)); // it has served
    }
    match is.identity == was.identity {
        true => Ok(copy),
        false => Err((Errno::ESTALE, Why::OtherFile)),
    }
}
