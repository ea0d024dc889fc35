//! The eight kinds of namespaces, in the order of namespaces(7).
//!
//! Numbers: the `CLONE_NEW*` flags of linux/sched.h. Names: the links in /proc/PID/ns. Limits: the
//! files in /proc/sys/user (namespaces(7), "The /proc/sys/user directory"). Kernel options:
//! init/Kconfig.

use crate::text::{Fault, Names, Show, Sink, put, units};

/// One kind of namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// cgroup_namespaces(7), Linux 4.6
    Cgroup,
    /// ipc_namespaces(7), Linux 2.6.19
    Ipc,
    /// network_namespaces(7), Linux 2.6.24
    Net,
    /// mount_namespaces(7), Linux 2.4.19
    Mnt,
    /// pid_namespaces(7), Linux 2.6.24
    Pid,
    /// time_namespaces(7), Linux 5.6
    Time,
    /// user_namespaces(7), Linux 3.8
    User,
    /// uts_namespaces(7), Linux 2.6.19
    Uts,
}

/// The names of the kinds, for messages.
const NAMES: Names = Names::new("cgroup|ipc|net|mnt|pid|time|user|uts");

impl Namespace {
    /// All kinds, in the order of namespaces(7).
    pub const ALL: [Self; 8] = [
        Self::Cgroup,
        Self::Ipc,
        Self::Net,
        Self::Mnt,
        Self::Pid,
        Self::Time,
        Self::User,
        Self::Uts,
    ];

    /// Its place in [`Namespace::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The kind with this `CLONE_NEW*` flag.
    pub fn of_flag(flag: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.flag() == flag)
    }

    /// Its name in /proc/PID/ns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cgroup => "cgroup",
            Self::Ipc => "ipc",
            Self::Net => "net",
            Self::Mnt => "mnt",
            Self::Pid => "pid",
            Self::Time => "time",
            Self::User => "user",
            Self::Uts => "uts",
        }
    }

    /// Its `CLONE_NEW*` flag.
    pub const fn flag(self) -> u32 {
        match self {
            Self::Cgroup => 0x0200_0000,
            Self::Ipc => 0x0800_0000,
            Self::Net => 0x4000_0000,
            Self::Mnt => 0x0002_0000,
            Self::Pid => 0x2000_0000,
            Self::Time => 0x0000_0080,
            Self::User => 0x1000_0000,
            Self::Uts => 0x0400_0000,
        }
    }

    /// The file in /proc/sys/user that limits how many there may be.
    pub const fn limit_file(self) -> &'static str {
        match self {
            Self::Cgroup => "/proc/sys/user/max_cgroup_namespaces",
            Self::Ipc => "/proc/sys/user/max_ipc_namespaces",
            Self::Net => "/proc/sys/user/max_net_namespaces",
            Self::Mnt => "/proc/sys/user/max_mnt_namespaces",
            Self::Pid => "/proc/sys/user/max_pid_namespaces",
            Self::Time => "/proc/sys/user/max_time_namespaces",
            Self::User => "/proc/sys/user/max_user_namespaces",
            Self::Uts => "/proc/sys/user/max_uts_namespaces",
        }
    }

    /// The kernel option it is built with.
    pub const fn kernel_option(self) -> &'static str {
        match self {
            Self::Cgroup => "CONFIG_CGROUPS",
            Self::Ipc => "CONFIG_IPC_NS",
            Self::Net => "CONFIG_NET_NS",
            Self::Mnt => "CONFIG_NAMESPACES",
            Self::Pid => "CONFIG_PID_NS",
            Self::Time => "CONFIG_TIME_NS",
            Self::User => "CONFIG_USER_NS",
            Self::Uts => "CONFIG_UTS_NS",
        }
    }

    /// Reads the text of a link in /proc/PID/ns, such as `net:[4026531840]`: the kind and the inode
    /// (namespaces(7), "The /proc/PID/ns/ directory").
    pub fn of_link(text: &[u8]) -> Option<(Self, u64)> {
        let colon = text.iter().position(|byte| *byte == b':')?;
        let (name, inode) = text.split_at_checked(colon)?;
        let inode = inode.strip_prefix(b":[")?.strip_suffix(b"]")?;
        let kind = Self::ALL.into_iter().find(|kind| kind.name().as_bytes() == name)?;
        Some((kind, units::unsigned(inode, u64::MAX).ok()?))
    }

    /// Reads a kind; `mount` and `network` are taken for `mnt` and `net`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`] for any other word.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"mount" => Ok(Self::Mnt),
            b"network" => Ok(Self::Net),
            _ => Self::ALL
                .into_iter()
                .find(|kind| kind.name().as_bytes() == text)
                .ok_or(Fault::NotOneOf(NAMES)),
        }
    }
}

bitflags::bitflags! {
    /// A set of kinds; its bits are the `CLONE_NEW*` flags.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct NamespaceSet: u32 {
        /// cgroup_namespaces(7)
        const CGROUP = Namespace::Cgroup.flag();
        /// ipc_namespaces(7)
        const IPC = Namespace::Ipc.flag();
        /// network_namespaces(7)
        const NET = Namespace::Net.flag();
        /// mount_namespaces(7)
        const MNT = Namespace::Mnt.flag();
        /// pid_namespaces(7)
        const PID = Namespace::Pid.flag();
        /// time_namespaces(7)
        const TIME = Namespace::Time.flag();
        /// user_namespaces(7)
        const USER = Namespace::User.flag();
        /// uts_namespaces(7)
        const UTS = Namespace::Uts.flag();
    }
}

impl NamespaceSet {
    /// Whether `kind` is in the set.
    pub const fn has(self, kind: Namespace) -> bool {
        self.bits() & kind.flag() != 0
    }

    /// The set and `kind`.
    #[must_use]
    pub const fn with(self, kind: Namespace) -> Self {
        Self::from_bits_retain(self.bits() | kind.flag())
    }

    /// The kinds of the set, in the order of namespaces(7).
    pub fn kinds(self) -> impl Iterator<Item = Namespace> {
        Namespace::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

/// Prints `pid, mnt, uts`.
impl Show for NamespaceSet {
    fn show(&self, out: &mut dyn Sink) {
        for (index, kind) in self.kinds().enumerate() {
            put!(out, if index == 0 { "" } else { ", " }, kind.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn names_go_there_and_back() {
        for kind in Namespace::ALL {
            assert_eq!(Namespace::parse(kind.name().as_bytes()), Ok(kind));
            assert!(kind.limit_file().contains(kind.name()));
            assert_eq!(Namespace::of_flag(kind.flag()), Some(kind));
            assert_eq!(Namespace::ALL[kind.index()], kind);
        }
        assert_eq!(Namespace::parse(b"mount"), Ok(Namespace::Mnt));
        assert_eq!(Namespace::parse(b"PID"), Err(Fault::NotOneOf(NAMES)));
    }

    #[test]
    fn a_link_names_a_kind_and_an_inode() {
        assert_eq!(Namespace::of_link(b"net:[4026531840]"), Some((Namespace::Net, 4_026_531_840)));
        for text in [&b""[..], b"net", b"net:[x]", b"net:[1", b"new:[1]", b"/run/netns/a"] {
            assert_eq!(Namespace::of_link(text), None);
        }
    }

    #[test]
    fn a_set_prints_in_the_order_of_the_man_page() {
        let set = NamespaceSet::PID | NamespaceSet::MNT | NamespaceSet::UTS;
        assert_eq!(set.to_string(), "mnt, pid, uts");
        assert_eq!(NamespaceSet::all().kinds().count(), 8);
    }
}
