//! The brackets of a statement: where it ends, and how deep it is.
//!
//! toml_parser recurses for every list and inline table. Its own guard (`RecursionGuard`) counts
//! closing brackets that were never opened, so that `{{}{}{}` buys depth for what follows. Here a
//! bracket is closed by its own kind alone: at every token these are at least as many as the parser
//! has open, so their number bounds its recursion.
//!
//! What stands between the brackets does not belong here.

use heapless::Vec;
use toml_parser::lexer::TokenKind;

use crate::limits::TOML_DEPTH_MAX;

/// The brackets that are open.
#[derive(Default)]
pub(super) struct Brackets {
    open: Vec<TokenKind, TOML_DEPTH_MAX>,
    beyond: usize,
}

impl Brackets {
    /// Takes the next token; `false` when it opens a bracket too many.
    pub(super) fn take(&mut self, kind: TokenKind) -> bool {
        if matches!(kind, TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) {
            if self.open.push(kind).is_err() {
                self.beyond = self.beyond.saturating_add(1);
                return false;
            }
        } else if matches!(kind, TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket) {
            let is_list = kind == TokenKind::RightSquareBracket;
            if self.beyond > 0 {
                self.beyond = self.beyond.saturating_sub(1);
            } else if self.is_in_list() == Some(is_list) {
                let _ = self.open.pop(); // it is closed
            }
        }
        true
    }

    /// Whether the innermost bracket is one of a list; `None` outside of all.
    fn is_in_list(&self) -> Option<bool> {
        self.open.last().map(|kind| *kind == TokenKind::LeftSquareBracket)
    }

    /// Whether every bracket is closed.
    pub(super) fn is_closed(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether a closing bracket was forgotten, for what follows can only be another statement:
    /// `[word]` is no value anywhere, and `word =` is none inside a list.
    pub(super) fn is_forgotten_before(&self, rest: &str) -> bool {
        let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let line = rest.trim_start_matches(BLANK);
        let inner = line.trim_start_matches('[');
        let name = inner.trim_start_matches(BLANK);
        let len = name.as_bytes().iter().take_while(|byte| is_key(byte)).count();
        let (word, after) = name.split_at_checked(len).unwrap_or_default();
        let sign = after.trim_start_matches(BLANK).as_bytes().first();
        match line.len().saturating_sub(inner.len()) {
            0 => self.is_in_list() == Some(true) && !word.is_empty() && sign == Some(&b'='),
            1 | 2 => {
                word.starts_with(|first: char| first.is_ascii_lowercase())
                    && !["true", "false", "inf", "nan"].contains(&word)
                    && sign == Some(&b']')
            }
            _ => false,
        }
    }
}

/// White space within a line.
const BLANK: [char; 2] = [' ', '\t'];
