//! Namespaces that others made: which are joined, by whom and in which order (setns(2)).
//!
//! A process of its own, the *joiner*, enters them and makes PID 1 as its sibling: a user namespace
//! must own what is created in it, a PID namespace holds only children to come, and the launcher
//! keeps its own place in the world. Whoever may enter everything from here enters the user
//! namespace last; everybody else gets the right to the others by entering it first.

use super::kinds::Kind;
use super::{Act, Actor, Facts, Plan, Reason, Refusal, capability};
use crate::limits::KINDS_MAX;
use crate::model::{Errno, Namespace, NamespaceSet, Whence};
use crate::spec::{Origin, Said, Spec};
use crate::text::{Show, Sink, put};

/// What is known of a namespace that is to be joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// We are in it.
    Ours,
    /// It is another one.
    Other,
    /// There is something, but no namespace.
    NoNamespace,
    /// It is a namespace of this kind.
    OfKind(Namespace),
    /// It cannot be opened.
    Unopened(Errno),
}

/// What is known of a user namespace that is to be joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinedUser {
    /// Whether it maps our user id.
    pub knows_us: bool,
    /// Whether setgroups(2) is denied in it.
    pub denies_groups: bool,
}

/// What is known of the namespaces that are to be joined, of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinFacts {
    kinds: [Known; KINDS_MAX],
    /// Whether a pidfd of the one process that has them all is held, by which they are entered at
    /// once.
    pub has_whole: bool,
    /// What is known of the user namespace; `None` where nobody has looked.
    pub user: Option<JoinedUser>,
}

impl JoinFacts {
    /// Nobody asked.
    pub const NONE: Self =
        Self { kinds: [Known::NotAsked; KINDS_MAX], has_whole: false, user: None };

    /// The same facts of one process that has them all, and whose user namespace is like this.
    #[must_use]
    pub const fn of_one_process(self, user: JoinedUser) -> Self {
        Self { has_whole: true, user: Some(user), ..self }
    }

    /// What is known of this kind.
    pub fn of(&self, kind: Namespace) -> Known {
        self.kinds.get(kind.index()).copied().unwrap_or_default()
    }

    /// The same facts, and what is known of this kind.
    #[must_use]
    pub const fn with(mut self, kind: Namespace, known: Known) -> Self {
        if let Some((_, [place, ..])) = self.kinds.split_at_mut_checked(kind.index()) {
            *place = known; // there is one for each kind
        }
        self
    }
}

/// Why a namespace will not be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinReason {
    /// It cannot be opened.
    Unopened(Namespace, Errno),
    /// A process that is gone.
    NoProcess(Namespace),
    /// There is something, but no namespace.
    NoNamespace(Namespace),
    /// It is of another kind, the second one.
    WrongKind(Namespace, Namespace),
    /// Only whoever may enter its user namespace may enter it.
    NeedsPrivilege(Namespace),
    /// A key that would change a namespace which others live in.
    Changes(&'static str, Namespace),
    /// Neither a new namespace nor another one, so that nothing is kept.
    NothingToKeep,
    /// The directory where namespaces are to be kept has something in it.
    NotEmpty,
    /// Namespaces are kept there already.
    KeptAlready,
    /// The directory cannot be opened.
    NoPlace(Errno),
    /// Only whoever may mount may keep a namespace.
    KeepingNeedsPrivilege,
}

/// What is done to join namespaces.
#[derive(Clone, Copy, Debug)]
pub enum JoinAct<'a> {
    /// The launcher makes the process that joins.
    Fork,
    /// Nobody inside can look at us.
    Hide,
    /// The cgroup of a process is entered.
    EnterCgroup(Whence<'a>),
    /// Its root and its directory are held.
    OpenPlace(Whence<'a>),
    /// A namespace is entered.
    Enter(Namespace, Whence<'a>),
    /// Several namespaces of one process are entered at once.
    EnterAll(NamespaceSet, Whence<'a>),
    /// Its root and its directory are ours.
    TakePlace(Whence<'a>),
    /// PID 1 becomes root of a user namespace that does not know what it is.
    BecomeKnown {
        /// Its user id outside.
        uid: u32,
        /// Its group id outside.
        gid: u32,
    },
}

impl JoinAct<'_> {
    /// As [`Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Fork => "clone3|wait4|close*|read+|close?",
            Self::Hide => "prctl",
            Self::EnterCgroup(_) => "openat|read|close|openat|read|close|openat?|write?|close?",
            Self::OpenPlace(_) => "openat|openat",
            Self::Enter(..) | Self::EnterAll(..) => "setns",
            Self::TakePlace(_) => "statx|statx|fchdir?|chroot?|fchdir|close|close",
            Self::BecomeKnown { .. } => {
                "geteuid|getegid|openat?|read*|close?|openat?|read*|close?\
                 |setgroups?|setresgid?|setresuid?"
            }
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Fork => Kind::ForkJoiner,
            Self::Hide => Kind::HideJoiner,
            Self::EnterCgroup(_) | Self::OpenPlace(_) => Kind::OpenPlace,
            Self::Enter(..) | Self::EnterAll(..) => Kind::Join,
            Self::TakePlace(_) => Kind::TakePlace,
            Self::BecomeKnown { .. } => Kind::BecomeMapped,
        }
    }
}

impl Show for JoinAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Fork => put!(out, "make a process that joins"),
            Self::Hide => put!(out, "hide from whoever is inside"),
            Self::EnterCgroup(whence) => put!(out, "enter the cgroup ", whence),
            Self::OpenPlace(whence) => put!(out, "hold root and directory ", whence),
            Self::EnterAll(kinds, whence) => put!(out, "join namespaces ", kinds, " ", whence),
            Self::TakePlace(whence) => put!(out, "take root and directory ", whence),
            Self::Enter(kind, whence) => put!(out, "join ", kind.name(), " namespace ", whence),
            Self::BecomeKnown { .. } => put!(out, "become root, where our ids are not mapped"),
        }
    }
}

/// Which kinds are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Joined {
    /// Those that are not created, because somebody said to join them.
    pub said: NamespaceSet,
    /// Those of them that we are not in already.
    pub others: NamespaceSet,
}

impl Joined {
    /// Decides from what was asked and what was found.
    pub(super) fn decide<'a>(spec: &'a Spec<'_>, facts: &Facts) -> Result<Self, Refusal<'a>> {
        let mut joined = Self::default();
        if !cfg!(feature = "join") {
            return Ok(joined); // the keys are refused
        }
        for said in &spec.join.joins {
            let kind = said.value.kind;
            let reason = match facts.joins.of(kind) {
                Known::Ours => None,
                Known::Other | Known::NotAsked => {
                    joined.others = joined.others.with(kind);
                    None
                }
                Known::NoNamespace => Some(JoinReason::NoNamespace(kind)),
                Known::OfKind(other) => Some(JoinReason::WrongKind(kind, other)),
                Known::Unopened(Errno::ENOENT | Errno::ESRCH)
                    if !matches!(said.value.whence, Whence::Path(_)) =>
                {
                    Some(JoinReason::NoProcess(kind))
                }
                Known::Unopened(errno) => Some(JoinReason::Unopened(kind, errno)),
            };
            if let Some(reason) = reason {
                return Err(refusal(said.origin, said.value.text.to_bytes(), reason));
            }
            joined.said = joined.said.with(kind);
        }
        let others = joined.others.difference(NamespaceSet::USER);
        match others.kinds().next() {
            Some(kind) if !joined.has_user() && !facts.has(capability::SYS_ADMIN) => {
                let said = spec.join.of(kind);
                let origin = said.map_or(Origin::Default, |said| said.origin);
                let text = said.map_or(b"".as_slice(), |said| said.value.text.to_bytes());
                Err(refusal(origin, text, JoinReason::NeedsPrivilege(kind)))
            }
            Some(_) | None => Ok(joined),
        }
    }

    /// Whether another user namespace is entered.
    pub(super) const fn has_user(self) -> bool {
        self.others.has(Namespace::User)
    }

    /// Who PID 1 is in the user namespace that is joined, as far as that is known.
    pub(super) fn uid_inside(self, facts: &Facts) -> u32 {
        let is_root = facts.joins.user.is_some_and(|user| !user.knows_us);
        if is_root { 0 } else { facts.uid }
    }

    /// Whether it is known that nobody sets groups there.
    pub(super) fn denies_groups(self, facts: &Facts) -> bool {
        self.has_user() && facts.joins.user.is_some_and(|user| user.denies_groups)
    }

    /// Refuses a key that would change a namespace which others live in.
    pub(super) fn refuse_change<'a>(
        self,
        origin: Option<Origin>,
        key: &'static str,
        kind: Namespace,
    ) -> Result<(), Refusal<'a>> {
        match origin {
            // A mount of cgroup2 looks at the namespace and leaves it as it is.
            Some(origin) if self.said.has(kind) && kind != Namespace::Cgroup => {
                Err(refusal(origin, key.as_bytes(), JoinReason::Changes(key, kind)))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The launcher's step, and those of the joiner until it makes PID 1.
    pub(super) fn push<'a>(self, spec: &'a Spec<'_>, facts: &Facts, plan: &mut Plan<'a>) {
        let origin = spec.join.first().map_or(Origin::Default, |(origin, _)| origin);
        plan.push(Actor::Outer, origin, Act::Join(JoinAct::Fork));
        let place = spec.join.place;
        let mut push = |said: Said<Whence<'a>>, act| {
            plan.push(Actor::Joiner, said.origin, Act::Join(act));
        };
        if let Some(said) = place {
            push(said, JoinAct::Hide);
            push(said, JoinAct::EnterCgroup(said.value));
            push(said, JoinAct::OpenPlace(said.value));
        }
        if facts.joins.has_whole
            && !self.others.is_empty()
            && let Some(said) = spec.join.joins.first()
        {
            let act = JoinAct::EnterAll(self.others, said.value.whence);
            plan.push(Actor::Joiner, said.origin, Act::Join(act));
        } else {
            self.push_one_by_one(spec, facts, plan);
        }
        if let Some(said) = place {
            plan.push(Actor::Joiner, said.origin, Act::Join(JoinAct::TakePlace(said.value)));
        }
    }

    /// Whether a process of its own joins.
    pub(super) fn has_joiner(self, spec: &Spec<'_>) -> bool {
        !self.others.is_empty() || spec.join.place.is_some_and(|_| cfg!(feature = "join"))
    }

    /// Each by itself, in the order that privileges allow.
    fn push_one_by_one<'a>(self, spec: &'a Spec<'_>, facts: &Facts, plan: &mut Plan<'a>) {
        let is_last = facts.has(capability::SYS_ADMIN);
        let (user, others) = (NamespaceSet::USER, self.others.difference(NamespaceSet::USER));
        let turns = if is_last { [others, user] } else { [user, others] };
        for kind in turns.into_iter().flat_map(NamespaceSet::kinds) {
            if let Some(said) = spec.join.of(kind).filter(|_| self.others.has(kind)) {
                let act = JoinAct::Enter(kind, said.value.whence);
                plan.push(Actor::Joiner, said.origin, Act::Join(act));
            }
        }
    }

    /// What PID 1 becomes in a user namespace that may not know what it is.
    pub(super) fn push_identity(self, facts: &Facts, plan: &mut Plan<'_>) {
        if !self.has_user() {
            return;
        }
        let act = match facts.joins.user {
            Some(JoinedUser { knows_us: true, .. }) => return,
            Some(JoinedUser { knows_us: false, denies_groups }) => {
                Act::BecomeMapped { uid: 0, gid: 0, leaves_groups: !denies_groups }
            }
            None => Act::Join(JoinAct::BecomeKnown { uid: facts.uid, gid: facts.gid }),
        };
        plan.push(Actor::Inner, Origin::Default, act);
    }
}

const fn refusal<'a>(origin: Origin, said: &'a [u8], reason: JoinReason) -> Refusal<'a> {
    Refusal { origin, said, reason: Reason::Join(reason) }
}
