//! What we inherited for our services is let go when nobody else can need it.
//!
//! A descriptor that we keep open is a pipe that never ends for its reader, and a directory that we
//! stand in is a file system that cannot be unmounted, for as long as the workload lives.

use heapless::Vec;

use super::Turn;
use crate::engine::descriptors::close_others;
use crate::engine::log::Capture;
use crate::limits::KEPT_MAX;
use crate::model::ServiceId;
use crate::sys::{Fd, ids};

impl Turn<'_, '_> {
    /// Once everything that is ever started was.
    pub(super) fn let_go(&mut self) {
        let has_started_all = self.started.len() == self.plan.services.len();
        let Some(leaves_directory) = self.hands.lets_go.take_if(|_| has_started_all) else {
            return;
        };
        let ours = self.ours();
        // Before Linux 5.9, and without a /proc, they stay.
        let _ = close_others(3, || ours.iter().copied());
        if leaves_directory {
            let _ = ids::change_directory(c"/"); // a root that we may not enter is none of ours
        }
    }

    /// The numbers of our own descriptors, in no order.
    #[inline(never)] // its list would lie in the frame of the loop
    fn ours(&self) -> Vec<u32, KEPT_MAX> {
        let terminal = self.hands.terminal.as_deref();
        let listener = self.hands.listener.as_ref();
        let line = &self.hands.line; // a command beside a service has a filter, too
        let line = [line.read.as_ref(), line.write.as_ref()];
        let own = [self.hands.signals.as_ref(), self.hands.parent.pidfd(), terminal, listener];
        let room = self.hands.room.as_ref().filter(|_| listener.is_some());
        let of_services = self.processes.iter().flat_map(|process| {
            let child = process.child.as_ref().and_then(|child| child.pidfd.as_ref());
            let companion = process.companion.as_ref();
            let companion = companion.and_then(|companion| companion.child.pidfd.as_ref());
            let asks_beside = process.companion.as_ref().and_then(|beside| beside.asks.as_ref());
            [process.ready.as_ref(), child, companion, process.asks.as_ref(), asks_beside]
        });
        let own = own.into_iter().chain(line).chain(of_services);
        let all = own.flatten().chain(self.hands.notify.iter().flatten());
        let all = all.chain(room.into_iter().flat_map(|room| room.descriptors()));
        let mut numbers = Vec::new();
        all.for_each(|fd| note(fd, &mut numbers));
        if cfg!(feature = "control") {
            let logs = ServiceId::all().filter_map(|id| self.capture(id));
            logs.flat_map(Capture::descriptors).for_each(|fd| note(fd, &mut numbers));
        }
        numbers
    }
}

/// There is a place for each.
fn note(fd: &Fd, numbers: &mut Vec<u32, KEPT_MAX>) {
    if let Ok(number) = u32::try_from(fd.number()) {
        let _ = numbers.push(number); // as said
    }
}
