//! The machine itself: reboot(2), sync(2), swapoff(2), finit_module(2).

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::{Down, Errno};

/// reboot(2), LINUX_REBOOT_CMD_CAD_OFF: Ctrl-Alt-Del sends INT to PID 1 and does nothing else.
///
/// # Errors
/// EINVAL in any PID namespace but the first, EPERM without CAP_SYS_BOOT (kernel/reboot.c,
/// `reboot_pid_ns`): a PID 1 for which it succeeds is the kernel's.
pub fn catch_ctrl_alt_del() -> Result<(), Errno> {
    reboot(raw::LINUX_REBOOT_CMD_CAD_OFF)
}

/// reboot(2): leaves the machine. It comes back only when that cannot be.
///
/// # Errors
/// EINVAL where no kernel is loaded for kexec, EPERM.
pub fn go_down(how: Down) -> Result<(), Errno> {
    reboot(match how {
        Down::Poweroff => raw::LINUX_REBOOT_CMD_POWER_OFF,
        Down::Reboot => raw::LINUX_REBOOT_CMD_RESTART,
        Down::Halt => raw::LINUX_REBOOT_CMD_HALT,
        Down::Kexec => raw::LINUX_REBOOT_CMD_KEXEC,
    })
}

fn reboot(command: u32) -> Result<(), Errno> {
    let magic = (raw::LINUX_REBOOT_MAGIC1 as usize, raw::LINUX_REBOOT_MAGIC2 as usize);
    // SAFETY: integers in; memory is not read.
    let ret = unsafe { call!(reboot, magic.0, magic.1, command as usize) };
    check(ret).map(|_| ())
}

/// sync(2): writes what is not written yet, and waits for that.
pub fn sync() {
    // SAFETY: nothing in.
    let _ = unsafe { call!(sync) }; // it cannot fail
}

/// swapoff(2): nothing is swapped out to this file or device any more.
///
/// # Errors
/// ENOMEM when there is no memory for what is, EINVAL when it is no such file.
pub fn swap_off(path: &CStr) -> Result<(), Errno> {
    // SAFETY: a C string that outlives the call.
    let ret = unsafe { call!(swapoff, path.as_ptr() as usize) };
    check(ret).map(|_| ())
}

/// finit_module(2): loads a kernel module, compressed or not, with parameters that blanks part.
///
/// # Errors
/// EEXIST when it is loaded, EINVAL for a parameter's value, ENOENT when a symbol of another
/// module is missing, ENOEXEC for another kernel's, EOPNOTSUPP or EINVAL where the kernel cannot
/// decompress (MODULE_DECOMPRESS, since Linux 5.17).
pub fn load_module(module: &Fd, is_compressed: bool, parameters: &CStr) -> Result<(), Errno> {
    const COMPRESSED_FILE: usize = 4; // MODULE_INIT_COMPRESSED_FILE
    let flags = if is_compressed { COMPRESSED_FILE } else { 0 };
    // SAFETY: a descriptor, a C string that outlives the call, and an integer.
    let ret = unsafe { call!(finit_module, module.arg(), parameters.as_ptr() as usize, flags) };
    check(ret).map(|_| ())
}
