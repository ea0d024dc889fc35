//! `check FILE…`: every fault in a file, with line, column and remedy.

use super::Call;
use super::load::{Decided, Desk, decide};
use super::out::{Out, say};
use super::printer::Detail;
use super::report::Path;
use crate::engine;
use crate::model::{End, NamespaceSet, code};
use crate::plan::Mode;
use crate::spec::argv::Front;
use crate::sys::process::{self, Side};
use crate::sys::start::Start;
use crate::text::put;

/// Exit code of a file with faults; 125 is for ours.
const FAULTS: u8 = 1;

/// Reads each file as `run` would, and prints all that is wrong with it.
pub fn check(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    match call.words.len() {
        0 => {
            say!("check: no FILE\n  try: nsinit check kiosk.toml\n");
            code::FAILED
        }
        1 => one(call, start, desk),
        _ => each(call, start, desk),
    }
}

/// Several files, each read by a process of its own, for what was read is never given back.
fn each(mut call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let mut worst = 0;
    loop {
        match process::clone_into(NamespaceSet::empty()) {
            Ok(Side::Child) => return one(call.first_only(), start, desk),
            Ok(Side::Parent(child)) => {
                let code = engine::wait_for(&child).map_or(code::FAILED, End::code);
                worst = code.max(worst);
            }
            Err(errno) => {
                say!("check: clone: ", errno, "\n");
                return code::FAILED;
            }
        }
        call = call.rest();
        if call.words.is_empty() {
            return worst;
        }
    }
}

/// One file.
fn one(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let decided = decide("check", Mode::Run, Front::Check, call, Detail::All, start, desk);
    let Some(Decided { plan, .. }) = decided else { return FAULTS };
    let mut out = Out::stdout();
    let (services, steps) = (plan.services.len(), plan.steps.len());
    let plural = if services == 1 { "" } else { "s" };
    let path = Path(call.words.first().unwrap_or_default());
    put!(&mut out, path, ": ok, ", services, " service", plural, ", ", steps, " steps\n");
    if out.flush() { 0 } else { code::FAILED }
}
