//! Landlock for services: what is asked, held against what the kernel has, as steps.
//!
//! Each service restricts itself, when its file system is complete and it is who it is to be: the
//! rules are about files, not names, so that what was made anew is found by a restart.

use super::{
    Act, Actor, ConfineAct, ConfineReason, Facts, LandlockAct, Plan, Reason, Refusal, Ruleset,
};
use crate::model::{Beneath, LandlockAbi, LandlockPath, Port, PortKind, Scopes, ServiceId, rights};
use crate::spec::{Origin, Said, Spec};

/// Whether it was asked for.
pub(super) fn is_asked(spec: &Spec<'_>) -> bool {
    cfg!(feature = "sandbox") && spec.landlock.first().is_some()
}

/// Refuses what this kernel cannot do. Unless `required` says otherwise, what was said must be
/// there, and what we add to it need not.
pub(super) fn check<'a>(spec: &'a Spec<'_>, facts: &Facts) -> Result<(), Refusal<'a>> {
    let asked = &spec.landlock;
    if !is_asked(spec) || asked.required.is_some_and(|said| !said.value) {
        return Ok(());
    }
    let refuse = |origin, said: &'static str, abi: LandlockAbi| {
        let reason = Reason::Confine(ConfineReason::LandlockTooOld(abi, facts.landlock));
        Err(Refusal { origin, said: said.as_bytes(), reason })
    };
    let ports = PortKind::ALL.into_iter().filter_map(|kind| {
        let abi = LandlockAbi::of_ports(kind);
        asked.of_ports(kind).filter(|_| facts.landlock < abi).map(|origin| (origin, abi))
    });
    if let Some((origin, abi)) = ports.min_by_key(|(_, abi)| *abi) {
        return refuse(origin, "a rule for ports", abi);
    }
    let scope = asked.scope.filter(|said| said.value != Scopes::NONE);
    if let (Some(said), true) = (scope, facts.landlock < LandlockAbi::OF_SCOPES) {
        return refuse(said.origin, "a scope", LandlockAbi::OF_SCOPES);
    }
    match (asked.files.or(asked.execute), asked.required) {
        (_, Some(Said { origin, .. })) if facts.landlock < LandlockAbi::COMPLETE => {
            refuse(origin, "all that was asked", LandlockAbi::COMPLETE)
        }
        (Some(origin), _) if facts.landlock < LandlockAbi(1) => {
            refuse(origin, "a rule for files", LandlockAbi(1))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

/// What was asked, beside the version that there is.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    abi: LandlockAbi,
    origin: Origin,
    paths: &'a [Said<LandlockPath<'a>>],
    ports: &'a [Said<Port>],
    has_files: bool,
    /// Whether what may be executed is said apart.
    is_apart: bool,
    port_bits: u8,
    scope: Option<Said<Scopes>>,
    devices: Option<Said<bool>>,
    log: bool,
}

impl<'a> Asked<'a> {
    /// What was asked, if anything was.
    pub(super) fn new(spec: &'a Spec<'_>, facts: &Facts) -> Option<Self> {
        let asked = &spec.landlock;
        let (origin, _) = asked.first()?;
        let said = PortKind::ALL.into_iter().filter(|kind| asked.of_ports(*kind).is_some());
        Some(Self {
            abi: facts.landlock,
            origin,
            paths: &asked.paths,
            ports: &asked.ports,
            has_files: asked.files.is_some(),
            is_apart: asked.execute.is_some(),
            port_bits: said.fold(0, |bits, kind| bits | kind.bit()),
            scope: asked.scope,
            devices: asked.devices,
            log: asked.log.is_some_and(|said| said.value),
        })
    }

    /// The steps of one service, or of a command beside it.
    pub(super) fn push(&self, actor: Actor, plan: &mut Plan<'a>) -> Result<(), Refusal<'a>> {
        if self.abi == LandlockAbi(0) {
            let act = Act::Confine(ConfineAct::Landlock(LandlockAct::GoWithout));
            plan.push(actor, self.origin, act);
            return Ok(());
        }
        let files = match (self.has_files, self.is_apart) {
            (true, _) => LandlockAbi::COMPLETE.files(),
            (false, true) => rights::EXECUTE | rights::REFER,
            (false, false) => 0,
        };
        let ruleset = ruleset(self.abi, files, self.port_bits, self.scopes(actor, plan)?);
        let mut add = |origin, act| {
            plan.push(actor, origin, Act::Confine(ConfineAct::Landlock(act)));
        };
        add(self.origin, LandlockAct::Begin(ruleset));
        for Said { value, origin } in self.paths.iter().copied() {
            let LandlockPath { path, beneath, is_optional } = value;
            let rights = beneath.rights(self.is_apart) & ruleset.files;
            if rights != 0 {
                add(origin, LandlockAct::Allow { path, beneath, rights, is_optional });
            }
        }
        if !self.has_files && ruleset.files & rights::REFER != 0 {
            add(Origin::Default, LandlockAct::AllowMoves(rights::REFER));
        }
        if self.has_files && self.devices.is_none_or(|said| said.value) {
            let rights = Beneath::Write.rights(true) & rights::OF_FILES & !rights::CONNECT;
            let origin = self.devices.map_or(Origin::Default, |said| said.origin);
            add(origin, LandlockAct::AllowDevices(rights & ruleset.files));
        }
        for Said { value, origin } in self.ports.iter().copied() {
            if ruleset.ports & value.kind.bit() != 0 {
                add(origin, LandlockAct::AllowPort(value));
            }
        }
        add(self.origin, LandlockAct::Restrict(self.log && self.abi >= LandlockAbi(7)));
        Ok(())
    }

    /// Whom outside it cannot reach. Where nobody says it: an abstract socket of ours is how a
    /// service tells that it is ready, and a command beside it may have to signal it.
    fn scopes(&self, actor: Actor, plan: &Plan<'_>) -> Result<Scopes, Refusal<'a>> {
        let has_socket = match actor {
            Actor::Service(id) => plan.steps.iter().any(|step| opens_socket(&step.act, id)),
            Actor::Helper(..) | Actor::Outer | Actor::Joiner | Actor::Inner | Actor::Last => false,
        };
        match (self.scope, actor) {
            (Some(Said { value, origin }), _) => match has_socket && value.has(Scopes::ABSTRACT) {
                true => Err(Refusal { origin, said: b"", reason: HIDDEN }),
                false => Ok(value),
            },
            (None, Actor::Helper(..)) => Ok(Scopes::NONE),
            (None, _) if has_socket => Ok(Scopes::SIGNAL),
            (None, _) => Ok(Scopes::ALL),
        }
    }
}

/// What of this the kernel has, and what not.
fn ruleset(abi: LandlockAbi, files: u64, ports: u8, scopes: Scopes) -> Ruleset {
    let known = PortKind::ALL.into_iter().filter(|kind| abi >= LandlockAbi::of_ports(*kind));
    let known = known.fold(0, |bits, kind| bits | kind.bit());
    let has_scopes = abi >= LandlockAbi::OF_SCOPES;
    let none = Scopes::NONE;
    Ruleset {
        abi,
        files: files & abi.files(),
        ports: ports & known,
        scopes: if has_scopes { scopes } else { none },
        missing: files & !abi.files(),
        missing_more: (ports & !known, if has_scopes { none } else { scopes }),
    }
}

/// Why a scope is refused.
const HIDDEN: Reason = Reason::Confine(ConfineReason::ScopeHidesNotify);

/// Whether this is the socket for messages of this service.
fn opens_socket(act: &Act<'_>, service: ServiceId) -> bool {
    matches!(act, Act::OpenNotifySocket(id) if *id == service)
}
