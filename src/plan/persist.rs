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
use super::{Act, Actor, Facts, JoinReason, Plan, Reason, Refusal, capability};
use crate::model::{Errno, Namespace, NamespaceSet};
use crate::spec::Spec;
use crate::text::{Quoted, Show, Sink, put};

/// What is at the place where namespaces are to be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepingPlace {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// Nothing; the directory will be made.
    Missing,
    /// A directory with nothing in it.
    Empty,
    /// A directory with something in it.
    NotEmpty,
    /// Namespaces that are kept.
    Taken,
    /// It cannot be opened as a directory.
    Unopened(Errno),
}

/// What is done to keep namespaces.
#[derive(Clone, Copy, Debug)]
pub enum KeepAct<'a> {
    /// The launcher waits until every namespace has been made.
    AwaitSetUp,
    /// A private file system for their files.
    MountPlace(&'a CStr),
    /// One of them is kept there.
    Keep(Namespace, &'a CStr),
    /// The launcher lets PID 1 start its services.
    LetStart,
    /// PID 1 waits until its namespaces are kept.
    AwaitKept,
}

impl KeepAct<'_> {
    /// As [`Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::AwaitSetUp => "ppoll*|read?",
            Self::MountPlace(_) => "mkdirat|mount|mount",
            Self::Keep(..) => "openat|close|mount",
            Self::LetStart => "write",
            Self::AwaitKept => "read",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::AwaitSetUp => Kind::AwaitSetUp,
            Self::MountPlace(_) => Kind::MountPlace,
            Self::Keep(..) => Kind::Keep,
            Self::LetStart => Kind::LetStart,
            Self::AwaitKept => Kind::AwaitKept,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::MountPlace(_) => put!(out, "tmpfs, private; gone with nsinit rm"),
            Self::AwaitSetUp | Self::Keep(..) | Self::LetStart | Self::AwaitKept => {}
        }
    }
}

impl Show for KeepAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::AwaitSetUp => put!(out, "wait until PID 1 is set up"),
            Self::MountPlace(path) => {
                put!(out, "mount a place for namespaces on ", Quoted(path.to_bytes()));
            }
            Self::Keep(kind, _) => put!(out, "keep the ", kind.name(), " namespace there"),
            Self::LetStart => put!(out, "let PID 1 start its services"),
            Self::AwaitKept => put!(out, "wait until the namespaces are kept"),
        }
    }
}

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

/// Which namespaces are kept: those that are made, and those that are joined.
pub(super) fn decide<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    kinds: NamespaceSet,
    joined: Joined,
) -> Result<NamespaceSet, Refusal<'a>> {
    let Some(said) = spec.join.persist.filter(|_| cfg!(feature = "join")) else {
        return Ok(NamespaceSet::empty());
    };
    let kept = kinds.union(joined.others);
    let reason = match facts.keeping {
        _ if kept.is_empty() => Some(JoinReason::NothingToKeep),
        KeepingPlace::NotEmpty => Some(JoinReason::NotEmpty),
        KeepingPlace::Taken => Some(JoinReason::KeptAlready),
        KeepingPlace::Unopened(errno) => Some(JoinReason::NoPlace(errno)),
        KeepingPlace::NotAsked | KeepingPlace::Missing | KeepingPlace::Empty => {
            (!facts.has(capability::SYS_ADMIN)).then_some(JoinReason::KeepingNeedsPrivilege)
        }
    };
    match reason {
        Some(reason) => Err(Refusal {
            origin: said.origin,
            said: said.value.to_bytes(),
            reason: Reason::Join(reason),
        }),
        None => Ok(kept),
    }
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
