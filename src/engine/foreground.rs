//! The terminal's foreground: lent to the workload, taken back when that stops or ends, lent again
//! after `fg`.
//!
//! A shell with job control puts one process group at a time in front of its terminal, and so do
//! we below it: the workload has a group of its own. Whoever reads in the background is stopped
//! (TTIN of setpgid(2)); whoever takes the foreground from a shell that waits for a line ends that
//! shell, for its read fails (EIO). So it is taken back from nobody but the workload, and given
//! only while it is ours.

use core::sync::atomic::Ordering;

use super::hands::Hands;
use crate::model::{Errno, Signal, SignalSet};
use crate::sys::file::{self, Mode};
use crate::sys::signal::Change;
use crate::sys::{Fd, process, signal, terminal};

/// Whether our process group is in front of our terminal.
///
/// # Errors
/// ENOTTY when it is not ours.
pub(super) fn is_ours(terminal: &Fd) -> Result<bool, Errno> {
    let front = terminal::foreground(terminal)?;
    let is_own = front == terminal::own_group();
    // In a PID namespace every group of outside has the number 0.
    Ok(is_own && (front != 0 || !is_read_refused()))
}

/// Whether the kernel lets nobody of our group read from the terminal, with TTIN blocked: it looks
/// at the foreground before it looks for something to read (n_tty_read of drivers/tty/n_tty.c), so
/// that a read of nothing asks. Where there is no /dev nobody can say.
fn is_read_refused() -> bool {
    let terminal = file::open(c"/dev/tty", Mode::ReadNow);
    terminal.is_ok_and(|terminal| file::read(&terminal, &mut []) == Err(Errno::EIO))
}

/// The group that the foreground was lent to, as far as we know it; else 0.
fn front(hands: &Hands) -> i32 {
    hands.front.load(Ordering::Relaxed)
}

/// The foreground is this group's, the workload's.
pub(super) fn is_lent_to(group: i32, hands: &Hands) {
    hands.front.store(group, Ordering::Relaxed);
}

/// Lends the foreground to the workload, when it is ours to lend and we know the group.
pub(super) fn lend(hands: &Hands) -> bool {
    let (Some(terminal), group) = (hands.terminal.as_deref(), front(hands)) else {
        return false;
    };
    group != 0 && is_ours(terminal) == Ok(true) && terminal::set_foreground(terminal, group).is_ok()
}

/// Takes the foreground back from a workload that is over, for whoever started us: a shell with
/// job control would see to that, a script would be stopped when it reads. A group that is still
/// there and not the workload's is that shell.
pub(super) fn take_back(hands: &Hands) {
    let Some(terminal) = hands.terminal.as_deref() else { return };
    let Ok(now) = terminal::foreground(terminal) else { return };
    let is_lent = now != 0 && now == front(hands);
    if is_lent || signal::exists(now.saturating_neg()) == Err(Errno::ESRCH) {
        let _ = terminal::set_foreground(terminal, terminal::own_group()); // it may be gone
    }
}

/// Follows the workload, which `by` has stopped: takes the foreground back, stops as well, so that
/// our shell has its prompt, and lends it again when we go on in front. Gives whether the workload
/// is to go on; where that is not so, whoever lets us go on sends CONT, which is passed on.
///
/// `group` is the workload's where we know it. The launcher does not: it is the one in front then,
/// unless that is a shell's: our parent's, or, when our parent is gone, who leads our session.
pub(super) fn follow_stop(hands: &Hands, by: Signal, group: Option<i32>) -> bool {
    let wants_foreground = matches!(by, Signal::TTIN | Signal::TTOU);
    if let Some(group) = group {
        is_lent_to(group, hands);
    }
    if wants_foreground && lend(hands) {
        return true; // `fg` came while it ran
    }
    if let Some(terminal) = hands.terminal.as_deref() {
        let now = terminal::foreground(terminal).ok().filter(|_| is_ours(terminal) == Ok(false));
        let is_workload = |now: &i32| match group {
            Some(group) => *now == group,
            None => {
                *now != terminal::session_leader()
                    && Ok(*now) != terminal::group_of(process::parent_pid())
            }
        };
        if let Some(workload) = now.filter(is_workload) {
            is_lent_to(workload, hands);
            let _ = terminal::set_foreground(terminal, terminal::own_group()); // it may be gone
        }
    }
    stop_ourselves(by);
    lend(hands) || !wants_foreground
}

/// The same where we cannot stop: whether the workload is to go on at once. Who reads or writes in
/// the background would only be stopped again, and again.
pub(super) fn goes_on(hands: &Hands, by: Signal, group: i32) -> bool {
    is_lent_to(group, hands);
    lend(hands) || !matches!(by, Signal::TTIN | Signal::TTOU)
}

/// Stops this process as `by` would have. In an orphaned process group the kernel does not stop us,
/// because nobody could let us go on (setpgid(2)), and we go on at once.
pub(super) fn stop_ourselves(by: Signal) {
    let only = SignalSet::EMPTY.with(by);
    let _ = signal::kill(process::pid(), by); // to ourselves, always allowed
    let _ = signal::change_mask(Change::Unblock, only); // here we stop, and here we go on
    let _ = signal::change_mask(Change::Block, only); // both cannot fail with these arguments
}
