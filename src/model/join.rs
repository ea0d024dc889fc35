//! A namespace that somebody else made, and how it is found (setns(2)).

use core::ffi::CStr;

use super::Namespace;
use crate::text::{Fault, Quoted, Show, Sink, put, units};

/// What stands behind the kind, for messages.
const FORM: &str = "KIND=PATH, KIND=PID or KIND=fd:N";

/// The highest PID there can be (PID_MAX_LIMIT of linux/threads.h).
const PID_HIGHEST: u64 = 1 << 22;

/// Where a namespace is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence<'a> {
    /// A file of nsfs: /proc/PID/ns/KIND, or a bind mount of one.
    Path(&'a CStr),
    /// A process that is in it.
    Pid(i32),
    /// A descriptor that we were given: such a file, or a pidfd.
    Descriptor(u16),
}

impl<'a> Whence<'a> {
    /// Reads a PID, `fd:N` or a path; a word of digits is a PID.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::OutOfRange`] for a number that is no PID or no descriptor.
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        let bytes = text.to_bytes();
        if bytes.is_empty() {
            return Err(Fault::Empty);
        }
        if let Some(number) = bytes.strip_prefix(b"fd:") {
            let number = units::unsigned(number, u64::from(u16::MAX))?;
            return Ok(Self::Descriptor(u16::try_from(number).unwrap_or(u16::MAX)));
        }
        match bytes.iter().all(u8::is_ascii_digit) {
            true => match units::unsigned(bytes, PID_HIGHEST).map(i32::try_from) {
                Ok(Ok(pid @ 1..)) => Ok(Self::Pid(pid)),
                Ok(_) | Err(_) => Err(Fault::OutOfRange { min: 1, max: PID_HIGHEST.cast_signed() }),
            },
            false => Ok(Self::Path(text)),
        }
    }
}

/// Prints `"/run/netns/blue"`, `of process 1234` or `of descriptor 5`.
impl Show for Whence<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::Path(path) => put!(out, Quoted(path.to_bytes())),
            Self::Pid(pid) => put!(out, "of process ", pid),
            Self::Descriptor(number) => put!(out, "of descriptor ", number),
        }
    }
}

/// A namespace of this kind, from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join<'a> {
    /// The kind that it must be.
    pub kind: Namespace,
    /// Where it is found.
    pub whence: Whence<'a>,
    /// That as it was said.
    pub text: &'a CStr,
}

impl<'a> Join<'a> {
    /// Reads `KIND=PATH`, `KIND=PID` or `KIND=fd:N`.
    ///
    /// # Errors
    /// [`Fault::NotA`] without an equals sign, and those of [`Namespace::parse`] and
    /// [`Whence::parse`].
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        let bytes = text.to_bytes_with_nul();
        let equals = bytes.iter().position(|byte| *byte == b'=').ok_or(Fault::NotA(FORM))?;
        let (kind, rest) = bytes.split_at_checked(equals).ok_or(Fault::NotA(FORM))?;
        let text = rest.get(1..).and_then(|rest| CStr::from_bytes_with_nul(rest).ok());
        let text = text.ok_or(Fault::NotA(FORM))?;
        Ok(Self { kind: Namespace::parse(kind)?, whence: Whence::parse(text)?, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_found_by_a_path_a_process_or_a_descriptor() {
        let join = |kind, whence| Ok((kind, whence));
        let table = [
            (c"net=/run/netns/blue", join(Namespace::Net, Whence::Path(c"/run/netns/blue"))),
            (c"mount=./1234", join(Namespace::Mnt, Whence::Path(c"./1234"))),
            (c"pid=1234", join(Namespace::Pid, Whence::Pid(1234))),
            (c"user=fd:5", join(Namespace::User, Whence::Descriptor(5))),
            (c"uts=a=b", join(Namespace::Uts, Whence::Path(c"a=b"))),
            (c"net", Err(Fault::NotA(FORM))),
            (c"net=", Err(Fault::Empty)),
            (c"net=0", Err(Fault::OutOfRange { min: 1, max: 1 << 22 })),
            (c"net=4194305", Err(Fault::OutOfRange { min: 1, max: 1 << 22 })),
            (c"net=fd:65536", Err(Fault::OutOfRange { min: 0, max: 65_535 })),
            (c"net=fd:x", Err(Fault::NotA(units::NUMBER))),
        ];
        for (text, expected) in table {
            let found = Join::parse(text).map(|join| (join.kind, join.whence));
            assert_eq!(found, expected, "{text:?}");
        }
        assert!(matches!(Join::parse(c"nett=1"), Err(Fault::NotOneOf(_))));
    }
}
