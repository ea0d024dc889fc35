//! What the kernel says of devices that come: a netlink socket, NETLINK_KOBJECT_UEVENT
//! (netlink(7); lib/kobject_uevent.c).

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;

/// struct sockaddr_nl of netlink(7).
#[repr(C)]
struct Address {
    family: u16,
    pad: u16,
    port: u32,
    groups: u32,
}

/// socket(2) and bind(2): one message for each device that comes or goes from now on; what it has
/// in /dev is there by then (drivers/base/core.c, `device_add`). Reading never waits.
///
/// # Errors
/// EPROTONOSUPPORT on a kernel without devices that come.
pub fn open() -> Result<Fd, Errno> {
    const AF_NETLINK: u16 = 16;
    const SOCK_DGRAM_CLOEXEC_NONBLOCK: usize = 0o2_004_002;
    const NETLINK_KOBJECT_UEVENT: usize = 15;
    let (family, kind) = (usize::from(AF_NETLINK), SOCK_DGRAM_CLOEXEC_NONBLOCK);
    // SAFETY: three integers in.
    let ret = unsafe { call!(socket, family, kind, NETLINK_KOBJECT_UEVENT) };
    let socket = check(ret).map(Fd::given)?;
    let address = Address { family: AF_NETLINK, pad: 0, port: 0, groups: 1 };
    let (place, len) = ((&raw const address) as usize, size_of::<Address>());
    // SAFETY: the kernel reads one struct sockaddr_nl of that length.
    let ret = unsafe { call!(bind, socket.arg(), place, len) };
    check(ret).map(|_| socket)
}
