//! Names the kernel or our own tables take.

use core::ffi::CStr;

use crate::text::{Fault, Show, Sink};

/// A host or domain name the kernel will take: 1 to 64 bytes (`__NEW_UTS_LEN`, uts_namespaces(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostName<'a>(&'a CStr);

impl<'a> HostName<'a> {
    /// The longest name, in bytes.
    pub const MAX: usize = 64;

    /// Reads a name.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::TooLong`].
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        match text.count_bytes() {
            0 => Err(Fault::Empty),
            len if len <= Self::MAX => Ok(Self(text)),
            len => Err(Fault::TooLong { len, max: Self::MAX }),
        }
    }

    /// The name's bytes, without a NUL.
    pub const fn bytes(self) -> &'a [u8] {
        self.0.to_bytes()
    }
}

/// The name of a service or sandbox: 1 to 32 bytes, letters, digits, `-`, `_`, `.`, `@`, and a
/// letter or digit first, so that it can be a file name, a word on a line and a cgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceName<'a>(&'a CStr);

impl<'a> ServiceName<'a> {
    /// The longest name, in bytes.
    pub const MAX: usize = 32;

    /// The name of a service that was given none.
    pub const MAIN: ServiceName<'static> = ServiceName(c"main");

    /// The name of a sandbox that was given none, and has no file.
    pub const RUN: ServiceName<'static> = ServiceName(c"run");

    /// Reads a name.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::TooLong`], [`Fault::BadByte`], [`Fault::NotA`] where it
    /// begins with a sign.
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        let bytes = text.to_bytes();
        match bytes.len() {
            0 => return Err(Fault::Empty),
            len if len > Self::MAX => return Err(Fault::TooLong { len, max: Self::MAX }),
            _ => {}
        }
        let is_sign = |byte: &u8| b"-_.@".contains(byte);
        match bytes.iter().find(|byte| !byte.is_ascii_alphanumeric() && !is_sign(byte)) {
            Some(byte) => Err(Fault::BadByte(*byte)),
            None if bytes.first().is_some_and(is_sign) => {
                Err(Fault::NotA("name that begins with a letter or a digit"))
            }
            None => Ok(Self(text)),
        }
    }

    /// The name's bytes, without a NUL; always ASCII.
    pub const fn bytes(self) -> &'a [u8] {
        self.0.to_bytes()
    }
}

impl Show for ServiceName<'_> {
    fn show(&self, out: &mut dyn Sink) {
        out.put(self.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_is_1_to_64_bytes() {
        let [long, longer] = [64, 65].map(|len| std::ffi::CString::new("x".repeat(len)).unwrap());
        assert_eq!(HostName::parse(c"box").unwrap().bytes(), b"box");
        assert!(HostName::parse(&long).is_ok());
        assert_eq!(HostName::parse(&longer), Err(Fault::TooLong { len: 65, max: 64 }));
        assert_eq!(HostName::parse(c""), Err(Fault::Empty));
    }

    #[test]
    fn a_service_name_is_a_plain_word() {
        for name in [c"web", c"db-1", c"a.b_c@d", c"9p"] {
            assert!(ServiceName::parse(name).is_ok(), "{name:?}");
        }
        let begins_with_sign = Err(Fault::NotA("name that begins with a letter or a digit"));
        assert_eq!(ServiceName::parse(c"-web"), begins_with_sign);
        assert_eq!(ServiceName::parse(c"a/b"), Err(Fault::BadByte(b'/')));
        assert_eq!(ServiceName::parse(c"a b"), Err(Fault::BadByte(b' ')));
    }
}
