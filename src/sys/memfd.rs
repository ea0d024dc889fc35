//! Files that are memory alone: memfd_create(2), and their seals (fcntl(2), "File Sealing").

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;

/// What keeps a file as it is: nobody writes, shortens, lengthens, or takes these seals away.
const SEALS: u32 = raw::F_SEAL_SEAL | raw::F_SEAL_SHRINK | raw::F_SEAL_GROW | raw::F_SEAL_WRITE;

/// memfd_create(2): a file without a name that can be sealed. It shows as this name.
///
/// # Errors
/// EMFILE, ENOMEM, ENOSYS.
pub fn create(name: &core::ffi::CStr) -> Result<Fd, Errno> {
    let flags = raw::MFD_CLOEXEC | raw::MFD_ALLOW_SEALING;
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(memfd_create, name.as_ptr() as usize, flags as usize) };
    check(ret).map(Fd::given)
}

/// memfd_create(2): the same for a program. Where a machine forbids programs in memory unless they
/// are asked for, it is asked for (MFD_EXEC, since Linux 6.3).
///
/// # Errors
/// As [`create`], and EACCES where the machine forbids that, too (vm.memfd_noexec).
pub fn create_program(name: &core::ffi::CStr) -> Result<Fd, Errno> {
    let flags = raw::MFD_CLOEXEC | raw::MFD_ALLOW_SEALING | raw::MFD_EXEC;
    // SAFETY: `name` ends in NUL and outlives the call.
    let ret = unsafe { call!(memfd_create, name.as_ptr() as usize, flags as usize) };
    match check(ret) {
        Err(Errno::EINVAL) => create(name),
        other => other.map(Fd::given),
    }
}

/// fcntl(2), F_ADD_SEALS: from now on it stays as it is.
///
/// # Errors
/// EPERM when it is sealed already, EBUSY while it is mapped for writing or a page is held.
pub fn seal(fd: &Fd) -> Result<(), Errno> {
    // SAFETY: three integers in.
    let ret = unsafe { call!(fcntl, fd.arg(), raw::F_ADD_SEALS as usize, SEALS as usize) };
    check(ret).map(|_| ())
}

/// fcntl(2), F_GET_SEALS: whether it stays as it is. Only files in memory have seals, and to read
/// one never waits for anybody.
pub fn is_sealed(fd: &Fd) -> bool {
    // SAFETY: two integers in.
    let ret = unsafe { call!(fcntl, fd.arg(), raw::F_GET_SEALS as usize) };
    check(ret).is_ok_and(|seals| seals as u32 & SEALS == SEALS)
}
