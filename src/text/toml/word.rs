//! The words of TOML: parts of keys, and values that are neither lists nor tables.
//!
//! A word is where it stands and how it is written; its text is decoded into the arena when
//! somebody wants it.
//!
//! Faults of the grammar do not belong here: a word of a checked statement has none.

use super::string;
use crate::text::{Arena, Fault};

/// A part of a key, or a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    text: &'a [u8],
    start: usize,
}

impl<'a> Word<'a> {
    /// What stands in `text` from `start` to `end`.
    pub(super) fn new(text: &'a [u8], start: usize, end: usize) -> Self {
        Self { text: text.get(start..end).unwrap_or_default(), start }
    }

    /// Where it stands, in bytes.
    pub const fn start(&self) -> usize {
        self.start
    }

    /// It as it is written.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Its text as a part of a key: as it is written, or decoded into the arena.
    ///
    /// # Errors
    /// [`Fault::TooLong`] when the arena is full.
    pub fn name(&self, arena: &mut Arena<'a>) -> Result<&'a [u8], Fault> {
        let quoted = match self.text {
            [b'"' | b'\'', quoted @ .., b'"' | b'\''] => quoted,
            bare => return Ok(bare),
        };
        if self.text.starts_with(b"'") || !quoted.contains(&b'\\') {
            return Ok(quoted);
        }
        arena.drop_pending();
        self.decode_into(arena, true)?;
        Ok(arena.keep())
    }

    /// Appends its text as a string to what is being written in the arena.
    ///
    /// # Errors
    /// [`Fault::Nul`] when there is a NUL in it, [`Fault::TooLong`] when the arena is full.
    pub fn decode(&self, arena: &mut Arena<'a>) -> Result<(), Fault> {
        self.decode_into(arena, false)
    }

    fn decode_into(&self, arena: &mut Arena<'a>, takes_nul: bool) -> Result<(), Fault> {
        let mut result = Ok(());
        let mut push = |bytes: &[u8]| {
            if result.is_ok() {
                result = match bytes.contains(&b'\0') && !takes_nul {
                    true => Err(Fault::Nul),
                    false => arena.push(bytes),
                };
            }
        };
        let _ = string::read(self.text, &mut 0, &mut push); // it was checked
        result
    }
}
