//! The devices of a /dev: made where we may, else bound from outside, and looked at first.

use super::attributes::{self, Wanted};
use super::held::Held;
use super::open::{from_descriptor, new};
use crate::engine::trouble::{Trouble, plain};
use crate::model::{Attributes, Errno, Mount, MountType, Why};
use crate::plan::DEVICES;
use crate::sys::beneath::{self, here};
use crate::sys::{Fd, tree};
use crate::text::{Buffer, Sink, put};

/// How one is bound.
const OF_DEVICE: Wanted = Wanted::alone(Attributes::READ_ONLY.and(Attributes::NOSUID));
/// How a console is.
const OF_CONSOLE: Wanted = Wanted::alone(Attributes::NOSUID.and(Attributes::NOEXEC));

/// Copies of the outer devices. What has the name of one and is another is refused: a container's
/// /dev/null has been a file before. A device is used through a read-only mount all the same
/// (fs/namei.c, `sb_permission`), but its mode and owner, which are the machine's, stay: root of a
/// user namespace that root has made may own it.
pub(super) fn open(held: &mut Held) -> Result<(), Trouble> {
    for (index, (name, device)) in DEVICES.iter().enumerate() {
        let mut path = Buffer::<16>::new();
        put!(&mut path, "/dev/");
        path.put(name.to_bytes());
        let copy = tree::copy(&here(), path.path().unwrap_or_default()).map_err(plain)?;
        if !beneath::status(&copy).map_err(plain)?.is_device(*device) {
            return Err((Errno::ENODEV, Why::NoDevice));
        }
        attributes::set(&copy, OF_DEVICE, held).map_err(plain)?;
        if let Some(place) = held.devices.get_mut(index) {
            *place = Some(copy); // there is one for each
        }
    }
    Ok(())
}

/// The terminal that our standard output is, by its name.
/// One that has none here, because it was opened elsewhere or is covered by now (a console of the
/// initramfs, nsenter(1)), is no /dev/console: nobody has asked for that.
pub(super) fn open_console(held: &mut Held) -> Result<(), Trouble> {
    let console = match from_descriptor(1) {
        Err((Errno::ENOENT | Errno::ENOTDIR | Errno::EACCES, _) | (_, Why::OtherFile)) => {
            return Ok(());
        }
        console => console?,
    };
    attributes::set(&console, OF_CONSOLE, held).map_err(plain)?;
    held.console = Some(console);
    Ok(())
}

/// A file system in memory with all that is usual in a /dev.
pub(super) fn place(
    mount: &Mount<'_>,
    place: &Fd,
    makes_devices: bool,
    held: &mut Held,
) -> Result<(), Trouble> {
    let dev = new(mount, held)?;
    tree::put(&dev, place).map_err(plain)?;
    let sharing = Wanted::alone(Attributes::NONE).sharing(mount.propagation);
    attributes::at_place(&dev, sharing, held.own.as_ref()).map_err(plain)?;
    match makes_devices {
        true => make(&dev).map_err(plain)?,
        false => bind(&dev, held)?,
    }
    link(&dev).map_err(plain)?;
    let terminals = new(&Mount::new(MountType::Devpts, c"pts"), held)?;
    tree::put_at(&terminals, &dev, c"pts").map_err(plain)?;
    if let Some(console) = held.console.take() {
        beneath::make_file(&dev, c"console", 0o444).map_err(plain)?;
        tree::put_at(&console, &dev, c"console").map_err(plain)?;
        attributes::at_place(&console, OF_CONSOLE, held.own.as_ref()).map_err(plain)?;
    }
    if held.dev.is_none() {
        held.dev = Some(dev);
    }
    Ok(())
}

fn make(dev: &Fd) -> Result<(), Errno> {
    for (name, device) in DEVICES {
        beneath::make_device(dev, name, 0o666, device)?;
    }
    Ok(())
}

/// Those that were opened outside; a second /dev has those of the first.
fn bind(dev: &Fd, held: &mut Held) -> Result<(), Trouble> {
    for ((name, _), outer) in DEVICES.iter().zip(&mut held.devices) {
        beneath::make_file(dev, name, 0o444).map_err(plain)?;
        let device = match (outer.take(), &held.dev) {
            (Some(device), _) => device,
            (None, Some(first)) => tree::copy(first, name).map_err(plain)?,
            (None, None) => return Err(plain(Errno::EBADF)),
        };
        tree::put_at(&device, dev, name).map_err(plain)?;
        attributes::at_place(&device, OF_DEVICE, held.own.as_ref()).map_err(plain)?;
    }
    Ok(())
}

/// The names that programs expect beside the devices.
fn link(dev: &Fd) -> Result<(), Errno> {
    let links = [
        (c"/proc/self/fd", c"fd"),
        (c"/proc/self/fd/0", c"stdin"),
        (c"/proc/self/fd/1", c"stdout"),
        (c"/proc/self/fd/2", c"stderr"),
        (c"pts/ptmx", c"ptmx"),
    ];
    for (content, name) in links {
        beneath::make_link(content, dev, name)?;
    }
    beneath::make_directory(dev, c"shm", 0o1777)?;
    beneath::make_directory(dev, c"pts", 0o755)
}
