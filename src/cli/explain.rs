//! `explain`: the plan as it would be carried out, printed; nothing is touched.

use core::ffi::CStr;

use super::Call;
use super::load::{Decided, Desk, decide};
use super::out::{Out, fill, pad};
use super::printer::Detail as Faults;
use super::report::Place;
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
const ACT_COLUMNS_MAX: usize = 56;
const DETAIL_COLUMNS: usize = 40;

/// `explain [--json] [run|entrypoint|init] …`
pub(super) fn explain(mut call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let is_json = call.words.first() == Some(c"--json");
    if is_json {
        call = call.rest();
    }
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
    let decided = decide("explain", mode, front, call, Faults::First, start, desk);
    let Some(Decided { spec, questions, plan, .. }) = decided else { return code::FAILED };
    let mut out = Out::stdout();
    match is_json {
        true => print_json(&mut out, &plan, spec, questions),
        false => print_text(&mut out, &plan, spec),
    }
    if out.flush() { 0 } else { code::FAILED }
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
    Place { scope: "", file: spec.file, origin }
}

/// Prints a plan as text: one numbered line for each step, and behind them one for each term on
/// which a service is supervised.
pub fn print_text(out: &mut dyn Sink, plan: &Plan<'_>, spec: &Spec<'_>) {
    let (steps, terms) = (|| plan.steps.iter(), || terms::lines(plan, spec));
    let who = steps().map(|step| Length::of(&Who(plan, step.actor)));
    let act =
        steps().map(|step| Length::of(&step.act)).chain(terms().map(|term| Length::of(&term)));
    let detail = steps().map(|step| Length::of(&Detail(&step.act)));
    let detail = detail.chain(terms().map(|term| Length::of(&More(&term))));
    let who = widest(who, 32).max(ACTOR_COLUMNS);
    let (act, detail) = (widest(act, ACT_COLUMNS_MAX), widest(detail, DETAIL_COLUMNS));
    let mut line = |number: Option<u32>, parts: [&dyn Show; 3], origin: Origin| {
        let letters = number.map_or(0, |number| Length::of(&number).letters);
        fill(out, NUMBER_COLUMNS.saturating_sub(letters));
        if let Some(number) = number {
            put!(out, number);
        }
        put!(out, "  ");
        for (part, columns) in parts.into_iter().zip([who, act, detail]) {
            pad(out, part, columns + 2);
        }
        put!(out, place(origin, spec).as_origin(), "\n");
    };
    for (number, step) in (1u32..).zip(plan.steps.iter()) {
        let parts: [&dyn Show; 3] = [&Who(plan, step.actor), &step.act, &Detail(&step.act)];
        line(Some(number), parts, step.origin);
    }
    for term in terms() {
        line(None, [&Whose(&term), &term, &More(&term)], term.origin);
    }
}

/// The columns of the longest of these, but for those that are longer than `max`.
fn widest(lengths: impl Iterator<Item = Length>, max: usize) -> usize {
    let letters = lengths.map(|length| length.letters);
    letters.filter(|letters| *letters <= max).max().unwrap_or(0)
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
