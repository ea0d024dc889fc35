//! The acts about cgroups: the sandbox's is made, limited, entered, and removed at the end.
//!
//! Below it each service has one of its own where that is of use: where it has limits of its own,
//! and where nothing else holds together what it started.

use core::ffi::CStr;

use super::cgroup::{Place, find, limits_of};
use super::kinds::Kind;
use super::{Act, Actor, Facts, Plan, Refusal};
use crate::model::{
    CgroupParent, ControllerSet, Limit, Namespace, NamespaceSet, ServiceId, ServiceName,
};
use crate::spec::{Limits, Origin, Spec};
use crate::text::{Quoted, Show, Sink, put};

/// Whose cgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// The sandbox's.
    Sandbox,
    /// PID 1's alone, where services have limits of their own.
    Supervisor,
    /// A service's.
    Service(ServiceId, ServiceName<'a>),
}

/// What is done about cgroups.
#[derive(Clone, Copy, Debug)]
pub enum LimitsAct<'a> {
    /// What killed launchers have left in this directory is removed.
    Sweep(&'a CStr),
    /// The launcher leaves the cgroup that it is alone in, for one below.
    MoveAside(&'a CStr),
    /// Controllers are handed down by the cgroup of this directory.
    Enable(&'a CStr, ControllerSet),
    /// The sandbox's cgroup is made in this directory.
    Make(&'a CStr, ServiceName<'a>),
    /// One is made in the sandbox's.
    MakeWithin(Whose<'a>),
    /// Controllers are handed down by the sandbox's.
    EnableWithin(ControllerSet),
    /// A process that ends at once is made in it: many a kernel kills those that are, where their
    /// parent's cgroup was killed once.
    Try(Whose<'a>),
    /// A limit is set.
    Set(Whose<'a>, &'a Limit<'a>),
    /// Whoever does this step enters a cgroup, if it was not made in it.
    Enter(Whose<'a>),
    /// A cgroup namespace, whose root is where we are.
    NewNamespace,
    /// PID 1 holds its cgroups as mounts of their own: from such a descriptor, which a link inside
    /// may name (proc_pid_fd(5)), no ".." leads to the outer root (fs/namei.c, `follow_dotdot`).
    CutOff,
    /// PID 1 says that it has left the sandbox's cgroup.
    TellLeft,
    /// The launcher waits for that.
    AwaitLeft,
    /// Whoever is left in the sandbox's cgroup is killed, and it is removed.
    Remove,
}

impl LimitsAct<'_> {
    /// As [`Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Sweep(_) => {
                "openat|getdents64+|openat*|flock*|openat/getdents64/read/unlinkat/close*"
            }
            Self::MoveAside(_) => "getpid|mkdirat|openat|openat|write|close|close",
            Self::Enable(..) => "openat|write|close",
            Self::Make(..) => "getpid|mkdirat+|openat+|flock+|fchmod|openat",
            Self::MakeWithin(_) => "mkdirat|openat|fchmod|openat|openat",
            Self::EnableWithin(_) => "openat|write|close",
            Self::Set(_, limit) => match (limit.has_reserved(), limit.device().is_some()) {
                (true, _) => "openat|write?|close?|openat|write|close",
                (false, true) => "statx?|openat|write|close",
                (false, false) => "openat|write|close",
            },
            Self::Try(_) => "clone3|wait4?|ioctl?|close?",
            Self::Enter(_) => "write?",
            Self::NewNamespace => "unshare",
            Self::CutOff => "readlinkat/open_tree/statx/close/mount_setattr+",
            Self::TellLeft => "write",
            Self::AwaitLeft => "ppoll*|read?",
            Self::Remove => "openat*|read*|write*|ppoll*|openat/getdents64/read/unlinkat/close*",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Sweep(_) => Kind::SweepCgroups,
            Self::MoveAside(_) => Kind::MoveAside,
            Self::Enable(..) => Kind::EnableControllers,
            Self::Make(..) | Self::MakeWithin(_) => Kind::MakeCgroup,
            Self::EnableWithin(_) => Kind::EnableWithin,
            Self::Try(_) => Kind::TryCgroup,
            Self::Set(..) => Kind::SetLimit,
            Self::Enter(Whose::Service(..)) => Kind::EnterCgroupOfService,
            Self::Enter(Whose::Sandbox) => Kind::EnterCgroup,
            Self::Enter(Whose::Supervisor) => Kind::EnterCgroupOfSupervisor,
            Self::NewNamespace => Kind::CgroupNamespace,
            Self::CutOff => Kind::CutOffCgroups,
            Self::TellLeft => Kind::TellLeft,
            Self::AwaitLeft => Kind::AwaitLeft,
            Self::Remove => Kind::RemoveCgroup,
        }
    }

    /// More about it, for `explain`.
    pub(super) fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Make(..) => put!(out, "N is the launcher's PID"),
            Self::Enter(_) => put!(out, "CLONE_INTO_CGROUP, or cgroup.procs"),
            Self::NewNamespace => put!(out, "its root is where we are"),
            Self::CutOff => put!(out, "read-only, and nothing above them"),
            Self::Remove => put!(out, "cgroup.kill"),
            Self::Try(_) => put!(out, "by a process that ends at once"),
            Self::Sweep(_)
            | Self::MoveAside(_)
            | Self::Enable(..)
            | Self::MakeWithin(_)
            | Self::EnableWithin(_)
            | Self::Set(..)
            | Self::TellLeft
            | Self::AwaitLeft => {}
        }
    }
}

/// Prints whose it is.
impl Show for Whose<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::Sandbox => put!(out, "the sandbox's cgroup"),
            Self::Supervisor => put!(out, "the supervisor's cgroup"),
            Self::Service(_, name) => {
                put!(out, "the cgroup of service ", Quoted(name.bytes()));
            }
        }
    }
}

/// Prints what is done: `limit the sandbox's cgroup: memory.max 67108864`.
impl Show for LimitsAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Sweep(path) => {
                put!(out, "remove what killed launchers left in ", Quoted(path.to_bytes()));
            }
            Self::MoveAside(path) => {
                put!(out, "move the launcher to a cgroup of its own in ");
                put!(out, Quoted(path.to_bytes()));
            }
            Self::Enable(path, set) => {
                put!(out, "enable ", set, " in ", Quoted(path.to_bytes()));
            }
            Self::Make(path, name) => {
                put!(out, "make cgroup \"nsinit-");
                out.put(name.bytes());
                put!(out, "-N\" in ", Quoted(path.to_bytes()));
            }
            Self::MakeWithin(whose) => put!(out, "make ", whose),
            Self::EnableWithin(set) => put!(out, "enable ", set, " in the sandbox's cgroup"),
            Self::Try(whose) => put!(out, "try ", whose),
            Self::Set(whose, limit) => put!(out, "limit ", whose, ": ", *limit),
            Self::Enter(whose) => put!(out, "be in ", whose),
            Self::NewNamespace => put!(out, "make a cgroup namespace"),
            Self::CutOff => put!(out, "hold the cgroups as mounts of their own"),
            Self::TellLeft => put!(out, "tell the launcher that the sandbox's cgroup is empty"),
            Self::AwaitLeft => put!(out, "wait until PID 1 has left the sandbox's cgroup"),
            Self::Remove => put!(out, "kill what is left in the sandbox's cgroup and remove it"),
        }
    }
}

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
    /// Decides; `None` where nobody asked for a cgroup.
    #[inline(never)] // of few starts
    pub(super) fn decide(
        spec: &'a Spec<'_>,
        facts: &Facts,
        kinds: NamespaceSet,
        plan: &Plan<'a>,
    ) -> Result<Option<Self>, Refusal<'a>> {
        let first = first_of(spec).filter(|_| spec.has_cgroups());
        let Some(origin) = first else { return Ok(None) };
        let needs = |limits: &Limits<'_>| {
            let all = limits.iter().map(|said| said.value.kind().controller());
            all.fold(ControllerSet::EMPTY, ControllerSet::with)
        };
        let of_services = spec.services.iter().map(|service| needs(&service.limits));
        let within = of_services.fold(ControllerSet::EMPTY, ControllerSet::union);
        let needed = needs(&spec.limits.limits).union(within);
        let place = find(spec, &plan.survey.cgroups, needed)?;
        let is_parted = spec.services.len() > 1 || !within.is_empty() || !kinds.has(Namespace::Pid);
        let name = spec.name.map_or(ServiceName::RUN, |said| said.value);
        let has_namespace = kinds.has(Namespace::Cgroup);
        // The root, and a cgroup that was just made, were killed by nobody.
        let is_named =
            matches!(spec.limits.cgroup.map(|said| said.value), Some(CgroupParent::At(_)));
        let is_at_root = !is_named && plan.survey.cgroups.own.is_root;
        let is_safe = is_at_root || place.moves || facts.is_since(7, 3);
        let is_tried = !is_safe;
        Ok(Some(Self { place, name, origin, is_parted, within, has_namespace, is_tried }))
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
