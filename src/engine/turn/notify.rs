//! Messages of sd_notify(3) from services: readiness, and what a manager outside wants to hear.
//!
//! Each service that has a socket has one of its own, so whose a message is needs no asking. Its
//! name is abstract and so nobody's secret; whoever is not below us is not heard. Messages of the
//! main service go on to the manager that gave us NOTIFY_SOCKET, as ours: it listens to the process
//! that it has started, and to no grandchild (NotifyAccess= of systemd.service(5)).

use super::super::telling::{NotTaken, Telling};
use super::super::tree;
use super::Turn;
use crate::limits::{NOTIFICATION_MAX, PASSED_ON_MAX};
use crate::model::{Errno, Heard, Notification, PassedOn, Ready, ServiceId, Span, Word};
use crate::plan::Birth;
use crate::supervisor::Event;
use crate::sys::unix::{self, Address, Control, Descriptors, Received};
use crate::sys::wait;
use crate::text::{Buffer, Show as _};

/// Messages that are taken in one round; what is left waits with the kernel for the next.
const A_ROUND: usize = 16;

/// No more messages than this are in a socket's queue: net.unix.max_dgram_qlen is 10 where nobody
/// sets it (net/unix/af_unix.c), and 512 where systemd does. A bound, for somebody may go on
/// writing.
const QUEUE_MAX: usize = 1_024;

/// How often in one round, and after which pause, a manager is tried again whose queue is full. It
/// reads soon; one that does not must not hold PID 1 up.
pub(super) const TRIES: u8 = 20;
const TRY_PAUSE: Span = Span::from_ms(5);

impl Turn<'_, '_> {
    /// What a service says; all of it when it has ended.
    pub(super) fn take_messages(&mut self, id: ServiceId, has_ended: bool) {
        let mut heard = Heard::default();
        let most = if has_ended { QUEUE_MAX } else { A_ROUND };
        let messages = (0..most).map_while(|_| self.take_message(id, &mut heard));
        if messages.count() > 0 {
            self.take_words(id, heard, has_ended);
            self.has_used = true; // what that took of stack and code is given back
        }
    }

    /// What follows from what a service said. One that speaks to a manager alone is not ours to
    /// judge by its words. When it has ended nothing follows any more but that it was ready.
    fn take_words(&mut self, id: ServiceId, heard: Heard, has_ended: bool) {
        let Some(service) = self.plan.service(id).filter(|service| service.speaks()) else {
            return;
        };
        let is_ready = heard.is_ready && service.ready == Ready::Notify;
        // Who stops by itself in the same breath was ready before that.
        if is_ready {
            self.happened(Event::Ready(id));
        }
        if Word::HEARD {
            self.note_reading(id, heard);
            for word in heard.words().filter(|_| !has_ended) {
                self.happened(Event::Said(id, word));
            }
            self.complain(id, heard);
        }
    }

    /// Says what is not taken of a service's words, once for each of its runs.
    fn complain(&mut self, id: ServiceId, heard: Heard) {
        let own = self.child(id).map(|child| child.pid.unsigned_abs());
        let is_passed_on = self.manager_of(id).is_some();
        let Some(process) = self.processes.get_mut(id.index()) else { return };
        let other = heard.main_pid.filter(|pid| Some(*pid) != own);
        let other = other.filter(|_| !core::mem::replace(&mut process.told_main_pid, true));
        // A manager outside may keep what we do not.
        let wants_store = heard.wants_store && !is_passed_on;
        let store = wants_store && !core::mem::replace(&mut process.told_store, true);
        if let Some(pid) = other {
            self.teller.tell(self.plan, Telling::NotTaken(id, NotTaken::MainPid(pid)));
        }
        if store {
            self.teller.tell(self.plan, Telling::NotTaken(id, NotTaken::Descriptors));
        }
    }

    /// What an earlier run has left is not the word of the next one.
    #[inline(never)] // its buffers would lie in the frame of every start
    pub(super) fn drop_messages(&mut self, id: ServiceId) {
        let socket = self.hands.notify.get(id.index()).and_then(Option::as_ref);
        let (mut text, mut control) = ([0u8; 1], Control::new());
        for _ in 0..QUEUE_MAX {
            match socket.map(|socket| unix::receive(socket, &mut text, &mut control)) {
                Some(Ok(Some(received))) => drop(received), // and with it its descriptors
                Some(Ok(None) | Err(_)) | None => return,
            }
        }
    }

    /// The next message, and what it says; `None` when none waits.
    #[inline(never)] // its buffers would lie in the frame of the loop
    fn take_message(&mut self, id: ServiceId, heard: &mut Heard) -> Option<()> {
        let socket = self.hands.notify.get(id.index())?.as_ref()?;
        let (mut text, mut control) = ([0u8; NOTIFICATION_MAX], Control::new());
        let received = unix::receive(socket, &mut text, &mut control).ok()??;
        if !self.is_heard(&received) {
            return Some(());
        }
        let message = Notification::new(text.get(..received.len).unwrap_or_default());
        let descriptors = received.descriptors.as_ref();
        self.pass_on(id, message, descriptors.filter(|_| message.is_about_descriptors()));
        if !Word::HEARD {
            heard.is_ready |= message.is_ready();
            return Some(());
        }
        heard.add(message);
        if let Some(state) = message.status() {
            self.note_state(id, state);
        }
        Some(())
    }

    /// Whether the sender is one of ours. In a PID namespace of our own everybody is who has a PID
    /// there; elsewhere who descends from us. One that is gone cannot be looked at any more, and
    /// then it must have been root or ourselves.
    fn is_heard(&self, received: &Received<'_>) -> bool {
        let own = self.hands.supervisor_pid;
        if received.pid == 0 || self.is_pid1() {
            return received.pid != 0;
        }
        if received.pid == own {
            return true; // systemd-notify(1) speaks for its parent where it may
        }
        match tree::is_below(received.pid, own) {
            Some(is_below) => is_below,
            None => received.uid == 0 || received.uid == self.start.uid,
        }
    }

    /// The manager outside hears what the main service says.
    fn pass_on(
        &mut self,
        id: ServiceId,
        message: Notification<'_>,
        descriptors: Option<&Descriptors<'_>>,
    ) {
        let Some(address) = self.manager_of(id) else { return };
        let Some(socket) = self.hands.notify.get(id.index()).and_then(Option::as_ref) else {
            return;
        };
        // The manager's main process is the one it started, whose end is the service's end and
        // which passes signals on. As PID 1 nobody knows which number that has outside.
        let is_main_outside = matches!(self.plan.birth, Birth::Here) && !self.is_pid1();
        let main_pid = is_main_outside.then_some(self.hands.supervisor_pid);
        let mut text = Buffer::<PASSED_ON_MAX>::new();
        PassedOn { message, main_pid }.show(&mut text);
        let text = text.text().unwrap_or_default();
        if text.is_empty() {
            return;
        }
        let is_waited_for = self.tries > 0;
        let mut sent = unix::send(socket, &address, text, descriptors);
        while sent == Err(Errno::EAGAIN) && self.tries > 0 {
            self.tries = self.tries.saturating_sub(1);
            let _ = wait::poll(&mut [], Some(TRY_PAUSE)); // a pause, whatever ends it
            sent = unix::send(socket, &address, text, descriptors);
        }
        match sent {
            Err(Errno::EAGAIN) if !is_waited_for => {} // that was told in this round
            Err(errno) => self.teller.tell(self.plan, Telling::NotPassedOn(errno)),
            Ok(()) => {}
        }
    }

    /// A readiness that the manager was not told by the service itself.
    pub(super) fn announce(&mut self, id: ServiceId) {
        match self.plan.service(id).map(|service| service.ready) {
            Some(Ready::Fd(_) | Ready::Tcp(_) | Ready::Exec(_)) => {
                self.pass_on(id, Notification::new(b"READY=1"), None);
            }
            Some(Ready::None | Ready::Notify) | None => {}
        }
    }

    /// Where the manager listens that hears this service, if there is one: the main service's.
    fn manager_of(&self, id: ServiceId) -> Option<Address> {
        let _ = self.plan.service(id).filter(|service| service.policy.is_main)?; // whose it is
        let value =
            |pair: &'static core::ffi::CStr| pair.to_bytes().strip_prefix(b"NOTIFY_SOCKET=");
        self.start.env.iter().find_map(value).and_then(Address::parse)
    }
}
