//! The system calls of each act of a root, in the notation of `Act::calls`.

use super::RootAct;
use crate::model::{Mount, MountType, Source, Upper};

/// What `Place` does to find a place, or to make it.
macro_rules! place {
    ($rest:literal) => {
        concat!("openat2|openat2/statx/mkdirat/mknodat/close*", $rest)
    };
}

impl RootAct<'_> {
    /// As [`crate::plan::Act::calls`].
    pub fn calls(&self) -> &'static str {
        match self {
            Self::Keep(_) => "",
            Self::DieMeanwhile => "prctl|ppoll",
            Self::OpenRoot(..) => "open_tree|mount_setattr",
            Self::Open(mount, _) => open_calls(mount),
            Self::MakeMapper => "pipe2|clone3|close",
            Self::WriteMapper(..) => "openat|write|close",
            Self::OpenMapped(..) => "open_tree|mount_setattr?|openat?|mount_setattr?|close?",
            Self::EndMapper => "close|wait4|ppoll?|ioctl?|close?",
            Self::OpenConsole => "readlinkat|open_tree?|statx?|statx?|close?|mount_setattr?",
            Self::OpenOverlay { mount, .. } => match mount.upper {
                Upper::None => "openat+|fsopen|fsconfig+|fsmount|close+",
                Upper::Memory => concat!(
                    "openat+|fsopen|fsconfig+|fsmount|close|mkdirat|mkdirat|openat|openat|",
                    "fsopen/fsconfig/move_mount/close+|fsmount|close+"
                ),
                Upper::Below(_) => {
                    "openat+|mkdirat|mkdirat|openat|openat|fsopen|fsconfig+|fsmount|close+"
                }
                Upper::Directories { .. } => "openat+|fsopen|fsconfig+|fsmount|close+",
            },
            Self::OpenDevices => {
                "open_tree|statx|mount_setattr|open_tree|statx|mount_setattr|\
                 open_tree|statx|mount_setattr|open_tree|statx|mount_setattr|\
                 open_tree|statx|mount_setattr|open_tree|statx|mount_setattr"
            }
            Self::OpenScratch => "fsopen|fsconfig|fsconfig|fsmount|close",
            Self::OpenData(..) => {
                "openat2|read*|write*|close+|open_tree+|move_mount?|open_tree?|mount_setattr"
            }
            Self::OpenMasks => {
                "mknodat|mkdirat|open_tree|move_mount?|open_tree+|mount_setattr|mount_setattr"
            }
            Self::Enter { .. } => {
                "getcwd|umask|move_mount?|close?|move_mount|fchdir|pivot_root|umount2+|statx|\
                 statx|close"
            }
            Self::Place { mount, makes_devices, .. } => place_calls(mount, *makes_devices),
            Self::Mask(_) => "faccessat/move_mount/open_tree/mount_setattr/close+",
            Self::Seal => "openat2|mount_setattr|close",
            Self::Finish => "umask|close*|openat2?|fchdir?|close?|chdir?",
        }
    }
}

/// The calls that open one.
const fn open_calls(mount: &Mount<'_>) -> &'static str {
    match (mount.kind, mount.source) {
        (MountType::Proc | MountType::Sysfs | MountType::Tmpfs, _) => {
            "fsopen|fsconfig+|fsmount|close|mount_setattr?"
        }
        (_, Source::Descriptor(_)) => "readlinkat|open_tree|statx|statx|mount_setattr?|close",
        (_, _) if mount.is_optional => "open_tree|mount_setattr?",
        (_, _) => "open_tree|mount_setattr?",
    }
}

/// The calls that put one to its place.
const fn place_calls(mount: &Mount<'_>, makes_devices: bool) -> &'static str {
    match mount.kind {
        MountType::Bind | MountType::Data if mount.is_optional => {
            "openat2?|openat2/statx/mkdirat/mknodat/close*|move_mount?|close*"
        }
        MountType::Bind | MountType::Data | MountType::Overlay => place!("|move_mount|close+"),
        MountType::Proc | MountType::Sysfs => place!("|move_mount|close*"),
        MountType::Tmpfs | MountType::Devpts | MountType::Mqueue | MountType::Cgroup2 => {
            concat!(
                "openat2|openat2/statx/mkdirat/close*|fsopen|fsconfig+|fsmount|close|",
                "mount_setattr?|move_mount|close+"
            )
        }
        MountType::Dev if makes_devices => concat!(
            "openat2|openat2/statx/mkdirat/close*|fsopen|fsconfig+|fsmount|close|move_mount|",
            "mknodat|mknodat|mknodat|mknodat|mknodat|mknodat|",
            "symlinkat|symlinkat|symlinkat|symlinkat|symlinkat|mkdirat|mkdirat|",
            "fsopen|fsconfig+|fsmount|close|move_mount|close*|mknodat?|move_mount?|close*"
        ),
        MountType::Dev => concat!(
            "openat2|openat2/statx/mkdirat/close*|fsopen|fsconfig+|fsmount|close|move_mount|",
            "mknodat/open_tree/move_mount/close+|",
            "symlinkat|symlinkat|symlinkat|symlinkat|symlinkat|mkdirat|mkdirat|",
            "fsopen|fsconfig+|fsmount|close|move_mount|close*|mknodat?|move_mount?|close*"
        ),
        MountType::Dir => "openat2|openat2/statx/mkdirat/close*",
        MountType::Symlink => "openat2/mkdirat/close*|symlinkat|readlinkat?|close*",
        MountType::File => "openat2/mkdirat/close*|openat2|read*|write*|close+",
        MountType::Chmod => "openat2|fchmod|close",
        MountType::Remount => "openat2|mount_setattr|close",
        MountType::Mask => "openat2|statx?|open_tree?|close?|move_mount?|close*",
        MountType::Lock => "openat2|open_tree?|mount_setattr?|move_mount?|close*",
    }
}
