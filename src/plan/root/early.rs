//! What is copied before everything else.
//!
//! Binds in which mounts that are made outside later appear: they are slaves of what is a peer of
//! the outer mount, and nothing is any more when our mounts are private (mount_namespaces(7)).
//!
//! And binds whose files have the ids of the sandbox: what is 0 on the disk is 0 inside, though it
//! is another id outside (mount_setattr(2), "ID-mapped mounts").
//! The kernel takes the maps from a user namespace, and asks for CAP_SYS_ADMIN where the file
//! system was mounted: inside it is too late. So the launcher has a process make a user namespace
//! with the same maps, copies what is bound with them, and PID 1 inherits the copies.

use super::decide::{base, base_mount, each, is_asked, push, push_by, push_meanwhile};
use super::{BASE, RootAct};
use crate::model::{Namespace, NamespaceSet};
use crate::plan::identity::Maps;
use crate::plan::kinds::Kind;
use crate::plan::{Act, Actor, Facts, MountFault, Plan, Reason, Refusal, capability};
use crate::spec::{Origin, Spec};

/// Whether those that are asked for can be had.
pub(in crate::plan) fn check_mapped<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    maps: &Maps<'_>,
) -> Result<(), Refusal<'a>> {
    let Some(said) = spec.root.mounts.iter().find(|said| said.value.is_mapped) else {
        return Ok(());
    };
    let fault = match (maps.lines().next().is_some(), facts.has(capability::SYS_ADMIN)) {
        (_, false) => MountFault::MappedByUser,
        (false, true) => MountFault::MappedWithoutUser,
        (true, true) => return Ok(()),
    };
    let said_name = said.value.kind.name().as_bytes();
    Err(Refusal { origin: said.origin, said: said_name, reason: Reason::Mount(fault) })
}

/// The launcher's steps before it makes PID 1.
#[inline(never)] // of few starts
pub(in crate::plan) fn push_mapped<'a>(
    spec: &'a Spec<'_>,
    kinds: NamespaceSet,
    maps: &Maps<'a>,
    plan: &mut Plan<'a>,
) {
    let mut mounts = spec.root.mounts.iter().filter(|_| cfg!(feature = "sandbox")); // or none
    let Some(first) = mounts.find(|said| said.value.is_mapped) else { return };
    let mut add = |origin: Origin, act| push_by(Actor::Outer, origin, act, plan);
    add(first.origin, RootAct::MakeMapper);
    for (kind, lines) in maps.lines() {
        add(first.origin, RootAct::WriteMapper(kind, lines));
    }
    if let Some(said) = base_mount(spec).filter(|said| said.value.is_mapped) {
        add(said.origin, RootAct::OpenMapped(&said.value, BASE));
    }
    each(spec, kinds, &mut |(mount, slot, origin)| {
        if mount.is_mapped {
            add(origin, RootAct::OpenMapped(mount, slot));
        }
    });
    add(first.origin, RootAct::EndMapper);
}

/// Mounts are private, where they are ours.
pub(in crate::plan) fn push_private<'a>(
    spec: &'a Spec<'_>,
    kinds: NamespaceSet,
    plan: &mut Plan<'a>,
) {
    if is_asked(spec) {
        push_linked(spec, kinds, plan);
    }
    if kinds.has(Namespace::Mnt) {
        plan.push(Actor::Inner, Origin::Default, Act::MakeMountsPrivate);
    }
}

/// What mounts made outside later are to appear in: copied before ours are private, as slaves.
#[inline(never)] // of starts with a root alone
fn push_linked<'a>(spec: &'a Spec<'_>, kinds: NamespaceSet, plan: &mut Plan<'a>) {
    if let Some((origin, act)) = base(spec, kinds).filter(|(_, act)| act.kind() == Kind::OpenLinked)
    {
        push_meanwhile(plan);
        push(origin, act, plan);
    }
    each(spec, kinds, &mut |(mount, slot, origin)| {
        if mount.is_linked() {
            push_meanwhile(plan);
            push(origin, RootAct::Open(mount, slot), plan);
        }
    });
}
