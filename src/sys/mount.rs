//! mount(2), umount(2), and what statx(2) knows of mount points.

use core::ffi::CStr;

use linux_raw_sys::general as raw;
use rustix::mount::{MountFlags, MountPropagationFlags};

use super::call::{call, check};
use super::{Fd, beneath, errno, place, stat, tree};
use crate::model::{Attributes, Errno, Propagation};

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

/// mount(2): a file system of the kernel at `target`, nosuid always.
///
/// # Errors
/// EBUSY when it is mounted there already, ENODEV where the kernel lacks it, ENOENT without the
/// directory.
pub fn mount_kernel(
    kind: &CStr,
    target: &CStr,
    is_nodev: bool,
    is_noexec: bool,
    options: &CStr,
) -> Result<(), Errno> {
    let mut flags = raw::MS_NOSUID;
    flags |= if is_nodev { raw::MS_NODEV } else { 0 };
    flags |= if is_noexec { raw::MS_NOEXEC } else { 0 };
    let kind = kind.as_ptr() as usize;
    let (target, options) = (target.as_ptr() as usize, options.as_ptr() as usize);
    // SAFETY: three C strings that outlive the call, the first as source and type; no other memory.
    let ret = unsafe { call!(mount, kind, target, kind, flags as usize, options) };
    check(ret).map(|_| ())
}

/// mount(2): a file system of a device, or of whoever `source` names, read-only unless it
/// `is_writable`. A type that it is not of is not worth a message of the kernel (MS_SILENT).
///
/// # Errors
/// EINVAL when it is of another type or an option is none of its, ENODEV for a type that the kernel
/// lacks, ENOTBLK, EACCES for a device that cannot be written, EBUSY.
pub fn mount_root(
    source: &CStr,
    target: &CStr,
    kind: &CStr,
    is_writable: bool,
    options: &CStr,
) -> Result<(), Errno> {
    let flags = raw::MS_SILENT | if is_writable { 0 } else { raw::MS_RDONLY };
    let (source, target) = (source.as_ptr() as usize, target.as_ptr() as usize);
    let (kind, options) = (kind.as_ptr() as usize, options.as_ptr() as usize);
    // SAFETY: four C strings that outlive the call.
    let ret = unsafe { call!(mount, source, target, kind, flags as usize, options) };
    check(ret).map(|_| ())
}

/// umount2(2), MNT_DETACH: a mount has its place no longer, whoever uses it.
///
/// # Errors
/// EINVAL when `target` is no mount point.
pub fn detach(target: &CStr) -> Result<(), Errno> {
    const DETACH: usize = 2; // MNT_DETACH
    // SAFETY: a C string that outlives the call, and an integer.
    let ret = unsafe { call!(umount2, target.as_ptr() as usize, DETACH) };
    check(ret).map(|_| ())
}

/// chroot(2): the directory that we stand in is our root.
///
/// # Errors
/// EPERM without CAP_SYS_CHROOT.
pub fn make_root() -> Result<(), Errno> {
    // SAFETY: a C string that outlives the call.
    let ret = unsafe { call!(chroot, c".".as_ptr() as usize) };
    check(ret).map(|_| ())
}

/// statfs(2): whether the root is in memory, as an initramfs is (ramfs, or tmpfs from Linux 3.13
/// on: init/do_mounts.c, `init_rootfs`).
pub fn is_initramfs() -> bool {
    // SAFETY: a struct of integers, for which zero is a value.
    let mut info: raw::statfs64 = unsafe { core::mem::zeroed() };
    // SAFETY: a C string, and the kernel writes one struct statfs, which is as large as statfs64
    // on machines of 64 bits; both outlive the call.
    let ret = unsafe { call!(statfs, c"/".as_ptr() as usize, (&raw mut info) as usize) };
    let kind = u64::try_from(info.f_type).unwrap_or_default();
    const RAMFS_MAGIC: u64 = 0x8584_58f6; // linux/magic.h
    const TMPFS_MAGIC: u64 = 0x0102_1994; // linux/magic.h
    check(ret).is_ok() && matches!(kind, RAMFS_MAGIC | TMPFS_MAGIC)
}

/// fstatfs(2): whether an open file is of a procfs.
///
/// # Errors
/// ENOSYS where a filter hides it.
pub fn is_procfs(file: &Fd) -> Result<bool, Errno> {
    const PROC_SUPER_MAGIC: u64 = 0x9fa0; // linux/magic.h
    status_of(file).map(|info| u64::try_from(info.f_type) == Ok(PROC_SUPER_MAGIC))
}

/// fstatfs(2): the file system that `file` is open on.
fn status_of(file: &Fd) -> Result<raw::statfs64, Errno> {
    // SAFETY: a struct of integers, for which zero is a value.
    let mut info: raw::statfs64 = unsafe { core::mem::zeroed() };
    // SAFETY: the kernel writes one struct statfs, which is as large as statfs64 on machines of 64
    // bits.
    let ret = unsafe { call!(fstatfs, file.arg(), (&raw mut info) as usize) };
    check(ret).map(|_| info)
}

/// mount(2), MS_BIND: what is at `source` is at `target` as well.
///
/// # Errors
/// ENOENT, ENOTDIR when one is a directory and the other is none.
pub fn bind(source: &CStr, target: &CStr) -> Result<(), Errno> {
    let (source, target) = (source.as_ptr() as usize, target.as_ptr() as usize);
    // SAFETY: two C strings that outlive the call; type and options are not read.
    let ret = unsafe { call!(mount, source, target, 0, raw::MS_BIND as usize, 0) };
    check(ret).map(|_| ())
}

/// mount(2), MS_REMOUNT and MS_RDONLY: nothing is written to the file system any more.
///
/// # Errors
/// EBUSY while a file in it is open for writing, EINVAL when `target` is no mount point.
pub fn remount_read_only(target: &CStr) -> Result<(), Errno> {
    let flags = (raw::MS_REMOUNT | raw::MS_RDONLY) as usize;
    let (none, target) = (c"".as_ptr() as usize, target.as_ptr() as usize);
    // SAFETY: C strings that outlive the call; there are no options.
    let ret = unsafe { call!(mount, none, target, none, flags, 0) };
    check(ret).map(|_| ())
}

/// How a mount is, as mount(2) takes it; access times not among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// With these attributes, too. Their bits are those of mount(2) (linux/mount.h).
    pub const fn and(self, attributes: Attributes) -> Self {
        Self(self.0 | attributes.bits() as u32)
    }
}

/// statfs(2), fstatfs: how the mount is that `file` is open on. What is said of the whole file
/// system is among it.
///
/// # Errors
/// EBADF, EIO.
pub fn flags_of(file: &Fd) -> Result<Flags, Errno> {
    const SAME: u32 = raw::MS_RDONLY | raw::MS_NOSUID | raw::MS_NODEV | raw::MS_NOEXEC; // ST_…, too
    const ST_NOSYMFOLLOW: u32 = 0x2000; // linux/statfs.h
    let flags = status_of(file)?.f_flags as u32;
    let links = if flags & ST_NOSYMFOLLOW == 0 { 0 } else { raw::MS_NOSYMFOLLOW };
    Ok(Flags(flags & SAME | links))
}

/// mount(2), MS_REMOUNT and MS_BIND: the one mount at `path` is so from now on, and nothing below
/// it; access times are kept as they are (fs/namespace.c, `path_mount`).
///
/// # Errors
/// EINVAL when `path` is no mount point of our mount namespace, EPERM for what is locked in a user
/// namespace, EBUSY while a file is open for writing.
pub fn remount(path: &CStr, flags: Flags) -> Result<(), Errno> {
    mount_nothing(path, raw::MS_REMOUNT | raw::MS_BIND | flags.0)
}

/// mount(2), MS_PRIVATE and its like: with whom the mount at `path` shares what is mounted in it;
/// with `is_recursive` those below it, too.
///
/// # Errors
/// EINVAL when `path` is no mount point.
pub fn share(path: &CStr, propagation: Propagation, is_recursive: bool) -> Result<(), Errno> {
    let how = tree::propagation_bit(propagation);
    mount_nothing(path, how | if is_recursive { raw::MS_REC } else { 0 })
}

/// mount(2) of nothing new.
fn mount_nothing(path: &CStr, flags: u32) -> Result<(), Errno> {
    // SAFETY: a C string that outlives the call; there are no others.
    let ret = unsafe { call!(mount, 0, path.as_ptr() as usize, 0, flags as usize, 0) };
    check(ret).map(|_| ())
}

/// umount2(2), UMOUNT_NOFOLLOW.
///
/// # Errors
/// EBUSY while it is used, EINVAL when `target` is no mount point.
pub fn unmount(target: &CStr) -> Result<(), Errno> {
    const NOFOLLOW: usize = 8; // UMOUNT_NOFOLLOW
    // SAFETY: a C string that outlives the call, and an integer.
    let ret = unsafe { call!(umount2, target.as_ptr() as usize, NOFOLLOW) };
    check(ret).map(|_| ())
}

/// statx(2), STATX_ATTR_MOUNT_ROOT since Linux 5.8: whether something is mounted at `path`. Where
/// nobody can say, nothing is.
pub fn is_mount_point(path: &CStr) -> bool {
    let mount_root = u64::from(raw::STATX_ATTR_MOUNT_ROOT);
    match stat::statx(&place::here(), path, raw::AT_NO_AUTOMOUNT, 0) {
        Ok(info) if info.stx_attributes_mask & mount_root == 0 => leads_out(path),
        Ok(info) => info.stx_attributes & mount_root != 0,
        Err(_) => false,
    }
}

/// openat2(2), RESOLVE_NO_XDEV: whether a directory is a mount of its own, which ".." leads out of.
/// Of our root, which nothing leads out of, this says yes.
#[cold]
fn leads_out(path: &CStr) -> bool {
    let up = || {
        let directory = beneath::directory(&place::here(), path)?;
        let parent = beneath::within_mount(&directory, c"..")?;
        Ok(beneath::status(&directory)?.identity == beneath::status(&parent)?.identity)
    };
    match up() {
        Err(Errno::EXDEV) => true,
        is_root => is_root.unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_kernels_word_a_mount_point_is_what_leads_out() {
        if beneath::within_mount(&place::here(), c".").err() == Some(Errno::ENOSYS) {
            // No openat2(2), as under qemu-user 7.2: then nothing is known to be one.
            return assert!(!leads_out(c"/proc"));
        }
        for path in [c"/", c"/proc", c"/dev", c"/sys", c"/usr", c"/proc/sys", c"/dev/shm", c"/x"] {
            let is_root = path == c"/";
            assert_eq!(leads_out(path), is_root || is_mount_point(path), "{path:?}");
        }
        assert!(leads_out(c"/proc") && !leads_out(c"/proc/sys/kernel"));
    }
}
