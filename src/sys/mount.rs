//! mount(2).

use core::ffi::CStr;

use rustix::mount::{MountFlags, MountPropagationFlags};

use super::errno;
use crate::model::Errno;

/// mount(2), MS_PRIVATE and MS_REC: from here down no mount is seen elsewhere, and none from there.
///
/// # Errors
/// EINVAL when `path` is no mount point, EPERM.
pub fn make_private(path: &CStr) -> Result<(), Errno> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change(path, private).map_err(errno)
}

/// mount(2): a procfs of our PID namespace at `path`, nosuid, nodev, noexec (proc(5)).
///
/// # Errors
/// EPERM in a user namespace while parts of the outer /proc are covered (fs/namespace.c,
/// `mount_too_revealing`), ENOENT without the directory.
pub fn mount_proc(path: &CStr) -> Result<(), Errno> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    rustix::mount::mount(c"proc", path, c"proc", flags, None).map_err(errno)
}
