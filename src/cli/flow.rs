//! Text that is broken between words where the line of a terminal ends.

use heapless::Vec;

use super::out::fill;
use crate::text::{Length, Show, Sink, put};

/// The least that a line must have for words; with less nothing is broken.
const LEAST: usize = 24;

/// What is kept of a word until it is known where it stands; the rest of a longer one follows it.
const WORD: usize = 128;

/// The least that stands between a word and what is said of it.
const GAP: usize = 3;

/// Where a text begins that has no room behind its word, and so stands below it.
const BELOW: usize = 6;

/// A text on its way out, word by word.
pub struct Flow<'o> {
    out: &'o mut dyn Sink,
    /// How many columns a line has.
    columns: usize,
    /// Where lines behind the first begin.
    indent: usize,
    /// How many columns of this line are used.
    at: usize,
    /// Whether a space stands in front of the next word.
    is_parted: bool,
    word: Vec<u8, WORD>,
}

impl<'o> Flow<'o> {
    /// A text that begins at this column, and so does each line of it.
    pub fn new(out: &'o mut dyn Sink, columns: usize, indent: usize) -> Self {
        fill(out, indent);
        Self::at(out, columns, indent, indent)
    }

    /// A text behind `what`, for which there are `indent` columns with what stands around it; or
    /// below it, where lines are too short for that.
    pub fn behind(what: &dyn Show, out: &'o mut dyn Sink, columns: usize, indent: usize) -> Self {
        if is_narrow(columns, indent) {
            fill(out, 2);
            let mut head = Flow::at(&mut *out, columns, BELOW - 2, 2);
            put!(&mut head, what);
            head.end();
            return Self::new(out, columns, BELOW);
        }
        let begins = Length::of(what).letters.saturating_add(2);
        let spaces = indent.saturating_sub(begins).max(GAP);
        put!(out, "  ", what);
        fill(out, spaces);
        Self::at(out, columns, indent, begins.saturating_add(spaces))
    }

    /// A text that goes on behind so many columns of a line.
    pub fn at(out: &'o mut dyn Sink, columns: usize, indent: usize, at: usize) -> Self {
        let columns = if is_narrow(columns, indent) { usize::MAX } else { columns };
        Self { out, columns, indent, at, is_parted: false, word: Vec::new() }
    }

    /// The word that has come to its end.
    fn end_word(&mut self) {
        let mut length = Length::default();
        length.put(&self.word);
        let letters = length.letters;
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
        self.out.put(&self.word);
        self.word.clear();
    }

    /// The end of the text, and of its line.
    pub fn end(mut self) {
        self.end_word();
        put!(self.out, "\n");
    }
}

/// Whether a line of so many columns has too little room behind so many.
const fn is_narrow(columns: usize, indent: usize) -> bool {
    columns < indent.saturating_add(LEAST)
}

impl Sink for Flow<'_> {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b' ' => {
                    self.end_word();
                    self.is_parted = true;
                }
                _ => {
                    if self.word.is_full() {
                        self.end_word();
                        self.is_parted = false; // it goes on
                    }
                    let _ = self.word.push(*byte); // there is room now
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec as Bytes;

    fn shown(columns: usize, indent: usize, text: &str) -> String {
        let mut out = Bytes::new();
        let mut flow = Flow::behind(&"a", &mut out, columns, indent);
        put!(&mut flow, text);
        flow.end();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_text_is_broken_between_words_and_nothing_is_lost() {
        assert_eq!(shown(80, 8, "one two"), "  a     one two\n");
        let text = "größe four five six seven eight";
        let expected = "  a     größe four five six\n        seven eight\n";
        assert_eq!(shown(32, 8, text), expected);
        let expected = "  a\n      größe four five six\n      seven eight\n";
        assert_eq!(shown(30, 8, text), expected);
        assert_eq!(shown(20, 8, text), "  a\n      größe four five six seven eight\n");
        let long = "x".repeat(300);
        assert_eq!(
            shown(40, 8, &std::format!("a {long} b")),
            std::format!("  a     a\n        {long}\n        b\n")
        );
        assert_eq!(shown(usize::MAX, 2, ""), "  a   \n");
    }
}
