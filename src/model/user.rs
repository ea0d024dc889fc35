//! Users and groups as they are said, and the choices for /proc.

use crate::text::{Fault, Names, units};

/// A user or group: by number, or by a name that is looked up in /etc/passwd or /etc/group of the
/// root the service runs in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Account<'a> {
    /// A number, 0 to 4294967294; 4294967295 is the kernel's "none".
    Id(u32),
    /// A name (passwd(5), group(5)).
    Name(&'a [u8]),
}

impl core::fmt::Debug for Account<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "Id({id})"),
            Self::Name(name) => write!(f, "Name(\"{}\")", name.escape_ascii()),
        }
    }
}

impl<'a> Account<'a> {
    /// Reads a user, or as docker has it, and chown(1), a user and a group: `1000:1000`, `web:www`.
    ///
    /// # Errors
    /// Those of [`Account::parse`], of either.
    pub fn parse_with_group(text: &'a [u8]) -> Result<(Self, Option<Self>), Fault> {
        let colon = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
        match text.split_at_checked(colon) {
            Some((user, [b':', group @ ..])) => Ok((Self::parse(user)?, Some(Self::parse(group)?))),
            Some(_) | None => Ok((Self::parse(text)?, None)),
        }
    }

    fn id(text: &[u8]) -> Result<Self, Fault> {
        let max = u64::from(u32::MAX) - 1;
        let id = units::unsigned(text, max)?;
        u32::try_from(id).map(Self::Id).map_err(|_| Fault::OutOfRange { min: 0, max: 0 })
    }

    /// Reads a number or a name; a word of digits is a number.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::OutOfRange`] for a number that is no id, [`Fault::BadByte`] for a
    /// byte that no line of passwd(5) can hold in a name, [`Fault::NotA`] for a number with a tail.
    pub fn parse(text: &'a [u8]) -> Result<Self, Fault> {
        match text.first() {
            None => Err(Fault::Empty),
            Some(b'0'..=b'9' | b'-' | b'+') => Self::id(text),
            Some(_) => match text.iter().find(|byte| **byte <= b' ' || **byte == b':') {
                Some(byte) => Err(Fault::BadByte(*byte)),
                None => Ok(Self::Name(text)),
            },
        }
    }
}

/// What stands at /proc inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proc {
    /// A fresh procfs of the new PID namespace.
    #[default]
    Fresh,
    /// What stands there outside.
    Bind,
    /// Nothing is mounted there.
    None,
}

impl Proc {
    /// Reads `fresh`, `bind` or `none`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"fresh" => Ok(Self::Fresh),
            b"bind" => Ok(Self::Bind),
            b"none" => Ok(Self::None),
            _ => Err(Fault::NotOneOf(Names::new("fresh|bind|none"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_a_number_or_a_name_and_never_something_between() {
        assert_eq!(Account::parse(b"0"), Ok(Account::Id(0)));
        assert_eq!(Account::parse(b"web"), Ok(Account::Name(b"web")));
        for text in [&b"1abc"[..], b"-1", b"0x10", b"+5"] {
            assert_eq!(Account::parse(text), Err(Fault::NotA(units::NUMBER)), "{text:?}");
        }
        for text in [b"4294967295", b"4294967296"] {
            assert!(matches!(Account::parse(text), Err(Fault::OutOfRange { .. })), "{text:?}");
        }
        assert_eq!(Account::parse(b" 1"), Err(Fault::BadByte(b' ')));
        assert_eq!(Account::parse(b"a:b"), Err(Fault::BadByte(b':')));
        assert_eq!(Account::parse(b""), Err(Fault::Empty));
    }

    #[test]
    fn a_user_may_have_a_group_behind_it() {
        let read = Account::parse_with_group;
        assert_eq!(read(b"7:8"), Ok((Account::Id(7), Some(Account::Id(8)))));
        assert_eq!(read(b"7:web"), Ok((Account::Id(7), Some(Account::Name(b"web")))));
        let (web, www) = (Account::Name(b"web"), Account::Name(b"www"));
        assert_eq!(read(b"web:www"), Ok((web, Some(www))));
        assert_eq!(read(b"web:8"), Ok((web, Some(Account::Id(8)))));
        assert_eq!(read(b"7"), Ok((Account::Id(7), None)));
        assert_eq!(read(b"web"), Ok((Account::Name(b"web"), None)));
        for text in [&b"7:"[..], b":7", b":", b"web:", b":web"] {
            assert_eq!(read(text), Err(Fault::Empty), "{text:?}");
        }
        for text in [&b"web:www:x"[..], b"7:web:x"] {
            assert_eq!(read(text), Err(Fault::BadByte(b':')));
        }
        assert_eq!(read(b"7:8:9"), Err(Fault::NotA(units::NUMBER)));
    }
}
