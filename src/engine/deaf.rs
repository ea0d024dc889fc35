//! A PID 1 that does not hear. A file system whose server never answers (fuse(4), a network that is
//! gone) holds it up while it makes a root, or while a service's process executes its command, for
//! which it waits in clone(2). Every signal is blocked meanwhile, so that TERM alone ends nothing.
//!
//! Who asks for the end is answered all the same: when PID 1 has not taken the signal from the
//! kernel for a while, the launcher kills it, and tells the step that it did not come back from.
//! PID 1 notes that step in its hands, which lie where the launcher has its own.

use core::sync::atomic::AtomicU16;

use super::child;
use super::prepared;
use super::trouble::Trouble;
use crate::model::{Errno, Failure, Moment, Signal, SignalSet, Span, Why};
use crate::plan::{Act, Actor, Plan};
use crate::sys::process::Child;
use crate::sys::{clock, memory};

/// How long PID 1 may take to hear. When all is well it takes microseconds; a busy machine may take
/// a second.
const PATIENCE: Span = Span::from_s(5);

/// How long it may take to die of a KILL. One that waits for an answer which a server has begun is
/// not even ended by that (fs/fuse/dev.c, `request_wait_answer`), and dies when it comes back.
const FAREWELL: Span = Span::from_s(1);

/// What failed when PID 1 did not hear.
pub(super) const DEAF: Trouble = (Errno::ETIMEDOUT, Why::Deaf);

/// What the launcher waits for, beside PID 1's end.
#[derive(Default)]
pub(super) enum Patience {
    /// Nobody has asked for the end, or PID 1 has heard it.
    #[default]
    Endless,
    /// This was passed on, and should be heard by then.
    Until(Signal, Moment),
    /// PID 1 was killed in this step, for it did not hear, and should be gone by then.
    Killed(Option<u16>, Moment),
}

impl Patience {
    /// A signal was passed on.
    pub(super) fn passed(&mut self, signal: Signal) {
        let asks = SignalSet::ENDING.has(signal);
        if asks && matches!(self, Self::Endless) && cfg!(feature = "sandbox") {
            *self = Self::Until(signal, clock::now().after(PATIENCE));
        }
    }

    /// How long to wait for anything at most.
    pub(super) fn left(&self) -> Option<Span> {
        match *self {
            Self::Endless => None,
            Self::Until(_, moment) | Self::Killed(_, moment) => Some(moment.since(clock::now())),
        }
    }

    /// Whether it is over, and something is to be done.
    pub(super) fn is_time(&self) -> bool {
        self.left() == Some(Span::ZERO)
    }

    /// Whether PID 1 was killed.
    pub(super) const fn has_killed(&self) -> bool {
        matches!(self, Self::Killed(..))
    }

    /// The step that a PID 1 which was killed was in, where its memory could be read.
    pub(super) const fn last_step(&self) -> Option<u16> {
        match *self {
            Self::Killed(step, _) => step,
            Self::Endless | Self::Until(..) => None,
        }
    }

    /// What has failed, where PID 1 was killed for it: the step that it was in, or that which made
    /// it, where its memory could not be read.
    pub(super) fn failure(&self, plan: &Plan<'_>) -> Option<Failure> {
        if !self.has_killed() {
            return None;
        }
        let made = plan.steps_of(Actor::Outer).find(|(_, step)| matches!(step.act, Act::Clone(_)));
        let step = self.last_step().or(made.map(|(number, _)| number)).unwrap_or_default();
        let (errno, why) = DEAF;
        Some(Failure { step, errno, why })
    }

    /// When it is time: whether nobody waits any longer. Looks at PID 1, and kills a deaf one.
    pub(super) fn is_over(&mut self, step: &AtomicU16, init: &Child, is_set_up: bool) -> bool {
        match *self {
            Self::Endless => false,
            Self::Until(signal, _) if is_deaf(init.pid, signal, is_set_up) => {
                // The first step of all is the launcher's: none was begun.
                let step = memory::same_in(init.pid, step).ok().filter(|step| *step > 0);
                child::send(init, Signal::KILL, None);
                *self = Self::Killed(step, clock::now().after(FAREWELL));
                false
            }
            Self::Until(..) => {
                *self = Self::Endless;
                false
            }
            Self::Killed(..) => true,
        }
    }
}

/// Whether a process sleeps somewhere and has not taken a signal: anywhere in its set-up, later
/// where nothing but KILL wakes it. Who was stopped will hear when it goes on, and so will who is
/// frozen, which looks like its usual sleep.
fn is_deaf(pid: i32, signal: Signal, is_set_up: bool) -> bool {
    match prepared::sleep_of(pid) {
        Some((b'S', pending)) => pending.has(signal) && !is_set_up,
        Some((b'D', pending)) => pending.has(signal),
        Some(_) | None => false,
    }
}
