//! Namespaces that others made: found before the plan is made, entered by a process of its own.
//!
//! What is entered is what was looked at: the descriptors are opened with the questions and held
//! until the joiner has used them.

mod joiner;
mod known;
mod place;
mod question;

use super::trouble::{Trouble, plain};
use crate::limits::KINDS_MAX;
use crate::model::{Errno, Namespace};
use crate::plan::JoinAct;
use crate::sys::{Fd, namespace, process};

pub(super) use joiner::fork;
pub use question::{calls, calls_before, calls_behind, open};

/// The namespaces that are to be joined, of each kind.
#[derive(Debug, Default)]
pub struct Handles {
    kinds: [Option<Fd>; KINDS_MAX],
    /// A pidfd of the one process that has them all.
    whole: Option<Fd>,
    /// Its root and its directory.
    place: Option<(Fd, Fd)>,
}

impl Handles {
    fn of(&self, kind: Namespace) -> Result<&Fd, Trouble> {
        self.kinds.get(kind.index()).and_then(Option::as_ref).ok_or(plain(Errno::EBADF))
    }

    fn keep(&mut self, kind: Namespace, handle: Fd) {
        if let Some(place) = self.kinds.get_mut(kind.index()) {
            *place = Some(handle); // there is one for each kind
        }
    }
}

/// Carries out one of these acts; the fork is made where processes are.
pub(super) fn perform(act: &JoinAct<'_>, handles: &mut Handles) -> Result<(), Trouble> {
    match *act {
        JoinAct::Fork => Ok(()),
        JoinAct::Hide => process::forbid_core_dump().map_err(plain),
        JoinAct::EnterCgroup(whence) => place::enter_cgroup(whence),
        JoinAct::OpenPlace(whence) => {
            handles.place = Some(place::open(whence).map_err(plain)?);
            Ok(())
        }
        JoinAct::EnterAll(kinds, _) => {
            let whole = handles.whole.as_ref().ok_or(plain(Errno::EBADF))?;
            namespace::enter_all(whole, kinds).map_err(plain)
        }
        JoinAct::TakePlace(_) => {
            let (root, directory) = handles.place.take().ok_or(plain(Errno::EBADF))?;
            place::take(&root, &directory).map_err(plain)
        }
        JoinAct::Enter(kind, _) => namespace::enter(handles.of(kind)?, kind).map_err(plain),
        JoinAct::BecomeKnown { uid, gid } => known::become_known(uid, gid),
    }
}
