//! The control socket: by whom a running nsinit is seen and steered from outside.
//!
//! `place` makes the socket and removes it, `callers` listens and answers in the loop of PID
//! 1, `find` is the other end, for our own verbs. What is asked and what is answered are `model`'s
//! words, what follows from an order is the supervisor's.
//!
//! What of it stays while PID 1 lives is in `room`.

mod callers;
mod enter;
pub mod find;
mod logs;
mod place;
mod reload;
pub(super) mod room;
mod status;
mod words;

use super::hands::Hands;
use super::trouble::{Trouble, plain};
use crate::model::Errno;
use crate::plan::ControlAct;

pub use room::Room;

/// Does one of these acts.
pub(super) fn perform(act: &ControlAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        ControlAct::Listen { base, name, is_said } => place::listen(hands, &base, name, is_said),
        ControlAct::ListenAt(path) => place::listen_at(hands, path),
        ControlAct::Hold(number) => status::hold(number, &mut hands.status),
        ControlAct::TellChild(number, kinds) => {
            let init = hands.init.as_ref().ok_or(plain(Errno::ESRCH))?;
            status::tell_child(number, kinds, init.pid)
        }
    }
}

/// Nobody is listened to any more: of the socket nothing is left.
pub(super) fn end(hands: &mut Hands) {
    if hands.listener.take().is_some()
        && let Some(place) = hands.room.as_mut().and_then(|room| room.place.take())
    {
        place.remove();
    }
}
