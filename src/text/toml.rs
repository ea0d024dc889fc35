//! TOML 1.1, one statement at a time.
//!
//! The grammar is toml_parser's: it cuts a text into tokens and calls back for what they mean. This
//! file makes it smaller for its reader. A text is taken statement by statement (a header, or a key
//! with its value), and a statement is checked as a whole before anybody sees a piece of it: it is
//! good TOML, or it is one [`Damage`]. So a fault is told once and ends where its statement ends,
//! and the memory that is touched is that of the longest statement, not of the file.
//!
//! What the keys mean, which type a value should have and what was said twice does not belong here:
//! that is `spec`.

mod brackets;
mod grammar;
mod word;

use heapless::Vec;
use toml_parser::Source;
use toml_parser::lexer::{Lexer, Token, TokenKind};
use toml_parser::parser::{Event, EventKind, parse_document};

use self::brackets::Brackets;
use crate::limits::TOML_TOKENS_MAX;

pub use word::{Scalar, Word};

/// The tokens of one statement; no byte of it is touched before it is needed.
pub struct Tokens(Vec<Token, TOML_TOKENS_MAX>);

impl Tokens {
    /// No tokens.
    pub const fn new() -> Self {
        Self(Vec::new())
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self::new()
    }
}

/// A text that is read from its beginning to its end.
pub struct Document<'a> {
    source: Source<'a>,
    lexer: Lexer<'a>,
}

/// What the next lines are.
pub enum Next<'a, 't> {
    /// Good TOML.
    Statement(Statement<'a, 't>),
    /// Something else.
    Damage(Damage<'a>),
}

/// A statement that is no good.
pub struct Damage<'a> {
    /// The byte of the text that is wrong.
    pub start: usize,
    /// The word that stands there; nothing at the end of a line.
    pub said: &'a str,
    /// Whether it was to be the header of a table.
    pub is_header: bool,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What is wrong with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The grammar: what it is, and what should stand there.
    Grammar(&'static str, Option<&'static str>),
    /// More brackets in one another than [`TOML_DEPTH_MAX`](crate::limits::TOML_DEPTH_MAX).
    TooDeep,
    /// More tokens than [`TOML_TOKENS_MAX`].
    TooLong,
}

impl<'a> Document<'a> {
    /// A text, of which nothing is read yet.
    pub fn new(text: &'a str) -> Self {
        let source = Source::new(text);
        Self { source, lexer: source.lex() }
    }

    /// The next statement, or lines without one; `None` at the end.
    pub fn next<'t>(&mut self, tokens: &'t mut Tokens) -> Option<Next<'a, 't>> {
        let gathered = self.gather(tokens);
        let tokens = tokens.0.as_slice();
        let is_header = is_header(tokens);
        let damage = match gathered {
            Err((start, flaw)) => Some((start, flaw)),
            Ok(()) if tokens.is_empty() => return None,
            Ok(()) => grammar::check(self.source, tokens),
        };
        Some(match damage {
            None => Next::Statement(Statement { source: self.source, tokens }),
            Some((start, flaw)) => {
                let said = word_at(self.source, tokens, start);
                Next::Damage(Damage { start, said, is_header, flaw })
            }
        })
    }

    /// Reads the tokens of one statement, its newline included.
    fn gather(&mut self, tokens: &mut Tokens) -> Result<(), (usize, Flaw)> {
        let Tokens(tokens) = tokens;
        tokens.clear();
        let mut brackets = Brackets::default();
        let mut result = Ok(());
        for token in self.lexer.by_ref() {
            let start = token.span().start();
            if !brackets.take(token.kind()) {
                result = result.and(Err((start, Flaw::TooDeep)));
            }
            if tokens.push(token).is_err() {
                result = result.and(Err((start, Flaw::TooLong)));
            }
            if token.kind() == TokenKind::Newline {
                let rest = self.source.input().get(token.span().end()..).unwrap_or_default();
                if brackets.is_closed() || is_header(tokens) || brackets.is_forgotten_before(rest) {
                    break;
                }
            }
        }
        result
    }
}

/// Whether these are the tokens of a header: that never goes over the end of its line.
fn is_header(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .find(|token| token.kind() != TokenKind::Whitespace)
        .is_some_and(|token| token.kind() == TokenKind::LeftSquareBracket)
}

/// The token at `start`; nothing where a line ends.
fn word_at<'a>(source: Source<'a>, tokens: &[Token], start: usize) -> &'a str {
    tokens
        .iter()
        .find(|token| token.span().end() > start)
        .filter(|token| token.kind() != TokenKind::Newline)
        .and_then(|token| source.input().get(token.span().start()..token.span().end()))
        .unwrap_or_default()
}

/// A piece of a statement, in the order of the text.
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
    /// A value that is neither a list nor a table.
    Scalar(Word<'a>),
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

/// A header, a key with its value, or lines without either; good TOML.
pub struct Statement<'a, 't> {
    source: Source<'a>,
    tokens: &'t [Token],
}

impl<'a> Statement<'a, '_> {
    /// Hands its pieces to `take`, one after the other.
    pub fn read(&self, mut take: impl FnMut(Piece<'a>)) {
        let mut receive = |event: Event| {
            let (start, end) = (event.span().start(), event.span().end());
            let is_list = matches!(event.kind(), EventKind::ArrayTableOpen | EventKind::ArrayOpen);
            let word = || Word::new(self.source, event.span(), event.encoding());
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    take(Piece::Header { start, is_list });
                }
                EventKind::StdTableClose | EventKind::ArrayTableClose => take(Piece::HeaderEnd),
                EventKind::SimpleKey => take(Piece::Name(word())),
                EventKind::KeySep => take(Piece::Dot),
                EventKind::KeyValSep => take(Piece::Equals),
                EventKind::Scalar => take(Piece::Scalar(word())),
                EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                    take(Piece::Open { start, is_list });
                }
                EventKind::InlineTableClose | EventKind::ArrayClose => take(Piece::Close { end }),
                EventKind::ValueSep
                | EventKind::Whitespace
                | EventKind::Comment
                | EventKind::Newline
                | EventKind::Error => {}
            }
        };
        parse_document(self.tokens, &mut receive, &mut ());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::TOML_DEPTH_MAX;
    use proptest::prelude::*;
    use std::boxed::Box;
    use std::string::{String, ToString as _};
    use std::vec::Vec;

    /// Each statement as it was cut, or what is wrong with it.
    fn statements(text: &str) -> Vec<Result<String, Flaw>> {
        let mut tokens = Box::new(Tokens::new());
        let mut document = Document::new(text);
        let mut found = Vec::new();
        while let Some(next) = document.next(&mut tokens) {
            found.push(match next {
                Next::Statement(Statement { tokens: [first, .., last], .. }) => {
                    Ok(text[first.span().start()..last.span().end()].to_string())
                }
                Next::Statement(_) => continue,
                Next::Damage(damage) => Err(damage.flaw),
            });
        }
        found
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = statements(text).into_iter().map(Result::unwrap).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_text_is_cut_where_its_brackets_are_closed() {
        check(
            "[a]\nb = [\n1, # ]\n\"]\"\n,]\n\n'c' = 2",
            &["[a]\n", "b = [\n1, # ]\n\"]\"\n,]\n", "'c' = 2"],
        );
        check(
            "a = '''\n[b]\n'''\r\nb = { c = [[],\n[]] }",
            &["a = '''\n[b]\n'''\r\n", "b = { c = [[],\n[]] }"],
        );
        check("a = [\n[inf],\n[true],\ntrue,\n[0x1]]", &["a = [\n[inf],\n[true],\ntrue,\n[0x1]]"]);
        check("a = {\nb = 1,\n'c' = 2\n}", &["a = {\nb = 1,\n'c' = 2\n}"]);
    }

    #[test]
    fn closing_what_was_not_opened_buys_no_depth() {
        let deep = "a = {".to_string() + &"{}".repeat(1_000) + &"[".repeat(1_000);
        assert_eq!(statements(&deep), [Err(Flaw::TooDeep)]);
        let just = |depth| "a = ".to_string() + &"[".repeat(depth) + &"]".repeat(depth) + "\nb = 1";
        assert_eq!(
            statements(&just(TOML_DEPTH_MAX))[0],
            Ok(just(TOML_DEPTH_MAX)[..37].to_string())
        );
        assert_eq!(statements(&just(TOML_DEPTH_MAX + 1))[0], Err(Flaw::TooDeep));
    }

    proptest! {
        #[test]
        fn statements_are_good_when_the_whole_text_is(
            text in "(a=|b\\.c=|[\\[\\]{} ,1.#\n]|'x'|\"\\\\n\"|'''|\r\n|\\[a]\n|\\[\\[b]]\n){0,24}"
        ) {
            let tokens: Vec<_> = Source::new(&text).lex().collect();
            let is_good = grammar::check(Source::new(&text), &tokens).is_none();
            let flaw = statements(&text).into_iter().find_map(Result::err);
            prop_assert!(is_good == flaw.is_none() || flaw == Some(Flaw::TooDeep), "{:?}", flaw);
        }
    }
}
