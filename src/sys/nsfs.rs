//! Descriptors of namespaces: the requests of ioctl_nsfs(2) (ioctl_ns(2) in older manuals), by
//! which the kernel tells what no file in /proc does. They change nothing.

use linux_raw_sys::ioctl::{NS_GET_NSTYPE, NS_GET_OWNER_UID, NS_GET_PARENT, NS_GET_USERNS};

use super::Fd;
use super::call::{call, check};
use crate::model::{Errno, Namespace};

/// ioctl(2) NS_GET_NSTYPE, since Linux 4.11: the kind of the namespace; `None` for one that has
/// come since.
///
/// # Errors
/// ENOTTY for a descriptor of anything else.
pub fn kind(handle: &Fd) -> Result<Option<Namespace>, Errno> {
    // SAFETY: the request takes no argument.
    let ret = unsafe { call!(ioctl, handle.arg(), NS_GET_NSTYPE as usize) };
    check(ret).map(|flag| u32::try_from(flag).ok().and_then(Namespace::of_flag))
}

/// ioctl(2) NS_GET_USERNS, since Linux 4.9: the user namespace that owns this one; for a user
/// namespace its parent.
///
/// # Errors
/// EPERM when it lies outside ours.
pub fn owner(handle: &Fd) -> Result<Fd, Errno> {
    // SAFETY: the request takes no argument.
    let ret = unsafe { call!(ioctl, handle.arg(), NS_GET_USERNS as usize) };
    check(ret).map(Fd::given)
}

/// ioctl(2) NS_GET_PARENT, since Linux 4.9: the parent of a PID or user namespace.
///
/// # Errors
/// EPERM when there is none or it lies outside ours, EINVAL for the other kinds.
pub fn parent(handle: &Fd) -> Result<Fd, Errno> {
    // SAFETY: the request takes no argument.
    let ret = unsafe { call!(ioctl, handle.arg(), NS_GET_PARENT as usize) };
    check(ret).map(Fd::given)
}

/// ioctl(2) NS_GET_OWNER_UID, since Linux 4.11: who created a user namespace, as we know the user.
///
/// # Errors
/// EINVAL for the other kinds.
pub fn owner_uid(handle: &Fd) -> Result<u32, Errno> {
    let mut uid = 0u32;
    let uid_at = (&raw mut uid) as usize;
    // SAFETY: the kernel writes one uid_t into `uid`.
    let ret = unsafe { call!(ioctl, handle.arg(), NS_GET_OWNER_UID as usize, uid_at) };
    check(ret).map(|_| uid)
}

/// ioctl_nsfs(2), NS_GET_PID_FROM_PIDNS, since Linux 6.11: whether a PID namespace has lost its PID
/// 1, so that nobody can be born in it any more; or is neither ours nor below ours, so that its PID
/// 1 has no number here (fs/nsfs.c, `ns_ioctl`). Where the kernel does not say, it has not.
pub fn has_no_init(handle: &Fd) -> bool {
    const NS_GET_PID_FROM_PIDNS: usize = 0x8004_b706; // _IOR(0xb7, 6, int), linux/nsfs.h
    // SAFETY: integers in, the last one a PID.
    let ret = unsafe { call!(ioctl, handle.arg(), NS_GET_PID_FROM_PIDNS, 1) };
    check(ret) == Err(Errno::ESRCH)
}
