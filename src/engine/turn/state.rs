//! What PID 1 knows at work.

use heapless::{Deque, Vec};

use crate::engine::hands::Hands;
use crate::engine::telling::Teller;
use crate::limits::{CALLS_MAX, EVENTS_MAX, SERVICES_MAX};
use crate::model::{Failure, Helper, Moment, ServiceSet, Signal};
use crate::plan::{Plan, Verdict};
use crate::supervisor::{Event, Supervisor};
use crate::sys::Fd;
use crate::sys::process::Child;
use crate::sys::start::Start;

/// PID 1 at work.
pub(in crate::engine) struct Turn<'t, 'a> {
    pub(in crate::engine) plan: &'t Plan<'a>,
    pub(in crate::engine) start: &'t Start,
    pub(in crate::engine) hands: &'t mut Hands,
    pub(in crate::engine) teller: &'t mut dyn Teller,
    pub(in crate::engine) supervisor: Supervisor<'t>,
    /// One for each service; of more nothing is written.
    pub(super) processes: Vec<Process, SERVICES_MAX>,
    pub(super) events: Deque<Event, EVENTS_MAX>,
    /// The last signal that was queued with a value, to be passed on with it.
    pub(super) value: Option<(Signal, u64)>,
    /// Why the main service could not be started the first time.
    pub(super) failure: Option<Failure>,
    pub(super) has_main_run: bool,
    /// Whether a signal that was passed on stops us as well.
    pub(super) is_to_stop: bool,
    /// The refused calls that were told of.
    pub(super) told_calls: Told,
    /// The last failure that was survived and told.
    pub(super) told: Option<Failure>,
    /// How many rounds in a row it was not known yet how somebody ended.
    pub(super) early: u8,
    /// How often a manager outside whose queue is full is tried again in this round.
    pub(super) tries: u8,
    /// Whether everybody below us is being killed.
    pub(super) is_killing: bool,
    /// Whether more children may have ended than were reaped in this round.
    pub(super) is_behind: bool,
    /// The services whose first start was tried.
    pub(super) started: ServiceSet,
    /// Whether a process was started since we were last as small as we wait.
    pub(super) has_started: bool,
    /// Whether something else was done since we last waited that uses more of stack and code.
    pub(in crate::engine) has_used: bool,
    pub(super) verdict: Option<Verdict>,
}

/// A service's process, and the number it had: as long as anything is left in the group and session
/// it led, the kernel gives that number to nobody else.
#[derive(Default)]
pub(super) struct Process {
    pub child: Option<Child>,
    pub last_pid: Option<i32>,
    /// When we killed it first.
    pub killed: Option<Moment>,
    /// The command beside it.
    pub companion: Option<Companion>,
    /// Where it says that it is ready, until it has.
    pub ready: Option<Fd>,
    /// Where its filter asks.
    pub asks: Option<Fd>,
    /// What it said that is not taken, and was told of.
    pub told_main_pid: bool,
    pub told_store: bool,
}

/// A command beside a service.
pub(super) struct Companion {
    pub helper: Helper,
    pub child: Child,
    /// Where its filter asks.
    pub asks: Option<Fd>,
}

/// The calls that were told of, by their numbers; the last one stands for all beyond.
pub(super) struct Told([u64; CALLS_MAX / 64]);

impl Told {
    /// None.
    pub(super) const NONE: Self = Self([0; CALLS_MAX / 64]);

    /// Whether this is the first time; from now on it is not.
    pub(super) fn is_first(&mut self, number: u32) -> bool {
        let number = usize::try_from(number).unwrap_or(CALLS_MAX).min(CALLS_MAX.saturating_sub(1));
        let Some(word) = self.0.get_mut(number / 64) else { return false };
        let bit = 1 << (number % 64);
        let is_first = *word & bit == 0;
        *word |= bit;
        is_first
    }
}
