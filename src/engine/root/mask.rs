//! What is made in memory and never seen as a whole: masks, and files with a content.
//!
//! A mask is ours: an empty file or directory that nothing inside could have put there. The root's
//! own /dev/null is not to be trusted (CVE-2025-31133).

use core::ffi::CStr;
use core::mem::ManuallyDrop;

use super::attributes::{self, Wanted};
use super::held::{Held, Mask};
use crate::engine::trouble::{Trouble, plain};
use crate::model::{Attributes, Errno, Mount, MountType, Source};
use crate::plan::{MASKED, MASKED_IN_SYS, READ_ONLY, Slot};
use crate::sys::beneath::{self, here};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, tree};
use crate::text::{Buffer, put};

/// How a mask is.
const OF_MASK: Wanted = Wanted::alone(
    Attributes::READ_ONLY.and(Attributes::NOSUID).and(Attributes::NODEV).and(Attributes::NOEXEC),
);

/// The file system for all of it.
pub(super) fn open_scratch(held: &mut Held) -> Result<(), Trouble> {
    let kind = tree::open_kind(c"tmpfs").map_err(plain)?;
    tree::set_string(&kind, c"mode", c"0700").map_err(plain)?;
    let attributes = Attributes::NOSUID.and(Attributes::NODEV);
    let scratch = tree::mount(&kind, attributes).map_err(plain)?;
    held.scratch = Some(scratch);
    Ok(())
}

/// A copy of a file there. What is mounted nowhere can be copied since Linux 6.15; before that it
/// is put over the outer root, which goes soon.
fn copy(name: &CStr, held: &mut Held) -> Result<Fd, Trouble> {
    let scratch = held.scratch.as_ref().ok_or(plain(Errno::EBADF))?;
    match tree::copy(scratch, name) {
        Err(Errno::EINVAL) if !held.is_scratch_mounted => {
            tree::put_at(scratch, &here(), c"/").map_err(plain)?;
            held.is_scratch_mounted = true;
            held.covers = held.covers.saturating_add(1);
            tree::copy(scratch, name).map_err(plain)
        }
        other => other.map_err(plain),
    }
}

/// A file of its own with the content of a mount.
pub(super) fn open_data(mount: &Mount<'_>, slot: Slot, held: &mut Held) -> Result<(), Trouble> {
    let scratch = held.scratch.as_ref().ok_or(plain(Errno::EBADF))?;
    let mut name = Buffer::<8>::new();
    put!(&mut name, slot);
    let name = name.path().unwrap_or_default();
    let mode = u32::from(mount.mode.unwrap_or(0o600));
    fill(&beneath::write(scratch, name, mode).map_err(plain)?, mount.source)?;
    let copy = copy(name, held)?;
    let wanted = Wanted::alone(mount.attributes()).sharing(mount.propagation);
    attributes::set(&copy, wanted, held).map_err(plain)?;
    held.put(slot, copy);
    Ok(())
}

/// An empty file and an empty directory that nobody can change.
pub(super) fn open_masks(held: &mut Held) -> Result<(), Trouble> {
    let scratch = held.scratch.as_ref().ok_or(plain(Errno::EBADF))?;
    beneath::make_file(scratch, c"file", 0o444).map_err(plain)?;
    beneath::make_directory(scratch, c"directory", 0o555).map_err(plain)?;
    let [file, directory] = [copy(c"file", held)?, copy(c"directory", held)?];
    for mask in [&file, &directory] {
        attributes::set(mask, OF_MASK, held).map_err(plain)?;
    }
    held.masks = [Mask::new(file), Mask::new(directory)];
    Ok(())
}

/// The scratch is needed no more. It is put to where it goes with the outer root, see [`Mask`].
pub(super) fn leave_scratch(held: &mut Held) -> Result<(), Errno> {
    let Some(scratch) = held.scratch.take().filter(|_| !held.is_scratch_mounted) else {
        return Ok(());
    };
    match tree::put_at(&scratch, &here(), c"/proc") {
        Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(()), // where there is none, it takes longer
        other => other,
    }
}

/// Covers what is at a place with something empty of its sort.
pub(super) fn cover(place: &Fd, held: &mut Held) -> Result<(), Trouble> {
    let is_directory = beneath::status(place).map_err(plain)?.is_directory();
    let [file, directory] = &mut held.masks;
    let mask = if is_directory { directory } else { file };
    let own = held.own.as_ref();
    mask.put(|fd| tree::put(fd, place).and_then(|()| attributes::at_place(fd, OF_MASK, own)))
        .map_err(plain)
}

/// Hides and locks what is the machine's in the procfs or sysfs that was put to its place last.
pub(super) fn mask(mount: &Mount<'_>, held: &mut Held) -> Result<(), Errno> {
    let kernels = held.kernels.take().ok_or(Errno::EBADF)?;
    let own = held.own.as_ref();
    let [file, directory] = &mut held.masks;
    let (masked, locked): (&[(&CStr, bool)], &[&CStr]) = match mount.kind == MountType::Sysfs {
        true => (&MASKED_IN_SYS, &[]),
        false => (&MASKED, &READ_ONLY),
    };
    for (name, is_directory) in masked {
        let mask = if *is_directory { &mut *directory } else { &mut *file };
        if mask.is_placed && beneath::exists(&kernels, name) == Err(Errno::ENOENT) {
            continue; // or the copy would be left over
        }
        let put = |fd: &Fd| {
            tree::put_at(fd, &kernels, name)?;
            attributes::at_place(fd, OF_MASK, own)
        };
        match mask.put(put) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    for name in locked {
        let part = match tree::copy(&kernels, name) {
            Err(Errno::ENOENT) => continue,
            other => other?,
        };
        let wanted = Wanted::alone(Attributes::READ_ONLY).and_below();
        attributes::put(&part, wanted, own, |part| tree::put_at(part, &kernels, name))?;
    }
    Ok(())
}

/// Fills a file with a content.
#[inline(never)] // its buffer would lie in the frame of every step
pub(super) fn fill(target: &Fd, source: Source<'_>) -> Result<(), Trouble> {
    let given;
    let opened;
    let source: &Fd = match source {
        Source::Text(text) => return write_all(target, text.to_bytes()),
        Source::Descriptor(number) => {
            // It has served then, and would be the workload's.
            given = ManuallyDrop::into_inner(Fd::inherited(i32::from(number)));
            &given
        }
        Source::Path(path) => {
            opened = open_source(path)?;
            &opened
        }
        Source::None => return Ok(()),
    };
    let mut buffer = [0u8; 4096];
    loop {
        match file::read(source, &mut buffer).map_err(plain)? {
            0 => return Ok(()),
            len => write_all(target, buffer.get(..len).unwrap_or_default())?,
        }
    }
}

fn open_source(path: &CStr) -> Result<Fd, Trouble> {
    file::open(path, Mode::Read).map_err(plain)
}

fn write_all(target: &Fd, mut text: &[u8]) -> Result<(), Trouble> {
    while !text.is_empty() {
        let len = file::write(target, text).map_err(plain)?;
        text = text.get(len..).unwrap_or_default();
    }
    Ok(())
}
