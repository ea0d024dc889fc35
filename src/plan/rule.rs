//! One order that the kernel dictates.

use super::kinds::Kind;

/// One order: the first comes before the second, because.
pub struct Rule {
    /// What comes first.
    pub before: Kind,
    /// What comes after it.
    pub after: Kind,
    /// The kernel's reason, with its source.
    pub why: &'static str,
}

pub(super) const fn rule(before: Kind, after: Kind, why: &'static str) -> Rule {
    Rule { before, after, why }
}
