//! Filters of system calls: which ones a service gets, and the acts by which it does.

use super::{Act, Actor, Facts, FilterAct, Plan, Reason, Refusal, Refuse};
use crate::model::Errno;
use crate::model::filter::{Action, DEFAULT_PROGRAM};
use crate::model::syscalls::NATIVE;
use crate::spec::filter::{Filter, FilterFrom, FilterLog, FilterSpec};
use crate::spec::{Origin, Said, Spec};

/// The calls of ours between a filter that asks and the command, or the end of who should have
/// become it: nobody could answer, for PID 1 sleeps until then.
pub const UNTOLD: &[u16] = &NATIVE.list::<11>(
    "execve|sendmsg|exit_group|exit|close|faccessat|openat|read|pread64|statfs|fstatfs",
);

/// The filters of every service.
#[derive(Clone, Copy)]
pub(super) struct Filters<'a> {
    /// Ours, as it stands in the binary.
    default: Option<Filter<'a>>,
    /// Those that were read or made.
    ready: &'a [Filter<'a>],
    /// Who wants to be told of refused calls.
    log: Option<Origin>,
}

impl<'a> Filters<'a> {
    /// None.
    pub(super) const NONE: Self = Self { default: None, ready: &[], log: None };

    /// What was asked, when the kernel can do that; none where that is refused.
    pub(super) fn decide(spec: &'a Spec<'_>, facts: &Facts, refuse: Refuse<'_, 'a>) -> Self {
        if !cfg!(feature = "sandbox") {
            return Self::NONE; // none of these keys is taken then
        }
        let (asked, seccomp) = (&spec.filter, asked_filter(spec));
        let is_ours = |from| matches!(from, FilterFrom::Default | FilterFrom::File(_));
        if let (Some(log), false) = (asked.log, seccomp.is_some_and(|said| is_ours(said.value)))
            && log.value != FilterLog::None
        {
            refuse(Refusal { origin: log.origin, said: b"", reason: Reason::NothingToTell });
        }
        let implied = seccomp.filter(|said| said.origin == Origin::Default);
        let implied = implied.and(spec.root.first()).map(|(origin, _)| (origin, "seccomp"));
        let Some((origin, key)) = first(asked).or(implied) else {
            return Self::NONE;
        };
        if !facts.has_filters {
            refuse(Refusal { origin, said: key.as_bytes(), reason: Reason::NoFilters });
            return Self::NONE;
        }
        let is_made = asked.ready.iter().any(|filter| filter.from == FilterFrom::Default);
        let default = seccomp.filter(|said| said.value == FilterFrom::Default && !is_made);
        let default = default.map(|said| Filter {
            program: &DEFAULT_PROGRAM,
            from: FilterFrom::Default,
            others: Some(Action::Errno(Errno::EPERM)),
            judge: None,
            origin: said.origin,
        });
        let log = asked.log.filter(|said| said.value != FilterLog::None);
        Self { default, ready: &asked.ready, log: log.map(|said| said.origin) }
    }

    /// Who asked for the first of them. A filter without no_new_privs would be the root's alone,
    /// and give its programs errors where they expect none (seccomp(2)).
    pub(super) fn origin(&self) -> Option<Origin> {
        self.all().next().map(|filter| filter.origin)
    }

    fn all(&self) -> impl Iterator<Item = Filter<'a>> + use<'a> {
        let all = self.default.into_iter().chain(self.ready.iter().copied());
        all.filter(|_| cfg!(feature = "sandbox")) // or there is none
    }

    /// What has to be there before the first of them asks.
    pub(super) fn push_line(&self, plan: &mut Plan<'a>) {
        if let Some(origin) = self.log {
            plan.push(Actor::Inner, origin, Act::Filter(FilterAct::OpenLine));
        }
    }

    /// The last steps before the command: whatever comes between would have to be let through.
    pub(super) fn push(&self, actor: Actor, plan: &mut Plan<'a>) {
        for filter in self.all() {
            plan.push(actor, filter.origin, Act::Filter(FilterAct::Install(filter)));
        }
    }
}

/// Whether any filter is asked for, or comes by itself.
pub fn asks_filter(spec: &Spec<'_>) -> bool {
    let is_implied = || asked_filter(spec).is_some_and(|said| said.origin == Origin::Default);
    cfg!(feature = "sandbox") && (first(&spec.filter).is_some() || is_implied())
}

/// The filter that was asked for; ours where nobody said anything of one and there is a root of its
/// own, for that is made for programs that one does not trust. Elsewhere a sandbox is a set of
/// namespaces, in which people make others. Without no_new_privs a filter would need privileges
/// that are taken there.
pub fn asked_filter<'a>(spec: &Spec<'a>) -> Option<Said<FilterFrom<'a>>> {
    let has_no_new_privs = spec.no_new_privs.is_none_or(|said| said.value);
    let is_silent = spec.filter.seccomp.is_none() && spec.filter.more.is_empty();
    let is_implied = is_silent && has_no_new_privs && spec.root.first().is_some();
    let default = Said { value: FilterFrom::Default, origin: Origin::Default };
    spec.filter.seccomp.or(is_implied.then_some(default))
}

/// The first of the keys that was said and asks for a filter, and where.
pub(super) fn first(asked: &FilterSpec<'_>) -> Option<(Origin, &'static str)> {
    let seccomp = asked.seccomp.filter(|said| said.value != FilterFrom::None);
    let seccomp = seccomp.map(|said| (said.origin, "seccomp"));
    seccomp.or(asked.more.first().map(|said| (said.origin, "add-seccomp-fd")))
}
