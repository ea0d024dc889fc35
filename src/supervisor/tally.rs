//! How many restarts a service has had within its window.
//!
//! The window slides: what counts is any stretch of that length, not a grid of them, or twice the
//! limit would fit around a line of the grid. So moments have to be remembered, and a limit may be
//! any number. Up to [`TALLY_MAX`] restarts are kept one by one. For a larger limit they are kept
//! in groups that leave the window with their last member: the count is then less than one group
//! too high, and never too low.
//!
//! The name is that of s6 (s6-supervise(8), `max-death-tally`).
//! What follows from the count does not belong here: that is `restart`.

use heapless::Vec;

use crate::model::{Moment, Span};

/// Groups of one tally. Sixteen moments make every limit up to three times the default exact.
pub const TALLY_MAX: u32 = 16;

/// Restarts that count as one when it comes to forgetting them. Without the four bytes between one
/// and the next: PID 1 has places for 256 of them on its stack while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed(4))]
struct Group {
    last: Moment,
    count: u32,
}

/// The restarts of one service within its window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    groups: Vec<Group, { TALLY_MAX as usize }>,
}

impl Tally {
    /// Restarts within the `window` that ends now; forgets the older ones.
    pub fn count(&mut self, window: Span, now: Moment) -> u32 {
        self.groups.retain(|group| now.since(group.last) < window);
        self.groups.iter().fold(0, |sum, group| sum.saturating_add(group.count))
    }

    /// Adds a restart now, of at most `limit` within the window.
    ///
    /// All groups but the newest are full, so fewer than `limit` restarts leave room for one more.
    pub fn add(&mut self, limit: u32, now: Moment) {
        let full = limit.div_ceil(TALLY_MAX);
        match self.groups.last_mut() {
            Some(group) if group.count < full => {
                *group = Group { last: now, count: group.count.saturating_add(1) };
            }
            Some(_) | None => {
                let added = self.groups.push(Group { last: now, count: 1 });
                debug_assert!(added.is_ok(), "a restart beyond the limit was made");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Span = Span::from_s(60);

    /// Restarts at these seconds, each allowed by a count below `limit`; then the count at `at`.
    fn check(limit: u32, restarts: impl IntoIterator<Item = u64>, at: u64, expected: u32) {
        let moment = |s| Moment::from_ns(0).after(Span::from_s(s));
        let mut tally = Tally::default();
        for s in restarts {
            assert!(tally.count(WINDOW, moment(s)) < limit, "second {s}");
            tally.add(limit, moment(s));
        }
        assert_eq!(tally.count(WINDOW, moment(at)), expected);
    }

    #[test]
    fn the_window_slides_and_forgets_one_restart_at_a_time() {
        // Restarts at 0, 10 and 50 s: three at 59 s, two from 60 s on, none at 110 s.
        for (at, expected) in [(50, 3), (59, 3), (60, 2), (69, 2), (70, 1), (109, 1), (110, 0)] {
            check(5, [0, 10, 50], at, expected);
        }
    }

    #[test]
    fn a_large_limit_is_counted_in_groups_and_never_too_low() {
        // One restart a second: 60 in any window. Of a limit of 1,000, a group has 63, and the
        // oldest one in the window still counts 58 that have left it.
        check(1_000, 0..1_000, 999, 60 + 58);
        check(100, 0..50, 49, 50);
        check(17, 0..17, 16, 17);
        check(u32::MAX, 0..1_000, 1_000, 1_000);
    }
}
