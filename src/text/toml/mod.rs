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
mod flaw;
mod grammar;
mod piece;
mod scalar;
mod string;
#[cfg(test)]
mod tests;
mod word;

pub use flaw::Flaw;
pub use piece::Piece;
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
