//! `stop`, `restart`, `reload`, `signal`: an order, and what comes of it.

use core::ffi::CStr;

use super::status::denied;
use super::{Asked, NOT_SO, connect};
use crate::cli::load::Desk;
use crate::cli::report;
use crate::engine::control::find::{Beside, PATIENCE};
use crate::model::answer::Answer;
use crate::model::{Errno, Order, Request};
use crate::sys::process;
use crate::sys::start::Start;
use crate::sys::wait::{self, Source};

/// Orders, and waits until it is so, unless told otherwise.
pub fn order(
    asked: &Asked,
    name: &CStr,
    order: Order,
    start: &Start,
    desk: &'static mut Desk,
) -> u8 {
    let Some(mut sandbox) = connect(asked.verb, name, start, &mut desk.file) else { return NOT_SO };
    let (bytes, service) = (name.to_bytes(), asked.service.map(CStr::to_bytes));
    // As long as we are connected that number is its own.
    let launcher = process::open_pidfd(sandbox.launcher).ok();
    let mut beside = Beside::default();
    let mut accepted = false;
    let fail = |errno: Errno| {
        report::no_answer(asked.verb, bytes, errno);
        NOT_SO
    };
    if let Err(errno) = sandbox.ask(&Request { order, service }) {
        return fail(errno);
    }
    loop {
        let patience = (!accepted).then_some(PATIENCE);
        match sandbox.next(patience, &mut beside) {
            Ok(Some(Answer::Accepted)) if !asked.waits => return 0,
            Ok(Some(Answer::Accepted)) if accepted => return 0,
            Ok(Some(Answer::Accepted)) => accepted = true,
            Ok(Some(Answer::About(_))) if accepted => return 0,
            Ok(Some(Answer::Denied(denial))) => return denied(asked, bytes, denial),
            Ok(Some(
                Answer::About(_)
                | Answer::Whole(_)
                | Answer::Ended(_)
                | Answer::NotStarted(_)
                | Answer::LogOf(_),
            )) => return fail(Errno::EPROTO),
            Ok(None) if matches!(order, Order::Signal(_)) && accepted => return 0,
            // PID 1 has ended, or let go of us for others who asked; the launcher's end is the end,
            // and nothing is left behind then.
            Ok(None) if order == Order::Stop && accepted => {
                while launcher.is_some() {
                    let mut sources = [Source::of(launcher.as_ref())];
                    if wait::poll(&mut sources, None).is_ok() {
                        return 0;
                    }
                }
                return fail(Errno::ECONNRESET);
            }
            Ok(None) => return fail(Errno::ECONNRESET),
            Err(errno) => return fail(errno),
        }
    }
}
