//! The other end of the control socket: finds the sandbox of a name, asks it, reads what it
//! answers.
//!
//! Who answers is known without believing a word of the answer: the kernel says who listens
//! (SO_PEERCRED: the launcher) and who has sent each line (SCM_CREDENTIALS: PID 1 inside), in the
//! numbers of our own PID namespace.

use core::ffi::CStr;

use heapless::Vec;

use super::super::files::split;
use super::super::probe;
use super::super::trouble::Trouble;
use super::place::{FILE, address, open_base};
use crate::limits::{ANSWER_MAX, PATH_MAX, SERVICES_MAX};
use crate::model::answer::Answer;
use crate::model::{Errno, Request, Span};
use crate::plan::{Base, Facts};
use crate::sys::start::Start;
use crate::sys::unix::{self, Control, Descriptors};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, clock, file, place, stream};
use crate::text::{Buffer, Sink as _, put};

/// How long PID 1 may take to answer. It answers at once, unless somebody has stopped it.
pub const PATIENCE: Span = Span::from_s(5);

/// How many lines one answer may have: the whole, and each service.
const LINES_MAX: usize = 1 + SERVICES_MAX;

/// A running sandbox that we are connected to.
#[derive(Debug)]
pub struct Sandbox {
    socket: Fd,
    /// The PID of the process outside, or of nsinit itself where there is none.
    pub launcher: i32,
    buffer: Vec<u8, ANSWER_MAX>,
    /// How much of the buffer's front is the line that was given last.
    given: usize,
    /// How many lines were given.
    lines: usize,
}

/// What came with a line.
#[derive(Debug, Default)]
pub struct Beside {
    /// The PID of PID 1 inside, in our PID namespace.
    pub init: i32,
    /// Descriptors: a pidfd of PID 1 or of the service, or the files of a log.
    pub descriptors: Vec<Fd, { stream::TOLD_MAX }>,
}

/// A sandbox and what is the same for everybody who looks for it.
#[derive(Debug)]
pub struct Found {
    /// The PID of the launcher outside.
    pub launcher: i32,
    /// The PID of PID 1 inside, in our PID namespace.
    pub init: i32,
    /// Its pidfd, which is that very process's for good.
    pub init_pidfd: Option<Fd>,
}

/// The places where this user's sandboxes are, the likeliest first.
fn bases(start: &Start) -> [Option<Base>; 3] {
    let uid = start.uid;
    let runtime_dir = probe::runtime_dir(start);
    let first = Base::of(&Facts { uid, runtime_dir, ..Facts::default() });
    match first {
        Base::Root => [Some(first), None, None],
        Base::Runtime(..) => [Some(first), Some(Base::Login(uid)), Some(Base::Temporary(uid))],
        Base::Temporary(_) | Base::Login(_) => [Some(first), Some(Base::Login(uid)), None],
    }
}

/// Looks for a running sandbox by its name, and asks it who it is.
///
/// # Errors
/// As [`connect`]; ETIMEDOUT when PID 1 does not answer, EPROTO when it is no nsinit.
pub fn look_up(name: &[u8], start: &Start) -> Result<Found, Errno> {
    let mut sandbox = connect(name, start)?;
    let order = crate::model::Order::Status;
    sandbox.ask(&Request { order, service: None })?;
    let mut beside = Beside::default();
    match sandbox.next(Some(PATIENCE), &mut beside)? {
        Some(Answer::Whole(_)) => {}
        Some(
            Answer::About(_)
            | Answer::Accepted
            | Answer::Denied(_)
            | Answer::Ended(_)
            | Answer::NotStarted(_)
            | Answer::LogOf(_),
        )
        | None => return Err(Errno::EPROTO),
    }
    let (init, launcher) = (beside.init, sandbox.launcher);
    Ok(Found { launcher, init, init_pidfd: beside.descriptors.pop() })
}

/// Connects to a running sandbox: by its name, or by the path of its socket where there is a slash
/// in it.
///
/// # Errors
/// ENOENT when none has this name, ECONNREFUSED when it has been killed, EACCES, EPERM.
#[inline(never)] // its buffers would lie in the frame of every verb
pub fn connect(name: &[u8], start: &Start) -> Result<Sandbox, Errno> {
    let mut text = Buffer::<PATH_MAX>::new();
    text.put(name);
    let path = text.path().ok_or(Errno::ENAMETOOLONG)?;
    if name.contains(&b'/') {
        let (directory, file) = split(path)?;
        return connect_to(&directory, name, file);
    }
    if matches!(name, b"" | b"." | b"..") {
        return Err(Errno::ENOENT);
    }
    let mut worst = Errno::ENOENT;
    for base in bases(start).into_iter().flatten() {
        match connect_in(&base, path) {
            Ok(sandbox) => return Ok(sandbox),
            Err((Errno::ENOENT, _)) => {}
            Err((errno, _)) => worst = errno,
        }
    }
    Err(worst)
}

/// The sandbox of this name in one of the places.
fn connect_in(base: &Base, name: &CStr) -> Result<Sandbox, Trouble> {
    let plain = |errno| (errno, crate::model::Why::Errno);
    let directory = open_base(base, false)?;
    let own = place::open(&directory, name).map_err(plain)?;
    let mut path = Buffer::<256>::new();
    put!(&mut path, base, "/");
    path.put(name.to_bytes());
    put!(&mut path, "/");
    path.put(FILE.to_bytes());
    let sandbox = connect_to(&own, path.text().unwrap_or_default(), FILE).map_err(plain)?;
    let peer = stream::peer_of(&sandbox.socket).map_err(plain)?;
    match peer.uid == base.owner() || peer.uid == 0 {
        true => Ok(sandbox),
        false => Err(plain(Errno::EPERM)),
    }
}

fn connect_to(directory: &Fd, path: &[u8], name: &CStr) -> Result<Sandbox, Errno> {
    let socket = stream::open(false)?;
    let address = address(directory, path, name).ok_or(Errno::ENAMETOOLONG)?;
    stream::connect(&socket, &address)?;
    unix::pass_credentials(&socket)?;
    let launcher = stream::peer_of(&socket)?.pid;
    Ok(Sandbox { socket, launcher, buffer: Vec::new(), given: 0, lines: 0 })
}

/// Hands each running sandbox of this user on, in no order.
#[inline(never)] // as above
pub fn each(start: &Start, take: &mut dyn FnMut(&[u8], Sandbox)) {
    for base in bases(start).into_iter().flatten() {
        let Ok(directory) = open_base(&base, false) else { continue };
        let mut buffer = [0u8; 2048];
        while let Ok(entries) = file::entries(&directory, &mut buffer) {
            if entries.is_empty() {
                break;
            }
            for name in file::entry_names(entries).filter(|name| !name.to_bytes().starts_with(b"."))
            {
                if let Ok(sandbox) = connect_in(&base, name) {
                    take(name.to_bytes(), sandbox); // whatever else stands there is none
                }
            }
        }
    }
}

impl Sandbox {
    /// To wait for an answer beside other things.
    pub fn source(&self) -> Source {
        Source::readable(&self.socket)
    }

    /// Asks. One sandbox can be asked once.
    ///
    /// # Errors
    /// EPIPE when it has ended meanwhile.
    pub fn ask(&self, request: &Request<'_>) -> Result<(), Errno> {
        self.ask_with(request, &[])
    }

    /// The same, bringing descriptors.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn ask_with(&self, request: &Request<'_>, descriptors: &[&Fd]) -> Result<(), Errno> {
        let mut line = Buffer::<{ crate::limits::REQUEST_MAX }>::new();
        put!(&mut line, request, "\n");
        let line = line.text().ok_or(Errno::E2BIG)?;
        stream::tell(&self.socket, line, descriptors).map(|_| ())
    }

    /// The next line of the answer, and what came with it; `None` behind the last one. Without a
    /// patience it is waited for as long as it takes.
    ///
    /// # Errors
    /// ETIMEDOUT, EPROTO for a line that is no answer and for more lines than there are services,
    /// and those of recvmsg(2).
    pub fn next(
        &mut self,
        patience: Option<Span>,
        beside: &mut Beside,
    ) -> Result<Option<Answer<'_>>, Errno> {
        let rest = self.buffer.get(self.given..).unwrap_or_default();
        self.buffer = Vec::from_slice(rest).unwrap_or_default();
        self.given = 0;
        self.lines = self.lines.saturating_add(1);
        if self.lines > LINES_MAX {
            return Err(Errno::EPROTO);
        }
        let deadline = patience.map(|patience| clock::now().after(patience));
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                self.given = end.saturating_add(1);
                let line = self.buffer.get(..end).unwrap_or_default();
                return Answer::read(line).map(Some).ok_or(Errno::EPROTO);
            }
            let mut sources = [Source::of(Some(&self.socket))];
            let left = deadline.map(|deadline| deadline.since(clock::now()));
            if wait::poll(&mut sources, left)? == 0 {
                return Err(Errno::ETIMEDOUT);
            }
            if !self.receive(beside)? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(Errno::EPROTO) };
            }
        }
    }

    /// Takes what came; `false` at the end. One line is one message, and the kernel joins none that
    /// descriptors come with, so that they belong to the line that they come with.
    #[inline(never)] // its buffers would lie in the frame of every verb
    fn receive(&mut self, beside: &mut Beside) -> Result<bool, Errno> {
        let (mut text, mut control) = ([0u8; ANSWER_MAX], Control::new());
        let room = self.buffer.capacity().saturating_sub(self.buffer.len());
        let place = text.get_mut(..room).unwrap_or_default();
        if place.is_empty() {
            return Err(Errno::EPROTO);
        }
        let received = match unix::receive(&self.socket, place, &mut control) {
            Err(Errno::ECONNRESET) | Ok(None) => return Ok(false),
            other => other?,
        };
        let Some(received) = received else { return Ok(false) };
        beside.init = received.pid;
        beside.descriptors.clear();
        let came = received.descriptors.into_iter().flat_map(Descriptors::take);
        for fd in came {
            let _ = beside.descriptors.push(fd); // as many as one line can bring
        }
        let read = text.get(..received.len).unwrap_or_default();
        self.buffer.extend_from_slice(read).map_err(|_| Errno::EPROTO)?;
        Ok(received.len > 0)
    }
}
