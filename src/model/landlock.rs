//! Landlock: what a process may do below which paths, with which ports, and to whom outside
//! (landlock(7), Documentation/userspace-api/landlock.rst).
//!
//! Rights and scopes have the bits of linux/landlock.h. Each version of the interface, its ABI, has
//! more of them: 1 is Linux 5.13, 2 is 5.19, 3 is 6.2, 4 is 6.7, 5 is 6.10, 6 is 6.12, 7 is 6.15,
//! 8 is 7.0, 9 is 7.1, 10 is 7.2.

use core::ffi::CStr;

use crate::text::{Fault, Names, Show, Sink, put, units};

/// The rights of files and directories, by their bits.
pub mod rights {
    /// A file is executed.
    pub const EXECUTE: u64 = 1;
    /// A file is opened for reading, a directory is listed.
    pub const READ: u64 = 1 << 2 | 1 << 3;
    /// What else ABI 1 has, but for devices: files are written, and everything is made and removed.
    pub const CHANGE: u64 = 1 << 1
        | 1 << 4 // remove directories
        | 1 << 5 // remove files
        | 1 << 7 // directories
        | 1 << 8 // files
        | 1 << 9 // sockets
        | 1 << 10 // named pipes
        | 1 << 12; // symbolic links
    /// Something is moved or linked to another directory, since ABI 2.
    pub const REFER: u64 = 1 << 13;
    /// A file is cut, since ABI 3.
    pub const TRUNCATE: u64 = 1 << 14;
    /// A device is asked for more than reading and writing, since ABI 5.
    pub const IOCTL: u64 = 1 << 15;
    /// A socket with a path is connected to, since ABI 9.
    pub const CONNECT: u64 = 1 << 16;
    /// Those that a file can have that is no directory; others the kernel refuses with EINVAL.
    pub const OF_FILES: u64 = 1 | 1 << 1 | 1 << 2 | TRUNCATE | IOCTL | CONNECT;
}

/// A version of the interface; 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LandlockAbi(pub u8);

impl LandlockAbi {
    /// The newest whose rights of files we know.
    pub const COMPLETE: Self = Self(9);

    /// The rights of files that it has.
    pub const fn files(self) -> u64 {
        match self.0 {
            0 => 0,
            1 => (1 << 13) - 1,
            2 => (1 << 14) - 1,
            3 | 4 => (1 << 15) - 1,
            5..=8 => (1 << 16) - 1,
            _ => (1 << 17) - 1,
        }
    }

    /// The first version that has ports of this kind.
    pub const fn of_ports(kind: PortKind) -> Self {
        match kind {
            PortKind::BindTcp | PortKind::ConnectTcp => Self(4),
            PortKind::BindUdp | PortKind::ConnectUdp => Self(10),
        }
    }

    /// The first version that has scopes.
    pub const OF_SCOPES: Self = Self(6);
}

/// What may be done below a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beneath {
    /// Read, and execute where nothing else is said of that.
    Read,
    /// The same, and change everything but devices.
    Write,
    /// Read and execute.
    Execute,
}

impl Beneath {
    /// Its name, as a verb.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Execute => "execute",
        }
    }

    /// Its rights, in any version; `is_apart`: what may be executed is said apart.
    pub const fn rights(self, is_apart: bool) -> u64 {
        let read = match is_apart {
            true => rights::READ,
            false => rights::READ | rights::EXECUTE,
        };
        let more = rights::REFER | rights::TRUNCATE | rights::IOCTL | rights::CONNECT;
        match self {
            Self::Read => read,
            Self::Write => read | rights::CHANGE | more,
            Self::Execute => rights::READ | rights::EXECUTE,
        }
    }
}

/// A path, and what may be done below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LandlockPath<'a> {
    /// The path, from the root inside.
    pub path: &'a CStr,
    /// What may be done.
    pub beneath: Beneath,
    /// Whether it need not be there.
    pub is_optional: bool,
}

impl<'a> LandlockPath<'a> {
    /// Reads a path from the root; with `-` in front it need not be there (systemd.exec(5),
    /// "ReadWritePaths="). `None` for `none`.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::NotA`].
    pub fn parse(text: &'a CStr, beneath: Beneath) -> Result<Option<Self>, Fault> {
        let bytes = text.to_bytes_with_nul();
        let (rest, is_optional) = match bytes {
            b"none\0" => return Ok(None),
            [b'-', rest @ ..] => (rest, true),
            rest => (rest, false),
        };
        match (rest, CStr::from_bytes_with_nul(rest)) {
            ([b'/', ..], Ok(path)) => Ok(Some(Self { path, beneath, is_optional })),
            ([b'\0'], _) => Err(Fault::Empty),
            _ => Err(Fault::NotA("path from the root, beginning with /, or with - in front of it")),
        }
    }
}

/// What is done with a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// A TCP socket gets it.
    BindTcp,
    /// A TCP socket is connected to it.
    ConnectTcp,
    /// A UDP socket gets it.
    BindUdp,
    /// A UDP socket is connected to it, or sends there.
    ConnectUdp,
}

impl PortKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::BindTcp, Self::ConnectTcp, Self::BindUdp, Self::ConnectUdp];

    /// Its right.
    pub const fn bit(self) -> u8 {
        match self {
            Self::BindTcp => 1,
            Self::ConnectTcp => 1 << 1,
            Self::BindUdp => 1 << 2,
            Self::ConnectUdp => 1 << 3,
        }
    }

    /// What it lets a process do.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::BindTcp => "bind TCP port",
            Self::ConnectTcp => "connect to TCP port",
            Self::BindUdp => "bind UDP port",
            Self::ConnectUdp => "send to UDP port",
        }
    }
}

/// A port, and what may be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// What is done with it.
    pub kind: PortKind,
    /// Its number; to bind 0 is to bind one that the kernel chooses.
    pub number: u16,
}

impl Port {
    /// Reads a number. `None` for `none`.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::NotA`], [`Fault::OutOfRange`].
    pub fn parse(text: &[u8], kind: PortKind) -> Result<Option<Self>, Fault> {
        if text == b"none" {
            return Ok(None);
        }
        let max = i64::from(u16::MAX);
        let number = units::unsigned(text, u64::from(u16::MAX))?;
        let number = u16::try_from(number).map_err(|_| Fault::OutOfRange { min: 0, max })?;
        Ok(Some(Self { kind, number }))
    }
}

/// The names of the scopes, bit by bit.
const SCOPES: Names = Names::new("abstract-unix|signal");

/// Whom outside a process cannot reach: a set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// None: everybody can be reached.
    pub const NONE: Self = Self(0);
    /// Abstract sockets that others made.
    pub const ABSTRACT: Self = Self(1);
    /// Processes that are signalled.
    pub const SIGNAL: Self = Self(2);
    /// Both.
    pub const ALL: Self = Self(3);

    /// Its bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of these are among them.
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Reads one more, or `none`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn add(&mut self, text: &[u8]) -> Result<(), Fault> {
        match (text, SCOPES.number_of(text)) {
            (b"none", _) => {}
            (_, Some(bit)) => self.0 |= 1 << bit,
            (_, None) => return Err(Fault::NotOneOf(Names::new("abstract-unix|signal|none"))),
        }
        Ok(())
    }
}

/// Prints `abstract-unix, signal`.
impl Show for Scopes {
    fn show(&self, out: &mut dyn Sink) {
        let names = (0u8..).zip(SCOPES.iter()).filter(|(bit, _)| self.0 >> bit & 1 != 0);
        for (index, (_, name)) in names.enumerate() {
            put!(out, if index == 0 { "" } else { ", " }, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_what_the_one_before_had_and_more_only_where_it_says_so() {
        let files = |abi| LandlockAbi(abi).files();
        for abi in 1..=12u8 {
            assert_eq!(files(abi - 1) & files(abi), files(abi - 1), "{abi}");
        }
        for (abi, right) in [(2, rights::REFER), (3, rights::TRUNCATE), (5, rights::IOCTL)] {
            assert!(files(abi - 1) & right == 0 && files(abi) & right != 0, "{abi}");
        }
        assert_eq!((files(8) >> 16, files(9) >> 16), (0, 1));
        assert_eq!((files(0), files(1)), (0, 0x1fff));
    }

    #[test]
    fn rights_are_what_their_word_says() {
        let all = LandlockAbi(9).files();
        let devices = 1 << 6 | 1 << 11;
        assert_eq!(Beneath::Write.rights(false), all & !devices);
        assert_eq!(Beneath::Write.rights(true), all & !devices & !rights::EXECUTE);
        assert_eq!(Beneath::Read.rights(false), 0b1101);
        assert_eq!(Beneath::Read.rights(true), 0b1100);
        assert_eq!(Beneath::Execute.rights(true), 0b1101);
        assert_eq!(rights::OF_FILES & !all, 0);
    }

    #[test]
    fn a_path_begins_at_the_root_and_a_dash_says_that_it_may_be_missing() {
        let parse = |text| LandlockPath::parse(text, Beneath::Read);
        let path = parse(c"-/lib64").unwrap().unwrap();
        assert_eq!((path.path, path.is_optional), (c"/lib64", true));
        assert_eq!(parse(c"none"), Ok(None));
        assert!(!parse(c"/").unwrap().unwrap().is_optional);
        assert_eq!(parse(c""), Err(Fault::Empty));
        assert_eq!(parse(c"-"), Err(Fault::Empty));
        for text in [c"usr", c"--/usr", c"~/x"] {
            assert!(matches!(parse(text), Err(Fault::NotA(_))), "{text:?}");
        }
    }

    #[test]
    fn ports_are_numbers_and_nothing_else() {
        let parse = |text: &str| Port::parse(text.as_bytes(), PortKind::ConnectTcp);
        let port = Port { kind: PortKind::ConnectTcp, number: 443 };
        assert_eq!(parse("443"), Ok(Some(port)));
        assert_eq!(parse("none"), Ok(None));
        for text in ["", "-1", "65536", "0x50", " 80", "http", "80-90"] {
            assert!(parse(text).is_err(), "{text}");
        }
        let mut scopes = Scopes::NONE;
        assert!([b"signal".as_slice(), b"none"].iter().all(|name| scopes.add(name).is_ok()));
        assert_eq!(scopes, Scopes::SIGNAL);
        assert!(scopes.add(b"tcp").is_err());
    }
}
