//! Sessions, process groups and the terminal (credentials(7), ioctl_tty(2), setpgid(2), setsid(2),
//! fcntl(2)).

use linux_raw_sys::general as raw;
use linux_raw_sys::ioctl::{TCXONC, TIOCGPGRP, TIOCGWINSZ, TIOCNOTTY, TIOCOUTQ};
use linux_raw_sys::ioctl::{TIOCSCTTY, TIOCSPGRP};

use super::call::{call, check};
use super::{Fd, errno};
use crate::model::{Errno, Span};

/// setsid(2): a session and process group of our own, without a terminal.
///
/// # Errors
/// EPERM when we lead a process group.
pub fn new_session() -> Result<(), Errno> {
    rustix::process::setsid().map(|_| ()).map_err(errno)
}

/// setpgid(2): a process group of our own.
///
/// # Errors
/// EPERM when we lead a session.
pub fn new_group() -> Result<(), Errno> {
    // SAFETY: two integers in; zero is ourselves.
    let ret = unsafe { call!(setpgid, 0, 0) };
    check(ret).map(|_| ())
}

/// getpgid(2) of ourselves; 0 when our group's number lies outside our PID namespace.
pub fn own_group() -> i32 {
    // SAFETY: one integer in; zero is ourselves.
    let ret = unsafe { call!(getpgid, 0) };
    check(ret).ok().and_then(|group| i32::try_from(group).ok()).unwrap_or(0)
}

/// getpgid(2) of another process.
///
/// # Errors
/// ESRCH when there is none.
pub fn group_of(pid: i32) -> Result<i32, Errno> {
    // SAFETY: one integer in.
    let ret = unsafe { call!(getpgid, pid as usize) };
    check(ret).map(|group| i32::try_from(group).unwrap_or(0))
}

/// ioctl(2) TIOCGPGRP: the terminal's foreground process group.
///
/// # Errors
/// ENOTTY when it is not our terminal.
pub fn foreground(terminal: &Fd) -> Result<i32, Errno> {
    let mut group = 0i32;
    // SAFETY: the kernel writes one integer into `group`.
    let ret =
        unsafe { call!(ioctl, terminal.arg(), TIOCGPGRP as usize, (&raw mut group) as usize) };
    check(ret).map(|_| group)
}

/// ioctl(2) TIOCSPGRP: puts a process group of our session into the foreground. SIGTTOU must be
/// blocked, or a background process is stopped by asking.
///
/// # Errors
/// ENOTTY when it is not our terminal, EPERM for a group of another session, ESRCH.
pub fn set_foreground(terminal: &Fd, group: i32) -> Result<(), Errno> {
    // SAFETY: the kernel reads one integer from `group`.
    let ret =
        unsafe { call!(ioctl, terminal.arg(), TIOCSPGRP as usize, (&raw const group) as usize) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_SETOWN_EX: notes a process group at what the descriptor is open on, for whoever has
/// that open as well ([`noted_group`]). It gets no signal: nobody asks for these (O_ASYNC).
///
/// # Errors
/// ESRCH when there is no such group.
pub fn note_group(terminal: &Fd, group: i32) -> Result<(), Errno> {
    let owner = [raw::F_OWNER_PGRP.cast_signed(), group]; // struct f_owner_ex
    let command = raw::F_SETOWN_EX as usize;
    // SAFETY: the kernel reads one struct of two integers.
    let ret = unsafe { call!(fcntl, terminal.arg(), command, (&raw const owner) as usize) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_GETOWN_EX: that group, by the number that it has in our own PID namespace
/// (fs/fcntl.c, `f_getown_ex`); none when it is gone, or nobody has noted one.
pub fn noted_group(terminal: &Fd) -> Option<i32> {
    let mut owner = [0i32; 2]; // struct f_owner_ex
    let command = raw::F_GETOWN_EX as usize;
    // SAFETY: the kernel writes one struct of two integers.
    let ret = unsafe { call!(fcntl, terminal.arg(), command, (&raw mut owner) as usize) };
    let [kind, group] = owner;
    let is_group = check(ret).is_ok() && kind == raw::F_OWNER_PGRP.cast_signed() && group > 0;
    is_group.then_some(group)
}

/// ioctl(2) TIOCOUTQ: waits until a terminal has sent what was written to it, half a second at
/// most. What is no terminal has nothing to send.
pub fn drain(terminal: &Fd) {
    const ROUNDS: usize = 500;
    for _ in 0..ROUNDS {
        let mut waiting = 0i32;
        let (request, place) = (TIOCOUTQ as usize, (&raw mut waiting) as usize);
        // SAFETY: the kernel writes one integer into `waiting`.
        let ret = unsafe { call!(ioctl, terminal.arg(), request, place) };
        if check(ret).is_err() || waiting == 0 {
            return;
        }
        let _ = super::wait::poll(&mut [], Some(Span::from_ms(1))); // every signal is blocked
    }
}

/// ioctl(2) TCXONC: a terminal whose output was held up goes on with it (tcflow(3)).
pub fn resume(terminal: &Fd) {
    const TCOON: usize = 1; // asm-generic/termbits-common.h
    // SAFETY: two integers in.
    let _ = unsafe { call!(ioctl, terminal.arg(), TCXONC as usize, TCOON) }; // it may be none
}

/// ioctl(2) TIOCSCTTY: makes the terminal that `fd` is open on our session's.
///
/// # Errors
/// ENOTTY, EPERM when we lead no session or it belongs to another.
pub fn acquire(fd: &Fd) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(ioctl, fd.arg(), TIOCSCTTY as usize, 0) };
    check(ret).map(|_| ())
}

/// ioctl(2) TIOCNOTTY: our process has no controlling terminal any more. When it leads the session,
/// nobody in it has, and the foreground process group gets HUP and CONT.
///
/// # Errors
/// ENOTTY when `fd` is not on our controlling terminal.
pub fn give_up(fd: &Fd) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(ioctl, fd.arg(), TIOCNOTTY as usize, 0) };
    check(ret).map(|_| ())
}

/// getsid(2): whether we lead our session.
pub fn leads_session() -> bool {
    // SAFETY: one integer in; zero is ourselves.
    let ret = unsafe { call!(getsid, 0) };
    check(ret).ok().and_then(|session| i32::try_from(session).ok()) == Some(super::process::pid())
}

/// ioctl(2) TIOCGWINSZ: how many columns the terminal has; 0 where nobody has said.
///
/// # Errors
/// ENOTTY for anything but a terminal.
pub fn columns(fd: &Fd) -> Result<u16, Errno> {
    let mut size = [0u16; 4]; // struct winsize: rows, columns, and both in pixels
    // SAFETY: the kernel writes one struct winsize into `size`.
    let ret = unsafe { call!(ioctl, fd.arg(), TIOCGWINSZ as usize, (&raw mut size) as usize) };
    let _ = check(ret)?; // zero
    let [_, columns, ..] = size;
    Ok(columns)
}
