//! Landlock: landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2).

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::{Errno, Port};

/// What a ruleset forbids where no rule allows it (struct landlock_ruleset_attr). A kernel that is
/// older than the struct takes it as long as what it does not know is zero.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Handled {
    /// Rights of files.
    pub files: u64,
    /// Rights of ports, since ABI 4.
    pub ports: u64,
    /// Scopes, since ABI 6.
    pub scopes: u64,
}

/// struct landlock_path_beneath_attr
#[repr(C, packed)]
struct BeneathRule {
    allowed: u64,
    parent: i32,
}

/// struct landlock_net_port_attr
#[repr(C)]
struct PortRule {
    allowed: u64,
    port: u64,
}

/// landlock_create_ruleset(2)
///
/// # Errors
/// ENOSYS where the kernel was built without Landlock, EOPNOTSUPP where it was not turned on,
/// EINVAL for what it does not know, ENOMSG for nothing.
pub fn create(handled: Handled) -> Result<Fd, Errno> {
    let place = (&raw const handled) as usize;
    // SAFETY: the kernel reads a struct of integers, of the length that is given.
    let ret = unsafe { call!(landlock_create_ruleset, place, size_of::<Handled>(), 0) };
    check(ret).map(Fd::given)
}

/// open(2), O_PATH: a file or directory that a rule is about; `follows`: also by a symbolic link.
///
/// # Errors
/// ENOENT, ENOTDIR, EACCES, ELOOP.
pub fn open_parent(path: &CStr, follows: bool) -> Result<Fd, Errno> {
    let flags = raw::O_PATH | raw::O_CLOEXEC | if follows { 0 } else { raw::O_NOFOLLOW };
    let here = raw::AT_FDCWD as usize;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(openat, here, path.as_ptr() as usize, flags as usize) };
    check(ret).map(Fd::given)
}

/// landlock_add_rule(2), LANDLOCK_RULE_PATH_BENEATH
///
/// # Errors
/// EINVAL for a right that the ruleset does not handle, or that no file can have that is no
/// directory; EBADFD for a file of the kernel's own.
pub fn allow_beneath(ruleset: &Fd, parent: &Fd, allowed: u64) -> Result<(), Errno> {
    let rule = BeneathRule { allowed, parent: parent.number() };
    // SAFETY: the kernel reads twelve bytes, packed as there.
    let ret = unsafe { call!(landlock_add_rule, ruleset.arg(), 1, (&raw const rule) as usize, 0) };
    check(ret).map(|_| ())
}

/// landlock_add_rule(2), LANDLOCK_RULE_NET_PORT, since ABI 4.
///
/// # Errors
/// EINVAL as above, EAFNOSUPPORT where the kernel has no TCP.
pub fn allow_port(ruleset: &Fd, port: Port) -> Result<(), Errno> {
    let rule = PortRule { allowed: u64::from(port.kind.bit()), port: u64::from(port.number) };
    // SAFETY: the kernel reads two integers.
    let ret = unsafe { call!(landlock_add_rule, ruleset.arg(), 2, (&raw const rule) as usize, 0) };
    check(ret).map(|_| ())
}

/// landlock_restrict_self(2): of the calling thread and of what comes from it. `logs`: refusals are
/// told to audit also behind an exec (LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON), since ABI 7.
///
/// # Errors
/// EPERM without no_new_privs and CAP_SYS_ADMIN, E2BIG for a seventeenth ruleset of one thread.
pub fn restrict(ruleset: &Fd, logs: bool) -> Result<(), Errno> {
    let flags = if logs { 2 } else { 0 };
    // SAFETY: two integers in.
    let ret = unsafe { call!(landlock_restrict_self, ruleset.arg(), flags) };
    check(ret).map(|_| ())
}
