//! What the supervisor hears, and what it says: the two ends of the wire to the engine.
//!
//! Both are closed enums of plain data. Everything that can make the supervisor move is an
//! [`Event`], everything it can want is an [`Action`]; the words for people are made of [`News`] by
//! the cli.
//!
//! What the engine promises: of one service come `Started` or `NotStarted` after each
//! [`Action::Start`], and `Ended` once after each `Started`; it performs the actions of one event,
//! in their order, before it feeds the next. A `KillTree` before a `Start` of the same service must
//! not hit the new process.
//!
//! How a signal or an end is learned (signalfd(2), pidfd_open(2)) does not belong here: that is the
//! engine.

use super::News;
use crate::limits::SERVICES_MAX;
use crate::model::{End, Helper, ServiceId, ServiceSet, Signal, Word};

/// Actions after one event, at most. One service causes four (its command beside it killed, its
/// leftovers killed, the news of its end, the news of what follows) and is not moved twice by
/// others; main's process may get each of the 64 signals that came before it ran; the whole adds
/// three (the news of the stop, a signal to all, the finish).
pub const ACTIONS_MAX: usize = 4 * SERVICES_MAX + 64 + 3;

/// What has to be done after an event, in this order.
pub type Actions = heapless::Vec<Action, ACTIONS_MAX>;

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The service's process executes its command.
    Started(ServiceId),
    /// The service said that it is ready, or runs and nobody asked for its word.
    Ready(ServiceId),
    /// The service could not be started: exit code 125, 126 or 127.
    NotStarted(ServiceId, u8),
    /// The service's process ended.
    Ended(ServiceId, End),
    /// This command beside the service ended, and whether with success. Another one may have been
    /// asked for meanwhile.
    Helped(ServiceId, Helper, bool),
    /// The service said this about itself.
    Said(ServiceId, Word),
    /// A signal came for us from outside.
    Asked(Signal),
    /// An operator wants the service stopped.
    StopService(ServiceId),
    /// An operator wants the service stopped, if it runs, and started.
    RestartService(ServiceId),
    /// An operator wants these services to read their configuration again.
    Reload(ServiceSet),
    /// An operator sends this signal to the service's process.
    SignalService(ServiceId, Signal),
    /// No process is left but ourselves. Heeded while [`super::Supervisor::is_sweeping`].
    NoneLeft,
    /// Time passed.
    Tick,
}

/// Something that has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Start the service.
    Start(ServiceId),
    /// Start the command beside the service; [`Event::Helped`] follows.
    Help(ServiceId, Helper),
    /// Kill the command beside the service, should it still run; nothing follows.
    EndHelp(ServiceId),
    /// Send the signal to the service's process.
    Signal(ServiceId, Signal),
    /// Ask the service's process by the signal to end. One that was stopped goes on for that
    /// (CONT, as in systemd.kill(5)), or it could not.
    Stop(ServiceId, Signal),
    /// Pass the signal, which came for us, on to the service's process.
    Forward(ServiceId, Signal),
    /// Send KILL to every process that comes from the service.
    KillTree(ServiceId),
    /// Send the signal to every process but ourselves.
    SignalAll(Signal),
    /// Report this to whoever wants to know.
    Tell(News),
    /// Everything is over; this is how the main service ended.
    Finish(End),
}
