//! Who is below us where there is no /proc to see it in.
//!
//! We are no PID 1 there, so kill(2) with -1 would mean the whole machine. But orphans come to us
//! (prctl(2), PR_SET_CHILD_SUBREAPER), and wait4(2) says of each number whether it is a child of
//! ours. So those whose parent lives get their turn when it has ended, and as long as anybody is
//! below us we have a child.

use super::Turn;
use crate::model::Signal;
use crate::sys::{process, signal, terminal, wait};

/// The highest PID there can be (PID_MAX_LIMIT of linux/threads.h).
const PID_MAX: i32 = 1 << 22;

/// Numbers that are looked at behind the newest one: somebody may be forking on meanwhile.
const AHEAD: i32 = 256;

impl Turn<'_, '_> {
    /// Sends `signal` to what is left of each service's process group, and to each child of ours
    /// that is in none of these; to its whole group where it leads one.
    pub(super) fn signal_children(&self, signal: Signal) {
        for group in self.groups() {
            let _ = signal::kill(group.saturating_neg(), signal); // nobody left is what we want
        }
        // Numbers are given in rising order, and all below us came after us: most likely that is
        // the stretch up to the newest. Where they have begun anew since, it is any number.
        let own = self.hands.supervisor_pid;
        let newest = newest_pid().filter(|newest| *newest > own);
        let found = newest
            .map_or(0, |newest| self.signal_between(own, newest.saturating_add(AHEAD), signal));
        if found == 0 {
            let _ = self.signal_between(1, PID_MAX, signal); // it is enough that it was tried
        }
    }

    /// The process groups of our services, whether their leaders live or not.
    fn groups(&self) -> impl Iterator<Item = i32> {
        self.processes.iter().filter_map(|process| process.last_pid)
    }

    /// Sends it to the children with numbers above `first`, up to `last`; gives how many there are.
    fn signal_between(&self, first: i32, last: i32, signal: Signal) -> usize {
        let mut found = 0usize;
        for pid in first.saturating_add(1)..=last {
            if wait::reap(pid) != Ok(None) {
                continue; // no child of ours, or one that has just ended
            }
            found = found.saturating_add(1);
            let _ = match terminal::group_of(pid) {
                Ok(group) if self.groups().any(|own| own == group) => Ok(()), // it has it already
                Ok(group) if group == pid => signal::kill(pid.saturating_neg(), signal),
                Ok(_) | Err(_) => signal::kill(pid, signal), // it may end meanwhile
            };
        }
        found
    }
}

/// The newest PID: that of a child which ends at once.
fn newest_pid() -> Option<i32> {
    let child = process::spawn(&mut || 0).ok()?;
    let _ = wait::reap(child.pid); // the kernel may have done so
    Some(child.pid)
}
