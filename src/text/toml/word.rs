//! The words of TOML: parts of keys, and values that are neither lists nor tables.
//!
//! A word is where it stands and what it is; its text is decoded into the arena when somebody wants
//! it. Integers are read here, for toml_parser leaves their digits unchecked (`0x`, `1_a`).
//!
//! Faults of the grammar do not belong here: a word of a checked statement has none.

use toml_parser::decoder::{Encoding, IntegerRadix, ScalarKind, StringBuilder};
use toml_parser::{ParseError, Raw, Source, Span};

use crate::text::{Arena, Fault};

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A string.
    Text,
    /// An integer; `None` when no `i64` holds it.
    Integer(Option<i64>),
    /// `true` or `false`.
    Switch(bool),
    /// A number with a point or an exponent, `inf` or `nan`.
    Float,
    /// A date, a time, or both.
    DateTime,
}

/// A part of a key, or a scalar.
#[derive(Clone, Copy)]
pub struct Word<'a> {
    raw: Raw<'a>,
    start: usize,
}

impl<'a> Word<'a> {
    pub(super) fn new(source: Source<'a>, span: Span, encoding: Option<Encoding>) -> Self {
        let text = source.input().get(span.start()..span.end()).unwrap_or_default();
        Self { raw: Raw::new_unchecked(text, encoding, span), start: span.start() }
    }

    pub(super) const fn raw(&self) -> Raw<'a> {
        self.raw
    }

    /// Where it stands, in bytes.
    pub const fn start(&self) -> usize {
        self.start
    }

    /// It as it is written.
    pub fn text(&self) -> &'a str {
        self.raw.as_str()
    }

    /// What it is, as a scalar.
    pub fn scalar(&self) -> Scalar {
        match self.raw.decode_scalar(&mut (), &mut ()) {
            ScalarKind::String => Scalar::Text,
            ScalarKind::Boolean(is_true) => Scalar::Switch(is_true),
            ScalarKind::DateTime => Scalar::DateTime,
            ScalarKind::Float => Scalar::Float,
            ScalarKind::Integer(radix) => Scalar::Integer(integer(self.raw.as_str(), radix)),
        }
    }

    /// Its text as a part of a key: as it is written, or decoded into the arena.
    ///
    /// # Errors
    /// [`Fault::TooLong`] when the arena is full.
    pub fn name(&self, arena: &mut Arena<'a>) -> Result<&'a [u8], Fault> {
        let mut plain = "";
        let mut has_escapes = false;
        self.raw.decode_key(&mut plain, &mut |_: ParseError| has_escapes = true);
        if !has_escapes {
            return Ok(plain.as_bytes());
        }
        arena.drop_pending();
        let mut decoder = Decoder { arena, takes_nul: true, result: Ok(()) };
        self.raw.decode_key(&mut decoder, &mut ());
        decoder.result.map(|()| arena.keep())
    }

    /// Appends its text as a string to what is being written in the arena.
    ///
    /// # Errors
    /// [`Fault::Nul`] when there is a NUL in it, [`Fault::TooLong`] when the arena is full.
    pub fn decode(&self, arena: &mut Arena<'a>) -> Result<(), Fault> {
        let mut decoder = Decoder { arena, takes_nul: false, result: Ok(()) };
        let _ = self.raw.decode_scalar(&mut decoder, &mut ()); // the caller knows it is a string
        decoder.result
    }
}

/// Takes what toml_parser has decoded; what goes wrong first is kept.
struct Decoder<'x, 'a> {
    arena: &'x mut Arena<'a>,
    takes_nul: bool,
    result: Result<(), Fault>,
}

impl Decoder<'_, '_> {
    fn take(&mut self, text: &str) -> bool {
        if self.result.is_ok() {
            self.result = match text.contains('\0') && !self.takes_nul {
                true => Err(Fault::Nul),
                false => self.arena.push(text.as_bytes()),
            };
        }
        self.result.is_ok()
    }
}

impl<'s> StringBuilder<'s> for Decoder<'_, '_> {
    /// Called once, before anything is decoded; what is pending then belongs to somebody else.
    fn clear(&mut self) {}

    fn push_str(&mut self, append: &'s str) -> bool {
        self.take(append)
    }

    fn push_char(&mut self, append: char) -> bool {
        self.take(append.encode_utf8(&mut [0; 4]))
    }
}

/// The digits of an integer as toml_parser classifies it.
fn digits(text: &str, radix: IntegerRadix) -> &[u8] {
    let digits = match text.as_bytes() {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    match radix {
        IntegerRadix::Dec => digits,
        IntegerRadix::Hex | IntegerRadix::Oct | IntegerRadix::Bin => {
            digits.get(2..).unwrap_or_default()
        }
    }
}

/// Whether it has digits, and nothing else: toml_parser takes `0x` and `1_a`.
pub(super) fn is_integer(text: &str, radix: IntegerRadix) -> bool {
    let digits = digits(text, radix);
    let is_digit = |byte: &u8| *byte == b'_' || char::from(*byte).is_digit(radix.value());
    !digits.is_empty() && digits.iter().all(is_digit)
}

/// Its value; `None` when no `i64` holds it.
fn integer(text: &str, radix: IntegerRadix) -> Option<i64> {
    let base = radix.value();
    digits(text, radix).iter().filter_map(|byte| char::from(*byte).to_digit(base)).try_fold(
        0i64,
        |sum, digit| {
            let sum = sum.checked_mul(i64::from(base))?;
            match text.starts_with('-') {
                true => sum.checked_sub(i64::from(digit)),
                false => sum.checked_add(i64::from(digit)),
            }
        },
    )
}
