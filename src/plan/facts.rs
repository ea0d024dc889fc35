//! What the machine is, as plain values, asked once and only when a key needs it.
//!
//! So "what do we do on a kernel without X" is a unit test: a [`Facts`] written by hand.

use core::ffi::CStr;

use crate::limits::KINDS_MAX;
use crate::model::{Errno, LandlockAbi, Namespace};
use crate::spec::Tie;

/// Capabilities that decide something here, as bits (linux/capability.h).
pub mod capability {
    /// CAP_SETGID
    pub const SETGID: u64 = 1 << 6;
    /// CAP_SETUID
    pub const SETUID: u64 = 1 << 7;
    /// CAP_SETPCAP
    pub const SETPCAP: u64 = 1 << 8;
    /// CAP_NET_ADMIN
    pub const NET_ADMIN: u64 = 1 << 12;
    /// CAP_SYS_ADMIN
    pub const SYS_ADMIN: u64 = 1 << 21;
    /// CAP_MKNOD
    pub const MKNOD: u64 = 1 << 27;
    /// CAP_SYS_TIME
    pub const SYS_TIME: u64 = 1 << 25;
    /// CAP_SETFCAP
    pub const SETFCAP: u64 = 1 << 31;
}

/// What we have to do with a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TerminalState {
    /// We have none.
    #[default]
    None,
    /// We have one, and somebody else's process group is in its foreground, or others of ours are
    /// likely to need it.
    Background,
    /// We have one, and our process group is in its foreground.
    Foreground,
}

/// What a service manager told us in our environment (sd_notify(3), sd_listen_fds(3),
/// sd_watchdog_enabled(3)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manager {
    /// Whether it listens at NOTIFY_SOCKET.
    pub has_notify: bool,
    /// Whether LISTEN_PID names us.
    pub has_listen: bool,
    /// Whether there is a LISTEN_PIDFDID as well.
    pub has_listen_pidfd: bool,
    /// Whether WATCHDOG_PID names us.
    pub has_watchdog: bool,
}

/// What is known of a namespace that is to be joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// We are in it.
    Ours,
    /// It is another one.
    Other,
    /// There is something, but no namespace.
    NoNamespace,
    /// It is a namespace of this kind.
    OfKind(Namespace),
    /// It cannot be opened.
    Unopened(Errno),
}

/// What is known of a user namespace that is to be joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinedUser {
    /// Whether it maps our user id.
    pub knows_us: bool,
    /// Whether setgroups(2) is denied in it.
    pub denies_groups: bool,
}

/// What is known of the namespaces that are to be joined, of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinFacts {
    kinds: [Known; KINDS_MAX],
    /// Whether a pidfd of the one process that has them all is held, by which they are entered at
    /// once.
    pub has_whole: bool,
    /// What is known of the user namespace; `None` where nobody has looked.
    pub user: Option<JoinedUser>,
}

impl JoinFacts {
    /// Nobody asked.
    pub const NONE: Self =
        Self { kinds: [Known::NotAsked; KINDS_MAX], has_whole: false, user: None };

    /// The same facts of one process that has them all, and whose user namespace is like this.
    #[must_use]
    pub const fn of_one_process(self, user: JoinedUser) -> Self {
        Self { has_whole: true, user: Some(user), ..self }
    }

    /// What is known of this kind.
    pub fn of(&self, kind: Namespace) -> Known {
        self.kinds.get(kind.index()).copied().unwrap_or_default()
    }

    /// The same facts, and what is known of this kind.
    #[must_use]
    pub const fn with(mut self, kind: Namespace, known: Known) -> Self {
        if let Some((_, [place, ..])) = self.kinds.split_at_mut_checked(kind.index()) {
            *place = known; // there is one for each kind
        }
        self
    }
}

/// What is at the place where namespaces are to be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepingPlace {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// Nothing; the directory will be made.
    Missing,
    /// A directory with nothing in it.
    Empty,
    /// A directory with something in it.
    NotEmpty,
    /// Namespaces that are kept.
    Taken,
    /// It cannot be opened as a directory.
    Unopened(Errno),
}

/// For what a descriptor that we were given is open (fcntl(2), F_GETFL).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// It is closed.
    Closed,
    /// To name a file alone (open(2), O_PATH).
    Path,
    /// It is a directory, however it is open.
    Directory,
    /// To read.
    Read,
    /// To write.
    Write,
    /// For both.
    Both,
}

/// What the machine answered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    /// Our effective user id.
    pub uid: u32,
    /// Our effective group id.
    pub gid: u32,
    /// Our effective capabilities, bit N is capability N.
    pub capabilities: u64,
    /// Our permitted capabilities, likewise.
    pub permitted: u64,
    /// The kernel's version, major and minor.
    pub kernel: (u16, u16),
    /// Our terminal.
    pub terminal: TerminalState,
    /// Whether we are PID 1.
    pub is_pid1: bool,
    /// CLOCK_MONOTONIC in nanoseconds, when asked for.
    pub monotonic_ns: i64,
    /// CLOCK_BOOTTIME in nanoseconds, when asked for.
    pub boottime_ns: i64,
    /// How many variables our environment has.
    pub env_count: usize,
    /// Whether the kernel has filters of system calls.
    pub has_filters: bool,
    /// The version of Landlock, when asked for.
    pub landlock: LandlockAbi,
    /// What a service manager told us.
    pub manager: Manager,
    /// Whether our standard output is a terminal, when asked for.
    pub has_console: bool,
    /// Whether we are in a user namespace that somebody has made, when asked for.
    pub is_in_user: bool,
    /// XDG_RUNTIME_DIR, where it is a path from the root.
    pub runtime_dir: Option<&'static CStr>,
    /// What is known of the namespaces that are to be joined.
    pub joins: JoinFacts,
    /// What is where namespaces are to be kept, when asked for.
    pub keeping: KeepingPlace,
    /// Whether we are PID 1 and our root is that of a disk, when asked for: the kernel has mounted
    /// it, and there is no initramfs to be left.
    pub has_disk_root: bool,
    /// For what the descriptors are open that tie us to whoever started us, when asked for.
    pub ties: [Access; Tie::COUNT],
}

impl Facts {
    /// Whether a pidfd tells how a process ended that the kernel has reaped: PIDFD_INFO_EXIT of
    /// PIDFD_GET_INFO, since Linux 6.15 (fs/pidfs.c).
    pub const fn has_pidfd_exit_info(&self) -> bool {
        self.is_since(6, 15)
    }

    /// Whether the kernel is this version or a newer one.
    pub const fn is_since(&self, major: u16, minor: u16) -> bool {
        self.kernel.0 > major || (self.kernel.0 == major && self.kernel.1 >= minor)
    }

    /// Whether the kernel is known to be older than this version.
    pub const fn is_before(&self, major: u16, minor: u16) -> bool {
        self.kernel.0 > 0 && !self.is_since(major, minor)
    }

    /// Whether we have these capabilities.
    pub const fn has(&self, capabilities: u64) -> bool {
        self.capabilities & capabilities == capabilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_reaps_from_6_15_on() {
        let at = |kernel| Facts { kernel, ..Facts::default() }.has_pidfd_exit_info();
        assert!([(6, 15), (6, 18), (7, 0)].into_iter().all(at));
        assert!(![(6, 14), (6, 1), (5, 19), (0, 0)].into_iter().any(at));
    }
}
