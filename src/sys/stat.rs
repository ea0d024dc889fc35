//! What a file is, without reading it: statx(2), getxattr(2), and open(2) with O_PATH.

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use super::fd::here;
use crate::model::Errno;

/// Which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The file system: its major number above the minor one.
    pub device: u64,
    /// The file in it.
    pub inode: u64,
    /// How many names it has; a directory has one for each directory in it, and two.
    pub links: u32,
    /// Its type and mode.
    pub mode: u16,
}

/// statx(2): which file `path` below `directory` is; links are followed. Nothing is mounted for it,
/// and no file server is asked.
///
/// # Errors
/// ENOENT, EACCES and the rest of statx(2).
pub fn identity(directory: &Fd, path: &CStr) -> Result<Identity, Errno> {
    which(directory, path, 0)
}

/// statx(2), AT_EMPTY_PATH: which file a descriptor is open on.
///
/// # Errors
/// ENOSYS before Linux 4.11.
pub fn identity_of(fd: &Fd) -> Result<Identity, Errno> {
    which(fd, c"", raw::AT_EMPTY_PATH)
}

fn which(directory: &Fd, path: &CStr, flags: u32) -> Result<Identity, Errno> {
    let flags = flags | raw::AT_NO_AUTOMOUNT | raw::AT_STATX_DONT_SYNC;
    let mask = raw::STATX_INO | raw::STATX_NLINK | raw::STATX_TYPE | raw::STATX_MODE;
    let info = statx(directory, path, flags, mask)?;
    let device = u64::from(info.stx_dev_major) << 32 | u64::from(info.stx_dev_minor);
    Ok(Identity { device, inode: info.stx_ino, links: info.stx_nlink, mode: info.stx_mode })
}

/// statx(2): when a file was written last, in seconds from 1970.
///
/// # Errors
/// ENOENT, EACCES and the rest of statx(2).
pub fn modified_s(path: &CStr) -> Result<i64, Errno> {
    statx(&here(), path, 0, raw::STATX_MTIME).map(|info| info.stx_mtime.tv_sec)
}

/// statx(2): how many bytes an open file has.
///
/// # Errors
/// ENOSYS before Linux 4.11.
pub fn len_of(fd: &Fd) -> Result<u64, Errno> {
    statx(fd, c"", raw::AT_EMPTY_PATH, raw::STATX_SIZE).map(|info| info.stx_size)
}

/// statx(2): the fields of `mask` (STATX_*), and those that the kernel has at hand, for `path`
/// below `directory`, or for `directory` itself with an empty path and AT_EMPTY_PATH. A field that
/// the kernel or the file system does not have is zero.
///
/// # Errors
/// ENOENT, EACCES and the rest of statx(2); ENOSYS before Linux 4.11.
pub(super) fn statx(
    directory: &Fd,
    path: &CStr,
    flags: u32,
    mask: u32,
) -> Result<raw::statx, Errno> {
    // SAFETY: a struct of integers, for which zero is a value.
    let mut info: raw::statx = unsafe { core::mem::zeroed() };
    let (path, info_at) = (path.as_ptr() as usize, (&raw mut info) as usize);
    let (flags, mask) = (flags as usize, mask as usize);
    // SAFETY: `path` ends in NUL, the kernel writes one struct statx; both outlive the call.
    let ret = unsafe { call!(statx, directory.arg(), path, flags, mask, info_at) };
    check(ret).map(|_| info)
}

/// getxattr(2): whether a program has capabilities of its own (capabilities(7), "File
/// capabilities").
pub fn has_capabilities(path: &CStr) -> bool {
    let (path, name) = (path.as_ptr() as usize, c"security.capability".as_ptr() as usize);
    // SAFETY: two C strings that outlive the call; of no room only the length is told.
    let ret = unsafe { call!(getxattr, path, name, 0, 0) };
    check(ret).is_ok_and(|len| len > 0)
}

/// openat(2), O_PATH: a mere handle of `path` below `directory`; links are followed. Whatever the
/// file is, nothing happens to it.
///
/// # Errors
/// ENOENT, EACCES.
pub fn handle(directory: &Fd, path: &CStr) -> Result<Fd, Errno> {
    let flags = (raw::O_PATH | raw::O_CLOEXEC) as usize;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(openat, directory.arg(), path.as_ptr() as usize, flags) };
    check(ret).map(Fd::given)
}

/// openat2(2), RESOLVE_CACHED since Linux 5.12: a mere handle of `path`, which is looked up as if
/// `root` were the root directory, without following links of /proc. No file system is asked that
/// might not answer: what the kernel does not remember is EAGAIN.
///
/// # Errors
/// ENOENT, ELOOP, EAGAIN; EINVAL and ENOSYS on older kernels.
pub fn handle_below(root: &Fd, path: &CStr) -> Result<Fd, Errno> {
    let how = raw::open_how {
        flags: u64::from(raw::O_PATH | raw::O_CLOEXEC),
        mode: 0,
        resolve: u64::from(raw::RESOLVE_IN_ROOT | raw::RESOLVE_NO_MAGICLINKS | raw::RESOLVE_CACHED),
    };
    let (how_at, len) = ((&raw const how) as usize, size_of::<raw::open_how>());
    // SAFETY: `path` ends in NUL, the kernel reads one struct open_how; both outlive the call.
    let ret = unsafe { call!(openat2, root.arg(), path.as_ptr() as usize, how_at, len) };
    check(ret).map(Fd::given)
}
