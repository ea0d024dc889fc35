//! A place for one thing, in memory that is zero until somebody needs it.

use heapless::Vec;

/// A place for one thing that is empty while its memory is zero, so that none of it lies in the
/// file of the program. What `Option` writes for none depends on what else there could be.
#[derive(Debug)]
pub(super) struct Slot<T>(Vec<T, 1>);

impl<T> Slot<T> {
    /// Nothing.
    pub(super) const EMPTY: Self = Self(Vec::new());

    /// What is there.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.first()
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.0.first_mut()
    }

    /// Puts something there; what was there goes.
    pub(super) fn put(&mut self, thing: T) {
        self.0.clear();
        let _ = self.0.push(thing); // the one place there is
    }

    pub(super) fn take(&mut self) -> Option<T> {
        self.0.pop()
    }
}
