//! `check FILE`: every fault in a file, with line, column and remedy.

use core::fmt::Write as _;

use super::Call;
use super::load::{Decided, Desk, Detail, decide};
use super::out::{Out, say};
use crate::model::code;
use crate::plan::Mode;
use crate::spec::argv::Front;
use crate::sys::start::Start;

/// Exit code of a file with faults; 125 is for ours.
const FAULTS: u8 = 1;

/// Reads one file as `run` would, and prints all that is wrong with it.
pub fn check(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let Some(path) = call.words.first().filter(|_| call.words.len() == 1) else {
        say(format_args!("check: one FILE is wanted\n  try: nsinit check kiosk.toml\n"));
        return code::FAILED;
    };
    let decided = decide("check", Mode::Run, Front::Check, call, Detail::All, start, desk);
    let Some(Decided { plan, .. }) = decided else { return FAULTS };
    let mut out = Out::stdout();
    let steps = plan.steps.len();
    let path = path.to_str().unwrap_or("the file");
    let done = writeln!(out, "{path}: ok, {} services, {steps} steps", plan.services.len());
    if done.is_ok() && out.flush() { 0 } else { code::FAILED }
}
