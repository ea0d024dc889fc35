//! What a workload may do: capabilities, and what else takes rights away from it.
//!
//! Who asks for confinement in `run` gets what a container has: a small set of capabilities, no
//! supplementary groups of ours. In the entrypoint, where an engine has seen to that, only what is
//! asked is done.

mod order;

use super::facts::capability;
use super::filter;
use super::landlock;
use super::{
    Act, Actor, ConfineAct, ConfineReason, Facts, Holding, Mode, Plan, Reason, Refusal, Refuse,
    TerminalState,
};
use crate::model::{Account, Capabilities, SecureBits, Terminal};
use crate::spec::{Origin, ServiceSpec, Spec};

pub(super) use order::RULES;

/// Who the processes of services are before anything is said of one.
#[derive(Clone, Copy)]
pub(super) struct Inside {
    /// Their uid.
    pub uid: u32,
    /// The capabilities that they have.
    pub capabilities: Capabilities,
    /// Whether CAP_SETPCAP is among those in force.
    pub has_setpcap: bool,
}

impl Inside {
    /// As we are.
    pub(super) const fn as_we_are(facts: &Facts) -> Self {
        Self {
            uid: facts.uid,
            capabilities: Capabilities::from_bits(facts.permitted),
            has_setpcap: facts.has(capability::SETPCAP),
        }
    }

    /// The first process of a user namespace has every capability in it (user_namespaces(7),
    /// "Capabilities").
    pub(super) const fn of_user_namespace(uid: u32) -> Self {
        Self { uid, capabilities: Capabilities::ALL, has_setpcap: true }
    }
}

/// What is done to every service.
#[derive(Clone, Copy)]
pub(super) struct Confinement<'a> {
    inside: Inside,
    /// Who asked that capabilities are limited.
    capabilities: Option<Origin>,
    kept: Capabilities,
    named: Capabilities,
    ambient: Option<Capabilities>,
    bits: SecureBits,
    leaves_groups: bool,
    /// What Landlock is to allow.
    landlock: Option<landlock::Asked<'a>>,
    /// Who asked for anything, and has no_new_privs with it.
    pub origin: Option<Origin>,
}

impl<'a> Confinement<'a> {
    /// None.
    pub(super) const NONE: Self = Self {
        inside: Inside { uid: 0, capabilities: Capabilities::NONE, has_setpcap: false },
        capabilities: None,
        kept: Capabilities::NONE,
        named: Capabilities::NONE,
        ambient: None,
        bits: SecureBits::NONE,
        leaves_groups: false,
        landlock: None,
        origin: None,
    };

    /// From what was asked and who the services are.
    pub(super) fn decide(
        spec: &'a Spec<'_>,
        facts: &Facts,
        mode: Mode,
        inside: Inside,
        refuse: Refuse<'_, 'a>,
    ) -> Self {
        let Some(origin) = first(spec) else { return Self::NONE };
        // Whoever confines and says nothing of it has it.
        let has_no_new_privs = spec.no_new_privs.is_none_or(|said| said.value);
        let said = spec.confine.capabilities_origin();
        let is_run = mode.is_run();
        landlock::check(spec, facts).unwrap_or_else(&mut *refuse);
        let mut refuse = |(origin, key): (Origin, &'static str), reason| {
            refuse(Refusal { origin, said: key.as_bytes(), reason: Reason::Confine(reason) });
        };
        // Without no_new_privs a filter is installed by who has CAP_SYS_ADMIN (seccomp(2)).
        let is_default = is_run && (has_no_new_privs || filter::first(&spec.filter).is_none());
        let default = if is_run { Capabilities::CONTAINER } else { Capabilities::ALL };
        let (kept, named) = spec.confine.kept(default);
        let ours = inside.capabilities;
        if let (Some(said), false) = (said, named.is_open() || ours.has(named)) {
            let missing = named.without(ours);
            refuse(said, ConfineReason::CapabilityNotOurs(missing));
        }
        let ambient = spec.confine.ambient.map(|said| (said.value.named, said.origin));
        if let Some((ambient, origin)) = ambient
            && let lacking = ambient.without(kept.within(ours))
            && !(lacking.is_empty() || ambient.is_open())
        {
            let place = (origin, "ambient-capabilities");
            refuse(place, ConfineReason::AmbientNotKept(lacking));
        }
        if let (Some(said), false, false) = (said, inside.has_setpcap, has_no_new_privs) {
            refuse(said, ConfineReason::CapabilitiesComeBack);
        }
        // Who has it sets the limit anew (kernel/ucount.c, `set_permissions`).
        let limits = said.is_some() || is_default;
        let has_resource = !limits || kept.within(ours).has(SYS_RESOURCE);
        if let (Some(said), true) = (disables_userns(spec), has_resource) {
            refuse((said, "disable-userns"), ConfineReason::UsernsComeBack);
        }
        Self {
            inside,
            capabilities: said.map(|(origin, _)| origin).or(is_default.then_some(Origin::Default)),
            kept: kept.within(ours),
            named: named.within(ours),
            ambient: ambient.map(|(ambient, _)| ambient),
            bits: spec.confine.securebits.map(|said| said.value).unwrap_or_default(),
            leaves_groups: is_run && inside.uid == 0,
            landlock: landlock::Asked::new(spec, facts),
            origin: Some(origin),
        }
    }

    /// The capabilities that services may hold.
    pub(super) const fn kept(&self) -> Capabilities {
        match self.capabilities {
            Some(_) => self.kept,
            None => Capabilities::ALL,
        }
    }

    /// The step before a service becomes who it is.
    pub(super) fn push_before_user(
        &self,
        actor: Actor,
        service: &ServiceSpec<'_>,
        denies_setgroups: bool,
        plan: &mut Plan<'_>,
    ) {
        if !cfg!(feature = "sandbox") {
            return;
        }
        let is_changed = changes_user(service);
        if let (Some(origin), true) = (self.capabilities, is_changed) {
            plan.push(actor, origin, Act::Confine(ConfineAct::KeepCapabilities));
        }
        if self.leaves_groups && !is_changed && !denies_setgroups {
            plan.push(actor, Origin::Default, Act::Confine(ConfineAct::LeaveGroups));
        }
    }

    /// The steps when it is, and stands where it is to stand.
    pub(super) fn push_after_user(
        &self,
        actor: Actor,
        service: &ServiceSpec<'_>,
        plan: &mut Plan<'a>,
    ) -> Result<(), Refusal<'a>> {
        if !cfg!(feature = "sandbox") {
            return Ok(());
        }
        if let Some(asked) = self.landlock {
            asked.push(actor, plan)?;
        }
        let Some(origin) = self.capabilities else { return Ok(()) };
        let outlive = self.ambient.unwrap_or(match self.is_root(service) {
            true => Capabilities::NONE,
            false => self.named,
        });
        let held = Holding {
            kept: self.kept,
            ambient: outlive.within(self.kept),
            bits: self.bits,
            has_bounding: self.inside.has_setpcap,
        };
        plan.push(actor, origin, Act::Confine(ConfineAct::Capabilities(held)));
        Ok(())
    }

    /// Whether an exec gives it its capabilities, because it is root. A user of another name is
    /// taken for another one.
    fn is_root(&self, service: &ServiceSpec<'_>) -> bool {
        let is_uid_0 = match service.user.map(|said| said.value) {
            None => self.inside.uid == 0,
            Some(Account::Id(uid)) => uid == 0,
            Some(Account::Name(name)) => name == b"root",
        };
        is_uid_0 && !self.bits.has(SecureBits::NOROOT)
    }
}

/// The steps of PID 1, or of who supervises in its place, when it is who it will be.
pub(super) fn push_inner(spec: &Spec<'_>, facts: &Facts, mode: Mode, plan: &mut Plan<'_>) {
    if !cfg!(feature = "sandbox") {
        return;
    }
    let mut add = |origin, act| plan.push(Actor::Inner, origin, Act::Confine(act));
    let said = spec.confine.new_keyring.map(|said| (said.value, said.origin));
    let is_confined = mode.is_run() && first(spec).is_some();
    if let (true, origin) = said.unwrap_or((is_confined, Origin::Default)) {
        add(origin, ConfineAct::NewKeyring);
    }
    if let Some(said) = spec.confine.memory_deny_write.filter(|said| said.value) {
        add(said.origin, ConfineAct::DenyMemoryWrite);
    }
    let is_shared = |service: &ServiceSpec<'_>| {
        service.terminal.is_none_or(|said| said.value == Terminal::Share)
    };
    let has_terminal = facts.terminal != TerminalState::None && spec.services.iter().any(is_shared);
    if mode.is_run() && has_terminal && spec.filter.seccomp.is_none() {
        add(Origin::Default, ConfineAct::GuardTerminal);
    }
}

/// CAP_SYS_RESOURCE
const SYS_RESOURCE: Capabilities = Capabilities::from_bits(1 << 24);

/// Who asked that nobody makes a user namespace.
pub(super) fn disables_userns(spec: &Spec<'_>) -> Option<Origin> {
    spec.confine.disable_userns.filter(|said| said.value).map(|said| said.origin)
}

/// PID 1's step while the outer /proc is there.
pub(super) fn push_disabled(spec: &Spec<'_>, plan: &mut Plan<'_>) {
    if let Some(origin) = disables_userns(spec).filter(|_| cfg!(feature = "sandbox")) {
        plan.push(Actor::Inner, origin, Act::Confine(ConfineAct::DisableUserns));
    }
}

/// PID 1's step when all else is done.
pub(super) fn push_asserted(spec: &Spec<'_>, plan: &mut Plan<'_>) {
    let said = spec.confine.assert_userns.filter(|said| said.value && cfg!(feature = "sandbox"));
    if let Some(said) = said {
        plan.push(Actor::Inner, said.origin, Act::Confine(ConfineAct::AssertUserns));
    }
}

/// Whether a service becomes somebody.
fn changes_user(service: &ServiceSpec<'_>) -> bool {
    service.user.is_some() || service.group.is_some() || !service.groups.is_empty()
}

/// Who asked for confinement, if anybody did.
fn first(spec: &Spec<'_>) -> Option<Origin> {
    if !cfg!(feature = "sandbox") {
        return None; // none of these keys is taken then
    }
    let denies = spec.confine.memory_deny_write.filter(|said| said.value);
    let denies = denies.map(|said| (said.origin, "memory-deny-write"));
    let said = spec.confine.capabilities_origin().or(filter::first(&spec.filter));
    let said = said.or(disables_userns(spec).map(|origin| (origin, "disable-userns")));
    said.or(spec.landlock.first()).or(denies).or(spec.root.first()).map(|(origin, _)| origin)
}

/// Whether our capabilities decide something.
pub(super) fn asks_capabilities(spec: &Spec<'_>) -> bool {
    cfg!(feature = "sandbox") && spec.confine.capabilities_origin().is_some()
}
