//! What the kernel has, asked by calls that leave nothing: landlock_create_ruleset(2), seccomp(2),
//! fsopen(2), mount_setattr(2).

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;

/// landlock_create_ruleset(2), LANDLOCK_CREATE_RULESET_VERSION: the version of Landlock.
///
/// # Errors
/// ENOSYS where it is not built in, EOPNOTSUPP where it was not chosen at boot.
pub fn landlock_version() -> Result<usize, Errno> {
    const VERSION: usize = 1; // LANDLOCK_CREATE_RULESET_VERSION (linux/landlock.h)
    // SAFETY: no attributes, and none are read with this flag.
    check(unsafe { call!(landlock_create_ruleset, 0, 0, VERSION) })
}

/// seccomp(2), SECCOMP_GET_ACTION_AVAIL since Linux 4.14: whether a filter may return this.
///
/// # Errors
/// EOPNOTSUPP for an action that the kernel does not have, ENOSYS without seccomp.
pub fn seccomp_action(action: u32) -> Result<(), Errno> {
    const GET_ACTION_AVAIL: usize = 2; // linux/seccomp.h
    // SAFETY: the kernel reads one integer.
    let ret = unsafe { call!(seccomp, GET_ACTION_AVAIL, 0, (&raw const action) as usize) };
    check(ret).map(|_| ())
}

/// fsopen(2), fsconfig(2), fsmount(2), since Linux 5.2: a tmpfs that is mounted nowhere and is gone
/// when this is over.
///
/// # Errors
/// ENOSYS, EPERM without CAP_SYS_ADMIN over our mount namespace.
pub fn detached_mount() -> Result<(), Errno> {
    const CREATE: usize = raw::fsconfig_command::FSCONFIG_CMD_CREATE as usize;
    // SAFETY: a C string, which lives for ever.
    let ret = unsafe { call!(fsopen, c"tmpfs".as_ptr() as usize, raw::FSOPEN_CLOEXEC as usize) };
    let kind = Fd::given(check(ret)?);
    // SAFETY: this command has neither key nor value.
    let _ = check(unsafe { call!(fsconfig, kind.arg(), CREATE, 0, 0, 0) })?; // zero
    // SAFETY: three integers in.
    let ret = unsafe { call!(fsmount, kind.arg(), raw::FSMOUNT_CLOEXEC as usize, 0) };
    check(ret).map(Fd::given).map(drop)
}

/// open_tree(2) and mount_setattr(2), MOUNT_ATTR_IDMAP since Linux 5.12: a copy of the mount that
/// is our root, nowhere, whose ids are mapped as in a user namespace. It is gone when this is
/// over.
///
/// # Errors
/// ENOSYS, EINVAL for a file system that cannot, EPERM without CAP_SYS_ADMIN over it.
pub fn idmapped_root(user_namespace: &Fd) -> Result<(), Errno> {
    let flags = (raw::OPEN_TREE_CLONE | raw::OPEN_TREE_CLOEXEC) as usize;
    let here = raw::AT_FDCWD as usize;
    // SAFETY: a C string, which lives for ever.
    let ret = unsafe { call!(open_tree, here, c"/".as_ptr() as usize, flags) };
    let mount = Fd::given(check(ret)?);
    let attributes = raw::mount_attr {
        attr_set: u64::from(raw::MOUNT_ATTR_IDMAP),
        attr_clr: 0,
        propagation: 0,
        userns_fd: u64::from(user_namespace.number().unsigned_abs()),
    };
    let (empty, place) = (c"".as_ptr() as usize, (&raw const attributes) as usize);
    let (flags, size) = (raw::AT_EMPTY_PATH as usize, size_of::<raw::mount_attr>());
    // SAFETY: a C string and one struct of `size` bytes are read; both outlive the call.
    let ret = unsafe { call!(mount_setattr, mount.arg(), empty, flags, place, size) };
    check(ret).map(|_| ())
}
