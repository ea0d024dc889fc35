//! A child of ours: how it ended, waiting for that, and signals to it.
//!
//! The launcher has one, PID 1 one for each service. By its pidfd where there is one, because a
//! number may be another's by then; else by the number.

use crate::model::{End, Errno, Signal, SignalSet, Span};
use crate::sys::Fd;
use crate::sys::process::{self, Child};
use crate::sys::signal::{self, Change, Disposition};
use crate::sys::wait::{self, Source};

/// How a child ended, when it has: from its pidfd where the kernel has reaped it, else by reaping
/// it, because the kernel is older, or somebody traces it.
pub(super) fn end_of(child: &Child) -> Option<End> {
    let by_pidfd = child.pidfd.as_ref().and_then(|pidfd| wait::end_of(pidfd).ok().flatten());
    by_pidfd.or_else(|| wait::reap(child.pid).ok().flatten().map(|(_, end)| end))
}

/// Sleeps until a child has ended, and whoever traces it has let go of it. `None` when it is gone
/// and left no word.
pub fn wait_for(child: &Child) -> Option<End> {
    match wait::until_end_of(child.pid) {
        Ok(end) => end,
        Err(_) => child.pidfd.as_ref().and_then(end_when_reaped),
    }
}

/// How a child ended that the kernel reaps. It says that there is none (ECHILD) a moment before it
/// notes how that ended, and only then lets go of its number (kernel/exit.c, `exit_notify` and
/// `release_task`).
fn end_when_reaped(pidfd: &Fd) -> Option<End> {
    let _ = wait::poll(&mut [Source::reaped(pidfd)], Some(Span::from_ms(1000))); // a moment
    wait::end_of(pidfd).ok().flatten()
}

/// Sends a signal, with the value it may have been queued with. A child that has just ended cannot
/// be sent anything; its end is told by other means, so that a failure need not be.
pub(super) fn send(child: &Child, signal: Signal, value: Option<u64>) {
    let sent = match (&child.pidfd, value) {
        (Some(pidfd), Some(value)) => signal::send_queued(pidfd, signal, value),
        (Some(pidfd), None) => signal::send(pidfd, signal),
        (None, _) => Err(Errno::ENOSYS),
    };
    // Many a seccomp filter gives pidfds and denies this call. If it is we who may not send, the
    // other calls say so, too.
    if matches!(sent, Err(Errno::ENOSYS | Errno::EPERM)) {
        let _ = match value {
            Some(value) => signal::queue(child.pid, signal, value),
            None => signal::kill(child.pid, signal),
        };
    }
}

/// Sends a signal to the whole process group that a child leads, with the value it may have been
/// queued with where the kernel can do that. A child that left its group is sent it alone.
pub(super) fn send_to_group(child: &Child, signal: Signal, value: Option<u64>) {
    let queued = value.zip(child.pidfd.as_ref());
    let has_value = queued
        .is_some_and(|(value, pidfd)| signal::send_queued_to_group(pidfd, signal, value).is_ok());
    if !has_value && signal::kill(child.pid.saturating_neg(), signal).is_err() {
        send(child, signal, value);
    }
}

/// Ends us by `signal`, without a core dump. It comes back where that cannot be: a PID 1 is not
/// ended by its own signals (pid_namespaces(7)).
pub fn end_by(signal: Signal) {
    let only = SignalSet::EMPTY.with(signal);
    let _ = process::forbid_core_dump(); // none of these can fail with these arguments …
    let _ = signal::set_disposition(signal, Disposition::Default); // … but this for KILL
    let _ = signal::kill(process::pid(), signal);
    let _ = signal::change_mask(Change::Unblock, only);
}
