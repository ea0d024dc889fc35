//! Landlock for services: what is asked, held against what the kernel has, as steps.
//!
//! Each service restricts itself, when its file system is complete and it is who it is to be: the
//! rules are about files, not names, so that what was made anew is found by a restart.

use core::ffi::CStr;

use super::kinds::Kind;
use super::{Act, Actor, ConfineAct, ConfineReason, Facts, Plan, Reason, Refusal};
use crate::model::{Beneath, LandlockAbi, LandlockPath, Port, PortKind, Scopes, ServiceId, rights};
use crate::spec::{Origin, Said, Spec};
use crate::text::{Quoted, Show, Sink, put};

/// Devices that give nothing away and take everything, and the terminal that a process has anyway.
pub const HARMLESS: [&CStr; 6] =
    [c"/dev/null", c"/dev/zero", c"/dev/full", c"/dev/random", c"/dev/urandom", c"/dev/tty"];

/// A ruleset to be: what is forbidden where no rule allows it.
#[derive(Clone, Copy, Debug)]
pub struct Ruleset {
    /// The version of the interface.
    pub abi: LandlockAbi,
    /// Rights of files.
    pub files: u64,
    /// Rights of ports.
    pub ports: u8,
    /// Scopes.
    pub scopes: Scopes,
    /// What this kernel cannot do of what was asked: rights of files.
    missing: u64,
    /// Ports and scopes, likewise.
    missing_more: (u8, Scopes),
}

/// One step of Landlock.
#[derive(Clone, Copy, Debug)]
pub enum LandlockAct<'a> {
    /// Nothing is done: this kernel has no Landlock, and nobody insists.
    GoWithout,
    /// A ruleset is made.
    Begin(Ruleset),
    /// A path gets its rights.
    Allow {
        /// The path.
        path: &'a CStr,
        /// What that is called.
        beneath: Beneath,
        /// The rights that the kernel has.
        rights: u64,
        /// Whether it need not be there.
        is_optional: bool,
    },
    /// Files may be moved between directories, which every ruleset about files forbids; this right.
    AllowMoves(u64),
    /// A port may be used.
    AllowPort(Port),
    /// Devices that do no harm may be read and written; these rights.
    AllowDevices(u64),
    /// From now on this process and all below it do nothing else; whether audit hears of it.
    Restrict(bool),
}

impl LandlockAct<'_> {
    /// As [`Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::GoWithout => "",
            Self::Begin(_) => "landlock_create_ruleset",
            Self::Allow { is_optional: false, .. } => {
                "openat|landlock_add_rule|landlock_add_rule?|close"
            }
            Self::Allow { is_optional: true, .. } => {
                "openat|landlock_add_rule?|landlock_add_rule?|close?"
            }
            Self::AllowMoves(_) => "openat|landlock_add_rule|close",
            Self::AllowPort(_) => "landlock_add_rule",
            Self::AllowDevices(_) => {
                "openat|landlock_add_rule?|close?|openat|landlock_add_rule?|close?|\
                 openat|landlock_add_rule?|close?|openat|landlock_add_rule?|close?|\
                 openat|landlock_add_rule?|close?|openat|landlock_add_rule?|close?"
            }
            Self::Restrict(_) => "landlock_restrict_self|close",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::GoWithout
            | Self::Begin(_)
            | Self::Allow { .. }
            | Self::AllowMoves(_)
            | Self::AllowPort(_)
            | Self::AllowDevices(_) => Kind::LandlockRule,
            Self::Restrict(_) => Kind::Landlock,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Begin(ruleset) => ruleset.show(out),
            Self::Allow { is_optional: true, .. } => put!(out, "if it is there"),
            Self::Restrict(true) => put!(out, "refusals are logged"),
            Self::GoWithout
            | Self::Allow { .. }
            | Self::AllowMoves(_)
            | Self::AllowPort(_)
            | Self::AllowDevices(_)
            | Self::Restrict(false) => {}
        }
    }
}

impl Show for LandlockAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::GoWithout => put!(out, "go without Landlock, which this kernel has not"),
            Self::Begin(_) => put!(out, "make a Landlock ruleset"),
            Self::Allow { path, beneath, .. } => {
                put!(out, "allow it to ", beneath.name(), " ", Quoted(path.to_bytes()));
            }
            Self::AllowMoves(_) => put!(out, "allow it to move files between directories"),
            Self::AllowPort(port) => {
                put!(out, "allow it to ", port.kind.phrase(), " ", port.number);
            }
            Self::AllowDevices(_) => {
                put!(out, "allow it to use null, zero, full, random, urandom and tty");
            }
            Self::Restrict(_) => put!(out, "allow nothing else, by Landlock"),
        }
    }
}

/// Prints `ABI 7: files, TCP, signal; without connecting to sockets`.
impl Show for Ruleset {
    fn show(&self, out: &mut dyn Sink) {
        let (ports, scopes) = self.missing_more;
        put!(out, "ABI ", self.abi.0);
        let has = [
            (self.files != 0, "files"),
            (self.ports & TCP != 0, "TCP"),
            (self.ports & UDP != 0, "UDP"),
            (self.scopes.has(Scopes::ABSTRACT), "abstract sockets"),
            (self.scopes.has(Scopes::SIGNAL), "signals"),
        ];
        let lacks = [
            (self.missing & rights::TRUNCATE != 0, "truncation"),
            (self.missing & rights::IOCTL != 0, "ioctl of devices"),
            (self.missing & rights::CONNECT != 0, "sockets with a path"),
            (ports & TCP != 0, "TCP"),
            (ports & UDP != 0, "UDP"),
            (scopes.has(Scopes::ABSTRACT), "abstract sockets"),
            (scopes.has(Scopes::SIGNAL), "signals"),
        ];
        list(out, ": ", &has);
        list(out, "; not ", &lacks);
    }
}

/// The rights of TCP and UDP ports.
const TCP: u8 = PortKind::BindTcp.bit() | PortKind::ConnectTcp.bit();
const UDP: u8 = PortKind::BindUdp.bit() | PortKind::ConnectUdp.bit();

/// The words that hold, behind `before`.
fn list(out: &mut dyn Sink, before: &'static str, words: &[(bool, &'static str)]) {
    for (index, (_, word)) in words.iter().filter(|(holds, _)| *holds).enumerate() {
        put!(out, if index == 0 { before } else { ", " }, word);
    }
}

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
