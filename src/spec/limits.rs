//! What was asked of cgroups: the table `[limits]`, and the limits of one service.

use heapless::Vec;

use super::{Item, List, Origin, Said, Spec};
use crate::limits::LIMITS_MAX;
use crate::model::{CgroupParent, Limit, LimitKind};
use crate::text::Fault;

/// Limits of one cgroup; the last word on each counts.
pub type Limits<'a> = List<'a, Said<Limit<'a>>, LIMITS_MAX>;

/// The memory of such a list.
pub type LimitsRoom<'a> = Vec<Said<Limit<'a>>, LIMITS_MAX>;

/// What was asked of the cgroup of the whole.
#[derive(Debug)]
pub struct LimitsSpec<'a> {
    /// In which cgroup ours is made.
    pub cgroup: Option<Said<CgroupParent<'a>>>,
    /// Its limits.
    pub limits: Limits<'a>,
}

impl<'a> LimitsSpec<'a> {
    /// Nothing said yet, with memory for its list.
    pub(super) const fn new(room: &'a mut LimitsRoom<'a>) -> Self {
        Self { cgroup: None, limits: List::new(room) }
    }

    /// The first thing that was said of it, by its origin.
    pub fn first(&self) -> Option<Origin> {
        let cgroup = self.cgroup.map(|said| said.origin);
        cgroup.or(self.limits.first().map(|said| said.origin))
    }
}

impl Spec<'_> {
    /// Whether anything was asked of cgroups.
    pub fn has_cgroups(&self) -> bool {
        let has_own = self.services.iter().any(|service| !service.limits.is_empty());
        cfg!(feature = "sandbox") && (has_own || self.limits.first().is_some())
    }
}

impl<'a> Limits<'a> {
    /// Reads one limit; an earlier word on the same is forgotten.
    pub(super) fn set(&mut self, kind: LimitKind, item: Item<'a>) -> Result<(), Fault> {
        let said = Said { value: Limit::parse(kind, item.text)?, origin: item.origin };
        match self.iter_mut().find(|known| known.value.is_of_same(&said.value)) {
            Some(known) => *known = said,
            None => self.push(said)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;
    use std::string::{String, ToString};

    #[test]
    fn the_last_word_on_a_limit_counts() {
        let mut limits: Limits<'static> = List::new(Box::leak(Box::default()));
        let mut set = |kind, text, number| {
            limits.set(kind, Item { text, origin: Origin::Argument(number) }).unwrap();
        };
        set(LimitKind::MemoryMax, c"1M", 1);
        set(LimitKind::IoMax, c"8:0 rbps=5", 2);
        set(LimitKind::IoMax, c"8:16 rbps=5", 3);
        set(LimitKind::MemoryMax, c"2M", 4);
        set(LimitKind::IoMax, c"8:0 wbps=5", 5);
        let shown: std::vec::Vec<String> =
            limits.iter().map(|said| said.value.to_string()).collect();
        assert_eq!(shown, ["memory.max 2097152", "io.max 8:0 wbps=5", "io.max 8:16 rbps=5"]);
    }
}
