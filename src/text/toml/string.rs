//! Strings: the four kinds, and what they stand for.
//!
//! Two quotes mean what they surround word for word (`'`) or with escapes (`"`); three of them let
//! it go over several lines, of which an empty first one does not count. `\e`, `\xHH` and no others
//! are new in TOML 1.1.
//!
//! Where a broken string ends does not belong here: that is `extent`.

use super::Flaw;
use super::extent::{is_blank, run};
use super::scalar::digit;

/// Reads the string of `text` that begins at `at`, and hands what it stands for to `push`, piece by
/// piece. Then `at` stands behind its closing quotes.
///
/// # Errors
/// [`Flaw`], which stands at `at`.
pub(super) fn read(text: &[u8], at: &mut usize, push: &mut dyn FnMut(&[u8])) -> Result<(), Flaw> {
    let start = *at;
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    let Some(quote) = text.get(start) else { return Err(Flaw::OpenString) };
    let is_multi_line = rest(start).starts_with(&[*quote; 3]);
    // Of several lines it may end in two quotes of its own before the three that close it.
    let (closing, quotes_max) = if is_multi_line { (3, 5) } else { (1, 1) };
    *at = start.saturating_add(closing);
    if is_multi_line {
        *at = at.saturating_add(newline(rest(*at))?);
    }
    let is_plain =
        |byte: &u8| byte != quote && !is_control(byte) && !(*byte == b'\\' && *quote == b'"');
    loop {
        let here = rest(*at);
        let (plain, here) = here.split_at_checked(run(here, is_plain)).unwrap_or_default();
        push(plain);
        *at = at.saturating_add(plain.len());
        let len = match here.first() {
            Some(b'\\') => escape(here, is_multi_line, push)?,
            Some(byte) if byte == quote => {
                let quotes = run(here, |byte| byte == quote).min(quotes_max);
                let inner = quotes.checked_sub(closing);
                push(here.get(..inner.unwrap_or(quotes)).unwrap_or_default());
                if inner.is_some() {
                    *at = at.saturating_add(quotes);
                    return Ok(());
                }
                quotes
            }
            Some(b'\r' | b'\n') => {
                let len = newline(here)?;
                if !is_multi_line {
                    return Err(Flaw::OpenString);
                }
                push(here.get(..len).unwrap_or_default());
                len
            }
            Some(_) => return Err(Flaw::Control),
            None => {
                // The end of the file says nothing about where such a string began.
                *at = if is_multi_line { start } else { *at };
                return Err(Flaw::OpenString);
            }
        };
        *at = at.saturating_add(len);
    }
}

/// Reads what begins with a backslash; gives how long it is.
fn escape(text: &[u8], is_multi_line: bool, push: &mut dyn FnMut(&[u8])) -> Result<usize, Flaw> {
    let byte = match text.get(1) {
        Some(b'b') => b'\x08',
        Some(b't') => b'\t',
        Some(b'n') => b'\n',
        Some(b'f') => b'\x0c',
        Some(b'r') => b'\r',
        Some(b'e') => b'\x1b',
        Some(byte @ (b'"' | b'\\')) => *byte,
        Some(b'x') => return character(text, 4, push),
        Some(b'u') => return character(text, 6, push),
        Some(b'U') => return character(text, 10, push),
        Some(b' ' | b'\t' | b'\r' | b'\n') if is_multi_line => return folded(text),
        Some(_) | None => return Err(Flaw::Escape),
    };
    push(&[byte]);
    Ok(2)
}

/// `\xHH`, `\uHHHH` or `\UHHHHHHHH`, which are `len` bytes: a character by its number.
fn character(text: &[u8], len: usize, push: &mut dyn FnMut(&[u8])) -> Result<usize, Flaw> {
    let mut number = 0u32;
    for byte in text.get(2..len).ok_or(Flaw::Escape)? {
        number = number << 4 | u32::from(digit(*byte, 16).ok_or(Flaw::Escape)?);
    }
    let character = char::from_u32(number).ok_or(Flaw::Escape)?;
    push(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(len)
}

/// A backslash at the end of a line: the line, and all white space up to the next word, is nothing.
fn folded(text: &[u8]) -> Result<usize, Flaw> {
    let mut len: usize = 1;
    let mut has_newline = false;
    loop {
        let rest = text.get(len..).unwrap_or_default();
        let blanks = run(rest, is_blank);
        let newline = newline(rest.get(blanks..).unwrap_or_default())?;
        len = len.saturating_add(blanks).saturating_add(newline);
        match (newline, has_newline) {
            (0, true) => return Ok(len),
            (0, false) => return Err(Flaw::Escape),
            (_, _) => has_newline = true,
        }
    }
}

/// How long the end of a line is that `text` begins with; 0 when there is none.
///
/// # Errors
/// [`Flaw::CarriageReturn`] for one that stands alone.
pub(super) fn newline(text: &[u8]) -> Result<usize, Flaw> {
    match text {
        [b'\n', ..] => Ok(1),
        [b'\r', b'\n', ..] => Ok(2),
        [b'\r', ..] => Err(Flaw::CarriageReturn),
        _ => Ok(0),
    }
}

/// What may stand in no string and no comment: every control character but the tab.
pub(super) const fn is_control(byte: &u8) -> bool {
    byte.is_ascii_control() && *byte != b'\t'
}
