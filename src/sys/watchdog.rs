//! A hardware watchdog by ioctl (Documentation/watchdog/watchdog-api.rst): it resets the machine
//! when nobody has fed it for so long. Opening it is what starts it.

use linux_raw_sys::ioctl as raw;

use super::Fd;
use super::call::{call, check};
use super::file;
use crate::model::Errno;

/// ioctl(2) WDIOC_SETTIMEOUT: how many seconds it waits; gives those that the device made of it.
///
/// # Errors
/// EINVAL for more than it can wait, EOPNOTSUPP where it cannot be told.
pub fn set_timeout(device: &Fd, seconds: u32) -> Result<u32, Errno> {
    let mut value = seconds;
    // SAFETY: the kernel reads and writes one integer.
    let ret = unsafe {
        call!(ioctl, device.arg(), raw::WDIOC_SETTIMEOUT as usize, (&raw mut value) as usize)
    };
    check(ret).map(|_| value)
}

/// ioctl(2) WDIOC_GETTIMEOUT: how many seconds it waits.
///
/// # Errors
/// EOPNOTSUPP where it does not say.
pub fn timeout(device: &Fd) -> Result<u32, Errno> {
    let mut value = 0u32;
    // SAFETY: the kernel writes one integer.
    let ret = unsafe {
        call!(ioctl, device.arg(), raw::WDIOC_GETTIMEOUT as usize, (&raw mut value) as usize)
    };
    check(ret).map(|_| value)
}

/// ioctl(2) WDIOC_KEEPALIVE: it waits anew.
///
/// # Errors
/// ENOTTY on what is no watchdog, EIO.
pub fn feed(device: &Fd) -> Result<(), Errno> {
    // SAFETY: the request takes no argument.
    let ret = unsafe { call!(ioctl, device.arg(), raw::WDIOC_KEEPALIVE as usize, 0) };
    check(ret).map(|_| ())
}

/// write(2) of a `V` and close(2): it is not waited for any more. A kernel that was told never to
/// stop it (`nowayout`) goes on; then it has been fed once more.
///
/// # Errors
/// Those of [`file::write`].
pub fn disarm(device: Fd) -> Result<(), Errno> {
    file::write(&device, b"V").map(|_| ())
}
