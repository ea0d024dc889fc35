//! Namespaces that outlive whoever is in them: each is kept by a bind mount of its file
//! (namespaces(7), "/proc/pid/ns/").
//!
//! The launcher keeps them when PID 1 is set up, because a time namespace may be made only then,
//! and before a service runs. They lie in a small file system of their own: it is private, so that
//! a mount namespace can be bound there, and one unmount lets go of everything, also when keeping
//! fails midway.

use core::ffi::CStr;

use super::join::Joined;
use super::kinds::Kind;
use super::rule::{Rule, rule};
use super::{
    Act, Actor, Facts, JoinReason, KeepAct, KeepingPlace, Plan, Reason, Refusal, Refuse, capability,
};
use crate::model::NamespaceSet;
use crate::spec::Spec;

/// The orders that the kernel dictates.
pub(super) const RULES: &[Rule] = &[
    rule(
        Kind::Clone,
        Kind::AwaitSetUp,
        "PID 1 makes a time namespace itself when its clocks are shifted (time_namespaces(7))",
    ),
    rule(
        Kind::AwaitSetUp,
        Kind::Keep,
        "a namespace is bound from a file of a process that is in it (namespaces(7))",
    ),
    rule(
        Kind::MountPlace,
        Kind::Keep,
        "a mount namespace is bound on a private mount alone (fs/namespace.c, copy_tree)",
    ),
    rule(
        Kind::CloseInherited,
        Kind::AwaitKept,
        "our own copy of the gate's other end would hide that the launcher died (pipe(7))",
    ),
    rule(
        Kind::AwaitKept,
        Kind::Spawn,
        "a service that ends at once takes its namespaces along (namespaces(7))",
    ),
];

/// Which namespaces are kept: those that are made, and those that are joined; none where that is
/// refused.
pub(super) fn decide<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    kinds: NamespaceSet,
    joined: Joined,
    refuse: Refuse<'_, 'a>,
) -> NamespaceSet {
    let Some(said) = spec.join.persist.filter(|_| cfg!(feature = "join")) else {
        return NamespaceSet::empty();
    };
    let kept = kinds.union(joined.others);
    let of_place = match facts.keeping {
        KeepingPlace::NotEmpty => Some(JoinReason::NotEmpty),
        KeepingPlace::Taken => Some(JoinReason::KeptAlready),
        KeepingPlace::Unopened(errno) => Some(JoinReason::NoPlace(errno)),
        KeepingPlace::NotAsked | KeepingPlace::Missing | KeepingPlace::Empty => None,
    };
    let may_mount = facts.has(capability::SYS_ADMIN);
    let reasons = [
        kept.is_empty().then_some(JoinReason::NothingToKeep),
        of_place,
        (!may_mount).then_some(JoinReason::KeepingNeedsPrivilege),
    ];
    for reason in reasons.into_iter().flatten() {
        let (origin, text) = (said.origin, said.value.to_bytes());
        refuse(Refusal { origin, said: text, reason: Reason::Join(reason) });
    }
    if reasons.iter().any(Option::is_some) { NamespaceSet::empty() } else { kept }
}

/// The launcher's steps.
pub(super) fn push_outer<'a>(spec: &'a Spec<'_>, kept: NamespaceSet, plan: &mut Plan<'a>) {
    let Some(said) = spec.join.persist.filter(|_| !kept.is_empty()) else { return };
    let mut push = |act| plan.push(Actor::Outer, said.origin, Act::Keep(act));
    push(KeepAct::AwaitSetUp);
    push(KeepAct::MountPlace(said.value));
    kept.kinds().for_each(|kind| push(KeepAct::Keep(kind, said.value)));
    push(KeepAct::LetStart);
}

/// PID 1's step.
pub(super) fn push_inner(spec: &Spec<'_>, kept: NamespaceSet, plan: &mut Plan<'_>) {
    if let Some(said) = spec.join.persist.filter(|_| !kept.is_empty()) {
        plan.push(Actor::Inner, said.origin, Act::Keep(KeepAct::AwaitKept));
    }
}

/// The place of a plan that keeps its namespaces.
pub fn place_of<'a>(plan: &Plan<'a>) -> Option<&'a CStr> {
    plan.steps.iter().find_map(|step| {
        if let Act::Keep(KeepAct::MountPlace(path)) = step.act { Some(path) } else { None }
    })
}
