//! A command that is said as one text: `nsinit.exec="/bin/test -v"`, `--ready 'exec=/bin/check'`.
//!
//! A file has lists for that, an argument vector has arguments. What the words mean does not belong
//! here.

use super::{Complaint, Item, Key, Said, Shape, Spec};
use crate::text::{Arena, Fault, Words};

/// Reads the text of a flag into the spec: the value of a key, or, for a key that takes a command,
/// `exec=COMMAND`.
pub(super) fn put_flag<'a>(
    key: &'static Key,
    item: Item<'a>,
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
) -> Result<(), Complaint> {
    let command = item.bytes().strip_prefix(b"exec=");
    let put = match command.filter(|_| key.shape == Shape::TextOrExec) {
        Some(command) => match split_words(command, arena) {
            Ok(Some(value)) => key.put_words(spec, None, Said { value, origin: item.origin }),
            Ok(None) => return Err(Complaint::OpenQuote),
            Err(fault) => Err(fault),
        },
        None => key.put(spec, None, item),
    };
    match put {
        Ok(true) => Ok(()),
        Ok(false) => Err(Complaint::NoMainService),
        Err(fault) => Err(Complaint::Value(key, fault)),
    }
}

/// White space as isspace() of the kernel has it, in ASCII.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The words of a command: parted by white space, quoted as in sh(1) without its substitutions.
/// `None` where a quote is left open. How many there are is for the key to judge.
pub(super) fn split_words<'a>(
    text: &[u8],
    arena: &mut Arena<'a>,
) -> Result<Option<Words<'a>>, Fault> {
    arena.drop_pending();
    let mut quote = None;
    let mut is_word = false;
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match (quote, *byte, tail) {
            (_, b'\0', _) => return Err(Fault::Nul),
            (None, space, _) if is_space(space) => {
                if core::mem::take(&mut is_word) {
                    arena.push(b"\0")?;
                }
                continue;
            }
            (None, b'\'' | b'"', _) => quote = Some(*byte),
            (Some(open), byte, _) if open == byte => quote = None,
            (None, b'\\', []) => return Ok(None),
            (None, b'\\', [next, after @ ..])
            | (Some(b'"'), b'\\', [next @ (b'"' | b'\\' | b'$' | b'`'), after @ ..]) => {
                arena.push(&[*next])?;
                rest = after;
            }
            (None | Some(_), byte, _) => arena.push(&[byte])?,
        }
        is_word = true;
    }
    if quote.is_some() {
        return Ok(None);
    }
    if is_word {
        arena.push(b"\0")?;
    }
    Ok(Some(arena.keep_words()))
}
