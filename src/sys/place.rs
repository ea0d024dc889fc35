//! Names below a directory of ours that is open: openat(2), mkdirat(2), unlinkat(2), renameat(2),
//! statx(2), fchmod(2), ftruncate(2).
//!
//! A name here is one part of a path and never followed when it is a symbolic link.

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::call::{call, check};
pub use super::fd::here;
use super::{Fd, stat};
use crate::model::Errno;

/// mkdir(2), mkdirat with mode 0700: nobody else may look into it.
///
/// # Errors
/// EEXIST when something is there, EROFS, ENOENT, EACCES.
pub fn make(directory: &Fd, name: &CStr) -> Result<(), Errno> {
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(mkdirat, directory.arg(), name.as_ptr() as usize, 0o700) };
    check(ret).map(|_| ())
}

/// open(2), openat: a directory, for reading its entries; close-on-exec.
///
/// # Errors
/// ENOTDIR and ELOOP for anything else, a symbolic link included; ENOENT, EACCES.
pub fn open(directory: &Fd, name: &CStr) -> Result<Fd, Errno> {
    open_as(directory, name, raw::O_RDONLY | raw::O_DIRECTORY, 0)
}

/// open(2): a directory that somebody named, wherever its path leads; close-on-exec.
///
/// # Errors
/// ENOTDIR, ENOENT, EACCES.
pub fn open_through_links(path: &CStr) -> Result<Fd, Errno> {
    let flags = (raw::O_RDONLY | raw::O_DIRECTORY | raw::O_CLOEXEC) as usize;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(openat, here().arg(), path.as_ptr() as usize, flags) };
    check(ret).map(Fd::given)
}

/// open(2), openat: a file for reading that does not wait for whoever would write; close-on-exec.
///
/// # Errors
/// ELOOP for a symbolic link, ENOENT, EACCES.
pub fn open_file(directory: &Fd, name: &CStr) -> Result<Fd, Errno> {
    open_as(directory, name, raw::O_RDONLY | raw::O_NONBLOCK, 0)
}

/// open(2), openat: a file for writing at its end, made with mode 0640 when missing; close-on-exec.
/// It does not wait for a reader where it is a named pipe.
///
/// # Errors
/// ELOOP for a symbolic link, ENXIO for a pipe without a reader, ENOENT, EACCES, EROFS.
pub fn open_log(directory: &Fd, name: &CStr) -> Result<Fd, Errno> {
    let flags = raw::O_WRONLY | raw::O_APPEND | raw::O_CREAT | raw::O_NONBLOCK;
    open_as(directory, name, flags, 0o640)
}

fn open_as(directory: &Fd, name: &CStr, flags: u32, mode: usize) -> Result<Fd, Errno> {
    let flags = (flags | raw::O_CLOEXEC | raw::O_NOCTTY | raw::O_NOFOLLOW) as usize;
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(openat, directory.arg(), name.as_ptr() as usize, flags, mode) };
    check(ret).map(Fd::given)
}

/// unlink(2), unlinkat.
///
/// # Errors
/// ENOENT, EISDIR, EROFS.
pub fn remove(directory: &Fd, name: &CStr) -> Result<(), Errno> {
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(unlinkat, directory.arg(), name.as_ptr() as usize, 0) };
    check(ret).map(|_| ())
}

/// rmdir(2), unlinkat with AT_REMOVEDIR.
///
/// # Errors
/// ENOTEMPTY, ENOENT, EBUSY.
pub fn remove_directory(directory: &Fd, name: &CStr) -> Result<(), Errno> {
    let flags = raw::AT_REMOVEDIR as usize;
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(unlinkat, directory.arg(), name.as_ptr() as usize, flags) };
    check(ret).map(|_| ())
}

/// rename(2), renameat2 without flags: within one directory, in place of what is there.
///
/// # Errors
/// ENOENT, EISDIR, EROFS.
pub fn rename(directory: &Fd, from: &CStr, to: &CStr) -> Result<(), Errno> {
    let (place, from, to) = (directory.arg(), from.as_ptr() as usize, to.as_ptr() as usize);
    // SAFETY: both names end in NUL and outlive the call.
    let ret = unsafe { call!(renameat2, place, from, place, to, 0) };
    check(ret).map(|_| ())
}

/// ftruncate(2): an open file is empty from now on.
///
/// # Errors
/// EPERM for one that may only be written at its end.
pub fn empty(file: &Fd) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(ftruncate, file.arg(), 0) };
    check(ret).map(|_| ())
}

/// fchmod(2): of a socket that is not bound yet, the mode of the file that bind(2) makes
/// (net/unix/af_unix.c, `unix_bind_bsd`).
///
/// # Errors
/// None that can happen with a socket of ours.
pub fn set_mode(fd: &Fd, mode: u32) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(fchmod, fd.arg(), mode as usize) };
    check(ret).map(|_| ())
}

/// What statx(2) says of an open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// How many names it has; 0 when it was removed.
    pub links: u32,
    /// Its owner.
    pub uid: u32,
    /// Its type and mode bits (inode(7)).
    pub mode: u16,
    /// Its length in bytes.
    pub size: u64,
}

impl State {
    /// Whether it is a regular file.
    pub const fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    /// Whether others than its owner may change it.
    pub const fn is_open_to_others(&self) -> bool {
        self.mode & 0o022 != 0
    }
}

/// statx(2): whether there is a socket of this name.
///
/// # Errors
/// EACCES and the rest of statx(2), but not ENOENT.
pub fn is_socket(directory: &Fd, name: &CStr) -> Result<bool, Errno> {
    match state_of(directory, name, raw::AT_SYMLINK_NOFOLLOW) {
        Err(Errno::ENOENT) => Ok(false),
        other => other.map(|state| state.mode & 0o170_000 == 0o140_000),
    }
}

/// statx(2) of a descriptor.
///
/// # Errors
/// ENOSYS before Linux 4.11.
pub fn state(fd: &Fd) -> Result<State, Errno> {
    state_of(fd, c"", raw::AT_EMPTY_PATH)
}

fn state_of(directory: &Fd, name: &CStr, flags: u32) -> Result<State, Errno> {
    let info = stat::statx(directory, name, flags, raw::STATX_BASIC_STATS)?;
    let (links, uid) = (info.stx_nlink, info.stx_uid);
    Ok(State { links, uid, mode: info.stx_mode, size: info.stx_size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;
    use std::path::PathBuf;

    fn scratch(name: &str) -> (PathBuf, Fd) {
        let path = std::env::temp_dir().join(std::format!("nsinit-{name}-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        let name = CString::new(path.to_str().unwrap()).unwrap();
        let directory = open(&here(), &name).unwrap();
        (path, directory)
    }

    #[test]
    fn names_are_made_renamed_and_removed_and_links_are_not_followed() {
        let (path, directory) = scratch("place");
        make(&directory, c"inner").unwrap();
        assert_eq!(make(&directory, c"inner"), Err(Errno::EEXIST));
        let inner = open(&directory, c"inner").unwrap();
        let State { mode, links, .. } = state(&inner).unwrap();
        assert_eq!((mode & 0o7777, links > 0), (0o700, true));
        std::os::unix::fs::symlink("inner", path.join("link")).unwrap();
        assert!(matches!(open(&directory, c"link"), Err(Errno::ELOOP | Errno::ENOTDIR)));
        drop(open_log(&directory, c"log").unwrap());
        rename(&directory, c"log", c"log.1").unwrap();
        assert_eq!(open_file(&directory, c"log").unwrap_err(), Errno::ENOENT);
        assert!(state(&open_file(&directory, c"log.1").unwrap()).unwrap().is_file());
        remove_directory(&directory, c"inner").unwrap();
        assert_eq!(state(&inner).unwrap().links, 0, "it was removed");
        remove(&directory, c"log.1").unwrap();
        std::fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn a_lock_is_one_openings_alone() {
        let (path, first) = scratch("lock");
        let second = open(&here(), &CString::new(path.to_str().unwrap()).unwrap()).unwrap();
        crate::sys::file::lock_now(&first).unwrap();
        assert_eq!(crate::sys::file::lock_now(&second), Err(Errno::EAGAIN));
        drop(first);
        crate::sys::file::lock_now(&second).unwrap();
        std::fs::remove_dir_all(&path).unwrap();
    }
}
