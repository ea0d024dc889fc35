//! How a mount is, and what it shows: attributes, propagation, hidepid.
//!
//! The names are those of mount(8), the bits those of mount_setattr(2).

use core::ffi::CStr;

use crate::text::{Fault, Names, Show, Sink, put};

/// Attributes of a mount (linux/mount.h, MOUNT_ATTR_*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes(u64);

impl Attributes {
    /// None.
    pub const NONE: Self = Self(0);
    /// Nothing is written.
    pub const READ_ONLY: Self = Self(1);
    /// No set-user-ID bit and no file capability counts.
    pub const NOSUID: Self = Self(2);
    /// No device file is a device.
    pub const NODEV: Self = Self(4);
    /// Nothing is executed.
    pub const NOEXEC: Self = Self(8);

    /// The names, in the order of the bits.
    const NAMES: [(Self, &'static str); 4] = [
        (Self::READ_ONLY, "ro"),
        (Self::NOSUID, "nosuid"),
        (Self::NODEV, "nodev"),
        (Self::NOEXEC, "noexec"),
    ];

    /// Both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// With `other` where `is_set`.
    pub const fn and_if(self, is_set: bool, other: Self) -> Self {
        if is_set { self.and(other) } else { self }
    }

    /// Whether all of `other` are there.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The kernel's bits.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// Prints `ro,nosuid,nodev`.
impl Show for Attributes {
    fn show(&self, out: &mut dyn Sink) {
        let set = Self::NAMES.into_iter().filter(|(bit, _)| self.has(*bit));
        for (index, (_, name)) in set.enumerate() {
            put!(out, if index == 0 { "" } else { "," }, name);
        }
    }
}

/// Which mounts made elsewhere appear here, and the other way round (mount_namespaces(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// None.
    Private,
    /// Those made outside appear here.
    Slave,
    /// Both ways, among copies that are made of it.
    Shared,
    /// None, and it cannot be bound elsewhere.
    Unbindable,
}

impl Propagation {
    const NAMES: Names = Names::new("private|slave|shared|unbindable");

    /// Reads `private`, `slave`, `shared` or `unbindable`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"private" => Ok(Self::Private),
            b"slave" => Ok(Self::Slave),
            b"shared" => Ok(Self::Shared),
            b"unbindable" => Ok(Self::Unbindable),
            _ => Err(Fault::NotOneOf(Self::NAMES)),
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Slave => "slave",
            Self::Shared => "shared",
            Self::Unbindable => "unbindable",
        }
    }
}

/// Whose processes a procfs shows (proc(5), hidepid).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HidePid {
    /// Everybody's.
    Off,
    /// Everybody's, but of others nothing more than that.
    NoAccess,
    /// Our own alone.
    Invisible,
    /// Those that we may trace (since Linux 5.8).
    Ptraceable,
}

impl HidePid {
    const NAMES: Names = Names::new("off|noaccess|invisible|ptraceable");

    /// Reads `off`, `noaccess`, `invisible` or `ptraceable`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match Self::NAMES.number_of(text) {
            Some(0) => Ok(Self::Off),
            Some(1) => Ok(Self::NoAccess),
            Some(2) => Ok(Self::Invisible),
            Some(3) => Ok(Self::Ptraceable),
            _ => Err(Fault::NotOneOf(Self::NAMES)),
        }
    }

    /// Its name, and what the kernel calls it: numbers before Linux 5.8.
    pub const fn name(self) -> (&'static str, &'static CStr) {
        match self {
            Self::Off => ("off", c"0"),
            Self::NoAccess => ("noaccess", c"1"),
            Self::Invisible => ("invisible", c"2"),
            Self::Ptraceable => ("ptraceable", c"4"),
        }
    }
}
