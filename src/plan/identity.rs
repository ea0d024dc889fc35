//! Who the sandbox is: the user namespace, its maps, and who writes them (user_namespaces(7)).
//!
//! With one line that maps our own id, PID 1 writes its maps itself and the launcher has nothing to
//! do. Everything else needs CAP_SETUID or CAP_SETGID outside: the launcher writes, or the programs
//! of shadow that have these write for it, and PID 1 waits at a gate. The kernel's rules:
//! kernel/user_namespace.c, `new_idmap_permitted`, `verify_root_map` and `map_write`.

use super::refusal::or_refuse;
use super::ties::maps_outside;
use super::{Act, Actor, Facts, Lines, Plan, Reason, Refusal, Refuse, Survey, capability};
use crate::limits::ID_MAP_BYTES_MAX;
use crate::model::{IdKind, IdMap, IdRange, IdTool, Namespace, NamespaceSet};
use crate::spec::{Origin, Said, Spec};
use crate::text::{Length, put};

/// Who writes a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    /// PID 1: one line, our own id, which is this one inside. With the gid, setgroups is denied.
    Itself(u32),
    /// The launcher, which has the privilege.
    Launcher,
    /// newuidmap(1) or newgidmap(1), for a launcher that has not.
    Tool(IdTool),
}

/// One map.
#[derive(Clone, Copy)]
struct Map<'a> {
    kind: IdKind,
    /// Our own id outside.
    own: u32,
    lines: Lines<'a>,
    writer: Writer,
    origin: Origin,
}

/// Both maps; none where there is no user namespace.
#[derive(Clone, Copy)]
pub(super) struct Maps<'a>(Option<[Map<'a>; 2]>);

impl<'a> Maps<'a> {
    /// Decides from what was asked and who we are.
    #[inline(never)] // of few starts
    pub(super) fn decide(
        spec: &'a Spec<'_>,
        facts: &Facts,
        survey: &'a Survey,
        kinds: NamespaceSet,
        refuse: Refuse<'_, 'a>,
    ) -> Self {
        if !kinds.has(Namespace::User) || maps_outside(spec).is_some() {
            return Self(None);
        }
        let uid = Asked::new(IdKind::Uid, spec, facts, survey);
        let gid = Asked::new(IdKind::Gid, spec, facts, survey);
        // Where both are our own, nobody needs any privilege.
        let is_own = [&uid, &gid]
            .into_iter()
            .all(|asked| asked.as_ref().is_ok_and(|asked| asked.own_inside().is_some()));
        let mut decide = |asked: Result<Asked<'a>, Refusal<'a>>, kind| {
            let map = asked.and_then(|asked| asked.decide(facts, survey, is_own));
            or_refuse(map, refuse, Map::of_nobody(kind, own_id(kind, facts)))
        };
        Self(Some([decide(uid, IdKind::Uid), decide(gid, IdKind::Gid)]))
    }

    /// The maps there are.
    const fn all(&self) -> &[Map<'a>] {
        match &self.0 {
            Some(maps) => maps,
            None => &[],
        }
    }

    /// The lines of each.
    pub(super) fn lines(&self) -> impl Iterator<Item = (IdKind, Lines<'a>)> {
        self.all().iter().map(|map| (map.kind, map.lines))
    }

    /// Whether PID 1 waits until its maps are written.
    pub(super) fn has_gate(&self) -> bool {
        self.all().iter().any(|map| !map.is_by_itself())
    }

    /// Whether setgroups(2) is denied inside.
    pub(super) fn deny_setgroups(&self) -> bool {
        self.all().last().is_some_and(Map::is_by_itself)
    }

    /// Who PID 1 is inside when its maps are written.
    pub(super) fn uid_inside(&self) -> Option<u32> {
        self.all().first().map(|uid| uid.inside().1)
    }

    /// What PID 1 has to do because maps that others write do not know what it is.
    #[inline(never)] // as above
    pub(super) fn become_mapped(&self) -> Option<Act<'a>> {
        let [uid, gid] = self.all() else { return None };
        let ((is_known, uid), (is_group_known, gid)) = (uid.inside(), gid.inside());
        let leaves_groups = !self.deny_setgroups();
        (!is_known || !is_group_known).then_some(Act::BecomeMapped { uid, gid, leaves_groups })
    }

    /// PID 1's own steps, before it closes what it inherited.
    #[inline(never)] // as above
    pub(super) fn push_by_itself(&self, plan: &mut Plan<'a>) {
        for map in self.all() {
            if let Writer::Itself(inside) = map.writer {
                if map.kind == IdKind::Gid {
                    plan.push(Actor::Inner, map.origin, Act::DenySetgroups);
                }
                let act = Act::MapSelf(map.kind, IdMap::one(inside, map.own));
                plan.push(Actor::Inner, map.origin, act);
            }
        }
    }

    /// The launcher's steps, after it has made PID 1.
    #[inline(never)] // as above
    pub(super) fn push_by_launcher(&self, plan: &mut Plan<'a>) {
        for map in self.all() {
            let act = match map.writer {
                Writer::Itself(_) => continue,
                Writer::Launcher => Act::WriteIdMap(map.kind, map.lines),
                Writer::Tool(tool) => Act::MapByTool(map.kind, map.lines, tool),
            };
            plan.push(Actor::Outer, map.origin, act);
        }
    }
}

impl Map<'_> {
    /// A map in the place of one that was refused.
    const fn of_nobody(kind: IdKind, own: u32) -> Self {
        let (writer, origin) = (Writer::Launcher, Origin::Default);
        Self { kind, own, lines: Lines::Own(IdMap::one(own, own)), writer, origin }
    }

    /// Whether PID 1 writes it.
    const fn is_by_itself(&self) -> bool {
        matches!(self.writer, Writer::Itself(_))
    }

    /// Whether it knows our own id; and what that is inside, or else root when that is mapped, or
    /// else the first id there is.
    #[inline(never)] // once, and not for each kind
    fn inside(&self) -> (bool, u32) {
        let mut other = None;
        for line in self.lines.iter() {
            if let Some(known) = line.inside_of(self.own) {
                return (true, known);
            }
            other = match line.inside() {
                0 => Some(0),
                first => other.or(Some(first)),
            };
        }
        (false, other.unwrap_or(0))
    }
}

/// What was asked of one map.
struct Asked<'a> {
    kind: IdKind,
    /// Our own id outside.
    own: u32,
    lines: Lines<'a>,
    origin: Origin,
    /// What was said of it, line by line.
    said: &'a [Said<IdMap>],
}

impl<'a> Asked<'a> {
    #[inline(never)] // once, and not for each kind
    fn new(
        kind: IdKind,
        spec: &'a Spec<'_>,
        facts: &Facts,
        survey: &'a Survey,
    ) -> Result<Self, Refusal<'a>> {
        let own = own_id(kind, facts);
        let id = match kind {
            IdKind::Uid => spec.uid,
            IdKind::Gid => spec.gid,
        };
        let (said, auto): (&'a [_], _) = (spec.id_map(kind), spec.auto_map(kind));
        let refuse = |origin, reason| Err(Refusal { origin, said: b"", reason });
        if let (Some(id), false) = (id, said.is_empty()) {
            return refuse(id.origin, Reason::MapAndId(kind));
        }
        let one = |id: Option<Said<u32>>| IdMap::one(id.map_or(own, |id| id.value), own);
        let (lines, origin) = match (auto, said.first()) {
            (Some(origin), _) => match granted(kind, id, facts, survey) {
                Ok(lines) => (lines, origin),
                Err(reason) => return refuse(origin, reason),
            },
            (None, Some(first)) => (Lines::Said(said), first.origin),
            (None, None) => (Lines::Own(one(id)), id.map_or(Origin::Default, |id| id.origin)),
        };
        let asked = Self { kind, own, lines, origin, said };
        asked.check()?;
        Ok(asked)
    }

    /// Whether the kernel would take these lines together.
    fn check(&self) -> Result<(), Refusal<'a>> {
        let mut len = Length::default();
        for (index, line) in self.lines.iter().enumerate() {
            if self.lines.iter().take(index).any(|other| other.overlaps(line)) {
                return Err(self.refuse(index, Reason::MapOverlaps(self.kind)));
            }
            put!(&mut len, line, "\n");
            if len.bytes > ID_MAP_BYTES_MAX {
                return Err(self.refuse(index, Reason::MapTooLong(self.kind)));
            }
        }
        Ok(())
    }

    /// A refusal that points at the line with this number.
    fn refuse(&self, index: usize, reason: Reason) -> Refusal<'a> {
        let said = self.said.get(index).map(|said| said.origin);
        Refusal { origin: said.unwrap_or(self.origin), said: b"", reason }
    }

    /// What our own id is inside, when that is all the map says.
    fn own_inside(&self) -> Option<u32> {
        let mut lines = self.lines.iter();
        let only = lines.next().filter(|line| lines.next().is_none() && self.is_own(*line));
        only.map(IdMap::inside)
    }

    /// Whether a line maps our own id alone.
    const fn is_own(&self, line: IdMap) -> bool {
        line.count() == 1 && line.outside() == self.own
    }

    /// Who writes it, and whether that can be.
    #[inline(never)] // as above
    fn decide(self, facts: &Facts, survey: &Survey, is_own: bool) -> Result<Map<'a>, Refusal<'a>> {
        let writer = match self.own_inside() {
            Some(inside) if is_own || !facts.has(capability_for(self.kind)) => {
                self.check_root(0, IdMap::one(inside, self.own), facts)?;
                Writer::Itself(inside)
            }
            Some(_) | None if facts.has(capability_for(self.kind)) => {
                self.check_privileged(facts, survey)?;
                Writer::Launcher
            }
            Some(_) | None => Writer::Tool(self.tool(survey)?),
        };
        let Self { kind, own, lines, origin, .. } = self;
        Ok(Map { kind, own, lines, writer, origin })
    }

    /// What privilege does not help against.
    fn check_privileged(&self, facts: &Facts, survey: &Survey) -> Result<(), Refusal<'a>> {
        for (index, line) in self.lines.iter().enumerate() {
            if !survey.ids(self.kind).are_ours(line) {
                return Err(self.refuse(index, Reason::MapNotOurs(self.kind, line)));
            }
            self.check_root(index, line, facts)?;
        }
        Ok(())
    }

    /// Whether uid 0 of outside may be mapped, where it is: being it is not enough.
    fn check_root(&self, index: usize, line: IdMap, facts: &Facts) -> Result<(), Refusal<'a>> {
        let is_root = self.kind == IdKind::Uid && line.outside() == 0;
        match is_root && facts.is_since(5, 12) && !facts.has(capability::SETFCAP) {
            true => Err(self.refuse(index, Reason::MapOfRoot)),
            false => Ok(()),
        }
    }

    /// The program that writes it for us.
    fn tool(&self, survey: &Survey) -> Result<IdTool, Refusal<'a>> {
        let ids = survey.ids(self.kind);
        for (index, line) in self.lines.iter().enumerate() {
            if !self.is_own(line) && !ids.may_be_more && !IdRange::have(&ids.granted, line) {
                // Both files are about users.
                let user = survey.uid;
                return Err(self.refuse(index, Reason::NotGranted(self.kind, user, line)));
            }
        }
        match ids.tool {
            None => Err(self.refuse(0, Reason::NoIdTool(self.kind))),
            Some(_) if survey.has_no_new_privs => {
                Err(self.refuse(0, Reason::IdToolHasNoPrivileges(self.kind)))
            }
            Some(tool) => Ok(tool),
        }
    }
}

/// Our own id outside.
const fn own_id(kind: IdKind, facts: &Facts) -> u32 {
    match kind {
        IdKind::Uid => facts.uid,
        IdKind::Gid => facts.gid,
    }
}

/// The capability by which a map of others' ids is written.
const fn capability_for(kind: IdKind) -> u64 {
    match kind {
        IdKind::Uid => capability::SETUID,
        IdKind::Gid => capability::SETGID,
    }
}

/// `auto`: what we may map. An ordinary user is root inside, or what it said it is, and has what it
/// was granted besides. Root has no place of its own in what it was granted unless it said so; and
/// where nothing was granted, it has all ids as they are.
fn granted<'a>(
    kind: IdKind,
    id: Option<Said<u32>>,
    facts: &Facts,
    survey: &'a Survey,
) -> Result<Lines<'a>, Reason> {
    let (ids, own) = (survey.ids(kind), own_id(kind, facts));
    let is_privileged = facts.has(capability_for(kind));
    let inside = match id {
        Some(id) => Some(id.value),
        None => (!is_privileged).then_some(0),
    };
    match (ids.granted.is_empty(), is_privileged) {
        (false, _) => {
            let own = inside.map(|inside| IdMap::one(inside, own));
            Ok(Lines::Granted { ranges: &ids.granted, own })
        }
        (true, true) if id.is_some() => Err(Reason::MapAndId(kind)),
        (true, true) => Ok(Lines::Same(&ids.ours)),
        (true, false) => Err(Reason::NothingGranted(kind, facts.uid)),
    }
}
