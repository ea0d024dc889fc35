//! What is done about cgroups.

use core::ffi::CStr;

use crate::model::{ControllerSet, Limit, ServiceId, ServiceName};
use crate::plan::kinds::Kind;
use crate::text::{Quoted, Show, Sink, put};

/// Whose cgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// The sandbox's.
    Sandbox,
    /// PID 1's alone, where services have limits of their own.
    Supervisor,
    /// A service's.
    Service(ServiceId, ServiceName<'a>),
}

/// What is done about cgroups.
#[derive(Clone, Copy, Debug)]
pub enum LimitsAct<'a> {
    /// What killed launchers have left in this directory is removed.
    Sweep(&'a CStr),
    /// The launcher leaves the cgroup that it is alone in, for one below.
    MoveAside(&'a CStr),
    /// Controllers are handed down by the cgroup of this directory.
    Enable(&'a CStr, ControllerSet),
    /// The sandbox's cgroup is made in this directory.
    Make(&'a CStr, ServiceName<'a>),
    /// One is made in the sandbox's.
    MakeWithin(Whose<'a>),
    /// Controllers are handed down by the sandbox's.
    EnableWithin(ControllerSet),
    /// A process that ends at once is made in it: many a kernel kills those that are, where their
    /// parent's cgroup was killed once.
    Try(Whose<'a>),
    /// A limit is set.
    Set(Whose<'a>, &'a Limit<'a>),
    /// Whoever does this step enters a cgroup, if it was not made in it.
    Enter(Whose<'a>),
    /// A cgroup namespace, whose root is where we are.
    NewNamespace,
    /// PID 1 holds its cgroups as mounts of their own: from such a descriptor, which a link inside
    /// may name (proc_pid_fd(5)), no ".." leads to the outer root (fs/namei.c, `follow_dotdot`).
    CutOff,
    /// PID 1 says that it has left the sandbox's cgroup.
    TellLeft,
    /// The launcher waits for that.
    AwaitLeft,
    /// Whoever is left in the sandbox's cgroup is killed, and it is removed.
    Remove,
}

impl LimitsAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Sweep(_) => {
                "openat|getdents64+|openat*|flock*|openat/getdents64/read/unlinkat/close*"
            }
            Self::MoveAside(_) => "getpid|mkdirat|openat|openat|write|close|close",
            Self::Enable(..) => "openat|write|close",
            Self::Make(..) => "getpid|mkdirat+|openat+|flock+|fchmod|openat",
            Self::MakeWithin(_) => "mkdirat|openat|fchmod|openat|openat",
            Self::EnableWithin(_) => "openat|write|close",
            Self::Set(_, limit) => match (limit.has_reserved(), limit.device().is_some()) {
                (true, _) => "openat|write?|close?|openat|write|close",
                (false, true) => "statx?|openat|write|close",
                (false, false) => "openat|write|close",
            },
            Self::Try(_) => "clone3|wait4?|ppoll?|ioctl?|close?",
            Self::Enter(_) => "write?",
            Self::NewNamespace => "unshare",
            Self::CutOff => "readlinkat/open_tree/statx/close/mount_setattr+",
            Self::TellLeft => "write",
            Self::AwaitLeft => "ppoll*|read?",
            Self::Remove => "openat*|read*|write*|ppoll*|openat/getdents64/read/unlinkat/close*",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Sweep(_) => Kind::SweepCgroups,
            Self::MoveAside(_) => Kind::MoveAside,
            Self::Enable(..) => Kind::EnableControllers,
            Self::Make(..) | Self::MakeWithin(_) => Kind::MakeCgroup,
            Self::EnableWithin(_) => Kind::EnableWithin,
            Self::Try(_) => Kind::TryCgroup,
            Self::Set(..) => Kind::SetLimit,
            Self::Enter(Whose::Service(..)) => Kind::EnterCgroupOfService,
            Self::Enter(Whose::Sandbox) => Kind::EnterCgroup,
            Self::Enter(Whose::Supervisor) => Kind::EnterCgroupOfSupervisor,
            Self::NewNamespace => Kind::CgroupNamespace,
            Self::CutOff => Kind::CutOffCgroups,
            Self::TellLeft => Kind::TellLeft,
            Self::AwaitLeft => Kind::AwaitLeft,
            Self::Remove => Kind::RemoveCgroup,
        }
    }

    /// More about it, for `explain`.
    pub(in crate::plan) fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Make(..) => put!(out, "N is the launcher's PID"),
            Self::Enter(_) => put!(out, "CLONE_INTO_CGROUP, or cgroup.procs"),
            Self::NewNamespace => put!(out, "its root is where we are"),
            Self::CutOff => put!(out, "read-only, and nothing above them"),
            Self::Remove => put!(out, "cgroup.kill"),
            Self::Try(_) => put!(out, "by a process that ends at once"),
            Self::Sweep(_)
            | Self::MoveAside(_)
            | Self::Enable(..)
            | Self::MakeWithin(_)
            | Self::EnableWithin(_)
            | Self::Set(..)
            | Self::TellLeft
            | Self::AwaitLeft => {}
        }
    }
}

/// Prints whose it is.
impl Show for Whose<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::Sandbox => put!(out, "the sandbox's cgroup"),
            Self::Supervisor => put!(out, "the supervisor's cgroup"),
            Self::Service(_, name) => {
                put!(out, "the cgroup of service ", Quoted(name.bytes()));
            }
        }
    }
}

/// Prints what is done: `limit the sandbox's cgroup: memory.max 67108864`.
impl Show for LimitsAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Sweep(path) => {
                put!(out, "remove what killed launchers left in ", Quoted(path.to_bytes()));
            }
            Self::MoveAside(path) => {
                put!(out, "move the launcher to a cgroup of its own in ");
                put!(out, Quoted(path.to_bytes()));
            }
            Self::Enable(path, set) => {
                put!(out, "enable ", set, " in ", Quoted(path.to_bytes()));
            }
            Self::Make(path, name) => {
                put!(out, "make cgroup \"nsinit-");
                out.put(name.bytes());
                put!(out, "-N\" in ", Quoted(path.to_bytes()));
            }
            Self::MakeWithin(whose) => put!(out, "make ", whose),
            Self::EnableWithin(set) => put!(out, "enable ", set, " in the sandbox's cgroup"),
            Self::Try(whose) => put!(out, "try ", whose),
            Self::Set(whose, limit) => put!(out, "limit ", whose, ": ", *limit),
            Self::Enter(whose) => put!(out, "be in ", whose),
            Self::NewNamespace => put!(out, "make a cgroup namespace"),
            Self::CutOff => put!(out, "hold the cgroups as mounts of their own"),
            Self::TellLeft => put!(out, "tell the launcher that the sandbox's cgroup is empty"),
            Self::AwaitLeft => put!(out, "wait until PID 1 has left the sandbox's cgroup"),
            Self::Remove => put!(out, "kill what is left in the sandbox's cgroup and remove it"),
        }
    }
}
