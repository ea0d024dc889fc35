//! Sockets between a virtual machine and its host: vsock(7).

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;

/// struct sockaddr_vm (linux/vm_sockets.h).
#[repr(C)]
struct Address {
    family: u16,
    reserved: u16,
    port: u32,
    cid: u32,
    flags_and_zero: [u8; 4],
}

const _: () = assert!(size_of::<Address>() == 16, "the kernel takes nothing shorter");

/// socket(2) and connect(2): a connection to `port` of the machine `cid`, of streams, or else of
/// messages (SOCK_SEQPACKET, since Linux 5.14).
///
/// # Errors
/// EAFNOSUPPORT without the modules, ENODEV without the device, ECONNRESET when nobody listens,
/// ETIMEDOUT.
pub fn connect(cid: u32, port: u32, is_stream: bool) -> Result<Fd, Errno> {
    const AF_VSOCK: u16 = 40;
    const SOCK_STREAM: u32 = 1;
    const SOCK_SEQPACKET: u32 = 5;
    let kind = if is_stream { SOCK_STREAM } else { SOCK_SEQPACKET } | raw::O_CLOEXEC;
    // SAFETY: three integers in.
    let ret = unsafe { call!(socket, usize::from(AF_VSOCK), kind as usize, 0) };
    let socket = check(ret).map(Fd::given)?;
    let address = Address { family: AF_VSOCK, reserved: 0, port, cid, flags_and_zero: [0; 4] };
    // SAFETY: the kernel reads one struct sockaddr_vm of 16 bytes.
    let ret = unsafe { call!(connect, socket.arg(), (&raw const address) as usize, 16) };
    check(ret).map(|_| socket)
}
