//! PID 1 locks itself in when everything runs: what it holds is then of use to nobody but whoever
//! takes it over.
//!
//! It is hidden before the first service executes its command: who cannot trace it cannot read its
//! memory, its environment, its descriptors and its program either (proc(5), "dumpable"). Its
//! capabilities and its calls are cut when everything that is ever started was. A filter would be
//! inherited, so that PID 1 has none where something may be started later, and only those
//! capabilities are cut that neither the workload nor a start needs.

use super::confine::Confinement;
use super::{Act, Actor, Facts, FilterAct, Lock, Plan, Reason, Refusal, Service, Step};
use crate::model::filter::{OWN_PROGRAM, OWN_WRITING_PROGRAM};
use crate::model::{BeforeStop, Capabilities, Namespace, ReadyBy, ReloadBy, Restart};
use crate::plan::Birth;
use crate::spec::{Origin, Spec};

/// CAP_KILL: services may have become anybody.
const KILL: Capabilities = Capabilities::from_bits(1 << 5);
/// CAP_DAC_OVERRIDE: where a message is left, or a log is, may be somebody else's.
const DAC_OVERRIDE: Capabilities = Capabilities::from_bits(1 << 1);
/// What a start may need: files and directories of anybody (CAP_CHOWN, DAC_OVERRIDE,
/// DAC_READ_SEARCH, FOWNER), ids (SETGID, SETUID), its own sets (SETPCAP), limits (SYS_NICE,
/// SYS_RESOURCE).
const START: Capabilities = Capabilities::from_bits(
    1 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 23 | 1 << 24,
);

/// PID 1's step; gives who asked that it is hidden, when it can be.
pub(super) fn push<'a>(
    spec: &'a Spec<'_>,
    confinement: &Confinement<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
) -> Result<Option<Origin>, Refusal<'a>> {
    if !cfg!(feature = "sandbox") {
        return Ok(None); // nothing confines then, and the key is not taken
    }
    let asked = spec.filter.lock_in;
    let origin = match asked {
        Some(said) => said.value.then_some(said.origin),
        None => confinement.origin.map(|_| Origin::Default).filter(|_| !plan.mode.is_init()),
    };
    let Some(origin) = origin else { return Ok(None) };
    let refuse = |reason| Err(Refusal { origin, said: b"lock-in", reason });
    if plan.mode.is_init() {
        return refuse(Reason::LockOfInit);
    }
    let starts_later = plan.services.iter().any(starts_later) || is_to_be_steered(plan);
    let writes = |own: &Service<'_>| own.termination_message.is_some() || own.log.is_some();
    let leaves_message = plan.services.iter().any(writes);
    let own = if leaves_message { KILL.and(DAC_OVERRIDE) } else { KILL };
    let writes_own_files = spec.services.iter().any(|own| own.oom_score_adj.is_some());
    let starts_hidden = !writes_own_files || owns_hidden(facts, plan);
    let hides = starts_hidden || !starts_later;
    let lock = match (starts_later, leaves_message) {
        (true, _) => Lock { hides, kept: confinement.kept().and(own).and(START), program: None },
        (false, true) => Lock { hides, kept: own, program: Some(&OWN_WRITING_PROGRAM) },
        (false, false) => Lock { hides, kept: own, program: Some(&OWN_PROGRAM) },
    };
    plan.push(Actor::Inner, origin, Act::Filter(FilterAct::LockIn(lock)));
    let starts_once = plan.services.len() == 1 && !starts_later;
    Ok((starts_hidden || starts_once).then_some(origin))
}

/// Whether a service, or a command beside it, may be started when all were.
fn starts_later(service: &Service<'_>) -> bool {
    let policy = &service.policy;
    policy.restart != Restart::Never
        || policy.ready_by == ReadyBy::Command
        || policy.before_stop == BeforeStop::Command
        || matches!(policy.reload, ReloadBy::Command { .. })
}

/// Whether somebody wants to order starts. Who only may be seen is seen, stops and gets signals,
/// and starts nothing again.
fn is_to_be_steered(plan: &Plan<'_>) -> bool {
    let is_asked = |step: &Step<'_>| {
        matches!(step.act, Act::Control(act) if act.listens()) && step.origin != Origin::Default
    };
    plan.steps.iter().any(is_asked)
}

/// Whether files of a hidden process in /proc are ours all the same: they are root's, of the user
/// namespace in which we were executed (fs/proc/base.c, `task_dump_owner`).
fn owns_hidden(facts: &Facts, plan: &Plan<'_>) -> bool {
    let is_same = match plan.birth {
        Birth::Here => true,
        Birth::Cloned(kinds) => !kinds.has(Namespace::User),
    };
    is_same && facts.uid == 0
}
