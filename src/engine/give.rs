//! Our terminal goes to a service: we give it up, and the service's session takes it.
//!
//! A session has one terminal and a terminal one session (ioctl_tty(2), TIOCSCTTY), so a service
//! that leads a session of its own can have ours only when we no longer do.

use super::hands::Hands;
use super::trouble::{Trouble, plain};
use crate::model::{Signal, SignalSet};
use crate::plan::Act;
use crate::sys::{Fd, signal, terminal};

/// Carries out one of the two acts.
pub(super) fn perform(act: &Act<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    if matches!(act, Act::GiveUpTerminal) {
        return give_terminal_up(hands);
    }
    terminal::new_session().map_err(plain)?;
    hands.took_terminal = Some(terminal::acquire(&Fd::inherited(0)));
    Ok(())
}

/// Gives our terminal up. It is not ours to keep from being none: whoever has none goes on.
///
/// The kernel sends HUP and CONT to the terminal's foreground when the leader of its session leaves
/// it (drivers/tty/tty_jobctrl.c, `disassociate_ctty`). These two are taken out again: they do not
/// come from anybody. What had come before stays.
fn give_terminal_up(hands: &mut Hands) -> Result<(), Trouble> {
    let terminal = Fd::inherited(0);
    if !terminal::leads_session() {
        hands.gave_terminal = Some(terminal::give_up(&terminal).map(|()| None));
        return Ok(());
    }
    let set = SignalSet::EMPTY.with(Signal::HUP).with(Signal::CONT);
    let signals = signal::open_signalfd(set).map_err(plain)?;
    let drain = || {
        let next = || signal::receive(&signals).ok().flatten();
        core::iter::from_fn(next).fold(SignalSet::EMPTY, |set, came| set.with(came.signal))
    };
    let earlier = drain();
    let gave = terminal::give_up(&terminal);
    hands.gave_terminal = Some(gave.map(|()| Some(drain())));
    hands.earlier = earlier;
    Ok(())
}
