//! The acts of Landlock, by the process that is to be restricted.

use core::ffi::CStr;
use core::mem::ManuallyDrop;

use super::trouble::{Trouble, plain};
use crate::model::{Errno, rights};
use crate::plan::{HARMLESS, LandlockAct};
use crate::sys::Fd;
use crate::sys::landlock::{self, Handled};

/// The ruleset of a service that is being started: a descriptor of its process, not of ours.
pub(super) type Ruleset = Option<ManuallyDrop<Fd>>;

/// Carries out one of them. The ruleset is held by its number alone: what holds it is our parent's,
/// too, whose descriptors are others.
pub(super) fn perform(act: &LandlockAct<'_>, held: &mut Ruleset) -> Result<(), Trouble> {
    if matches!(act, LandlockAct::GoWithout) {
        return Ok(());
    }
    if let LandlockAct::Begin(ruleset) = act {
        let handled = Handled {
            files: ruleset.files,
            ports: ruleset.ports.into(),
            scopes: ruleset.scopes.bits().into(),
        };
        *held = Some(landlock::create(handled).map_err(plain)?.leave_open());
        return Ok(());
    }
    let ruleset = held.as_ref().ok_or(plain(Errno::EBADF))?;
    match *act {
        LandlockAct::GoWithout | LandlockAct::Begin(_) => Ok(()), // see above
        LandlockAct::Allow { path, rights, is_optional, .. } => {
            allow(ruleset, path, true, rights, is_optional)
        }
        LandlockAct::AllowMoves(right) => allow(ruleset, c"/", true, right, false),
        LandlockAct::AllowPort(port) => landlock::allow_port(ruleset, port).map_err(plain),
        LandlockAct::AllowDevices(rights) => {
            HARMLESS.into_iter().try_for_each(|path| allow(ruleset, path, false, rights, true))
        }
        LandlockAct::Restrict(logs) => {
            let restricted = landlock::restrict(ruleset, logs).map_err(plain);
            drop(held.take().map(ManuallyDrop::into_inner));
            restricted
        }
    }
}

/// One path; what is no directory cannot have the rights of one.
fn allow(
    ruleset: &Fd,
    path: &CStr,
    follows: bool,
    allowed: u64,
    is_optional: bool,
) -> Result<(), Trouble> {
    let parent = match landlock::open_parent(path, follows) {
        Err(Errno::ENOENT | Errno::ENOTDIR) if is_optional => return Ok(()),
        parent => parent.map_err(plain)?,
    };
    match landlock::allow_beneath(ruleset, &parent, allowed) {
        Err(Errno::EINVAL) if allowed & !rights::OF_FILES != 0 => {
            landlock::allow_beneath(ruleset, &parent, allowed & rights::OF_FILES).map_err(plain)
        }
        other => other.map_err(plain),
    }
}
