//! What is held of cgroups: the sandbox's own ones, each with the descriptors by which a process is
//! made in it, enters it and is killed in it.

use core::ffi::CStr;

use crate::engine::files::write_at_once;
use crate::engine::trouble::{Trouble, plain};
use crate::limits::SERVICES_MAX;
use crate::model::{ControllerSet, Errno, ServiceId};
use crate::plan::Whose;
use crate::sys::Fd;
use crate::sys::cgroup::{self, Access};
use crate::text::{Buffer, Sink as _, put};

/// A cgroup of ours.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub directory: Option<Fd>,
    /// How often the kernel had killed in it for want of memory when that was told last.
    pub kills_told: u64,
    /// Where a process enters it.
    pub procs: Option<Fd>,
    /// Where all in it are killed, since Linux 5.14.
    pub kill: Option<Fd>,
    /// Whether no process is made in it any more, but enters it by itself
    /// (docs/decisions/0010-born-in-a-cgroup.md).
    pub is_entered: bool,
}

/// The name of a cgroup.
pub(super) type Name = Buffer<64>;

/// What is held of cgroups.
#[derive(Debug, Default)]
pub(in crate::engine) struct CgroupHands {
    /// The cgroup in which the sandbox's is made.
    pub(super) parent: Option<Fd>,
    /// The name of the sandbox's.
    pub(super) name: Name,
    /// The name of the one that the launcher has moved to, and what it has enabled since.
    pub(super) aside: Option<(Name, ControllerSet)>,
    /// The sandbox's, the supervisor's, and those of services.
    pub(super) own: [Own; 2 + SERVICES_MAX],
    /// In which of them the process was made that is at work.
    pub(super) entered: Option<usize>,
}

/// The names of the launcher's files.
pub(super) const PROCS: &CStr = c"cgroup.procs";
pub(super) const SUBTREE: &CStr = c"cgroup.subtree_control";

/// A name that was used already, and so has its NUL.
pub(super) fn used(name: &Name) -> &CStr {
    let text = name.text().unwrap_or_default();
    CStr::from_bytes_until_nul(text).unwrap_or_default()
}

/// The place of a cgroup.
pub(super) const fn index_of(whose: Whose<'_>) -> usize {
    match whose {
        Whose::Sandbox => 0,
        Whose::Supervisor => 1,
        Whose::Service(id, _) => 2 + id.index(),
    }
}

impl CgroupHands {
    pub(super) fn own(&self, whose: Whose<'_>) -> Option<&Own> {
        self.own.get(index_of(whose))
    }

    pub(super) fn directory(&self, whose: Whose<'_>) -> Result<&Fd, Trouble> {
        let directory = self.own(whose).and_then(|own| own.directory.as_ref());
        directory.ok_or(plain(Errno::EBADF))
    }

    pub(super) fn parent(&self) -> Result<&Fd, Trouble> {
        self.parent.as_ref().ok_or(plain(Errno::EBADF))
    }

    /// The cgroup that a new process is made in, if there is one for it; from now on it counts as
    /// that process's.
    pub(in crate::engine) fn begin_in(&mut self, whose: Whose<'_>) -> Option<&Fd> {
        let index = index_of(whose);
        let own = self.own.get(index).filter(|own| !own.is_entered);
        self.entered = own.is_some().then_some(index);
        own?.directory.as_ref()
    }

    /// Somebody was killed in a service's cgroup.
    pub(in crate::engine) fn was_killed(&mut self, id: ServiceId) {
        if let Some(own) = self.own.get_mut(id.index().saturating_add(2)) {
            own.is_entered = true;
        }
    }

    /// It could not be made there.
    pub(in crate::engine) const fn begin_elsewhere(&mut self) {
        self.entered = None;
    }

    /// Whether the sandbox has one.
    pub(in crate::engine) fn is_made(&self) -> bool {
        self.own.first().is_some_and(|own| own.directory.is_some())
    }

    /// What is the launcher's alone, and closed already, is none of PID 1's.
    pub(in crate::engine) fn forget_launchers(&mut self) {
        core::mem::forget(self.parent.take());
    }

    /// The descriptors that PID 1 keeps.
    pub(in crate::engine) fn kept(&self) -> impl Iterator<Item = i32> {
        let all = |own: &'_ Own| {
            let fds = [&own.directory, &own.procs, &own.kill];
            fds.map(|fd| fd.as_ref().map_or(-1, Fd::number))
        };
        self.own.iter().flat_map(all).filter(|number| *number >= 0)
    }
}

/// The name of a cgroup within the sandbox's.
pub(super) fn name_within(whose: Whose<'_>) -> Name {
    let mut name = Name::new();
    match whose {
        Whose::Sandbox => {}
        Whose::Supervisor => put!(&mut name, "supervisor"),
        Whose::Service(_, service) => {
            put!(&mut name, "service-");
            name.put(service.bytes());
        }
    }
    name
}

/// Writes a file of a cgroup.
pub(super) fn write_in(directory: &Fd, name: &CStr, text: &[u8]) -> Result<(), Trouble> {
    let target = cgroup::open_in(directory, name, Access::Write).map_err(plain)?;
    write_at_once(&target, text)
}
