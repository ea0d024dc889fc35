//! Whether somebody answers at an address: tcp(7), socket(2), connect(2), getsockopt(2).

use linux_raw_sys::general as raw;
use linux_raw_sys::net;

use super::Fd;
use super::call::{call, check};
use crate::model::{Endpoint, Errno};

/// Bytes of the longer address (ipv6(7), struct sockaddr_in6) and of the shorter (ip(7)).
const V6: usize = 28;
const V4: usize = 16;

/// What came of knocking.
#[derive(Debug)]
pub enum Knock {
    /// Somebody has answered; the connection is closed again.
    Answered,
    /// It takes a while; the socket can be written to when it is known ([`answer`]).
    Underway(Fd),
}

/// socket(2), connect(2): begins a connection, and does not wait for it.
///
/// # Errors
/// ECONNREFUSED when nobody is there, ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT, EMFILE.
pub fn knock(endpoint: &Endpoint) -> Result<Knock, Errno> {
    let address = endpoint.address();
    let (family, len) =
        if address.is_v4() { (net::AF_INET as u16, V4) } else { (net::AF_INET6 as u16, V6) };
    // The family as the machine has its numbers, the port as it travels; behind it the address of
    // IPv4 at once, that of IPv6 behind the flow; what is left is zero, the scope as well.
    let at = if address.is_v4() { 4 } else { 8 };
    let mut bytes = [0u8; V6];
    bytes[..2].copy_from_slice(&family.to_ne_bytes());
    bytes[2..4].copy_from_slice(&endpoint.port().to_be_bytes());
    address.with_bytes(|own| {
        bytes.iter_mut().skip(at).zip(own).for_each(|(place, byte)| *place = *byte);
    });
    let kind = net::SOCK_STREAM | raw::O_CLOEXEC | raw::O_NONBLOCK; // SOCK_… are the same bits
    // SAFETY: three integers in.
    let ret = unsafe { call!(socket, usize::from(family), kind as usize, 0) };
    let socket = check(ret).map(Fd::given)?;
    // SAFETY: the kernel reads `len` bytes of `bytes`, which has as many.
    let ret = unsafe { call!(connect, socket.arg(), bytes.as_ptr() as usize, len) };
    match check(ret) {
        Ok(_) => Ok(Knock::Answered),
        Err(Errno::EINPROGRESS) => Ok(Knock::Underway(socket)),
        Err(errno) => Err(errno),
    }
}

/// getsockopt(2), SO_ERROR: what came of a connection that was underway.
///
/// # Errors
/// As [`knock`], ETIMEDOUT.
pub fn answer(socket: &Fd) -> Result<(), Errno> {
    let (mut error, mut len) = (0i32, size_of::<i32>() as u32);
    let (level, option) = (net::SOL_SOCKET as usize, net::SO_ERROR as usize);
    let (place, len) = ((&raw mut error) as usize, (&raw mut len) as usize);
    // SAFETY: the kernel writes an integer and its length, which both outlive the call.
    let ret = unsafe { call!(getsockopt, socket.arg(), level, option, place, len) };
    let _ = check(ret)?; // zero
    match error {
        0 => Ok(()),
        error => Err(Errno::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::wait::{Source, poll};
    use std::net::TcpListener;

    /// What came of it in the end.
    fn outcome(text: &str) -> Result<(), Errno> {
        match knock(&Endpoint::parse(text.as_bytes()).unwrap())? {
            Knock::Answered => Ok(()),
            Knock::Underway(socket) => {
                assert_eq!(poll(&mut [Source::writable(&socket)], None), Ok(1));
                answer(&socket)
            }
        }
    }

    #[test]
    fn somebody_answers_or_nobody() {
        for (own, known) in [("127.0.0.1:0", true), ("[::1]:0", false)] {
            let Ok(listener) = TcpListener::bind(own) else {
                assert!(!known, "{own}"); // a machine without IPv6
                continue;
            };
            let text = std::format!("{}", listener.local_addr().unwrap());
            assert_eq!(outcome(&text), Ok(()), "{text}");
            drop(listener);
            assert_eq!(outcome(&text), Err(Errno::ECONNREFUSED), "{text}");
        }
    }
}
