//! `explain`: the plan as it would be carried out, printed; nothing is touched.

use core::ffi::CStr;

use super::Call;
use super::load::{Decided, Desk, decide};
use super::out::{Out, fill, pad};
use super::printer::Detail as Faults;
use super::report::Place;
use crate::engine;
use crate::model::{Helper, code};
use crate::plan::{Actor, Detail, Mode, Plan, Questions, Step};
use crate::spec::Spec;
use crate::spec::argv::Front;
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
        false => print_text(&mut out, &plan, spec.file),
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

/// Who asked for a step.
fn place<'s>(step: &Step<'_>, file: Option<&'s CStr>) -> Place<'s> {
    Place { scope: "", file, origin: step.origin }
}

/// Prints a plan as text, one numbered line for each step; `file` is where it was asked for.
pub fn print_text(out: &mut dyn Sink, plan: &Plan<'_>, file: Option<&CStr>) {
    let widest = |what: &dyn Fn(&Step<'_>) -> Length, max: usize| {
        let letters = plan.steps.iter().map(|step| what(step).letters);
        letters.filter(|letters| *letters <= max).max().unwrap_or(0)
    };
    let who = widest(&|step| Length::of(&Who(plan, step.actor)), 32).max(ACTOR_COLUMNS);
    let act = widest(&|step| Length::of(&step.act), ACT_COLUMNS_MAX);
    let detail = widest(&|step| Length::of(&Detail(&step.act)), DETAIL_COLUMNS);
    for (number, step) in (1u32..).zip(plan.steps.iter()) {
        fill(out, NUMBER_COLUMNS.saturating_sub(Length::of(&number).letters));
        put!(out, number, "  ");
        pad(out, &Who(plan, step.actor), who + 2);
        pad(out, &step.act, act + 2);
        pad(out, &Detail(&step.act), detail + 2);
        put!(out, place(step, file).as_origin(), "\n");
    }
}

/// Prints a plan as JSON: what is asked first, every step with its system calls, the services.
pub fn print_json(out: &mut dyn Sink, plan: &Plan<'_>, spec: &Spec<'_>, questions: Questions) {
    let file = spec.file;
    put!(out, "{\"mode\":", Text(&plan.mode.scope()), ",\"asks\":");
    let asked = engine::probe::calls(questions, file.is_some(), &spec.filter);
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
        put!(out, ",\"origin\":", Text(&place(step, file).as_origin()), ",\"calls\":");
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
        put!(out, "}");
    }
    put!(out, "\n]}\n");
}
