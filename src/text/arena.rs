//! The place for words that had to be decoded: strings of a file, joined pairs, quoted words.
//!
//! A bump arena over one fixed piece of memory. Nothing is ever given back: a start of nsinit reads
//! one file and one command line. Kept words end in NUL, because nearly all of them go to the
//! kernel, and live as long as the memory, so a plan can borrow them.

use core::ffi::CStr;

use super::{Fault, Words};

/// A bump arena; what is being written stands at the front of the free memory until it is kept.
pub struct Arena<'a> {
    free: &'a mut [u8],
    pending: usize,
    capacity: usize,
}

impl<'a> Arena<'a> {
    /// An arena over `memory`.
    pub fn new(memory: &'a mut [u8]) -> Self {
        let capacity = memory.len();
        Self { free: memory, pending: 0, capacity }
    }

    /// Appends to what is being written.
    ///
    /// # Errors
    /// [`Fault::TooLong`] when the arena is full; what was being written is dropped.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let end = self.pending.saturating_add(bytes.len());
        match self.free.get_mut(self.pending..end) {
            Some(place) => {
                place.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
                self.pending = end;
                Ok(())
            }
            None => {
                self.pending = 0;
                let used = self.capacity.saturating_sub(self.free.len());
                let len = used.saturating_add(end);
                Err(Fault::TooLong { len, max: self.capacity })
            }
        }
    }

    /// Drops what is being written.
    pub fn drop_pending(&mut self) {
        self.pending = 0;
    }

    /// Keeps what was written as it is, without a NUL.
    pub fn keep(&mut self) -> &'a [u8] {
        let free = core::mem::take(&mut self.free);
        let (kept, rest) = free.split_at_mut(self.pending.min(free.len()));
        self.free = rest;
        self.pending = 0;
        kept
    }

    /// Keeps what was written as one C string.
    ///
    /// # Errors
    /// [`Fault::Nul`] when there is a NUL byte inside, [`Fault::TooLong`] when the arena is full.
    pub fn keep_word(&mut self) -> Result<&'a CStr, Fault> {
        self.push(b"\0")?;
        CStr::from_bytes_with_nul(self.keep()).map_err(|_| Fault::Nul)
    }

    /// Keeps what was written as a list of words, each of which must have been ended by a NUL.
    pub fn keep_words(&mut self) -> Words<'a> {
        Words::new(self.keep())
    }

    /// Copies one text into the arena as a C string.
    ///
    /// # Errors
    /// As [`Arena::keep_word`].
    pub fn word(&mut self, text: &[u8]) -> Result<&'a CStr, Fault> {
        self.drop_pending();
        self.push(text)?;
        self.keep_word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_side_by_side_and_end_in_nul() {
        let mut memory = [0u8; 16];
        let mut arena = Arena::new(&mut memory);
        assert_eq!(arena.word(b"one").unwrap(), c"one");
        arena.push(b"two\0").unwrap();
        arena.push(b"tri\0").unwrap();
        let words = arena.keep_words();
        assert!(words.iter().eq([c"two", c"tri"]));
    }

    #[test]
    fn a_full_arena_says_how_full_and_forgets_the_half_written_word() {
        let mut memory = [0u8; 4];
        let mut arena = Arena::new(&mut memory);
        assert_eq!(arena.word(b"four"), Err(Fault::TooLong { len: 5, max: 4 }));
        assert_eq!(arena.word(b"tri").unwrap(), c"tri");
    }

    #[test]
    fn a_nul_inside_a_word_is_refused() {
        let mut memory = [0u8; 8];
        assert_eq!(Arena::new(&mut memory).word(b"a\0b"), Err(Fault::Nul));
    }
}
