//! `explain`: the plan as it would be carried out, printed; nothing is touched.

use core::ffi::CStr;
use core::fmt::{self, Write};

use super::Call;
use super::load::{Decided, Desk, Detail as Faults, decide};
use super::out::{Json, Out, pad, width};
use super::report::Place;
use crate::engine;
use crate::model::code;
use crate::plan::{Actor, Detail, Mode, Plan, Questions, Step};
use crate::spec::argv::Front;
use crate::sys::start::Start;

/// Columns of the text: who, what at most, and its detail at most.
const ACTOR_COLUMNS: usize = 7;
const ACT_COLUMNS_MAX: usize = 56;
const DETAIL_COLUMNS: usize = 40;

/// `explain [--json] [run|entrypoint] …`
pub(super) fn explain(mut call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let is_json = call.words.first() == Some(c"--json");
    if is_json {
        call = call.rest();
    }
    let (mode, front) = match call.words.first().map(CStr::to_bytes) {
        Some(b"run") => {
            call = call.rest();
            (Mode::Run, Front::Run)
        }
        Some(b"entrypoint") => {
            call = call.rest();
            (Mode::Entrypoint, Front::Entrypoint)
        }
        _ => (Mode::Run, Front::Run),
    };
    let decided = decide("explain", mode, front, call, Faults::First, start, desk);
    let Some(Decided { spec, questions, plan, .. }) = decided else { return code::FAILED };
    let mut out = Out::stdout();
    let printed = match is_json {
        true => print_json(&mut out, &plan, spec.file, questions),
        false => print_text(&mut out, &plan, spec.file),
    };
    match printed.is_ok() && out.flush() {
        true => 0,
        false => code::FAILED,
    }
}

/// Who carries out a step, in one word.
struct Who<'p, 'a>(&'p Plan<'a>, Actor);

impl fmt::Display for Who<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Actor::Outer => f.write_str("outer"),
            Actor::Inner => f.write_str("inner"),
            Actor::Service(id) => match self.0.service(id) {
                Some(service) => write!(f, "{}", service.name),
                None => Ok(()),
            },
        }
    }
}

/// Who asked for a step.
fn place<'s>(step: &Step<'_>, file: Option<&'s CStr>) -> Place<'s> {
    Place { scope: "", file, origin: step.origin }
}

/// Prints a plan as text, one numbered line for each step; `file` is where it was asked for.
///
/// # Errors
/// Those of `out`.
pub fn print_text(out: &mut dyn Write, plan: &Plan<'_>, file: Option<&CStr>) -> fmt::Result {
    let widest = |what: &dyn Fn(&Step<'_>) -> usize, max: usize| {
        plan.steps.iter().map(what).filter(|columns| *columns <= max).max().unwrap_or(0)
    };
    let who = widest(&|step| width(&Who(plan, step.actor)), 32).max(ACTOR_COLUMNS);
    let act = widest(&|step| width(&step.act), ACT_COLUMNS_MAX);
    let detail = widest(&|step| width(&Detail(&step.act)), DETAIL_COLUMNS);
    for (number, step) in (1..).zip(plan.steps.iter()) {
        write!(out, "{number:>3}  ")?;
        pad(out, &Who(plan, step.actor), who + 2)?;
        pad(out, &step.act, act + 2)?;
        pad(out, &Detail(&step.act), detail + 2)?;
        writeln!(out, "{}", place(step, file).as_origin())?;
    }
    Ok(())
}

/// A JSON string of anything that prints.
fn string(out: &mut dyn Write, what: &dyn fmt::Display) -> fmt::Result {
    out.write_str("\"")?;
    write!(Json(out), "{what}")?;
    out.write_str("\"")
}

/// A JSON list of strings.
fn strings<'s>(out: &mut dyn Write, list: impl Iterator<Item = &'s str>) -> fmt::Result {
    out.write_str("[")?;
    for (index, text) in list.enumerate() {
        out.write_str(if index == 0 { "" } else { "," })?;
        string(out, &text)?;
    }
    out.write_str("]")
}

/// Prints a plan as JSON: what is asked first, every step with its system calls, the services.
///
/// # Errors
/// Those of `out`.
pub fn print_json(
    out: &mut dyn Write,
    plan: &Plan<'_>,
    file: Option<&CStr>,
    questions: Questions,
) -> fmt::Result {
    out.write_str("{\"mode\":")?;
    string(out, &plan.mode.scope())?;
    out.write_str(",\"asks\":")?;
    strings(out, engine::probe::calls(questions, file.is_some()))?;
    out.write_str(",\"steps\":[")?;
    for (number, step) in (1..).zip(plan.steps.iter()) {
        write!(out, "{}\n{{\"number\":{number},\"actor\":", if number == 1 { "" } else { "," })?;
        string(out, &Who(plan, step.actor))?;
        out.write_str(",\"act\":")?;
        string(out, &step.act)?;
        out.write_str(",\"detail\":")?;
        string(out, &Detail(&step.act))?;
        out.write_str(",\"origin\":")?;
        string(out, &place(step, file).as_origin())?;
        out.write_str(",\"calls\":")?;
        strings(out, step.act.calls().iter().copied())?;
        out.write_str("}")?;
    }
    out.write_str("\n],\"services\":[")?;
    for (id, service) in plan.services() {
        write!(out, "{}\n{{\"name\":", if id.index() == 0 { "" } else { "," })?;
        string(out, &service.name)?;
        let policy = &service.policy;
        write!(out, ",\"main\":{},\"restart\":\"{}\"", policy.is_main, policy.restart.name())?;
        write!(out, ",\"stop-signal\":\"{}\",\"after\":", policy.stop_signal)?;
        let names = policy.after.iter().filter_map(|id| plan.service(id));
        strings(
            out,
            names.map(|service| core::str::from_utf8(service.name.bytes()).unwrap_or("")),
        )?;
        out.write_str("}")?;
    }
    out.write_str("\n]}\n")
}
