//! Where a service's standard descriptors lead, and what it has to do with the terminal.

use core::ffi::CStr;

use crate::text::{Fault, Names};

/// The forms of a standard descriptor, for messages.
const STDIO_NAMES: Names = Names::new("inherit|null|kmsg|{ file = \"…\" }");
/// The relations to a terminal, for messages.
const TERMINAL_NAMES: Names = Names::new("share|none|own|give");

/// Where one of descriptors 0 to 2 leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stdio<'a> {
    /// Where ours leads.
    #[default]
    Inherit,
    /// /dev/null
    Null,
    /// /dev/kmsg, the kernel's log.
    Kmsg,
    /// A file: read as input, appended to as output, created with mode 0640 when missing.
    File(&'a CStr),
}

impl<'a> Stdio<'a> {
    /// Reads `inherit`, `null`, `kmsg` or `file=PATH`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`], [`Fault::Empty`] for a file without a name.
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        match text.to_bytes() {
            b"inherit" => Ok(Self::Inherit),
            b"null" => Ok(Self::Null),
            b"kmsg" => Ok(Self::Kmsg),
            b"file=" => Err(Fault::Empty),
            bytes if bytes.starts_with(b"file=") => {
                let path = text.to_bytes_with_nul().get(5..).unwrap_or_default();
                CStr::from_bytes_with_nul(path).map(Self::File).map_err(|_| Fault::Nul)
            }
            _ => Err(Fault::NotOneOf(STDIO_NAMES)),
        }
    }
}

/// What a service has to do with our terminal (credentials(7), "Sessions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Terminal {
    /// Its own process group in our session; in the foreground when we were.
    Share,
    /// A session of its own, without a terminal.
    #[default]
    None,
    /// A session of its own, whose terminal is the service's standard input.
    Own,
    /// A session of its own, and our terminal with it: we give ours up, where we have one.
    Give,
    /// Our own process group: nothing is changed. No key says so, for signals typed at a terminal
    /// reach the service twice then; it is what dumb-init does when it is told to.
    Keep,
}

impl Terminal {
    /// Reads `share`, `none`, `own` or `give`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"share" => Ok(Self::Share),
            b"none" => Ok(Self::None),
            b"own" => Ok(Self::Own),
            b"give" if cfg!(feature = "personalities") => Ok(Self::Give),
            _ => Err(Fault::NotOneOf(TERMINAL_NAMES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_lead_where_they_are_told() {
        assert_eq!(Stdio::parse(c"null"), Ok(Stdio::Null));
        assert_eq!(Stdio::parse(c"file=/var/log/web"), Ok(Stdio::File(c"/var/log/web")));
        assert_eq!(Stdio::parse(c"file="), Err(Fault::Empty));
        assert_eq!(Stdio::parse(c"/var/log/web"), Err(Fault::NotOneOf(STDIO_NAMES)));
        assert_eq!(Terminal::parse(b"own"), Ok(Terminal::Own));
        assert_eq!(Terminal::parse(b"give"), Ok(Terminal::Give));
        assert_eq!(Terminal::parse(b"keep"), Err(Fault::NotOneOf(TERMINAL_NAMES)));
        assert_eq!(Terminal::parse(b"tty"), Err(Fault::NotOneOf(TERMINAL_NAMES)));
    }
}
