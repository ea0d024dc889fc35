//! A file with variables, in the format that docker and podman take with `--env-file`.
//!
//! A line is `NAME=VALUE`, the value being all that follows, quotes and blanks included; a line
//! that begins with `#` is a comment; `NAME` alone keeps the value that we have, if we have one.
//! What stands between the two is no shell: nothing is expanded, and nothing quoted.

use crate::text::{Arena, Fault, Words};

/// The form of a line, for messages.
const FORM: &str = "NAME=VALUE";

/// A line that is none, and its number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLine<'s> {
    /// The number, from 1.
    pub number: u32,
    /// The line.
    pub line: &'s [u8],
    /// What is wrong with it.
    pub fault: Fault,
}

/// Writes the variables of `source` into the arena, each ended by a NUL, and leaves them pending
/// there. `ours` is our own environment.
///
/// # Errors
/// The first line that is none; what was pending is dropped.
pub fn read<'s>(
    source: &'s [u8],
    ours: Words<'_>,
    arena: &mut Arena<'_>,
) -> Result<(), BadLine<'s>> {
    let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source); // a byte order mark
    for (line, number) in source.split(|byte| *byte == b'\n').zip(1u32..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line).trim_ascii_start();
        let result = match line {
            [] | [b'#', ..] => Ok(()),
            _ => variable(line, ours, arena),
        };
        if let Err(fault) = result {
            arena.drop_pending();
            return Err(BadLine { number, line, fault });
        }
    }
    Ok(())
}

/// One line that is no comment.
fn variable(line: &[u8], ours: Words<'_>, arena: &mut Arena<'_>) -> Result<(), Fault> {
    let name = line.split(|byte| *byte == b'=').next().unwrap_or_default();
    if name.is_empty() {
        return Err(Fault::NotA(FORM));
    }
    if let Some(blank) = name.iter().find(|byte| byte.is_ascii_whitespace()) {
        return Err(Fault::BadByte(*blank));
    }
    if line.contains(&0) {
        return Err(Fault::Nul);
    }
    let is_name_alone = name.len() == line.len();
    let own = ours.iter().find(|pair| {
        pair.to_bytes().strip_prefix(name).is_some_and(|value| value.starts_with(b"="))
    });
    let pair = match (is_name_alone, own) {
        (false, _) => line,
        (true, Some(own)) => own.to_bytes(),
        (true, None) => return Ok(()),
    };
    arena.push(pair)?;
    arena.push(b"\0")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file means to somebody who has HOME and TERM.
    fn check(source: &str, expected: &[&core::ffi::CStr]) {
        let mut memory = [0u8; 64];
        let mut arena = Arena::new(&mut memory);
        let ours = Words::new(b"HOME=/root\0TERM=xterm\0");
        read(source.as_bytes(), ours, &mut arena).unwrap();
        assert!(arena.keep_words().iter().eq(expected.iter().copied()), "{source:?}");
    }

    #[test]
    fn lines_are_variables_as_they_stand() {
        check("", &[]);
        check("A=1\n\n  B= two \n#C=3\n", &[c"A=1", c"B= two "]);
        check("A=\"1\"=2\r\nB=", &[c"A=\"1\"=2", c"B="]);
        check("\u{feff}A=1", &[c"A=1"]);
        check("HOME\nHOM\nTERM", &[c"HOME=/root", c"TERM=xterm"]);
    }

    #[test]
    fn the_first_bad_line_is_named() {
        for (source, number, fault) in [
            ("A=1\n=2\nB C=3\n", 2, Fault::NotA(FORM)),
            ("export A=1", 1, Fault::BadByte(b' ')),
            ("#\nA=\0", 2, Fault::Nul),
        ] {
            let mut memory = [0u8; 64];
            let mut arena = Arena::new(&mut memory);
            let bad = read(source.as_bytes(), Words::default(), &mut arena).unwrap_err();
            assert_eq!((bad.number, bad.fault), (number, fault), "{source:?}");
            assert!(arena.keep_words().is_empty());
        }
        let mut arena = Arena::new(&mut []);
        let bad = read(b"A=1", Words::default(), &mut arena).unwrap_err();
        assert!(matches!(bad.fault, Fault::TooLong { .. }));
    }
}
