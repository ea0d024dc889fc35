//! The acts of a root of its own: copies of what is outside, the change of root, and what is put to
//! its place inside.
//!
//! From the change of root on no name leads outside: a path is looked up from the new root, which
//! is ours by then, and openat2(2) holds it there once more. Words and decisions do not belong
//! here; what is opened where is `plan::RootAct`.

mod attributes;
mod devices;
pub(super) mod held;
mod mapped;
mod mask;
mod open;
mod overlay;
mod place;
mod spot;

pub(super) use attributes::of_nowhere;
pub use held::Held;
use held::Mask;
pub(super) use open::from_descriptor;

use attributes::Wanted;

use super::hands::Hands;
use super::sandbox;
use super::trouble::{Trouble, plain};
use crate::limits::PATH_MAX;
use crate::model::{Attributes, Errno, Why};
use crate::plan::{BASE, RootAct};
use crate::sys::beneath::{self, here};
use crate::sys::{ids, tree};

/// Carries out one of these acts.
#[inline(never)] // of starts with a root alone
pub(super) fn perform(act: &RootAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    if matches!(act, RootAct::DieMeanwhile) {
        return sandbox::die_meanwhile(hands);
    }
    if act.is_of_mapper() {
        return mapped::perform(act, hands);
    }
    hands.is_elsewhere |= matches!(act, RootAct::Enter { .. });
    let kept = &mut hands.given;
    let held = hands.root.as_deref_mut().ok_or(plain(Errno::EBADF))?;
    match *act {
        // Above: they need all of our hands.
        RootAct::DieMeanwhile
        | RootAct::MakeMapper
        | RootAct::WriteMapper(..)
        | RootAct::OpenMapped(..)
        | RootAct::EndMapper => Ok(()),
        RootAct::Keep(number) => kept.push(i32::from(number)).map_err(|_| plain(Errno::EMFILE)),
        RootAct::OpenRoot(path, attributes) => {
            let fd = open::directory(path, attributes, held)?;
            held.put(BASE, fd);
            Ok(())
        }
        RootAct::Open(mount, slot) => {
            if let Some(fd) = open::open(mount, held)? {
                held.put(slot, fd);
            }
            Ok(())
        }
        RootAct::OpenDevices => devices::open(held),
        RootAct::OpenConsole => devices::open_console(held),
        RootAct::OpenOverlay { mount, lower, slot, is_users } => {
            let fd = overlay::open(mount, lower, is_users, held)?;
            held.put(slot, fd);
            Ok(())
        }
        RootAct::OpenScratch => mask::open_scratch(held),
        RootAct::OpenData(mount, slot) => mask::open_data(mount, slot, held),
        RootAct::OpenMasks => mask::open_masks(held),
        RootAct::Enter { attributes, propagation } => {
            enter(Wanted::alone(attributes).sharing(propagation).and_below(), held)
        }
        RootAct::Place { mount, slot, makes_devices } => {
            place::place(mount, slot, makes_devices, held)
        }
        RootAct::Mask(mount) => mask::mask(mount, held).map_err(plain),
        RootAct::Seal => {
            let root = beneath::find(&here(), c"/", beneath::Links::None).map_err(plain)?;
            let wanted = Wanted::alone(Attributes::READ_ONLY);
            attributes::change(&root, wanted, held.own.as_ref()).map_err(plain)
        }
        RootAct::Finish => finish(held).map_err(plain),
    }
}

/// The new root over the old one, then in its place; the old one is gone, with all that is mounted
/// in it. That nothing lies over the new one is looked at: a ".." at the root would lead there
/// (fs/namei.c, `follow_dotdot`).
fn enter(wanted: Wanted, held: &mut Held) -> Result<(), Trouble> {
    if beneath::standing(&mut held.directory).is_none() {
        held.directory = [0; PATH_MAX];
    }
    held.umask = beneath::set_umask(0);
    mask::leave_scratch(held).map_err(plain)?;
    let base = held.take(BASE).ok_or(plain(Errno::EBADF))?;
    tree::put_at(&base, &here(), c"/").map_err(plain)?;
    beneath::stand_in(&base).map_err(plain)?;
    tree::pivot().map_err(plain)?;
    for _ in 0..held.covers {
        tree::forget_old_root().map_err(plain)?; // what lies over the old root
    }
    tree::forget_old_root().map_err(plain)?;
    attributes::at_place(&base, wanted, held.own.as_ref()).map_err(plain)?;
    let (own, up) = (beneath::mount_of(&here(), c"."), beneath::mount_of(&here(), c".."));
    match own.map_err(plain)? == up.map_err(plain)? {
        true => Ok(()),
        false => Err((Errno::EBUSY, Why::OldRootThere)),
    }
}

/// We stand where we stood, if that is there, too; else at the root, where we are.
fn finish(held: &mut Held) -> Result<(), Errno> {
    let _ = beneath::set_umask(held.umask); // the one for the set-up
    (held.kernels, held.dev, held.own) = (None, None, None);
    held.masks = [Mask::NONE; 2];
    let path = core::ffi::CStr::from_bytes_until_nul(&held.directory).unwrap_or_default();
    match path.is_empty() || beneath::change_directory_by_name(path).is_ok() {
        true => Ok(()),
        false => ids::change_directory(c"/"),
    }
}
