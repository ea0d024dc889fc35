//! Descriptors that close themselves: close(2), close_range(2), dup(2), pipe(2).

use core::mem::ManuallyDrop;

use linux_raw_sys::general as raw;

use super::call::{call, check};
use crate::model::Errno;

/// An open descriptor of ours, closed when it goes.
#[derive(Debug)]
pub struct Fd(i32);

/// The directory we stand in (openat(2), AT_FDCWD); a path from the root goes through it as well.
pub const fn here() -> ManuallyDrop<Fd> {
    Fd::inherited(raw::AT_FDCWD)
}

impl Fd {
    /// Takes a descriptor that a call has just given us. One of 0 to 2, which we get when we were
    /// started without them, is moved up: it would be taken for an input or output, by our own
    /// messages to begin with.
    pub(super) fn given(number: usize) -> Self {
        // The kernel numbers descriptors below 2^20 (fs.nr_open).
        let fd = Self(i32::try_from(number).unwrap_or(-1));
        match number {
            0..=2 => fd.moved_up(),
            _ => fd,
        }
    }

    /// fcntl(2), F_DUPFD_CLOEXEC: the same above 2; as it is where there is no room.
    #[cold]
    fn moved_up(self) -> Self {
        let command = raw::F_DUPFD_CLOEXEC as usize;
        // SAFETY: three integers in.
        let ret = unsafe { call!(fcntl, self.arg(), command, 3) };
        match check(ret) {
            Ok(number) => Self::given(number),
            Err(_) => self,
        }
    }

    /// The descriptor with this number, which we were given by whoever started us. It is not
    /// closed.
    pub const fn inherited(number: i32) -> ManuallyDrop<Self> {
        ManuallyDrop::new(Self(number))
    }

    /// As [`Fd::inherited`], one above 2 that is for nobody but us: it is closed.
    pub const fn taken(number: i32) -> Self {
        Self(number)
    }

    /// fcntl(2), F_DUPFD_CLOEXEC: a copy that is ours.
    ///
    /// # Errors
    /// EBADF when nobody gave us such a descriptor, EMFILE.
    pub fn copy(&self) -> Result<Self, Errno> {
        // SAFETY: three integers in.
        let ret = unsafe { call!(fcntl, self.arg(), raw::F_DUPFD_CLOEXEC as usize, 3) };
        check(ret).map(Self::given)
    }

    /// Its number.
    pub const fn number(&self) -> i32 {
        self.0
    }

    /// Its number, as an argument of a call.
    pub(super) const fn arg(&self) -> usize {
        self.0 as usize
    }

    /// Leaves it open for good; for descriptors that live as long as we do.
    pub const fn leave_open(self) -> ManuallyDrop<Self> {
        ManuallyDrop::new(self)
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        // SAFETY: one integer in; this descriptor is ours alone, nobody uses its number after us.
        let _ = unsafe { call!(close, self.arg()) }; // gone whatever it says (close(2))
    }
}

/// pipe(2): the end to read and the end to write, both close-on-exec.
///
/// # Errors
/// EMFILE, ENFILE.
pub fn pipe(is_blocking: bool) -> Result<(Fd, Fd), Errno> {
    let mut ends = [0i32; 2];
    let flags = if is_blocking { raw::O_CLOEXEC } else { raw::O_CLOEXEC | raw::O_NONBLOCK };
    // SAFETY: the kernel writes two integers into `ends`, which outlives the call.
    let ret = unsafe { call!(pipe2, (&raw mut ends) as usize, flags as usize) };
    let _ = check(ret)?; // zero
    let [read, write] = ends.map(|end| Fd::given(usize::try_from(end).unwrap_or(usize::MAX)));
    Ok((read, write))
}

/// dup(2), dup3 without close-on-exec: makes descriptor `number` a copy of `fd`, for the program
/// to come.
///
/// # Errors
/// EBUSY, EMFILE.
pub fn redirect(fd: &Fd, number: i32) -> Result<(), Errno> {
    if fd.number() == number {
        return clear_cloexec(fd);
    }
    // SAFETY: three integers in.
    let ret = unsafe { call!(dup3, fd.arg(), number as usize, 0) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_SETFD, by way of ioctl FIONCLEX: the descriptor stays open at exec.
fn clear_cloexec(fd: &Fd) -> Result<(), Errno> {
    // SAFETY: the request takes no argument.
    let ret = unsafe { call!(ioctl, fd.arg(), linux_raw_sys::ioctl::FIONCLEX as usize) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_SETFD, by way of ioctl FIOCLEX: no program that is executed has the descriptor.
///
/// # Errors
/// EBADF.
pub fn close_at_exec(fd: &Fd) -> Result<(), Errno> {
    // SAFETY: the request takes no argument.
    let ret = unsafe { call!(ioctl, fd.arg(), linux_raw_sys::ioctl::FIOCLEX as usize) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_GETFL: whether a descriptor that we were given is open to read, and to write;
/// neither, with O_PATH (open(2)).
///
/// # Errors
/// EBADF.
pub fn may_read_and_write(fd: &Fd) -> Result<(bool, bool), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(fcntl, fd.arg(), raw::F_GETFL as usize) };
    let flags = u32::try_from(check(ret)?).unwrap_or(0);
    let is_path = flags & raw::O_PATH != 0;
    let mode = flags & raw::O_ACCMODE;
    Ok((!is_path && mode != raw::O_WRONLY, !is_path && mode != raw::O_RDONLY))
}

/// close_range(2), since Linux 5.9: closes every descriptor from `first` to `last`.
///
/// # Errors
/// ENOSYS on older kernels.
pub fn close_between(first: u32, last: u32) -> Result<(), Errno> {
    // SAFETY: three integers in; the caller keeps no descriptor in between.
    let ret = unsafe { call!(close_range, first as usize, last as usize, 0) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_SETFL with O_NONBLOCK: whoever reads this end of a pipe does not wait; the other end
/// stays as it is.
///
/// # Errors
/// EBADF.
pub fn dont_wait(fd: &Fd) -> Result<(), Errno> {
    let (command, flag) = (raw::F_SETFL as usize, raw::O_NONBLOCK as usize);
    // SAFETY: three integers in; a pipe has no other flag that could be lost.
    let ret = unsafe { call!(fcntl, fd.arg(), command, flag) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_SETFL without O_NONBLOCK: whoever reads and writes here waits, as programs expect it
/// of their standard descriptors. What is always written at its end stays so.
///
/// # Errors
/// EBADF.
pub fn may_wait(fd: &Fd, appends: bool) -> Result<(), Errno> {
    let flags = if appends { raw::O_APPEND } else { 0 };
    // SAFETY: three integers in.
    let ret = unsafe { call!(fcntl, fd.arg(), raw::F_SETFL as usize, flags as usize) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_GETFD: whether there is an open descriptor of this number.
pub fn is_open(number: i32) -> bool {
    // SAFETY: two integers in.
    let ret = unsafe { call!(fcntl, number as usize, raw::F_GETFD as usize) };
    check(ret).is_ok()
}

/// close(2) of one number, whoever opened it; for kernels without close_range.
///
/// # Errors
/// EBADF.
pub fn close_number(number: i32) -> Result<(), Errno> {
    // SAFETY: one integer in; the caller keeps no descriptor of this number.
    let ret = unsafe { call!(close, number as usize) };
    check(ret).map(|_| ())
}
