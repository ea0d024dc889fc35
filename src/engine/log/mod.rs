//! The logs of services: PID 1 takes what a service writes out of a pipe and writes it, line by
//! line, to a file that is turned over before it is too large.
//!
//! Whatever a service writes, it is never held up by this for longer than a write to a file takes:
//! what cannot be written is counted, told and left out. PID 1 has both ends of the pipe for as
//! long as it lives, so that nobody gets SIGPIPE and the log goes on when a service is started
//! again. The file is looked for in its directory by its last name alone, and through no symbolic
//! link: whoever may write there must not choose what PID 1 writes to.

mod take;
mod write;

use super::files::split;
use super::pipe::Pipe;
use super::slot::Slot;
use super::trouble::{Trouble, plain};
use crate::limits::SERVICES_MAX;
use crate::model::{Errno, Log};
use crate::plan::LogAct;
use crate::sys::fd::{dont_wait, redirect};
use crate::sys::place;
pub(super) use write::{Capture, name, number_of};

/// The logs of services.
pub(super) type Logs = [Slot<Capture>; SERVICES_MAX];

/// Does one of these acts.
pub(super) fn perform(act: &LogAct<'_>, logs: Option<&mut Logs>) -> Result<(), Trouble> {
    let logs = logs.ok_or(plain(Errno::EBADF))?;
    match *act {
        LogAct::Open(id, log) => {
            let slot = logs.get_mut(id.index()).ok_or(plain(Errno::EBADF))?;
            open(&log, slot)
        }
        LogAct::Redirect(number, id) => {
            let capture = logs.get(id.index()).and_then(Slot::get);
            let pipe = capture.and_then(|own| own.pipe.write.as_ref());
            redirect(pipe.ok_or(plain(Errno::EBADF))?, i32::from(number)).map_err(plain)
        }
    }
}

/// Opens the file of a log, and the pipe for what is written to it.
#[inline(never)] // its buffers would lie in the frame of every step
fn open(log: &Log<'_>, slot: &mut Slot<Capture>) -> Result<(), Trouble> {
    let (directory, name) = split(log.path).map_err(plain)?;
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
    let is_torn = write::is_torn(&directory, name, size);
    slot.put(Capture::new(pipe, directory, file, size, is_torn));
    Ok(())
}
