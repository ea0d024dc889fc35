//! The end of the control socket in the loop of PID 1: lets in, reads one request, answers.
//!
//! Nobody who asks can hold the loop up: nothing waits, what is said is bounded, who says nothing
//! is let go after a while, and who does not read the answer loses it. The file of the socket is
//! for its owner and root alone, which the kernel sees to; who comes is looked at all the same.

use heapless::Vec;

use super::super::slot::Slot;
use super::super::turn::Turn;
use super::room::{Connection, Goal};
use crate::limits::{ANSWER_MAX, CONNECTIONS_A_ROUND, CONNECTIONS_MAX, REQUEST_MAX};
use crate::model::answer::{ACCEPTED, About, Denied, Life, Whole};
use crate::model::{Denial, Errno, Moment, Namespace, Order, Request, ServiceId, Signal, Span};
use crate::plan::Birth;
use crate::supervisor::{Event, News};
use crate::sys::unix::{self, Control};
use crate::sys::{Fd, clock, process, stream};
use crate::text::{Buffer, Show, put};

/// How long somebody may take to ask.
const PATIENCE: Span = Span::from_s(5);

/// How long nobody is let in when there was no descriptor for the last one: accept(2) leaves it
/// waiting, and poll(2) would come back at once, again and again.
const DEAFNESS: Span = Span::from_s(1);

/// What ids are that our user namespace has no other for (proc_sys_kernel(5), `overflowuid`).
const OVERFLOW_ID: u32 = 65_534;

impl Turn<'_, '_> {
    /// From now on somebody can ask.
    pub(in super::super) fn begin_to_listen(&mut self) {
        if let Some(room) = &mut self.hands.room {
            room.began = Some(clock::now_of_boot());
        }
    }

    /// When the next of those who say nothing is let go.
    pub(in super::super) fn patience(&self) -> Option<Moment> {
        let room = self.hands.room.as_ref()?;
        let silent = room.connections.iter().filter_map(Slot::get).filter(|own| own.goal.is_none());
        let patience = silent.map(|own| own.since.after(PATIENCE));
        patience.chain(room.deaf_until).min()
    }

    /// Where they knock, unless nobody is let in now.
    pub(in super::super) fn door(&self) -> Option<&Fd> {
        let room = self.hands.room.as_ref()?;
        self.hands.listener.as_ref().filter(|_| room.deaf_until.is_none())
    }

    /// Those who are in.
    pub(in super::super) fn callers(&self) -> impl Iterator<Item = (u8, &Fd)> {
        let own = self.hands.room.iter().flat_map(|room| (0u8..).zip(&room.connections));
        own.filter_map(|(place, own)| Some((place, &own.get()?.socket)))
    }

    /// Keeps when something happened to a service, for those who ask.
    pub(in super::super) fn note(&mut self, news: News) {
        if let Some(room) = &mut self.hands.room {
            room.note(news, clock::now_of_boot());
        }
    }

    /// Lets those in who wait.
    #[inline(never)] // hardly anybody asks
    pub(in super::super) fn let_in(&mut self) {
        let now = clock::now();
        self.has_used = true; // what that takes of stack and code is given back
        for _ in 0..CONNECTIONS_A_ROUND {
            let Some(listener) = &self.hands.listener else { return };
            match stream::accept(listener) {
                Ok(socket) if self.is_permitted(&socket) => self.admit(socket, now),
                Ok(socket) => say(&socket, &Denied(Denial::NotPermitted)),
                Err(Errno::EAGAIN) => return,
                Err(Errno::ECONNABORTED | Errno::EINTR) => {}
                Err(_) => {
                    if let Some(room) = &mut self.hands.room {
                        room.deaf_until = Some(now.after(DEAFNESS));
                    }
                    return;
                }
            }
        }
    }

    /// Whether somebody may steer us: root, or who started us. In a user namespace everybody has
    /// the overflow id whom it does not know; of those the kernel lets only root connect.
    fn is_permitted(&self, socket: &Fd) -> bool {
        let uid_of = |socket| stream::peer_of(socket).map(|peer| peer.uid);
        let (Ok(uid), Some(owner)) = (uid_of(socket), self.hands.listener.as_ref()) else {
            return false;
        };
        let has_users = match self.plan.birth {
            Birth::Cloned(kinds) => kinds.has(Namespace::User),
            Birth::Here => false,
        };
        uid == 0 || uid_of(owner) == Ok(uid) || has_users && uid == OVERFLOW_ID
    }

    /// One more; where there is no place, the oldest one goes who has not asked, or else the
    /// oldest.
    fn admit(&mut self, socket: Fd, now: Moment) {
        let Some(room) = &mut self.hands.room else { return };
        let places = room.connections.iter().enumerate();
        let place = places.min_by_key(|(_, own)| {
            own.get().map(|own| (own.goal.is_some(), own.since)) // none comes first
        });
        let place = place.map(|(place, _)| place).and_then(|place| room.connections.get_mut(place));
        if let Some(place) = place {
            place.put(Connection { socket, since: now, line: Vec::new(), goal: None, guest: None });
        }
    }

    /// Takes what one of them says. Who has asked has nothing more to say, but may go.
    #[inline(never)] // its buffers would lie in the frame of the loop
    pub(in super::super) fn take_request(&mut self, place: u8) {
        self.has_used = true; // as above
        let index = usize::from(place);
        let Some(own) = self.caller(index) else { return };
        let (mut text, mut control) = ([0u8; REQUEST_MAX], Control::new());
        let read = unix::receive(&own.socket, &mut text, &mut control);
        let (len, given) = match read {
            Ok(None) => return,
            Ok(Some(read)) if read.len > 0 && own.goal.is_none() => (read.len, read.descriptors),
            Ok(Some(_)) | Err(_) => return self.let_go_of(index),
        };
        let said = text.get(..len).unwrap_or_default();
        let is_full = own.line.extend_from_slice(said).is_err();
        let end = own.line.iter().position(|byte| *byte == b'\n');
        let is_last = end.is_some_and(|end| end.saturating_add(1) == own.line.len());
        let line = own.line.clone();
        let request = match end {
            _ if is_full => Err(Denial::TooLong),
            Some(end) if is_last => {
                let line = line.get(..end).unwrap_or_default();
                Request::parse(line).ok_or(Denial::NotUnderstood)
            }
            Some(_) => Err(Denial::NotUnderstood), // one request each
            None if line.is_full() => Err(Denial::TooLong),
            None => return,
        };
        let done = request.and_then(|request| match request.order {
            Order::Enter => self.take_errand(index, request.service, given),
            Order::Status
            | Order::Stop
            | Order::Restart
            | Order::Reload
            | Order::Logs
            | Order::Signal(_) => self.carry_out(index, request),
        });
        match done {
            Ok(Some(Goal::EndOfGuest)) => {} // it was told who that is
            Ok(Some(goal)) => {
                self.say_to(index, &ACCEPTED, &[]);
                self.wait_for(index, goal);
            }
            Ok(None) => self.let_go_of(index),
            Err(denial) => {
                self.say_to(index, &Denied(denial), &[]);
                self.let_go_of(index);
            }
        }
    }

    /// Does what was asked, or has the supervisor do it; gives what the answer waits for.
    fn carry_out(&mut self, index: usize, request: Request<'_>) -> Result<Option<Goal>, Denial> {
        let Request { order, service } = request;
        let id = match service {
            None => None,
            Some(name) => Some(self.id_of(name).ok_or(Denial::NoSuchService)?),
        };
        let main = self.plan.services().find(|(_, service)| service.policy.is_main);
        let id_or_main = id.or(main.map(|(id, _)| id)).ok_or(Denial::NoSuchService)?;
        let is_main = main.is_some_and(|(main, _)| main == id_or_main);
        let is_order = matches!(order, Order::Restart | Order::Reload);
        if is_order && self.supervisor.is_stopping() {
            return Err(Denial::Stopping);
        }
        match order {
            Order::Status => {
                self.tell_state(index, id);
                Ok(None)
            }
            Order::Stop if is_main => {
                self.happened(Event::StopService(id_or_main));
                Ok(Some(Goal::End))
            }
            Order::Stop => {
                self.happened(Event::StopService(id_or_main));
                Ok(Some(Goal::Stopped(id_or_main)))
            }
            Order::Restart if self.hands.room.as_ref().is_some_and(|room| room.is_locked_in) => {
                Err(Denial::LockedIn)
            }
            Order::Restart => {
                self.happened(Event::RestartService(id_or_main));
                Ok(Some(Goal::Ready(id_or_main)))
            }
            Order::Signal(signal) => self.signal_as_asked(id, signal).map(|()| {
                self.say_to(index, &ACCEPTED, &[]);
                None
            }),
            Order::Reload => self.reload(id).map(Some),
            Order::Logs => self.hand_over(index, id).map(Some),
            Order::Enter => Err(Denial::NotKept),
        }
    }

    /// A signal for one service goes to it; one for the whole is as if it had come to us.
    fn signal_as_asked(&mut self, id: Option<ServiceId>, signal: Signal) -> Result<(), Denial> {
        let Some(id) = id else {
            self.arrived(signal, None);
            return Ok(());
        };
        match self.supervisor.view(id).is_some_and(|view| view.hears()) {
            true => {
                self.happened(Event::SignalService(id, signal));
                Ok(())
            }
            false => Err(Denial::NotRunning),
        }
    }

    /// The service of this name.
    pub(super) fn id_of(&self, name: &[u8]) -> Option<ServiceId> {
        let mut services = self.plan.services();
        services.find(|(_, service)| service.name.bytes() == name).map(|(id, _)| id)
    }

    /// One who asked waits for this.
    fn wait_for(&mut self, index: usize, goal: Goal) {
        if let Some(own) = self.caller(index) {
            own.goal = Some(goal);
        }
    }

    /// One of them.
    pub(super) fn caller(&mut self, index: usize) -> Option<&mut Connection> {
        self.hands.room.as_mut()?.connections.get_mut(index)?.get_mut()
    }

    /// One of them goes.
    pub(super) fn let_go_of(&mut self, index: usize) {
        let room = self.hands.room.as_mut();
        if let Some(own) = room.and_then(|room| room.connections.get_mut(index)) {
            drop(own.take());
        }
    }

    /// Those who said nothing for too long go; those whose goal is reached are told.
    #[inline(never)] // as above
    pub(in super::super) fn attend(&mut self) {
        let now = clock::now();
        if let Some(room) = &mut self.hands.room {
            room.deaf_until = room.deaf_until.filter(|until| *until > now);
            for own in &mut room.connections {
                let is_late =
                    |own: &Connection| own.goal.is_none() && own.since.after(PATIENCE) <= now;
                if own.get().is_some_and(is_late) {
                    drop(own.take());
                }
            }
        }
        for index in 0..CONNECTIONS_MAX {
            let own = self.hands.room.as_ref().and_then(|room| room.connections.get(index));
            let Some(goal) = own.and_then(|own| own.get()?.goal) else { continue };
            let (id, is_reached, is_hopeless) = match goal {
                Goal::End | Goal::EndOfGuest => continue,
                Goal::Reloaded(services) => {
                    self.look_at_reload(index, services, now);
                    continue;
                }
                Goal::Stopped(id) => (id, !self.has_process(id), false),
                Goal::Ready(id) => {
                    let view = self.supervisor.view(id);
                    let is_ready = view.is_some_and(|view| view.is_ready);
                    let is_over = view.is_none_or(|view| {
                        matches!(view.life, Life::Stopped | Life::Ended | Life::Failed)
                    });
                    (id, is_ready, is_over)
                }
            };
            if is_reached || is_hopeless {
                match is_reached {
                    true => self.tell_service(index, id, now),
                    false => self.say_to(index, &Denied(Denial::Failed), &[]),
                }
                self.let_go_of(index);
            }
        }
    }

    /// Whether a service has a process, or gets one by itself.
    fn has_process(&self, id: ServiceId) -> bool {
        self.supervisor
            .view(id)
            .is_some_and(|view| !matches!(view.life, Life::Stopped | Life::Ended | Life::Failed))
    }

    /// How the whole is, or one service.
    fn tell_state(&mut self, index: usize, id: Option<ServiceId>) {
        let now = clock::now();
        let own = process::open_pidfd(process::pid()).ok();
        let began = self.hands.room.as_ref().and_then(|room| room.began);
        let text = self.hands.room.as_ref().map(|room| room.name.clone()).unwrap_or_default();
        let name = core::str::from_utf8(&text).unwrap_or_default();
        let whole = Whole {
            name: &name,
            mode: &self.plan.mode.scope(),
            is_stopping: self.supervisor.is_stopping(),
            services: self.plan.services.len(),
            up_ms: began.map_or(0, |began| clock::now_of_boot().since(began).ms()),
        };
        self.say_to(index, &whole, own.as_ref().as_slice());
        for (other, _) in self.plan.services().map(|(id, service)| (id, service.name)) {
            if id.is_none_or(|id| id == other) {
                self.tell_service(index, other, now);
            }
        }
    }

    /// How a service is, and with that its pidfd: a number is another one elsewhere.
    pub(super) fn tell_service(&self, index: usize, id: ServiceId, now: Moment) {
        let (Some(service), Some(view)) = (self.plan.service(id), self.supervisor.view(id)) else {
            return;
        };
        let room = self.hands.room.as_ref();
        let card = room.and_then(|room| room.cards.get(id.index()));
        let since = card.and_then(|card| card.since).or(room.and_then(|room| room.began));
        let says = card.and_then(|card| core::str::from_utf8(&card.says).ok());
        let says = says.filter(|says| !says.is_empty());
        let child = self.child(id);
        let about = About {
            name: &service.name,
            is_main: service.policy.is_main,
            life: view.life,
            is_ready: view.is_ready,
            is_reloading: self.is_reading(id),
            pid: child.map(|child| child.pid),
            for_ms: since.map_or(0, |since| clock::now_of_boot().since(since).ms()),
            restarts: view.restarts,
            last: view.last.as_ref().map(|last| -> &dyn Show { last }),
            next_ms: view.next.map(|next| next.since(now).ms()),
            says: says.as_ref().map(|says| -> &dyn Show { says }),
        };
        let pidfd = child.and_then(|child| child.pidfd.as_ref());
        self.say_to(index, &about, pidfd.as_slice());
    }

    pub(super) fn say_to(&self, index: usize, what: &dyn Show, descriptors: &[&Fd]) {
        let own = self.hands.room.as_ref().and_then(|room| room.connections.get(index));
        if let Some(own) = own.and_then(Slot::get) {
            tell(&own.socket, what, descriptors);
        }
    }
}

fn say(socket: &Fd, what: &dyn Show) {
    tell(socket, what, &[]);
}

/// Writes one line. All that is ever said to one caller fits what the kernel keeps for it (unix(7),
/// SO_SNDBUF), so that who loses a line has made that small.
#[inline(never)] // its buffer would lie in the frame of the loop
fn tell(socket: &Fd, what: &dyn Show, descriptors: &[&Fd]) {
    let mut line = Buffer::<ANSWER_MAX>::new();
    put!(&mut line, what);
    let _ = stream::tell(socket, line.text().unwrap_or_default(), descriptors); // it may be gone
}
