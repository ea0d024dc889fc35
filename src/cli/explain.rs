//! `explain`: the plan as it would be carried out, printed; nothing is touched.

use core::ffi::CStr;

use super::Call;
use super::flow::Flow;
use super::load::{Decided, Desk, decide};
use super::out::{Out, fill, pad};
use super::printer::Detail as Faults;
use super::report::{self, Place};
use super::screen::Screen;
use super::terms::{self, More, Whose};
use crate::engine;
use crate::model::{Helper, code};
use crate::plan::{Actor, Detail, Mode, Plan, Questions};
use crate::spec::argv::Front;
use crate::spec::{Origin, Spec};
use crate::sys::start::Start;
use crate::text::json::{Text, list};
use crate::text::{Length, Names, Show, Sink, put};

/// Columns of the text: its number, who, what at most, and its detail at most.
const NUMBER_COLUMNS: usize = 3;
const ACTOR_COLUMNS: usize = 7;
const ACTOR_COLUMNS_MAX: usize = 32;
const ACT_COLUMNS_MAX: usize = 56;
const DETAIL_COLUMNS: usize = 40;

/// `explain [--json] [run|entrypoint|init] …`
pub(super) fn explain(mut call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let mut is_json = takes_json(&mut call);
    if call.words.first() == Some(c"enter") && cfg!(feature = "join") {
        return super::enter::explain(call.rest(), is_json, start, desk);
    }
    let (mode, front) = match call.words.first().map(CStr::to_bytes) {
        Some(b"run") => {
            call = call.rest();
            (Mode::Run, Front::Run)
        }
        Some(b"init") if cfg!(feature = "init") => {
            call = call.rest();
            (Mode::Init, Front::Init)
        }
        Some(b"entrypoint") => {
            call = call.rest();
            (Mode::Entrypoint, Front::Entrypoint)
        }
        _ => (Mode::Run, Front::Run),
    };
    is_json |= takes_json(&mut call);
    let decided = decide("explain", mode, front, call, Faults::Some, start, desk);
    let Some(Decided { spec, questions, plan, .. }) = decided else { return code::FAILED };
    let mut out = Out::stdout();
    match is_json {
        true => print_json(&mut out, &plan, spec, questions),
        false => match Screen::of(start).columns {
            usize::MAX => print_text(&mut out, &plan, spec),
            columns => print_lines(&mut out, &plan, spec, columns),
        },
    }
    report::written(&mut out, 0)
}

/// Whether `--json` is next, which is taken.
pub(super) fn takes_json(call: &mut Call) -> bool {
    let is_next = call.words.first() == Some(c"--json");
    if is_next {
        *call = call.rest();
    }
    is_next
}

/// Who carries out a step, in one word.
struct Who<'p, 'a>(&'p Plan<'a>, Actor);

impl Show for Who<'_, '_> {
    fn show(&self, out: &mut dyn Sink) {
        match self.1 {
            Actor::Outer => put!(out, "outer"),
            Actor::Joiner => put!(out, "joiner"),
            Actor::Inner => put!(out, "inner"),
            Actor::Last => put!(out, "last"),
            Actor::Service(id) | Actor::Helper(id, _) => {
                if let Some(service) = self.0.service(id) {
                    put!(out, service.name);
                }
                match self.1 {
                    Actor::Helper(_, Helper::Check) => put!(out, " check"),
                    Actor::Helper(_, Helper::Reload) => put!(out, " reload"),
                    Actor::Helper(_, Helper::PreStop) => put!(out, " pre-stop"),
                    Actor::Outer | Actor::Joiner | Actor::Inner => {}
                    Actor::Last | Actor::Service(_) => {}
                }
            }
        }
    }
}

/// Who asked for something.
fn place<'s>(origin: Origin, spec: &Spec<'s>) -> Place<'s> {
    Place::new("", spec.file, origin)
}

/// One line: a step with its number, or a term on which a service is supervised.
struct Row<'r> {
    number: Option<u32>,
    /// Who, what, and what more there is to it.
    parts: [&'r dyn Show; 3],
    origin: Origin,
}

/// Hands on each line of a plan: the steps, and behind them the terms.
fn rows(plan: &Plan<'_>, spec: &Spec<'_>, take: &mut dyn FnMut(Row<'_>)) {
    for (number, step) in (1u32..).zip(plan.steps.iter()) {
        let parts: [&dyn Show; 3] = [&Who(plan, step.actor), &step.act, &Detail(&step.act)];
        take(Row { number: Some(number), parts, origin: step.origin });
    }
    for term in terms::lines(plan, spec) {
        let parts: [&dyn Show; 3] = [&Whose(&term), &term, &More(&term)];
        take(Row { number: None, parts, origin: term.origin });
    }
}

/// How many columns each part has: as many as the widest that is not too wide.
fn widths(plan: &Plan<'_>, spec: &Spec<'_>) -> [usize; 3] {
    let mut widths = [ACTOR_COLUMNS, 0, 0];
    rows(plan, spec, &mut |row| {
        let limits = [ACTOR_COLUMNS_MAX, ACT_COLUMNS_MAX, DETAIL_COLUMNS];
        for ((part, width), max) in row.parts.iter().zip(&mut widths).zip(limits) {
            let letters = Length::of(*part).letters;
            *width = (*width).max(if letters <= max { letters } else { 0 });
        }
    });
    widths
}

/// The number that a line begins with.
fn put_number(out: &mut dyn Sink, number: Option<u32>) {
    let letters = number.map_or(0, |number| Length::of(&number).letters);
    fill(out, NUMBER_COLUMNS.saturating_sub(letters));
    if let Some(number) = number {
        put!(out, number);
    }
    put!(out, "  ");
}

/// Prints a plan for a terminal: as [`print_text`] where that has room, else without columns for
/// what is said of few steps, broken where a line ends, and only with those origins that are one.
fn print_lines(out: &mut dyn Sink, plan: &Plan<'_>, spec: &Spec<'_>, columns: usize) {
    let mut width = Widest::default();
    print_text(&mut width, plan, spec);
    if width.most <= columns {
        return print_text(out, plan, spec);
    }
    let [who, ..] = widths(plan, spec);
    rows(plan, spec, &mut |row| {
        let [actor, act, detail] = row.parts;
        put_number(out, row.number);
        pad(out, actor, who + 2);
        let column = NUMBER_COLUMNS + who + 4;
        let mut text = Flow::at(out, columns, column, column);
        put!(&mut text, act);
        if Length::of(detail).letters > 0 {
            put!(&mut text, "  ", detail);
        }
        if row.origin != Origin::Default {
            put!(&mut text, "  ", place(row.origin, spec).as_origin());
        }
        text.end();
    });
}

/// The letters of the widest line that would be written.
#[derive(Default)]
struct Widest {
    most: usize,
    line: Length,
}

impl Sink for Widest {
    fn put(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = part.strip_suffix(b"\n");
            self.line.put(line.unwrap_or(part));
            self.most = self.most.max(self.line.letters);
            if line.is_some() {
                self.line = Length::default();
            }
        }
    }
}

/// Prints a plan as text: one numbered line for each step, and behind them one for each term on
/// which a service is supervised.
pub fn print_text(out: &mut dyn Sink, plan: &Plan<'_>, spec: &Spec<'_>) {
    let widths = widths(plan, spec);
    rows(plan, spec, &mut |row| {
        put_number(out, row.number);
        for (part, columns) in row.parts.into_iter().zip(widths) {
            pad(out, part, columns + 2);
        }
        put!(out, place(row.origin, spec).as_origin(), "\n");
    });
}

/// Prints a plan as JSON: what is asked first, every step with its system calls, the services.
pub fn print_json(out: &mut dyn Sink, plan: &Plan<'_>, spec: &Spec<'_>, questions: Questions) {
    put!(out, "{\"mode\":", Text(&plan.mode.scope()), ",\"asks\":");
    let asked = engine::probe::calls(questions, spec.file.is_some(), &spec.filter);
    let joins = if cfg!(feature = "join") { questions.joins } else { 0 };
    let around = |calls: &'static str| (joins > 0).then_some(Names::new(calls));
    let looks = core::iter::repeat_n(Names::new(engine::join::calls()), joins);
    let before = around(engine::join::calls_before()).into_iter();
    let looks = before.chain(looks).chain(around(engine::join::calls_behind()));
    let keeping = Names::new(engine::persist::calls());
    let keeping = (cfg!(feature = "join") && questions.keeping).then_some(keeping);
    let [first, of_file, of_filter, asked @ ..] = asked;
    let given = |count| core::iter::repeat_n(Names::new(engine::probe::CALLS_OF_GIVEN), count);
    let read = core::iter::once(first).chain(given(questions.given)).chain([of_file, of_filter]);
    let asked = read.chain(given(spec.filter.more.len())).chain(asked);
    list(out, asked.chain(looks).chain(keeping).flat_map(Names::iter));
    put!(out, ",\"steps\":[");
    for (number, step) in (1u32..).zip(plan.steps.iter()) {
        put!(out, if number == 1 { "\n" } else { ",\n" }, "{\"number\":", number);
        put!(out, ",\"actor\":", Text(&Who(plan, step.actor)), ",\"act\":", Text(&step.act));
        put!(out, ",\"detail\":", Text(&Detail(&step.act)));
        put!(out, ",\"origin\":", Text(&place(step.origin, spec).as_origin()), ",\"calls\":");
        list(out, step.act.calls().iter());
        put!(out, "}");
    }
    put!(out, "\n],\"services\":[");
    for (id, service) in plan.services() {
        let policy = &service.policy;
        put!(out, if id.index() == 0 { "\n" } else { ",\n" }, "{\"name\":", Text(&service.name));
        put!(out, ",\"main\":", if policy.is_main { "true" } else { "false" });
        put!(out, ",\"restart\":", Text(&policy.restart.name()));
        put!(out, ",\"stop-signal\":", Text(&policy.stop_signal), ",\"after\":");
        list(out, policy.after.iter().filter_map(|id| Some(plan.service(id)?.name)));
        put!(out, ",\"restart-limit\":", policy.limit);
        for (name, span) in [
            ("restart-delay", Some(policy.delay)),
            ("restart-delay-max", Some(policy.delay_max)),
            ("restart-window", Some(policy.window)),
            ("start-timeout", policy.start_timeout),
            ("watchdog", policy.watchdog),
            ("grace", policy.grace),
        ] {
            put!(out, ",\"", name, "-ms\":");
            match span {
                Some(span) => put!(out, span.ms()),
                None => put!(out, "null"),
            }
        }
        put!(out, "}");
    }
    put!(out, "\n]}\n");
}
