//! Text that is broken between words where the line of a terminal ends.

use crate::cli::out::{Out, fill};
use crate::text::{Buffer, Length, Show, Sink, Visible, put};

/// The least that a line must have for words; with less nothing is broken.
const LEAST: usize = 24;

/// The least that stands between a word and what is said of it.
const GAP: usize = 3;

/// A text on its way out, word by word.
pub struct Flow<'o> {
    out: &'o mut Out,
    /// How many columns a line has.
    columns: usize,
    /// Where lines behind the first begin.
    indent: usize,
    /// How many columns of this line are used.
    at: usize,
    /// Whether a space stands in front of the next word.
    is_parted: bool,
    word: Buffer<128>,
}

impl<'o> Flow<'o> {
    /// A text that begins at this column, and so does each line of it.
    pub fn new(out: &'o mut Out, columns: usize, indent: usize) -> Self {
        fill(out, indent);
        Self::at(out, columns, indent, indent)
    }

    /// A text behind `what`, for which there are `indent` columns with what stands around it.
    pub fn behind(what: &dyn Show, out: &'o mut Out, columns: usize, indent: usize) -> Self {
        let begins = Length::of(what).letters.saturating_add(2);
        let spaces = indent.saturating_sub(begins).max(GAP);
        put!(out, "  ", what);
        fill(out, spaces);
        Self::at(out, columns, indent, begins.saturating_add(spaces))
    }

    fn at(out: &'o mut Out, columns: usize, indent: usize, at: usize) -> Self {
        let is_narrow = columns < indent.saturating_add(LEAST);
        let columns = if is_narrow { usize::MAX } else { columns };
        Self { out, columns, indent, at, is_parted: false, word: Buffer::new() }
    }

    /// The word that has come to its end.
    fn end_word(&mut self) {
        let text = self.word.text().unwrap_or_default();
        let letters = Length::of(&Visible(text)).letters;
        let with_space = letters.saturating_add(usize::from(self.is_parted));
        let is_full = self.at.saturating_add(with_space) > self.columns;
        if is_full && self.is_parted {
            put!(self.out, "\n");
            fill(self.out, self.indent);
            self.at = self.indent.saturating_add(letters);
        } else {
            put!(self.out, if self.is_parted { " " } else { "" });
            self.at = self.at.saturating_add(with_space);
        }
        self.out.put(text);
        self.word = Buffer::new();
    }

    /// The end of the text, and of its line.
    pub fn end(mut self) {
        self.end_word();
        put!(self.out, "\n");
    }
}

impl Sink for Flow<'_> {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b' ' => {
                    self.end_word();
                    self.is_parted = true;
                }
                _ => self.word.put(&[*byte]),
            }
        }
    }
}
