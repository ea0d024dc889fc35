//! The words between the launcher and PID 1: records from PID 1, signals and one byte to it.
//!
//! Both hold the ends of the same two pipes, and whichever step is to wait for the other one is
//! done by these.

use super::deaf::{DEAF, Patience};
use super::hands::Hands;
use super::record::{LEN, Record};
use super::trouble::{Trouble, plain};
use super::{child, foreground};
use crate::model::{Errno, Failure, Signal, Why};
use crate::sys::process::{self, Child};
use crate::sys::wait::{self, Source};
use crate::sys::{file, signal};

/// PID 1 says something to the launcher.
pub(super) fn say(record: Record, hands: &Hands) -> Result<(), Trouble> {
    let report = hands.report.write.as_ref().ok_or(plain(Errno::EBADF))?;
    file::write(report, &record.to_bytes()).map(|_| ()).map_err(plain)
}

/// The next record in the pipe.
pub(super) fn next_report(hands: &Hands) -> Option<Record> {
    let mut bytes = [0u8; LEN];
    match file::read(hands.report.read.as_ref()?, &mut bytes) {
        Ok(LEN) => Record::from_bytes(bytes),
        _ => None,
    }
}

/// Waits until PID 1 says that it is as far as we wait for, or fails before that, or does not hear
/// who asks for the end.
pub(super) fn await_word(hands: &mut Hands) -> Result<(), Trouble> {
    if let Some(rest) = hands.heard_alive.checked_sub(1) {
        hands.heard_alive = rest;
        return Ok(());
    }
    let init = hands.init.as_ref().ok_or(plain(Errno::ESRCH))?;
    let mut patience = Patience::default();
    loop {
        let sources = [hands.report.read.as_ref(), init.pidfd.as_ref(), hands.signals.as_ref()];
        let mut sources = sources.map(Source::of);
        let _ = wait::poll(&mut sources, patience.left()); // an interruption is one more round
        let [_, pidfd, signals] = sources;
        if signals.is_ready() {
            pass_signals(hands, init, &mut patience);
        }
        if patience.is_time() && patience.is_over(&hands.step, init, false) {
            return Err(deaf(&patience, hands));
        }
        match next_report(hands) {
            Some(Record::Alive) => return Ok(()),
            Some(Record::Stopped(_) | Record::ToldOutOfMemory | Record::Born { .. }) => {}
            Some(failed @ Record::Failed(failure)) => {
                say(failed, hands)?; // it is read again by whoever has the words
                return Err((failure.errno, failure.why));
            }
            None if pidfd.is_ready() && patience.has_killed() => {
                return Err(deaf(&patience, hands));
            }
            None if pidfd.is_ready() => return Err((Errno::ESRCH, Why::Errno)),
            None => {}
        }
    }
}

/// PID 1 was killed, for it did not hear. Its step is told as its own report would.
fn deaf(patience: &Patience, hands: &Hands) -> Trouble {
    let (errno, why) = DEAF;
    if let Some(step) = patience.last_step() {
        let _ = say(Record::Failed(Failure { step, errno, why }), hands); // then it is our step
    }
    DEAF
}

/// Passes every signal that came on to PID 1, with the value it may have been queued with.
pub(super) fn pass_signals(hands: &Hands, init: &Child, patience: &mut Patience) {
    let Some(signals) = &hands.signals else { return };
    while let Ok(Some(received)) = signal::receive(signals) {
        let is_own = || received.is_our_own(process::pid().unsigned_abs());
        let is_done = || match received.signal {
            key if received.is_typed() => foreground::pass_key(hands, key),
            _ => received.is_for_foreground() && foreground::call_back(hands),
        };
        if !received.is_about_child() && !is_own() && !is_done() {
            child::send(init, received.signal, received.queued_value());
            patience.passed(received.signal);
        }
        if received.signal == Signal::TSTP && hands.terminal.is_none() {
            // The CONT that lets us go on is read like any other signal, and passed on.
            foreground::stop_ourselves(Signal::TSTP);
        }
    }
}

/// Gives PID 1 the word that it waits for.
pub(super) fn pass_gate(hands: &Hands) -> Result<(), Trouble> {
    let gate = hands.gate.write.as_ref().ok_or(plain(Errno::EBADF))?;
    file::write(gate, b"+").map(|_| ()).map_err(plain)
}

/// Waits for the launcher's word; its end without a word is the launcher's end.
pub(super) fn wait_at_gate(hands: &Hands) -> Result<(), Trouble> {
    let gate = hands.gate.read.as_ref().ok_or(plain(Errno::EBADF))?;
    let mut word = [0u8; 1];
    match file::read(gate, &mut word).map_err(plain)? {
        0 => Err((Errno::EPIPE, Why::LauncherGone)),
        _ => Ok(()),
    }
}
