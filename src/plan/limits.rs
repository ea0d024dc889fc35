//! The acts about cgroups: the sandbox's is made, limited, entered, and removed at the end.
//!
//! Below it each service has one of its own where that is of use: where it has limits of its own,
//! and where nothing else holds together what it started.

use super::cgroup::{Place, find, limits_of};
use super::{Act, Actor, Facts, LimitsAct, Plan, Refuse, Whose};
use crate::model::{CgroupParent, ControllerSet, Namespace, NamespaceSet, ServiceId, ServiceName};
use crate::spec::{Limits, Origin, Spec};

/// The cgroups of a plan.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    place: Place<'a>,
    name: ServiceName<'a>,
    /// Who asked for a cgroup first.
    origin: Origin,
    /// Whether each service has one.
    is_parted: bool,
    /// What the sandbox's hands down to those of services.
    within: ControllerSet,
    /// Whether it is the root of a cgroup namespace.
    has_namespace: bool,
    /// Whether the kernel may kill whoever is made in it.
    is_tried: bool,
}

impl<'a> Layout<'a> {
    /// Decides; `None` where nobody asked for a cgroup, and where it is refused.
    #[inline(never)] // of few starts
    pub(super) fn decide(
        spec: &'a Spec<'_>,
        facts: &Facts,
        kinds: NamespaceSet,
        plan: &Plan<'a>,
        refuse: Refuse<'_, 'a>,
    ) -> Option<Self> {
        let origin = first_of(spec).filter(|_| spec.has_cgroups())?;
        let needs = |limits: &Limits<'_>| {
            let all = limits.iter().map(|said| said.value.kind().controller());
            all.fold(ControllerSet::EMPTY, ControllerSet::with)
        };
        let of_services = spec.services.iter().map(|service| needs(&service.limits));
        let within = of_services.fold(ControllerSet::EMPTY, ControllerSet::union);
        let needed = needs(&spec.limits.limits).union(within);
        let place = find(spec, &plan.survey.cgroups, needed, refuse)?;
        let is_parted = spec.services.len() > 1 || !within.is_empty() || !kinds.has(Namespace::Pid);
        let name = spec.name.map_or(ServiceName::RUN, |said| said.value);
        let has_namespace = kinds.has(Namespace::Cgroup);
        // The root, and a cgroup that was just made, were killed by nobody.
        let is_named =
            matches!(spec.limits.cgroup.map(|said| said.value), Some(CgroupParent::At(_)));
        let is_at_root = !is_named && plan.survey.cgroups.own.is_root;
        let is_safe = is_at_root || place.moves || facts.is_since(7, 3);
        let is_tried = !is_safe;
        Some(Self { place, name, origin, is_parted, within, has_namespace, is_tried })
    }

    /// Whether PID 1 has to be in the sandbox's cgroup for a while, and then to leave it: the one
    /// makes it the root of a namespace, the other lets it hand controllers down.
    const fn leaves(&self) -> bool {
        self.has_namespace && !self.within.is_empty()
    }

    /// Whether PID 1 waits at the gate until services have their limits.
    pub(super) const fn has_gate(&self) -> bool {
        self.leaves()
    }

    /// Where PID 1 begins.
    const fn begin(&self) -> Whose<'a> {
        match self.within.is_empty() || self.leaves() {
            true => Whose::Sandbox,
            false => Whose::Supervisor,
        }
    }

    /// The launcher's steps before it makes PID 1.
    #[inline(never)] // as above
    pub(super) fn push_outer(&self, spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
        let Place { parent, moves, enable } = self.place;
        let mut push = |act| plan.push(Actor::Outer, self.origin, Act::Limits(act));
        push(LimitsAct::Sweep(parent));
        if moves {
            push(LimitsAct::MoveAside(parent));
        }
        if !enable.is_empty() {
            push(LimitsAct::Enable(parent, enable));
        }
        push(LimitsAct::Make(parent, self.name));
        if !self.within.is_empty() {
            push(LimitsAct::MakeWithin(Whose::Supervisor));
        }
        for (id, _) in spec.services_with_ids() {
            if let Some(whose) = self.of_service(id, plan) {
                plan.push(Actor::Outer, self.origin, Act::Limits(LimitsAct::MakeWithin(whose)));
            }
        }
        push_sets(Whose::Sandbox, &spec.limits.limits, plan);
        if self.is_tried {
            plan.push(Actor::Outer, self.origin, Act::Limits(LimitsAct::Try(self.begin())));
        }
        if !self.leaves() {
            self.push_within(spec, plan);
        }
    }

    /// The launcher's steps when PID 1 has left the sandbox's cgroup.
    pub(super) fn push_at_gate(&self, spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
        if self.leaves() {
            plan.push(Actor::Outer, self.origin, Act::Limits(LimitsAct::AwaitLeft));
            self.push_within(spec, plan);
        }
    }

    /// What services have of the sandbox's share.
    #[inline(never)] // once, and not for each of the two
    fn push_within(&self, spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
        if self.within.is_empty() {
            return;
        }
        let act = LimitsAct::EnableWithin(self.within);
        plan.push(Actor::Outer, self.origin, Act::Limits(act));
        for (id, service) in spec.services_with_ids() {
            if let Some(whose) = self.of_service(id, plan) {
                push_sets(whose, &service.limits, plan);
            }
        }
    }

    /// PID 1's first steps.
    #[inline(never)] // as above
    pub(super) fn push_inner(own: Option<&Self>, plan: &mut Plan<'a>) {
        let Some(own) = own.filter(|_| cfg!(feature = "sandbox")) else { return };
        let mut push = |act| plan.push(Actor::Inner, own.origin, Act::Limits(act));
        push(LimitsAct::Enter(own.begin()));
        if own.has_namespace {
            push(LimitsAct::NewNamespace);
        }
        if own.leaves() {
            push(LimitsAct::Enter(Whose::Supervisor));
            push(LimitsAct::TellLeft);
        }
    }

    /// PID 1's step before it enters a root of its own.
    pub(super) fn push_before_root(own: Option<&Self>, plan: &mut Plan<'a>) {
        if let Some(own) = own.filter(|_| cfg!(feature = "sandbox")) {
            plan.push(Actor::Inner, own.origin, Act::Limits(LimitsAct::CutOff));
        }
    }

    /// The cgroup of a service.
    fn of_service(&self, id: ServiceId, plan: &Plan<'a>) -> Option<Whose<'a>> {
        let service = plan.service(id).filter(|_| self.is_parted)?;
        Some(Whose::Service(id, service.name))
    }

    /// Who asked for cgroups of services, where they have some.
    pub(super) fn parted(&self) -> Option<Origin> {
        self.is_parted.then_some(self.origin)
    }
}

/// The launcher's last step.
pub(super) fn push_last_of_cgroups<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    if let Some(origin) = first_of(spec).filter(|_| spec.has_cgroups()) {
        plan.push(Actor::Last, origin, Act::Limits(LimitsAct::Remove));
    }
}

/// Who asked for a cgroup first.
pub(super) fn first_of(spec: &Spec<'_>) -> Option<Origin> {
    if !cfg!(feature = "sandbox") {
        return None;
    }
    spec.limits.first().or_else(|| Some(limits_of(spec).next()?.0))
}

/// Limits of one cgroup.
fn push_sets<'a>(whose: Whose<'a>, limits: &'a Limits<'_>, plan: &mut Plan<'a>) {
    for limit in limits {
        let act = LimitsAct::Set(whose, &limit.value);
        plan.push(Actor::Outer, limit.origin, Act::Limits(act));
    }
}

/// A service's process, or that of a command beside it, is in the service's cgroup from its first
/// step on, where services have cgroups.
pub(super) fn push_enter<'a>(
    actor: Actor,
    id: ServiceId,
    asked: Option<Origin>,
    plan: &mut Plan<'a>,
) {
    let name = plan.service(id).map(|service| service.name);
    if let Some((name, origin)) = name.zip(asked).filter(|_| cfg!(feature = "sandbox")) {
        let act = LimitsAct::Enter(Whose::Service(id, name));
        plan.push(actor, origin, Act::Limits(act));
    }
}
