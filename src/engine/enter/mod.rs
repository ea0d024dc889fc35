//! Whoever enters a sandbox, outside of it: brings standard descriptors, passes signals on, and
//! waits for the end.
//!
//! Of our terminal nothing goes inside. What runs there has one of its own, and we carry between
//! the two what is typed and what is shown: nothing inside can read what is typed for others, or
//! type into our shell (ioctl_tty(2), TIOCSTI).

mod between;
pub mod look;
pub mod sealed;

use between::{Between, nothing};

use super::child;
use super::control::find::{Beside, PATIENCE, Sandbox};
use super::foreground::stop_ourselves;
use crate::limits::ERRAND_MAX;
use crate::model::answer::Answer;
use crate::model::{Denial, End, Errand, Errno, NamespaceSet, Order, Request, Signal, SignalSet};
use crate::sys::fd::redirect;
use crate::sys::file::{self, Mode};
use crate::sys::process::{Child, Side};
use crate::sys::pty;
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, memfd, process, signal, terminal};
use crate::text::{Buffer, Sink as _, json::Object};

/// Our standard descriptors, or what stands in for them inside.
#[derive(Debug)]
pub struct Streams {
    between: Option<Between>,
    /// What is handed on, while it is not yet.
    handed: [Option<Fd>; 3],
}

impl Streams {
    /// Looks at our standard descriptors, and makes a terminal when one of them is one.
    ///
    /// # Errors
    /// Those of [`pty::open`].
    pub fn open() -> Result<Self, Errno> {
        let is_terminal = [0, 1, 2].map(|n| terminal::columns(&Fd::inherited(n)).is_ok());
        let mut handed = [None, None, None];
        let mut between = None;
        if let Some(ours) = [1, 2, 0].into_iter().find(|n| is_terminal.get(*n) == Some(&true)) {
            let (screen, programs) = pty::open()?;
            let ours = i32::try_from(ours).unwrap_or(0);
            let _ = pty::copy_size(&Fd::inherited(ours), &screen); // it has none, then
            for (place, is_terminal) in handed.iter_mut().zip(is_terminal) {
                *place = if is_terminal { Some(programs.copy()?) } else { None };
            }
            between = Some(Between::new(screen, ours, is_terminal.first() == Some(&true)));
        }
        for (number, place) in (0..).zip(&mut handed) {
            if place.is_none() {
                let copy = Fd::inherited(number).copy();
                *place = Some(copy.or_else(|_| file::open(c"/dev/null", Mode::ReadWrite))?);
            }
        }
        Ok(Self { between, handed })
    }

    /// Whether standard input is a terminal of its own.
    pub fn has_terminal(&self) -> bool {
        self.between.as_ref().is_some_and(|between| between.is_typed)
    }
}

/// How it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has ended.
    Ended(End),
    /// It could not be started, which was told; the exit code.
    NotStarted(u8),
    /// PID 1 refuses.
    Denied(Denial),
}

/// Has PID 1 of a sandbox run something beside a service, and waits for its end.
///
/// # Errors
/// E2BIG for an errand that is too long, ECONNRESET when the sandbox ended or says no more, those
/// of [`Sandbox::ask`] and [`Sandbox::next`].
pub fn send(
    sandbox: &mut Sandbox,
    service: Option<&[u8]>,
    errand: &Errand<'_>,
    mut streams: Streams,
    failed: &mut dyn FnMut(Object<'_>) -> u8,
) -> Result<Outcome, Errno> {
    let file = written(errand)?;
    let signals = signal::open_signalfd(SignalSet::ALL)?;
    let handed = core::mem::take(&mut streams.handed);
    if let Some(between) = &mut streams.between {
        between.begin(); // before anything is shown there
    }
    let asked = match &handed {
        [Some(input), Some(output), Some(error)] => {
            let given = [&file, input, output, error];
            sandbox.ask_with(&Request { order: Order::Enter, service }, &given)
        }
        _ => Err(Errno::EBADF),
    };
    drop(handed);
    let outcome = asked.and_then(|()| attend(sandbox, &signals, streams.between.as_mut(), failed));
    if let Some(between) = &mut streams.between {
        between.show_rest();
        between.end();
    }
    outcome
}

/// The errand as a file that nobody can change.
#[inline(never)] // its buffer would lie in the frame of every verb
fn written(errand: &Errand<'_>) -> Result<Fd, Errno> {
    let mut text = Buffer::<ERRAND_MAX>::new();
    errand.write_head(&mut text);
    text.put(errand.words.bytes());
    text.put(errand.variables.bytes());
    let text = text.text().ok_or(Errno::E2BIG)?;
    let file = memfd::create(c"errand")?;
    match file::write(&file, text)? == text.len() {
        true => sealed::seal(&file).map(|()| file),
        false => Err(Errno::EIO),
    }
}

/// Starts a process of ours at these streams, and waits for its end as [`send`] does. `inside` is
/// done in the new process; it comes back with an exit code when it fails. Without a terminal that
/// is this very process.
///
/// # Errors
/// That of clone(2).
pub fn at_streams(mut streams: Streams, inside: &mut dyn FnMut() -> u8) -> Result<u8, Errno> {
    let Some(between) = &mut streams.between else { return Ok(inside()) };
    let signals = signal::open_signalfd(SignalSet::ALL)?;
    between.begin();
    let has_terminal = between.is_typed;
    let handed = core::mem::take(&mut streams.handed);
    match process::clone_into(NamespaceSet::empty()) {
        Err(errno) => {
            between.end();
            Err(errno)
        }
        Ok(Side::Child) => process::exit(match take_place(&handed, has_terminal) {
            Ok(()) => inside(),
            Err(_) => crate::model::code::FAILED,
        }),
        Ok(Side::Parent(child)) => {
            drop(handed);
            let end = attend_child(&child, &signals, between);
            between.show_rest();
            between.end();
            Ok(end.map_or(crate::model::code::FAILED, End::code))
        }
    }
}

/// The new process's side: a session of its own with these descriptors.
fn take_place(handed: &[Option<Fd>; 3], has_terminal: bool) -> Result<(), Errno> {
    for (number, stream) in (0..).zip(handed) {
        redirect(stream.as_ref().ok_or(Errno::EBADF)?, number)?;
    }
    terminal::new_session()?;
    match has_terminal {
        true => terminal::acquire(&Fd::inherited(0)),
        false => Ok(()),
    }
}

/// Waits for the end of a child, and passes on what comes meanwhile.
fn attend_child(child: &Child, signals: &Fd, between: &mut Between) -> Option<End> {
    loop {
        let [shown, taken, typed] = between.sources();
        let ended = Source::of(child.pidfd.as_ref());
        let mut sources = [Source::readable(signals), ended, shown, taken, typed];
        let _ = wait::poll(&mut sources, None); // an interruption is one more round
        let [came, ended, shown, taken, typed] = sources;
        if came.is_ready() {
            let mut early = SignalSet::EMPTY;
            pass_signals(signals, child.pidfd.as_ref(), &mut early, Some(&mut *between));
        }
        between.turn(&shown, &taken, &typed);
        if ended.is_ready() || came.is_ready() {
            let end = child::end_of(child);
            if end.is_some() || signal::exists(child.pid).is_err() {
                return end;
            }
        }
    }
}

/// Waits for the end, and passes on what comes meanwhile.
fn attend(
    sandbox: &mut Sandbox,
    signals: &Fd,
    mut between: Option<&mut Between>,
    failed: &mut dyn FnMut(Object<'_>) -> u8,
) -> Result<Outcome, Errno> {
    let mut beside = Beside::default();
    let mut guest: Option<Fd> = None;
    let mut early = SignalSet::EMPTY; // what came before there was anybody to pass it on to
    loop {
        let [shown, taken, typed] = between.as_deref().map_or_else(nothing, Between::sources);
        let mut sources = [Source::readable(signals), sandbox.source(), shown, taken, typed];
        let _ = wait::poll(&mut sources, None); // an interruption is one more round
        let [came, answer, shown, taken, typed] = sources;
        if came.is_ready() {
            pass_signals(signals, guest.as_ref(), &mut early, between.as_deref_mut());
        }
        if let Some(between) = between.as_deref_mut() {
            between.turn(&shown, &taken, &typed);
        }
        if !answer.is_ready() {
            continue;
        }
        match sandbox.next(Some(PATIENCE), &mut beside)? {
            Some(Answer::Accepted) => {
                guest = beside.descriptors.pop();
                for signal in core::mem::take(&mut early).iter() {
                    pass(guest.as_ref(), signal, None);
                }
            }
            Some(Answer::Ended(end)) => return Ok(Outcome::Ended(end)),
            Some(Answer::NotStarted(object)) => return Ok(Outcome::NotStarted(failed(object))),
            Some(Answer::Denied(denial)) => return Ok(Outcome::Denied(denial)),
            Some(Answer::Whole(_) | Answer::About(_) | Answer::LogOf(_)) => {
                return Err(Errno::EPROTO);
            }
            // What ran inside has ended with everything there.
            None if guest.is_some() => return Ok(Outcome::Ended(End::Signaled(Signal::KILL))),
            None => return Err(Errno::ECONNRESET),
        }
    }
}

fn pass(guest: Option<&Fd>, signal: Signal, value: Option<u64>) {
    let Some(guest) = guest else { return };
    let _ = match value {
        Some(value) => signal::send_queued(guest, signal, value),
        None => signal::send(guest, signal),
    }; // it may just have ended
}

/// Signals that came to us go to what runs inside; a change of our terminal's size goes to its.
fn pass_signals(
    signals: &Fd,
    guest: Option<&Fd>,
    early: &mut SignalSet,
    mut between: Option<&mut Between>,
) {
    while let Ok(Some(received)) = signal::receive(signals) {
        if received.is_about_child() || received.is_our_own(process::pid().unsigned_abs()) {
            continue;
        }
        match (received.signal, &mut between) {
            (Signal::WINCH, Some(between)) => between.follow_size(),
            (Signal::TSTP, _) => {
                pass(guest, Signal::TSTP, None);
                if let Some(between) = &mut between {
                    between.end();
                }
                stop_ourselves(Signal::TSTP);
                pass(guest, Signal::CONT, None);
                if let Some(between) = &mut between {
                    between.begin();
                }
            }
            (signal, _) => match guest {
                Some(_) => pass(guest, signal, received.queued_value()),
                None => *early = early.with(signal),
            },
        }
    }
}
