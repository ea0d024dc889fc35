//! Filters of system calls: seccomp(2), seccomp_unotify(2).

use linux_raw_sys::ptrace as raw;

use super::call::{call, check};
use super::{Fd, available};
use crate::model::Errno;
use crate::model::filter::{Action, Call, Program};

/// seccomp(2), SECCOMP_GET_ACTION_AVAIL: whether the kernel has filters that can end a process.
pub fn is_available() -> bool {
    available::seccomp_action(Action::Kill.answer()).is_ok()
}

/// seccomp(2), SECCOMP_SET_MODE_FILTER: every call from now on is looked at by `program`.
///
/// Without the mitigation of speculative stores, which kernels before 5.16 turn on for whoever has
/// a filter, and later ones do no more because it costs and protects from little (their commit
/// "x86: change default to spec_store_bypass_disable=prctl").
///
/// # Errors
/// EACCES without no_new_privs and CAP_SYS_ADMIN, EINVAL for what is no program, ENOMEM for more
/// instructions than there may be in all filters.
pub fn install(program: Program<'_>) -> Result<(), Errno> {
    set(program, raw::SECCOMP_FILTER_FLAG_SPEC_ALLOW).map(|_| ())
}

/// `struct sock_fprog` of linux/filter.h.
#[repr(C)]
struct List {
    len: u16,
    first: *const crate::model::filter::Instruction,
}

fn set(program: Program<'_>, flags: u32) -> Result<usize, Errno> {
    let len = u16::try_from(program.len()).map_err(|_| Errno::EINVAL)?;
    let list = List { len, first: program.as_ptr() };
    let operation = raw::SECCOMP_SET_MODE_FILTER as usize;
    // SAFETY: the kernel reads the struct and as many instructions as it says, which outlive the
    // call; an instruction has the layout of `struct sock_filter`.
    let ret = unsafe { call!(seccomp, operation, flags as usize, (&raw const list) as usize) };
    check(ret)
}

/// The same, for a program that asks: the descriptor at which it does, close-on-exec
/// (seccomp_unotify(2)).
///
/// # Errors
/// As [`install`]; EBUSY when a filter that we have asks somebody else.
pub fn install_asking(program: Program<'_>) -> Result<Fd, Errno> {
    let flags = raw::SECCOMP_FILTER_FLAG_SPEC_ALLOW | raw::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    set(program, flags).map(Fd::given)
}

/// A call that somebody wants to make.
pub struct Question {
    /// What the answer belongs to.
    pub id: u64,
    /// The thread that asks, in our PID namespace; 0 for one outside.
    pub pid: u32,
    /// What is asked for.
    pub call: Call,
}

/// `struct seccomp_notif` of linux/seccomp.h.
#[repr(C)]
#[derive(Default)]
struct Notification {
    id: u64,
    pid: u32,
    flags: u32,
    call: Call,
}

/// SECCOMP_IOCTL_NOTIF_RECV and SECCOMP_IOCTL_NOTIF_SEND. The size of the struct is a part of the
/// number, so that a kernel with a larger one does not know ours.
const RECEIVE: usize = 0xc050_2100;
const SEND: usize = 0xc018_2101;

/// ioctl(2), SECCOMP_IOCTL_NOTIF_RECV: the next question; waits when there is none.
///
/// # Errors
/// ENOENT when who asked is gone.
pub fn question(line: &Fd) -> Result<Question, Errno> {
    let mut asked = Notification::default();
    // SAFETY: the kernel writes one struct, all of which is integers.
    let ret = unsafe { call!(ioctl, line.arg(), RECEIVE, (&raw mut asked) as usize) };
    let _ = check(ret)?; // zero
    Ok(Question { id: asked.id, pid: asked.pid, call: asked.call })
}

/// What a question is answered with.
pub enum Answer {
    /// The call is made as if nobody had asked.
    Make,
    /// It fails.
    Fail(Errno),
}

/// `struct seccomp_notif_resp` of linux/seccomp.h.
#[repr(C)]
struct Response {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
}

/// ioctl(2), SECCOMP_IOCTL_NOTIF_SEND.
///
/// # Errors
/// ENOENT when who asked is gone.
pub fn answer(line: &Fd, id: u64, answer: Answer) -> Result<(), Errno> {
    let (error, flags) = match answer {
        Answer::Make => (0, raw::SECCOMP_USER_NOTIF_FLAG_CONTINUE),
        Answer::Fail(errno) => (-i32::from(errno.number()), 0),
    };
    let response = Response { id, value: 0, error, flags };
    // SAFETY: the kernel reads one struct.
    let ret = unsafe { call!(ioctl, line.arg(), SEND, (&raw const response) as usize) };
    check(ret).map(|_| ())
}
