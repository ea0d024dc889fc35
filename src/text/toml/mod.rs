//! TOML 1.1, one statement at a time.
//!
//! A text is taken statement by statement (a header, or a key with its value), and a statement is
//! checked as a whole before anybody sees a piece of it: it is good TOML, or it is one [`Damage`].
//! So a fault is told once and ends where its statement ends, and nothing of the file is kept in
//! between. The language is that of <https://toml.io/en/v1.1.0> and its grammar in ABNF; the tests
//! hold this reader against another one and against the suite that TOML has for its readers.
//!
//! What the keys mean, which type a value should have and what was said twice does not belong here:
//! that is `spec`.

mod extent;
mod grammar;
mod scalar;
mod string;
#[cfg(test)]
mod tests;
mod word;

pub use scalar::Scalar;
pub use word::Word;

/// A text that is read from its beginning to its end.
pub struct Document<'a> {
    text: &'a [u8],
    at: usize,
}

/// A statement that is no good.
#[derive(Clone, Copy, Debug)]
pub struct Damage<'a> {
    /// The byte of the text that is wrong.
    pub start: usize,
    /// The word that stands there; nothing at the end of a line.
    pub said: &'a [u8],
    /// Whether it was to be the header of a table.
    pub is_header: bool,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What is wrong with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No key where one should be.
    MissingKey,
    /// A key that has to be quoted, and is not.
    BareKey,
    /// A key in three quotes.
    MultiLineKey,
    /// A key without `=`.
    MissingEquals,
    /// No value where one should be.
    MissingValue,
    /// What is no value without quotes: neither a number nor a date, `true` or `false`.
    Unquoted,
    /// `True`, `FALSE` and the like.
    Boolean,
    /// A decimal number that begins with `0`.
    LeadingZero,
    /// `_` in a number, but not between two digits.
    Underscore,
    /// A string without its closing quotes.
    OpenString,
    /// A backslash, and nothing that may follow it.
    Escape,
    /// A control character in a string or a comment.
    Control,
    /// A carriage return without a newline.
    CarriageReturn,
    /// Something more behind a header or a value.
    Unexpected,
    /// Two entries of a list or an inline table without a comma between them.
    MissingComma,
    /// A comma without an entry before it.
    ExtraComma,
    /// A list without `]`.
    OpenList,
    /// An inline table without its closing brace.
    OpenTable,
    /// A header without `]`.
    OpenHeader,
    /// A header of one of several tables without `]]`.
    OpenListHeader,
    /// More brackets in one another than [`TOML_DEPTH_MAX`](crate::limits::TOML_DEPTH_MAX).
    TooDeep,
}

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

/// What an editor may put in front of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<'a> Document<'a> {
    /// A text, of which nothing is read yet.
    pub fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        let at = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Self { text, at }
    }

    /// Hands the pieces of the next statement to `take`; there are none in a line without one.
    /// `None` at the end of the text.
    ///
    /// # Errors
    /// [`Damage`]; then `take` has got nothing.
    pub fn next(&mut self, take: &mut dyn FnMut(Piece<'a>)) -> Option<Result<(), Damage<'a>>> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        self.at = extent::end_of_statement(self.text, start);
        let is_header = extent::is_header(self.text, start);
        let statement = self.text.get(..self.at).unwrap_or_default();
        Some(match grammar::read(statement, start, &mut |_| {}) {
            Ok(()) => {
                let _ = grammar::read(statement, start, take); // it is as it was checked
                Ok(())
            }
            Err((start, flaw)) => {
                let said = statement.get(start..extent::end_of_word(statement, start));
                Err(Damage {
                    start,
                    said: said.unwrap_or_default().trim_ascii_end(),
                    is_header,
                    flaw,
                })
            }
        })
    }
}
