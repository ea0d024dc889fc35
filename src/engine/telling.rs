//! What is told while a plan is carried out, to whom, and what comes of it all.
//!
//! These are facts, each in its place; the sentences are made in `cli/report`.

use crate::model::filter::{Action, Call};
use crate::model::{End, Errno, Failure, ServiceId, Signal, SignalSet};
use crate::plan::Plan;
use crate::supervisor::News;

/// Something that happened and that somebody may want to hear of.
#[derive(Clone, Copy, Debug)]
pub enum Telling {
    /// The supervisor's news.
    News(News),
    /// A step failed, and we go on.
    Failure(Failure),
    /// A step of the set-up failed, and we go on without it.
    Survived(Failure),
    /// PID 1 inside was ended by a signal, not by its supervisor.
    InitKilled(End),
    /// The command before a service's stop did not succeed.
    PreStopFailed(ServiceId, End),
    /// The command that has a service read its configuration again did not succeed.
    ReloadFailed(ServiceId, End),
    /// A service said something of itself that is not taken; told once for each run.
    NotTaken(ServiceId, NotTaken),
    /// What a service writes to its log is lost, from now on.
    LogLost(ServiceId, Errno),
    /// The kernel killed a service for want of memory; its end is told behind that.
    OutOfMemory(ServiceId),
    /// The kernel killed so many processes inside for want of memory that nothing was told of yet.
    OutOfMemoryInside(u64),
    /// What the sandbox has used; told where somebody wants to know it.
    Used(Usage),
    /// The sandbox's cgroup could not be removed.
    CgroupLeft(Errno),
    /// A message of the main service did not reach the manager outside.
    NotPassedOn(Errno),
    /// The exit status of a service is lost; whether it succeeded cannot be known.
    StatusLost(ServiceId),
    /// A call was refused, or would have been.
    Refused(Refused),
    /// A detail. All but the process and the end of a service are told only where the plan says so.
    Detail(Detail),
}

/// What of a service's words is not taken (sd_notify(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// Another main process.
    MainPid(u32),
    /// Descriptors that are to be kept for its next run.
    Descriptors,
}

/// A call that a filter refuses.
#[derive(Clone, Copy, Debug)]
pub struct Refused {
    /// Under whose filter it was made.
    pub id: ServiceId,
    /// By which thread, as we see it (seccomp_unotify(2), `pid`).
    pub pid: u32,
    /// The call.
    pub call: Call,
    /// What the filter says of it.
    pub verdict: Action,
    /// Whether it was made all the same.
    pub is_made: bool,
}

/// What the talkative tell of each process and each signal.
#[derive(Clone, Copy, Debug)]
pub enum Detail {
    /// A process was made for a service; it executes its command, or will have failed to.
    Spawned(i32),
    /// A signal came.
    Came(Signal),
    /// It was passed on as this one, or dropped.
    Passed(Signal, Option<Signal>),
    /// It stops us as well.
    StopsItself,
    /// A child of ours has ended.
    Reaped(i32, End),
    /// No other child of ours has ended.
    ReapedAll {
        /// Whether there is any other child.
        is_any_left: bool,
    },
    /// We gave our terminal up; as the leader of our session, and these are the signals that the
    /// kernel sent us for it, or not as that.
    GaveTerminal(Result<Option<SignalSet>, Errno>),
    /// The service's session took it.
    TookTerminal(Result<(), Errno>),
}

/// What a sandbox has used, as far as that was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time in microseconds.
    pub cpu_us: Option<u64>,
    /// How long it was kept from running by `cpu-max`, in microseconds.
    pub throttled_us: Option<u64>,
    /// The most memory at once, in bytes.
    pub memory_peak: Option<u64>,
    /// The most processes and threads at once.
    pub pids_peak: Option<u64>,
    /// How many times a process was refused by `pids-max`.
    pub pids_refused: Option<u64>,
}

/// Who is told.
pub trait Teller {
    /// Takes one telling.
    fn tell(&mut self, plan: &Plan<'_>, telling: Telling);

    /// Whether it wants to know what was used, which has to be read.
    fn wants_usage(&self) -> bool {
        false
    }
}

/// How it ended, as an exit code, and the step that failed when nothing could be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code to end with.
    pub code: u8,
    /// The signal to end by instead, where that can be.
    pub signal: Option<Signal>,
    /// What failed before the main service ran.
    pub failure: Option<Failure>,
}

impl Outcome {
    /// It ends with this code.
    pub(super) const fn of_code(code: u8, failure: Option<Failure>) -> Self {
        Self { code, signal: None, failure }
    }
}
