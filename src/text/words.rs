//! A list of words the way the kernel lays out an argument vector: one after the other, each
//! ended by a NUL (proc_pid_cmdline(5)).
//!
//! So an argument vector of any length is one slice, no array of pointers and no limit of ours.

use core::ffi::CStr;

/// Words side by side, each ended by a NUL.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    /// The words in `bytes`; what stands behind the last NUL does not count.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes, NULs included.
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there is no word.
    pub fn is_empty(self) -> bool {
        self.first().is_none()
    }

    /// How many words there are.
    pub fn len(self) -> usize {
        self.iter().count()
    }

    /// The first word.
    pub fn first(self) -> Option<&'a CStr> {
        CStr::from_bytes_until_nul(self.0).ok()
    }

    /// All words but the first.
    pub fn rest(self) -> Self {
        self.split_first().map_or_else(Self::default, |(_, rest)| rest)
    }

    /// The words in their order.
    pub fn iter(mut self) -> impl Iterator<Item = &'a CStr> + Clone {
        core::iter::from_fn(move || {
            let first;
            (first, self) = self.split_first()?;
            Some(first)
        })
    }

    /// The first word and all others.
    fn split_first(self) -> Option<(&'a CStr, Self)> {
        let first = self.first()?;
        Some((first, Self(self.0.get(first.count_bytes() + 1..).unwrap_or_default())))
    }
}

impl core::fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_one_by_one_and_may_be_empty() {
        let words = Words::new(b"sh\0-c\0\0exit 7\0");
        assert_eq!(words.len(), 4);
        assert_eq!(words.first(), Some(c"sh"));
        assert!(words.rest().iter().eq([c"-c", c"", c"exit 7"]));
    }

    #[test]
    fn what_has_no_nul_is_no_word() {
        assert!(Words::new(b"half").is_empty());
        assert_eq!(Words::new(b"one\0half").len(), 1);
        assert!(Words::default().is_empty());
    }
}
