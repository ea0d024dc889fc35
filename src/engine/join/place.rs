//! Where a process is, beside its namespaces: its cgroup, its root, its directory.
//!
//! All of it is found outside, before anything is entered. What its root and directory are is not
//! looked at: only a handle is taken of each (open(2), O_PATH).

use super::super::files::{pid_of, write_whole};
use super::super::trouble::{Trouble, plain};
use crate::limits::PATH_MAX;
use crate::model::{Errno, Whence};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, beneath, mount, place, stat};
use crate::text::{Buffer, Show, Sink as _, put};

/// The PID of a process that was named.
pub(super) fn pid(whence: Whence<'_>) -> Result<i32, Errno> {
    match whence {
        Whence::Pid(pid) => Ok(pid),
        Whence::Descriptor(number) => {
            let pid = pid_of(&Fd::inherited(i32::from(number))).ok_or(Errno::EBADF)?;
            i32::try_from(pid).map_err(|_| Errno::ESRCH)
        }
        Whence::Path(_) => Err(Errno::EINVAL), // no key takes one
    }
}

/// Where a process is in the tree of version 2 (cgroups(7), "/proc/pid/cgroup"); `None` where there
/// is no such tree.
fn cgroup_of<'b>(name: &dyn Show, buffer: &'b mut [u8]) -> Result<Option<&'b [u8]>, Errno> {
    let mut path = Buffer::<32>::new();
    put!(&mut path, "/proc/", *name, "/cgroup");
    let source = match file::open(path.path().ok_or(Errno::ENAMETOOLONG)?, Mode::Read) {
        Err(Errno::ENOENT) => return Ok(None), // a kernel without cgroups
        other => other?,
    };
    let len = file::read(&source, buffer)?;
    let text = buffer.get(..len).unwrap_or_default();
    Ok(text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"0::")))
}

/// Enters the cgroup of a process, unless we are in it.
#[inline(never)] // its buffers would lie in the frame of every step
pub(super) fn enter_cgroup(whence: Whence<'_>) -> Result<(), Trouble> {
    let pid = pid(whence).map_err(plain)?;
    let (mut own, mut other) = ([0u8; PATH_MAX], [0u8; PATH_MAX]);
    let other = cgroup_of(&pid, &mut other).map_err(plain)?;
    let own = cgroup_of(&"self", &mut own).map_err(plain)?;
    let Some(other) = other.filter(|other| Some(*other) != own) else { return Ok(()) };
    let mut path = Buffer::<PATH_MAX>::new();
    put!(&mut path, "/sys/fs/cgroup");
    path.put(other);
    put!(&mut path, "/cgroup.procs");
    write_whole(path.path().ok_or(plain(Errno::ENAMETOOLONG))?, b"0")
}

/// The root and the directory of a process.
pub(super) fn open(whence: Whence<'_>) -> Result<(Fd, Fd), Errno> {
    let pid = pid(whence)?;
    let handle = |what: &str| {
        let mut path = Buffer::<32>::new();
        put!(&mut path, "/proc/", pid, "/", what);
        stat::handle(&place::here(), path.path().ok_or(Errno::ENAMETOOLONG)?)
    };
    Ok((handle("root")?, handle("cwd")?))
}

/// Makes them ours. Behind a mount namespace that was entered its root is ours already, and mostly
/// the process's, too.
pub(super) fn take(root: &Fd, directory: &Fd) -> Result<(), Errno> {
    if stat::identity_of(root)? != stat::identity(&place::here(), c"/")? {
        beneath::stand_in(root)?;
        mount::make_root()?;
    }
    beneath::stand_in(directory)
}
