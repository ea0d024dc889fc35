//! Descriptors that tie a sandbox to whoever started it: who keeps, waits at and writes to each,
//! and when.
//!
//! PID 1 waits at the gate until somebody outside knows it: it may have ended before that
//! otherwise. The wait for whoever is outside is the last of its set-up, so that all is there that
//! he may want to look at or to change.

use core::ffi::CStr;

use super::kinds::Kind;
use super::rule::{Rule, rule};
use super::{Act, Actor, Facts, Plan, Reason, Refusal};
use crate::model::{IdKind, NamespaceSet, Source};
use crate::spec::{Origin, Said, Spec, Tie};
use crate::text::{Quoted, Show, Sink, put};

/// Whether there are any in this build.
pub const IS_BUILT: bool = cfg!(any(feature = "sandbox", feature = "control"));

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
    /// To read.
    Read,
    /// To write.
    Write,
    /// For both.
    Both,
}

/// Why a descriptor will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieReason {
    /// It is closed.
    Closed(Tie, u16),
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

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum TieAct<'a> {
    /// Who supervises keeps a descriptor, and gives it to nobody.
    Keep(u16),
    /// PID 1 says that it is in its namespaces.
    TellIn,
    /// The launcher waits for that.
    AwaitIn,
    /// The launcher writes who PID 1 is, and in which new namespaces.
    Inform(u16, NamespaceSet),
    /// The launcher waits until somebody outside has written the id maps.
    WaitForMaps(u16),
    /// PID 1 takes a lock of a file, for reading, and keeps it.
    Lock(&'a CStr),
    /// PID 1 waits for whoever is outside.
    Wait(u16),
}

impl TieAct<'_> {
    /// As [`Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Keep(_) => "ioctl",
            Self::TellIn => "write",
            Self::AwaitIn => "ppoll*|read?",
            Self::Inform(..) => "statx*|pwritev2|ppoll?|write?|close",
            Self::Lock(_) => "openat|fcntl",
            Self::Wait(_) | Self::WaitForMaps(_) => {
                "rt_sigaction|rt_sigaction|rt_sigaction|rt_sigaction|signalfd4|ppoll+|close|close"
            }
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Keep(_) => Kind::KeepDescriptor,
            Self::TellIn => Kind::TellIn,
            Self::AwaitIn => Kind::AwaitIn,
            Self::Inform(..) => Kind::Inform,
            Self::WaitForMaps(_) => Kind::WaitForMaps,
            Self::Lock(_) => Kind::LockFile,
            Self::Wait(_) => Kind::WaitOutside,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Inform(_, kinds) => put!(out, kinds),
            Self::Wait(_) | Self::WaitForMaps(_) => put!(out, "TERM, INT, QUIT, HUP end it"),
            Self::Lock(_) => put!(out, "for reading"),
            Self::Keep(_) | Self::TellIn | Self::AwaitIn => {}
        }
    }
}

impl Show for TieAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Keep(number) => put!(out, "keep descriptor ", number),
            Self::TellIn => put!(out, "tell the launcher that we are in"),
            Self::AwaitIn => put!(out, "wait until PID 1 is in"),
            Self::Inform(number, _) => put!(out, "write who PID 1 is to descriptor ", number),
            Self::WaitForMaps(number) => {
                put!(out, "wait for id maps until descriptor ", number, " can be read");
            }
            Self::Lock(path) => put!(out, "lock ", Quoted(path.to_bytes())),
            Self::Wait(number) => put!(out, "wait until descriptor ", number, " can be read"),
        }
    }
}

/// Orders of these steps that the kernel, or whoever is outside, dictates.
pub(super) const RULES: &[Rule] = &[
    rule(
        Kind::KeepDescriptor,
        Kind::CloseInherited,
        "what is not kept by then is closed (close_range(2))",
    ),
    rule(
        Kind::CloseInherited,
        Kind::WaitOutside,
        "our own copy of a pipe's other end would hide that nobody is outside any more (pipe(7))",
    ),
    rule(
        Kind::DieWithLauncher,
        Kind::WaitOutside,
        "while PID 1 waits, nothing else would end it with the launcher (prctl(2))",
    ),
    rule(
        Kind::WaitOutside,
        Kind::Spawn,
        "whoever is outside has not said yet that a service may start (bwrap(1), --block-fd)",
    ),
    rule(
        Kind::AwaitIn,
        Kind::Inform,
        "PID 1 makes a cgroup namespace itself when it has a cgroup (cgroup_namespaces(7))",
    ),
    rule(
        Kind::Inform,
        Kind::WaitForMaps,
        "whoever writes the maps has to know whose (user_namespaces(7))",
    ),
    rule(Kind::WaitForMaps, Kind::PassGate, "until then PID 1 is nobody (user_namespaces(7))"),
    rule(Kind::EnterRoot, Kind::LockFile, "the file is one inside (bwrap(1), --lock-file)"),
    rule(Kind::LockFile, Kind::Spawn, "a service may rely on the lock (fcntl(2))"),
    rule(
        Kind::Inform,
        Kind::PassGate,
        "a PID 1 that goes on may be gone, or hide its files in /proc (proc(5), 'dumpable')",
    ),
    rule(
        Kind::MapSelfUid,
        Kind::TellIn,
        "who enters a user namespace without maps is nobody in it (user_namespaces(7))",
    ),
];

/// Refuses what cannot be: before anything was touched.
#[inline(never)] // of few starts
pub(super) fn check<'a>(spec: &'a Spec<'_>, facts: &Facts) -> Result<(), Refusal<'a>> {
    for (tie, Said { value: number, origin }) in spec.ties.iter() {
        let access = facts.ties.get(tie as usize).copied().unwrap_or_default();
        let fault = match (tie, access) {
            (_, Access::NotAsked | Access::Both) => None,
            (_, Access::Closed) => Some(TieReason::Closed(tie, number)),
            (Tie::Sync, _) | (Tie::Block | Tie::Userns, Access::Read) => None,
            (Tie::Info | Tie::Status, Access::Write) => None,
            (Tie::Block | Tie::Userns, Access::Path | Access::Write) => {
                Some(TieReason::NotReadable(tie, number))
            }
            (Tie::Info | Tie::Status, Access::Path | Access::Read) => {
                Some(TieReason::NotWritable(tie, number))
            }
        };
        let is_mount = |source: Source<'_>| source == Source::Descriptor(number);
        let mounts = spec.root.mounts.iter().any(|said| is_mount(said.value.source));
        let others = spec.ties.iter().filter(|(other, _)| *other != tie);
        let other = others.filter(|(_, said)| said.value == number).map(|(other, _)| other.key());
        let other = other.chain(mounts.then_some("mount")).next();
        let shared = other.map(|other| TieReason::Shared(tie, number, other));
        let has_maps = IdKind::ALL.into_iter().any(|kind| spec.has_map(kind));
        let untold = match tie {
            Tie::Userns if informs(spec).is_none() => Some(TieReason::NobodyTold(tie, number)),
            Tie::Userns if has_maps => Some(TieReason::MapsSaid(tie, number)),
            Tie::Sync | Tie::Block | Tie::Info | Tie::Userns | Tie::Status => None,
        };
        if let Some(reason) = shared.or(fault).or(untold) {
            return Err(Refusal { origin, said: b"", reason: Reason::Tie(reason) });
        }
    }
    Ok(())
}

/// Who asked first that somebody outside knows PID 1 before it goes on.
pub(super) fn informs(spec: &Spec<'_>) -> Option<Origin> {
    let said = spec.ties.get(Tie::Info).filter(|_| IS_BUILT);
    said.map(|said| said.origin)
}

/// The launcher's steps, while PID 1 waits at the gate.
pub(super) fn push_outer(spec: &Spec<'_>, kinds: NamespaceSet, plan: &mut Plan<'_>) {
    let Some(origin) = informs(spec) else { return };
    push(Actor::Outer, origin, TieAct::AwaitIn, plan);
    if let Some(said) = spec.ties.get(Tie::Info) {
        push(Actor::Outer, said.origin, TieAct::Inform(said.value, kinds), plan);
    }
    if let Some(said) = spec.ties.get(Tie::Userns) {
        push(Actor::Outer, said.origin, TieAct::WaitForMaps(said.value), plan);
    }
}

/// Who asked that the maps are written by somebody outside.
pub(super) fn maps_outside(spec: &Spec<'_>) -> Option<Origin> {
    spec.ties.get(Tie::Userns).map(|said| said.origin)
}

/// Who PID 1 becomes where others have written its maps, and it was said who that is. Else it is
/// whom they have made of it.
#[inline(never)] // of few starts
pub(super) fn become_said<'a>(spec: &Spec<'_>) -> Option<Act<'a>> {
    let _ = maps_outside(spec).filter(|_| spec.uid.is_some() || spec.gid.is_some())?;
    let id = |said: Option<Said<u32>>| said.map_or(0, |said| said.value);
    let (uid, gid) = (id(spec.uid), id(spec.gid));
    Some(Act::BecomeMapped { uid, gid, leaves_groups: false })
}

/// What is kept of what was inherited, by whoever is the first: no program that the launcher starts
/// has it, and PID 1 inherits that.
pub(super) fn push_kept(actor: Actor, spec: &Spec<'_>, plan: &mut Plan<'_>) {
    let is_inside = |tie| matches!(tie, Tie::Sync | Tie::Block);
    for (_, said) in spec.ties.iter().filter(|(tie, _)| is_inside(*tie)) {
        push(actor, said.origin, TieAct::Keep(said.value), plan);
    }
}

/// PID 1's step before the gate.
pub(super) fn push_before_gate(spec: &Spec<'_>, plan: &mut Plan<'_>) {
    if let Some(origin) = informs(spec) {
        push(Actor::Inner, origin, TieAct::TellIn, plan);
    }
}

/// PID 1's last steps.
pub(super) fn push_last<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    for said in spec.ties.locks.iter() {
        push(Actor::Inner, said.origin, TieAct::Lock(said.value), plan);
    }
    if let Some(said) = spec.ties.get(Tie::Block) {
        push(Actor::Inner, said.origin, TieAct::Wait(said.value), plan);
    }
}

fn push<'a>(actor: Actor, origin: Origin, act: TieAct<'a>, plan: &mut Plan<'a>) {
    plan.push(actor, origin, Act::Tie(act));
}
