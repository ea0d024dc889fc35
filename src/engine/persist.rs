//! Namespaces that outlive whoever is in them: kept on a file system of their own, looked at, let
//! go.
//!
//! The place is a tmpfs with an empty file for each kind, over which the namespace is bound. It is
//! private: a mount under shared propagation would be copied into mount namespaces that are its
//! peers, and the kernel copies no mount namespace so (fs/namespace.c, copy_tree). To let go, the
//! place is detached, and all that is mounted below it goes along.

use core::ffi::CStr;

use super::hands::{Hands, Keeping};
use super::trouble::{Trouble, plain};
use super::word;
use crate::limits::PATH_MAX;
use crate::model::{Errno, Namespace};
use crate::plan::{KeepAct, KeepingPlace, Plan, place_of};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, mount, namespace};
use crate::text::{Buffer, Sink as _, put};

/// The system calls of [`look`], in the notation of `plan::Act::calls`.
pub const fn calls() -> &'static str {
    "openat|getdents64*|close?"
}

/// What is where namespaces are to be kept.
#[inline(never)] // of no other start
pub fn look(path: &CStr) -> KeepingPlace {
    match file::open(path, Mode::Directory) {
        Err(Errno::ENOENT) => KeepingPlace::Missing,
        Err(errno) => KeepingPlace::Unopened(errno),
        Ok(directory) => match read(&directory) {
            Ok(Found { kinds: 0, others: 0 }) => KeepingPlace::Empty,
            Ok(Found { kinds: 1.., others: 0 }) => KeepingPlace::Taken,
            Ok(_) => KeepingPlace::NotEmpty,
            Err(errno) => KeepingPlace::Unopened(errno),
        },
    }
}

/// What is in a directory.
struct Found {
    /// Names of kinds of namespaces.
    kinds: usize,
    /// Everything else.
    others: usize,
}

fn read(directory: &Fd) -> Result<Found, Errno> {
    let mut found = Found { kinds: 0, others: 0 };
    let mut buffer = [0u8; 1024];
    loop {
        let entries = file::entries(directory, &mut buffer)?;
        if entries.is_empty() {
            return Ok(found);
        }
        for name in file::entry_names(entries) {
            match name.to_bytes() {
                b"." | b".." => {}
                bytes if is_kind(bytes) => found.kinds = found.kinds.saturating_add(1),
                _ => found.others = found.others.saturating_add(1),
            }
        }
    }
}

fn is_kind(name: &[u8]) -> bool {
    Namespace::ALL.into_iter().any(|kind| kind.name().as_bytes() == name)
}

/// Why nothing is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLetGo {
    /// There is nothing that was kept.
    NothingKept,
    /// The kernel refused.
    Refused(Errno),
}

/// Lets go of the namespaces that are kept there, and removes the directory when nothing else is in
/// it.
///
/// # Errors
/// When nothing is kept there, or we may not.
pub fn let_go(path: &CStr) -> Result<(), NotLetGo> {
    let directory = file::open(path, Mode::Directory).map_err(NotLetGo::Refused)?;
    let found = read(&directory).map_err(NotLetGo::Refused)?;
    let is_place = matches!(found, Found { kinds: 1.., others: 0 });
    if !is_place || !mount::is_mount_point(path) || !has_only_namespaces(&directory) {
        return Err(NotLetGo::NothingKept);
    }
    drop(directory);
    mount::detach(path).map_err(NotLetGo::Refused)?;
    let _ = file::remove_directory(path); // what was there before and has something in it stays
    Ok(())
}

/// Whether the file of each kind is a namespace of it, or empty, because keeping was interrupted.
fn has_only_namespaces(directory: &Fd) -> bool {
    let mut name = Buffer::<16>::new(); // no kind has more than six letters
    Namespace::ALL.into_iter().all(|kind| {
        name = Buffer::new();
        put!(&mut name, kind.name());
        match file::open_in(directory, name.path().unwrap_or_default(), Mode::ReadNow) {
            Ok(handle) => match namespace::kind_of(&handle) {
                Ok(found) => found == kind,
                Err(_) => matches!(file::read(&handle, &mut [0]), Ok(0)),
            },
            Err(errno) => errno == Errno::ENOENT,
        }
    })
}

/// Carries out one of these acts.
pub(super) fn perform(act: &KeepAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        KeepAct::AwaitSetUp => word::await_word(hands),
        KeepAct::MountPlace(path) => mount_place(path, &mut hands.keeping).map_err(plain),
        KeepAct::Keep(kind, path) => {
            let init = hands.init.as_ref().ok_or(plain(Errno::ESRCH))?;
            keep(kind, path, init.pid).map_err(plain)
        }
        KeepAct::LetStart => word::pass_gate(hands),
        KeepAct::AwaitKept => word::wait_at_gate(hands),
    }
}

fn mount_place(path: &CStr, keeping: &mut Keeping) -> Result<(), Errno> {
    match file::make_directory(path) {
        Ok(()) => keeping.has_made_directory = true,
        Err(Errno::EEXIST) => {}
        Err(errno) => return Err(errno),
    }
    // Its size is that of a few inodes without a page.
    mount::mount_root(c"nsinit", path, c"tmpfs", true, c"mode=0755,nr_inodes=16,size=64k")?;
    keeping.is_mounted = true;
    mount::make_private(path)
}

/// Keeps one namespace of a process.
#[inline(never)] // its buffers would lie in the frame of every step
fn keep(kind: Namespace, path: &CStr, pid: i32) -> Result<(), Errno> {
    let mut target = Buffer::<PATH_MAX>::new();
    target.put(path.to_bytes());
    put!(&mut target, "/", kind.name());
    let target = target.path().ok_or(Errno::ENAMETOOLONG)?;
    drop(file::open(target, Mode::Append)?); // made here
    let mut source = Buffer::<40>::new();
    put!(&mut source, "/proc/", pid, "/ns/", kind.name());
    mount::bind(source.path().ok_or(Errno::ENAMETOOLONG)?, target)
}

/// Nothing is kept of what did not come to run.
pub(super) fn undo(plan: &Plan<'_>, hands: &mut Hands) {
    let keeping = core::mem::take(&mut hands.keeping);
    let Some(path) = place_of(plan).filter(|_| cfg!(feature = "join")) else { return };
    if keeping.is_mounted {
        let _ = mount::detach(path); // somebody may have let go of it already
    }
    if keeping.has_made_directory {
        let _ = file::remove_directory(path); // as above
    }
}
