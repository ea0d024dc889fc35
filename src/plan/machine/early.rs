//! The file systems of the kernel that programs expect: which, where, and in what order.

use core::ffi::CStr;

/// A file system of the kernel, and where it is mounted.
#[derive(Debug, PartialEq, Eq)]
pub struct Early {
    /// Its type.
    pub kind: &'static CStr,
    /// Where.
    pub target: &'static CStr,
    /// Whether nothing in it is executed.
    pub is_noexec: bool,
    /// Whether there are no devices in it.
    pub is_nodev: bool,
    /// Its own options.
    pub options: &'static CStr,
    /// Whether a kernel without it is an ordinary one.
    pub is_optional: bool,
}

const fn early(kind: &'static CStr, target: &'static CStr, options: &'static CStr) -> Early {
    Early { kind, target, is_noexec: true, is_nodev: true, options, is_optional: false }
}

/// What is mounted, in this order; as systemd does it, with tty as group 5, which every
/// distribution has.
pub const EARLY: [Early; 10] = [
    Early { is_noexec: false, is_nodev: false, ..early(c"devtmpfs", c"/dev", c"mode=0755") },
    early(c"sysfs", c"/sys", c""),
    Early { is_nodev: false, ..early(c"devpts", c"/dev/pts", c"mode=0620,gid=5,ptmxmode=0666") },
    Early { is_noexec: false, ..early(c"tmpfs", c"/dev/shm", c"mode=1777") },
    Early { is_optional: true, ..early(c"mqueue", c"/dev/mqueue", c"") },
    Early { is_noexec: false, ..early(c"tmpfs", c"/run", c"mode=0755") },
    Early { is_noexec: false, ..early(c"tmpfs", c"/tmp", c"mode=1777") },
    early(c"cgroup2", c"/sys/fs/cgroup", c"nsdelegate"),
    Early { is_optional: true, ..early(c"securityfs", c"/sys/kernel/security", c"") },
    Early { is_optional: true, ..early(c"tracefs", c"/sys/kernel/tracing", c"") },
];
