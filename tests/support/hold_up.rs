//! What a service may do to have PID 1 wait for it.

use std::io::{ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::linux::net::SocketAddrExt as _;

use super::signals::{Received, block_all};

/// A connection whose other end, which the listener has, takes nothing, and which lingers for an
/// hour when it is closed.
pub fn lingering() -> (TcpListener, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let linger = libc::linger { l_onoff: 1, l_linger: 3600 };
    let (level, option) = (libc::SOL_SOCKET, libc::SO_LINGER);
    let size = u32::try_from(size_of_val(&linger)).unwrap();
    let place = (&raw const linger).cast();
    // SAFETY: the kernel reads one struct, whose size is given.
    unsafe { libc::setsockopt(stream.as_raw_fd(), level, option, place, size) };
    stream.set_nonblocking(true).unwrap();
    let full = loop {
        if let Err(error) = stream.write(&[0; 65536]) {
            break error.kind();
        }
    };
    assert_eq!(full, ErrorKind::WouldBlock);
    (listener, stream)
}

/// Gives PID 1, with a word of readiness, the last descriptor of such a connection; then waits for
/// TERM.
pub fn linger() -> i32 {
    block_all();
    let (_listener, stream) = lingering();
    let (socket, address) = super::roles::manager();
    let name = address.as_abstract_name().unwrap();
    // SAFETY: plain numbers, for which zero is a value.
    let mut to: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    to.sun_family = u16::try_from(libc::AF_UNIX).unwrap();
    for (place, byte) in to.sun_path.iter_mut().skip(1).zip(name) {
        *place = *byte as libc::c_char;
    }
    let mut part = libc::iovec { iov_base: c"READY=1".as_ptr().cast_mut().cast(), iov_len: 7 };
    let rights = [20u64, 1 << 32 | 1, stream.as_raw_fd() as u64]; // SCM_RIGHTS of SOL_SOCKET
    // SAFETY: as above.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_name = (&raw mut to).cast();
    message.msg_namelen = u32::try_from(3 + name.len()).unwrap();
    (message.msg_iov, message.msg_iovlen) = (&raw mut part, 1);
    (message.msg_control, message.msg_controllen) = (rights.as_ptr().cast_mut().cast(), 24);
    // SAFETY: the kernel reads what the message points to.
    assert_eq!(unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const message, 0) }, 7);
    // Ours is not the last one, so that we do not wait.
    drop(stream);
    println!("given");
    std::io::stdout().flush().unwrap();
    while Received::next().number != libc::SIGTERM {}
    0
}
