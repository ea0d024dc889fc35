//! Descriptors that tie a sandbox to whoever started it: who keeps, waits at and writes to each,
//! and when.
//!
//! PID 1 waits at the gate until somebody outside knows it: it may have ended before that
//! otherwise. The wait for whoever is outside is the last of its set-up, so that all is there that
//! he may want to look at or to change.

use super::kinds::Kind;
use super::{Act, Actor, Facts, Plan, Reason, Refusal};
use crate::model::{NamespaceSet, Source};
use crate::spec::{Origin, Said, Spec, Tie};
use crate::text::{Show, Sink, put};

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
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum TieAct {
    /// PID 1 keeps a descriptor, and gives it to nobody.
    Keep(u16),
    /// PID 1 says that it is in its namespaces.
    TellIn,
    /// The launcher waits for that.
    AwaitIn,
    /// The launcher writes who PID 1 is, and in which new namespaces.
    Inform(u16, NamespaceSet),
    /// PID 1 waits for whoever is outside.
    Wait(u16),
}

impl TieAct {
    /// As [`Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Keep(_) => "ioctl",
            Self::TellIn => "write",
            Self::AwaitIn => "ppoll*|read?",
            Self::Inform(..) => "statx*|ppoll|pwritev2|write?|close",
            Self::Wait(_) => {
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
            Self::Wait(_) => Kind::WaitOutside,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Inform(_, kinds) => put!(out, kinds),
            Self::Wait(_) => put!(out, "TERM, INT, QUIT, HUP end it"),
            Self::Keep(_) | Self::TellIn | Self::AwaitIn => {}
        }
    }
}

impl Show for TieAct {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Keep(number) => put!(out, "keep descriptor ", number),
            Self::TellIn => put!(out, "tell the launcher that we are in"),
            Self::AwaitIn => put!(out, "wait until PID 1 is in"),
            Self::Inform(number, _) => put!(out, "write who PID 1 is to descriptor ", number),
            Self::Wait(number) => put!(out, "wait until descriptor ", number, " can be read"),
        }
    }
}

/// Refuses what cannot be: before anything was touched.
#[inline(never)] // of few starts
pub(super) fn check<'a>(spec: &'a Spec<'_>, facts: &Facts) -> Result<(), Refusal<'a>> {
    for (tie, Said { value: number, origin }) in spec.ties.iter() {
        let access = facts.ties.get(tie as usize).copied().unwrap_or_default();
        let fault = match (tie, access) {
            (_, Access::NotAsked | Access::Both) => None,
            (_, Access::Closed) => Some(TieReason::Closed(tie, number)),
            (Tie::Sync, _) | (Tie::Block, Access::Read) | (Tie::Info, Access::Write) => None,
            (Tie::Block, Access::Path | Access::Write) => Some(TieReason::NotReadable(tie, number)),
            (Tie::Info, Access::Path | Access::Read) => Some(TieReason::NotWritable(tie, number)),
        };
        let is_mount = |source: Source<'_>| source == Source::Descriptor(number);
        let mounts = spec.root.mounts.iter().any(|said| is_mount(said.value.source));
        let others = spec.ties.iter().filter(|(other, _)| *other != tie);
        let other = others.filter(|(_, said)| said.value == number).map(|(other, _)| other.key());
        let other = other.chain(mounts.then_some("mount")).next();
        let shared = other.map(|other| TieReason::Shared(tie, number, other));
        if let Some(reason) = shared.or(fault) {
            return Err(Refusal { origin, said: b"", reason: Reason::Tie(reason) });
        }
    }
    Ok(())
}

/// Who asked first that somebody outside knows PID 1 before it goes on.
pub(super) fn informs(spec: &Spec<'_>) -> Option<Origin> {
    let said = spec.ties.get(Tie::Info).filter(|_| cfg!(feature = "sandbox"));
    said.map(|said| said.origin)
}

/// The launcher's steps, while PID 1 waits at the gate.
pub(super) fn push_outer(spec: &Spec<'_>, kinds: NamespaceSet, plan: &mut Plan<'_>) {
    let Some(origin) = informs(spec) else { return };
    push(Actor::Outer, origin, TieAct::AwaitIn, plan);
    if let Some(said) = spec.ties.get(Tie::Info) {
        push(Actor::Outer, said.origin, TieAct::Inform(said.value, kinds), plan);
    }
}

/// What PID 1 keeps of what it inherited.
pub(super) fn push_kept(spec: &Spec<'_>, plan: &mut Plan<'_>) {
    for tie in [Tie::Sync, Tie::Block] {
        if let Some(said) = spec.ties.get(tie) {
            push(Actor::Inner, said.origin, TieAct::Keep(said.value), plan);
        }
    }
}

/// PID 1's step before the gate.
pub(super) fn push_before_gate(spec: &Spec<'_>, plan: &mut Plan<'_>) {
    if let Some(origin) = informs(spec) {
        push(Actor::Inner, origin, TieAct::TellIn, plan);
    }
}

/// PID 1's last step.
pub(super) fn push_last(spec: &Spec<'_>, plan: &mut Plan<'_>) {
    if let Some(said) = spec.ties.get(Tie::Block) {
        push(Actor::Inner, said.origin, TieAct::Wait(said.value), plan);
    }
}

fn push(actor: Actor, origin: Origin, act: TieAct, plan: &mut Plan<'_>) {
    plan.push(actor, origin, Act::Tie(act));
}
