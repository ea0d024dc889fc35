//! A child of ours: how it ended, waiting for that, and signals to it.
//!
//! The launcher has one, PID 1 one for each service. By its pidfd where there is one, because a
//! number may be another's by then; else by the number.

use crate::model::{End, Signal, Span};
use crate::sys::process::Child;
use crate::sys::signal;
use crate::sys::wait::{self, Source};

/// How a child ended, when it has: from its pidfd where the kernel has reaped it, else by reaping
/// it, because the kernel is older, or somebody traces it.
pub(super) fn end_of(child: &Child) -> Option<End> {
    let by_pidfd = child.pidfd.as_ref().and_then(|pidfd| wait::end_of(pidfd).ok().flatten());
    by_pidfd.or_else(|| wait::reap(child.pid).ok().flatten().map(|(_, end)| end))
}

/// Waits until a child has ended. `None` when it is gone and left no word.
pub fn wait_for(child: &Child) -> Option<End> {
    loop {
        let mut sources = [Source::of(child.pidfd.as_ref())];
        let pause = child.pidfd.is_none().then_some(Span::from_ms(1)); // no pidfd, no event
        let _ = wait::poll(&mut sources, pause); // an interruption is one more round
        let end = end_of(child);
        if end.is_some() || signal::exists(child.pid).is_err() {
            return end;
        }
    }
}

/// Sends a signal, with the value it may have been queued with. A child that has just ended cannot
/// be sent anything; its end is told by other means, so that a failure need not be.
pub(super) fn send(child: &Child, signal: Signal, value: Option<u64>) {
    let _ = match (&child.pidfd, value) {
        (Some(pidfd), Some(value)) => signal::send_queued(pidfd, signal, value),
        (Some(pidfd), None) => signal::send(pidfd, signal),
        (None, Some(value)) => signal::queue(child.pid, signal, value),
        (None, None) => signal::kill(child.pid, signal),
    };
}
