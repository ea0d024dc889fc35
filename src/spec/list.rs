//! A list of what was said, in memory of its own.
//!
//! There is room for many entries, and most lists stay empty. So the room lies outside the spec,
//! and is not looked at before something is put into it: pages that nobody touches cost nothing.

use core::ops::{Deref, DerefMut};

use heapless::Vec;

use super::{Item, Said};
use crate::text::Fault;

/// Up to `N` entries.
#[derive(Debug)]
pub struct List<'a, T, const N: usize> {
    room: Option<&'a mut Vec<T, N>>,
    is_said: bool,
}

impl<'a, T, const N: usize> List<'a, T, N> {
    /// An empty list with this room, which must be empty, too.
    pub const fn new(room: &'a mut Vec<T, N>) -> Self {
        Self { room: Some(room), is_said: false }
    }

    /// Puts one entry behind the others.
    ///
    /// # Errors
    /// [`Fault::TooMany`].
    pub fn push(&mut self, entry: T) -> Result<(), Fault> {
        self.is_said = true;
        let full = Fault::TooMany { max: N };
        self.room.as_mut().ok_or(full)?.push(entry).map_err(|_| full)
    }
}

impl<T, const N: usize> List<'_, T, N> {
    /// Forgets every entry.
    pub fn clear(&mut self) {
        self.room.as_mut().into_iter().for_each(|room| room.clear());
    }
}

impl<T, const N: usize> List<'_, Said<T>, N> {
    /// Puts the value of an item behind the others; what an earlier source said is replaced as a
    /// whole.
    ///
    /// # Errors
    /// [`Fault::TooMany`].
    pub fn append(&mut self, item: Item<'_>, value: T) -> Result<(), Fault> {
        if self.last().is_some_and(|last| !last.origin.is_same_source(item.origin)) {
            self.clear();
        }
        self.push(Said { value, origin: item.origin })
    }
}

/// Without room: a list that takes nothing.
impl<T, const N: usize> Default for List<'_, T, N> {
    fn default() -> Self {
        Self { room: None, is_said: false }
    }
}

impl<T, const N: usize> Deref for List<'_, T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.room {
            Some(room) if self.is_said => room,
            Some(_) | None => &[],
        }
    }
}

impl<T, const N: usize> DerefMut for List<'_, T, N> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.room {
            Some(room) if self.is_said => room,
            Some(_) | None => &mut [],
        }
    }
}

impl<'l, T, const N: usize> IntoIterator for &'l List<'_, T, N> {
    type Item = &'l T;
    type IntoIter = core::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Origin;

    #[test]
    fn a_later_source_replaces_a_list_as_a_whole() {
        let mut room: Vec<Said<u8>, 4> = Vec::new();
        let mut list = List::new(&mut room);
        let file = Origin::File { line: 1, column: 1 };
        let said = [(file, 1), (file, 2), (Origin::Argument(3), 3), (Origin::Argument(4), 4)];
        for (origin, value) in said {
            list.append(Item { text: c"", origin }, value).unwrap();
        }
        assert!(list.iter().map(|said| said.value).eq([3, 4]));
    }

    #[test]
    fn a_full_list_says_how_many_it_holds() {
        let mut room: Vec<u8, 1> = Vec::new();
        let mut list = List::new(&mut room);
        assert_eq!((list.push(1), list.push(2)), (Ok(()), Err(Fault::TooMany { max: 1 })));
        assert_eq!(*list, [1]);
        assert_eq!(List::<u8, 4>::default().push(1), Err(Fault::TooMany { max: 4 }));
    }
}
