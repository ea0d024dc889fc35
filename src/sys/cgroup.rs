//! Directories and files of the cgroup file system, below a directory that is open: openat(2),
//! mkdirat(2), unlinkat(2), fchmod(2); and what its limits are about: statx(2).

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::call::{call, check};
use super::{Fd, place, stat};
use crate::model::Errno;

/// How a file of a cgroup is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// For reading.
    Read,
    /// For writing.
    Write,
    /// A cgroup below, for reading its entries.
    Directory,
}

/// openat(2): `name` must be a single part of a path.
///
/// # Errors
/// ENOENT when the file or the cgroup is not there (any more), EACCES, EROFS.
pub fn open_in(directory: &Fd, name: &CStr, access: Access) -> Result<Fd, Errno> {
    let flags = match access {
        Access::Read => raw::O_RDONLY,
        Access::Write => raw::O_WRONLY,
        Access::Directory => raw::O_RDONLY | raw::O_DIRECTORY,
    };
    let flags = (flags | raw::O_CLOEXEC | raw::O_NOFOLLOW) as usize;
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(openat, directory.arg(), name.as_ptr() as usize, flags) };
    check(ret).map(Fd::given)
}

/// mkdirat(2): makes a cgroup that only its owner may look into.
///
/// # Errors
/// EEXIST, EACCES, EROFS, EAGAIN at cgroup.max.descendants or cgroup.max.depth.
pub fn make_in(directory: &Fd, name: &CStr) -> Result<(), Errno> {
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(mkdirat, directory.arg(), name.as_ptr() as usize, 0o700) };
    check(ret).map(|_| ())
}

/// unlinkat(2), AT_REMOVEDIR: removes a cgroup.
///
/// # Errors
/// EBUSY while a process or another cgroup is in it, ENOENT.
pub fn remove_in(directory: &Fd, name: &CStr) -> Result<(), Errno> {
    let (name, flags) = (name.as_ptr() as usize, raw::AT_REMOVEDIR as usize);
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(unlinkat, directory.arg(), name, flags) };
    check(ret).map(|_| ())
}

/// fchmod(2): lets everybody look into a cgroup.
///
/// # Errors
/// EPERM when it is not ours, EROFS.
pub fn open_to_all(directory: &Fd) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(fchmod, directory.arg(), 0o755) };
    check(ret).map(|_| ())
}

/// access(2), faccessat: whether we may write.
///
/// # Errors
/// EACCES, EROFS, ENOENT.
pub fn may_write(path: &CStr) -> Result<(), Errno> {
    let (here, mode) = (raw::AT_FDCWD as usize, raw::W_OK as usize);
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(faccessat, here, path.as_ptr() as usize, mode) };
    check(ret).map(|_| ())
}

/// statx(2): the numbers of a block device, major and minor; `None` when it is something else.
///
/// # Errors
/// ENOENT, EACCES.
pub fn block_device(path: &CStr) -> Result<Option<(u32, u32)>, Errno> {
    let info = stat::statx(&place::here(), path, 0, raw::STATX_TYPE)?;
    let is_block = u32::from(info.stx_mode) & raw::S_IFMT == raw::S_IFBLK;
    Ok(is_block.then_some((info.stx_rdev_major, info.stx_rdev_minor)))
}
