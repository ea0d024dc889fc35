//! Keys that the kernel keeps: keyctl(2).

use super::call::{call, check};
use crate::model::Errno;

/// keyctl(2), KEYCTL_JOIN_SESSION_KEYRING: a new session keyring without a name; the old one is let
/// go. A child and an exec have the same.
///
/// # Errors
/// EDQUOT when we have too many keys, ENOSYS on a kernel without keys.
pub fn join_new_session() -> Result<(), Errno> {
    const JOIN_SESSION_KEYRING: usize = 1; // linux/keyctl.h
    // SAFETY: an integer and a null pointer, which is no name.
    let ret = unsafe { call!(keyctl, JOIN_SESSION_KEYRING, 0) };
    check(ret).map(|_| ())
}
