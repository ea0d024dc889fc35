//! Values without quotes: booleans, integers, floats, dates and times.
//!
//! No key of ours takes a float or a date, so of these only the form is looked at: that tells a
//! value of the wrong type from what is no value at all. Whether a month has 31 days is not asked.
//!
//! Strings do not belong here.

use super::Flaw;
use super::extent::{is_sign, run};

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

/// How long the value is that `text` begins with. A date may have a space before its time.
pub(super) fn len(text: &[u8]) -> usize {
    let is_inner = |byte: &u8| *byte == b'.' || !is_sign(*byte);
    let len = run(text, is_inner);
    let (mut date, mut time) = text.split_at_checked(len).unwrap_or_default();
    if cut(&mut date, DATE) && date.is_empty() && cut(&mut time, b" ") && has_form(time, TIME) {
        return len.saturating_add(1).saturating_add(run(time, is_inner));
    }
    len
}

impl Scalar {
    /// Reads a value without quotes.
    ///
    /// # Errors
    /// [`Flaw`].
    pub(super) fn parse(text: &[u8]) -> Result<Self, Flaw> {
        let is_negative = text.starts_with(b"-");
        let (is_signed, number) = match text {
            [b'+' | b'-', number @ ..] => (true, number),
            number => (false, number),
        };
        match (number, is_signed) {
            (b"true", false) => Ok(Self::Switch(true)),
            (b"false", false) => Ok(Self::Switch(false)),
            (b"inf" | b"nan", _) => Ok(Self::Float),
            ([b'0', b'x', digits @ ..], false) => integer(digits, 16, false),
            ([b'0', b'o', digits @ ..], false) => integer(digits, 8, false),
            ([b'0', b'b', digits @ ..], false) => integer(digits, 2, false),
            (word, false) if is_date_time(word) => Ok(Self::DateTime),
            (word, false) if word.eq_ignore_ascii_case(b"true") => Err(Flaw::Boolean),
            (word, false) if word.eq_ignore_ascii_case(b"false") => Err(Flaw::Boolean),
            (_, _) => decimal(number, is_negative),
        }
    }
}

/// An integer, or a float: `dec-int ( exp / frac [ exp ] )`.
fn decimal(text: &[u8], is_negative: bool) -> Result<Scalar, Flaw> {
    let mut rest = text;
    let whole = cut_digits(&mut rest, 10)?;
    let scalar = match rest.is_empty() {
        true => integer(whole, 10, is_negative)?,
        false => {
            if cut(&mut rest, b".") {
                let _ = cut_digits(&mut rest, 10)?; // what a float is worth is not asked
            }
            if cut(&mut rest, b"e") || cut(&mut rest, b"E") {
                let _ = cut(&mut rest, b"+") || cut(&mut rest, b"-"); // or no sign
                let _ = cut_digits(&mut rest, 10)?; // as above
            }
            Scalar::Float
        }
    };
    match (whole, rest) {
        ([b'0', _, ..], []) => Err(Flaw::LeadingZero),
        (_, []) => Ok(scalar),
        (_, rest) => Err(no_digit(rest)),
    }
}

/// An integer of nothing but digits; an `i64` goes further below zero than above.
fn integer(text: &[u8], base: u8, is_negative: bool) -> Result<Scalar, Flaw> {
    let mut rest = text;
    let digits = cut_digits(&mut rest, base)?;
    if !rest.is_empty() {
        return Err(no_digit(rest));
    }
    let digits = digits.iter().filter_map(|byte| digit(*byte, base));
    let below_zero = digits
        .map(i64::from)
        .try_fold(0i64, |sum, digit| sum.checked_mul(i64::from(base))?.checked_sub(digit));
    Ok(Scalar::Integer(match is_negative {
        true => below_zero,
        false => below_zero.and_then(i64::checked_neg),
    }))
}

/// Cuts off the digits at the front. Between two of them one `_` may stand.
fn cut_digits<'t>(text: &mut &'t [u8], base: u8) -> Result<&'t [u8], Flaw> {
    let is_digit = |at: usize| text.get(at).is_some_and(|byte| digit(*byte, base).is_some());
    let mut len: usize = 0;
    while is_digit(len)
        || (len > 0 && text.get(len) == Some(&b'_') && is_digit(len.saturating_add(1)))
    {
        len = len.saturating_add(1);
    }
    let (digits, rest) = text.split_at_checked(len).unwrap_or_default();
    if digits.is_empty() {
        return Err(no_digit(rest));
    }
    *text = rest;
    Ok(digits)
}

/// What a digit of this base is worth.
pub(super) fn digit(byte: u8, base: u8) -> Option<u8> {
    let value = match byte {
        b'0'..=b'9' => byte.saturating_sub(b'0'),
        b'a'..=b'f' => byte.saturating_sub(b'a').saturating_add(10),
        b'A'..=b'F' => byte.saturating_sub(b'A').saturating_add(10),
        _ => return None,
    };
    Some(value).filter(|value| *value < base)
}

/// What is wrong where a digit should stand, or the end.
const fn no_digit(rest: &[u8]) -> Flaw {
    match rest {
        [b'_', ..] => Flaw::Underscore,
        _ => Flaw::Unquoted,
    }
}

/// Forms, in which `0` stands for any digit.
const DATE: &[u8] = b"0000-00-00";
const TIME: &[u8] = b"00:00";

/// Whether this is written like a date, a time, or both; seconds are optional since TOML 1.1.
fn is_date_time(text: &[u8]) -> bool {
    let mut rest = text;
    let has_date = cut(&mut rest, DATE);
    if has_date && rest.is_empty() {
        return true;
    }
    if has_date && !(cut(&mut rest, b"T") || cut(&mut rest, b"t") || cut(&mut rest, b" ")) {
        return false;
    }
    if !cut(&mut rest, TIME) {
        return false;
    }
    if cut(&mut rest, b":00") && cut(&mut rest, b".") {
        let len = run(rest, u8::is_ascii_digit);
        rest = rest.get(len..).filter(|_| len > 0).unwrap_or(b"?");
    }
    if has_date && !(cut(&mut rest, b"Z") || cut(&mut rest, b"z")) {
        let is_offset = has_form(rest, b"+00:00") || has_form(rest, b"-00:00");
        rest = rest.get(6..).filter(|_| is_offset).unwrap_or(rest);
    }
    rest.is_empty()
}

/// Cuts off the front when it has this form.
fn cut(text: &mut &[u8], form: &[u8]) -> bool {
    let is_there = has_form(text, form);
    if is_there {
        *text = text.get(form.len()..).unwrap_or_default();
    }
    is_there
}

/// Whether the front has this form.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    let is_like = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        sign => byte == sign,
    };
    text.len() >= form.len() && text.iter().zip(form).all(is_like)
}
