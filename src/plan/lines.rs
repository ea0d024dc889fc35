//! The lines of an id map that is not written by PID 1 itself, in their order.

use crate::model::{IdMap, IdRange};
use crate::spec::Said;

/// The lines of an id map.
#[derive(Clone, Copy, Debug)]
pub enum Lines<'a> {
    /// Those that were said.
    Said(&'a [Said<IdMap>]),
    /// Our own id, when nothing was said of this map.
    Own(IdMap),
    /// What we may map, from id 0 inside on, around the line of our own id if it has one.
    Granted {
        /// What we may map besides our own id.
        ranges: &'a [IdRange],
        /// Our own id.
        own: Option<IdMap>,
    },
    /// Every id that we see, as it is.
    Same(&'a [IdMap]),
}

impl<'a> Lines<'a> {
    /// The lines, in their order.
    pub fn iter(self) -> Iter<'a> {
        Iter { lines: self, index: 0, next: 0, rest: None }
    }
}

/// The lines that are left.
#[derive(Clone)]
pub struct Iter<'a> {
    lines: Lines<'a>,
    /// How many lines or ranges are behind us.
    index: usize,
    /// The first id inside that is free, where ranges are laid side by side.
    next: u32,
    /// What is left of the range before `index`.
    rest: Option<IdRange>,
}

impl Iter<'_> {
    /// The next line where ranges are laid side by side.
    fn lay(&mut self, ranges: &[IdRange], own: Option<IdMap>) -> Option<IdMap> {
        let own = own.filter(|own| own.inside() >= self.next);
        let range = self.rest.take().or_else(|| {
            let range = ranges.get(self.index).copied();
            self.index = self.index.saturating_add(1);
            range
        });
        let line = match (own, range) {
            (Some(own), Some(range)) if own.inside() == self.next => {
                self.rest = Some(range);
                own
            }
            (Some(own), None) => own,
            (own, Some(range)) => {
                let room = own.map_or(u32::MAX, |own| own.inside().saturating_sub(self.next));
                let count = range.count.min(room);
                let first = range.first.saturating_add(count);
                let rest = IdRange { first, count: range.count.saturating_sub(count) };
                self.rest = (rest.count > 0).then_some(rest);
                IdMap::onto(self.next, IdRange { count, ..range })
            }
            (None, None) => return None,
        };
        self.next = line.inside().saturating_add(line.count());
        (line.count() > 0).then_some(line)
    }
}

impl Iterator for Iter<'_> {
    type Item = IdMap;

    #[inline(never)] // it stands in every loop over lines
    fn next(&mut self) -> Option<IdMap> {
        let index = self.index;
        if let Lines::Granted { ranges, own } = self.lines {
            return self.lay(ranges, own);
        }
        self.index = index.saturating_add(1);
        match self.lines {
            Lines::Said(lines) => lines.get(index).map(|said| said.value),
            Lines::Same(lines) => lines.get(index).map(|line| line.same()),
            Lines::Own(line) => (index == 0).then_some(line),
            Lines::Granted { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn check(ranges: &[(u32, u32)], own: Option<(u32, u32)>, expected: &[&str]) {
        let ranges: Vec<IdRange> =
            ranges.iter().map(|(first, count)| IdRange { first: *first, count: *count }).collect();
        let own = own.map(|(inside, outside)| IdMap::one(inside, outside));
        let lines: Vec<String> =
            Lines::Granted { ranges: &ranges, own }.iter().map(|line| line.to_string()).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_is_granted_lies_around_our_own_id() {
        // Columns: ranges granted, our own id inside and outside, the lines.
        let one = [(100_000, 65_536)];
        check(&one, Some((0, 1000)), &["0 1000 1", "1 100000 65536"]);
        check(&one, Some((1000, 1000)), &["0 100000 1000", "1000 1000 1", "1001 101000 64536"]);
        check(&one, None, &["0 100000 65536"]);
        check(&one, Some((65_536, 1000)), &["0 100000 65536", "65536 1000 1"]);
        check(&one, Some((70_000, 1000)), &["0 100000 65536", "70000 1000 1"]);
        let two = [(100_000, 10), (500, 5)];
        check(&two, Some((0, 1000)), &["0 1000 1", "1 100000 10", "11 500 5"]);
        check(&two, Some((10, 1000)), &["0 100000 10", "10 1000 1", "11 500 5"]);
        check(&two, Some((12, 7)), &["0 100000 10", "10 500 2", "12 7 1", "13 502 3"]);
        check(&[], Some((0, 1000)), &["0 1000 1"]);
        check(&[], None, &[]);
    }

    #[test]
    fn ranges_end_where_ids_end() {
        let most = u32::MAX - 10;
        check(&[(0, most), (0, 100)], None, &["0 0 4294967285", "4294967285 0 10"]);
    }
}
