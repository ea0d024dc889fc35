//! What somebody who enters a running sandbox wants to run there, as it is handed to its PID 1.
//!
//! ```text
//! errand = flags directory NUL count words environment
//! flags  = one byte: 1, standard input is a terminal of its own
//! count  = two bytes, the lower first: how many of what follows are words of the command
//! ```
//!
//! Words and variables are each ended by a NUL. An empty directory is the service's.

use core::ffi::CStr;

use crate::text::{Sink, Words};

/// An errand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errand<'a> {
    /// Whether its standard input is a terminal that is to be its own.
    pub has_terminal: bool,
    /// Where it begins; `None` is where the service does.
    pub directory: Option<&'a CStr>,
    /// Program and arguments.
    pub words: Words<'a>,
    /// Variables that it gets beside those of the service.
    pub variables: Words<'a>,
}

impl<'a> Errand<'a> {
    /// Reads one; `None` for what is none.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first()?;
        let directory = CStr::from_bytes_until_nul(rest).ok()?;
        let rest = rest.get(directory.count_bytes().checked_add(1)?..)?;
        let ([low, high], rest) = rest.split_first_chunk::<2>()?;
        let count = usize::from(u16::from_le_bytes([*low, *high]));
        let end = Words::new(rest).iter().take(count);
        let end = end.map(|word| word.count_bytes().saturating_add(1)).sum::<usize>();
        let (words, variables) = rest.split_at_checked(end)?;
        let words = Words::new(words);
        let is_whole = rest.is_empty() || rest.ends_with(b"\0");
        (is_whole && count > 0 && words.len() == count).then_some(Self {
            has_terminal: flags & 1 != 0,
            directory: Some(directory).filter(|directory| !directory.is_empty()),
            words,
            variables: Words::new(variables),
        })
    }

    /// Writes its head; words and variables follow as they are.
    pub fn write_head(&self, out: &mut dyn Sink) {
        out.put(&[u8::from(self.has_terminal)]);
        out.put(self.directory.unwrap_or_default().to_bytes_with_nul());
        let count = u16::try_from(self.words.len()).unwrap_or(u16::MAX);
        out.put(&count.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;
    use proptest::prelude::*;

    fn written(errand: &Errand<'_>) -> std::vec::Vec<u8> {
        let mut out = Buffer::<256>::new();
        errand.write_head(&mut out);
        [out.text().unwrap(), errand.words.bytes(), errand.variables.bytes()].concat()
    }

    #[test]
    fn an_errand_is_read_as_it_was_written() {
        for (directory, words, variables) in [
            (None, b"sh\0-c\0\0".as_slice(), b"TERM=xterm\0A=\0".as_slice()),
            (Some(c"/srv"), b"true\0", b""),
        ] {
            let words = Words::new(words);
            let variables = Words::new(variables);
            let errand = Errand { has_terminal: true, directory, words, variables };
            assert_eq!(Errand::read(&written(&errand)), Some(errand));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for bytes in [
            b"".as_slice(),
            b"\x01",
            b"\x01/srv",
            b"\x01\0",
            b"\x01\0\x01",
            b"\x01\0\x00\0",
            b"\x01\0\x02\0one\0",
            b"\x01\0\x01\0one",
            b"\x01\0\x01\0one\0A=b",
        ] {
            assert_eq!(Errand::read(bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(errand) = Errand::read(&bytes) {
                let again = written(&errand);
                prop_assert_eq!(Errand::read(&again), Some(errand));
            }
        }
    }
}
