//! What is held while a plan is carried out: descriptors, and what was found out on the way.
//!
//! A plan is complete but for what only the kernel gives. That is here, and nowhere else.

use core::mem::ManuallyDrop;
use core::sync::atomic::{AtomicU16, Ordering};

use super::cgroup::held::CgroupHands;
use super::control::room::Room;
use super::join::Handles;
use super::landlock::Ruleset;
use super::log::Logs;
use super::machine::notes::Notes;
use super::pipe::Pipe;
use super::root::held::Held;
use crate::limits::{GIVEN_MAX, INTERFACES_MAX, SERVICES_MAX};
use crate::model::{Errno, Failure, Signal, SignalSet};
use crate::plan::Lock;
use crate::sys::Fd;
use crate::sys::process::Child;

/// What we know of our parent.
#[derive(Debug, Default)]
pub(super) enum Parent {
    /// Its end is no news, or the kernel tells it with a signal.
    #[default]
    Unwatched,
    /// Its pidfd tells its end, which counts as this signal.
    Watched(Fd, Signal),
    /// It has ended, which nobody was told yet.
    Gone(Signal),
}

impl Parent {
    /// Its pidfd.
    pub(super) const fn pidfd(&self) -> Option<&Fd> {
        match self {
            Self::Watched(pidfd, _) => Some(pidfd),
            Self::Unwatched | Self::Gone(_) => None,
        }
    }

    /// It ended.
    pub(super) fn ended(&mut self) {
        if let Self::Watched(_, signal) = *self {
            *self = Self::Gone(signal);
        }
    }

    /// The signal that its end counts as, once.
    pub(super) fn take_news(&mut self) -> Option<Signal> {
        match *self {
            Self::Gone(signal) => {
                *self = Self::Unwatched;
                Some(signal)
            }
            Self::Watched(..) | Self::Unwatched => None,
        }
    }
}

/// What is held of the network.
#[derive(Debug, Default)]
pub(super) struct NetHands {
    /// The outer ends of the pairs that were made, in the order of the plan, by their indexes:
    /// those are ours to take away.
    pub pairs: heapless::Deque<u32, INTERFACES_MAX>,
    /// The process that brings moved interfaces back.
    pub keeper: Option<Child>,
    /// The net namespaces of PID 1 and of ours, where that has to be done.
    pub sides: Option<(Fd, Fd)>,
    /// The process that ends pasta(1).
    pub pasta: Option<Child>,
}

/// What has been done to keep namespaces.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// The directory was missing.
    pub has_made_directory: bool,
    pub is_mounted: bool,
}

/// A process that is in a user namespace until the pipe that it reads from is closed, or its parent
/// ends.
#[derive(Debug)]
pub(super) struct Mapper {
    pub process: Child,
    pub line: Fd,
}

/// What is held.
#[derive(Default)]
pub struct Hands {
    /// Our terminal, when a service shares it.
    pub(super) terminal: Option<ManuallyDrop<Fd>>,
    /// From PID 1 to the launcher.
    pub(super) report: Pipe,
    /// From the launcher to PID 1.
    pub(super) gate: Pipe,
    /// From a service that is being started to PID 1, for its word that it is ready.
    pub(super) ready: Pipe,
    /// From a service's process to PID 1, for where its filter asks.
    pub(super) line: Pipe,
    /// What is left to PID 1 when everything runs.
    pub(super) lock: Option<Lock>,
    /// Where the filter of who was started last asks.
    pub(super) asks: Option<Fd>,
    /// Where services say how they are (sd_notify(3)).
    pub(super) notify: [Option<Fd>; SERVICES_MAX],
    /// Where those connect who want to see and steer us.
    pub(super) listener: Option<Fd>,
    /// What we know of them.
    pub(super) room: Option<&'static mut Room>,
    /// Where a program is told what happens.
    pub(super) status: Option<i32>,
    /// Whether what we inherited is let go when all services were started; the working directory,
    /// too.
    pub(super) lets_go: Option<bool>,
    /// How often the kernel had killed in our cgroup for want of memory when we last looked.
    pub(super) oom_kills: Option<u64>,
    /// Signals that came.
    pub(super) signals: Option<Fd>,
    /// Our parent, and the signal that its end counts as.
    pub(super) parent: Parent,
    /// What PID 1 has reported already when the launcher begins to wait for it.
    pub(super) reported: Option<Failure>,
    /// How often PID 1 had said by then that it is as far as the launcher waits for.
    pub(super) heard_alive: usize,
    /// PID 1, for the launcher.
    pub(super) init: Option<Child>,
    /// Whether SIGCHLD was ignored when we were started, which the workload inherits.
    pub(super) was_child_ignored: bool,
    /// Whether we ignore SIGCHLD, so that the kernel reaps and tells nothing.
    pub(super) ignores_child_signal: bool,
    /// Whether SIGCHLD tells what becomes of our children.
    pub(super) reads_child_signal: bool,
    /// Signals that came while we gave our terminal up, and were taken for that.
    pub(super) earlier: SignalSet,
    /// What came of giving our terminal up.
    pub(super) gave_terminal: Option<Result<Option<SignalSet>, Errno>>,
    /// What came of a service's taking it.
    pub(super) took_terminal: Option<Result<(), Errno>>,
    /// What is held of the network.
    pub(super) net: NetHands,
    /// Descriptors that we were given and that are kept for a root.
    pub(super) given: heapless::Vec<i32, GIVEN_MAX>,
    /// What is held while a root is made.
    pub(super) root: Option<&'static mut Held>,
    /// Whether the files around us are not the machine's, but of a root that somebody else made.
    pub(super) is_elsewhere: bool,
    /// What is held of cgroups.
    pub(super) cgroups: CgroupHands,
    /// The ruleset of a service that is being started: a descriptor of its process, not of ours.
    pub(super) ruleset: Ruleset,
    /// Whose user namespace mounts are mapped by.
    pub(super) mapper: Option<Mapper>,
    /// The namespaces that are to be joined.
    pub(super) joins: Handles,
    /// What has been done to keep namespaces.
    pub(super) keeping: Keeping,
    /// What is known of the machine, where we are the kernel's init.
    pub(super) machine: Notes,
    /// The step that is being done inside, for whoever looks from outside.
    pub(super) step: AtomicU16,
    /// The PID of whoever supervises, for services that must end with it.
    pub(super) supervisor_pid: i32,
}

impl Hands {
    /// Empty hands, but for the terminal and the namespaces that are to be joined.
    #[inline(never)] // once, and not for each verb
    pub fn new(terminal: Option<ManuallyDrop<Fd>>, joins: Handles) -> Self {
        Self { terminal, joins, ..Self::default() }
    }

    /// A step begins inside. Nobody here reads it, so that it is a store that may not be left out.
    pub(super) fn note_step(&self, number: u16) {
        self.step.store(number, Ordering::Relaxed);
    }

    /// The PID of PID 1, as the launcher has it; 0 where there is none.
    pub(super) fn init_pid(&self) -> i32 {
        self.init.as_ref().map_or(0, |init| init.pid)
    }

    /// The logs of services, where there is memory for them.
    pub(super) fn logs(&mut self) -> Option<&mut Logs> {
        self.room.as_mut().map(|room| &mut room.logs)
    }

    /// Memory for those who may ask.
    pub fn lend(&mut self, room: &'static mut Room) {
        self.room = Some(room);
    }

    /// Memory for what is held while a root is made.
    pub fn lend_root(&mut self, root: Option<&'static mut Held>) {
        self.root = root;
    }

    /// Whether it is we who have made PID 1.
    pub const fn has_made_init(&self) -> bool {
        self.init.is_some()
    }

    /// The numbers of the descriptors that PID 1 keeps, in no order; -1 in places of none.
    pub(super) fn kept(&self) -> impl Iterator<Item = i32> {
        let own = [
            self.report.write.as_ref().map_or(-1, Fd::number),
            self.gate.read.as_ref().map_or(-1, Fd::number),
            self.terminal.as_ref().map_or(-1, |terminal| terminal.number()),
            self.listener.as_ref().map_or(-1, Fd::number),
            self.status.unwrap_or(-1),
        ];
        own.into_iter().chain(self.given.iter().copied()).chain(self.cgroups.kept())
    }
}
