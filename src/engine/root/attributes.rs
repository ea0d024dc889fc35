//! The attributes of mounts, also where the kernel cannot give them to one that is nowhere.
//!
//! mount_setattr(2) does that since Linux 5.12. Before, and where an outer filter hides it, only
//! what is mounted in our mount namespace can be changed, one mount at a time, by its name
//! (mount(2), MS_REMOUNT with MS_BIND). So what was opened outside gets its attributes at its place
//! inside, right behind being put there, when nobody is there to use it.
//!
//! By whatever name it is looked up, it is that very mount: the name is a descriptor of ours in
//! /proc/self, of which we hold a handle until the root is finished; or ".", where we stand at it.

use core::ffi::CStr;

use heapless::Vec;

use super::held::Held;
use super::spot::find_below;
use crate::engine::mountinfo::{Mounted, each_line, parse, unescape};
use crate::limits::PATH_MAX;
use crate::model::{Attributes, Errno, Mount, Propagation};
use crate::sys::beneath::{self, Links, here};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, ids, mount, tree};
use crate::text::{Buffer, put, units};

/// How a mount is to be.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    set: Attributes,
    propagation: Option<Propagation>,
    is_recursive: bool,
}

impl Wanted {
    /// These attributes, of one mount alone.
    pub(super) const fn alone(set: Attributes) -> Self {
        Self { set, propagation: None, is_recursive: false }
    }

    /// The same with a propagation.
    pub(super) const fn sharing(self, propagation: Option<Propagation>) -> Self {
        Self { propagation, ..self }
    }

    /// The same of all that is mounted below it, too.
    pub(super) const fn and_below(self) -> Self {
        Self { is_recursive: true, ..self }
    }

    /// What was said of a copy of something outside.
    pub(super) fn of(mount: &Mount<'_>) -> Self {
        Self::alone(mount.attributes()).sharing(mount.propagation).and_below()
    }

    const fn is_nothing(self) -> bool {
        self.set.bits() == Attributes::NONE.bits() && self.propagation.is_none()
    }
}

/// Of what was opened outside. Where the kernel cannot, [`at_place`] does it.
pub(super) fn set(mount: &Fd, wanted: Wanted, held: &mut Held) -> Result<(), Errno> {
    match is_set(mount, wanted)? {
        true => Ok(()),
        false => postpone(held),
    }
}

/// Sets them, or says that the kernel cannot.
fn is_set(mount: &Fd, Wanted { set, propagation, is_recursive }: Wanted) -> Result<bool, Errno> {
    match tree::change(mount, set, Attributes::NONE, propagation, is_recursive) {
        Err(Errno::ENOSYS) => Ok(false),
        other => other.map(|()| true),
    }
}

/// Holds the names of our descriptors.
#[cold]
fn postpone(held: &mut Held) -> Result<(), Errno> {
    if held.own.is_none() {
        // Without a /proc there is no other way, so that it was the kernel who refused.
        let own = beneath::directory(&here(), c"/proc/self").map_err(|_| Errno::ENOSYS)?;
        held.own = Some(own);
    }
    Ok(())
}

/// Of what was just put to its place, if that could not be done before. We stand at the root, and
/// do so again.
pub(super) fn at_place(mount: &Fd, wanted: Wanted, own: Option<&Fd>) -> Result<(), Errno> {
    match own {
        Some(own) if !wanted.is_nothing() => by_name(mount, wanted, Some(own)),
        Some(_) | None => Ok(()),
    }
}

/// Of what is at its place already.
pub(super) fn change(mount: &Fd, wanted: Wanted, own: Option<&Fd>) -> Result<(), Errno> {
    match is_set(mount, wanted)? {
        true => Ok(()),
        false => by_name(mount, wanted, own),
    }
}

/// Of a copy of something inside, which is then put to its place.
pub(super) fn put(
    mount: &Fd,
    wanted: Wanted,
    own: Option<&Fd>,
    put: impl FnOnce(&Fd) -> Result<(), Errno>,
) -> Result<(), Errno> {
    let is_set = is_set(mount, wanted)?;
    put(mount)?;
    if is_set { Ok(()) } else { by_name(mount, wanted, own) }
}

/// Of a copy that will never have a place: it has one over the outer root for as long as it takes,
/// and what is copied from there once more has its attributes.
pub(in crate::engine) fn of_nowhere(mount: Fd, set: Attributes) -> Result<Fd, Errno> {
    match is_set(&mount, Wanted::alone(set).and_below())? {
        true => Ok(mount),
        false => copy_with(&mount, set),
    }
}

#[cold]
fn copy_with(mount: &Fd, set: Attributes) -> Result<Fd, Errno> {
    let mut name = Buffer::<32>::new();
    put!(&mut name, "/proc/self/fd/", mount.number());
    let name = name.path().unwrap_or_default();
    tree::put_at(mount, &here(), c"/")?;
    let flags = mount::flags_of(mount)?;
    let changed = mount::remount(name, flags.and(set)).and_then(|()| tree::copy(mount, c""));
    mount::detach(name)?;
    changed
}

/// Changes a mount of ours that is at its place.
#[cold]
#[inline(never)] // its buffers would lie in the frame of every step
fn by_name(mount: &Fd, wanted: Wanted, own: Option<&Fd>) -> Result<(), Errno> {
    let changed = one(mount, wanted, own).and_then(|()| match wanted.is_recursive {
        true => below(mount, wanted.set, own),
        false => Ok(()),
    });
    ids::change_directory(c"/").and(changed)
}

/// That mount alone.
fn one(mount: &Fd, wanted: Wanted, own: Option<&Fd>) -> Result<(), Errno> {
    let mut name = Buffer::<32>::new();
    match own {
        Some(own) => {
            beneath::stand_in(own)?;
            put!(&mut name, "fd/", mount.number());
        }
        // A file that we have no name for is as it was with the kernel.
        None => {
            beneath::stand_in(mount).map_err(|_| Errno::ENOSYS)?;
            put!(&mut name, ".");
        }
    }
    let name = name.path().unwrap_or_default();
    if wanted.set != Attributes::NONE {
        mount::remount(name, mount::flags_of(mount)?.and(wanted.set))?;
    }
    match wanted.propagation {
        Some(propagation) => mount::share(name, propagation, wanted.is_recursive),
        None => Ok(()),
    }
}

/// Bytes of a line of mountinfo.
const LINE_BYTES: usize = 2 * PATH_MAX;

/// What is mounted below it. What is covered, or in a directory that we may not enter, nobody
/// inside can reach.
fn below(top: &Fd, set: Attributes, own: Option<&Fd>) -> Result<(), Errno> {
    if set == Attributes::NONE || !beneath::status(top)?.is_directory() {
        return Ok(());
    }
    let own = own.ok_or(Errno::ENOSYS)?;
    let number = number_of(top, own)?;
    let mut place: Vec<u8, PATH_MAX> = Vec::new();
    each_mount(own, &mut |mounted| {
        if u64::from(mounted.id) == number {
            place = Vec::from_slice(mounted.target).unwrap_or_default();
        }
        Ok(())
    })?;
    each_mount(own, &mut |mounted| {
        let Some(path) = path_below(&place, mounted.target) else { return Ok(()) };
        let path = CStr::from_bytes_with_nul(&path).map_err(|_| Errno::EINVAL)?;
        let found = match find_below(top, path, Links::None) {
            Err(Errno::ENOENT | Errno::EACCES) => return Ok(()),
            other => other?,
        };
        match number_of(&found, own)? == u64::from(mounted.id) {
            true => one(&found, Wanted::alone(set), Some(own)),
            false => Ok(()),
        }
    })
}

/// Where a mount is below another one, by their places; `None` when it is not.
fn path_below(place: &[u8], target: &[u8]) -> Option<Vec<u8, PATH_MAX>> {
    let rest = match place {
        [] => return None,
        b"/" => target.strip_prefix(b"/"),
        place => target.strip_prefix(place).and_then(|rest| rest.strip_prefix(b"/")),
    };
    rest.filter(|rest| !rest.is_empty()).and_then(unescape)
}

/// Looks at every mount that we see, until a look fails.
fn each_mount(
    own: &Fd,
    look: &mut dyn FnMut(Mounted<'_>) -> Result<(), Errno>,
) -> Result<(), Errno> {
    let source = file::open_in(own, c"mountinfo", Mode::Read)?;
    let mut buffer = [0u8; LINE_BYTES];
    let mut result = Ok(());
    each_line(&source, &mut buffer, &mut |line| {
        if let (Ok(()), Some(mounted)) = (result, parse(line)) {
            result = look(mounted);
        }
    });
    result
}

/// The number of a mount, which is in mountinfo, too. Before Linux 5.8 only /proc says it.
fn number_of(file: &Fd, own: &Fd) -> Result<u64, Errno> {
    match beneath::mount_of(file, c"")? {
        (0, _) => {}
        (number, _) => return Ok(number),
    }
    let mut name = Buffer::<32>::new();
    put!(&mut name, "fdinfo/", file.number());
    let source = file::open_in(own, name.path().unwrap_or_default(), Mode::Read)?;
    let mut text = [0u8; 256];
    let len = file::read(&source, &mut text)?;
    let mut lines = text.get(..len).unwrap_or_default().split(|byte| *byte == b'\n');
    let number = lines.find_map(|line| line.strip_prefix(b"mnt_id:\t"));
    number.and_then(|number| units::unsigned(number, u64::MAX).ok()).ok_or(Errno::ENOSYS)
}
