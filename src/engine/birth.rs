//! The launcher makes PID 1, and PID 1 sets itself up.

use super::hands::Hands;
use super::launcher::Reported;
use super::perform::perform;
use super::record::Record;
use super::telling::{Outcome, Teller, Telling};
use super::trouble::{Trouble, plain};
use super::{child, control, foreground, join, launcher, persist, turn, word};
use crate::model::{Errno, Failure, NamespaceSet, Signal, Why, code};
use crate::plan::{Act, Actor, JoinAct, Plan, Step};
use crate::spec::Origin;
use crate::sys::process::{self, Side};
use crate::sys::signal;
use crate::sys::start::Start;

/// Supervises in this very process.
pub(super) fn here(
    plan: &Plan<'_>,
    start: &Start,
    hands: &mut Hands,
    teller: &mut dyn Teller,
) -> Outcome {
    let outcome = set_up_and_supervise(plan, start, hands, teller);
    foreground::give_back(hands);
    control::end(hands);
    outcome
}

/// Makes PID 1 and waits for it as the launcher. In PID 1 it comes back, too, when all is over.
pub(super) fn cloned(
    plan: &Plan<'_>,
    start: &Start,
    hands: &mut Hands,
    teller: &mut dyn Teller,
) -> Outcome {
    for (number, step) in plan.steps_of(Actor::Outer) {
        let failed = |(errno, why): Trouble| Failure { step: number, errno, why };
        let is_inside = if let Act::Clone(kinds) = step.act {
            clone(kinds, plan, hands).map_err(failed)
        } else if matches!(step.act, Act::Join(JoinAct::Fork)) && cfg!(feature = "join") {
            join::fork(plan, number, hands)
        } else {
            perform(&step.act, hands).map(|()| false).map_err(failed)
        };
        if is_inside == Ok(true) {
            return inside(plan, start, hands, teller);
        }
        if let Err(ours) = is_inside {
            if is_dispensable(plan, step, ours.why) {
                teller.tell(plan, Telling::Survived(ours));
                continue;
            }
            abandon(hands, ours.why);
            let mut reported = Reported::default();
            reported.drain(hands);
            launcher::clean_up(plan, hands, &reported, teller);
            persist::undo(plan, hands);
            // When PID 1 failed first, ours is only what followed from that.
            let failure = reported.failure.unwrap_or(ours);
            return Outcome::of_code(code::FAILED, Some(failure));
        }
    }
    let outcome = launcher::wait(plan, hands, teller);
    if outcome.failure.is_some() {
        persist::undo(plan, hands);
    }
    control::end(hands);
    outcome
}

/// Makes PID 1; `true` in the new process.
fn clone(kinds: NamespaceSet, plan: &Plan<'_>, hands: &mut Hands) -> Result<bool, Trouble> {
    let side = match in_cgroup(kinds, plan, hands) {
        Some(side) => side.map_err(plain)?,
        None => process::clone_into(kinds).map_err(plain)?,
    };
    match side {
        Side::Child => Ok(true),
        Side::Parent(child) => {
            hands.init = Some(child);
            Ok(false)
        }
    }
}

/// Makes it in a cgroup, where it has one and that can be done; else it enters that by itself.
fn in_cgroup(
    kinds: NamespaceSet,
    plan: &Plan<'_>,
    hands: &mut Hands,
) -> Option<Result<Side, Errno>> {
    if !cfg!(feature = "sandbox") {
        return None;
    }
    let cgroup = hands.cgroups.begin_in(plan.cgroup_of(Actor::Inner)?)?;
    match process::clone_into_cgroup(kinds, cgroup) {
        Err(Errno::ENOSYS | Errno::E2BIG | Errno::EINVAL) => {
            hands.cgroups.begin_elsewhere();
            None
        }
        side => Some(side),
    }
}

/// A PID 1 that cannot be set up is not left behind. One that was killed because it did not hear
/// may end only when it comes back, and is not waited for.
fn abandon(hands: &mut Hands, why: Why) {
    if let Some(init) = &hands.init {
        let _ = signal::kill(init.pid, Signal::KILL); // it may have ended by itself
        if why != Why::Deaf {
            let _ = child::wait_for(init); // how it ended is no news
        }
    }
    control::end(hands);
}

/// PID 1: its steps, then its services. A failure goes to the launcher, who has the words.
fn inside(plan: &Plan<'_>, start: &Start, hands: &mut Hands, teller: &mut dyn Teller) -> Outcome {
    let outcome = set_up_and_supervise(plan, start, hands, teller);
    if let Some(failure) = outcome.failure {
        // Nobody reads when the launcher is gone, and then nobody is left to tell.
        let _ = word::say(Record::Failed(failure), hands);
    }
    Outcome { failure: None, ..outcome }
}

/// The steps of whoever supervises, then the services.
fn set_up_and_supervise(
    plan: &Plan<'_>,
    start: &Start,
    hands: &mut Hands,
    teller: &mut dyn Teller,
) -> Outcome {
    match do_steps(plan, Actor::Inner, hands, teller) {
        Ok(()) => turn::supervise(plan, start, hands, teller),
        Err(failure) => Outcome::of_code(code::FAILED, Some(failure)),
    }
}

/// The steps of one actor, in their order, until one fails.
fn do_steps(
    plan: &Plan<'_>,
    actor: Actor,
    hands: &mut Hands,
    teller: &mut dyn Teller,
) -> Result<(), Failure> {
    for (number, step) in plan.steps_of(actor) {
        hands.note_step(number);
        if let Err((errno, why)) = perform(&step.act, hands) {
            let failure = Failure { step: number, errno, why };
            match is_dispensable(plan, step, why) {
                true => teller.tell(plan, Telling::Survived(failure)),
                false => return Err(failure),
            }
        }
    }
    Ok(())
}

/// Whether we go on without a step that failed: nobody asked for it, and a machine is of use
/// without much that is usual, a sandbox without being seen. But two of one name are not what was
/// meant.
fn is_dispensable(plan: &Plan<'_>, step: &Step<'_>, why: Why) -> bool {
    let is_of_machine = matches!(step.act, Act::Machine(_) | Act::LoopbackUp);
    let is_usual = is_of_machine && plan.mode.is_init()
        || matches!(step.act, Act::Control(act) if act.listens());
    is_usual && step.origin == Origin::Default && why != Why::NameTaken
}
