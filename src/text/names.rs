//! A list of names in one text, parted by `|`.
//!
//! A table of them would have a pointer and a length for each, 16 bytes, where most names have
//! four letters.

/// Names, in their order: `never|on-failure|always`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Names(&'static str);

impl Names {
    /// The names in `text`; an empty one has no names.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The name with this number, from 0.
    pub fn get(self, number: usize) -> Option<&'static str> {
        self.iter().nth(number)
    }

    /// The number of this name, from 0.
    pub fn number_of(self, name: &[u8]) -> Option<usize> {
        self.iter().position(|known| known.as_bytes() == name)
    }

    /// The name that is written so.
    pub fn find(self, name: &[u8]) -> Option<&'static str> {
        self.iter().find(|known| known.as_bytes() == name)
    }

    /// The names, one by one.
    pub const fn iter(self) -> Iter {
        Iter(self.0)
    }
}

/// The names that are left.
#[derive(Clone)]
pub struct Iter(&'static str);

impl Iterator for Iter {
    type Item = &'static str;

    #[inline(never)] // it stands in every loop over names
    fn next(&mut self) -> Option<&'static str> {
        let text = self.0;
        if text.is_empty() {
            return None;
        }
        let end = text.bytes().position(|byte| byte == b'|').unwrap_or(text.len());
        self.0 = text.get(end.saturating_add(1)..).unwrap_or_default();
        text.get(..end)
    }
}

impl core::fmt::Debug for Names {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_numbers_and_numbers_have_names() {
        let names = Names::new("never|on-failure|always");
        assert!(names.iter().eq(["never", "on-failure", "always"]));
        assert_eq!((names.get(1), names.get(3)), (Some("on-failure"), None));
        assert_eq!((names.number_of(b"always"), names.number_of(b"on")), (Some(2), None));
        assert_eq!((Names::new("one").get(0), Names::new("").get(0)), (Some("one"), None));
        assert_eq!(Names::new("a||b").get(1), Some(""));
    }
}
