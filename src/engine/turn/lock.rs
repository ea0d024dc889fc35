//! When everything runs we have nothing left to do but to wait, and keep nothing but what that
//! takes.

use super::Turn;
use crate::engine::telling::Telling;
use crate::model::{Errno, Failure, Why};
use crate::plan::{Act, Actor, FilterAct, Lock, Step};
use crate::sys::caps::{self, Sets};
use crate::sys::{ids, process, seccomp};

impl Turn<'_, '_> {
    /// Once everything that is ever started was, or the first time where it may be again.
    pub(super) fn lock_in(&mut self) {
        if !cfg!(feature = "sandbox") {
            return;
        }
        let has_started_all = self.started.len() == self.plan.services.len();
        let Some(lock) = self.hands.lock.take_if(|_| has_started_all) else { return };
        let Err(errno) = hold(&lock) else {
            if lock.program.is_some()
                && self.listens() // else it would cost a page that nobody reads
                && let Some(room) = &mut self.hands.room
            {
                room.is_locked_in = true;
            }
            return;
        };
        let is_it = |step: &Step<'_>| matches!(step.act, Act::Filter(FilterAct::LockIn(_)));
        let mut steps = self.plan.steps_of(Actor::Inner).filter(|(_, step)| is_it(step));
        if let Some((step, _)) = steps.next() {
            let failure = Failure { step, errno, why: Why::Errno };
            self.teller.tell(self.plan, Telling::Survived(failure));
        }
    }
}

/// From now on we are nobody to be traced, with these capabilities, and these calls alone.
fn hold(lock: &Lock) -> Result<(), Errno> {
    if lock.hides {
        process::forbid_core_dump()?;
    }
    let Sets { permitted, inheritable, .. } = caps::get()?;
    let kept = lock.kept.within(permitted);
    let inheritable = inheritable.within(kept);
    caps::set(Sets { effective: kept, permitted: kept, inheritable })?;
    match lock.program {
        Some(program) => {
            ids::set_no_new_privs()?;
            seccomp::install(program)
        }
        None => Ok(()),
    }
}
