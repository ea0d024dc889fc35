//! Datagrams between processes of one machine: unix(7), socket(2), sendmsg(2), recvmsg(2).
//!
//! What comes beside the bytes, the sender and descriptors, lies in control messages (cmsg(3)):
//! each a length, a level and a type in two words of eight bytes, then its data, filled up to a
//! word.

use linux_raw_sys::general as raw;
use linux_raw_sys::net;

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;

/// Bytes of `sun_path` (unix(7)).
const SUN_PATH: usize = 108;

/// The address of a socket: a path, or a name that begins with NUL (unix(7), "abstract").
#[repr(C)]
pub struct Address {
    family: u16,
    path: [u8; SUN_PATH],
    /// Not a part of it for the kernel: how much of it counts.
    len: usize,
}

impl Address {
    /// The address that sd_notify(3) writes as `/path` or `@name`; `None` for anything else, or
    /// where it is too long.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (first, rest, end) = match text {
            [b'/', rest @ ..] => (b'/', rest, 1), // its NUL counts
            [b'@', rest @ ..] => (b'\0', rest, 0),
            _ => return None,
        };
        let mut path = [0; SUN_PATH];
        *path.first_mut()? = first;
        let place = path.get_mut(1..SUN_PATH - 1)?.get_mut(..rest.len())?;
        place.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        let len = size_of::<u16>() + 1 + rest.len() + end;
        Some(Self { family: net::AF_UNIX as u16, path, len })
    }

    /// How many bytes of it count.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The name behind the NUL of an abstract address.
    pub fn name(&self) -> &[u8] {
        self.path.get(1..self.len.saturating_sub(size_of::<u16>())).unwrap_or_default()
    }
}

/// socket(2): a datagram socket that does not block; close-on-exec.
///
/// # Errors
/// EMFILE, EAFNOSUPPORT on a kernel without CONFIG_UNIX.
pub fn open() -> Result<Fd, Errno> {
    let kind = net::SOCK_DGRAM | raw::O_CLOEXEC | raw::O_NONBLOCK; // SOCK_… are the same bits
    // SAFETY: three integers in.
    let ret = unsafe { call!(socket, net::AF_UNIX as usize, kind as usize, 0) };
    check(ret).map(Fd::given)
}

/// socketpair(2): two sockets that send each other datagrams and do not block; close-on-exec.
///
/// # Errors
/// As [`open`].
pub fn pair() -> Result<(Fd, Fd), Errno> {
    let mut ends = [0i32; 2];
    let kind = net::SOCK_DGRAM | raw::O_CLOEXEC | raw::O_NONBLOCK; // as above
    let at = (&raw mut ends) as usize;
    // SAFETY: the kernel writes two integers into `ends`.
    let ret = unsafe { call!(socketpair, net::AF_UNIX as usize, kind as usize, 0, at) };
    let _ = check(ret)?; // zero
    let [one, other] = ends.map(|end| Fd::given(end as usize));
    Ok((one, other))
}

/// setsockopt(2), SO_PASSCRED: who sends is told with what it sends.
///
/// # Errors
/// None that can happen with these arguments.
pub fn pass_credentials(socket: &Fd) -> Result<(), Errno> {
    let on = 1u32;
    let (level, option) = (net::SOL_SOCKET as usize, net::SO_PASSCRED as usize);
    let at = (&raw const on) as usize;
    // SAFETY: the kernel reads four bytes of `on`.
    let ret = unsafe { call!(setsockopt, socket.arg(), level, option, at, 4) };
    check(ret).map(|_| ())
}

/// bind(2) to an abstract name that the kernel chooses (unix(7), "Autobind feature"): nothing of it
/// is in the file system.
///
/// # Errors
/// ENOSPC when a million names are taken.
pub fn bind_anywhere(socket: &Fd) -> Result<(), Errno> {
    let family = net::AF_UNIX as u16;
    // SAFETY: the kernel reads the two bytes of `family`.
    let ret = unsafe { call!(bind, socket.arg(), (&raw const family) as usize, 2) };
    check(ret).map(|_| ())
}

/// getsockname(2): the address that a socket is bound to.
///
/// # Errors
/// None that can happen with a socket.
pub fn name_of(socket: &Fd) -> Result<Address, Errno> {
    let mut address = Address { family: 0, path: [0; SUN_PATH], len: 0 };
    let mut len = (size_of::<u16>() + SUN_PATH) as u32;
    let (at, len_at) = ((&raw mut address) as usize, (&raw mut len) as usize);
    // SAFETY: the kernel writes at most `len` bytes into the front of `address`, and four to `len`.
    let ret = unsafe { call!(getsockname, socket.arg(), at, len_at) };
    let _ = check(ret)?; // zero
    Ok(Address { len: len as usize, ..address })
}

/// The kernel's struct msghdr (recvmsg(2)).
#[repr(C)]
pub(super) struct Header {
    pub name: usize,
    pub name_len: u32,
    pub parts: usize,
    pub part_count: usize,
    pub control: usize,
    pub control_len: usize,
    pub flags: i32,
}

/// A part of a message (struct iovec).
#[repr(C)]
pub(super) struct Part {
    pub base: usize,
    pub len: usize,
}

/// Words of eight bytes for one message with credentials, and one with as many descriptors as the
/// kernel passes (SCM_MAX_FD of linux/net/scm.h, 253).
const CONTROL_WORDS: usize = 4 + 2 + 127;

/// Room for what comes beside the bytes of a message.
pub struct Control([u64; CONTROL_WORDS]);

impl Control {
    /// Empty room.
    pub const fn new() -> Self {
        Self([0; CONTROL_WORDS])
    }
}

impl Default for Control {
    fn default() -> Self {
        Self::new()
    }
}

/// Descriptors that came with a message; closed when it goes.
pub struct Descriptors<'c> {
    /// The whole control message: two words of header, then two descriptors a word.
    words: &'c [u64],
}

impl<'c> Descriptors<'c> {
    /// Each of them, in their order, which are ours to close from now on.
    pub fn take(self) -> impl Iterator<Item = Fd> + use<'c> {
        let words = core::mem::ManuallyDrop::new(self).words;
        let len = words.first().map_or(0, |len| *len as usize);
        let count = len.saturating_sub(16) / 4;
        let pairs = words.iter().skip(2).flat_map(|word| [*word as i32, (word >> 32) as i32]);
        pairs.take(count).map(|number| Fd::given(number as usize))
    }
}

impl Drop for Descriptors<'_> {
    fn drop(&mut self) {
        for fd in (Descriptors { words: self.words }).take() {
            dont_linger(&fd);
            drop(fd); // ours alone since it came
        }
    }
}

/// setsockopt(2), SO_LINGER (socket(7)): whoever closes this socket last does not wait until the
/// other end has taken what was sent, which may be never.
pub fn dont_linger(fd: &Fd) {
    let none = [0u32; 2]; // struct linger
    let (level, option) = (net::SOL_SOCKET as usize, net::SO_LINGER as usize);
    let at = (&raw const none) as usize;
    // SAFETY: the kernel reads the eight bytes of `none`.
    let _ = unsafe { call!(setsockopt, fd.arg(), level, option, at, 8) }; // most are no sockets
}

/// A message that came.
pub struct Received<'c> {
    /// How many bytes it has; 0 for one that was longer than its place.
    pub len: usize,
    /// The sender's PID in our namespace; 0 when it is outside, or nobody said.
    pub pid: i32,
    /// The sender's user id in our namespace.
    pub uid: u32,
    /// What came with it.
    pub descriptors: Option<Descriptors<'c>>,
}

/// recvmsg(2): the next message, its bytes in the beginning of `text`. `None` when none waits.
/// Descriptors that come are close-on-exec.
///
/// # Errors
/// Those of recvmsg(2) but EAGAIN.
pub fn receive<'c>(
    socket: &Fd,
    text: &mut [u8],
    control: &'c mut Control,
) -> Result<Option<Received<'c>>, Errno> {
    const TRUNCATED: i32 = 0x20; // MSG_TRUNC of linux/socket.h
    let part = Part { base: text.as_mut_ptr() as usize, len: text.len() };
    let mut header = Header {
        name: 0,
        name_len: 0,
        parts: (&raw const part) as usize,
        part_count: 1,
        control: control.0.as_mut_ptr() as usize,
        control_len: size_of_val(&control.0),
        flags: 0,
    };
    let flags = (net::MSG_DONTWAIT | net::MSG_CMSG_CLOEXEC) as usize;
    // SAFETY: the kernel writes at most `text.len()` bytes into it, at most `control_len` into the
    // room for control messages, and the lengths into `header`.
    let ret = unsafe { call!(recvmsg, socket.arg(), (&raw mut header) as usize, flags) };
    let len = match check(ret) {
        Err(Errno::EAGAIN) => return Ok(None),
        other => other?,
    };
    let words = control.0.get(..header.control_len / 8).unwrap_or_default();
    let mut received = Received {
        len: if header.flags & TRUNCATED == 0 { len } else { 0 },
        pid: 0,
        uid: u32::MAX,
        descriptors: None,
    };
    read_control(words, &mut received);
    Ok(Some(received))
}

/// The control messages, one after the other.
fn read_control<'c>(mut words: &'c [u64], received: &mut Received<'c>) {
    const CREDENTIALS: u64 = net::SOL_SOCKET as u64 | (net::SCM_CREDENTIALS as u64) << 32;
    const RIGHTS: u64 = net::SOL_SOCKET as u64 | (net::SCM_RIGHTS as u64) << 32;
    while let [len, kind, data @ ..] = words {
        let count = (*len as usize).div_ceil(8).max(2); // a shorter one there is none
        let Some((own, rest)) = words.split_at_checked(count) else {
            return;
        };
        match (*kind, data) {
            (CREDENTIALS, [ids, ..]) => {
                received.pid = *ids as i32;
                received.uid = (ids >> 32) as u32;
            }
            (RIGHTS, _) => received.descriptors = Some(Descriptors { words: own }),
            _ => {}
        }
        words = rest;
    }
}

/// sendmsg(2) to `address`, without waiting. The kernel tells who we are to whoever wants to know.
///
/// # Errors
/// EAGAIN when the other's queue is full, ECONNREFUSED and ENOENT when nobody is there, EMSGSIZE.
pub fn send(
    socket: &Fd,
    address: &Address,
    text: &[u8],
    descriptors: Option<&Descriptors<'_>>,
) -> Result<(), Errno> {
    let part = Part { base: text.as_ptr() as usize, len: text.len() };
    let words = descriptors.map_or([].as_slice(), |descriptors| descriptors.words);
    let header = Header {
        name: core::ptr::from_ref(address) as usize,
        name_len: address.len as u32,
        parts: (&raw const part) as usize,
        part_count: 1,
        control: words.as_ptr() as usize,
        control_len: size_of_val(words),
        flags: 0,
    };
    let flags = (net::MSG_DONTWAIT | net::MSG_NOSIGNAL) as usize;
    // SAFETY: the kernel reads the header, the address, `text` and the control message, each as
    // long as said.
    let ret = unsafe { call!(sendmsg, socket.arg(), (&raw const header) as usize, flags) };
    check(ret).map(|_| ())
}

/// sendmsg(2) of one descriptor to the other end of a [`pair`], with one byte.
///
/// # Errors
/// EAGAIN when its queue is full.
pub fn pass(socket: &Fd, descriptor: &Fd) -> Result<(), Errno> {
    let kind = u64::from(net::SOL_SOCKET) | u64::from(net::SCM_RIGHTS) << 32;
    let control = [16 + 4, kind, descriptor.arg() as u64]; // its length without the filling
    let part = Part { base: b"+".as_ptr() as usize, len: 1 };
    let header = Header {
        name: 0,
        name_len: 0,
        parts: (&raw const part) as usize,
        part_count: 1,
        control: (&raw const control) as usize,
        control_len: size_of_val(&control),
        flags: 0,
    };
    let flags = (net::MSG_DONTWAIT | net::MSG_NOSIGNAL) as usize;
    // SAFETY: the kernel reads the header, one byte and the control message.
    let ret = unsafe { call!(sendmsg, socket.arg(), (&raw const header) as usize, flags) };
    check(ret).map(|_| ())
}

/// recvmsg(2) of what [`pass`] sent, when it waits.
pub fn passed(socket: &Fd) -> Option<Fd> {
    let mut control = [0u64; 3];
    let mut byte = [0u8; 1];
    let part = Part { base: byte.as_mut_ptr() as usize, len: 1 };
    let mut header = Header {
        name: 0,
        name_len: 0,
        parts: (&raw const part) as usize,
        part_count: 1,
        control: control.as_mut_ptr() as usize,
        control_len: size_of_val(&control),
        flags: 0,
    };
    let flags = (net::MSG_DONTWAIT | net::MSG_CMSG_CLOEXEC) as usize;
    // SAFETY: the kernel writes one byte, at most `control_len` into `control`, and the lengths.
    let ret = unsafe { call!(recvmsg, socket.arg(), (&raw mut header) as usize, flags) };
    let _ = check(ret).ok()?; // one byte
    let [len, _, number] = control;
    (header.control_len >= 20 && len == 20).then(|| Fd::given(number as u32 as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};

    #[test]
    fn an_address_is_a_path_or_a_name_that_fits() {
        assert_eq!(Address::parse(b"/run/notify").unwrap().len, 2 + 11 + 1);
        let name = Address::parse(b"@a/b").unwrap();
        assert_eq!((name.len, name.name()), (2 + 4, b"a/b".as_slice()));
        assert!(Address::parse(b"vsock:2:1").is_none() && Address::parse(b"").is_none());
        let long = |len: usize| std::format!("/{}", "x".repeat(len));
        assert!(Address::parse(long(106).as_bytes()).is_some());
        assert!(Address::parse(long(107).as_bytes()).is_none());
    }

    #[test]
    fn a_message_comes_with_its_sender_and_its_descriptors() {
        // Sent to ourselves: our PID, our uid, and a pipe through which a byte goes.
        let socket = open().unwrap();
        pass_credentials(&socket).unwrap();
        bind_anywhere(&socket).unwrap();
        let address = name_of(&socket).unwrap();
        assert_eq!(address.name().len(), 5);
        let (mut text, mut control) = ([0u8; 8], Control::new());
        assert!(receive(&socket, &mut text, &mut control).unwrap().is_none());

        let (mut read, write) = std::io::pipe().unwrap();
        let copy = OwnedFd::from(write);
        let mut words = [0u64; 3];
        words[0] = 20;
        words[1] = u64::from(net::SOL_SOCKET) | u64::from(net::SCM_RIGHTS) << 32;
        words[2] = copy.as_raw_fd() as u64;
        let descriptors = std::mem::ManuallyDrop::new(Descriptors { words: &words });
        send(&socket, &address, b"BARRIER=", Some(&descriptors)).unwrap();
        send(&socket, &address, b"too long for it", None).unwrap();
        drop(copy);

        let received = receive(&socket, &mut text, &mut control).unwrap().unwrap();
        assert_eq!((received.len, &text), (8, b"BARRIER="));
        assert_eq!(received.pid, std::process::id() as i32);
        let passed = received.descriptors.as_ref().unwrap().words[2] as i32;
        // SAFETY: a descriptor that the message has just brought; it is not closed by this.
        let mut passed = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(passed) });
        passed.write_all(b"!").unwrap();
        drop(received);
        let mut all = std::string::String::new();
        let _ = read.read_to_string(&mut all).unwrap();
        assert_eq!(all, "!", "and it is closed with the message");

        let received = receive(&socket, &mut text, &mut control).unwrap().unwrap();
        assert!(received.len == 0 && received.descriptors.is_none(), "what is cut does not count");
    }
}
