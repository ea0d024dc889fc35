//! What a witness can reach outside: each try prints `done`, or the name of the error.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixStream};

use super::calls::name;

pub fn reach(words: &[&str]) -> i32 {
    let port = |text: &str| ("127.0.0.1", text.parse::<u16>().unwrap());
    let result = match *words {
        ["tcp", "connect", number] => TcpStream::connect(port(number)).map(drop),
        ["tcp", "bind", number] => TcpListener::bind(port(number)).map(drop),
        ["abstract", to] => tell(to),
        ["key", name] => find_key(name),
        ["socket", path] => UnixStream::connect(path).map(drop),
        _ => return 99,
    };
    match result {
        Ok(()) => println!("done"),
        Err(error) => println!("{}", name(error.raw_os_error().unwrap())),
    }
    0
}

/// One byte to an abstract socket.
fn tell(name: &str) -> io::Result<()> {
    let address = SocketAddr::from_abstract_name(name)?;
    UnixDatagram::unbound()?.send_to_addr(b"!", &address).map(drop)
}

/// A key that some keyring of ours has.
fn find_key(name: &str) -> io::Result<()> {
    let name = CString::new(name).unwrap();
    let none = std::ptr::null::<u8>();
    let kind = c"user".as_ptr();
    // SAFETY: two C strings, and two null pointers where nothing is to be made.
    let ret = unsafe { libc::syscall(libc::SYS_request_key, kind, name.as_ptr(), none, 0) };
    if ret > 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The kinds of namespaces.
const KINDS: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

/// What a lock on a whole file says.
fn lock(kind: i32) -> libc::flock {
    // SAFETY: plain numbers, for which zero is a value.
    let zero: libc::flock = unsafe { std::mem::zeroed() };
    libc::flock { l_type: i16::try_from(kind).unwrap(), ..zero }
}

/// Locks each of our namespaces until our input ends.
pub fn lock_namespaces() -> i32 {
    let files = KINDS.map(|kind| File::open(format!("/proc/self/ns/{kind}")).unwrap());
    for file in &files {
        let wanted = lock(libc::F_RDLCK);
        // SAFETY: the kernel reads one struct.
        let ret = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLK, &raw const wanted) };
        assert_eq!(ret, 0, "{}", io::Error::last_os_error());
    }
    println!("locked");
    let _ = io::stdin().read(&mut [0]).unwrap(); // nothing comes
    0
}

/// Prints which of our namespaces somebody else has locked.
pub fn locked_namespaces() -> i32 {
    let is_locked = |kind: &&str| {
        let file = File::open(format!("/proc/self/ns/{kind}")).unwrap();
        let mut found = lock(libc::F_WRLCK);
        // SAFETY: the kernel reads and writes one struct.
        let ret = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLK, &raw mut found) };
        assert_eq!(ret, 0, "{}", io::Error::last_os_error());
        i32::from(found.l_type) != libc::F_UNLCK
    };
    println!("{}", KINDS.into_iter().filter(is_locked).collect::<Vec<_>>().join(" "));
    0
}
