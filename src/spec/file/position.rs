//! Where a byte of the file stands: line and column.
//!
//! Places are asked for in the order of the file, so they are counted on from the last one, and a
//! file is counted through once.

use crate::spec::Origin;

/// A place in the file that moves forward.
pub(super) struct Position<'a> {
    file: &'a [u8],
    offset: usize,
    line: u32,
    column: u32,
}

/// What an editor may put in front of a file; it has no width.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<'a> Position<'a> {
    /// The first character of a file.
    pub(super) fn new(file: &'a [u8]) -> Self {
        let offset = if file.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Self { file, offset, line: 1, column: 1 }
    }

    /// The place of the byte at `offset`.
    pub(super) fn at(&mut self, offset: usize) -> Origin {
        if offset < self.offset {
            *self = Self::new(self.file);
        }
        for byte in self.file.get(self.offset..offset).unwrap_or_default() {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else if !is_within_character(*byte) {
                self.column = self.column.saturating_add(1);
            }
        }
        self.offset = self.offset.max(offset);
        Origin::File { line: self.line, column: self.column }
    }
}

/// Whether a byte continues a character of UTF-8.
const fn is_within_character(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters_and_lines_from_one() {
        let mut position = Position::new("\u{feff}añb\r\n\tß = 1\n".as_bytes());
        let places =
            [(3, 1, 1), (4, 1, 2), (6, 1, 3), (9, 2, 1), (12, 2, 3), (17, 3, 1), (4, 1, 2)];
        for (offset, line, column) in places {
            assert_eq!(position.at(offset), Origin::File { line, column }, "byte {offset}");
        }
    }
}
