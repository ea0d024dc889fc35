//! What PID 1 waits for: signals, our parent, the kernel's messages, those who want to see and
//! steer us, and for each service its process, the command beside it, and the places where it says
//! that it is ready.

use heapless::Vec;

use super::Turn;
use super::notify::TRIES;
use super::refusals::Line;
use crate::engine::machine;
use crate::limits::SOURCES_MAX;
use crate::model::{Errno, Moment, ServiceId, Span};
use crate::supervisor::Event;
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, file, memory};

/// How long nothing comes after a start before we are as small as we wait.
const MOMENT: Span = Span::from_ms(50);

/// After how many rounds in a row, and how long, is waited for word of an end that is no secret but
/// to us: it comes in microseconds, or when whoever traces the process has looked (ptrace(2)).
const EARLY_MAX: u8 = 64;
const EARLY_PAUSE: Span = Span::from_ms(10);

/// Bytes of a line of readiness that are taken in one round, and how often what is left is taken
/// when its service has ended: a pipe holds 64 KiB (pipe(7)).
const LINE: usize = 64;
const READS_MAX: usize = 65_536 / LINE;

/// What came from a service.
#[derive(Clone, Copy)]
enum From {
    Message(ServiceId),
    Ready(ServiceId),
    /// Whether it answers.
    Answer(ServiceId),
    /// What it writes to its log.
    Log(ServiceId),
    Child(ServiceId),
    Companion(ServiceId),
    /// A filter.
    Filter(Line),
    Caller(u8),
    /// The process of somebody who entered.
    Guest(u8),
}

impl From {
    /// What is waited for: a connection that is underway can be written to when it is there.
    fn source(self, fd: Option<&Fd>) -> Source {
        match fd.filter(|_| matches!(self, Self::Answer(_))) {
            Some(socket) => Source::writable(socket),
            None => Source::of(fd),
        }
    }
}

impl Turn<'_, '_> {
    /// Waits until something comes or somebody's deadline is there, and takes what came as events.
    ///
    /// One round has one time, taken when it begins: what it does takes microseconds.
    pub(super) fn wait(&mut self, now: Moment) {
        if let Some(signal) = self.hands.parent.take_news() {
            return self.arrived(signal, None);
        }
        self.stop_as_asked();
        self.let_go();
        self.lock_in();
        let patience = self.patience_of_all(now);
        let mut sources: Vec<Source, SOURCES_MAX> = Vec::new();
        let mut from: Vec<From, SOURCES_MAX> = Vec::new();
        let _ = sources.push(Source::of(self.hands.signals.as_ref())); // a place for each …
        let _ = sources.push(Source::of(self.hands.parent.pidfd()));
        let _ = sources.push(Source::of(machine::messages(&self.hands.machine)));
        let door = if self.listens() { self.door() } else { None };
        let _ = sources.push(Source::of(door));
        for ((id, process), notify) in ServiceId::all().zip(&self.processes).zip(&self.hands.notify)
        {
            // A word comes before the end of who said it.
            let message = notify.as_ref().map(|fd| (From::Message(id), Some(fd)));
            let ready = process.ready.as_ref().map(|fd| match self.door_of(id) {
                Some(_) => (From::Answer(id), Some(fd)),
                None => (From::Ready(id), Some(fd)),
            });
            let child = process.child.as_ref();
            // Who tells each child hears of them by their signal alone, and so in their order.
            let child = child.filter(|_| !self.plan.habits().tells_all);
            let child = child.map(|child| (From::Child(id), child.pidfd.as_ref()));
            let beside = process.companion.as_ref();
            let asks = process.asks.as_ref().map(|fd| (From::Filter(Line::Service(id)), Some(fd)));
            let asks_beside = beside.and_then(|beside| beside.asks.as_ref());
            let asks_beside = asks_beside.map(|fd| (From::Filter(Line::Companion(id)), Some(fd)));
            let companion = beside.map(|companion| &companion.child);
            let companion = companion.map(|child| (From::Companion(id), child.pidfd.as_ref()));
            let log = self.log_pipe(id).map(|fd| (From::Log(id), Some(fd)));
            let all = [message, ready, asks, asks_beside, log, child, companion];
            for (whose, fd) in all.into_iter().flatten() {
                let _ = sources.push(whose.source(fd)); // … and seven for each service,
                let _ = from.push(whose); // in both lists
            }
        }
        if self.listens() {
            let callers = self.callers().map(|(place, fd)| (From::Caller(place), Some(fd)));
            let guests = self.guests().flat_map(|(place, guest)| {
                let asks = (From::Filter(Line::Guest(place)), guest.asks.as_ref());
                [asks, (From::Guest(place), guest.pidfd())]
            });
            for (whose, fd) in callers.chain(guests) {
                let _ = sources.push(Source::of(fd)); // … and three for each who may ask,
                let _ = from.push(whose); // as before
            }
        }
        // A start uses our stack far deeper than we do, and code that we have no use for while we
        // wait: an init is small by giving that back. After a start that has a moment, for most
        // commands are short, and their end brings back what is needed for it.
        if core::mem::take(&mut self.has_used) {
            let _ = memory::forget_stack_below(); // only memory is lost when it fails
            let _ = memory::forget_code(self.start); // as above
        }
        let is_moment = self.has_started && patience.is_none_or(|patience| patience > MOMENT);
        let timeout = if is_moment { Some(MOMENT) } else { patience };
        if wait::poll(&mut sources, timeout) == Ok(0) && is_moment {
            (self.has_started, self.has_used) = (false, true);
        }
        let early = self.early;
        self.tries = TRIES;
        self.take_all(&sources, &from);
        if self.early == early {
            self.early = 0;
        } else if early > EARLY_MAX {
            let _ = wait::poll(&mut [], Some(EARLY_PAUSE)); // a pause, whatever ends it
        }
    }

    /// Between its last breath and the kernel's reaping; the next round knows how it ended.
    pub(in crate::engine) fn is_too_early(&mut self) {
        self.early = self.early.wrapping_add(1);
    }

    /// Takes what came; the sources that are no service's stand in front.
    fn take_all(&mut self, sources: &[Source], from: &[From]) {
        let mut sources = sources.iter();
        let has_signals = sources.next().is_some_and(Source::is_ready);
        if sources.next().is_some_and(Source::is_ready) {
            self.hands.parent.ended();
        }
        if sources.next().is_some_and(Source::is_ready) {
            machine::listen(&mut self.hands.machine);
            self.has_used = true; // as deep in the stack as a start
        }
        let is_called = sources.next().is_some_and(Source::is_ready);
        if has_signals {
            self.take_signals();
        }
        for (from, source) in from.iter().zip(sources).filter(|(_, source)| source.is_ready()) {
            self.take(*from, source.is_hung_up());
        }
        if is_called && self.listens() {
            self.let_in();
        }
        if self.hands.reads_child_signal {
            self.look_for_the_last();
        }
    }

    /// How long nothing has to be done but what comes, and what had to be done by now.
    fn patience_of_all(&mut self, now: Moment) -> Option<Span> {
        machine::feed(&mut self.hands.machine, now);
        let feed = machine::next_feed(&self.hands.machine);
        let deadlines = [self.supervisor.deadline(), feed, self.end_of_patience()];
        let mut deadline = deadlines.into_iter().flatten().min();
        if self.listens() {
            self.attend();
            deadline = deadline.into_iter().chain(self.patience()).min();
        }
        match self.is_behind && self.hands.reads_child_signal {
            true => Some(Span::ZERO), // their signal may have been taken
            false => deadline.map(|deadline| deadline.since(now)),
        }
    }

    /// Takes what came from one of them.
    fn take(&mut self, from: From, is_hung_up: bool) {
        match from {
            From::Message(id) => self.take_messages(id, false),
            From::Ready(id) => drop(self.take_word(id)),
            From::Answer(id) if cfg!(feature = "net") => self.take_answer(id),
            From::Answer(_) => {} // nobody knocks
            From::Log(id) if cfg!(feature = "control") => self.take_log(id),
            From::Log(_) => {} // there is none
            From::Child(id) => self.take_end(id, is_hung_up),
            From::Companion(id) => self.take_help(id, is_hung_up),
            From::Filter(..) if !cfg!(feature = "sandbox") => {} // nobody asks
            From::Filter(line) if is_hung_up => self.close_line(line),
            From::Filter(line) => self.take_question(line),
            From::Caller(place) if cfg!(feature = "control") => self.take_request(place),
            From::Guest(place) if cfg!(feature = "control") => {
                self.take_end_of_guest(place, is_hung_up);
            }
            From::Caller(_) | From::Guest(_) => {} // nobody asks
        }
    }

    /// What a service said before it ended, all of it: its word counts, also when there was more
    /// before that than one round takes.
    pub(super) fn take_last_of(&mut self, id: ServiceId) {
        self.take_messages(id, true);
        let is_knocking = self.door_of(id).is_some();
        let _ = (0..READS_MAX).find(|_| is_knocking || !self.take_word(id)); // until none is left
    }

    /// A line that the service wrote to say that it is ready (s6's notification-fd); whether more
    /// of it may be there. Whoever closes it before its end will never be.
    fn take_word(&mut self, id: ServiceId) -> bool {
        let Some(process) = self.processes.get_mut(id.index()) else { return false };
        let mut text = [0u8; LINE];
        let read = process.ready.as_ref().map(|pipe| file::read(pipe, &mut text));
        let is_said = match read {
            None | Some(Err(Errno::EAGAIN)) => return false,
            Some(Ok(0) | Err(_)) => false,
            Some(Ok(len)) => match text.get(..len).is_some_and(|text| text.contains(&b'\n')) {
                true => true,
                false => return true, // the rest of the line is on its way
            },
        };
        process.ready = None;
        if is_said {
            self.happened(Event::Ready(id));
        }
        false
    }
}
