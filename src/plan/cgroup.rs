//! In which cgroup ours is made, and whether it can have what is asked of it.
//!
//! The kernel's rules (cgroups(7), Documentation/admin-guide/cgroup-v2.rst): a controller is to be
//! had where the cgroup above enables it, and a cgroup that enables one for those below has no
//! processes of its own, but for the root ("No Internal Process Constraint").

use core::ffi::CStr;

use heapless::Vec;

use super::{CgroupReason, Refusal, Refuse};
use crate::limits::PATH_MAX;
use crate::model::{CgroupParent, Controller, ControllerSet, Errno, LimitKind};
use crate::spec::{Origin, Spec};

/// Whose processes are in a cgroup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inhabitants {
    /// Nobody's.
    #[default]
    None,
    /// Our own process, and no other.
    Us,
    /// Others'.
    Others,
}

/// A cgroup in which ours could be made.
#[derive(Debug, Default)]
pub struct Candidate {
    /// Its directory, with a NUL behind it; empty where there is none.
    pub path: Vec<u8, PATH_MAX>,
    /// Why we may not make anything in it.
    pub trouble: Option<Errno>,
    /// The controllers it has.
    pub available: ControllerSet,
    /// Those that it hands down.
    pub enabled: ControllerSet,
    /// Who is in it.
    pub inhabitants: Inhabitants,
    /// Whether it is the root of the whole hierarchy.
    pub is_root: bool,
}

/// What is known of cgroups.
#[derive(Debug, Default)]
pub struct Cgroups {
    /// Whether version 2 is mounted.
    pub is_mounted: bool,
    /// Our own cgroup, or the one that was named; without a path when our own is not below the
    /// mount.
    pub own: Candidate,
    /// The one above it.
    pub above: Candidate,
    /// Controllers that version 1 has.
    pub in_version_1: ControllerSet,
    /// Controllers that were switched off when the machine was booted.
    pub switched_off: ControllerSet,
    /// Controllers that the kernel was built with.
    pub built: ControllerSet,
}

impl Candidate {
    /// Nothing known.
    pub const fn new() -> Self {
        Self {
            path: Vec::new(),
            trouble: None,
            available: ControllerSet::EMPTY,
            enabled: ControllerSet::EMPTY,
            inhabitants: Inhabitants::None,
            is_root: false,
        }
    }

    /// Its directory.
    pub fn path(&self) -> &CStr {
        CStr::from_bytes_with_nul(&self.path).unwrap_or_default()
    }

    /// How ours can be made in it; or every reason why it cannot, to `refuse`.
    fn place(
        &self,
        needed: ControllerSet,
        refuse: &mut dyn FnMut(CgroupReason),
    ) -> Option<Place<'_>> {
        if self.path.is_empty() {
            refuse(CgroupReason::Elsewhere);
            return None;
        }
        match self.trouble {
            Some(Errno::ENOENT | Errno::ENOTDIR) => {
                refuse(CgroupReason::Missing);
                return None;
            }
            Some(errno) => {
                refuse(CgroupReason::Denied(errno));
                return None;
            }
            None => {}
        }
        let missing = needed.without(self.available);
        missing.iter().for_each(|controller| refuse(CgroupReason::NotHandedDown(controller)));
        let is_free = self.is_root || needed.is_empty();
        let is_crowded = self.inhabitants == Inhabitants::Others && !is_free;
        if is_crowded {
            refuse(CgroupReason::Crowded);
        }
        let moves = self.inhabitants == Inhabitants::Us && !is_free;
        let place = Place { parent: self.path(), moves, enable: needed.without(self.enabled) };
        (missing.is_empty() && !is_crowded).then_some(place)
    }
}

impl Cgroups {
    /// Nothing known.
    pub const fn new() -> Self {
        Self {
            is_mounted: false,
            own: Candidate::new(),
            above: Candidate::new(),
            in_version_1: ControllerSet::EMPTY,
            switched_off: ControllerSet::EMPTY,
            built: ControllerSet::EMPTY,
        }
    }

    /// A machine that has everything, for who only wants to know whether a file is good.
    pub fn assume_all(&mut self) {
        let all = Controller::ALL.into_iter().fold(ControllerSet::EMPTY, ControllerSet::with);
        (self.is_mounted, self.built) = (true, all);
        (self.own.available, self.own.is_root) = (all, true);
        let _ = self.own.path.extend_from_slice(b"/sys/fs/cgroup\0"); // it was empty
    }

    /// Why a controller is nowhere to be had, where that is so.
    const fn absence(&self, controller: Controller) -> Option<CgroupReason> {
        if self.in_version_1.has(controller) {
            Some(CgroupReason::InVersion1(controller))
        } else if self.switched_off.has(controller) {
            Some(CgroupReason::SwitchedOff(controller))
        } else if self.built.has(controller) {
            None
        } else {
            Some(CgroupReason::NotBuilt(controller))
        }
    }
}

/// Where ours is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The directory of the cgroup in which it is made.
    pub parent: &'a CStr,
    /// Whether the launcher is alone in that, and has to leave it.
    pub moves: bool,
    /// What has to be enabled there.
    pub enable: ControllerSet,
}

/// Finds the place: where it was said, or our own cgroup, or the one above; or refuses, for every
/// reason there is.
pub(super) fn find<'a>(
    spec: &'a Spec<'_>,
    cgroups: &'a Cgroups,
    needed: ControllerSet,
    refuse: Refuse<'_, 'a>,
) -> Option<Place<'a>> {
    let mut refuse = |reason| refuse(refusal(spec, cgroups, reason));
    if !cgroups.is_mounted {
        refuse(CgroupReason::NotMounted);
        return None;
    }
    let absences = || needed.iter().filter_map(|controller| cgroups.absence(controller));
    absences().for_each(&mut refuse);
    let there = needed.iter().filter(|controller| cgroups.absence(*controller).is_none());
    let there = there.fold(ControllerSet::EMPTY, ControllerSet::with);
    let is_named = spec.limits.cgroup.is_some_and(|said| matches!(said.value, CgroupParent::At(_)));
    let place = |candidate: &'a Candidate| candidate.place(there, &mut |_| {});
    let found = place(&cgroups.own);
    let found = found.or_else(|| place(&cgroups.above).filter(|_| !is_named));
    if found.is_none() {
        // What is wrong with our own is what somebody may put right.
        let _ = cgroups.own.place(there, &mut refuse); // there is none, as before
    }
    found.filter(|_| absences().next().is_none())
}

/// A reason, and which key it is about.
fn refusal<'a>(spec: &Spec<'_>, cgroups: &'a Cgroups, reason: CgroupReason) -> Refusal<'a> {
    let asked = spec.limits.cgroup;
    let is_about = |kind: LimitKind| match reason {
        CgroupReason::NotHandedDown(controller)
        | CgroupReason::InVersion1(controller)
        | CgroupReason::SwitchedOff(controller)
        | CgroupReason::NotBuilt(controller) => kind.controller() == controller,
        CgroupReason::NotMounted
        | CgroupReason::Elsewhere
        | CgroupReason::Missing
        | CgroupReason::Denied(_)
        | CgroupReason::Crowded => asked.is_none(),
    };
    let key = limits_of(spec).find(|(_, kind)| is_about(*kind)).map(|(origin, _)| origin);
    let origin = key.or(asked.map(|said| said.origin)).unwrap_or_default();
    let said = cgroups.own.path().to_bytes();
    Refusal { origin, said, reason: super::Reason::Cgroup(reason) }
}

/// Every limit that was asked for, of the whole and of services.
pub(super) fn limits_of(spec: &Spec<'_>) -> impl Iterator<Item = (Origin, LimitKind)> {
    let of_services = spec.services.iter().flat_map(|service| service.limits.iter());
    let all = spec.limits.limits.iter().chain(of_services);
    all.map(|said| (said.origin, said.value.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: ControllerSet = {
        let mut set = ControllerSet::EMPTY;
        let mut index = 0;
        while index < Controller::ALL.len() {
            set = set.with(Controller::ALL[index]);
            index += 1;
        }
        set
    };

    fn candidate(path: &[u8], inhabitants: Inhabitants, enabled: &[u8]) -> Candidate {
        Candidate {
            path: Vec::from_slice(path).unwrap(),
            available: ALL,
            enabled: ControllerSet::parse(enabled),
            inhabitants,
            ..Candidate::new()
        }
    }

    /// The directory, whether we leave it, what is enabled there.
    fn check(
        own: Candidate,
        above: Candidate,
        expected: Result<(&CStr, bool, &[u8]), &[CgroupReason]>,
    ) {
        let lists = std::boxed::Box::leak(std::boxed::Box::default());
        let mut spec = Spec::new(lists);
        spec.limits.cgroup = None;
        let cgroups = Cgroups { is_mounted: true, own, above, built: ALL, ..Cgroups::new() };
        let needed = ControllerSet::parse(b"memory pids");
        let mut reasons = std::vec::Vec::new();
        let found = find(&spec, &cgroups, needed, &mut |refusal| reasons.push(refusal.reason));
        let found = found.map(|place| (place.parent, place.moves, place.enable));
        let (place, expected) = match expected {
            Ok((path, moves, set)) => (Some((path, moves, ControllerSet::parse(set))), &[][..]),
            Err(expected) => (None, expected),
        };
        let expected = expected.iter().copied().map(super::super::Reason::Cgroup);
        assert_eq!((found, reasons), (place, expected.collect()));
    }

    #[test]
    fn ours_is_made_below_our_own_cgroup_or_beside_it() {
        use Inhabitants::{None, Others, Us};
        let above = |enabled| candidate(b"/c\0", None, enabled);
        let own = |inhabitants| candidate(b"/c/own\0", inhabitants, b"");
        // Alone in it: it is left, and then hands controllers down.
        check(own(Us), above(b"memory"), Ok((c"/c/own", true, b"memory pids")));
        // With others in it: beside it.
        check(own(Others), above(b"memory"), Ok((c"/c", false, b"pids")));
        check(own(Others), above(b"memory pids cpu"), Ok((c"/c", false, b"")));
        // The root may have both.
        let root = Candidate { is_root: true, ..own(Others) };
        check(root, Candidate::new(), Ok((c"/c/own", false, b"memory pids")));
        // Nowhere: the reason is our own's.
        let denied = || Candidate { trouble: Some(Errno::EACCES), ..above(b"") };
        check(own(Others), denied(), Err(&[CgroupReason::Crowded]));
        check(denied(), denied(), Err(&[CgroupReason::Denied(Errno::EACCES)]));
        check(Candidate::new(), Candidate::new(), Err(&[CgroupReason::Elsewhere]));
        let poor = Candidate { available: ControllerSet::parse(b"pids"), ..own(Us) };
        let no_memory = CgroupReason::NotHandedDown(Controller::Memory);
        check(poor, denied(), Err(&[no_memory]));
        // Each reason, where there are several.
        let none = Candidate { available: ControllerSet::EMPTY, ..own(Others) };
        let no_pids = CgroupReason::NotHandedDown(Controller::Pids);
        check(none, denied(), Err(&[no_memory, no_pids, CgroupReason::Crowded]));
        let poor = Candidate { available: ControllerSet::parse(b"pids"), ..own(Us) };
        check(poor, above(b""), Ok((c"/c", false, b"memory pids")));
    }
}
