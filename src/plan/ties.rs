//! Descriptors that tie a sandbox to whoever started it: who keeps, waits at and writes to each,
//! and when.
//!
//! PID 1 waits at the gate until somebody outside knows it: it may have ended before that
//! otherwise. The wait for whoever is outside is the last of its set-up, so that all is there that
//! he may want to look at or to change.

use super::kinds::Kind;
use super::rule::{Rule, rule};
use super::{
    Access, Act, Actor, Facts, HAS_TIES, Plan, Reason, Refusal, Refuse, TieAct, TieReason,
};
use crate::model::{IdKind, NamespaceSet, Source};
use crate::spec::{Origin, Said, Spec, Tie};

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
pub(super) fn check<'a>(spec: &'a Spec<'_>, facts: &Facts, refuse: Refuse<'_, 'a>) {
    for (tie, Said { value: number, origin }) in spec.ties.iter() {
        let access = facts.ties.get(tie as usize).copied().unwrap_or_default();
        let fault = match (tie, access) {
            (_, Access::NotAsked | Access::Both) => None,
            (_, Access::Closed) => Some(TieReason::Closed(tie, number)),
            (_, Access::Directory) => Some(TieReason::Directory(tie, number)),
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
        // Of those that have it the first is alright.
        let others = spec.ties.iter().take_while(|(other, _)| *other != tie);
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
            refuse(Refusal { origin, said: b"", reason: Reason::Tie(reason) });
        }
    }
}

/// Who asked first that somebody outside knows PID 1 before it goes on.
pub(super) fn informs(spec: &Spec<'_>) -> Option<Origin> {
    let said = spec.ties.get(Tie::Info).filter(|_| HAS_TIES);
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
