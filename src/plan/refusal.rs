//! Why a plan will not be made: said before anything was touched.

use super::machine::MachineReason;
use crate::model::{
    Capabilities, Clock, Controller, Errno, IdKind, IdMap, LandlockAbi, Namespace, Shift,
};
use crate::spec::{Key, Origin, SaidKey, Table, Tables, Tie};
use crate::text::Names;

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
    /// A command has more words than a list of ours holds, which one with another name needs.
    CommandTooLong(usize),
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

impl Reason {
    /// What would be said that were reason enough not to refuse. Where a fault was found in it,
    /// that may be what is missing.
    pub const fn misses(&self) -> Misses {
        match self {
            Self::NoCommand => Misses::of(&[Table::Service], "command"),
            Self::NoName | Self::UnknownService => Misses::of(&[Table::Service], "name"),
            Self::NoMain | Self::MainOnly => Misses::of(&[Table::Service], "main"),
            Self::TimeoutForNothing => Misses::of(&[Table::Service], "ready"),
            Self::DelayAboveMax => Misses::of(&[Table::Service], "restart-delay|restart-delay-max"),
            Self::Log(LogReason::NoFile) => Misses::of(&[Table::Service], "log|stdout|stderr"),
            Self::Needs(..) | Self::ProcNeeds(_) | Self::LacksPrivilege(_) => {
                Misses::of(&[Table::Sandbox], "namespaces|join")
            }
            Self::Join(_) | Self::Tie(_) => Misses::of(&[Table::Sandbox], ""),
            Self::Net(NetReason::OfHost) => Misses::of(&[Table::Sandbox, Table::Net], ""),
            Self::NotGranted(..)
            | Self::NothingGranted(..)
            | Self::NoIdTool(_)
            | Self::IdToolHasNoPrivileges(_)
            | Self::MapNotOurs(..)
            | Self::MapOfRoot
            | Self::GroupsDenied => Misses::of(&[Table::Sandbox, Table::User], ""),
            Self::Net(NetReason::Wire | NetReason::Name | NetReason::GatewayAway) => {
                Misses::of(&[Table::Interface], "")
            }
            Self::Mount(_) => Misses::of(&[Table::Root, Table::Mount, Table::User], ""),
            Self::Machine(_) => Misses::of(&[Table::Init], ""),
            Self::Cgroup(_) => Misses::of(&[Table::Limits], ""),
            Self::NoFilters | Self::NothingToTell | Self::Confine(_) => {
                Misses::of(&[Table::Security, Table::Landlock, Table::Service], "")
            }
            Self::EntrypointOnly
            | Self::RunOnly
            | Self::InitOnly
            | Self::LockOfInit
            | Self::SameName
            | Self::SecondMain
            | Self::Cycle
            | Self::Log(LogReason::Two | LogReason::Shared)
            | Self::MapOverlaps(_)
            | Self::MapTooLong(_)
            | Self::MapAndId(_)
            | Self::ClockRange(..)
            | Self::CommandTooLong(_)
            | Self::EnvTooLarge(_)
            | Self::Net(
                NetReason::Twice
                | NetReason::Privilege
                | NetReason::OuterKey
                | NetReason::SecondGateway
                | NetReason::PastaOfRoot,
            )
            | Self::TooManySteps => Misses::of(&[], ""),
        }
    }
}

/// What is missing where something was refused: some keys of a table, or any of them.
#[derive(Clone, Copy, Debug)]
pub struct Misses {
    tables: Tables,
    keys: Names,
}

impl Misses {
    const fn of(tables: &[Table], keys: &'static str) -> Self {
        Self { tables: Tables::of(tables), keys: Names::new(keys) }
    }

    /// Whether any key of these tables could be it.
    pub const fn any_of(&self, tables: Tables) -> bool {
        self.tables.meets(tables)
    }

    /// Whether this key could be it.
    pub fn has(&self, key: &Key) -> bool {
        let is_any = self.keys.iter().next().is_none();
        let is_named = || key.names.iter().any(|name| self.keys.find(name.as_bytes()).is_some());
        self.tables.meets(Tables::of(&[key.table])) && (is_any || is_named())
    }
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

/// Where refusals go: `check` prints every one, `run` the first ten.
pub type Refuse<'f, 'a> = &'f mut dyn FnMut(Refusal<'a>);

/// Refuses each of these keys that was said.
#[inline(never)] // once, and not for each list of keys
pub(super) fn refuse_keys(keys: &[SaidKey], reason: Reason, refuse: Refuse<'_, '_>) {
    for (origin, key) in keys.iter().copied().flatten() {
        refuse(Refusal { origin, said: key.as_bytes(), reason });
    }
}

/// What was decided, or what is to be there in its place: it was refused, and others are looked at
/// all the same. That must be such that it is no reason to refuse any of them.
pub(super) fn or_refuse<'a, T>(
    decided: Result<T, Refusal<'a>>,
    refuse: Refuse<'_, 'a>,
    otherwise: T,
) -> T {
    decided.unwrap_or_else(|refusal| {
        refuse(refusal);
        otherwise
    })
}

/// Why there is no cgroup for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CgroupReason {
    /// Version 2 is not mounted.
    NotMounted,
    /// Our own cgroup is not below where it is mounted.
    Elsewhere,
    /// There is none of this name.
    Missing,
    /// We may not make one there.
    Denied(Errno),
    /// There are other processes in it.
    Crowded,
    /// A controller that is enabled in no cgroup above.
    NotHandedDown(Controller),
    /// A controller that version 1 has.
    InVersion1(Controller),
    /// A controller that was switched off.
    SwitchedOff(Controller),
    /// A controller that the kernel was not built with.
    NotBuilt(Controller),
}

/// Why nobody is confined in this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfineReason {
    /// A capability that was named and is not ours.
    CapabilityNotOurs(Capabilities),
    /// One that is to outlive an exec and is not kept.
    AmbientNotKept(Capabilities),
    /// Without CAP_SETPCAP and no_new_privs a program could give back what is taken.
    CapabilitiesComeBack,
    /// What was said needs the first version of Landlock, and the kernel has the other.
    LandlockTooOld(LandlockAbi, LandlockAbi),
    /// A scope would keep a service's word from us.
    ScopeHidesNotify,
    /// Who keeps CAP_SYS_RESOURCE sets the limit of user namespaces anew.
    UsernsComeBack,
}

/// Why a namespace will not be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinReason {
    /// It cannot be opened.
    Unopened(Namespace, Errno),
    /// A process that is gone.
    NoProcess(Namespace),
    /// There is something, but no namespace.
    NoNamespace(Namespace),
    /// It is of another kind, the second one.
    WrongKind(Namespace, Namespace),
    /// Only whoever may enter its user namespace may enter it.
    NeedsPrivilege(Namespace),
    /// A key that would change a namespace which others live in.
    Changes(&'static str, Namespace),
    /// Neither a new namespace nor another one, so that nothing is kept.
    NothingToKeep,
    /// The directory where namespaces are to be kept has something in it.
    NotEmpty,
    /// Namespaces are kept there already.
    KeptAlready,
    /// The directory cannot be opened.
    NoPlace(Errno),
    /// Only whoever may mount may keep a namespace.
    KeepingNeedsPrivilege,
}

/// Why a log cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogReason {
    /// How large it may be was said, and no file.
    NoFile,
    /// Standard output and error have a log each.
    Two,
    /// Another service has this log.
    Shared,
}

/// Why a network could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetReason {
    /// An interface that is wired to nothing, or to two things.
    Wire,
    /// An interface that is made and has no name.
    Name,
    /// Two interfaces of one name, on either side, or a second loopback.
    Twice,
    /// Only a privileged user may make or move interfaces.
    Privilege,
    /// A network of its own, and the outer one.
    OfHost,
    /// A key of the outer end of a pair, where there is none.
    OuterKey,
    /// A gateway that is in none of the interface's networks.
    GatewayAway,
    /// More than one gateway of a family.
    SecondGateway,
    /// pasta(1), started by root.
    PastaOfRoot,
}

/// Why something cannot be put into a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountFault {
    /// It has no place.
    NoTarget,
    /// It has no source.
    NoSource,
    /// It has a source of a sort that it cannot have.
    OtherSource,
    /// A mode was given that nothing is made with, or none where it is the point.
    Mode,
    /// A size, for what has none.
    Size,
    /// What is said of a procfs, of something else.
    Proc,
    /// An overlay of nothing, or read-only of one directory.
    Layers,
    /// What is said of an overlay, of something else.
    Overlay,
    /// A directory for the work of an overlay, and none for what is written.
    Upper,
    /// Something else is at the root already.
    SecondRoot,
    /// What is said of a procfs, on a kernel before Linux 5.8.
    ProcTooNew,
    /// An overlay of an ordinary user, before Linux 5.11.
    OverlayTooNew,
    /// Ids of the sandbox, before Linux 5.12.
    MappedTooNew,
    /// Ids of the sandbox, of something else than a bind of a path.
    Mapped,
    /// The same without a user namespace of ours, which has them.
    MappedWithoutUser,
    /// The same as an ordinary user.
    MappedByUser,
}

/// Why a descriptor will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieReason {
    /// It is closed.
    Closed(Tie, u16),
    /// It is a directory: while PID 1 has it, `/proc/1/fd` leads through it to what is outside.
    Directory(Tie, u16),
    /// It cannot be read, and that is waited for.
    NotReadable(Tie, u16),
    /// It cannot be written to.
    NotWritable(Tie, u16),
    /// Another key has it.
    Shared(Tie, u16, &'static str),
    /// Nobody outside is told whose maps he is to write.
    NobodyTold(Tie, u16),
    /// The maps are said as well.
    MapsSaid(Tie, u16),
}
