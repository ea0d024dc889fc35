//! The joiner: enters the namespaces of others and makes PID 1 in them, as a child of the launcher.
//!
//! It has the launcher's table of descriptors (CLONE_FILES), so that PID 1's pidfd, which clone3
//! gives to it, is the launcher's as well.

use super::super::child;
use super::super::hands::Hands;
use super::super::perform::perform;
use super::super::record::Record;
use super::super::trouble::{Trouble, plain};
use super::super::word::{next_report, say};
use crate::model::{Errno, Failure, NamespaceSet, Signal, Why, code};
use crate::plan::{Act, Actor, Plan};
use crate::sys::process::{self, Child, Side};
use crate::sys::{Fd, signal, wait};

/// Makes the joiner and waits for its end, by when it has made PID 1 or told why not; `step` is the
/// number of this act. `true` in PID 1.
///
/// # Errors
/// The step that failed: the fork, or one of the joiner's.
pub(crate) fn fork(plan: &Plan<'_>, step: u16, hands: &mut Hands) -> Result<bool, Failure> {
    let failure = |(errno, why): Trouble| Failure { step, errno, why };
    match process::clone_with_files().map_err(|errno| failure(plain(errno)))? {
        Side::Child => {
            join(plan, hands);
            Ok(true)
        }
        Side::Parent(joiner) => {
            if !matches!(wait::until_ended(joiner.pid), Ok(()) | Err(Errno::ECHILD)) {
                let _ = child::wait_for(&joiner); // how it ended, it tells itself
            }
            drop(core::mem::take(&mut hands.joins));
            let News { born, failed, alive } = news(hands);
            hands.heard_alive = alive; // for whoever waits for that
            let none = failure((Errno::ECHILD, Why::Errno));
            hands.init = Some(born.ok_or(failed.unwrap_or(none))?);
            hands.reported = failed; // by a PID 1 that was faster than the joiner
            Ok(false)
        }
    }
}

/// What was told, in whichever order.
#[derive(Default)]
struct News {
    /// The process that was made.
    born: Option<Child>,
    failed: Option<Failure>,
    /// How often PID 1, which may be faster than the joiner, has said that it is set up.
    alive: usize,
}

fn news(hands: &Hands) -> News {
    let mut news = News::default();
    // Nobody else could tell us, so that we ask again when we were told nothing.
    let again = || next_report(hands).or_else(|| next_report(hands));
    while let Some(record) = again() {
        match record {
            Record::Born { pid, pidfd } => {
                return News { born: Some(process::made_for_us(pid, pidfd)), ..news };
            }
            Record::Failed(failure) => news.failed = Some(failure),
            Record::Alive => news.alive = news.alive.saturating_add(1),
            Record::Stopped(_) | Record::ToldOutOfMemory => {}
        }
    }
    news
}

/// The joiner's steps. It comes back in the process that it made, and ends in its own.
fn join(plan: &Plan<'_>, hands: &mut Hands) {
    for (step, own) in plan.steps_of(Actor::Joiner) {
        let done = if let Act::Clone(kinds) = own.act {
            match make(kinds, hands) {
                Ok(true) => return,
                Ok(false) => process::exit(0),
                Err(trouble) => Err(trouble),
            }
        } else {
            perform(&own.act, hands)
        };
        if let Err((errno, why)) = done {
            let _ = say(Record::Failed(Failure { step, errno, why }), hands); // or nobody reads
            process::exit(code::FAILED);
        }
    }
    process::exit(code::FAILED) // a plan ends the joiner's steps with a clone
}

/// Makes the launcher's child, and tells of it; `true` in the new process.
fn make(kinds: NamespaceSet, hands: &Hands) -> Result<bool, Trouble> {
    match process::clone_sibling(kinds).map_err(plain)? {
        Side::Child => Ok(true),
        Side::Parent(made) => {
            let pidfd = made.pidfd.as_ref().map(Fd::number);
            let told = say(Record::Born { pid: made.pid, pidfd }, hands);
            if told.is_err() {
                let _ = signal::kill(made.pid, Signal::KILL); // nobody would know of it
                let _ = child::wait_for(&made); // how it ended is no news
            }
            core::mem::forget(made); // its pidfd is the launcher's
            told.map(|()| false)
        }
    }
}
