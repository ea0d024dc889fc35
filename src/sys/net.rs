//! Network interfaces by ioctl (netdevice(7)).

use linux_raw_sys::ioctl::SIOCSIFFLAGS;

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;

/// struct ifreq of netdevice(7): a name of 16 bytes, then the flags.
#[repr(C)]
struct Request {
    name: [u8; 16],
    flags: u16,
    rest: [u8; 22],
}

/// socket(2): a datagram socket to ask the network namespace by.
///
/// # Errors
/// EAFNOSUPPORT on a kernel without IPv4.
pub fn open_socket() -> Result<Fd, Errno> {
    const AF_INET: usize = 2;
    const SOCK_DGRAM_CLOEXEC: usize = 0o2_000_002;
    // SAFETY: three integers in.
    let ret = unsafe { call!(socket, AF_INET, SOCK_DGRAM_CLOEXEC, 0) };
    check(ret).map(Fd::given)
}

/// ioctl(2) SIOCSIFFLAGS: brings the interface `lo` up; its addresses come with it.
///
/// # Errors
/// EPERM without CAP_NET_ADMIN, ENODEV without the interface.
pub fn loopback_up(socket: &Fd) -> Result<(), Errno> {
    const UP_AND_RUNNING: u16 = 0x41; // IFF_UP, IFF_RUNNING
    let mut name = [0; 16];
    name[..2].copy_from_slice(b"lo");
    let request = Request { name, flags: UP_AND_RUNNING, rest: [0; 22] };
    // SAFETY: the kernel reads one struct ifreq of 40 bytes.
    let ret =
        unsafe { call!(ioctl, socket.arg(), SIOCSIFFLAGS as usize, (&raw const request) as usize) };
    check(ret).map(|_| ())
}
