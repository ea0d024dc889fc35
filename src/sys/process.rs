//! Processes: clone(2), clone3(2), execve(2), exit_group(2), prctl(2).

use core::ffi::{CStr, c_void};

use linux_raw_sys::general as raw;

use super::call::{call, check, number};
use super::start::Pointers;
use super::{Fd, arch, errno, stat};
use crate::model::{Errno, Namespace, NamespaceSet, Signal};

/// A child of ours.
#[derive(Debug)]
pub struct Child {
    /// Its PID, in our namespace.
    pub pid: i32,
    /// Its pidfd; `None` where the kernel has none to give (qemu-user, Linux before 5.2).
    pub pidfd: Option<Fd>,
}

/// On which side of clone(2) we are.
#[derive(Debug)]
pub enum Side {
    /// The one that called.
    Parent(Child),
    /// The new one.
    Child,
}

/// The struct that clone3(2) takes, without the fields after Linux 5.5 or, with a cgroup, 5.7.
fn clone3_args(flags: u64, pidfd: &mut i32, cgroup: Option<&Fd>) -> (raw::clone_args, usize) {
    // SAFETY: a struct of integers, for which zero means "not used" (clone(2), "clone3()").
    let none: raw::clone_args = unsafe { core::mem::zeroed() };
    let (into, cgroup, size) = match cgroup {
        Some(cgroup) => {
            (raw::CLONE_INTO_CGROUP, cgroup.arg() as u64, raw::CLONE_ARGS_SIZE_VER2 as usize)
        }
        None => (0, 0, raw::CLONE_ARGS_SIZE_VER0 as usize),
    };
    let args = raw::clone_args {
        flags: flags | u64::from(raw::CLONE_PIDFD) | into,
        pidfd: core::ptr::from_mut(pidfd) as u64,
        exit_signal: u64::from(raw::SIGCHLD),
        cgroup,
        ..none
    };
    (args, size)
}

/// The descriptor a clone wrote, or did not.
fn given(pidfd: i32) -> Option<Fd> {
    usize::try_from(pidfd).ok().map(Fd::given)
}

/// clone3(2): a copy of ourselves in new namespaces of these kinds. With `time` its clocks are
/// those we have: offsets cannot be set any more (time_namespaces(7)).
///
/// # Errors
/// EPERM, EINVAL where the kernel lacks a kind, ENOSPC or EUSERS at a limit, ENOSYS where a seccomp
/// filter hides clone3 and `time` is asked for.
pub fn clone_into(kinds: NamespaceSet) -> Result<Side, Errno> {
    copy(u64::from(kinds.bits()), u64::from(raw::SIGCHLD))
}

/// clone3(2) with these flags; clone(2), where there is no clone3 and the flags allow that.
fn copy(flags: u64, exit_signal: u64) -> Result<Side, Errno> {
    let mut pidfd = -1i32;
    match clone3(flags, exit_signal, None, &mut pidfd) {
        // clone(2) has no bit for `time`: 0x80 lies in its exit signal.
        Err(Errno::ENOSYS) if flags & u64::from(Namespace::Time.flag()) == 0 => {
            let pid = clone_old((flags | exit_signal) as u32, &mut pidfd)?;
            Ok(side_of(pid, pidfd))
        }
        other => other,
    }
}

/// clone3(2), CLONE_INTO_CGROUP since Linux 5.7: the same in a cgroup, which this directory is.
///
/// # Errors
/// As [`clone_into`], E2BIG before Linux 5.7, ENOSYS; EACCES when we may not move a process there,
/// EBUSY where a cgroup with processes of its own hands controllers down, ENODEV when it is gone.
pub fn clone_into_cgroup(kinds: NamespaceSet, cgroup: &Fd) -> Result<Side, Errno> {
    clone3(u64::from(kinds.bits()), u64::from(raw::SIGCHLD), Some(cgroup), &mut -1)
}

fn clone3(
    flags: u64,
    exit_signal: u64,
    cgroup: Option<&Fd>,
    pidfd: &mut i32,
) -> Result<Side, Errno> {
    let (args, size) = clone3_args(flags, pidfd, cgroup);
    let args = raw::clone_args { exit_signal, ..args };
    // SAFETY: the kernel reads the struct and writes `pidfd`. Memory is copied, as by fork(2), so
    // the child has a whole stack of its own to return on.
    let pid = check(unsafe { call!(clone3, (&raw const args) as usize, size) })?;
    Ok(side_of(pid, *pidfd))
}

/// On which side we are, who got this number.
fn side_of(pid: usize, pidfd: i32) -> Side {
    match i32::try_from(pid).unwrap_or(0) {
        0 => Side::Child,
        pid => Side::Parent(Child { pid, pidfd: given(pidfd) }),
    }
}

/// clone(2), where there is no clone3.
fn clone_old(flags: u32, pidfd: &mut i32) -> Result<usize, Errno> {
    let flags = flags | raw::CLONE_PIDFD;
    let [a, b, c, d, e] = arch::clone_args(flags as usize, core::ptr::from_mut(pidfd) as usize);
    // SAFETY: as above; a stack of zero keeps the copied one.
    check(unsafe { call!(clone, a, b, c, d, e) })
}

/// clone3(2) with CLONE_FILES: a copy of ourselves that has our very table of descriptors. What it
/// opens is open here, and what it closes is closed here.
///
/// # Errors
/// EAGAIN at a limit of processes, ENOMEM.
pub fn clone_with_files() -> Result<Side, Errno> {
    copy(u64::from(raw::CLONE_FILES), u64::from(raw::SIGCHLD))
}

/// clone3(2) with CLONE_PARENT: as [`clone_into`], but the new process is a child of our parent,
/// whom its end is told.
///
/// # Errors
/// As [`clone_into`], and ENOMEM where the PID namespace for our children has lost its PID 1
/// (pid_namespaces(7)).
pub fn clone_sibling(kinds: NamespaceSet) -> Result<Side, Errno> {
    // A sibling's exit signal is our own (kernel/fork.c, `copy_process`).
    copy(u64::from(raw::CLONE_PARENT | kinds.bits()), 0)
}

/// A child of ours that another process made for us, with the number of its pidfd in the table of
/// descriptors that we share.
pub fn made_for_us(pid: i32, pidfd: Option<i32>) -> Child {
    Child { pid, pidfd: pidfd.and_then(given) }
}

/// clone3(2) with CLONE_VM and CLONE_VFORK: a child that borrows our memory until it executes a
/// program or ends; we sleep as long. It does `errand` and exits with the code that it returns;
/// what it changes in memory is there when we wake.
///
/// # Errors
/// EAGAIN at a limit of processes, ENOMEM; EINVAL where there are no pidfds (qemu-user), and
/// nothing was started then.
pub fn spawn<F: FnMut() -> u8>(errand: &mut F) -> Result<Child, Errno> {
    spawn_in(None, errand)
}

/// The same in a cgroup, which this directory is, where there is one; by clone3(2) alone then.
///
/// # Errors
/// As [`spawn`] and [`clone_into_cgroup`]; nothing was started then.
pub fn spawn_in<F: FnMut() -> u8>(cgroup: Option<&Fd>, errand: &mut F) -> Result<Child, Errno> {
    let mut pidfd = -1i32;
    let flags = raw::CLONE_VM | raw::CLONE_VFORK;
    let argument = core::ptr::from_mut(errand).cast::<c_void>();
    let (args, size) = clone3_args(u64::from(flags), &mut pidfd, cgroup);
    let list = [(&raw const args) as usize, size, 0, 0, 0];
    // SAFETY: a clone3 with both flags and no stack; `run::<F>` never returns and gets its own F.
    let mut ret = check(unsafe { arch::spawn(number::clone3, list, run::<F>, argument) });
    // Filters hide clone3: Docker's with ENOSYS, and before 20.10.10 with EPERM. The kernel itself
    // asks for no right to this.
    if cgroup.is_none() && matches!(ret, Err(Errno::ENOSYS | Errno::EPERM)) {
        let flags = (flags | raw::CLONE_PIDFD | raw::SIGCHLD) as usize;
        let list = arch::clone_args(flags, (&raw mut pidfd) as usize);
        // SAFETY: the same by clone(2).
        ret = check(unsafe { arch::spawn(number::clone, list, run::<F>, argument) });
    }
    let pid = i32::try_from(ret?).unwrap_or(0);
    Ok(Child { pid, pidfd: given(pidfd) })
}

/// clone(2) as in [`spawn`], without a pidfd: only SIGCHLD tells the child's end.
///
/// # Errors
/// EAGAIN at a limit of processes, ENOMEM.
pub fn spawn_without_pidfd<F: FnMut() -> u8>(errand: &mut F) -> Result<Child, Errno> {
    let argument = core::ptr::from_mut(errand).cast::<c_void>();
    let flags = raw::CLONE_VM | raw::CLONE_VFORK | raw::SIGCHLD;
    let list = arch::clone_args(flags as usize, 0);
    // SAFETY: a clone with both flags and no stack; `run::<F>` never returns and gets its own F.
    let ret = check(unsafe { arch::spawn(number::clone, list, run::<F>, argument) });
    Ok(Child { pid: i32::try_from(ret?).unwrap_or(0), pidfd: None })
}

/// The child's side of [`spawn`].
///
/// # Safety
/// `argument` points at an `F` that nobody else uses until the process has ended or executed.
unsafe extern "C" fn run<F: FnMut() -> u8>(argument: *mut c_void) -> ! {
    // SAFETY: the parent handed its exclusive reference over and sleeps.
    let errand = unsafe { &mut *argument.cast::<F>() };
    exit(errand())
}

/// execve(2): becomes `program`. It comes back only with an error.
pub fn execute(program: &CStr, words: &Pointers<'_>, env: &Pointers<'_>) -> Errno {
    let (words, env) = (words.as_ptr() as usize, env.as_ptr() as usize);
    // SAFETY: `program` ends in NUL; both lists end in a null pointer and each entry in NUL, which
    // `Pointers` vouches for, and all of it outlives the call.
    let ret = unsafe { call!(execve, program.as_ptr() as usize, words, env) };
    check(ret).err().unwrap_or(Errno::EINVAL)
}

/// exit_group(2). A filter may refuse even that, and somebody waits for our end.
pub fn exit(code: u8) -> ! {
    for _ in 0..2 {
        // SAFETY: one integer in; where the call returns it did nothing.
        let _ = unsafe { call!(exit_group, usize::from(code)) }; // it cannot fail by itself
    }
    arch::trap()
}

/// getpid(2)
pub fn pid() -> i32 {
    // SAFETY: nothing in.
    let ret = unsafe { call!(getpid) };
    check(ret).ok().and_then(|pid| i32::try_from(pid).ok()).unwrap_or(0)
}

/// getppid(2); 0 when our parent is outside our PID namespace.
pub fn parent_pid() -> i32 {
    // SAFETY: nothing in.
    let ret = unsafe { call!(getppid) };
    check(ret).ok().and_then(|pid| i32::try_from(pid).ok()).unwrap_or(0)
}

/// prctl(2), PR_SET_PDEATHSIG: we get `signal` when the thread that made us ends.
///
/// # Errors
/// None that can happen.
pub fn signal_at_parent_death(signal: Signal) -> Result<(), Errno> {
    let (option, number) = (linux_raw_sys::prctl::PR_SET_PDEATHSIG, signal.number());
    // SAFETY: two integers in.
    let ret = unsafe { call!(prctl, option as usize, usize::from(number)) };
    check(ret).map(|_| ())
}

/// prctl(2), PR_SET_DUMPABLE: no core dump of us is written, wherever core_pattern would send it;
/// and nobody traces us or looks into what of /proc shows our memory, whoever shares that with us,
/// until an exec.
///
/// # Errors
/// None that can happen.
pub fn forbid_core_dump() -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(prctl, linux_raw_sys::prctl::PR_SET_DUMPABLE as usize, 0) };
    check(ret).map(|_| ())
}

/// pidfd_open(2), since Linux 5.3.
///
/// # Errors
/// ESRCH when there is no such process, EINVAL for 0, ENOSYS.
pub fn open_pidfd(pid: i32) -> Result<Fd, Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(pidfd_open, pid as usize, 0) };
    check(ret).map(Fd::given)
}

/// statx(2) of a descriptor: its inode number, which for a pidfd is the process's own for as long
/// as the machine runs (since Linux 6.9, fs/pidfs.c).
///
/// # Errors
/// ENOSYS before Linux 4.11.
pub fn inode_of(fd: &Fd) -> Result<u64, Errno> {
    stat::statx(fd, c"", raw::AT_EMPTY_PATH, raw::STATX_INO).map(|info| info.stx_ino)
}

/// prctl(2), PR_SET_CHILD_SUBREAPER: orphans below us become our children.
///
/// # Errors
/// EINVAL before Linux 3.4.
pub fn become_subreaper() -> Result<(), Errno> {
    // The argument is only true or false for the kernel.
    rustix::process::set_child_subreaper(Some(rustix::process::Pid::INIT)).map_err(errno)
}

/// prctl(2), PR_GET_CHILD_SUBREAPER: whether orphans below us become our children. It outlives an
/// exec, so whoever started us may have seen to it.
pub fn is_subreaper() -> bool {
    rustix::process::child_subreaper().is_ok_and(|pid| pid.is_some())
}
