//! Lines of a uid_map or gid_map (user_namespaces(7), "User and group ID mappings").

use crate::text::{Fault, Show, Sink, put, units};

/// The form of one line, for messages.
const FORM: &str = "map line such as \"0 1000 1\" (inside outside count), or auto";

/// Which of the two maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// /proc/PID/uid_map
    Uid,
    /// /proc/PID/gid_map
    Gid,
}

impl IdKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Uid, Self::Gid];

    /// The file that says which ids a user may map besides its own.
    pub const fn grants(self) -> &'static str {
        match self {
            Self::Uid => "/etc/subuid",
            Self::Gid => "/etc/subgid",
        }
    }

    /// The file's name in /proc/PID.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Uid => "uid_map",
            Self::Gid => "gid_map",
        }
    }
}

/// `count` ids from `first` on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdRange {
    /// The first.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// `count` ids from `inside` on are `count` ids from `outside` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdMap {
    inside: u32,
    outside: u32,
    count: u32,
}

impl IdMap {
    /// A line that maps one id.
    pub const fn one(inside: u32, outside: u32) -> Self {
        Self { inside, outside, count: 1 }
    }

    /// A line that maps a range of ids outside, from `inside` on; as far as there are ids inside.
    pub const fn onto(inside: u32, range: IdRange) -> Self {
        let room = u32::MAX.saturating_sub(inside);
        let count = if range.count < room { range.count } else { room };
        Self { inside, outside: range.first, count }
    }

    /// A line that maps the ids which this one maps to themselves, as they are inside.
    pub const fn same(self) -> Self {
        Self { outside: self.inside, ..self }
    }

    /// The ids outside.
    pub const fn range(self) -> IdRange {
        IdRange { first: self.outside, count: self.count }
    }

    /// Whether all these ids are mapped, as they are inside.
    pub fn has_inside(self, range: IdRange) -> bool {
        let end = |first: u32, count: u32| u64::from(first) + u64::from(count);
        self.inside <= range.first && end(range.first, range.count) <= end(self.inside, self.count)
    }

    /// The first id inside.
    pub const fn inside(self) -> u32 {
        self.inside
    }

    /// The first id outside.
    pub const fn outside(self) -> u32 {
        self.outside
    }

    /// How many ids.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// What the outside id `id` is inside, when this line maps it.
    pub fn inside_of(self, id: u32) -> Option<u32> {
        let offset = id.checked_sub(self.outside).filter(|offset| *offset < self.count)?;
        self.inside.checked_add(offset)
    }

    /// Whether two lines map the same id on either side, which the kernel refuses.
    pub fn overlaps(self, other: Self) -> bool {
        let meet = |a: u32, b: u32| {
            u64::from(a) < u64::from(b) + u64::from(other.count)
                && u64::from(b) < u64::from(a) + u64::from(self.count)
        };
        meet(self.inside, other.inside) || meet(self.outside, other.outside)
    }

    /// Reads `INSIDE OUTSIDE COUNT`, separated by white space as in the kernel's file, or by
    /// colons.
    ///
    /// # Errors
    /// [`Fault::NotA`] for another form, [`Fault::OutOfRange`] for a count of 0 or ids that reach
    /// 4294967295, which is no id but the kernel's "none" (kernel/user_namespace.c, `map_write`).
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let mut words = text
            .split(|byte| matches!(byte, b' ' | b'\t' | b':'))
            .filter(|word| !word.is_empty())
            .map(|word| units::unsigned(word, u64::from(u32::MAX)));
        let mut next = || words.next().ok_or(Fault::NotA(FORM));
        let (inside, outside, count) = (next()??, next()??, next()??);
        if words.next().is_some() {
            return Err(Fault::NotA(FORM));
        }
        let max = i64::from(u32::MAX);
        let past = inside.max(outside).saturating_add(count);
        if count == 0 || past > u64::from(u32::MAX) {
            return Err(Fault::OutOfRange { min: 1, max });
        }
        let narrow = |number| u32::try_from(number).map_err(|_| Fault::OutOfRange { min: 0, max });
        Ok(Self { inside: narrow(inside)?, outside: narrow(outside)?, count: narrow(count)? })
    }
}

/// Prints the kernel's form, `0 1000 1`.
impl Show for IdMap {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.inside, " ", self.outside, " ", self.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(u32, u32, u32), Fault>) {
        let map = IdMap::parse(text.as_bytes()).map(|m| (m.inside, m.outside, m.count));
        assert_eq!(map, expected, "{text:?}");
    }

    #[test]
    fn a_line_is_three_numbers() {
        check("0 1000 1", Ok((0, 1000, 1)));
        check("0:1000:1", Ok((0, 1000, 1)));
        check("  1\t100000  65536 ", Ok((1, 100_000, 65_536)));
        check("0 0 4294967295", Ok((0, 0, u32::MAX)));
    }

    #[test]
    fn what_the_kernel_would_refuse_is_refused_here() {
        let range = Err(Fault::OutOfRange { min: 1, max: i64::from(u32::MAX) });
        check("0 1000 0", range);
        check("1 0 4294967295", range);
        check("4294967295 0 1", range);
        for text in ["", "0 1000", "0 1000 1 1"] {
            check(text, Err(Fault::NotA(FORM)));
        }
        check("0x0 1000 1", Err(Fault::NotA(units::NUMBER)));
        check("-1 0 1", Err(Fault::NotA(units::NUMBER)));
        check("0 4294967296 1", Err(Fault::OutOfRange { min: 0, max: i64::from(u32::MAX) }));
    }

    #[test]
    fn overlap_is_seen_on_either_side() {
        let map = |text: &str| IdMap::parse(text.as_bytes()).unwrap();
        assert!(map("0 1000 10").overlaps(map("9 5000 1")));
        assert!(map("0 1000 10").overlaps(map("100 1009 5")));
        assert!(!map("0 1000 10").overlaps(map("10 1010 5")));
        assert_eq!(map("5 1000 3").inside_of(1002), Some(7));
        assert_eq!(map("5 1000 3").inside_of(1003), None);
        assert_eq!(map("5 1000 3").inside_of(999), None);
    }
}
