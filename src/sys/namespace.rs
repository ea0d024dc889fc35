//! Namespaces of our own: unshare(2), setns(2).

use super::Fd;
use super::call::{call, check};
use crate::model::{Errno, Namespace};

/// unshare(2): moves us into a new namespace; with `time` only our future children.
///
/// # Errors
/// EPERM, EINVAL where the kernel lacks the kind, ENOSPC at its limit.
pub fn unshare(kind: Namespace) -> Result<(), Errno> {
    // SAFETY: one integer in; no memory or descriptor table is unshared by these flags.
    let ret = unsafe { call!(unshare, kind.flag() as usize) };
    check(ret).map(|_| ())
}

/// setns(2): moves us into the namespace that `handle` is open on.
///
/// # Errors
/// EINVAL for another kind, EPERM, EUSERS for `time` while our memory is shared.
pub fn enter(handle: &Fd, kind: Namespace) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(setns, handle.arg(), kind.flag() as usize) };
    check(ret).map(|_| ())
}
