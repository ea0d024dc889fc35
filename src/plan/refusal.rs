//! Why a plan will not be made: said before anything was touched.

use super::{
    CgroupReason, ConfineReason, JoinReason, LogReason, MachineReason, MountFault, NetReason,
    TieReason,
};
use crate::model::{Clock, IdKind, IdMap, Namespace, Shift};
use crate::spec::Origin;

/// Why we will not start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// No service was given a command.
    NoCommand,
    /// A service among several has no name.
    NoName,
    /// Two services of one name.
    SameName,
    /// Several services, and none of them is the main one.
    NoMain,
    /// More than one main service.
    SecondMain,
    /// A service that is to be waited for does not exist; perhaps the near one was meant.
    UnknownService,
    /// A log that could not be.
    Log(LogReason),
    /// Services that wait for each other.
    Cycle,
    /// A key that only the main service can have.
    MainOnly,
    /// A key of the entrypoint, in `run`.
    EntrypointOnly,
    /// A key of the kernel's init, where we are none.
    InitOnly,
    /// A key of `run`, in the entrypoint.
    RunOnly,
    /// The kernel has no filters of system calls.
    NoFilters,
    /// Something about confinement.
    Confine(ConfineReason),
    /// The kernel's init is to lock itself in, and has a machine to leave.
    LockOfInit,
    /// Refused calls are to be told, and no filter of ours refuses any.
    NothingToTell,
    /// A key needs a kind of namespace that was left out.
    Needs(&'static str, Namespace),
    /// A fresh /proc needs both kinds.
    ProcNeeds(Namespace),
    /// There is no cgroup for us, or not with what was asked of it.
    Cgroup(CgroupReason),
    /// Only a user namespace would give us the privilege, and it was left out.
    LacksPrivilege(&'static str),
    /// A line of a map that nobody has granted to this user.
    NotGranted(IdKind, u32, IdMap),
    /// Nothing was granted to this user.
    NothingGranted(IdKind, u32),
    /// The program that maps what was granted is missing.
    NoIdTool(IdKind),
    /// The program would get no privileges: no_new_privs is set.
    IdToolHasNoPrivileges(IdKind),
    /// A line of a map with ids that we do not have ourselves.
    MapNotOurs(IdKind, IdMap),
    /// A map of uid 0, without CAP_SETFCAP.
    MapOfRoot,
    /// Two lines of a map speak of the same id.
    MapOverlaps(IdKind),
    /// A map is longer than the kernel takes.
    MapTooLong(IdKind),
    /// Both a map and an id for its only line.
    MapAndId(IdKind),
    /// A clock cannot be shifted so far; how it stands now, in nanoseconds.
    ClockRange(Clock, Shift, i64),
    /// A namespace will not be joined.
    Join(JoinReason),
    /// Supplementary groups, where setgroups is denied.
    GroupsDenied,
    /// A time to get ready, for a service that does not say when it is.
    TimeoutForNothing,
    /// The first pause is longer than the longest one.
    DelayAboveMax,
    /// The environment has more variables than a changed one holds.
    EnvTooLarge(usize),
    /// A network that could not be.
    Net(NetReason),
    /// A machine that could not be.
    Machine(MachineReason),
    /// Something that cannot be put into a root.
    Mount(MountFault),
    /// A descriptor that will not do.
    Tie(TieReason),
    /// More steps than a plan holds.
    TooManySteps,
}

/// A refusal with its place.
#[derive(Clone, Copy, Debug)]
pub struct Refusal<'a> {
    /// Where it was said.
    pub origin: Origin,
    /// What was said.
    pub said: &'a [u8],
    /// Why we will not start.
    pub reason: Reason,
}

/// Where refusals go: `check` prints every one, `run` the first.
pub type Refuse<'f, 'a> = &'f mut dyn FnMut(Refusal<'a>);
