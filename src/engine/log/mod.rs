//! The logs of services: PID 1 takes what a service writes out of a pipe and writes it, line by
//! line, to a file that is turned over before it is too large.
//!
//! Whatever a service writes, it is never held up by this for longer than a write to a file takes:
//! what cannot be written is counted, told and left out. PID 1 has both ends of the pipe for as
//! long as it lives, so that nobody gets SIGPIPE and the log goes on when a service is started
//! again. The file is looked for in its directory by its last name alone, and through no symbolic
//! link: whoever may write there must not choose what PID 1 writes to.

mod write;

use super::hands::{Hands, Pipe};
use super::trouble::{Trouble, plain};
use super::turn::Turn;
use super::{Telling, control};
use crate::limits::{LOG_LAST_ROUNDS, LOG_READ_MAX};
use crate::model::{Errno, Log, ServiceId, Span};
use crate::plan::LogAct;
use crate::sys::fd::{dont_wait, redirect};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, clock, file, place};
pub(super) use write::{Capture, name, number_of};

/// Does one of these acts.
pub(super) fn perform(act: &LogAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        LogAct::Open(id, log) => open(id, &log, hands),
        LogAct::Redirect(number, id) => {
            let capture = hands.room.as_ref().and_then(|room| room.log(id));
            let pipe = capture.and_then(|own| own.pipe.write.as_ref());
            redirect(pipe.ok_or(plain(Errno::EBADF))?, i32::from(number)).map_err(plain)
        }
    }
}

/// Opens the file of a log, and the pipe for what is written to it.
#[inline(never)] // its buffers would lie in the frame of every step
fn open(id: ServiceId, log: &Log<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    let (directory, name) = control::split(log.path).map_err(plain)?;
    let (file, size) = write::open(&directory, name)?;
    let pipe = Pipe::open(true)?;
    if let Some(read) = &pipe.read {
        // Who can open it may take what it holds from under us, and we wait for nobody.
        dont_wait(read).map_err(plain)?;
    }
    if let Some(write) = &pipe.write {
        // Whoever a service becomes opens /dev/stdout by this mode (proc_pid_fd(5)).
        place::set_mode(write, 0o622).map_err(plain)?;
    }
    let capture = Capture::new(pipe, directory, file, size);
    let room = hands.room.as_mut();
    room.and_then(|room| room.put_log(id, capture)).ok_or(plain(Errno::EBADF))
}

impl Turn<'_, '_> {
    /// Where what a service writes comes out.
    pub(super) fn log_pipe(&self, id: ServiceId) -> Option<&Fd> {
        let _ = self.plan.service(id)?.log?; // else the memory for it is not even looked at
        self.capture(id)?.pipe.read.as_ref()
    }

    /// The log of a service.
    pub(super) fn capture(&self, id: ServiceId) -> Option<&Capture> {
        self.hands.room.as_ref()?.log(id)
    }

    /// Takes some of what a service has written.
    #[inline(never)] // its buffers would lie in the frame of the loop
    pub(super) fn take_log(&mut self, id: ServiceId) {
        let plan = self.plan;
        let own = plan.service(id).and_then(|own| Some((own.name, own.log?)));
        let capture = self.hands.room.as_mut().and_then(|room| room.log_mut(id));
        let (Some((name, log)), Some(capture)) = (own, capture) else { return };
        let mut chunk = [0u8; LOG_READ_MAX];
        let read = capture.pipe.read.as_ref().map(|pipe| file::read(pipe, &mut chunk));
        let Some(Ok(len)) = read else { return };
        // What that takes of stack and code is given back, unless more is waiting.
        self.has_started |= len < chunk.len();
        let text = chunk.get(..len).unwrap_or_default();
        if let Some(errno) = capture.take(&log, &name, text, clock::wall()) {
            self.tell_lost(id, errno);
        }
    }

    /// The last words of everybody, which lie in the pipes when nobody is left.
    #[inline(never)] // once
    pub(super) fn take_last_words(&mut self) {
        for id in ServiceId::all() {
            for _ in 0..LOG_LAST_ROUNDS {
                let Some(pipe) = self.log_pipe(id) else { break };
                let mut sources = [Source::readable(pipe)];
                if wait::poll(&mut sources, Some(Span::ZERO)) != Ok(1) {
                    break;
                }
                self.take_log(id);
            }
        }
    }

    fn tell_lost(&mut self, id: ServiceId, errno: Errno) {
        self.teller.tell(self.plan, Telling::LogLost(id, errno));
    }
}
