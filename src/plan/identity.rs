//! Who the sandbox is: the user namespace, its maps, and who writes them (user_namespaces(7)).
//!
//! With one line that maps our own id, PID 1 writes its maps itself and the launcher has nothing to
//! do. Everything else needs CAP_SETUID and CAP_SETGID outside: the launcher writes, and PID 1
//! waits at a gate. The kernel's rules: kernel/user_namespace.c, `new_idmap_permitted` and
//! `map_write`.

use super::{Act, Actor, Facts, Lines, Plan, Reason, Refusal, capability};
use crate::limits::ID_MAP_BYTES_MAX;
use crate::model::{IdKind, IdMap, Namespace, NamespaceSet};
use crate::spec::{IdMapLines, Origin, Said, Spec};
use crate::text::{Length, put};

/// How the two maps get written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maps {
    /// No user namespace.
    None,
    /// By PID 1: one line each, our own ids; setgroups is denied.
    BySelf {
        /// What our uid is inside.
        uid: u32,
        /// What our gid is inside.
        gid: u32,
    },
    /// By the launcher, from the lines that were said.
    ByLauncher,
}

impl Maps {
    /// Decides from what was asked and who we are.
    pub(super) fn decide<'a>(
        spec: &'a Spec<'_>,
        facts: &Facts,
        kinds: NamespaceSet,
    ) -> Result<Self, Refusal<'a>> {
        if !kinds.has(Namespace::User) {
            return Ok(Self::None);
        }
        for (kind, id) in [(IdKind::Uid, spec.uid), (IdKind::Gid, spec.gid)] {
            check(spec.id_map(kind), kind)?;
            if let (Some(id), false) = (id, spec.id_map(kind).is_empty()) {
                return Err(Refusal {
                    origin: id.origin,
                    said: b"",
                    reason: Reason::MapAndId(kind),
                });
            }
        }
        let uid = own_line(&spec.uid_map, spec.uid, facts.uid);
        let gid = own_line(&spec.gid_map, spec.gid, facts.gid);
        if let (Some(uid), Some(gid)) = (uid, gid) {
            return Ok(Self::BySelf { uid, gid });
        }
        let needs = [
            (IdKind::Uid, uid.is_none(), capability::SETUID),
            (IdKind::Gid, gid.is_none(), capability::SETGID),
        ];
        for (kind, is_wide, capability) in needs {
            if is_wide && !facts.has(capability) {
                let origin = spec.id_map(kind).first().map_or(Origin::Default, |said| said.origin);
                return Err(Refusal { origin, said: b"", reason: Reason::MapNeedsPrivilege(kind) });
            }
        }
        Ok(Self::ByLauncher)
    }

    /// Whether setgroups(2) is denied inside.
    pub(super) const fn deny_setgroups(self) -> bool {
        matches!(self, Self::BySelf { .. })
    }

    /// What PID 1 has to become because the launcher's maps do not know what it is.
    pub(super) fn become_mapped(self, spec: &Spec<'_>, facts: &Facts) -> Option<(u32, u32)> {
        if self != Self::ByLauncher {
            return None;
        }
        let own = [(IdKind::Uid, facts.uid), (IdKind::Gid, facts.gid)];
        let inside = own.map(|(kind, own)| {
            let maps = lines_of(spec, kind, own).iter();
            let known = maps.clone().find_map(|map| map.inside_of(own));
            // Root when it is mapped, else the first id there is.
            let other = || match maps.clone().any(|map| map.inside() == 0) {
                true => 0,
                false => maps.clone().next().map_or(0, IdMap::inside),
            };
            (known.is_some(), known.unwrap_or_else(other))
        });
        match inside {
            [(true, _), (true, _)] => None,
            [(_, uid), (_, gid)] => Some((uid, gid)),
        }
    }

    /// PID 1's own steps, before it closes what it inherited.
    pub(super) fn push_by_self<'a>(self, spec: &'a Spec<'_>, facts: &Facts, plan: &mut Plan<'a>) {
        let Self::BySelf { uid, gid } = self else { return };
        let origin_of = |lines: &IdMapLines<'_>, id: Option<Said<u32>>| {
            let line = lines.first().map(|said| said.origin);
            line.or(id.map(|said| said.origin)).unwrap_or_default()
        };
        let (uid_origin, gid_origin) =
            (origin_of(&spec.uid_map, spec.uid), origin_of(&spec.gid_map, spec.gid));
        let uid_line = Act::MapSelf(IdKind::Uid, IdMap::one(uid, facts.uid));
        let gid_line = Act::MapSelf(IdKind::Gid, IdMap::one(gid, facts.gid));
        plan.push(Actor::Inner, uid_origin, uid_line);
        plan.push(Actor::Inner, gid_origin, Act::DenySetgroups);
        plan.push(Actor::Inner, gid_origin, gid_line);
    }

    /// The launcher's steps, after it has made PID 1.
    pub(super) fn push_by_launcher<'a>(
        self,
        spec: &'a Spec<'_>,
        facts: &Facts,
        plan: &mut Plan<'a>,
    ) {
        if self != Self::ByLauncher {
            return;
        }
        for (kind, own) in [(IdKind::Uid, facts.uid), (IdKind::Gid, facts.gid)] {
            let origin = spec.id_map(kind).first().map_or(Origin::Default, |said| said.origin);
            let lines = lines_of(spec, kind, own);
            plan.push(Actor::Outer, origin, Act::WriteIdMap(kind, lines));
        }
    }
}

/// The lines that the launcher writes: those that were said, or our own id.
fn lines_of<'a>(spec: &'a Spec<'_>, kind: IdKind, own: u32) -> Lines<'a> {
    let lines = spec.id_map(kind);
    let inside = match kind {
        IdKind::Uid => spec.uid,
        IdKind::Gid => spec.gid,
    };
    match lines.is_empty() {
        true => Lines::Own(IdMap::one(inside.map_or(own, |said| said.value), own)),
        false => Lines::Said(lines),
    }
}

/// What our own id is inside, when that is all the map says; `None` for any other map.
fn own_line(lines: &IdMapLines<'_>, id: Option<Said<u32>>, own: u32) -> Option<u32> {
    match &**lines {
        [] => Some(id.map_or(own, |said| said.value)),
        [one] if one.value.count() == 1 && one.value.outside() == own => Some(one.value.inside()),
        _ => None,
    }
}

/// Whether the kernel would take these lines together.
fn check<'a>(lines: &IdMapLines<'_>, kind: IdKind) -> Result<(), Refusal<'a>> {
    let refuse = |said: &Said<IdMap>, reason| Refusal { origin: said.origin, said: b"", reason };
    let mut len = Length::default();
    for (index, said) in lines.iter().enumerate() {
        if lines.iter().take(index).any(|other| other.value.overlaps(said.value)) {
            return Err(refuse(said, Reason::MapOverlaps(kind)));
        }
        put!(&mut len, said.value, "\n");
        if len.bytes > ID_MAP_BYTES_MAX {
            return Err(refuse(said, Reason::MapTooLong(kind)));
        }
    }
    Ok(())
}
