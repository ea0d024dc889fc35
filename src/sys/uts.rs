//! Names of the machine: sethostname(2), setdomainname(2), uname(2).

use super::errno;
use crate::model::{Errno, HostName};

/// sethostname(2)
///
/// # Errors
/// EPERM without CAP_SYS_ADMIN in the namespace's owner.
pub fn set_hostname(name: HostName<'_>) -> Result<(), Errno> {
    rustix::system::sethostname(name.bytes()).map_err(errno)
}

/// setdomainname(2)
///
/// # Errors
/// As [`set_hostname`].
pub fn set_domainname(name: HostName<'_>) -> Result<(), Errno> {
    rustix::system::setdomainname(name.bytes()).map_err(errno)
}

/// uname(2): hands the name of the kernel's release on, such as `6.12.0-cloud-amd64`.
pub fn with_release<T>(take: impl FnOnce(&[u8]) -> T) -> T {
    take(rustix::system::uname().release().to_bytes())
}

/// uname(2): the kernel's version, major and minor; zeroes where it cannot be read.
pub fn kernel_version() -> (u16, u16) {
    let name = rustix::system::uname();
    let mut parts = name.release().to_bytes().split(|byte| !byte.is_ascii_digit()).map(|part| {
        crate::text::units::unsigned(part, 999).ok().and_then(|n| u16::try_from(n).ok())
    });
    let mut next = || parts.next().flatten().unwrap_or(0);
    (next(), next())
}
