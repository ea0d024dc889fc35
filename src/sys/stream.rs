//! Connections between processes of one machine: unix(7), socket(2), bind(2), listen(2), accept(2),
//! connect(2), getsockopt(2), sendmsg(2).
//!
//! What comes beside the bytes when they are received, the sender and descriptors, is in `unix`.

use linux_raw_sys::general as raw;
use linux_raw_sys::net;

use super::Fd;
use super::call::{call, check};
use super::unix::{Address, Header, Part};
use crate::model::Errno;

/// socket(2): a stream, close-on-exec; one that does not block, or one that is waited at.
///
/// # Errors
/// EMFILE, EAFNOSUPPORT on a kernel without CONFIG_UNIX.
pub fn open(is_blocking: bool) -> Result<Fd, Errno> {
    let wait = if is_blocking { 0 } else { raw::O_NONBLOCK }; // SOCK_… are the same bits
    let kind = net::SOCK_STREAM | raw::O_CLOEXEC | wait;
    // SAFETY: three integers in.
    let ret = unsafe { call!(socket, net::AF_UNIX as usize, kind as usize, 0) };
    check(ret).map(Fd::given)
}

/// bind(2): the socket's file is made at this path.
///
/// # Errors
/// EADDRINUSE when something is there, ENOENT, EACCES, EROFS.
pub fn bind(socket: &Fd, address: &Address) -> Result<(), Errno> {
    let at = core::ptr::from_ref(address) as usize;
    // SAFETY: the kernel reads as many bytes of the address as count.
    let ret = unsafe { call!(bind, socket.arg(), at, address.len()) };
    check(ret).map(|_| ())
}

/// listen(2): so many connections may wait to be accepted. Whoever asks them for their peer is told
/// who called this (net/unix/af_unix.c, `unix_listen`).
///
/// # Errors
/// EINVAL for a socket that is not bound.
pub fn listen(socket: &Fd, waiting: usize) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(listen, socket.arg(), waiting) };
    check(ret).map(|_| ())
}

/// accept(2), accept4: the next connection, which does not block; close-on-exec.
///
/// # Errors
/// EAGAIN when none waits, EMFILE.
pub fn accept(socket: &Fd) -> Result<Fd, Errno> {
    let flags = (raw::O_CLOEXEC | raw::O_NONBLOCK) as usize;
    // SAFETY: no address is asked for.
    let ret = unsafe { call!(accept4, socket.arg(), 0, 0, flags) };
    check(ret).map(Fd::given)
}

/// connect(2): to whoever listens at this path.
///
/// # Errors
/// ECONNREFUSED when nobody does any more, ENOENT, EACCES, EAGAIN when too many wait.
pub fn connect(socket: &Fd, address: &Address) -> Result<(), Errno> {
    let at = core::ptr::from_ref(address) as usize;
    // SAFETY: the kernel reads as many bytes of the address as count.
    let ret = unsafe { call!(connect, socket.arg(), at, address.len()) };
    check(ret).map(|_| ())
}

/// Who is at the other end of a connection, or listens at a socket; ids and numbers as our own
/// namespaces have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its PID; 0 when it is outside our PID namespace.
    pub pid: i32,
    /// Its user id; the overflow id when our user namespace has no other for it.
    pub uid: u32,
}

/// getsockopt(2), SO_PEERCRED: who connected, or listened; of a socket that listens itself, who
/// called listen(2). As it was then.
///
/// # Errors
/// None that can happen with a stream of unix(7).
pub fn peer_of(socket: &Fd) -> Result<Peer, Errno> {
    let mut credentials = [0u32; 3]; // struct ucred: pid, uid, gid
    let mut len = 12u32;
    let (level, option) = (net::SOL_SOCKET as usize, net::SO_PEERCRED as usize);
    let (at, len_at) = ((&raw mut credentials) as usize, (&raw mut len) as usize);
    // SAFETY: the kernel writes one struct ucred and its length.
    let ret = unsafe { call!(getsockopt, socket.arg(), level, option, at, len_at) };
    let _ = check(ret)?; // zero
    let [pid, uid, _] = credentials;
    Ok(Peer { pid: pid as i32, uid })
}

/// Descriptors that one [`tell`] passes on, at most.
pub const TOLD_MAX: usize = 16;

/// sendmsg(2) to the other end of a connection, without waiting; with copies of these descriptors,
/// of which those behind the first [`TOLD_MAX`] stay here. Gives how many bytes were taken.
///
/// # Errors
/// EAGAIN when the other does not read, EPIPE and ECONNRESET when it is gone, ETOOMANYREFS.
pub fn tell(socket: &Fd, text: &[u8], descriptors: &[&Fd]) -> Result<usize, Errno> {
    let mut words = [0u64; 2 + TOLD_MAX / 2];
    let [len, kind, pairs @ ..] = &mut words;
    let count = descriptors.len().min(TOLD_MAX);
    *len = 16 + 4 * count as u64;
    *kind = u64::from(net::SOL_SOCKET) | u64::from(net::SCM_RIGHTS) << 32;
    for (pair, own) in pairs.iter_mut().zip(descriptors.chunks(2)) {
        let number = |fd: &&Fd| u64::from(fd.number().cast_unsigned());
        *pair = own.first().map_or(0, number) | own.get(1).map_or(0, number) << 32;
    }
    let part = Part { base: text.as_ptr() as usize, len: text.len() };
    let header = Header {
        name: 0,
        name_len: 0,
        parts: (&raw const part) as usize,
        part_count: 1,
        control: words.as_ptr() as usize,
        control_len: if count == 0 { 0 } else { 16 + 8 * count.div_ceil(2) },
        flags: 0,
    };
    let flags = (net::MSG_DONTWAIT | net::MSG_NOSIGNAL) as usize;
    // SAFETY: the kernel reads the header, `text` and the control message, each as long as said.
    let ret = unsafe { call!(sendmsg, socket.arg(), (&raw const header) as usize, flags) };
    check(ret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::file;
    use crate::sys::unix::{Control, Descriptors, pass_credentials, receive};
    use std::os::fd::AsRawFd as _;

    #[test]
    fn each_end_knows_who_the_other_is() {
        // Both are us; the file is there until somebody removes it.
        let path = std::env::temp_dir().join(std::format!("nsinit-stream-{}", std::process::id()));
        let address = Address::parse(path.to_str().unwrap().as_bytes()).unwrap();
        let listener = open(false).unwrap();
        bind(&listener, &address).unwrap();
        listen(&listener, 4).unwrap();
        assert_eq!(accept(&listener).unwrap_err(), Errno::EAGAIN);
        let there = open(true).unwrap();
        connect(&there, &address).unwrap();
        let here = accept(&listener).unwrap();
        let own = Peer { pid: std::process::id() as i32, uid: peer_of(&listener).unwrap().uid };
        for end in [&listener, &here, &there] {
            assert_eq!(peer_of(end).unwrap(), own);
        }
        assert_eq!(file::write(&there, b"!"), Ok(1));
        assert_eq!(file::read(&here, &mut [0; 4]), Ok(1));
        std::fs::remove_file(&path).unwrap();
        drop(listener);
        let address = Address::parse(path.to_str().unwrap().as_bytes()).unwrap();
        assert_eq!(connect(&open(true).unwrap(), &address), Err(Errno::ENOENT));
    }

    #[test]
    fn copies_of_descriptors_go_to_the_other_end_of_a_connection() {
        // Three pipes' ends, one at a time and all at once: what is written there is read here.
        let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
        let own = |stream: &std::os::unix::net::UnixStream| Fd::inherited(stream.as_raw_fd());
        pass_credentials(&own(&other)).unwrap();
        let pipes: std::vec::Vec<_> =
            (0..3).map(|_| crate::sys::fd::pipe(false).unwrap()).collect();
        let ends: std::vec::Vec<&Fd> = pipes.iter().map(|(_, write)| write).collect();
        for count in [0, 1, 3] {
            assert_eq!(tell(&own(&one), b"take", &ends[..count]), Ok(4));
            let (mut text, mut control) = ([0u8; 8], Control::new());
            let received = receive(&own(&other), &mut text, &mut control).unwrap().unwrap();
            assert_eq!((received.len, received.pid), (4, std::process::id() as i32));
            let came: std::vec::Vec<Fd> =
                received.descriptors.into_iter().flat_map(Descriptors::take).collect();
            assert_eq!(came.len(), count);
            for (fd, (read, _)) in came.iter().zip(&pipes) {
                assert_eq!(crate::sys::file::write(fd, b"!"), Ok(1));
                assert_eq!(crate::sys::file::read(read, &mut [0; 4]), Ok(1));
            }
        }
    }
}
