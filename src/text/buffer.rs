//! Sinks that keep what is written, or measure it.

use core::ffi::CStr;

use heapless::Vec;

use super::{Show, Sink};

/// Text in a place of its own: a path or a line that is put together. It is whole or it is nothing.
#[derive(Debug)]
pub struct Buffer<const N: usize> {
    text: Vec<u8, N>,
    is_over: bool,
}

impl<const N: usize> Buffer<N> {
    /// No text yet.
    pub const fn new() -> Self {
        Self { text: Vec::new(), is_over: false }
    }

    /// The text; `None` when there was no room for all of it.
    pub fn text(&self) -> Option<&[u8]> {
        (!self.is_over).then_some(self.text.as_slice())
    }

    /// The text as the kernel takes a path, a NUL behind it; `None` when there was no room, or
    /// when there is a NUL in it already.
    pub fn path(&mut self) -> Option<&CStr> {
        self.put(b"\0");
        CStr::from_bytes_with_nul(self.text()?).ok()
    }
}

impl<const N: usize> Default for Buffer<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Sink for Buffer<N> {
    fn put(&mut self, bytes: &[u8]) {
        self.is_over |= self.is_over || self.text.extend_from_slice(bytes).is_err();
    }
}

/// How many bytes or letters would be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Length {
    /// Bytes.
    pub bytes: usize,
    /// Letters of UTF-8.
    pub letters: usize,
}

impl Length {
    /// The length of `what`.
    pub fn of(what: &dyn Show) -> Self {
        let mut length = Self::default();
        what.show(&mut length);
        length
    }
}

impl Sink for Length {
    fn put(&mut self, bytes: &[u8]) {
        // A byte 10xxxxxx goes on with a letter (utf-8(7)).
        let letters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.letters = self.letters.saturating_add(letters);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::put;

    #[test]
    fn a_text_is_whole_or_nothing() {
        let mut path = Buffer::<10>::new();
        put!(&mut path, "/proc/", 314u16);
        assert_eq!(path.text(), Some(b"/proc/314".as_slice()));
        assert_eq!(path.path(), Some(c"/proc/314"));
        put!(&mut path, "ns", "");
        assert_eq!(path.text(), None);
        put!(&mut path, "");
        assert_eq!(path.text(), None, "what is cut stays so");
        assert_eq!(path.path(), None);
    }

    #[test]
    fn letters_are_counted_and_not_only_bytes() {
        let Length { bytes, letters } = Length::of(&"größe");
        assert_eq!((bytes, letters), (7, 5));
    }
}
