//! Namespaces: unshare(2), setns(2), and what ioctl_ns(2) and a pidfd know of them.

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use super::{nsfs, place, stat};
use crate::model::{Errno, Namespace, NamespaceSet};

/// unshare(2): moves us into a new namespace; with `pid` and `time` only our future children.
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

/// setns(2) on a pidfd, since Linux 5.8: moves us into all these namespaces of a process at once,
/// or into none of them.
///
/// # Errors
/// EPERM, ESRCH when the process is gone, EINVAL where the kernel cannot, or for our own user
/// namespace.
pub fn enter_all(pidfd: &Fd, kinds: NamespaceSet) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(setns, pidfd.arg(), kinds.bits() as usize) };
    check(ret).map(|_| ())
}

/// ioctl_ns(2) NS_GET_NSTYPE: the kind of namespace that `handle` is open on.
///
/// # Errors
/// ENOTTY when it is no namespace, or one of a kind that we do not know.
pub fn kind_of(handle: &Fd) -> Result<Namespace, Errno> {
    nsfs::kind(handle)?.ok_or(Errno::ENOTTY)
}

/// ioctl(2) PIDFD_GET_NET_NAMESPACE and its like (linux/pidfd.h, since Linux 6.11): a handle of a
/// namespace of the process.
///
/// # Errors
/// ESRCH when the process is gone, EACCES when we may not trace it, ENOTTY and EINVAL when it is no
/// pidfd or the kernel is older.
pub fn of_process(pidfd: &Fd, kind: Namespace) -> Result<Fd, Errno> {
    let request = match kind {
        Namespace::Cgroup => 0xff01,
        Namespace::Ipc => 0xff02,
        Namespace::Mnt => 0xff03,
        Namespace::Net => 0xff04,
        Namespace::Pid => 0xff05,
        Namespace::Time => 0xff07,
        Namespace::User => 0xff09,
        Namespace::Uts => 0xff0a,
    };
    // SAFETY: the request takes no argument.
    let ret = unsafe { call!(ioctl, pidfd.arg(), request) };
    check(ret).map(Fd::given)
}

/// statx(2) of a path: the inode, which tells a namespace from every other one (namespaces(7)).
///
/// # Errors
/// ENOENT, EACCES and the rest of statx(2).
pub fn inode_at(path: &CStr) -> Result<u64, Errno> {
    stat::statx(&place::here(), path, 0, raw::STATX_INO).map(|info| info.stx_ino)
}
