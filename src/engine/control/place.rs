//! Where the control socket is: a directory for each sandbox below one for each user, both closed
//! to everybody else.
//!
//! Whoever runs holds a lock on the directory (flock(2)), and the kernel lets go of it however the
//! holder ends. So a name is taken exactly as long as somebody has it, and what was left behind
//! after a KILL is found and replaced. Nothing is looked for through a symbolic link that another
//! user could have made: each directory is opened by one name below the last, and must be ours.

use core::ffi::CStr;

use heapless::Vec;

use super::super::files::split;
use super::super::hands::Hands;
use super::super::trouble::{Trouble, plain};
use super::room::{Place, Room};
use crate::limits::{CONNECTIONS_WAITING, PATH_MAX};
use crate::model::{Errno, Why};
use crate::plan::Base;
use crate::sys::place::State;
use crate::sys::unix::Address;
use crate::sys::{Fd, file, place, process, stream};
use crate::text::{Buffer, Sink as _, put};

/// The name of the socket in the directory of its sandbox.
pub(super) const FILE: &CStr = c"control";

/// How often a directory is made anew that its last owner has just removed.
const TRIES: usize = 4;

/// A directory that only we can change, made where there is none.
pub(super) fn open_base(base: &Base, makes: bool) -> Result<Fd, Trouble> {
    let mut path = Buffer::<PATH_MAX>::new();
    put!(&mut path, base);
    let path = path.path().ok_or(plain(Errno::ENAMETOOLONG))?;
    if makes {
        make(&place::here(), path)?;
    }
    let directory = place::open(&place::here(), path).map_err(plain)?;
    check(place::state(&directory).map_err(plain)?, base.owner())?;
    Ok(directory)
}

/// Makes a directory, unless there is one.
fn make(directory: &Fd, name: &CStr) -> Result<(), Trouble> {
    match place::make(directory, name) {
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(plain(errno)),
    }
}

/// Whether nobody but this user can change what is in a directory.
fn check(state: State, owner: u32) -> Result<(), Trouble> {
    match state.uid == owner && !state.is_open_to_others() {
        true => Ok(()),
        false => Err((Errno::EPERM, Why::NotOurs)),
    }
}

/// Listens where a sandbox of this name is looked for.
#[inline(never)] // its buffers would lie in the frame of every step
pub(super) fn listen(
    hands: &mut Hands,
    base: &Base,
    name: &[u8],
    is_said: bool,
) -> Result<(), Trouble> {
    let directory = open_base(base, true)?;
    let mut own = Buffer::<64>::new();
    own.put(name);
    let mut claimed = claim(&directory, &mut own, base.owner())?;
    if claimed.is_none() && !is_said {
        own = Buffer::new();
        own.put(name);
        put!(&mut own, "-", process::pid());
        claimed = claim(&directory, &mut own, base.owner())?;
        sweep(&directory, name);
    }
    let taken = claimed.ok_or((Errno::EADDRINUSE, Why::NameTaken))?;
    let _ = place::remove(&taken, FILE); // what a killed one has left, if anything
    let name = own.text().unwrap_or_default();
    let mut path = Buffer::<PATH_MAX>::new();
    put!(&mut path, base, "/");
    path.put(name.strip_suffix(b"\0").unwrap_or(name));
    put!(&mut path, "/");
    path.put(FILE.to_bytes());
    hands.listener = Some(open(&taken, path.text().unwrap_or_default(), FILE)?);
    if let Some(room) = &mut hands.room {
        remember(room, name);
        let kept = |bytes: &[u8]| Vec::from_slice(bytes).unwrap_or_default();
        let (file, name) = (kept(FILE.to_bytes_with_nul()), Vec::from_slice(name));
        let (base, name) = (Some(directory), name.unwrap_or_default());
        room.place.put(Place { directory: taken, file, base, name });
    }
    Ok(())
}

/// Removes what killed ones have left that had our name and their PID, for nobody takes it again.
fn sweep(base: &Fd, name: &[u8]) {
    let is_of_one = |entry: &[u8]| {
        let number = entry.strip_prefix(name).and_then(|rest| rest.strip_prefix(b"-"));
        number.is_some_and(|number| number.iter().all(u8::is_ascii_digit))
    };
    let mut buffer = [0u8; 2048];
    while let Ok(entries @ [_, ..]) = file::entries(base, &mut buffer) {
        for entry in file::entry_names(entries).filter(|entry| is_of_one(entry.to_bytes())) {
            let Ok(left) = place::open(base, entry) else { continue };
            if file::lock_now(&left).is_ok() {
                let _ = place::remove(&left, FILE); // there may be none
                let _ = place::remove_directory(base, entry); // not what else is kept there
            }
        }
    }
}

/// The directory of a name, if nobody has it; `name` gets its NUL.
fn claim(base: &Fd, name: &mut Buffer<64>, owner: u32) -> Result<Option<Fd>, Trouble> {
    let name = name.path().ok_or(plain(Errno::ENAMETOOLONG))?;
    for _ in 0..TRIES {
        make(base, name)?;
        let directory = match place::open(base, name) {
            Err(Errno::ENOENT) => continue, // its last owner has just removed it
            other => other.map_err(plain)?,
        };
        match file::lock_now(&directory) {
            Err(Errno::EAGAIN) => return Ok(None),
            other => other.map_err(plain)?,
        }
        let state = place::state(&directory).map_err(plain)?;
        if state.links > 0 {
            check(state, owner)?;
            return Ok(Some(directory));
        }
    }
    Err(plain(Errno::EAGAIN))
}

/// Listens at a path that somebody named.
#[inline(never)] // as above
pub(super) fn listen_at(hands: &mut Hands, path: &CStr) -> Result<(), Trouble> {
    let bytes = path.to_bytes();
    let (directory, name) = split(path).map_err(plain)?;
    let file = name.to_bytes_with_nul();
    let file = Vec::from_slice(file).map_err(|_| plain(Errno::ENAMETOOLONG))?;
    if place::is_socket(&directory, name).map_err(plain)? {
        let address = address(&directory, bytes, name).ok_or(plain(Errno::ENAMETOOLONG))?;
        let socket = stream::open(false).map_err(plain)?;
        match stream::connect(&socket, &address) {
            Err(Errno::ECONNREFUSED) => {
                let _ = place::remove(&directory, name); // what a killed one has left
            }
            Ok(()) | Err(_) => return Err((Errno::EADDRINUSE, Why::NameTaken)),
        }
    }
    hands.listener = Some(open(&directory, bytes, name)?);
    if let Some(room) = &mut hands.room {
        remember(room, name.to_bytes());
        room.place.put(Place { directory, file, base: None, name: Vec::new() });
    }
    Ok(())
}

/// The name that answers have.
fn remember(room: &mut Room, name: &[u8]) {
    let name = name.strip_suffix(b"\0").unwrap_or(name);
    room.name.clear();
    let _ = room.name.extend_from_slice(name); // one that is too long is of a path, and not told
}

/// A socket that listens. Only its owner and root may write to its file, and so connect.
fn open(directory: &Fd, path: &[u8], name: &CStr) -> Result<Fd, Trouble> {
    let address = address(directory, path, name).ok_or(plain(Errno::ENAMETOOLONG))?;
    let socket = stream::open(false).map_err(plain)?;
    place::set_mode(&socket, 0o600).map_err(plain)?;
    stream::bind(&socket, &address).map_err(plain)?;
    stream::listen(&socket, CONNECTIONS_WAITING).map_err(plain)?;
    Ok(socket)
}

/// The address of a socket; one whose path is too long for that is named by our descriptor of its
/// directory (unix(7), `sun_path`; proc_pid_fd(5)).
pub(super) fn address(directory: &Fd, path: &[u8], name: &CStr) -> Option<Address> {
    Address::parse(path).or_else(|| {
        let mut path = Buffer::<300>::new();
        put!(&mut path, "/proc/self/fd/", directory.number(), "/");
        path.put(name.to_bytes());
        Address::parse(path.text()?)
    })
}
