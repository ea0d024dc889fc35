//! Waiting: ppoll(2), wait4(2), waitid(2), and the pidfd that tells how a process ended.

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::{End, Errno, Signal, SignalSet, Span};

/// A descriptor to wait for.
#[repr(transparent)]
pub struct Source(raw::pollfd);

impl Source {
    /// Waits until `fd` can be read, or its other end is closed.
    pub const fn readable(fd: &Fd) -> Self {
        Self(raw::pollfd { fd: fd.number(), events: raw::POLLIN as i16, revents: 0 })
    }

    /// Waits for `fd` as [`Source::readable`] does, where there is one.
    pub fn of(fd: Option<&Fd>) -> Self {
        fd.map_or(Self::nothing(), Self::readable)
    }

    /// Waits until `fd` can be written.
    pub const fn writable(fd: &Fd) -> Self {
        Self(raw::pollfd { fd: fd.number(), events: raw::POLLOUT as i16, revents: 0 })
    }

    /// Waits until a file of the kernel has changed since it was read.
    pub const fn changed(fd: &Fd) -> Self {
        Self(raw::pollfd { fd: fd.number(), events: raw::POLLPRI as i16, revents: 0 })
    }

    /// Waits until the process of a pidfd is reaped (kernel/fork.c, `pidfd_poll`, since Linux 6.9).
    pub const fn reaped(pidfd: &Fd) -> Self {
        Self(raw::pollfd { fd: pidfd.number(), events: 0, revents: 0 }) // POLLHUP always comes
    }

    /// Waits for nothing; keeps a place in the list.
    pub const fn nothing() -> Self {
        Self(raw::pollfd { fd: -1, events: 0, revents: 0 })
    }

    /// Whether something came.
    pub const fn is_ready(&self) -> bool {
        self.0.revents != 0
    }

    /// Whether it can never be written: nobody has the other end of a pipe any more (poll(2),
    /// POLLERR).
    pub const fn has_failed(&self) -> bool {
        self.0.revents & raw::POLLERR as i16 != 0
    }

    /// Whether its other end is closed; for a pidfd, whether the process has been reaped
    /// (fs/pidfs.c, `pidfd_poll`, since Linux 6.11).
    pub const fn is_hung_up(&self) -> bool {
        self.0.revents & raw::POLLHUP as i16 != 0
    }
}

/// ppoll(2): waits until one of `sources` is ready; `None` waits for ever.
///
/// # Errors
/// EINTR after a stop and SIGCONT where the kernel cannot go on by itself: with a `timeout`, and
/// STICKY_TIMEOUTS of personality(2) (fs/select.c, `poll_select_finish`).
pub fn poll(sources: &mut [Source], timeout: Option<Span>) -> Result<usize, Errno> {
    let mut time = timeout.map(|span| raw::__kernel_timespec {
        tv_sec: (span.ns() / 1_000_000_000).cast_signed(),
        tv_nsec: (span.ns() % 1_000_000_000).cast_signed(),
    });
    let time_at = time.as_mut().map_or(0, |time| core::ptr::from_mut(time) as usize);
    // SAFETY: the kernel writes `revents` of each entry; it reads one timespec, which outlives the
    // call, and leaves in it the time that remains (ppoll(2), "C library/kernel differences").
    let ret = unsafe { call!(ppoll, sources.as_mut_ptr() as usize, sources.len(), time_at, 0, 8) };
    check(ret)
}

/// ppoll(2) with a signal mask: waits until `fd` can be read or its other end is closed, with the
/// signals of `mask` blocked meanwhile and no others.
///
/// # Errors
/// None that can happen: without a timeout the kernel goes on after a stop and SIGCONT.
pub fn until_readable(fd: &Fd, mask: SignalSet) -> Result<(), Errno> {
    let mut source = Source::readable(fd);
    let mask = mask.bits();
    let (source_at, mask_at) = ((&raw mut source) as usize, (&raw const mask) as usize);
    // SAFETY: the kernel writes `revents` of one entry and reads a mask of eight bytes.
    let ret = unsafe { call!(ppoll, source_at, 1, 0, mask_at, 8) };
    check(ret).map(|_| ()) // one is ready
}

/// wait4(2) without waiting: reaps one child that ended, whoever it is (clone children too).
/// `None` when none has ended yet.
///
/// # Errors
/// ECHILD when there is no child at all.
pub fn reap_any() -> Result<Option<(i32, End)>, Errno> {
    wait4(-1)
}

/// wait4(2) without waiting, for one child.
///
/// # Errors
/// ECHILD when it is no child of ours, or reaped already.
pub fn reap(pid: i32) -> Result<Option<(i32, End)>, Errno> {
    wait4(pid)
}

/// wait4(2) that waits until this child has ended, and reaps it.
///
/// # Errors
/// ECHILD when it is no child of ours, or the kernel has reaped it, which it does when SIGCHLD is
/// ignored.
pub fn until_end_of(pid: i32) -> Result<Option<End>, Errno> {
    let mut status = 0u32;
    // SAFETY: the kernel writes one integer into `status`; no rusage is asked for.
    let ret =
        unsafe { call!(wait4, pid as usize, (&raw mut status) as usize, raw::__WALL as usize, 0) };
    let _ = check(ret)?; // its number
    Ok(End::from_wait(status))
}

fn wait4(pid: i32) -> Result<Option<(i32, End)>, Errno> {
    let mut status = 0u32;
    let options = raw::WNOHANG | raw::__WALL;
    // SAFETY: the kernel writes one integer into `status`; no rusage is asked for.
    let ret =
        unsafe { call!(wait4, pid as usize, (&raw mut status) as usize, options as usize, 0) };
    let pid = i32::try_from(check(ret)?).unwrap_or(0);
    Ok(End::from_wait(status).filter(|_| pid > 0).map(|end| (pid, end)))
}

/// wait4(2) that waits until a child has ended, and reaps it. Where the kernel reaps, it comes back
/// when that is done; nobody asks how it ended.
///
/// # Errors
/// ECHILD when the kernel has reaped it, or it is no child of ours.
pub fn until_ended(pid: i32) -> Result<(), Errno> {
    let options = raw::__WALL as usize;
    // SAFETY: integers in; neither status nor rusage is asked for.
    let ret = unsafe { call!(wait4, pid as usize, 0, options, 0) };
    check(ret).map(|_| ())
}

/// waitid(2) on a pidfd, without waiting: the signal that stopped this child since we last asked.
///
/// # Errors
/// ECHILD when it is gone.
pub fn stopped(pidfd: &Fd) -> Result<Option<Signal>, Errno> {
    let mut info = [0u32; 32]; // siginfo_t: signo, errno, code, padding, pid, uid, status
    let (kind, options) = (raw::P_PIDFD as usize, (raw::WSTOPPED | raw::WNOHANG) as usize);
    // SAFETY: the kernel writes at most 128 bytes into `info`; no rusage is asked for.
    let ret = unsafe { call!(waitid, kind, pidfd.arg(), (&raw mut info) as usize, options, 0) };
    let _ = check(ret)?; // zero
    let [signo, _, _, _, _, _, status, ..] = info;
    Ok(Signal::new(status).filter(|_| signo != 0))
}

/// What PIDFD_GET_INFO fills in (linux/pidfd.h, struct pidfd_info of Linux 6.16). A kernel that
/// knows less of it fills in less.
#[repr(C)]
#[derive(Default)]
struct Info {
    mask: u64,
    cgroup: u64,
    ids: [u32; 11],
    exit_code: i32,
    rest: [u32; 2],
}

/// PIDFD_GET_INFO of linux/pidfd.h: `_IOWR(0xff, 11, struct pidfd_info)`.
const GET_INFO: usize = 0xc048_ff0b;
/// PIDFD_INFO_EXIT of linux/pidfd.h.
const INFO_EXIT: u64 = 1 << 3;

const _: () = assert!(size_of::<Info>() == 0x48, "the size is part of the request");

/// ioctl(2) PIDFD_GET_INFO: how the process ended, when the kernel itself has reaped it.
/// `None` when it has not (it runs, or a zombie waits for us), or the kernel is older than 6.15.
///
/// # Errors
/// ENOTTY and EINVAL on kernels without this request, ESRCH on 6.13 and 6.14 after the end.
pub fn end_of(pidfd: &Fd) -> Result<Option<End>, Errno> {
    let mut info = Info { mask: INFO_EXIT, ..Info::default() };
    // SAFETY: the kernel reads and writes one struct of the size that the request names.
    let ret = unsafe { call!(ioctl, pidfd.arg(), GET_INFO, (&raw mut info) as usize) };
    let _ = check(ret)?; // zero
    let end = End::from_wait(info.exit_code.cast_unsigned());
    Ok(end.filter(|_| info.mask & INFO_EXIT != 0))
}
