//! `check FILE`: every fault in a file, with line, column and remedy.

use core::fmt::Write as _;

use super::Call;
use super::load::{Desk, Detail, load};
use super::out::{Out, say};
use super::report::{self, Place};
use crate::engine;
use crate::model::code;
use crate::plan::{Mode, Plan, Questions, resolve};
use crate::spec::Spec;
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
    let mut spec = Spec::new();
    if load("check", Front::Check, call, Detail::All, desk, &mut spec) > 0 {
        return FAULTS;
    }
    let (facts, _terminal) = engine::ask(Questions::of(Mode::Run, &spec), start);
    let mut plan = Plan::new(Mode::Run);
    if let Err(refusal) = resolve(&spec, &facts, &mut plan) {
        report::refusal(
            Place { scope: "check", file: spec.file, origin: refusal.origin },
            &refusal,
        );
        return FAULTS;
    }
    let mut out = Out::stdout();
    let steps = plan.steps.len();
    let path = path.to_str().unwrap_or("the file");
    let done = writeln!(out, "{path}: ok, {} services, {steps} steps", plan.services.len());
    if done.is_ok() && out.flush() { 0 } else { code::FAILED }
}
