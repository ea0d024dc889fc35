//! Namespaces that others made: found before the plan is made, entered by a process of its own.
//!
//! What is entered is what was looked at: the descriptors are opened with the questions and held
//! until the joiner has used them.

mod joiner;
mod known;
mod question;

use super::hands::Hands;
use super::trouble::{Trouble, plain};
use crate::limits::KINDS_MAX;
use crate::model::{Errno, Namespace};
use crate::plan::JoinAct;
use crate::sys::{Fd, namespace};

pub(super) use joiner::fork;
pub use question::{calls, open};

/// The namespaces that are to be joined, of each kind.
#[derive(Debug, Default)]
pub struct Handles([Option<Fd>; KINDS_MAX]);

impl Handles {
    fn of(&self, kind: Namespace) -> Result<&Fd, Trouble> {
        self.0.get(kind.index()).and_then(Option::as_ref).ok_or(plain(Errno::EBADF))
    }

    fn keep(&mut self, kind: Namespace, handle: Fd) {
        if let Some(place) = self.0.get_mut(kind.index()) {
            *place = Some(handle); // there is one for each kind
        }
    }
}

/// Carries out one of these acts; the fork is made where processes are.
pub(super) fn perform(act: &JoinAct<'_>, hands: &Hands) -> Result<(), Trouble> {
    match *act {
        JoinAct::Fork => Ok(()),
        JoinAct::Enter(kind, _) => namespace::enter(hands.joins.of(kind)?, kind).map_err(plain),
        JoinAct::BecomeKnown { uid, gid } => known::become_known(uid, gid),
    }
}
