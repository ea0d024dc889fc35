//! What a statement is made of.

use super::scalar::Scalar;
use super::word::Word;

/// A piece of a statement, in the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// `[` or `[[`: the names of a table follow.
    Header {
        /// Where it stands, in bytes.
        start: usize,
        /// Whether there may be several of this table.
        is_list: bool,
    },
    /// The end of a header.
    HeaderEnd,
    /// A part of a key.
    Name(Word<'a>),
    /// The dot between two parts of a key.
    Dot,
    /// The end of a key: its value follows.
    Equals,
    /// A value that is neither a list nor a table, and what it is.
    Scalar(Word<'a>, Scalar),
    /// A list or an inline table.
    Open {
        /// Where it stands, in bytes.
        start: usize,
        /// Whether it is a list.
        is_list: bool,
    },
    /// The end of the innermost list or inline table.
    Close {
        /// Where it has ended, in bytes.
        end: usize,
    },
}
