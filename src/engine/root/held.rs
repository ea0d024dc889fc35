//! What is held while a root is made, from the opening of each thing outside to its place inside.

use crate::limits::{PATH_MAX, ROOT_MOUNTS_MAX};
use crate::model::Errno;
use crate::plan::{BASE, DEVICES, Slot};
use crate::sys::{Fd, tree};

/// What is held between its opening outside and its place inside. It lies outside the stack, for
/// most starts have none of it; and what a start needs of it lies in one page.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct Held {
    /// The outer devices.
    pub(super) devices: [Option<Fd>; DEVICES.len()],
    /// The first /dev that was made.
    pub(super) dev: Option<Fd>,
    /// The terminal that our standard output is.
    pub(super) console: Option<Fd>,
    /// The scratch file system.
    pub(super) scratch: Option<Fd>,
    /// Whether that lies over the outer root.
    pub(super) is_scratch_mounted: bool,
    /// How much lies over the outer root.
    pub(super) covers: u32,
    /// An empty file and an empty directory.
    pub(super) masks: [Mask; 2],
    /// The procfs or sysfs that was put to its place last.
    pub(super) kernels: Option<Fd>,
    /// Our own directory in the outer /proc, where attributes are set by name.
    pub(super) own: Option<Fd>,
    /// The umask that was ours.
    pub(super) umask: u32,
    /// What was opened for each slot; those of the root, /proc and /dev first.
    slots: [Option<Fd>; SLOTS],
    /// Where we stood, a path with its NUL, or nothing.
    pub(super) directory: [u8; PATH_MAX],
}

/// Slots of the root, /proc and /dev, which have the highest numbers.
const OWN_SLOTS: usize = 3;

/// Those, and those of what was said.
const SLOTS: usize = OWN_SLOTS + ROOT_MOUNTS_MAX;

impl Held {
    /// Nothing, and every byte of it zero: it lies in memory that no file has.
    #[allow(clippy::new_without_default)] // it is made once, in a static
    pub const fn new() -> Self {
        Self {
            devices: [const { None }; DEVICES.len()],
            dev: None,
            console: None,
            scratch: None,
            is_scratch_mounted: false,
            covers: 0,
            masks: [const { Mask::NONE }; 2],
            kernels: None,
            own: None,
            umask: 0,
            slots: [const { None }; SLOTS],
            directory: [0; PATH_MAX],
        }
    }

    /// The place of a slot.
    fn slot(&mut self, slot: Slot) -> Option<&mut Option<Fd>> {
        let index = match slot.checked_sub(BASE) {
            Some(number) => usize::from(number),
            None => usize::from(slot).saturating_add(OWN_SLOTS),
        };
        self.slots.get_mut(index)
    }

    /// Holds what was opened for a slot, which holds nothing yet.
    pub(super) fn put(&mut self, slot: Slot, fd: Fd) {
        if let Some(place) = self.slot(slot) {
            // A page that is written before it is read is fetched once.
            core::mem::forget(place.replace(fd));
        }
    }

    /// What was opened for a slot.
    pub(super) fn take(&mut self, slot: Slot) -> Option<Fd> {
        self.slot(slot).and_then(Option::take)
    }
}

/// Something empty that covers others. What is mounted can be copied once more, what is nowhere is
/// used first: a mount that is closed while it is nowhere lets the kernel wait for all readers of
/// its mounts (fs/namespace.c, `namespace_unlock`), which takes longer than all else here.
#[derive(Debug)]
pub(super) struct Mask {
    fd: Option<Fd>,
    pub is_placed: bool,
}

impl Mask {
    /// None.
    pub(super) const NONE: Self = Self { fd: None, is_placed: false };

    pub(super) const fn new(fd: Fd) -> Self {
        Self { fd: Some(fd), is_placed: false }
    }

    /// One that is nowhere, put to its place.
    pub(super) fn put(&mut self, put: impl FnOnce(&Fd) -> Result<(), Errno>) -> Result<(), Errno> {
        let own = self.fd.as_ref().ok_or(Errno::EBADF)?;
        if self.is_placed {
            let copy = tree::copy(own, c"")?;
            *self = Self::new(copy);
        }
        put(self.fd.as_ref().ok_or(Errno::EBADF)?)?;
        self.is_placed = true;
        Ok(())
    }
}
