//! Starts a service: a child that borrows our memory, does its steps and becomes the command.
//!
//! We sleep until it has executed the command or ended, so when we wake its failure, if any, stands
//! in our own memory; no pipe is needed.

mod beside;
mod step;

use core::mem::ManuallyDrop;

use super::account::Login;
use super::hands::Hands;
use super::perform;
use super::pipe::Pipe;
use super::trouble::plain;
use crate::model::{Errno, Failure, ServiceId, code};
use crate::plan::{Act, Actor, Plan, Step};
use crate::sys::Fd;
use crate::sys::process::{self, Child};
use crate::sys::start::Start;
use crate::sys::unix;
use crate::text::Arena;
use step::{LOGIN_BYTES, do_step};

pub(super) use beside::Beside;

/// What came of a start.
pub(super) enum Started {
    /// The command runs.
    Running(Child),
    /// A step failed, and what to exit with if that is the end. The child, if there was one, has
    /// ended and is to be reaped.
    Failed(Failure, u8, Option<Child>),
}

/// Starts a service of the plan, or a command beside it.
pub(super) fn spawn(plan: &Plan<'_>, actor: Actor, start: &Start, hands: &mut Hands) -> Started {
    let needs_pipe = |(_, step): &(u16, &Step<'_>)| matches!(step.act, Act::PassReadyPipe(_));
    if let Some((step, _)) = plan.steps_of(actor).find(needs_pipe) {
        match Pipe::open(false) {
            Ok(pipe) => hands.ready = pipe,
            Err((errno, why)) => {
                return Started::Failed(Failure { step, errno, why }, code::FAILED, None);
            }
        }
    }
    let started = make(plan, actor, hands, &mut |hands| become_service(plan, actor, start, hands));
    hands.ready.write = None; // so that the service's end of it is the only one
    hands.asks = hands.line.read.as_ref().and_then(unix::passed);
    started
}

/// Starts it, confined as the service is.
pub(super) fn beside(
    plan: &Plan<'_>,
    id: ServiceId,
    own: &Beside<'_>,
    start: &Start,
    hands: &mut Hands,
) -> Started {
    let actor = Actor::Service(id);
    let started =
        make(plan, actor, hands, &mut |hands| beside::become_it(plan, id, own, start, hands));
    hands.asks = hands.line.read.as_ref().and_then(unix::passed);
    started
}

/// Makes the process, which is to become what `errand` makes of it.
fn make(
    plan: &Plan<'_>,
    actor: Actor,
    hands: &mut Hands,
    errand: &mut dyn FnMut(&mut Hands) -> (Failure, u8),
) -> Started {
    let mut failure: Option<(Failure, u8)> = None;
    let mut attempt = |hands: &mut Hands, has_pidfd: bool, cgroup: Option<&Fd>| {
        let mut inside = || {
            let (failed, code) = errand(hands);
            failure = Some((failed, code));
            code
        };
        match has_pidfd {
            true => process::spawn_in(cgroup, &mut inside),
            false => process::spawn_without_pidfd(&mut inside),
        }
    };
    let cgroup = begin_in_cgroup(plan, actor, hands);
    let mut child = attempt(hands, true, cgroup.as_deref());
    if cgroup.is_some() && !matches!(child, Ok(_) | Err(Errno::EAGAIN | Errno::ENOMEM)) {
        // Not by this call, or not with our rights: it enters its cgroup by itself.
        hands.cgroups.begin_elsewhere();
        child = attempt(hands, true, None);
    }
    if child.as_ref().err() == Some(&Errno::EINVAL) {
        // Without pidfds the kernel must not reap: a child's end would be told by nothing at all.
        child = perform::wait_by_signal(hands).and_then(|()| attempt(hands, false, None));
    }
    match child {
        Err(errno) => {
            let step = plan.steps_of(actor).map(|(number, _)| number).next().unwrap_or(0);
            let (errno, why) = plain(errno);
            Started::Failed(Failure { step, errno, why }, code::FAILED, None)
        }
        Ok(child) => match failure {
            None => Started::Running(child),
            Some((failure, code)) => Started::Failed(failure, code, Some(child)),
        },
    }
}

/// The cgroup that the process is made in.
fn begin_in_cgroup(plan: &Plan<'_>, actor: Actor, hands: &mut Hands) -> Option<ManuallyDrop<Fd>> {
    let whose = plan.cgroup_of(actor).filter(|_| cfg!(feature = "sandbox"))?;
    hands.cgroups.begin_in(whose).map(|cgroup| Fd::inherited(cgroup.number()))
}

/// The child's side: its steps, one after the other. It comes back only when one failed.
fn become_service(
    plan: &Plan<'_>,
    actor: Actor,
    start: &Start,
    hands: &mut Hands,
) -> (Failure, u8) {
    let needs_memory = plan.steps_of(actor).any(|(_, step)| sets_variables(&step.act));
    match needs_memory {
        true => with_login(plan, actor, start, hands),
        false => do_steps(plan, actor, start, hands, &mut Arena::new(&mut [])),
    }
}

/// Whether an act brings variables that have to be written somewhere.
const fn sets_variables(act: &Act<'_>) -> bool {
    let is_of_user = matches!(act, Act::BecomeUser { .. });
    is_of_user
        || matches!(act, Act::TellNotifySocket(_) | Act::TellWatchdog(_) | Act::TellPid { .. })
}

#[inline(never)] // its memory would lie in the frame of every service
fn with_login(plan: &Plan<'_>, actor: Actor, start: &Start, hands: &mut Hands) -> (Failure, u8) {
    let mut memory = [0u8; LOGIN_BYTES];
    do_steps(plan, actor, start, hands, &mut Arena::new(&mut memory))
}

fn do_steps(
    plan: &Plan<'_>,
    actor: Actor,
    start: &Start,
    hands: &mut Hands,
    arena: &mut Arena<'_>,
) -> (Failure, u8) {
    let mut login = Login::default();
    let mut last = 0;
    for (number, step) in plan.steps_of(actor) {
        last = number;
        hands.note_step(number);
        if let Err((trouble, code)) = do_step(step, start, hands, &mut login, arena) {
            let (errno, why) = trouble;
            return (Failure { step: number, errno, why }, code);
        }
    }
    // A plan ends each service with its command; one without has nothing to become.
    let (errno, why) = plain(Errno::ENOENT);
    (Failure { step: last, errno, why }, code::FAILED)
}
