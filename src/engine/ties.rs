//! The acts of the descriptors that tie a sandbox to whoever started it.

use super::hands::Hands;
use super::identity::{each_namespace, tell};
use super::record::Record;
use super::trouble::{Trouble, plain};
use super::word;
use crate::model::{Errno, NamespaceSet, SignalSet, Why};
use crate::plan::TieAct;
use crate::sys::file::Mode;
use crate::sys::process::Child;
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, fd, file, signal};
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
        TieAct::TellIn => word::say(Record::Alive, hands),
        TieAct::AwaitIn => word::await_word(hands),
        TieAct::Inform(number, kinds) => {
            // It is closed: its reader may wait for the end.
            let target = Fd::taken(i32::from(number));
            inform(&target, kinds, hands.init_pid())
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

/// Writes who PID 1 is, as bubblewrap does.
fn inform(target: &Fd, kinds: NamespaceSet, pid: i32) -> Result<(), Trouble> {
    let mut text = Buffer::<512>::new();
    put!(&mut text, "{\n    \"child-pid\": ", pid);
    each_namespace(pid, kinds, &mut |name, inode| {
        put!(&mut text, ",\n    \"", name, "-namespace\": ", inode);
    })?;
    put!(&mut text, "\n}\n");
    tell(target, &text)
}

/// Waits until a descriptor can be read or is at its end, and closes it. A signal that asks us to
/// end is not read: it only ends the wait. One that we were started with ignored is none, as it is
/// none to the workload. Nor is there anything to wait for when PID 1 has ended.
fn wait_outside(number: u16, init: Option<&Child>) -> Result<(), Trouble> {
    let outside = Fd::taken(i32::from(number));
    let mut ending = SignalSet::EMPTY;
    for signal in SignalSet::ENDING.iter() {
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
