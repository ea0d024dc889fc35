//! The control socket: by whom a running nsinit is seen and steered from outside.
//!
//! `place` makes the socket and removes it, `callers` listens and answers in the loop of PID
//! 1, `find` is the other end, for our own verbs. What is asked and what is answered are `model`'s
//! words, what follows from an order is the supervisor's.
//!
//! Everything here is memory of its own, which nobody touches as long as nobody listens.

mod callers;
mod enter;
pub mod find;
mod logs;
mod place;
mod reload;
mod status;
mod words;

use heapless::Vec;

use super::hands::Hands;
use super::log::Capture;
use super::trouble::Trouble;
use crate::limits::{CONNECTIONS_MAX, REQUEST_MAX, SANDBOX_NAME_MAX, SERVICES_MAX, STATUS_MAX};
use crate::model::{Moment, ServiceId, ServiceSet};
use crate::plan::ControlAct;
use crate::supervisor::News;
use crate::sys::Fd;
use enter::Guest;
use place::Place;
pub(super) use place::split;

/// Somebody who asks.
#[derive(Debug)]
struct Connection {
    socket: Fd,
    /// When it came.
    since: Moment,
    /// What it has said so far.
    line: Vec<u8, REQUEST_MAX>,
    /// What it waits for, when its request was carried out.
    goal: Option<Goal>,
    /// What it runs inside.
    guest: Option<Guest>,
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
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
struct Card {
    /// When it last came to where it is in its life.
    since: Option<Moment>,
    /// What it says of its state.
    says: Vec<u8, STATUS_MAX>,
    /// How far it is with reading its configuration again.
    reading: Reading,
    /// Whether the command for that did not succeed, the last time.
    has_failed_to_reload: bool,
}

impl Card {
    const BLANK: Self =
        Self { since: None, says: Vec::new(), reading: Reading::No, has_failed_to_reload: false };
}

/// How far a service is with reading its configuration again, as it says itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reading {
    /// It does not.
    #[default]
    No,
    /// It was told to at this moment of the monotonic clock, and has not said anything yet.
    Asked(Moment),
    /// It is at it.
    Underway,
}

/// A place for one thing that is empty while its memory is zero, so that none of it lies in the
/// file of the program. What `Option` writes for none depends on what else there could be.
#[derive(Debug)]
pub(super) struct Slot<T>(Vec<T, 1>);

impl<T> Slot<T> {
    const EMPTY: Self = Self(Vec::new());

    pub(super) fn get(&self) -> Option<&T> {
        self.0.first()
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.0.first_mut()
    }

    /// Puts something there; what was there goes.
    pub(super) fn put(&mut self, thing: T) {
        self.0.clear();
        let _ = self.0.push(thing); // the one place there is
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop()
    }
}

/// The memory of all this, outside the stack.
#[derive(Debug)]
pub struct Room {
    place: Slot<Place>,
    name: Vec<u8, SANDBOX_NAME_MAX>,
    began: Option<Moment>,
    /// Until when no new connection is taken, because there was no descriptor for the last one.
    deaf_until: Option<Moment>,
    /// Whether we have let go of what a start takes.
    pub(super) is_locked_in: bool,
    /// The logs of services, which are there whether anybody may ask or not.
    pub(super) logs: [Slot<Capture>; SERVICES_MAX],
    cards: [Card; SERVICES_MAX],
    connections: [Slot<Connection>; CONNECTIONS_MAX],
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
    pub(super) fn descriptors(&self) -> impl Iterator<Item = &Fd> {
        let connections = self.connections.iter().filter_map(Slot::get);
        let connections = connections.flat_map(|own| {
            let guest = own.guest.iter().flat_map(Guest::descriptors);
            core::iter::once(&own.socket).chain(guest)
        });
        self.place.get().into_iter().flat_map(Place::descriptors).chain(connections)
    }

    /// A copy of us has closed what its parent keeps.
    pub(super) fn leave_place(&mut self) {
        core::mem::forget(self.place.take());
    }

    /// The log of a service.
    pub(super) fn log(&self, id: ServiceId) -> Option<&Capture> {
        self.logs.get(id.index())?.get()
    }

    /// The same, to be written to.
    pub(super) fn log_mut(&mut self, id: ServiceId) -> Option<&mut Capture> {
        self.logs.get_mut(id.index())?.get_mut()
    }

    /// A service has this log from now on; `None` when there is no place for one.
    pub(super) fn put_log(&mut self, id: ServiceId, log: Capture) -> Option<()> {
        self.logs.get_mut(id.index()).map(|slot| slot.put(log))
    }

    /// Nothing is written to any log any more.
    pub(super) fn close_logs(&mut self) {
        for slot in &mut self.logs {
            let _ = slot.take(); // whose files are closed by that
        }
    }

    /// Something happened to a service.
    pub(super) fn note(&mut self, news: News, now: Moment) {
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

/// Does one of these acts.
pub(super) fn perform(act: &ControlAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        ControlAct::Listen { base, name, is_said } => place::listen(hands, &base, name, is_said),
        ControlAct::ListenAt(path) => place::listen_at(hands, path),
        ControlAct::Hold(number) => status::hold(number, hands),
        ControlAct::TellChild(number, kinds) => status::tell_child(number, kinds, hands),
    }
}

/// Nobody is listened to any more: of the socket nothing is left.
pub(super) fn end(hands: &mut Hands) {
    if hands.listener.take().is_some()
        && let Some(place) = hands.room.as_mut().and_then(|room| room.place.take())
    {
        place.remove();
    }
}
