//! What was asked of the descriptors that tie us to whoever started us: they are kept, waited at,
//! written to.
//!
//! The names and their meaning are bubblewrap's (bwrap(1)).

use super::flags::descriptor;
use super::{Item, Origin, Said};
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
}

impl Tie {
    /// How many there are.
    pub const COUNT: usize = 3;

    /// Every one, by its number.
    pub const ALL: [Self; Self::COUNT] = [Self::Sync, Self::Block, Self::Info];

    /// Its key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sync => "sync-fd",
            Self::Block => "block-fd",
            Self::Info => "info-fd",
        }
    }
}

/// What was asked of them.
#[derive(Debug, Default)]
pub struct TieSpec([Option<Said<u16>>; Tie::COUNT]);

impl TieSpec {
    /// Nothing said yet.
    pub(super) const fn new() -> Self {
        Self([None; Tie::COUNT])
    }

    /// The number that was said for one of them.
    pub fn get(&self, tie: Tie) -> Option<Said<u16>> {
        self.0.get(tie as usize).copied().flatten()
    }

    /// Those that were said.
    pub fn iter(&self) -> impl Iterator<Item = (Tie, Said<u16>)> {
        Tie::ALL.into_iter().filter_map(|tie| Some((tie, self.get(tie)?)))
    }

    /// The first that was said, and its key.
    pub fn first(&self) -> Option<(Origin, &'static str)> {
        self.iter().next().map(|(tie, said)| (said.origin, tie.key()))
    }

    /// Reads one. The standard descriptors are the workload's.
    pub(super) fn set(&mut self, tie: Tie, item: Item<'_>) -> Result<(), Fault> {
        let value = descriptor(item.bytes())?;
        if value <= 2 {
            return Err(Fault::OutOfRange { min: 3, max: i64::from(u16::MAX) });
        }
        if let Some(place) = self.0.get_mut(tie as usize) {
            *place = Some(Said { value, origin: item.origin });
        }
        Ok(())
    }
}
