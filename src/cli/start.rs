//! `run` and the entrypoint: read, decide, carry out.

use super::Call;
use super::load::{Desk, Detail, load};
use super::report::{self, Place, Reporter};
use crate::engine::{self, Hands};
use crate::model::code;
use crate::plan::{Facts, Mode, Plan, Questions, resolve};
use crate::spec::Spec;
use crate::spec::argv::Front;
use crate::sys::start::Start;

/// Starts what was asked for and comes back with the exit code when it is over.
pub fn start(mode: Mode, front: Front, call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let mut spec = Spec::new();
    if load(mode.scope(), front, call, Detail::First, desk, &mut spec) > 0 {
        return code::FAILED;
    }
    let (facts, terminal) = engine::ask(Questions::of(mode, &spec), start);
    let mut plan = Plan::new(mode);
    if let Err(refusal) = resolve(&spec, &facts, &mut plan) {
        report::refusal(
            Place { scope: mode.scope(), file: spec.file, origin: refusal.origin },
            &refusal,
        );
        return code::FAILED;
    }
    carry_out(&plan, &spec, &facts, start, Hands::new(terminal))
}

fn carry_out(plan: &Plan<'_>, spec: &Spec<'_>, facts: &Facts, start: &Start, hands: Hands) -> u8 {
    let mut reporter = Reporter { is_verbose: spec.verbose };
    let outcome = engine::carry_out(plan, start, hands, &mut reporter);
    if let Some(failure) = outcome.failure {
        report::failure(plan, facts, failure);
    }
    outcome.code
}
