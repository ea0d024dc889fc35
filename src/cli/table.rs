//! A table of words: aligned columns, the same ones always, a `-` where there is nothing.
//!
//! How wide a column is, is known when its last cell is, so that all are kept until then. On a
//! terminal the last column is cut where the line ends.

use super::out::fill;
use super::screen::{Colour, Cut, Screen};
use crate::limits::ROW_MAX;
use crate::text::{Buffer, Length, Show, Sink, Visible, Words, put};

/// The space between two columns.
const GAP: usize = 2;

/// The least that the last column has.
const LAST: usize = 12;

/// A table with `N` columns.
pub struct Table<'a, const N: usize> {
    heads: [&'static str; N],
    /// The cells, each ended by NUL, and how much of it they have.
    cells: &'a mut [u8],
    used: usize,
    widths: [usize; N],
    is_full: bool,
}

impl<'a, const N: usize> Table<'a, N> {
    /// An empty table whose cells lie in `memory`.
    pub fn new(heads: [&'static str; N], memory: &'a mut [u8]) -> Self {
        let widths = heads.map(str::len);
        Self { heads, cells: memory, used: 0, widths, is_full: false }
    }

    /// Puts a row behind the others; `false` when there was no room for it.
    pub fn add(&mut self, cells: [&dyn Show; N]) -> bool {
        let mut row = Buffer::<ROW_MAX>::new();
        let mut widths = self.widths;
        let mut start = 0;
        for (cell, width) in cells.into_iter().zip(&mut widths) {
            put!(&mut row, cell);
            let text = row.text().and_then(|text| text.get(start..)).unwrap_or_default();
            *width = (*width).max(Length::of(&Visible(text)).letters);
            start = start.saturating_add(text.len()).saturating_add(1);
            put!(&mut row, "\0");
        }
        let text = row.text().unwrap_or_default();
        let end = self.used.saturating_add(text.len());
        let place = self.cells.get_mut(self.used..end).filter(|_| !text.is_empty());
        self.is_full |= place.is_none();
        if let Some(place) = place.filter(|_| !self.is_full) {
            place.iter_mut().zip(text).for_each(|(place, byte)| *place = *byte);
            (self.used, self.widths) = (end, widths);
        }
        !self.is_full
    }

    /// Prints all of it, each row in the colour that it is given.
    pub fn print(
        self,
        out: &mut dyn Sink,
        screen: Screen,
        colour: impl Fn(usize, &[u8]) -> Colour,
    ) {
        let mut rest = Words::new(self.cells.get(..self.used).unwrap_or_default());
        for (column, head) in self.heads.iter().enumerate() {
            self.cell(out, screen, column, head.as_bytes(), Colour::Bold);
        }
        while !rest.is_empty() {
            for (column, cell) in rest.iter().take(N).enumerate() {
                let cell = cell.to_bytes();
                self.cell(out, screen, column, cell, colour(column, cell));
            }
            rest = (0..N).fold(rest, |words: Words<'_>, _| words.rest());
        }
    }

    fn cell(&self, out: &mut dyn Sink, screen: Screen, column: usize, text: &[u8], colour: Colour) {
        let shown = Visible(if text.is_empty() { b"-" } else { text });
        let width = self.widths.get(column).copied().unwrap_or(0);
        if column.saturating_add(1) < N {
            put!(out, screen.paint(colour, &shown));
            let letters = Length::of(&shown).letters;
            return fill(out, width.saturating_add(GAP).saturating_sub(letters));
        }
        let others = self.widths.iter().take(column).map(|width| width.saturating_add(GAP));
        let room = screen.columns.saturating_sub(others.sum());
        put!(out, screen.paint(colour, &Cut(&shown, room.max(LAST))), "\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let mut memory = [0u8; 64];
        let mut table = Table::new(["NAME", "N", "SAYS"], &mut memory);
        assert!(table.add([&"größe", &7u8, &"up"]));
        assert!(table.add([&"a", &"", &"a\x1bb and more than the line has"]));
        assert!(!table.add([&"there", &"is no", &"room for this"]));
        let screen = Screen::plain(26);
        let mut shown = Vec::new();
        table.print(&mut shown, screen, |_, _| Colour::Plain);
        let expected = "NAME   N  SAYS\ngröße  7  up\na      -  a\\x1bb and more…\n";
        assert_eq!(String::from_utf8(shown).unwrap(), expected);
    }
}
