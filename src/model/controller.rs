//! The controllers of a cgroup (cgroups(7), Documentation/admin-guide/cgroup-v2.rst).

use crate::text::{Names, Show, Sink, put};

/// A controller that we know limits of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Controller {
    /// Time of processors.
    Cpu,
    /// Which processors, and which memory.
    Cpuset,
    /// Bytes and requests of block devices.
    Io,
    /// Memory and swap.
    Memory,
    /// How many processes.
    Pids,
    /// Huge pages.
    Hugetlb,
}

/// Their names in version 2, and in /proc/cgroups where that has another one.
const NAMES: Names = Names::new("cpu|cpuset|io|memory|pids|hugetlb");

impl Controller {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Cpu, Self::Cpuset, Self::Io, Self::Memory, Self::Pids, Self::Hugetlb];

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.get(self as usize).unwrap_or_default()
    }

    /// The controller of this name; `blkio` is what version 1 calls io.
    pub fn find(name: &[u8]) -> Option<Self> {
        let number = NAMES.number_of(if name == b"blkio" { b"io" } else { name })?;
        Self::ALL.get(number).copied()
    }
}

/// A set of controllers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ControllerSet(u8);

impl ControllerSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// These and one more.
    #[must_use]
    pub const fn with(self, controller: Controller) -> Self {
        Self(self.0 | 1 << controller as u8)
    }

    /// These and those.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether this one is among them.
    pub const fn has(self, controller: Controller) -> bool {
        self.0 & 1 << controller as u8 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those there are.
    pub fn iter(self) -> impl Iterator<Item = Controller> {
        Controller::ALL.into_iter().filter(move |controller| self.has(*controller))
    }

    /// Reads cgroup.controllers or cgroup.subtree_control: names with a space between. Those we
    /// know nothing of are passed over.
    pub fn parse(text: &[u8]) -> Self {
        let names = text.split(u8::is_ascii_whitespace);
        names.filter_map(Controller::find).fold(Self::EMPTY, Self::with)
    }
}

/// Prints what is written to cgroup.subtree_control: `+memory +pids`.
impl Show for ControllerSet {
    fn show(&self, out: &mut dyn Sink) {
        for (index, controller) in self.iter().enumerate() {
            put!(out, if index == 0 { "+" } else { " +" }, controller.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_set_is_read_as_the_kernel_writes_it_and_written_as_it_reads_it() {
        let set = ControllerSet::parse(b"cpuset cpu io memory hugetlb pids rdma misc\n");
        assert_eq!(set.to_string(), "+cpu +cpuset +io +memory +pids +hugetlb");
        assert!(Controller::ALL.into_iter().all(|controller| set.has(controller)));
        assert_eq!(ControllerSet::parse(b"\n"), ControllerSet::EMPTY);
        let some = ControllerSet::parse(b"memory blkio");
        assert_eq!(set.without(some).to_string(), "+cpu +cpuset +pids +hugetlb");
        assert_eq!(some.union(ControllerSet::parse(b"pids")).to_string(), "+io +memory +pids");
    }

    #[test]
    fn every_controller_is_found_by_its_name() {
        for controller in Controller::ALL {
            assert_eq!(Controller::find(controller.name().as_bytes()), Some(controller));
        }
        assert_eq!(Controller::find(b"blkio"), Some(Controller::Io));
        assert_eq!(Controller::find(b"rdma"), None);
    }
}
