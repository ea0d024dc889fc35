//! What will be done: one flat plan, decided by pure code from what was asked and what the machine
//! is.
//!
//! [`Questions`] says what must be known, [`Facts`] is what the machine answered, [`resolve`] makes
//! the [`Plan`] of both or gives a [`Refusal`] before anything was touched. The plan is what
//! `explain` prints and what `engine` carries out, step by step. There are no conditions, loops or
//! variables in it: a step is complete in itself. Nothing here asks the kernel or the clock.

mod acts;
mod cgroup;
mod circle;
mod confine;
mod control;
mod facts;
mod filter;
mod identity;
mod join;
mod kinds;
mod landlock;
mod limits;
mod lines;
mod lock;
mod log;
mod machine;
mod namespaces;
mod net;
mod notify;
pub mod order;
mod persist;
mod policy;
mod questions;
mod refusal;
mod resolve;
mod root;
mod rule;
mod services;
mod step;
mod survey;
mod ties;

use core::ffi::CStr;

use heapless::Vec;

use crate::limits::{SERVICES_MAX, STEPS_MAX};
use crate::model::{
    End, ExitMap, Log, NamespaceSet, Policy, Ready, Rewrites, ServiceId, ServiceName, Signal,
    Unhandled,
};
use crate::spec::{Habits, Origin};

pub use acts::{
    Base, ConfineAct, ControlAct, FilterAct, HARMLESS, HAS_TIES, Holding, JoinAct, KeepAct,
    LandlockAct, LimitsAct, Lock, LogAct, NetAct, Ruleset, TieAct, Whose,
};
pub use cgroup::{Candidate, Cgroups, Inhabitants};
pub use facts::{
    Access, Facts, JoinFacts, JoinedUser, KeepingPlace, Known, Manager, TerminalState, capability,
};
pub use filter::{UNTOLD, asked_filter, asks_filter};
pub use lines::Lines;
pub use machine::{EARLY, Early, MachineAct, MachineReason, push_last};
pub use persist::place_of;
pub use questions::Questions;
pub use refusal::{
    CgroupReason, ConfineReason, JoinReason, LogReason, MountFault, NetReason, Reason, Refusal,
    Refuse, TieReason,
};
pub use resolve::resolve;
pub use root::{BASE, DEVICES, MASKED, MASKED_IN_SYS, READ_ONLY, RootAct, Slot};
pub use services::is_for_entrypoint;
pub use step::{Act, Actor, Detail, Step};
pub use survey::{Ids, Survey};

/// What kind of start this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `run`: new namespaces, a launcher outside and PID 1 inside.
    Run,
    /// `nsinit -- CMD`: the namespaces we are in.
    Entrypoint,
    /// `nsinit init`: the kernel's init, which has a machine to set up and to leave.
    Init,
}

impl Mode {
    /// Whether it is `run`, which may not be built in.
    pub const fn is_run(self) -> bool {
        cfg!(feature = "run") && matches!(self, Self::Run)
    }

    /// Whether it is the kernel's init, which may not be built in.
    pub const fn is_init(self) -> bool {
        cfg!(feature = "init") && matches!(self, Self::Init)
    }

    /// The word its messages begin with.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Entrypoint => "nsinit",
            Self::Init => "init",
        }
    }
}

/// Who supervises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birth {
    /// This very process.
    Here,
    /// A clone in new namespaces of these kinds; this process waits outside as the launcher.
    Cloned(NamespaceSet),
}

/// A service, as the supervisor and the reports need it; how it is started is in the steps.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    /// Its name.
    pub name: ServiceName<'a>,
    /// How it is supervised.
    pub policy: Policy,
    /// Whether signals for it go to its whole process group.
    pub has_group_signals: bool,
    /// What becomes of signals that it is not prepared for.
    pub unhandled: Unhandled,
    /// How it says that it is ready.
    pub ready: Ready<'a>,
    /// Whether it says when it has read its configuration again.
    pub answers_reload: bool,
    /// Its log.
    pub log: Option<Log<'a>>,
    /// The file that says how it ended.
    pub termination_message: Option<&'a CStr>,
    /// Signals for it that arrive as others.
    pub rewrites: Option<&'a Rewrites>,
    /// As what its exit code is reported.
    pub exit_map: Option<&'a ExitMap>,
    /// Whether the signal that ended it ends us, too.
    pub dies_by_signal: bool,
}

/// How we end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The exit code.
    pub code: u8,
    /// The signal that is to end us, where that can be.
    pub signal: Option<Signal>,
}

impl Service<'_> {
    /// How we end when this, the main service, ended so: with the exit code that its own is mapped
    /// to, with 0 for what counts as success, with its own otherwise.
    fn verdict(&self, end: End) -> Verdict {
        let mapped = self.exit_map.map_or(end.code(), |map| map.of(end.code()));
        let code = match self.policy.is_success(end) && mapped == end.code() {
            true => 0,
            false => mapped,
        };
        let signal = match end {
            End::Signaled(signal) if self.dies_by_signal && code == end.code() => Some(signal),
            End::Signaled(_) | End::Exited(_) => None,
        };
        Verdict { code, signal }
    }
}

/// The memory that a plan is made in, outside the stack.
#[derive(Debug, Default)]
#[repr(C)] // what every plan uses lies together
pub struct Lists<'a> {
    services: Vec<Service<'a>, SERVICES_MAX>,
    steps: Vec<Step<'a>, STEPS_MAX>,
    /// What is known of the machine, filled in before the plan is made.
    pub survey: Survey,
}

impl Lists<'_> {
    /// Empty lists.
    pub const fn new() -> Self {
        Self { services: Vec::new(), steps: Vec::new(), survey: Survey::new() }
    }
}

/// Everything that will be done.
#[derive(Debug)]
pub struct Plan<'a> {
    /// What kind of start this is.
    pub mode: Mode,
    /// Who supervises.
    pub birth: Birth,
    /// Whether whoever supervises is PID 1.
    pub is_pid1: bool,
    habits: Habits,
    /// Every step, in its order: the launcher's and PID 1's, then those of each service.
    pub steps: &'a mut Vec<Step<'a>, STEPS_MAX>,
    /// The services, in the order they were said.
    pub services: &'a mut Vec<Service<'a>, SERVICES_MAX>,
    /// What is known of the machine beyond plain values.
    pub survey: &'a Survey,
    /// Whether a program is told what happens.
    pub has_status: bool,
    is_too_long: bool,
}

impl<'a> Plan<'a> {
    /// Whether there is a launcher outside, which is `run` alone.
    pub const fn has_launcher(&self) -> bool {
        self.mode.is_run() && matches!(self.birth, Birth::Cloned(_))
    }

    /// An empty plan, to be filled by [`resolve`].
    pub fn new(mode: Mode, lists: &'a mut Lists<'a>) -> Self {
        let Lists { services, steps, survey } = lists;
        // A page that is written before it is read is fetched once.
        services.clear();
        steps.clear();
        let (birth, habits) = (Birth::Here, Habits::OURS);
        let (is_pid1, has_status, is_too_long) = (false, false, false);
        Self { mode, birth, is_pid1, habits, steps, services, survey, has_status, is_too_long }
    }

    /// Forgets every step and service.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.services.clear();
    }

    /// The steps of one actor with their numbers, in their order.
    pub fn steps_of(&self, actor: Actor) -> impl Iterator<Item = (u16, &Step<'a>)> {
        (0u16..).zip(self.steps.iter()).filter(move |(_, step)| step.actor == actor)
    }

    /// Whether a service comes into the foreground of our terminal.
    pub fn has_terminal(&self) -> bool {
        self.services.iter().any(|service| service.policy.has_terminal)
    }

    /// The main service.
    pub fn main_service(&self) -> Option<&Service<'a>> {
        self.services.iter().find(|service| service.policy.is_main)
    }

    /// How we end when the main service ended so.
    pub fn verdict(&self, end: End) -> Verdict {
        let own = Verdict { code: end.code(), signal: None };
        self.main_service().map_or(own, |main| main.verdict(end))
    }

    /// The habits of the program in whose place we are run. A build without personalities has ours
    /// alone.
    pub const fn habits(&self) -> Habits {
        if cfg!(feature = "personalities") { self.habits } else { Habits::OURS }
    }

    /// The cgroup that a process begins in.
    pub fn cgroup_of(&self, actor: Actor) -> Option<Whose<'a>> {
        self.steps_of(actor).find_map(|(_, step)| {
            if let Act::Limits(LimitsAct::Enter(whose)) = step.act { Some(whose) } else { None }
        })
    }

    /// One of the services.
    pub fn service(&self, id: ServiceId) -> Option<&Service<'a>> {
        self.services.get(id.index())
    }

    /// The services with their ids.
    pub fn services(&self) -> impl Iterator<Item = (ServiceId, &Service<'a>)> {
        ServiceId::all().zip(self.services.iter())
    }

    /// Puts one step at the end. One that finds no place makes the plan too long, which [`resolve`]
    /// refuses when it has looked at everything.
    #[inline(never)] // it is called from everywhere, and a step is large
    fn push(&mut self, actor: Actor, origin: Origin, act: Act<'a>) {
        self.is_too_long |= self.steps.push(Step { actor, act, origin }).is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_mapped_or_a_success_or_passed_on_as_it_is() {
        // Columns: how it ended, our exit code, the signal that ends us.
        let mut exit_map = ExitMap::default();
        exit_map.add(b"3:4").unwrap();
        exit_map.add(b"KILL:0").unwrap();
        let mut policy = Policy::default();
        for text in ["3", "5", "TERM"] {
            policy.success.add(text.as_bytes()).unwrap();
        }
        let service = Service {
            name: ServiceName::MAIN,
            policy,
            ready: Ready::None,
            answers_reload: false,
            log: None,
            termination_message: None,
            has_group_signals: false,
            unhandled: Unhandled::Forward,
            rewrites: None,
            exit_map: Some(&exit_map),
            dies_by_signal: true,
        };
        for (end, code, signal) in [
            (End::Exited(0), 0, None),
            (End::Exited(3), 4, None),
            (End::Exited(5), 0, None),
            (End::Exited(137), 0, None),
            (End::Signaled(Signal::KILL), 0, None),
            (End::Signaled(Signal::TERM), 0, None),
            (End::Exited(130), 130, None),
            (End::Signaled(Signal::INT), 130, Some(Signal::INT)),
        ] {
            assert_eq!(service.verdict(end), Verdict { code, signal }, "{end}");
        }
    }
}
