//! Network interfaces by ioctl (netdevice(7)), and the socket for messages about them
//! (rtnetlink(7)).

use linux_raw_sys::ioctl::{SIOCGIFINDEX, SIOCSIFFLAGS};

use super::Fd;
use super::call::{call, check};
use crate::model::{Errno, InterfaceName};

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

/// socket(2): a socket for messages to the kernel about the interfaces of our net namespace
/// (rtnetlink(7)). What is written is one message, what is read is one answer.
///
/// # Errors
/// EMFILE, ENFILE; EAFNOSUPPORT where a filter hides it.
pub fn open_route() -> Result<Fd, Errno> {
    const AF_NETLINK: usize = 16;
    const SOCK_RAW_CLOEXEC: usize = 0o2_000_003;
    const NETLINK_ROUTE: usize = 0;
    // SAFETY: three integers in.
    let ret = unsafe { call!(socket, AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE) };
    check(ret).map(Fd::given)
}

/// struct ifreq of netdevice(7) as SIOCGIFINDEX takes it: a name, then the index.
#[repr(C)]
struct IndexRequest {
    name: [u8; 16],
    index: u32,
    rest: [u8; 20],
}

/// ioctl(2) SIOCGIFINDEX: the index of the interface of this name in the socket's net namespace.
///
/// # Errors
/// ENODEV when there is none.
pub fn index_of(socket: &Fd, name: InterfaceName<'_>) -> Result<u32, Errno> {
    let mut request = IndexRequest { name: [0; 16], index: 0, rest: [0; 20] };
    request.name.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = *byte);
    let at = (&raw mut request) as usize;
    // SAFETY: the kernel reads and writes one struct ifreq of 40 bytes.
    let ret = unsafe { call!(ioctl, socket.arg(), SIOCGIFINDEX as usize, at) };
    check(ret).map(|_| request.index)
}
