//! `doctor`: what this machine allows, what does not work otherwise, and what to do about it.
//!
//! What was found out are facts of `engine::doctor`; here they become verdicts and sentences.

mod finding;
mod json;
mod namespaces;
mod network;
mod rest;
mod sandbox;
#[cfg(test)]
mod tests;

use super::Call;
use super::flow::Flow;
use super::load::Desk;
use super::out::{Out, pad};
use super::report;
use super::screen::{Colour, Screen};
use crate::engine::doctor::{self, Machine};
use crate::model::code;
use crate::sys::start::Start;
use crate::text::{Names, Sink, put};

use finding::{Finding, Group};

/// Exit code when `run` lacks something that it needs; 125 is for ours.
const LACKS: u8 = 1;

/// Columns of a verdict and of a name.
const VERDICT_COLUMNS: usize = 8;
const NAME_COLUMNS: usize = 22;

/// `doctor [--json]`
pub(super) fn doctor(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let mut is_json = false;
    for (number, word) in (call.first..).zip(call.words.iter()) {
        is_json = word == c"--json";
        if !is_json {
            report::unknown_flag("doctor", number, word.to_bytes(), Names::new("--json"));
            return code::FAILED;
        }
    }
    let machine = doctor::look(start, &mut desk.namespaces, &mut desk.plan.survey);
    let mut out = Out::stdout();
    let mut missing = 0u32;
    each(&machine, &mut |finding| {
        missing = missing.saturating_add(u32::from(finding.is_missing()));
    });
    match is_json {
        true => json::print(&mut out, &machine, missing == 0),
        false => print(&mut out, Screen::of(start), &machine, missing),
    }
    report::written(&mut out, if missing == 0 { 0 } else { LACKS })
}

/// Gives every finding to `visit`, group by group. What is not built in is not missed.
fn each(machine: &Machine, visit: &mut dyn FnMut(&Finding<'_>)) {
    namespaces::findings(machine, visit);
    sandbox::findings(machine, visit);
    if cfg!(feature = "net") {
        network::findings(machine, visit);
    }
    rest::findings(machine, visit);
}

/// Prints the findings as a text, and whether `run` works.
fn print(out: &mut dyn Sink, screen: Screen, machine: &Machine, missing: u32) {
    let (major, minor) = machine.kernel;
    put!(out, "Linux ", major, ".", minor, ", uid ", machine.uid);
    put!(out, if machine.has_privilege { ", privileged\n" } else { ", without privilege\n" });
    let mut group: Option<Group> = None;
    each(machine, &mut |finding| {
        if group != Some(finding.row.group) {
            group = Some(finding.row.group);
            put!(out, "\n", screen.paint(Colour::Bold, &finding.row.group.name()), "\n");
        }
        line(out, screen, finding);
    });
    put!(out, "\n");
    if missing == 0 {
        put!(out, screen.paint(Colour::Green, &"run works here"), "\n");
        return;
    }
    put!(out, screen.paint(Colour::Red, &"run does not work here"), ": it needs ");
    let mut is_first = true;
    each(machine, &mut |finding| {
        if finding.is_missing() {
            let comma = if core::mem::take(&mut is_first) { "" } else { ", " };
            put!(out, comma, finding.row.name);
        }
    });
    put!(out, "\n");
}

/// One finding: its verdict, and below it what follows and what to do.
fn line(out: &mut dyn Sink, screen: Screen, finding: &Finding<'_>) {
    put!(out, "  ");
    let verdict = finding.said.verdict.name();
    put!(out, screen.paint(finding.said.verdict.colour(), &verdict));
    super::out::fill(out, VERDICT_COLUMNS.saturating_sub(verdict.len()));
    pad(out, &finding.row.name, NAME_COLUMNS);
    let below = VERDICT_COLUMNS + 2;
    let behind = below + NAME_COLUMNS;
    let mut value = Flow::at(out, screen.columns, behind, behind);
    put!(&mut value, finding.value());
    value.end();
    for (label, text) in [("then: ", finding.consequence()), ("try: ", finding.cure())] {
        if let Some(text) = text {
            let mut lines = Flow::new(out, screen.columns, below);
            put!(&mut lines, label, text);
            lines.end();
        }
    }
}
