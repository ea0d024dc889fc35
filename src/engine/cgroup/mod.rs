//! The acts about cgroups: the sandbox's is made and limited by the launcher, entered by PID 1 and
//! by services, and removed by the launcher.
//!
//! All of it is done by descriptors that the launcher has opened, because inside there may be
//! neither the file system nor the right to open anything in it: what may be done with such a
//! descriptor is decided by who opened it (cgroup_procs_write_start, since Linux 5.16).

mod end;
pub(super) mod held;
mod kills;

use core::ffi::CStr;

use super::files::{whole, write_at_once};
use super::hands::Hands;
use super::record::Record;
use super::trouble::{Trouble, plain};
use super::{child, root, word};
use crate::model::{
    Attributes, ControllerSet, Device, End, Errno, Limit, Namespace, ServiceName, Why,
};
use crate::plan::{LimitsAct, Whose};
use crate::sys::cgroup::{self, Access};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, namespace, process};
use crate::text::{Buffer, Sink as _, put};

pub(super) use end::clean_up;
use held::{CgroupHands, Name, Own, PROCS, SUBTREE, index_of, name_within, write_in};
pub(super) use kills::{kill_service, oom_kills};

/// How many names are tried: others may have made cgroups of the same name from another PID
/// namespace, or removed ours before it was locked.
const ATTEMPTS_MAX: usize = 16;

/// Carries out one of these acts.
pub(super) fn perform(act: &LimitsAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    let held = &mut hands.cgroups;
    match *act {
        LimitsAct::Sweep(path) => {
            let parent = file::open(path, Mode::Directory).map_err(plain)?;
            end::sweep(&parent);
            held.parent = Some(parent);
            Ok(())
        }
        LimitsAct::MoveAside(_) => move_aside(held),
        LimitsAct::Enable(_, set) => {
            if let Some((_, enabled)) = &mut held.aside {
                *enabled = set;
            }
            enable(held.parent()?, set)
        }
        LimitsAct::Make(_, name) => make(name, held),
        LimitsAct::MakeWithin(whose) => make_within(whose, held),
        LimitsAct::EnableWithin(set) => enable(held.directory(Whose::Sandbox)?, set),
        LimitsAct::Try(whose) => try_out(whose, held),
        LimitsAct::Set(whose, limit) => set_limit(held.directory(whose)?, limit),
        LimitsAct::Enter(whose) => enter(whose, held),
        LimitsAct::NewNamespace => namespace::unshare(Namespace::Cgroup).map_err(plain),
        LimitsAct::CutOff => cut_off(held),
        LimitsAct::TellLeft => word::say(Record::Alive, hands),
        LimitsAct::AwaitLeft => word::await_word(hands),
        LimitsAct::Remove => Ok(()), // at the end, by `clean_up`
    }
}

/// Hands controllers down.
fn enable(directory: &Fd, set: ControllerSet) -> Result<(), Trouble> {
    let mut text = Buffer::<64>::new();
    put!(&mut text, set);
    write_in(directory, SUBTREE, whole(&text)?)
}

/// The launcher, alone in its cgroup, goes to one below.
#[inline(never)] // its name would lie in the frame of every step
fn move_aside(held: &mut CgroupHands) -> Result<(), Trouble> {
    let mut name = Name::new();
    put!(&mut name, "nsinit-launcher-", process::pid());
    let path = name.path().unwrap_or_default();
    let parent = held.parent()?;
    cgroup::make_in(parent, path).map_err(plain)?;
    let aside = cgroup::open_in(parent, path, Access::Directory).map_err(plain);
    let moved = aside.and_then(|aside| write_in(&aside, PROCS, b"0"));
    match moved {
        Ok(()) => held.aside = Some((name, ControllerSet::EMPTY)),
        Err(_) => drop(cgroup::remove_in(parent, path)), // it is empty
    }
    moved
}

/// The sandbox's cgroup. Nobody but its owner can look into it before it is locked, and while it is
/// locked nobody takes it for what a killed launcher has left.
#[inline(never)] // as above
fn make(name: ServiceName<'_>, held: &mut CgroupHands) -> Result<(), Trouble> {
    let pid = process::pid();
    let parent = held.parent()?;
    let mut number = 0u32;
    loop {
        let mut own = Name::new();
        put!(&mut own, "nsinit-");
        own.put(name.bytes());
        put!(&mut own, "-", pid);
        if number > 0 {
            put!(&mut own, ".", number);
        }
        match make_and_lock(parent, own.path().unwrap_or_default()) {
            Ok(made) => {
                held.name = own;
                let [sandbox, ..] = &mut held.own;
                *sandbox = made;
                return Ok(());
            }
            // Somebody else's; or ours, but swept away before it was locked.
            Err(Errno::EEXIST | Errno::ENOENT | Errno::EAGAIN | Errno::ENODEV)
                if usize::try_from(number).is_ok_and(|number| number < ATTEMPTS_MAX) =>
            {
                number = number.saturating_add(1);
            }
            Err(errno) => return Err(plain(errno)),
        }
    }
}

fn make_and_lock(parent: &Fd, name: &CStr) -> Result<Own, Errno> {
    cgroup::make_in(parent, name)?;
    let open = || {
        let directory = cgroup::open_in(parent, name, Access::Directory)?;
        file::lock_now(&directory)?;
        cgroup::open_to_all(&directory)?;
        let procs = cgroup::open_in(&directory, PROCS, Access::Write)?;
        Ok(Own { directory: Some(directory), procs: Some(procs), ..Own::default() })
    };
    let made = open();
    if made.is_err() {
        let _ = cgroup::remove_in(parent, name); // somebody else has done so, or holds it
    }
    made
}

/// A cgroup within the sandbox's.
#[inline(never)] // as above
fn make_within(whose: Whose<'_>, held: &mut CgroupHands) -> Result<(), Trouble> {
    let sandbox = held.directory(Whose::Sandbox)?;
    let mut name = name_within(whose);
    let path = name.path().unwrap_or_default();
    cgroup::make_in(sandbox, path).map_err(plain)?;
    let directory = cgroup::open_in(sandbox, path, Access::Directory).map_err(plain)?;
    cgroup::open_to_all(&directory).map_err(plain)?;
    let procs = cgroup::open_in(&directory, PROCS, Access::Write).map_err(plain)?;
    let kill = match cgroup::open_in(&directory, c"cgroup.kill", Access::Write) {
        Ok(kill) => Some(kill),
        Err(Errno::ENOENT) => None, // before Linux 5.14
        Err(errno) => return Err(plain(errno)),
    };
    if let Some(place) = held.own.get_mut(index_of(whose)) {
        *place = Own { directory: Some(directory), procs: Some(procs), kill, ..Own::default() };
    }
    Ok(())
}

/// Makes a process in a cgroup, to see whether it is killed for that.
fn try_out(whose: Whose<'_>, held: &mut CgroupHands) -> Result<(), Trouble> {
    let own = held.own.get_mut(index_of(whose)).ok_or(plain(Errno::EBADF))?;
    let made = process::spawn_in(own.directory.as_ref(), &mut || 0);
    let is_good = made.is_ok_and(|child| child::wait_for(&child) == Some(End::Exited(0)));
    own.is_entered = !is_good; // whatever it was, there is another way
    Ok(())
}

/// One limit.
#[inline(never)] // as above
fn set_limit(directory: &Fd, limit: &Limit<'_>) -> Result<(), Trouble> {
    let mut device = (0, 0);
    if let Some(Device::Path(path)) = limit.device() {
        let mut name = Buffer::<{ crate::limits::PATH_MAX }>::new();
        name.put(path);
        let found = cgroup::block_device(name.path().ok_or(plain(Errno::ENAMETOOLONG))?);
        device = found.map_err(plain)?.ok_or((Errno::ENOTBLK, Why::NotABlockDevice))?;
    }
    let mut value = Buffer::<512>::new();
    limit.show_value(device, &mut value);
    for is_of_reserved in [true, false] {
        if is_of_reserved && !limit.has_reserved() {
            continue;
        }
        let mut name = Name::new();
        limit.show_file(is_of_reserved, &mut name);
        match write_in(directory, name.path().unwrap_or_default(), whole(&value)?) {
            Err((Errno::ENOENT, Why::Errno)) if is_of_reserved => {} // before Linux 5.7
            other => other?,
        }
    }
    Ok(())
}

/// Each directory of a cgroup as a mount of its own, which is nowhere and read-only: a process can
/// be made in it all the same, and what it counts can be read.
fn cut_off(held: &mut CgroupHands) -> Result<(), Trouble> {
    for own in &mut held.own {
        let Some(directory) = own.directory.take() else { continue };
        let number = u16::try_from(directory.number()).map_err(|_| plain(Errno::EMFILE))?;
        core::mem::forget(directory); // it is closed when it has been copied
        let copy = root::from_descriptor(number)?;
        let attributes = Attributes::READ_ONLY
            .and(Attributes::NOSUID)
            .and(Attributes::NODEV)
            .and(Attributes::NOEXEC);
        own.directory = Some(root::of_nowhere(copy, attributes).map_err(plain)?);
    }
    Ok(())
}

/// Whoever is at work enters a cgroup, where it was not made in it.
fn enter(whose: Whose<'_>, held: &CgroupHands) -> Result<(), Trouble> {
    if held.entered == Some(index_of(whose)) {
        return Ok(());
    }
    let procs = held.own(whose).and_then(|own| own.procs.as_ref());
    write_at_once(procs.ok_or(plain(Errno::EBADF))?, b"0")
}
