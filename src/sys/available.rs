//! What the kernel has, asked by calls that leave nothing: landlock_create_ruleset(2), seccomp(2).

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
