//! From what was asked and what the machine is to the plan, or to a refusal.
//!
//! The order of the pushes below is the order of the acts; where the kernel dictates it, the reason
//! stands in [`super::order`].

use super::confine::{self, Confinement, Inside};
use super::control::{push_hold, push_listen, push_tell_child, tells_child};
use super::filter::Filters;
use super::identity::Maps;
use super::join::Joined;
use super::limits::{Layout, push_last_of_cgroups};
use super::machine::{push_last, refuse_init_keys, resolve_init};
use super::namespaces::{check_clocks, kinds, refuse_run_keys, shifts};
use super::notify::push_sockets;
use super::refusal::or_refuse;
use super::services::{Setting, push_message, push_reaping, push_services, push_steps};
use super::{Act, Actor, Birth, Facts, HAS_TIES, Plan, Reason, Refusal, Refuse, Service};
use super::{lock, log, net, persist, root, ties};
use crate::model::{BeforeStop, Namespace, NamespaceSet, Proc, Ready, ReloadBy, Restart, Terminal};
use crate::spec::{Origin, Said, Spec};

/// Fills `plan`, which must be empty, or gives every refusal to `refuse` that does not follow from
/// another. Nothing was touched then.
pub fn resolve<'a>(spec: &'a Spec<'_>, facts: &Facts, plan: &mut Plan<'a>, refuse: Refuse<'_, 'a>) {
    push_services(spec, facts, plan.mode, plan, refuse);
    let mode = plan.mode;
    if !mode.is_init() {
        refuse_init_keys(spec, refuse);
    }
    if HAS_TIES {
        ties::check(spec, facts, refuse);
    }
    let filters = Filters::decide(spec, facts, refuse);
    let mut setting = match (mode.is_run(), mode.is_init()) {
        (true, _) => resolve_run(spec, facts, plan, refuse),
        (false, true) => resolve_init(spec, facts, plan, refuse),
        (false, false) => resolve_entrypoint(spec, facts, plan, refuse),
    };
    setting.filters = filters;
    filters.push_line(plan);
    setting.confinement = Confinement::decide(spec, facts, mode, setting.inside, refuse);
    if spec.no_new_privs.is_none() {
        let privs = &mut setting.no_new_privs;
        *privs = privs.or(filters.origin()).or(setting.confinement.origin);
    }
    setting.hides = or_refuse(lock::push(spec, &setting.confinement, facts, plan), refuse, None);
    if mode.is_run() && HAS_TIES {
        confine::push_asserted(spec, plan);
        ties::push_last(spec, plan);
    }
    for (id, service) in spec.services_with_ids() {
        push_steps(id, service, setting, facts, plan, refuse).unwrap_or_else(&mut *refuse);
    }
    if mode.is_init() {
        push_last(&spec.machine, plan);
    }
    if mode.is_run() {
        push_last_of_cgroups(spec, plan);
        net::push_last_of_network(spec, plan);
    }
    if plan.is_too_long {
        refuse(Refusal { origin: Origin::Default, said: b"", reason: Reason::TooManySteps });
    }
}

/// The namespaces we are in: nothing outside, hardly anything inside.
fn resolve_entrypoint<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
    refuse: Refuse<'_, 'a>,
) -> Setting<'a> {
    refuse_run_keys(spec, true, refuse);
    (plan.birth, plan.is_pid1) = (Birth::Here, facts.is_pid1);
    plan.habits = spec.habits();
    // First: what happens to our parent before this is only known when we were told who it is.
    if let Some(said) = spec.services.iter().find_map(|service| service.parent_death) {
        plan.push(Actor::Inner, said.origin, Act::WatchParent(said.value));
    }
    push_reaping(Actor::Inner, facts, plan);
    if !facts.is_pid1 && spec.habits().is_subreaper {
        plan.push(Actor::Inner, Origin::Default, Act::BecomeSubreaper);
    }
    let mut terminals = spec.services.iter().filter_map(|service| service.terminal);
    if let Some(said) = terminals.find(|said| said.value == Terminal::Give) {
        plan.push(Actor::Inner, said.origin, Act::GiveUpTerminal);
    }
    confine::push_inner(spec, facts, plan.mode, plan);
    push_listen(Actor::Inner, spec, facts, plan);
    push_sockets(facts, plan);
    log::push_open(spec, plan, refuse);
    push_message(spec, plan);
    plan.push(Actor::Inner, Origin::Default, Act::WatchSignals);
    let is_restarted = |service: &Service<'_>| service.policy.restart != Restart::Never;
    let is_helped = |service: &Service<'_>| {
        let policy = &service.policy;
        matches!(service.ready, Ready::Exec(_))
            || policy.before_stop == BeforeStop::Command
            || matches!(policy.reload, ReloadBy::Command { .. })
    };
    // What is started again, or beside a service, finds what we were given.
    if !plan.services.iter().any(is_restarted) {
        let is_helped = plan.services.iter().any(is_helped);
        let directory = plan.habits().leaves_directory && !is_helped;
        plan.push(Actor::Inner, Origin::Default, Act::LetGo { directory });
    }
    Setting {
        cgroups: None,
        deny_setgroups: false,
        has_pid_namespace: facts.is_pid1 || !spec.habits().is_mortal,
        no_new_privs: spec.no_new_privs.filter(|said| said.value).map(|said| said.origin),
        filters: Filters::NONE,
        hides: None,
        inside: Inside::as_we_are(facts),
        confinement: Confinement::NONE,
    }
}

/// New namespaces: a launcher outside, PID 1 inside.
fn resolve_run<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
    refuse: Refuse<'_, 'a>,
) -> Setting<'a> {
    check_clocks(spec, facts, refuse);
    let joined = Joined::decide(spec, facts, refuse);
    let kinds = kinds(spec, facts, joined, refuse);
    let maps = Maps::decide(spec, facts, plan.survey, kinds, refuse);
    net::check(spec, facts, kinds, refuse).unwrap_or_else(&mut *refuse);
    if root::is_asked(spec) {
        root::check(spec, kinds, refuse);
        root::check_kernel(spec, facts, of_root(facts, kinds, joined), refuse);
        root::check_mapped(spec, facts, &maps).unwrap_or_else(&mut *refuse);
    }
    let cgroups = match cfg!(feature = "sandbox") {
        true => Layout::decide(spec, facts, kinds, plan, refuse),
        false => None,
    };
    (plan.birth, plan.is_pid1) = (Birth::Cloned(kinds), kinds.has(Namespace::Pid));
    let kept = persist::decide(spec, facts, kinds, joined, refuse);
    let parts = Parts { kinds, joined, kept, maps: &maps, cgroups: cgroups.as_ref() };
    push_outer(spec, facts, parts, plan);
    push_inner(spec, facts, parts, plan, refuse);
    let no_new_privs = match spec.no_new_privs {
        Some(said) => said.value.then_some(said.origin),
        None => Some(Origin::Default),
    };
    Setting {
        cgroups: cgroups.and_then(|layout| layout.parted()),
        deny_setgroups: maps.deny_setgroups() || joined.denies_groups(facts),
        has_pid_namespace: kinds.has(Namespace::Pid),
        no_new_privs,
        filters: Filters::NONE,
        hides: None,
        inside: match maps.uid_inside() {
            Some(uid) => Inside::of_user_namespace(uid),
            None if ties::maps_outside(spec).is_some() => {
                Inside::of_user_namespace(spec.uid.map_or(0, |said| said.value))
            }
            None if joined.has_user() => Inside::of_user_namespace(joined.uid_inside(facts)),
            None => Inside::as_we_are(facts),
        },
        confinement: Confinement::NONE,
    }
}

/// What was decided before the first step.
#[derive(Clone, Copy)]
struct Parts<'p, 'a> {
    kinds: NamespaceSet,
    joined: Joined,
    /// Those that are to outlive us.
    kept: NamespaceSet,
    maps: &'p Maps<'a>,
    cgroups: Option<&'p Layout<'a>>,
}

/// The launcher's steps.
fn push_outer<'a>(spec: &'a Spec<'_>, facts: &Facts, parts: Parts<'_, 'a>, plan: &mut Plan<'a>) {
    let Parts { kinds, joined, kept, maps, cgroups } = parts;
    push_hold(spec, plan);
    push_reaping(Actor::Outer, facts, plan);
    push_listen(Actor::Outer, spec, facts, plan);
    plan.push(Actor::Outer, Origin::Default, Act::OpenReportPipe);
    if HAS_TIES {
        ties::push_kept(Actor::Outer, spec, plan);
    }
    let has_gate = waits_at_gate(spec, parts);
    if has_gate || !kept.is_empty() {
        plan.push(Actor::Outer, Origin::Default, Act::OpenGate);
    }
    let said = spec.namespaces.map_or(Origin::Default, |said| said.origin);
    // A time namespace whose clocks are to be shifted is entered later: clone3 would freeze them.
    let mut at_clone = if shifts(spec) { kinds.difference(NamespaceSet::TIME) } else { kinds };
    if let Some(cgroups) = cgroups.filter(|_| cfg!(feature = "sandbox")) {
        cgroups.push_outer(spec, plan);
        // The kernel makes namespaces before it moves the child (kernel/fork.c, copy_process).
        at_clone = at_clone.difference(NamespaceSet::CGROUP);
    }
    root::push_mapped(spec, kinds, maps, plan);
    let maker = match joined.has_joiner(spec) {
        false => Actor::Outer,
        true => {
            joined.push(spec, facts, plan);
            Actor::Joiner
        }
    };
    plan.push(maker, said, Act::Clone(at_clone));
    maps.push_by_launcher(plan);
    if let Some(cgroups) = cgroups.filter(|_| cfg!(feature = "sandbox")) {
        cgroups.push_at_gate(spec, plan);
    }
    if HAS_TIES {
        // A time namespace is made later where clocks are shifted.
        let later = if shifts(spec) { NamespaceSet::TIME } else { NamespaceSet::empty() };
        ties::push_outer(spec, kinds.difference(later), plan);
    }
    push_tell_child(spec, at_clone, plan);
    // Behind that: a program that we start would keep open what its reader waits for.
    net::push_outer(spec, plan);
    if has_gate {
        plan.push(Actor::Outer, Origin::Default, Act::PassGate);
    }
    // Who waits for PID 1 hears who asks for the end.
    plan.push(Actor::Outer, Origin::Default, Act::WatchSignals);
    persist::push_outer(spec, kept, plan);
}

/// Whether PID 1 waits until the launcher has done for it what it cannot do.
fn waits_at_gate(spec: &Spec<'_>, parts: Parts<'_, '_>) -> bool {
    let waits_for_limits = parts.cgroups.is_some_and(Layout::has_gate);
    let waits_for_others = waits_for_limits || net::waits_for_network(&spec.net);
    let is_known = ties::informs(spec).is_some() || tells_child(spec);
    parts.maps.has_gate() || waits_for_others || is_known
}

/// PID 1's steps.
fn push_inner<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    parts: Parts<'_, 'a>,
    plan: &mut Plan<'a>,
    refuse: Refuse<'_, 'a>,
) {
    let inner = Actor::Inner;
    let Parts { kinds, joined, kept, maps, cgroups } = parts;
    Layout::push_inner(cgroups, plan);
    maps.push_by_itself(plan);
    let has_root = root::is_asked(spec);
    if has_root {
        root::push_kept(spec, plan);
    }
    plan.push(inner, Origin::Default, Act::CloseInherited);
    net::push_before_gate(spec, plan);
    if HAS_TIES {
        ties::push_before_gate(spec, plan);
    }
    if waits_at_gate(spec, parts) {
        plan.push(inner, Origin::Default, Act::WaitAtGate);
    }
    plan.push(inner, Origin::Default, Act::LeaveGroup);
    root::push_private(spec, kinds, plan);
    match (has_root, or_refuse(fresh_proc(spec, kinds, joined), refuse, None)) {
        (true, _) => {
            root::push_open(spec, facts, of_root(facts, kinds, joined), plan);
            Layout::push_before_root(cgroups, plan);
        }
        (false, Some(origin)) => plan.push(inner, origin, Act::MountProc),
        (false, None) => {}
    }
    confine::push_disabled(spec, plan);
    if let Some(said) = spec.monotonic.or(spec.boottime) {
        let value = |shift: Option<Said<_>>| shift.map(|said| said.value);
        let act =
            Act::ShiftClocks { monotonic: value(spec.monotonic), boottime: value(spec.boottime) };
        plan.push(inner, said.origin, act);
    }
    if let Some(said) = spec.hostname {
        plan.push(inner, said.origin, Act::SetHostname(said.value));
    }
    if let Some(said) = spec.domainname {
        plan.push(inner, said.origin, Act::SetDomainname(said.value));
    }
    if kinds.has(Namespace::Net) && spec.net.loopback.is_none_or(|said| said.value) {
        let origin = spec.net.loopback.map_or(Origin::Default, |said| said.origin);
        plan.push(inner, origin, Act::LoopbackUp);
    }
    net::push_inner(spec, plan);
    if let Some(act) = maps.become_mapped().or(ties::become_said(spec)) {
        plan.push(inner, Origin::Default, act);
    }
    joined.push_identity(facts, plan);
    if has_root {
        root::push_enter(spec, facts, of_root(facts, kinds, joined), plan);
    }
    plan.push(inner, Origin::Default, Act::DieWithLauncher);
    persist::push_inner(spec, kept, plan);
    if !kinds.has(Namespace::Pid) {
        plan.push(inner, Origin::Default, Act::BecomeSubreaper);
    }
    confine::push_inner(spec, facts, plan.mode, plan);
    push_sockets(facts, plan);
    log::push_open(spec, plan, refuse);
    push_message(spec, plan);
    plan.push(inner, Origin::Default, Act::WatchSignals);
}

/// The new namespaces as they are for a root: in a user namespace that somebody else has made the
/// kernel lets no more be done than in one of ours.
const fn of_root(facts: &Facts, kinds: NamespaceSet, joined: Joined) -> NamespaceSet {
    match facts.is_in_user || joined.has_user() {
        true => kinds.with(Namespace::User),
        false => kinds,
    }
}

/// Whether a fresh procfs is mounted, and who said so.
fn fresh_proc<'a>(
    spec: &'a Spec<'_>,
    kinds: NamespaceSet,
    joined: Joined,
) -> Result<Option<Origin>, Refusal<'a>> {
    let fresh = spec.proc.filter(|said| said.value == Proc::Fresh).map(|said| said.origin);
    joined.refuse_change(fresh, "proc", Namespace::Mnt)?;
    // A procfs shows the PID namespace of whoever mounts it, created or joined.
    let has_pid = kinds.has(Namespace::Pid) || joined.others.has(Namespace::Pid);
    let missing = match (has_pid, kinds.has(Namespace::Mnt)) {
        (false, _) => Some(Namespace::Pid),
        (true, false) => Some(Namespace::Mnt),
        (true, true) => None,
    };
    match (spec.proc, missing) {
        (Some(Said { value: Proc::Bind | Proc::None, .. }), _) | (None, Some(_)) => Ok(None),
        (Some(Said { value: Proc::Fresh, origin }), Some(kind)) => {
            Err(Refusal { origin, said: b"fresh", reason: Reason::ProcNeeds(kind) })
        }
        (Some(Said { value: Proc::Fresh, origin }), None) => Ok(Some(origin)),
        (None, None) => Ok(Some(Origin::Default)),
    }
}
