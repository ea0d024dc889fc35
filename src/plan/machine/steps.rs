//! Which acts a machine needs, in their order: its set-up, and its end.

use super::{EARLY, MachineAct, MachineReason};
use crate::model::{Farewell, RootSource};
use crate::plan::confine::{Confinement, Inside};
use crate::plan::filter::Filters;
use crate::plan::refusal::refuse_keys;
use crate::plan::services::{Setting, push_message, push_reaping};
use crate::plan::{
    Act, Actor, Facts, Plan, Reason, Refusal, Refuse, control, log, namespaces, notify,
};
use crate::spec::{MachineSpec, Origin, Said, Spec};

/// The kernel's init: the machine is set up by its PID 1, and left by it.
#[inline(never)] // of no other start
pub(in crate::plan) fn resolve_init<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
    refuse: Refuse<'_, 'a>,
) -> Setting<'a> {
    namespaces::refuse_run_keys(spec, false, refuse);
    plan.is_pid1 = true;
    let inner = Actor::Inner;
    push_reaping(inner, facts, plan);
    for early in &EARLY {
        push(inner, Origin::Default, MachineAct::Mount(early), plan);
    }
    push(inner, Origin::Default, MachineAct::LinkDescriptors, plan);
    let machine = &spec.machine;
    for Said { value, origin } in &machine.modules {
        push(inner, *origin, MachineAct::LoadModule(value), plan);
    }
    if let Some(Said { value, origin }) = machine.clock {
        push(inner, origin, MachineAct::SetClock(value, spec.file), plan);
    }
    push_root(machine, facts, plan, refuse);
    push(inner, Origin::Default, MachineAct::OpenPort, plan);
    push(inner, Origin::Default, MachineAct::WatchKernel, plan);
    for Said { value, origin } in &machine.sysctl {
        push(inner, *origin, MachineAct::SetSysctl(*value), plan);
    }
    if let Some(Said { value, origin }) = machine.machine_id {
        push(inner, origin, MachineAct::SetMachineId(value), plan);
    }
    for Said { value, origin } in &machine.rlimits {
        plan.push(inner, *origin, Act::SetRlimit(*value));
    }
    if let Some(said) = spec.hostname {
        plan.push(inner, said.origin, Act::SetHostname(said.value));
    }
    if let Some(said) = spec.domainname {
        plan.push(inner, said.origin, Act::SetDomainname(said.value));
    }
    if spec.net.loopback.is_none_or(|said| said.value) {
        let origin = spec.net.loopback.map_or(Origin::Default, |said| said.origin);
        plan.push(inner, origin, Act::LoopbackUp);
    }
    control::push_listen(inner, spec, facts, plan);
    notify::push_sockets(facts, plan);
    log::push_open(spec, plan, refuse);
    push_message(spec, plan);
    push_watchdog(machine, plan).unwrap_or_else(refuse);
    plan.push(inner, Origin::Default, Act::WatchSignals);
    Setting {
        cgroups: None,
        deny_setgroups: false,
        has_pid_namespace: true,
        no_new_privs: spec.no_new_privs.filter(|said| said.value).map(|said| said.origin),
        filters: Filters::NONE,
        hides: None,
        inside: Inside::as_we_are(facts),
        confinement: Confinement::NONE,
    }
}

/// The root that the initramfs is left for. One that the kernel was told to mount is mounted where
/// there is no initramfs.
#[inline(never)] // of no other start
fn push_root<'a>(
    machine: &'a MachineSpec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
    refuse: Refuse<'_, 'a>,
) {
    let root = &machine.root;
    let Some(Said { value: source, origin }) = root.source else {
        return refuse_keys(&root.details(), Reason::Machine(MachineReason::NoRoot), refuse);
    };
    let mut refuse = |reason| {
        refuse_keys(&[Some((origin, "switch-root"))], Reason::Machine(reason), refuse);
    };
    match source {
        RootSource::None => return,
        _ if facts.has_disk_root && root.is_kernels => return,
        _ if facts.has_disk_root => {
            return refuse(MachineReason::NoInitramfs);
        }
        RootSource::Inside(_) => {
            return refuse(MachineReason::RootByContents);
        }
        RootSource::Tag(_) if root.kind.is_none() => {
            return refuse(MachineReason::RootWithoutType);
        }
        RootSource::Device(_)
        | RootSource::Number(..)
        | RootSource::PartLabel(_)
        | RootSource::PartUuid(_)
        | RootSource::Tag(_) => {}
    }
    push(Actor::Inner, origin, MachineAct::MountRoot(root, source), plan);
    if let Some(said) = root.is_volatile.filter(|said| said.value) {
        push(Actor::Inner, said.origin, MachineAct::CoverRoot, plan);
    }
    push(Actor::Inner, origin, MachineAct::EnterRoot, plan);
}

/// The watchdog, last of all: until the loop feeds it nobody does.
fn push_watchdog<'a>(machine: &'a MachineSpec<'_>, plan: &mut Plan<'a>) -> Result<(), Refusal<'a>> {
    match (machine.watchdog, machine.watchdog_timeout) {
        (Some(device), timeout) => {
            let timeout = timeout.map(|said| said.value);
            let act = MachineAct::FeedWatchdog(device.value, timeout);
            push(Actor::Inner, device.origin, act, plan);
            Ok(())
        }
        (None, Some(Said { origin, .. })) => {
            let reason = Reason::Machine(MachineReason::NoWatchdog);
            Err(Refusal { origin, said: b"watchdog-timeout", reason })
        }
        (None, None) => Ok(()),
    }
}

/// The steps after everything else, which are there even where nothing else could be decided.
#[inline(never)] // as above
pub fn push_last<'a>(machine: &'a MachineSpec<'_>, plan: &mut Plan<'a>) {
    let last = Actor::Last;
    if let Some(said) = machine.watchdog {
        let down = match machine.farewell() {
            Farewell::Down(down) => Some(down),
            Farewell::Exec(_) => None,
        };
        push(last, said.origin, MachineAct::FeedLast(down), plan);
    }
    push(last, Origin::Default, MachineAct::KillAll, plan);
    push(last, Origin::Default, MachineAct::Sync, plan);
    let report = MachineAct::Report {
        nonce: machine.nonce.map_or(c"-", |said| said.value),
        to: &machine.report,
        fail_on: machine.fail_on.map(|said| said.value).unwrap_or_default(),
    };
    push(last, machine.report.first().map_or(Origin::Default, |said| said.origin), report, plan);
    if matches!(machine.farewell(), Farewell::Down(_)) {
        push(last, Origin::Default, MachineAct::Unmount, plan);
    }
    for Said { value, origin } in &machine.report {
        if value.is_end() {
            push(last, *origin, MachineAct::EndBy(*value), plan);
        }
    }
    let origin = machine.farewell.map_or(Origin::Default, |said| said.origin);
    let farewell = match machine.farewell() {
        Farewell::Down(down) => MachineAct::GoDown(down),
        Farewell::Exec(words) => MachineAct::Become(words),
    };
    push(last, origin, farewell, plan);
}

fn push<'a>(actor: Actor, origin: Origin, act: MachineAct<'a>, plan: &mut Plan<'a>) {
    plan.push(actor, origin, Act::Machine(act));
}

/// Refuses the keys of `[init]` where we are not the kernel's.
pub(in crate::plan) fn refuse_init_keys<'a>(spec: &'a Spec<'_>, refuse: Refuse<'_, 'a>) {
    if cfg!(feature = "init") {
        refuse_keys(&spec.machine.keys(), Reason::InitOnly, refuse);
    }
}
