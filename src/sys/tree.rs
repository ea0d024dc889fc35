//! Mounts by descriptor: open_tree(2), move_mount(2), mount_setattr(2), fsopen(2), fsconfig(2),
//! fsmount(2), pivot_root(2).
//!
//! A mount that is made here is nowhere until it is moved to its place, and has all its attributes
//! by then. Since Linux 5.2, mount_setattr since 5.12.

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::{Attributes, Errno, Propagation};

/// open_tree(2), OPEN_TREE_CLONE and AT_RECURSIVE: a copy of what is mounted at `path` and below,
/// nowhere as yet. In a user namespace nothing less is to be had: what covers a part of the outer
/// tree stays where it is (mount_namespaces(7)).
///
/// # Errors
/// ENOENT, EACCES, EINVAL when the mount is not of our namespace, or unbindable, ENOSYS before
/// Linux 5.2.
pub fn copy(base: &Fd, path: &CStr) -> Result<Fd, Errno> {
    let flags = raw::OPEN_TREE_CLONE | raw::OPEN_TREE_CLOEXEC | raw::AT_RECURSIVE;
    let flags = flags | raw::AT_EMPTY_PATH;
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(open_tree, base.arg(), path.as_ptr() as usize, flags as usize) };
    check(ret).map(Fd::given)
}

/// move_mount(2): puts a mount that is nowhere to where `place` leads.
///
/// # Errors
/// ENOTDIR when one of both is a directory and the other is none, EINVAL for a shared place.
pub fn put(mount: &Fd, place: &Fd) -> Result<(), Errno> {
    let flags = raw::MOVE_MOUNT_F_EMPTY_PATH | raw::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(mount, place, c"", flags)
}

/// move_mount(2): the same for a name below `base`. A symbolic link is not followed.
///
/// # Errors
/// As [`put`], ENOENT.
pub fn put_at(mount: &Fd, base: &Fd, name: &CStr) -> Result<(), Errno> {
    move_mount(mount, base, name, raw::MOVE_MOUNT_F_EMPTY_PATH)
}

/// move_mount(2): what is mounted at `path` is at `place` from now on, with all below it.
///
/// # Errors
/// EINVAL when nothing is mounted at `path`, ENOTDIR.
pub fn move_to(path: &CStr, place: &Fd) -> Result<(), Errno> {
    let (here, path) = (raw::AT_FDCWD as usize, path.as_ptr() as usize);
    let (empty, flags) = (c"".as_ptr() as usize, raw::MOVE_MOUNT_T_EMPTY_PATH as usize);
    // SAFETY: two C strings that outlive the call.
    let ret = unsafe { call!(move_mount, here, path, place.arg(), empty, flags) };
    check(ret).map(|_| ())
}

fn move_mount(mount: &Fd, base: &Fd, name: &CStr, flags: u32) -> Result<(), Errno> {
    let (from, empty) = (mount.arg(), c"".as_ptr() as usize);
    let name = name.as_ptr() as usize;
    // SAFETY: two C strings that outlive the call.
    let ret = unsafe { call!(move_mount, from, empty, base.arg(), name, flags as usize) };
    check(ret).map(|_| ())
}

/// mount_setattr(2) of a mount, and with `is_recursive` of those below it: what is to be set, and
/// what is to be taken away.
///
/// # Errors
/// EPERM for what is locked in a user namespace, EBUSY while a file is open for writing, ENOSYS
/// before Linux 5.12.
pub fn change(
    mount: &Fd,
    set: Attributes,
    clear: Attributes,
    propagation: Option<Propagation>,
    is_recursive: bool,
) -> Result<(), Errno> {
    let flags = raw::AT_EMPTY_PATH | if is_recursive { raw::AT_RECURSIVE } else { 0 };
    let propagation = propagation.map_or(0, propagation_bit);
    let attributes = raw::mount_attr {
        attr_set: set.bits(),
        attr_clr: clear.bits(),
        propagation: u64::from(propagation),
        userns_fd: 0,
    };
    set_attributes(mount, &attributes, flags)
}

/// What mount(2) and mount_setattr(2) call it.
pub(super) const fn propagation_bit(propagation: Propagation) -> u32 {
    match propagation {
        Propagation::Private => raw::MS_PRIVATE,
        Propagation::Slave => raw::MS_SLAVE,
        Propagation::Shared => raw::MS_SHARED,
        Propagation::Unbindable => raw::MS_UNBINDABLE,
    }
}

/// mount_setattr(2), MOUNT_ATTR_IDMAP: the ids of a mount that is nowhere are mapped as in a user
/// namespace.
///
/// # Errors
/// EINVAL for a file system that cannot, EPERM without CAP_SYS_ADMIN over it, ENOSYS before Linux
/// 5.12.
pub fn map_ids(mount: &Fd, user_namespace: &Fd) -> Result<(), Errno> {
    let attributes = raw::mount_attr {
        attr_set: u64::from(raw::MOUNT_ATTR_IDMAP),
        attr_clr: 0,
        propagation: 0,
        userns_fd: u64::from(user_namespace.number().unsigned_abs()),
    };
    set_attributes(mount, &attributes, raw::AT_EMPTY_PATH)
}

fn set_attributes(mount: &Fd, attributes: &raw::mount_attr, flags: u32) -> Result<(), Errno> {
    let (empty, place) = (c"".as_ptr() as usize, core::ptr::from_ref(attributes) as usize);
    let (flags, size) = (flags as usize, size_of::<raw::mount_attr>());
    // SAFETY: a C string and one struct of `size` bytes are read; both outlive the call.
    let ret = unsafe { call!(mount_setattr, mount.arg(), empty, flags, place, size) };
    check(ret).map(|_| ())
}

/// fsopen(2): a file system of this type, to be configured.
///
/// # Errors
/// ENODEV where the kernel lacks it, EPERM where a user namespace may not have it.
pub fn open_kind(kind: &CStr) -> Result<Fd, Errno> {
    let flags = raw::FSOPEN_CLOEXEC as usize;
    // SAFETY: `kind` ends in NUL and outlives the call.
    let ret = unsafe { call!(fsopen, kind.as_ptr() as usize, flags) };
    check(ret).map(Fd::given)
}

/// fsconfig(2), FSCONFIG_SET_STRING: one parameter with its value.
///
/// # Errors
/// EINVAL for a parameter or value that this kernel does not know.
pub fn set_string(kind: &Fd, key: &CStr, value: &CStr) -> Result<(), Errno> {
    let command = raw::fsconfig_command::FSCONFIG_SET_STRING;
    configure(kind, command, Some(key), Some(value))
}

/// fsconfig(2), FSCONFIG_SET_FLAG: one parameter without a value.
///
/// # Errors
/// As [`set_string`].
pub fn set_flag(kind: &Fd, key: &CStr) -> Result<(), Errno> {
    configure(kind, raw::fsconfig_command::FSCONFIG_SET_FLAG, Some(key), None)
}

/// fsconfig(2), FSCONFIG_CMD_CREATE, and fsmount(2): a mount of it, nowhere as yet.
///
/// # Errors
/// EINVAL for parameters that do not go together, EPERM in a user namespace for a procfs or sysfs
/// while parts of the outer one are covered (fs/namespace.c, `mount_too_revealing`).
pub fn mount(kind: &Fd, attributes: Attributes) -> Result<Fd, Errno> {
    configure(kind, raw::fsconfig_command::FSCONFIG_CMD_CREATE, None, None)?;
    let (flags, attributes) = (raw::FSMOUNT_CLOEXEC as usize, attributes.bits() as usize);
    // SAFETY: three integers in.
    let ret = unsafe { call!(fsmount, kind.arg(), flags, attributes) };
    check(ret).map(Fd::given)
}

fn configure(
    kind: &Fd,
    command: raw::fsconfig_command,
    key: Option<&CStr>,
    value: Option<&CStr>,
) -> Result<(), Errno> {
    let place = |text: Option<&CStr>| text.map_or(0, |text| text.as_ptr() as usize);
    let (key, value) = (place(key), place(value));
    // SAFETY: the key and the value are C strings that outlive the call, or null where the command
    // takes none.
    let ret = unsafe { call!(fsconfig, kind.arg(), command as usize, key, value, 0) };
    check(ret).map(|_| ())
}

/// pivot_root(2) with "." twice: the mount that we stand on becomes the root of everybody whose
/// root was ours, and what was the root lies on top of it, until [`forget_old_root`].
///
/// # Errors
/// EINVAL when our root is no mount point (a chroot, or the kernel's first root file system).
pub fn pivot() -> Result<(), Errno> {
    let here = c".".as_ptr() as usize;
    // SAFETY: C strings that outlive the call.
    let ret = unsafe { call!(pivot_root, here, here) };
    check(ret).map(|_| ())
}

/// umount2(2), MNT_DETACH of ".": what lies on top of where we stand is gone, and everything below.
///
/// # Errors
/// EINVAL when nothing does.
pub fn forget_old_root() -> Result<(), Errno> {
    const DETACH: usize = 2; // MNT_DETACH
    // SAFETY: a C string that outlives the call, and an integer.
    let ret = unsafe { call!(umount2, c".".as_ptr() as usize, DETACH) };
    check(ret).map(|_| ())
}
