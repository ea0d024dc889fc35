//! Namespaces that others made: which are joined, by whom and in which order (setns(2)).
//!
//! A process of its own, the *joiner*, enters them and makes PID 1 as its sibling: a user namespace
//! must own what is created in it, a PID namespace holds only children to come, and the launcher
//! keeps its own place in the world. Whoever may enter everything from here enters the user
//! namespace last; everybody else gets the right to the others by entering it first.

use super::{
    Act, Actor, Facts, JoinAct, JoinReason, JoinedUser, Known, Plan, Reason, Refusal, Refuse,
    capability,
};
use crate::model::{Errno, Namespace, NamespaceSet, Whence};
use crate::spec::{Origin, Said, Spec};

/// Which kinds are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Joined {
    /// Those that are not created, because somebody said to join them.
    pub said: NamespaceSet,
    /// Those of them that we are not in already.
    pub others: NamespaceSet,
}

impl Joined {
    /// Decides from what was asked and what was found. One that was refused counts as another one.
    pub(super) fn decide<'a>(spec: &'a Spec<'_>, facts: &Facts, refuse: Refuse<'_, 'a>) -> Self {
        let mut joined = Self::default();
        if !cfg!(feature = "join") {
            return joined; // the keys are refused
        }
        for said in &spec.join.joins {
            let kind = said.value.kind;
            let reason = match facts.joins.of(kind) {
                Known::Ours | Known::Other | Known::NotAsked => None,
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
                refuse(refusal(said.origin, said.value.text.to_bytes(), reason));
            }
            joined.said = joined.said.with(kind);
            if facts.joins.of(kind) != Known::Ours {
                joined.others = joined.others.with(kind);
            }
        }
        let others = joined.others.difference(NamespaceSet::USER);
        if let Some(kind) = others.kinds().next()
            && !joined.has_user()
            && !facts.has(capability::SYS_ADMIN)
        {
            let said = spec.join.of(kind);
            let origin = said.map_or(Origin::Default, |said| said.origin);
            let text = said.map_or(b"".as_slice(), |said| said.value.text.to_bytes());
            refuse(refusal(origin, text, JoinReason::NeedsPrivilege(kind)));
        }
        joined
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
        let origin = spec
            .join
            .keys()
            .into_iter()
            .flatten()
            .next()
            .map_or(Origin::Default, |(origin, _)| origin);
        plan.push(Actor::Outer, origin, Act::Join(JoinAct::Fork));
        let place = spec.join.place;
        let mut push = |said: Said<Whence<'a>>, act| {
            plan.push(Actor::Joiner, said.origin, Act::Join(act));
        };
        if let Some(said) = place {
            push(said, JoinAct::EnterCgroup(said.value));
            push(said, JoinAct::OpenPlace(said.value));
            push(said, JoinAct::Hide);
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
