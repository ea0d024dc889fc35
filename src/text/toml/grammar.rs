//! The grammar: which words and signs follow one another.
//!
//! A statement is read from its first byte to its last, and its pieces are handed on as they come.
//! The first thing that is wrong ends it: the reader stays at that byte. Lists and inline tables
//! stand in one another; how deep is bounded, so the stack is as well.
//!
//! What is in a string is in `string`, what a number is in `scalar`.

use super::extent::{is_bare, is_blank, is_sign, run};
use super::string::{is_control, newline};
use super::{Flaw, Piece, Scalar, Word, scalar, string};
use crate::limits::TOML_DEPTH_MAX;

/// Reads the statement of `text` that goes from `start` to the end, and hands its pieces to `take`.
///
/// # Errors
/// [`Flaw`], and the byte at which it stands.
pub(super) fn read<'a>(
    text: &'a [u8],
    start: usize,
    take: &mut dyn FnMut(Piece<'a>),
) -> Result<(), (usize, Flaw)> {
    let mut grammar = Grammar { text, at: start, depth: 0, take };
    grammar.statement().map_err(|flaw| (grammar.at, flaw))
}

/// A statement that is being read.
struct Grammar<'a, 't> {
    text: &'a [u8],
    /// Up to here it was read; what is wrong stands here.
    at: usize,
    /// How many lists and inline tables are open.
    depth: usize,
    take: &'t mut dyn FnMut(Piece<'a>),
}

impl<'a> Grammar<'a, '_> {
    /// `expression = ws [ keyval / table ] ws [ comment ]` and its newline.
    fn statement(&mut self) -> Result<(), Flaw> {
        self.skip(is_blank);
        match self.peek() {
            Some(b'[') => self.header()?,
            None | Some(b'\r' | b'\n' | b'#') => {}
            Some(_) => self.pair()?,
        }
        self.skip(is_blank);
        self.comment()?;
        match self.peek() {
            None => Ok(()),
            Some(_) if self.newline()? => Ok(()),
            Some(_) => Err(Flaw::Unexpected),
        }
    }

    /// `[ key ]` or `[[ key ]]`
    fn header(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        self.skip_one();
        let is_list = self.eat(b'[');
        (self.take)(Piece::Header { start, is_list });
        self.key()?;
        match (self.eat(b']'), is_list) {
            (true, false) => {}
            (true, true) if self.eat(b']') => {}
            (_, false) => return Err(Flaw::OpenHeader),
            (_, true) => return Err(Flaw::OpenListHeader),
        }
        (self.take)(Piece::HeaderEnd);
        Ok(())
    }

    /// `keyval = key = val`
    fn pair(&mut self) -> Result<(), Flaw> {
        self.key()?;
        if !self.eat(b'=') {
            return Err(Flaw::MissingEquals);
        }
        (self.take)(Piece::Equals);
        self.skip(is_blank);
        self.value()
    }

    /// `key = simple-key *( "." simple-key )`, with white space around each.
    fn key(&mut self) -> Result<(), Flaw> {
        loop {
            self.skip(is_blank);
            let start = self.at;
            match self.peek() {
                Some(quote @ (b'"' | b'\'')) => {
                    if self.rest().starts_with(&[quote; 3]) {
                        return Err(Flaw::MultiLineKey);
                    }
                    string::read(self.text, &mut self.at, &mut |_| {})?;
                }
                _ => self.bare_key()?,
            }
            let word = self.word(start);
            (self.take)(Piece::Name(word));
            self.skip(is_blank);
            if !self.eat(b'.') {
                return Ok(());
            }
            (self.take)(Piece::Dot);
        }
    }

    /// `unquoted-key = 1*( ALPHA / DIGIT / "-" / "_" )`
    fn bare_key(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        self.skip(is_bare);
        if !self.peek().is_none_or(is_sign) {
            self.at = start;
            return Err(Flaw::BareKey);
        }
        if self.at == start { Err(Flaw::MissingKey) } else { Ok(()) }
    }

    /// `val = string / boolean / array / inline-table / date-time / float / integer`
    fn value(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        let scalar = match self.peek() {
            Some(b'[') => return self.entries(true),
            Some(b'{') => return self.entries(false),
            Some(b'"' | b'\'') => {
                string::read(self.text, &mut self.at, &mut |_| {})?;
                Scalar::Text
            }
            None => return Err(Flaw::MissingValue),
            Some(sign) if is_sign(sign) && sign != b'.' => return Err(Flaw::MissingValue),
            Some(_) => {
                let len = scalar::len(self.rest());
                let scalar = Scalar::parse(self.rest().get(..len).unwrap_or_default())?;
                self.at = start.saturating_add(len);
                scalar
            }
        };
        let word = self.word(start);
        (self.take)(Piece::Scalar(word, scalar));
        Ok(())
    }

    /// `[ val, … ]` or `{ keyval, … }`, over as many lines as it likes, with a comma behind the
    /// last entry or without.
    fn entries(&mut self, is_list: bool) -> Result<(), Flaw> {
        let start = self.at;
        let (close, open_flaw) = match is_list {
            true => (b']', Flaw::OpenList),
            false => (b'}', Flaw::OpenTable),
        };
        if self.depth == TOML_DEPTH_MAX {
            return Err(Flaw::TooDeep);
        }
        self.depth = self.depth.saturating_add(1);
        self.skip_one();
        (self.take)(Piece::Open { start, is_list });
        let mut needs_comma = false;
        loop {
            let behind = self.at;
            self.lines()?;
            match self.peek() {
                Some(byte) if byte == close => break,
                Some(b',') if !needs_comma => return Err(Flaw::ExtraComma),
                Some(b',') => self.skip_one(),
                Some(b']' | b'}') => return Err(open_flaw),
                None => {
                    self.at = behind;
                    return Err(open_flaw);
                }
                Some(_) if needs_comma => return Err(Flaw::MissingComma),
                Some(_) if is_list => self.value()?,
                Some(_) => self.pair()?,
            }
            needs_comma = !needs_comma;
        }
        self.skip_one();
        self.depth = self.depth.saturating_sub(1);
        (self.take)(Piece::Close { end: self.at });
        Ok(())
    }

    /// `ws-comment-newline`: white space, comments and the ends of lines.
    fn lines(&mut self) -> Result<(), Flaw> {
        loop {
            self.skip(is_blank);
            self.comment()?;
            if !self.newline()? {
                return Ok(());
            }
        }
    }

    /// `[ comment ]`
    fn comment(&mut self) -> Result<(), Flaw> {
        if self.peek() == Some(b'#') {
            self.skip(|byte| !is_control(byte));
            if !matches!(self.peek(), None | Some(b'\r' | b'\n')) {
                return Err(Flaw::Control);
            }
        }
        Ok(())
    }

    /// Whether a line ended here: with `\n` or `\r\n`.
    fn newline(&mut self) -> Result<bool, Flaw> {
        let len = newline(self.rest())?;
        self.at = self.at.saturating_add(len);
        Ok(len > 0)
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip(&mut self, is_such: fn(&u8) -> bool) {
        self.at = self.at.saturating_add(run(self.rest(), is_such));
    }

    fn skip_one(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        if is_here {
            self.skip_one();
        }
        is_here
    }

    /// What was read since `start`.
    fn word(&self, start: usize) -> Word<'a> {
        Word::new(self.text, start, self.at)
    }
}
