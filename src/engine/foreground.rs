//! The terminal's foreground: lent to the workload, taken back when that stops or ends, lent again
//! after `fg`.
//!
//! A shell with job control puts one process group at a time in front of its terminal, and so do
//! we below it: the workload has a group of its own. Whoever reads in the background is stopped
//! (TTIN of setpgid(2)); whoever takes the foreground from a shell that waits for a line ends that
//! shell, for its read fails (EIO). So it is taken back from nobody but the workload, and given
//! only while it is ours.
//!
//! Which group is the workload's is noted at the open terminal itself, which the launcher and PID 1
//! share: neither knows the other's number of it, and the kernel knows both.

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

/// The foreground is for this group, the workload's.
pub(super) fn note(group: i32, hands: &Hands) {
    if let Some(terminal) = hands.terminal.as_deref() {
        let _ = terminal::note_group(terminal, group); // a group that is gone needs none
    }
}

/// Lends the foreground to the workload, when it is ours to lend and we know the group.
pub(super) fn lend(hands: &Hands) -> bool {
    let Some(terminal) = hands.terminal.as_deref() else { return false };
    is_ours(terminal) == Ok(true)
        && terminal::noted_group(terminal)
            .is_some_and(|group| terminal::set_foreground(terminal, group).is_ok())
}

/// Whether the workload has the foreground.
fn is_lent(hands: &Hands) -> bool {
    let Some(terminal) = hands.terminal.as_deref() else { return false };
    let group = terminal::noted_group(terminal);
    group.is_some() && group == terminal::foreground(terminal).ok()
}

/// Takes the foreground back from a workload that is over, for whoever started us: a shell with
/// job control would see to that, a script would be stopped when it reads. A group that is still
/// there and not the workload's is that shell. Gives whether it was to be taken.
pub(super) fn take_back(hands: &Hands) -> bool {
    let Some(terminal) = hands.terminal.as_deref() else { return false };
    let Ok(now) = terminal::foreground(terminal) else { return false };
    let is_gone = signal::exists(now.saturating_neg()) == Err(Errno::ESRCH);
    let is_workload = is_gone || now != 0 && terminal::noted_group(terminal) == Some(now);
    if is_workload {
        let _ = terminal::set_foreground(terminal, terminal::own_group()); // it may be gone
    }
    is_workload
}

/// The same for somebody of our own process group who wants the foreground, a pager behind us or
/// the script that runs us, and whom the kernel has stopped for that. Where it is not to be taken,
/// all of us are in the background.
pub(super) fn call_back(hands: &Hands) -> bool {
    let is_taken = take_back(hands);
    if is_taken {
        let_group_go_on();
    }
    is_taken
}

/// The same at our end, also for whoever has wanted it meanwhile.
pub(super) fn give_back(hands: &Hands) {
    if !take_back(hands) {
        return;
    }
    let next = || signal::receive(hands.signals.as_ref()?).ok().flatten();
    if core::iter::from_fn(next).any(|received| received.is_for_foreground()) {
        let_group_go_on();
    }
}

fn let_group_go_on() {
    let _ = signal::kill(0, Signal::CONT); // there are we at least
}

/// Sends a key that was pressed while our group is in front to the workload's, which was lent the
/// foreground before, as the terminal would have; gives whether there is one. It is not lent again:
/// somebody else of our group may be reading.
pub(super) fn pass_key(hands: &Hands, key: Signal) -> bool {
    let terminal = hands.terminal.as_deref().filter(|terminal| is_ours(terminal) == Ok(true));
    terminal
        .and_then(terminal::noted_group)
        .is_some_and(|group| signal::kill(group.saturating_neg(), key).is_ok())
}

/// Follows the workload, which `by` has stopped: takes the foreground back, stops as well, so that
/// our shell has its prompt, and lends it again when we go on in front. Gives whether the workload
/// is to go on; where that is not so, whoever lets us go on sends CONT, which is passed on.
pub(super) fn follow_stop(hands: &Hands, by: Signal) -> bool {
    let wants_foreground = wants_foreground(by);
    if wants_foreground && (is_lent(hands) || lend(hands)) {
        return true; // `fg` came while it ran, or behind another stop
    }
    // Of a group that is gone this says no: a shell's command has just ended then, and it is that
    // shell's turn.
    if is_lent(hands) {
        let _ = take_back(hands); // a shell sees to that, too
    }
    stop_group(by);
    lend(hands) || !wants_foreground
}

/// The same where we cannot stop: whether the workload is to go on at once. Who reads or writes in
/// the background would only be stopped again, and again.
pub(super) fn goes_on(hands: &Hands, by: Signal) -> bool {
    lend(hands) || !wants_foreground(by)
}

/// Whether whoever `by` stops has read from the terminal, or set it up, in the background.
pub(super) const fn wants_foreground(by: Signal) -> bool {
    matches!(by, Signal::TTIN | Signal::TTOU)
}

/// Stops our whole process group, as the terminal does: a script that waits for us is to stop as
/// well, and the rest of a pipeline. Who sent STOP, which no terminal sends, meant one process.
fn stop_group(by: Signal) {
    match by {
        Signal::STOP => stop_ourselves(by),
        _ => stop(0, by),
    }
}

/// Stops this process as `by` would have. In an orphaned process group the kernel does not stop us,
/// because nobody could let us go on (setpgid(2)), and we go on at once.
pub(super) fn stop_ourselves(by: Signal) {
    stop(process::pid(), by);
}

/// Stops `whom` that we are one of, or our process group when it is 0.
fn stop(whom: i32, by: Signal) {
    let only = SignalSet::EMPTY.with(by);
    let _ = signal::kill(whom, by); // to ourselves, always allowed
    let _ = signal::change_mask(Change::Unblock, only); // here we stop, and here we go on
    let _ = signal::change_mask(Change::Block, only); // both cannot fail with these arguments
}
