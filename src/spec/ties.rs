//! What was asked of the descriptors that tie us to whoever started us: they are kept, waited at,
//! written to.
//!
//! The names and their meaning are bubblewrap's (bwrap(1)).

use core::ffi::CStr;

use heapless::Vec;

use super::flags::descriptor;
use super::{Item, List, Origin, Said, SaidKey};
use crate::limits::LOCK_FILES_MAX;
use crate::text::Fault;

/// One of the descriptors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Open as long as PID 1 runs.
    Sync,
    /// Waited at before the first service starts.
    Block,
    /// Told who PID 1 is.
    Info,
    /// Waited at until somebody has written the id maps.
    Userns,
    /// Told what happens.
    Status,
}

impl Tie {
    /// How many there are; a build that is asked for none has no place for any.
    pub const COUNT: usize = Self::ALL.len();

    /// Every one, by its number.
    #[cfg(any(feature = "sandbox", feature = "control"))]
    pub const ALL: [Self; 5] = [Self::Sync, Self::Block, Self::Info, Self::Userns, Self::Status];

    /// None.
    #[cfg(not(any(feature = "sandbox", feature = "control")))]
    pub const ALL: [Self; 0] = [];

    /// Its key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sync => "sync-fd",
            Self::Block => "block-fd",
            Self::Info => "info-fd",
            Self::Userns => "userns-block-fd",
            Self::Status => "json-status-fd",
        }
    }
}

/// The memory of the files that are locked.
pub type LockFiles<'a> = Vec<Said<&'a CStr>, LOCK_FILES_MAX>;

/// What was asked of them.
#[derive(Debug)]
pub struct TieSpec<'a> {
    all: [Option<Said<u16>>; Tie::COUNT],
    /// Files inside that are locked.
    pub locks: List<'a, Said<&'a CStr>, LOCK_FILES_MAX>,
    /// How many descriptors gave words.
    pub given: usize,
}

impl<'a> TieSpec<'a> {
    /// Nothing said yet.
    pub(super) const fn new(locks: &'a mut LockFiles<'a>) -> Self {
        Self { all: [None; Tie::COUNT], locks: List::new(locks), given: 0 }
    }

    /// The number that was said for one of them.
    pub fn get(&self, tie: Tie) -> Option<Said<u16>> {
        self.all.get(tie as usize).copied().flatten()
    }

    /// Those that were said.
    pub fn iter(&self) -> impl Iterator<Item = (Tie, Said<u16>)> {
        Tie::ALL.into_iter().filter_map(|tie| Some((tie, self.get(tie)?)))
    }

    /// Their keys, and where each was said.
    pub fn keys(&self) -> ([SaidKey; Tie::COUNT], SaidKey) {
        let ties = Tie::ALL.map(|tie| self.get(tie).map(|said| (said.origin, tie.key())));
        (ties, self.locks.first().map(|said| (said.origin, "lock-file")))
    }

    /// Reads one.
    pub(super) fn set(&mut self, tie: Tie, item: Item<'_>) -> Result<(), Fault> {
        self.put(tie, item.origin, inherited(item.bytes())?);
        Ok(())
    }

    /// Takes one.
    pub(super) fn put(&mut self, tie: Tie, origin: Origin, value: u16) {
        if let Some(place) = self.all.get_mut(tie as usize) {
            *place = Some(Said { value, origin });
        }
    }
}

/// The number of a descriptor that is for us alone: the standard ones are the workload's.
pub(super) fn inherited(text: &[u8]) -> Result<u16, Fault> {
    match descriptor(text)? {
        0..=2 => Err(Fault::OutOfRange { min: 3, max: i64::from(u16::MAX) }),
        number => Ok(number),
    }
}
