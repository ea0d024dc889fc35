//! Files below a directory that is open, and never above it: openat2(2), mkdirat(2), mknodat(2),
//! symlinkat(2), readlinkat(2), faccessat(2), fchmod(2), statx(2), fchdir(2), getcwd(2), umask(2).

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::call::{call, check};
pub use super::fd::here;
use super::file::{MADE, Mode};
use super::{Fd, stat};
use crate::model::Errno;

/// How symbolic links on the way are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// As if the directory were the root; those of /proc that lead anywhere (magic links) not.
    Within,
    /// Not at all.
    None,
}

/// openat2(2), O_PATH and RESOLVE_IN_ROOT: where `path` leads when `root` is the root. Nothing
/// leads out of it, however it is named and whoever renames what meanwhile.
///
/// # Errors
/// ENOENT, ELOOP, EAGAIN when a directory on the way was moved meanwhile, ENOSYS before Linux 5.6.
pub fn find(root: &Fd, path: &CStr, links: Links) -> Result<Fd, Errno> {
    open_how(root, path, raw::O_PATH, 0, links)
}

/// open(2), O_PATH: a directory outside, as it is named.
///
/// # Errors
/// ENOENT, ENOTDIR, EACCES.
pub fn directory(base: &Fd, path: &CStr) -> Result<Fd, Errno> {
    let flags = (raw::O_PATH | raw::O_DIRECTORY | raw::O_CLOEXEC) as usize;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(openat, base.arg(), path.as_ptr() as usize, flags, 0) };
    check(ret).map(Fd::given)
}

/// openat2(2), O_CREAT and O_TRUNC: a file below `root`, for writing in place of what it may have.
/// Never waits for a reader of a named pipe.
///
/// # Errors
/// As [`find`], EROFS, EISDIR, EACCES, ENXIO.
pub fn write(root: &Fd, path: &CStr, mode: u32) -> Result<Fd, Errno> {
    let flags = raw::O_WRONLY | raw::O_CREAT | raw::O_TRUNC | raw::O_NONBLOCK | raw::O_NOCTTY;
    open_how(root, path, flags, mode, Links::Within)
}

fn open_how(root: &Fd, path: &CStr, flags: u32, mode: u32, links: Links) -> Result<Fd, Errno> {
    let resolve = match links {
        Links::Within => raw::RESOLVE_IN_ROOT | raw::RESOLVE_NO_MAGICLINKS,
        Links::None => raw::RESOLVE_IN_ROOT | raw::RESOLVE_NO_SYMLINKS,
    };
    open_resolved(root, path, flags, mode, resolve)
}

/// openat2(2), O_PATH and RESOLVE_NO_XDEV: where `path` leads without leaving the mount.
///
/// # Errors
/// EXDEV when it leaves it, ENOENT, EACCES, ENOSYS before Linux 5.6.
pub fn within_mount(base: &Fd, path: &CStr) -> Result<Fd, Errno> {
    open_resolved(base, path, raw::O_PATH, 0, raw::RESOLVE_NO_XDEV)
}

/// openat2(2), RESOLVE_NO_MAGICLINKS: as [`file::open`](super::file::open), but through no link of
/// /proc that leads to what a process has open, or to where it stands (proc_pid_fd(5)).
///
/// # Errors
/// ELOOP for such a link, ENOSYS before Linux 5.6, and those of open(2).
pub fn open_by_name(path: &CStr, mode: Mode) -> Result<Fd, Errno> {
    let flags = mode.flags();
    // It must be zero where nothing can be made (openat2(2)).
    let made = if flags & raw::O_CREAT == 0 { 0 } else { MADE };
    open_resolved(&here(), path, flags, made, raw::RESOLVE_NO_MAGICLINKS)
}

/// openat2(2) and fchdir(2): we stand where `path` leads, likewise.
///
/// # Errors
/// As [`open_by_name`], ENOTDIR.
pub fn change_directory_by_name(path: &CStr) -> Result<(), Errno> {
    let flags = raw::O_PATH | raw::O_DIRECTORY;
    stand_in(&open_resolved(&here(), path, flags, 0, raw::RESOLVE_NO_MAGICLINKS)?)
}

fn open_resolved(root: &Fd, path: &CStr, flags: u32, mode: u32, resolve: u32) -> Result<Fd, Errno> {
    let how = raw::open_how {
        flags: u64::from(flags | raw::O_CLOEXEC),
        mode: u64::from(mode),
        resolve: u64::from(resolve),
    };
    let (path, place) = (path.as_ptr() as usize, (&raw const how) as usize);
    // SAFETY: `path` ends in NUL, one struct of that size is read; both outlive the call.
    let ret = unsafe { call!(openat2, root.arg(), path, place, size_of::<raw::open_how>()) };
    check(ret).map(Fd::given)
}

/// mkdir(2), mkdirat: `name` must be a single part of a path.
///
/// # Errors
/// EEXIST when anything is there, a symbolic link too, EROFS, EACCES.
pub fn make_directory(base: &Fd, name: &CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(mkdirat, base.arg(), name.as_ptr() as usize, mode as usize) };
    check(ret).map(|_| ())
}

/// mknod(2), mknodat: an empty file; `name` must be a single part of a path.
///
/// # Errors
/// As [`make_directory`].
pub fn make_file(base: &Fd, name: &CStr, mode: u32) -> Result<(), Errno> {
    make_node(base, name, raw::S_IFREG | mode, 0)
}

/// mknod(2), mknodat: a character device.
///
/// # Errors
/// As [`make_directory`], EPERM without CAP_MKNOD in the first user namespace.
pub fn make_device(base: &Fd, name: &CStr, mode: u32, device: (u8, u8)) -> Result<(), Errno> {
    let number = usize::from(device.0) << 8 | usize::from(device.1); // new_encode_dev
    make_node(base, name, raw::S_IFCHR | mode, number)
}

fn make_node(base: &Fd, name: &CStr, mode: u32, device: usize) -> Result<(), Errno> {
    let name = name.as_ptr() as usize;
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(mknodat, base.arg(), name, mode as usize, device) };
    check(ret).map(|_| ())
}

/// symlink(2), symlinkat: `name` must be a single part of a path.
///
/// # Errors
/// As [`make_directory`].
pub fn make_link(content: &CStr, base: &Fd, name: &CStr) -> Result<(), Errno> {
    let (content, name) = (content.as_ptr() as usize, name.as_ptr() as usize);
    // SAFETY: both end in NUL and outlive the call.
    let ret = unsafe { call!(symlinkat, content, base.arg(), name) };
    check(ret).map(|_| ())
}

/// readlink(2), readlinkat: what the link has, as far as it fits.
///
/// # Errors
/// EINVAL when it is no link, ENOENT.
pub fn read_link<'b>(base: &Fd, name: &CStr, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    let (place, room) = (buffer.as_mut_ptr() as usize, buffer.len());
    // SAFETY: `name` ends in NUL; the kernel writes at most `room` bytes into `buffer`.
    let ret = unsafe { call!(readlinkat, base.arg(), name.as_ptr() as usize, place, room) };
    check(ret).map(|len| buffer.get(..len).unwrap_or_default())
}

/// access(2), faccessat with F_OK: whether there is anything; `name` must be a single part of a
/// path.
///
/// # Errors
/// ENOENT.
pub fn exists(base: &Fd, name: &CStr) -> Result<(), Errno> {
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(faccessat, base.arg(), name.as_ptr() as usize, 0) };
    check(ret).map(|_| ())
}

/// openat2(2) for reading: what is there, without waiting for anybody, and without an effect on it.
///
/// # Errors
/// As [`find`], EACCES.
pub fn read(root: &Fd, path: &CStr) -> Result<Fd, Errno> {
    open_how(root, path, raw::O_RDONLY | raw::O_NONBLOCK | raw::O_NOCTTY, 0, Links::Within)
}

/// fchmod(2). (fchmodat2 would do without reading, since Linux 6.6.)
///
/// # Errors
/// EPERM when it is not ours, EROFS.
pub fn change_mode(file: &Fd, mode: u32) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(fchmod, file.arg(), mode as usize) };
    check(ret).map(|_| ())
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its type and mode.
    mode: u32,
    /// As a device, major and minor.
    pub device: (u32, u32),
    /// The file system's device, and the number there.
    pub identity: (u32, u32, u64),
}

impl Status {
    /// Whether it is a directory.
    pub const fn is_directory(&self) -> bool {
        self.mode & raw::S_IFMT == raw::S_IFDIR
    }

    /// Whether it is this character device.
    pub fn is_device(&self, device: (u8, u8)) -> bool {
        let numbers = (u32::from(device.0), u32::from(device.1));
        self.mode & raw::S_IFMT == raw::S_IFCHR && self.device == numbers
    }
}

/// statx(2) of an open file.
///
/// # Errors
/// EBADF.
pub fn status(file: &Fd) -> Result<Status, Errno> {
    let info = stat::statx(file, c"", raw::AT_EMPTY_PATH, raw::STATX_BASIC_STATS)?;
    Ok(Status {
        mode: u32::from(info.stx_mode),
        device: (info.stx_rdev_major, info.stx_rdev_minor),
        identity: (info.stx_dev_major, info.stx_dev_minor, info.stx_ino),
    })
}

/// statx(2), STATX_MNT_ID since Linux 5.8, else 0: the number of the mount that `path` leads to,
/// and what it is there; with an empty path, those of `base` itself.
///
/// # Errors
/// ENOENT, EACCES.
pub fn mount_of(base: &Fd, path: &CStr) -> Result<(u64, u64), Errno> {
    let info = stat::statx(base, path, raw::AT_EMPTY_PATH, raw::STATX_INO | raw::STATX_MNT_ID)?;
    Ok((info.stx_mnt_id, info.stx_ino))
}

/// fchdir(2)
///
/// # Errors
/// ENOTDIR, EACCES.
pub fn stand_in(directory: &Fd) -> Result<(), Errno> {
    // SAFETY: one integer in.
    let ret = unsafe { call!(fchdir, directory.arg()) };
    check(ret).map(|_| ())
}

/// getcwd(2): where we stand; `None` when that is outside our root, or longer than `buffer`.
pub fn standing(buffer: &mut [u8]) -> Option<&CStr> {
    // SAFETY: the kernel writes at most as many bytes as there are, the last one a NUL.
    let ret = unsafe { call!(getcwd, buffer.as_mut_ptr() as usize, buffer.len()) };
    let len = check(ret).ok()?;
    let path = CStr::from_bytes_with_nul(buffer.get(..len)?).ok()?;
    path.to_bytes().starts_with(b"/").then_some(path)
}

/// umask(2): gives what it was.
pub fn set_umask(mask: u32) -> u32 {
    // SAFETY: one integer in; it cannot fail.
    let ret = unsafe { call!(umask, mask as usize) };
    check(ret).ok().and_then(|mask| u32::try_from(mask).ok()).unwrap_or(0o022)
}
