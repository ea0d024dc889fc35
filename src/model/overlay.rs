//! What an overlay is made of: directories on top of each other, and where writes go.

use core::ffi::CStr;

use crate::text::Fault;

/// Where what is written to an overlay goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Upper<'a> {
    /// Nothing is written.
    #[default]
    None,
    /// To memory, and it is gone at the end.
    Memory,
    /// To `upper` in this directory, beside which the kernel works in `work`; made when missing.
    Below(&'a CStr),
    /// To this directory; the kernel works in another one of the same file system.
    Directories {
        /// What is written.
        upper: &'a CStr,
        /// For the kernel's work.
        work: &'a CStr,
    },
}

impl<'a> Upper<'a> {
    /// Reads `tmpfs`, or the path of a directory.
    ///
    /// # Errors
    /// [`Fault::Empty`].
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        match text.to_bytes() {
            b"" => Err(Fault::Empty),
            b"tmpfs" => Ok(Self::Memory),
            _ => Ok(Self::Below(text)),
        }
    }
}

/// Which of all layers that were said are those of one overlay, from the bottom to the top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// The first.
    pub first: u16,
    /// How many.
    pub count: u16,
}

impl Layers {
    /// These of all.
    pub fn of<T>(self, all: &[T]) -> &[T] {
        let end = usize::from(self.first).saturating_add(usize::from(self.count));
        all.get(usize::from(self.first)..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_go_to_memory_or_to_a_directory() {
        assert_eq!(Upper::parse(c"tmpfs"), Ok(Upper::Memory));
        assert_eq!(Upper::parse(c"/srv/x"), Ok(Upper::Below(c"/srv/x")));
        assert_eq!(Upper::parse(c""), Err(Fault::Empty));
    }

    #[test]
    fn the_layers_of_one_overlay_are_some_of_all() {
        let all = [1, 2, 3, 4];
        assert_eq!(Layers { first: 1, count: 2 }.of(&all), [2, 3]);
        assert!(Layers { first: 3, count: 2 }.of(&all).is_empty(), "there are not so many");
        assert!(Layers::default().of(&all).is_empty());
    }
}
