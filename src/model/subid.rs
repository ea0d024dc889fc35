//! Ids that a user may map besides its own: /etc/subuid and /etc/subgid (subuid(5)), and the
//! programs that map them for it (newuidmap(1)).

use core::ffi::CStr;

use super::{IdKind, IdMap, IdRange};
use crate::text::units;

impl IdRange {
    /// Reads a line of subuid(5), `OWNER:FIRST:COUNT`: the owner, a user's name or number, and what
    /// it may map. A line of another form is one that newuidmap(1) passes over, too.
    pub fn parse(line: &[u8]) -> Option<(&[u8], Self)> {
        let mut fields = line.split(|byte| *byte == b':');
        let owner = fields.next().filter(|owner| !owner.is_empty())?;
        let mut number = || {
            let number = units::unsigned(fields.next()?, u64::from(u32::MAX)).ok()?;
            u32::try_from(number).ok()
        };
        let range = Self { first: number()?, count: number()? };
        let is_whole = range.first.checked_add(range.count).is_some() && range.count > 0;
        (is_whole && fields.next().is_none()).then_some((owner, range))
    }

    /// Whether two ranges have an id in common.
    pub const fn meets(self, other: Self) -> bool {
        self.first < other.end() && other.first < self.end()
    }

    /// The id behind its last one.
    const fn end(self) -> u32 {
        self.first.saturating_add(self.count)
    }

    /// Whether these ranges have every id that `line` maps outside; those that touch count as one,
    /// as they do for newuidmap(1).
    pub fn have(ranges: &[Self], line: IdMap) -> bool {
        let wanted = Self { first: line.outside(), count: line.count() };
        let mut next = wanted.first;
        // Each range that helps moves `next` on, so that each is of use once at most.
        for _ in ranges {
            if next >= wanted.end() {
                break;
            }
            let helps = |range: &&Self| range.first <= next && next < range.end();
            match ranges.iter().find(helps) {
                Some(range) => next = range.end(),
                None => return false,
            }
        }
        next >= wanted.end()
    }
}

/// Where the two programs of Debian's package uidmap are, started by their path and never by PATH:
/// they have root's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdTool(u8);

/// The programs for uids and for gids: of nearly everybody, and of NixOS.
const PLACES: [[&CStr; 2]; 2] = [
    [c"/usr/bin/newuidmap", c"/usr/bin/newgidmap"],
    [c"/run/wrappers/bin/newuidmap", c"/run/wrappers/bin/newgidmap"],
];

impl IdTool {
    /// Where most have them.
    pub const USUAL: Self = Self(0);

    /// Every place where they may be.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..).take(PLACES.len()).map(Self)
    }

    /// The path of the program for one of the two maps.
    pub fn path(self, kind: IdKind) -> &'static CStr {
        let [uid, gid] = PLACES.get(usize::from(self.0)).copied().unwrap_or_default();
        match kind {
            IdKind::Uid => uid,
            IdKind::Gid => gid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn range(first: u32, count: u32) -> IdRange {
        IdRange { first, count }
    }

    #[test]
    fn a_line_has_an_owner_and_a_range() {
        let check = |line: &'static str, expected: Option<(&str, IdRange)>| {
            let expected = expected.map(|(owner, range)| (owner.as_bytes(), range));
            assert_eq!(IdRange::parse(line.as_bytes()), expected, "{line:?}");
        };
        check("ann:100000:65536", Some(("ann", range(100_000, 65_536))));
        check("1000:165536:1", Some(("1000", range(165_536, 1))));
        for bad in ["", "ann", "ann:1", ":1:1", "ann:1:0", "ann:1:1:1", "ann:x:1", "ann: 1:1"] {
            check(bad, None);
        }
        check("ann:4294967296:1", None);
        check("ann:4294967295:1", None);
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let ranges = [range(200, 50), range(100, 100), range(1000, 10)];
        let have = |line: &str| IdRange::have(&ranges, IdMap::parse(line.as_bytes()).unwrap());
        assert!(
            ["0 100 150", "0 249 1", "0 150 100", "0 1000 10", "5 100 1"].into_iter().all(have)
        );
        assert!(!["0 99 1", "0 250 1", "0 100 151", "0 1000 11", "0 0 1"].into_iter().any(have));
        assert!(!IdRange::have(&[], IdMap::one(0, 0)));
        let all = [range(0, u32::MAX)];
        assert!(IdRange::have(&all, IdMap::parse(b"0 1 4294967294").unwrap()));
    }

    #[test]
    fn each_map_has_its_program_in_each_place() {
        let all =
            || IdTool::all().flat_map(|tool| [IdKind::Uid, IdKind::Gid].map(|k| tool.path(k)));
        assert_eq!(all().count(), 4);
        assert!(all().all(|path| path.to_bytes().starts_with(b"/")));
        assert_eq!(IdTool::USUAL.path(IdKind::Gid), c"/usr/bin/newgidmap");
    }
}
