//! The memory of the control socket, outside the stack: who asks, what is known of services beyond
//! their state, and what there is of the socket itself.
//!
//! Nobody touches it as long as nobody listens.

use core::ffi::CStr;

use heapless::Vec;

use crate::engine::child;
use crate::engine::log::{Capture, Logs};
use crate::engine::slot::Slot;
use crate::limits::{CONNECTIONS_MAX, REQUEST_MAX, SANDBOX_NAME_MAX, SERVICES_MAX, STATUS_MAX};
use crate::model::{Moment, ServiceId, ServiceSet, Signal};
use crate::supervisor::News;
use crate::sys::process::Child;
use crate::sys::{Fd, place};

/// Somebody who asks.
#[derive(Debug)]
pub(super) struct Connection {
    pub socket: Fd,
    /// When it came.
    pub since: Moment,
    /// What it has said so far.
    pub line: Vec<u8, REQUEST_MAX>,
    /// What it waits for, when its request was carried out.
    pub goal: Option<Goal>,
    /// What it runs inside.
    pub guest: Option<Guest>,
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// The end of everything, which needs no answer.
    End,
    /// What it runs inside has ended.
    EndOfGuest,
    /// The service has no process any more.
    Stopped(ServiceId),
    /// The service is ready.
    Ready(ServiceId),
    /// These services have read their configuration again.
    Reloaded(ServiceSet),
}

/// What is known of a service beyond its state.
#[derive(Debug, Default)]
pub(super) struct Card {
    /// When it last came to where it is in its life.
    pub since: Option<Moment>,
    /// What it says of its state.
    pub says: Vec<u8, STATUS_MAX>,
    /// How far it is with reading its configuration again.
    pub reading: Reading,
    /// Whether the command for that did not succeed, the last time.
    pub has_failed_to_reload: bool,
}

impl Card {
    const BLANK: Self =
        Self { since: None, says: Vec::new(), reading: Reading::No, has_failed_to_reload: false };
}

/// How far a service is with reading its configuration again, as it says itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reading {
    /// It does not.
    #[default]
    No,
    /// It was told to at this moment of the monotonic clock, and has not said anything yet.
    Asked(Moment),
    /// It is at it.
    Underway,
}

/// The memory of all this, outside the stack.
#[derive(Debug)]
pub struct Room {
    pub(super) place: Slot<Place>,
    pub(super) name: Vec<u8, SANDBOX_NAME_MAX>,
    pub(super) began: Option<Moment>,
    /// Until when no new connection is taken, because there was no descriptor for the last one.
    pub(super) deaf_until: Option<Moment>,
    /// Whether we have let go of what a start takes.
    pub(in crate::engine) is_locked_in: bool,
    /// The logs of services, which are there whether anybody may ask or not.
    pub(in crate::engine) logs: Logs,
    pub(super) cards: [Card; SERVICES_MAX],
    pub(super) connections: [Slot<Connection>; CONNECTIONS_MAX],
}

impl Room {
    /// Nothing in it.
    #[allow(clippy::new_without_default)] // it is made once, in a static
    pub const fn new() -> Self {
        Self {
            place: Slot::EMPTY,
            name: Vec::new(),
            began: None,
            deaf_until: None,
            is_locked_in: false,
            logs: [const { Slot::EMPTY }; SERVICES_MAX],
            cards: [const { Card::BLANK }; SERVICES_MAX],
            connections: [const { Slot::EMPTY }; CONNECTIONS_MAX],
        }
    }

    /// What stays open for as long as we listen.
    pub(in crate::engine) fn descriptors(&self) -> impl Iterator<Item = &Fd> {
        let connections = self.connections.iter().filter_map(Slot::get);
        let connections = connections.flat_map(|own| {
            let guest = own.guest.iter().flat_map(Guest::descriptors);
            core::iter::once(&own.socket).chain(guest)
        });
        self.place.get().into_iter().flat_map(Place::descriptors).chain(connections)
    }

    /// A copy of us has closed what its parent keeps.
    pub(in crate::engine) fn leave_place(&mut self) {
        core::mem::forget(self.place.take());
    }

    /// The log of a service.
    pub(in crate::engine) fn log(&self, id: ServiceId) -> Option<&Capture> {
        self.logs.get(id.index())?.get()
    }

    /// The same, to be written to.
    pub(in crate::engine) fn log_mut(&mut self, id: ServiceId) -> Option<&mut Capture> {
        self.logs.get_mut(id.index())?.get_mut()
    }

    /// Nothing is written to any log any more.
    pub(in crate::engine) fn close_logs(&mut self) {
        for slot in &mut self.logs {
            let _ = slot.take(); // whose files are closed by that
        }
    }

    /// Something happened to a service.
    pub(in crate::engine) fn note(&mut self, news: News, now: Moment) {
        if let Some(card) = news.service().and_then(|id| self.cards.get_mut(id.index())) {
            card.since = Some(now);
            match news {
                News::Started { .. } => {
                    card.says.clear();
                    card.reading = Reading::No;
                }
                News::Ended { .. } => card.reading = Reading::No,
                News::Ready { .. }
                | News::NotReady { .. }
                | News::Hung { .. }
                | News::Leaves { .. }
                | News::PreStopKilled { .. }
                | News::ReloadKilled { .. }
                | News::NotStarted { .. }
                | News::Restarting { .. }
                | News::GaveUp { .. }
                | News::CannotStart { .. }
                | News::Killed { .. }
                | News::Stopping => {}
            }
        }
    }
}

/// A process of somebody who entered.
#[derive(Debug)]
pub(in crate::engine) struct Guest {
    pub(super) child: Child,
    /// As which service it is confined.
    pub id: ServiceId,
    /// Where its filter asks.
    pub asks: Option<Fd>,
}

impl Guest {
    /// Its process's pidfd.
    pub(in crate::engine) const fn pidfd(&self) -> Option<&Fd> {
        self.child.pidfd.as_ref()
    }

    /// What is waited for.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = &Fd> {
        self.child.pidfd.iter().chain(self.asks.as_ref())
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        child::send(&self.child, Signal::KILL, None); // a pidfd of one that has ended harms nobody
    }
}

/// What there is of a socket in the file system.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory that it is in.
    pub directory: Fd,
    /// Its name there, ended by NUL.
    pub file: Vec<u8, 256>,
    /// Where that directory is, when it is ours alone.
    pub base: Option<Fd>,
    /// Its name there, ended by NUL.
    pub name: Vec<u8, 64>,
}

impl Place {
    /// What keeps it ours.
    pub fn descriptors(&self) -> impl Iterator<Item = &Fd> {
        [Some(&self.directory), self.base.as_ref()].into_iter().flatten()
    }

    /// The socket goes, and its directory where nothing else is in it.
    pub fn remove(&self) {
        let name_of = |bytes| CStr::from_bytes_with_nul(bytes).unwrap_or_default();
        let _ = place::remove(&self.directory, name_of(&self.file)); // somebody else may have
        if let Some(base) = &self.base {
            let _ = place::remove_directory(base, name_of(&self.name)); // not what is kept there
        }
    }
}
