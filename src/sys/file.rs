//! Files: open(2), read(2), pread(2), write(2), access(2), getdents64(2), mkdir(2), rmdir(2),
//! mknod(2), symlink(2), flock(2).

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use super::pty;
use super::wait::{self, Source};
use crate::model::{Errno, Span};

/// How a file is opened; close-on-exec always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For reading.
    Read,
    /// For writing; the file must be there.
    Write,
    /// For both.
    ReadWrite,
    /// For writing at its end; made with mode 0640 when missing. Never waits for a reader of a
    /// named pipe.
    Append,
    /// For writing in place of what it has; made with mode 0640 when missing. Never waits for a
    /// reader of a named pipe.
    Replace,
    /// A directory, for reading its entries.
    Directory,
    /// The same, but not where a symbolic link leads.
    Below,
    /// For reading, never waiting.
    ReadNow,
    /// For writing, never waiting; the file must be there.
    WriteNow,
}

/// open(2): opens `path` below the directory we stand in. Never makes a terminal ours.
///
/// # Errors
/// ENOENT, EACCES, ELOOP and the rest of open(2).
pub fn open(path: &CStr, mode: Mode) -> Result<Fd, Errno> {
    open_from(raw::AT_FDCWD as usize, path, mode)
}

/// open(2), openat: opens `path` below `directory`; otherwise as [`open`].
///
/// # Errors
/// As [`open`].
pub fn open_in(directory: &Fd, path: &CStr, mode: Mode) -> Result<Fd, Errno> {
    open_from(directory.arg(), path, mode)
}

fn open_from(directory: usize, path: &CStr, mode: Mode) -> Result<Fd, Errno> {
    let flags = mode.flags() as usize;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(openat, directory, path.as_ptr() as usize, flags, MADE as usize) };
    check(ret).map(Fd::given)
}

/// The mode of a file that is made.
pub(super) const MADE: u32 = 0o640;

impl Mode {
    pub(super) const fn flags(self) -> u32 {
        let flags = match self {
            Self::Read => raw::O_RDONLY,
            Self::Write => raw::O_WRONLY,
            Self::ReadWrite => raw::O_RDWR,
            Self::Replace => raw::O_WRONLY | raw::O_TRUNC | raw::O_CREAT | raw::O_NONBLOCK,
            Self::Append => raw::O_WRONLY | raw::O_APPEND | raw::O_CREAT | raw::O_NONBLOCK,
            Self::Directory => raw::O_RDONLY | raw::O_DIRECTORY,
            Self::Below => raw::O_RDONLY | raw::O_DIRECTORY | raw::O_NOFOLLOW,
            Self::ReadNow => raw::O_RDONLY | raw::O_NONBLOCK,
            Self::WriteNow => raw::O_WRONLY | raw::O_NONBLOCK,
        };
        flags | raw::O_CLOEXEC | raw::O_NOCTTY
    }
}

/// read(2): fills the beginning of `buffer`, gives how many bytes.
///
/// # Errors
/// EAGAIN on a descriptor that does not block, EIO, EISDIR.
pub fn read(fd: &Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel writes at most `buffer.len()` bytes into it.
    let ret = unsafe { call!(read, fd.arg(), buffer.as_mut_ptr() as usize, buffer.len()) };
    check(ret)
}

/// pread(2): fills the beginning of `buffer` from byte `offset` of the file on.
///
/// # Errors
/// As [`read`].
pub fn read_at(fd: &Fd, offset: usize, buffer: &mut [u8]) -> Result<usize, Errno> {
    let (place, len) = (buffer.as_mut_ptr() as usize, buffer.len());
    // SAFETY: the kernel writes at most `buffer.len()` bytes into it.
    let ret = unsafe { call!(pread64, fd.arg(), place, len, offset) };
    check(ret)
}

/// statvfs(3): whether `path` lies on a file system mounted noexec.
pub fn is_noexec(path: &CStr) -> bool {
    let flags = rustix::fs::statvfs(path).map(|state| state.f_flag);
    flags.is_ok_and(|flags| flags.contains(rustix::fs::StatVfsMountFlags::NOEXEC))
}

/// write(2): gives how many bytes were taken.
///
/// # Errors
/// EPIPE when nobody reads (SIGPIPE is blocked), EAGAIN, what a file in /proc refuses, and EIO for
/// one that takes nothing and says that all is well, as one of FUSE may (fuse(4)): whoever writes
/// the rest would do so for ever.
pub fn write(fd: &Fd, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads at most `bytes.len()` bytes from it.
    let ret = unsafe { call!(write, fd.arg(), bytes.as_ptr() as usize, bytes.len()) };
    taken(check(ret), bytes)
}

/// How many of `bytes` were taken.
fn taken(written: Result<usize, Errno>, bytes: &[u8]) -> Result<usize, Errno> {
    match written {
        Ok(0) if !bytes.is_empty() => Err(Errno::EIO),
        other => other,
    }
}

/// write(2) that does not wait: pwritev2(2) with RWF_NOWAIT and no position. Where the kernel or
/// the file cannot do that (terminals, pipes of older kernels), a plain write if poll(2) says that
/// there is room.
///
/// # Errors
/// EAGAIN when it would have to wait, and those of [`write()`].
pub fn write_now(fd: &Fd, bytes: &[u8]) -> Result<usize, Errno> {
    const NO_WAIT: usize = 8; // RWF_NOWAIT (linux/fs.h)
    let part = [bytes.as_ptr() as usize, bytes.len()]; // struct iovec
    let (parts, no_position) = ((&raw const part) as usize, usize::MAX);
    // SAFETY: the kernel reads `part`, and at most `bytes.len()` bytes from where it points to.
    let ret = unsafe { call!(pwritev2, fd.arg(), parts, 1, no_position, no_position, NO_WAIT) };
    match taken(check(ret), bytes) {
        Err(Errno::EOPNOTSUPP | Errno::ENOSYS | Errno::EPERM) => {
            match wait::poll(&mut [Source::writable(fd)], Some(Span::ZERO))? {
                0 => Err(Errno::EAGAIN),
                _ => write(fd, bytes.get(..room(fd, bytes)).unwrap_or(bytes)),
            }
        }
        result => result,
    }
}

/// How much of `bytes` can be written without a wait where poll(2) says that there is room. A
/// terminal would wait until it has taken all of it (drivers/tty/n_tty.c, `n_tty_write`). Its room
/// is given in pieces of 256 bytes (drivers/tty/tty_buffer.c), and anew behind the end of a line,
/// which takes two.
fn room(fd: &Fd, bytes: &[u8]) -> usize {
    const PIECE: usize = 128;
    match pty::settings(fd) {
        Err(Errno::ENOTTY) => bytes.len(),
        Ok(_) | Err(_) => match bytes.iter().take(PIECE).position(|byte| *byte == b'\n') {
            Some(0) => 1,
            Some(len) => len,
            None => bytes.len().min(PIECE),
        },
    }
}

/// access(2), faccessat: whether we could open `path` in this way.
///
/// # Errors
/// ENOENT, EACCES and the rest of access(2).
pub fn access(path: &CStr, for_execution: bool) -> Result<(), Errno> {
    let mode = if for_execution { raw::X_OK } else { raw::F_OK };
    let here = raw::AT_FDCWD as usize;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(faccessat, here, path.as_ptr() as usize, mode as usize) };
    check(ret).map(|_| ())
}

/// mkdir(2), mkdirat with mode 0755.
///
/// # Errors
/// EEXIST when something is there, EROFS, ENOENT.
pub fn make_directory(path: &CStr) -> Result<(), Errno> {
    let here = raw::AT_FDCWD as usize;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(mkdirat, here, path.as_ptr() as usize, 0o755) };
    check(ret).map(|_| ())
}

/// rmdir(2), unlinkat with AT_REMOVEDIR.
///
/// # Errors
/// ENOENT, ENOTEMPTY, EBUSY.
pub fn remove_directory(path: &CStr) -> Result<(), Errno> {
    let (here, flags) = (raw::AT_FDCWD as usize, raw::AT_REMOVEDIR as usize);
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(unlinkat, here, path.as_ptr() as usize, flags) };
    check(ret).map(|_| ())
}

/// unlink(2), unlinkat: a name below `directory` is gone; of a directory when it `is_directory`.
///
/// # Errors
/// EISDIR, ENOTEMPTY, EBUSY for what something is mounted on.
pub fn remove_in(directory: &Fd, name: &CStr, is_directory: bool) -> Result<(), Errno> {
    let flags = if is_directory { raw::AT_REMOVEDIR as usize } else { 0 };
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(unlinkat, directory.arg(), name.as_ptr() as usize, flags) };
    check(ret).map(|_| ())
}

/// mknod(2), mknodat: a character device with mode 0600.
///
/// # Errors
/// EEXIST, EROFS, EPERM.
pub fn make_device(path: &CStr, major: u8, minor: u8) -> Result<(), Errno> {
    let here = raw::AT_FDCWD as usize;
    let mode = (raw::S_IFCHR | 0o600) as usize;
    let device = usize::from(major) << 8 | usize::from(minor); // new_encode_dev of small numbers
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(mknodat, here, path.as_ptr() as usize, mode, device) };
    check(ret).map(|_| ())
}

/// symlink(2), symlinkat.
///
/// # Errors
/// EEXIST, EROFS, ENOENT.
pub fn make_link(target: &CStr, path: &CStr) -> Result<(), Errno> {
    let (target, path) = (target.as_ptr() as usize, path.as_ptr() as usize);
    // SAFETY: both end in NUL and outlive the call.
    let ret = unsafe { call!(symlinkat, target, raw::AT_FDCWD as usize, path) };
    check(ret).map(|_| ())
}

/// getdents64(2): the next entries of a directory; see [`entry_names`]. None left is zero bytes.
///
/// # Errors
/// ENOTDIR, ENOENT when the directory was removed.
pub fn entries<'a>(directory: &Fd, buffer: &'a mut [u8]) -> Result<&'a [u8], Errno> {
    // SAFETY: the kernel writes at most `buffer.len()` bytes into it.
    let ret =
        unsafe { call!(getdents64, directory.arg(), buffer.as_mut_ptr() as usize, buffer.len()) };
    check(ret).map(|len| buffer.get(..len).unwrap_or_default())
}

/// The names in what [`entries`] gave: each entry has a u64, an i64, its length as u16, a type
/// byte, then the name, ended by NUL (getdents(2), struct linux_dirent64).
pub fn entry_names(mut entries: &[u8]) -> impl Iterator<Item = &CStr> {
    core::iter::from_fn(move || {
        let len =
            entries.get(16..18).and_then(|len| len.try_into().ok()).map(u16::from_ne_bytes)?;
        let (entry, rest) = entries.split_at_checked(usize::from(len))?;
        entries = rest;
        CStr::from_bytes_until_nul(entry.get(19..)?).ok()
    })
}

/// fcntl(2), F_SETLK with F_RDLCK: a lock of the whole file, for reading, which this process has
/// until it closes any descriptor of that file.
///
/// # Errors
/// EAGAIN or EACCES when somebody has locked it for writing.
pub fn lock_for_reading(file: &Fd) -> Result<(), Errno> {
    // SAFETY: a struct of integers, for which zero is a value: from the start to the end.
    let mut lock: raw::flock = unsafe { core::mem::zeroed() };
    lock.l_type = raw::F_RDLCK as _;
    let (command, lock_at) = (raw::F_SETLK as usize, (&raw const lock) as usize);
    // SAFETY: the kernel reads one struct, which outlives the call.
    let ret = unsafe { call!(fcntl, file.arg(), command, lock_at) };
    check(ret).map(|_| ())
}

/// flock(2), LOCK_EX without waiting: the lock is ours until everybody has closed the descriptor
/// that shares it with us.
///
/// # Errors
/// EAGAIN when it is somebody else's.
pub fn lock_now(file: &Fd) -> Result<(), Errno> {
    let how = (raw::LOCK_EX | raw::LOCK_NB) as usize;
    // SAFETY: two integers in.
    let ret = unsafe { call!(flock, file.arg(), how) };
    check(ret).map(|_| ())
}
