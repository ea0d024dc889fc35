//! Ids that an ordinary user may map besides its own, and the programs that may do it.

use core::ffi::CStr;

use crate::model::{IdKind, IdRange};
use crate::plan::{self, Survey};
use crate::sys::file::{self, Mode};
use crate::sys::stat;

/// What is known of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ids {
    /// Whether newuidmap and newgidmap are there.
    pub has_programs: bool,
    /// Whether they have a right of their own: setuid, or file capabilities.
    pub may_write: bool,
    /// How many uids are ours.
    pub uids: u64,
    /// How many gids are ours.
    pub gids: u64,
    /// Whether there may be more than we can read.
    pub may_be_more: bool,
    /// Whether setuid programs do nothing for us (prctl(2), PR_GET_NO_NEW_PRIVS).
    pub no_new_privs: bool,
}

/// What a survey says of them.
pub(super) fn look(survey: &Survey) -> Ids {
    let both = |is_so: &dyn Fn(IdKind, &plan::Ids) -> bool| {
        IdKind::ALL.into_iter().all(|kind| is_so(kind, survey.ids(kind)))
    };
    let count = |ranges: &[IdRange]| ranges.iter().map(|range| u64::from(range.count)).sum();
    Ids {
        has_programs: both(&|_, ids| ids.tool.is_some()),
        may_write: both(&|kind, ids| ids.tool.is_some_and(|tool| has_right(tool.path(kind)))),
        uids: count(&survey.uids.granted),
        gids: count(&survey.gids.granted),
        may_be_more: survey.uids.may_be_more || survey.gids.may_be_more,
        no_new_privs: survey.has_no_new_privs,
    }
}

/// Whether a program has a right of its own.
fn has_right(path: &CStr) -> bool {
    const SETUID: u16 = 0o4000; // S_ISUID
    let here = file::open(c"/", Mode::Directory).ok();
    let program = here.and_then(|here| stat::identity(&here, path).ok());
    program.is_some_and(|program| program.mode & SETUID != 0) || stat::has_capabilities(path)
}
