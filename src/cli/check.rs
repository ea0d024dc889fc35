//! `check FILE…`: every fault in a file, with line, column and remedy.

use core::ffi::CStr;

use super::Call;
use super::load::{Decided, Desk, decide};
use super::out::{Out, say};
use super::printer::Detail;
use super::report::{self, Path};
use crate::engine;
use crate::model::{End, NamespaceSet, code};
use crate::plan::Mode;
use crate::spec::argv::Front;
use crate::sys::process::{self, Side};
use crate::sys::start::Start;
use crate::text::{Names, put};

/// Exit code of a file with faults; 125 is for ours.
const FAULTS: u8 = 1;

/// Reads each file as `run` would, and prints all that is wrong with it.
pub fn check(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let Some(is_json) = reads_flags(call) else { return code::FAILED };
    let Some(first) = files(call).next() else {
        say!("check: no FILE\n  try: nsinit check kiosk.toml\n");
        return code::FAILED;
    };
    match files(call).nth(1) {
        _ if is_json => as_json(call, start, desk),
        None => one(first, Detail::All, start, desk),
        Some(_) => each(call, |_| Detail::All, start, desk),
    }
}

/// Reads what looks like a flag, wherever it stands in front of `--`: whether that is `--json`.
/// `None` where it is another one, which was said then.
fn reads_flags(call: Call) -> Option<bool> {
    let mut is_json = false;
    let words = (call.first..).zip(call.words.iter().map(CStr::to_bytes));
    for (number, word) in words.take_while(|(_, word)| *word != b"--") {
        match word {
            b"--json" => is_json = true,
            [b'-', _, ..] => {
                report::unknown_flag("check", number, word, Names::new("--json"));
                return None;
            }
            _ => {}
        }
    }
    Some(is_json)
}

/// Each file as a call of its own.
fn files(mut call: Call) -> impl Iterator<Item = Call> {
    let mut has_flags = true;
    core::iter::from_fn(move || {
        loop {
            let word = call.words.first()?.to_bytes();
            let own = call.first_only();
            call = call.rest();
            match word {
                b"--" if has_flags => has_flags = false,
                [b'-', _, ..] if has_flags => {}
                _ => return Some(own),
            }
        }
    })
}

/// The faults of all files as an array of objects, which is empty where there are none.
fn as_json(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    put!(&mut Out::stdout(), "[");
    let code = each(call, |is_first| Detail::Json { is_first }, start, desk);
    let mut out = Out::stdout();
    put!(&mut out, if code == 0 { "]\n" } else { "\n]\n" });
    report::written(&mut out, code)
}

/// Several files, each read by a process of its own, for what was read is never given back;
/// `detail` is told whether nothing was said of those before.
fn each(call: Call, detail: impl Fn(bool) -> Detail, start: &Start, desk: &'static mut Desk) -> u8 {
    let mut worst = 0;
    for file in files(call) {
        match process::clone_into(NamespaceSet::empty()) {
            Ok(Side::Child) => process::exit(one(file, detail(worst == 0), start, desk)),
            Ok(Side::Parent(child)) => {
                let code = engine::wait_for(&child).map_or(code::FAILED, End::code);
                worst = code.max(worst);
            }
            Err(errno) => {
                say!("check: clone: ", errno, "\n");
                return code::FAILED;
            }
        }
    }
    worst
}

/// One file.
fn one(call: Call, detail: Detail, start: &Start, desk: &'static mut Desk) -> u8 {
    let decided = decide("check", Mode::Run, Front::Check, call, detail, start, desk);
    let Some(Decided { plan, .. }) = decided else { return FAULTS };
    if let Detail::Json { .. } = detail {
        return 0;
    }
    let mut out = Out::stdout();
    let (services, steps) = (plan.services.len(), plan.steps.len());
    let plural = if services == 1 { "" } else { "s" };
    let path = Path(call.words.first().unwrap_or_default());
    put!(&mut out, path, ": ok, ", services, " service", plural, ", ", steps, " steps\n");
    report::written(&mut out, 0)
}
