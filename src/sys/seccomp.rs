//! Filters of system calls: seccomp(2).

use linux_raw_sys::ptrace as raw;

use super::call::{call, check};
use crate::model::Errno;
use crate::model::filter::{Action, Program};

/// seccomp(2), SECCOMP_GET_ACTION_AVAIL: whether the kernel has filters that can end a process.
pub fn is_available() -> bool {
    let action = Action::Kill.answer();
    let operation = raw::SECCOMP_GET_ACTION_AVAIL as usize;
    // SAFETY: the kernel reads one integer.
    let ret = unsafe { call!(seccomp, operation, 0, (&raw const action) as usize) };
    check(ret).is_ok()
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
