//! Which of the services of a plan.

use crate::limits::SERVICES_MAX;

/// A service by its place in the plan, 0 to [`SERVICES_MAX`] - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceId(u8);

impl ServiceId {
    /// The service at `index`; `None` where no plan has one.
    pub fn new(index: usize) -> Option<Self> {
        u8::try_from(index).ok().filter(|_| index < SERVICES_MAX).map(Self)
    }

    /// Every service that a plan can have, in the order of the plan.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SERVICES_MAX).filter_map(Self::new)
    }

    /// Its place in the plan.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceSet(u32);

impl ServiceSet {
    /// No service.
    pub const EMPTY: Self = Self(0);

    /// The set and `id`.
    #[must_use]
    pub const fn with(self, id: ServiceId) -> Self {
        Self(self.0 | 1 << id.0)
    }

    /// Whether `id` is in the set.
    pub const fn has(self, id: ServiceId) -> bool {
        self.0 & (1 << id.0) != 0
    }

    /// Whether every service of this set is in `other`.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// How many there are.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The services of the set, in the order of the plan.
    pub fn iter(self) -> impl Iterator<Item = ServiceId> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let id = u8::try_from(rest.trailing_zeros()).ok().filter(|_| rest != 0)?;
            rest &= rest.wrapping_sub(1); // without its lowest bit
            Some(ServiceId(id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let [a, b] = [3, 15].map(|index| ServiceId::new(index).unwrap());
        let set = ServiceSet::EMPTY.with(a).with(b);
        assert!(set.has(a) && set.has(b) && !set.is_empty());
        assert!(set.iter().eq([a, b]));
        assert!(
            ServiceSet::EMPTY.with(a).is_within(set) && !set.is_within(ServiceSet::EMPTY.with(a))
        );
        assert_eq!(ServiceId::new(SERVICES_MAX), None);
    }
}
