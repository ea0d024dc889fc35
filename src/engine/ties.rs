//! The acts of the descriptors that tie a sandbox to whoever started it.

use super::hands::Hands;
use super::launcher;
use super::record::Record;
use super::trouble::{Trouble, plain};
use crate::model::{Errno, Namespace, NamespaceSet, Signal, SignalSet, Span, Why};
use crate::plan::TieAct;
use crate::sys::beneath::here;
use crate::sys::file::Mode;
use crate::sys::process::Child;
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, fd, file, signal, stat};
use crate::text::{Buffer, put};

/// Carries out one of these acts.
#[inline(never)] // of few starts
pub(super) fn perform(act: &TieAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        TieAct::Keep(number) => {
            let number = i32::from(number);
            fd::close_at_exec(&Fd::inherited(number)).map_err(plain)?;
            hands.given.push(number).map_err(|_| plain(Errno::EMFILE))
        }
        TieAct::TellIn => launcher::say(Record::Alive, hands),
        TieAct::AwaitIn => launcher::await_word(hands),
        TieAct::Inform(number, kinds) => {
            // It is closed: its reader may wait for the end.
            let target = Fd::taken(i32::from(number));
            inform(&target, kinds, hands)
        }
        TieAct::Wait(number) => wait_outside(number, None),
        TieAct::WaitForMaps(number) => wait_outside(number, hands.init.as_ref()),
        TieAct::Lock(path) => {
            let file = file::open(path, Mode::ReadNow).map_err(plain)?;
            file::lock_for_reading(&file).map_err(plain)?;
            let _ = file.leave_open(); // it is closed by our end, which lets the lock go
            Ok(())
        }
    }
}

/// The kinds of namespaces in the order in which they are written.
const KINDS: [Namespace; 8] = [
    Namespace::Cgroup,
    Namespace::Ipc,
    Namespace::Mnt,
    Namespace::Net,
    Namespace::Pid,
    Namespace::Time,
    Namespace::User,
    Namespace::Uts,
];

/// Writes who PID 1 is, as bubblewrap does.
fn inform(target: &Fd, kinds: NamespaceSet, hands: &Hands) -> Result<(), Trouble> {
    let pid = hands.init.as_ref().map_or(0, |init| init.pid);
    let mut text = Buffer::<512>::new();
    put!(&mut text, "{\n    \"child-pid\": ", pid);
    for kind in KINDS.into_iter().filter(|kind| kinds.has(*kind)) {
        let inode = inode(pid, kind)?;
        put!(&mut text, ",\n    \"", kind.name(), "-namespace\": ", inode);
    }
    put!(&mut text, "\n}\n");
    let text = super::files::whole(&text)?;
    // Our own signals are blocked: nobody could end us while we wait for a reader.
    let mut sources = [Source::writable(target)];
    match wait::poll(&mut sources, Some(Span::ZERO)) {
        Ok(0) => Err(plain(Errno::EAGAIN)),
        Err(errno) => Err(plain(errno)),
        Ok(_) => match file::write_now(target, text) {
            Ok(len) if len == text.len() => Ok(()),
            Ok(_) => Err(plain(Errno::EAGAIN)),
            Err(errno) => Err(plain(errno)),
        },
    }
}

/// The inode of a namespace that a process is in.
fn inode(pid: i32, kind: Namespace) -> Result<u64, Trouble> {
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/", pid, "/ns/", kind.name());
    let path = path.path().unwrap_or_default();
    stat::identity(&here(), path).map(|file| file.inode).map_err(plain)
}

/// The signals that ask us to end.
const ENDING: [Signal; 4] = [Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP];

/// Waits until a descriptor can be read or is at its end, and closes it. A signal that asks us to
/// end is not read: it only ends the wait. One that we were started with ignored is none, as it is
/// none to the workload. Nor is there anything to wait for when PID 1 has ended.
fn wait_outside(number: u16, init: Option<&Child>) -> Result<(), Trouble> {
    let outside = Fd::taken(i32::from(number));
    let mut ending = SignalSet::EMPTY;
    for signal in ENDING {
        if !signal::is_ignored(signal).map_err(plain)? {
            ending = ending.with(signal);
        }
    }
    let signals = signal::open_signalfd(ending).map_err(plain)?;
    loop {
        let pidfd = init.and_then(|init| init.pidfd.as_ref());
        let mut sources =
            [Source::readable(&outside), Source::readable(&signals), Source::of(pidfd)];
        match wait::poll(&mut sources, None) {
            Ok(_) => {}
            Err(Errno::EINTR) => continue, // a stop, and SIGCONT
            Err(errno) => return Err(plain(errno)),
        }
        let [outside, signals, init] = &sources;
        if outside.is_ready() {
            return Ok(());
        }
        if signals.is_ready() {
            return Err((Errno::EINTR, Why::AskedToEnd));
        }
        if init.is_ready() {
            return Err(plain(Errno::ESRCH));
        }
    }
}
