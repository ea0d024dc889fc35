//! What is put into a root, and how: mounts, and the files, directories and links around them.
//!
//! The names are those of mount(8) and of the kernel's file systems.

use core::ffi::CStr;

use super::{Attributes, HidePid, Layers, Propagation, Upper};
use crate::text::{Fault, Names, units};

/// What a mount is of, or what else is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MountType {
    /// A file or directory from outside.
    #[default]
    Bind,
    /// A file of ours with a content that was given, bound to its place.
    Data,
    /// An empty file system in memory.
    Tmpfs,
    /// A fresh procfs.
    Proc,
    /// A sysfs.
    Sysfs,
    /// The devices that every program may expect.
    Dev,
    /// Terminals of our own.
    Devpts,
    /// POSIX message queues.
    Mqueue,
    /// The cgroup file system, version 2.
    Cgroup2,
    /// Directories on top of each other.
    Overlay,
    /// A directory that is made.
    Dir,
    /// A file that is written.
    File,
    /// A symbolic link that is made.
    Symlink,
    /// A mode that is changed.
    Chmod,
    /// A mount that is made read-only.
    Remount,
    /// What is there is hidden by something empty.
    Mask,
    /// What is there can only be read.
    Lock,
}

impl MountType {
    /// The names of the types, in the order of [`MountType::ALL`].
    const NAMES: Names = Names::new(
        "bind|data|tmpfs|proc|sysfs|dev|devpts|mqueue|cgroup2|overlay|dir|file|symlink|chmod|\
         remount|mask|lock",
    );

    /// All types.
    const ALL: [Self; 17] = [
        Self::Bind,
        Self::Data,
        Self::Tmpfs,
        Self::Proc,
        Self::Sysfs,
        Self::Dev,
        Self::Devpts,
        Self::Mqueue,
        Self::Cgroup2,
        Self::Overlay,
        Self::Dir,
        Self::File,
        Self::Symlink,
        Self::Chmod,
        Self::Remount,
        Self::Mask,
        Self::Lock,
    ];

    /// Reads the name of a type.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let number = Self::NAMES.number_of(text).ok_or(Fault::NotOneOf(Self::NAMES))?;
        Self::ALL.get(number).copied().ok_or(Fault::NotOneOf(Self::NAMES))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let number = Self::ALL.iter().position(|own| *own == self);
        number.and_then(|number| Self::NAMES.get(number)).unwrap_or_default()
    }
}

/// Where the content of something comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source<'a> {
    /// Nothing was said.
    #[default]
    None,
    /// A path outside.
    Path(&'a CStr),
    /// A descriptor that we were given.
    Descriptor(u16),
    /// A text; the content of a file or of a symbolic link.
    Text(&'a CStr),
}

/// One thing that is put into a root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mount<'a> {
    /// What it is.
    pub kind: MountType,
    /// Where its content comes from.
    pub source: Source<'a>,
    /// Where it is put, from the root inside.
    pub target: Option<&'a CStr>,
    /// Whether nothing is written there.
    pub is_read_only: bool,
    /// Whether a source that is not there is no failure.
    pub is_optional: bool,
    /// Whether set-user-ID bits count for nothing; `None` as is usual.
    pub nosuid: Option<bool>,
    /// Whether devices are none; `None` as is usual.
    pub nodev: Option<bool>,
    /// Whether nothing is executed; `None` as is usual.
    pub noexec: Option<bool>,
    /// The mode of what is made.
    pub mode: Option<u16>,
    /// Bytes that a tmpfs holds.
    pub size: Option<u64>,
    /// Files that a tmpfs holds.
    pub inodes: Option<u64>,
    /// Whose processes a procfs shows.
    pub hidepid: Option<HidePid>,
    /// Whether a procfs shows processes alone (since Linux 5.8).
    pub has_pids_only: bool,
    /// Whether the ids of its files are those inside: what is 0 on the disk is 0 there.
    pub is_mapped: bool,
    /// Which mounts appear here.
    pub propagation: Option<Propagation>,
    /// Whether what a procfs or sysfs has of the machine is left as it is.
    pub is_bare: bool,
    /// The directories that an overlay is made of.
    pub layers: Layers,
    /// Where what is written to an overlay goes.
    pub upper: Upper<'a>,
}

impl<'a> Mount<'a> {
    /// One of this type, at this place.
    pub const fn new(kind: MountType, target: &'a CStr) -> Self {
        Self {
            kind,
            source: Source::None,
            target: Some(target),
            is_read_only: false,
            is_optional: false,
            nosuid: None,
            nodev: None,
            noexec: None,
            mode: None,
            size: None,
            inodes: None,
            hidepid: None,
            has_pids_only: false,
            is_mapped: false,
            propagation: None,
            is_bare: false,
            layers: Layers { first: 0, count: 0 },
            upper: Upper::None,
        }
    }

    /// Where it is put.
    pub fn place(&self) -> &'a CStr {
        self.target.unwrap_or(c"/")
    }

    /// Its attributes: what was said, and what is usual. Nothing inside gains privileges by a file,
    /// and devices are in /dev alone.
    pub fn attributes(&self) -> Attributes {
        let is_kernels = match self.kind {
            MountType::Proc
            | MountType::Sysfs
            | MountType::Devpts
            | MountType::Mqueue
            | MountType::Cgroup2 => true,
            MountType::Bind
            | MountType::Data
            | MountType::Tmpfs
            | MountType::Dev
            | MountType::Overlay
            | MountType::Dir
            | MountType::File
            | MountType::Symlink
            | MountType::Chmod
            | MountType::Remount
            | MountType::Mask
            | MountType::Lock => false,
        };
        let has_devices = matches!(self.kind, MountType::Dev | MountType::Devpts);
        Attributes::NONE
            .and_if(self.is_read_only, Attributes::READ_ONLY)
            .and_if(self.nosuid.unwrap_or(true), Attributes::NOSUID)
            .and_if(self.nodev.unwrap_or(!has_devices), Attributes::NODEV)
            .and_if(self.noexec.unwrap_or(is_kernels), Attributes::NOEXEC)
    }

    /// Whether mounts that are made outside later appear in it, which has to be copied while its
    /// source is a peer of the outer one.
    pub const fn is_linked(&self) -> bool {
        let is_slave = matches!(self.propagation, Some(Propagation::Slave));
        matches!(self.kind, MountType::Bind) && is_slave && !self.is_mapped
    }

    /// Whether it is put at the root itself.
    pub fn is_at_root(&self) -> bool {
        let parts = self.place().to_bytes().split(|byte| *byte == b'/');
        parts.into_iter().all(|part| matches!(part, b"" | b"."))
    }
}

/// A mode: `755`, `0755`, `1777`.
///
/// # Errors
/// As [`units::octal`].
pub fn mode(text: &[u8]) -> Result<u16, Fault> {
    let mode = units::octal(text, 0o7777)?;
    u16::try_from(mode).map_err(|_| Fault::OutOfRange { min: 0, max: 0o7777 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn types_are_read_and_named() {
        for kind in MountType::ALL {
            assert_eq!(MountType::parse(kind.name().as_bytes()), Ok(kind));
        }
        assert!(matches!(MountType::parse(b"ext4"), Err(Fault::NotOneOf(_))));
    }

    #[test]
    fn nothing_gives_privileges_and_devices_are_in_dev_alone() {
        let usual = |kind| Mount::new(kind, c"/x").attributes().to_string();
        assert_eq!(usual(MountType::Bind), "nosuid,nodev");
        assert_eq!(usual(MountType::Proc), "nosuid,nodev,noexec");
        assert_eq!(usual(MountType::Dev), "nosuid");
        assert_eq!(usual(MountType::Devpts), "nosuid,noexec");
        let said = Mount {
            is_read_only: true,
            nosuid: Some(false),
            noexec: Some(true),
            ..Mount::new(MountType::Bind, c"/x")
        };
        assert_eq!(said.attributes().to_string(), "ro,nodev,noexec");
    }

    #[test]
    fn the_root_is_known_in_all_its_spellings() {
        let is = |target| Mount::new(MountType::Bind, target).is_at_root();
        assert!([c"/", c"//", c"/./", c"", c"."].into_iter().all(is));
        assert!(![c"/a", c"a", c"/..", c"/a/.."].into_iter().any(is));
    }
}
