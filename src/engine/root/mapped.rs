//! Mounts with the ids of a user namespace, made by the launcher (mount_setattr(2)).

use crate::engine::hands::{Hands, Mapper};
use crate::engine::pipe::Pipe;
use crate::engine::trouble::{Trouble, plain};
use crate::engine::{child, idmap};
use crate::model::{Attributes, Errno, IdKind, Mount, NamespaceSet, Propagation, Signal, Source};
use crate::plan::{Lines, RootAct, Slot};
use crate::sys::beneath::here;
use crate::sys::file::{self, Mode};
use crate::sys::process::{self, Side};
use crate::sys::tree;
use crate::text::{Buffer, put};

/// Carries out one of its acts (`RootAct::is_of_mapper`); the last of them is its end.
pub(super) fn perform(act: &RootAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    if let RootAct::WriteMapper(kind, lines) = *act {
        return write(kind, lines, hands);
    }
    if let RootAct::OpenMapped(mount, slot) = *act {
        return open(mount, slot, hands);
    }
    if matches!(act, RootAct::MakeMapper) {
        return make(hands);
    }
    end(hands);
    Ok(())
}

/// Makes it.
fn make(hands: &mut Hands) -> Result<(), Trouble> {
    let Pipe { read: Some(read), write: Some(line) } = Pipe::open(true)? else {
        return Err(plain(Errno::EBADF));
    };
    match process::clone_into(NamespaceSet::USER).map_err(plain)? {
        Side::Child => {
            let _ = process::signal_at_parent_death(Signal::KILL); // it cannot fail
            drop(line);
            let _ = file::read(&read, &mut [0]); // its end is all that comes
            process::exit(0)
        }
        Side::Parent(process) => {
            hands.mapper = Some(Mapper { process, line });
            Ok(())
        }
    }
}

/// One of its maps.
fn write(kind: IdKind, lines: Lines<'_>, hands: &Hands) -> Result<(), Trouble> {
    let mapper = hands.mapper.as_ref().ok_or(plain(Errno::EBADF))?;
    idmap::write(mapper.process.pid, kind, lines)
}

/// A copy of something outside with its ids, for PID 1 to inherit. It is nobody's peer: mounts of
/// the launcher's namespace may be.
fn open(mount: &Mount<'_>, slot: Slot, hands: &mut Hands) -> Result<(), Trouble> {
    let mapper = hands.mapper.as_ref().ok_or(plain(Errno::EBADF))?;
    let held = hands.root.as_deref_mut().ok_or(plain(Errno::EBADF))?;
    let Source::Path(path) = mount.source else { return Err(plain(Errno::EINVAL)) };
    let copy = match tree::copy(&here(), path) {
        Err(Errno::ENOENT) if mount.is_optional => return Ok(()),
        other => other.map_err(plain)?,
    };
    let propagation = mount.propagation.unwrap_or(Propagation::Private);
    let (set, none) = (mount.attributes(), Attributes::NONE);
    tree::change(&copy, set, none, Some(propagation), true).map_err(plain)?;
    let mut user = Buffer::<40>::new();
    put!(&mut user, "/proc/", mapper.process.pid, "/ns/user");
    let user = file::open(user.path().unwrap_or_default(), Mode::Read).map_err(plain)?;
    tree::map_ids(&copy, &user).map_err(plain)?;
    hands.given.push(copy.number()).map_err(|_| plain(Errno::EMFILE))?;
    held.put(slot, copy);
    Ok(())
}

/// It has served.
fn end(hands: &mut Hands) {
    if let Some(Mapper { process, line }) = hands.mapper.take() {
        drop(line);
        let _ = child::wait_for(&process); // how it ended is no news
    }
}
