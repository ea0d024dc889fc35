//! In which cgroup ours is made, and whether it can have what is asked of it.
//!
//! The kernel's rules (cgroups(7), Documentation/admin-guide/cgroup-v2.rst): a controller is to be
//! had where the cgroup above enables it, and a cgroup that enables one for those below has no
//! processes of its own, but for the root ("No Internal Process Constraint").

use core::ffi::CStr;

use heapless::Vec;

use super::{CgroupReason, Refusal};
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

    /// How ours can be made in it.
    fn place(&self, needed: ControllerSet) -> Result<Place<'_>, CgroupReason> {
        if self.path.is_empty() {
            return Err(CgroupReason::Elsewhere);
        }
        match self.trouble {
            Some(Errno::ENOENT | Errno::ENOTDIR) => return Err(CgroupReason::Missing),
            Some(errno) => return Err(CgroupReason::Denied(errno)),
            None => {}
        }
        if let Some(controller) = needed.without(self.available).iter().next() {
            return Err(CgroupReason::NotHandedDown(controller));
        }
        let is_free = self.is_root || needed.is_empty();
        let enable = needed.without(self.enabled);
        match self.inhabitants {
            Inhabitants::Others if !is_free => Err(CgroupReason::Crowded),
            Inhabitants::Us if !is_free => Ok(Place { parent: self.path(), moves: true, enable }),
            Inhabitants::None | Inhabitants::Us | Inhabitants::Others => {
                Ok(Place { parent: self.path(), moves: false, enable })
            }
        }
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

/// Finds the place: where it was said, or our own cgroup, or the one above.
pub(super) fn find<'a>(
    spec: &'a Spec<'_>,
    cgroups: &'a Cgroups,
    needed: ControllerSet,
) -> Result<Place<'a>, Refusal<'a>> {
    let asked = spec.limits.cgroup;
    let is_named = asked.is_some_and(|said| matches!(said.value, CgroupParent::At(_)));
    let place = match cgroups.is_mounted {
        false => Err(CgroupReason::NotMounted),
        true => match needed.iter().find_map(|controller| cgroups.absence(controller)) {
            Some(reason) => Err(reason),
            None => match cgroups.own.place(needed) {
                // What is wrong with our own is what somebody may put right.
                Err(reason) if !is_named => cgroups.above.place(needed).map_err(|_| reason),
                other => other,
            },
        },
    };
    place.map_err(|reason| {
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
    })
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
        expected: Result<(&CStr, bool, &[u8]), CgroupReason>,
    ) {
        let lists = std::boxed::Box::leak(std::boxed::Box::default());
        let mut spec = Spec::new(lists);
        spec.limits.cgroup = None;
        let cgroups = Cgroups { is_mounted: true, own, above, built: ALL, ..Cgroups::new() };
        let needed = ControllerSet::parse(b"memory pids");
        let found = find(&spec, &cgroups, needed);
        let found = found.map(|place| (place.parent, place.moves, place.enable));
        let reason = found.as_ref().map_err(|refusal| refusal.reason);
        let expected = expected.map(|(path, moves, set)| (path, moves, ControllerSet::parse(set)));
        match expected {
            Ok(expected) => assert_eq!(reason, Ok(&expected)),
            Err(expected) => assert_eq!(reason, Err(super::super::Reason::Cgroup(expected))),
        }
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
        check(own(Others), denied(), Err(CgroupReason::Crowded));
        check(denied(), denied(), Err(CgroupReason::Denied(Errno::EACCES)));
        check(Candidate::new(), Candidate::new(), Err(CgroupReason::Elsewhere));
        let poor = Candidate { available: ControllerSet::parse(b"pids"), ..own(Us) };
        check(poor, denied(), Err(CgroupReason::NotHandedDown(Controller::Memory)));
        let poor = Candidate { available: ControllerSet::parse(b"pids"), ..own(Us) };
        check(poor, above(b""), Ok((c"/c", false, b"memory pids")));
    }
}
