//! `run` and the entrypoint: read, decide, carry out.

use core::mem::ManuallyDrop;

use super::Call;
use super::load::{Decided, Desk, decide};
use super::printer::Detail;
use super::report::{self, Reporter};
use crate::engine::{self, Hands};
use crate::model::code;
use crate::plan::Mode;
use crate::spec::Tie;
use crate::spec::argv::Front;
use crate::sys::start::Start;

/// Starts what was asked for and comes back with the exit code when it is over.
pub fn start(mode: Mode, front: Front, call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let decided = decide(mode.scope(), mode, front, call, Detail::Some, start, desk);
    let Some(decided) = decided else { return code::FAILED };
    let Decided { spec, facts, terminal, joins, plan, held, callers, .. } = decided;
    let status = spec.ties.get(Tie::Status).map(|said| said.value);
    let mut reporter = Reporter::new(spec.verbose).with_status(status);
    // What is held is let go by the end of the process, which follows at once.
    let mut hands = ManuallyDrop::new(Hands::new(terminal, joins));
    hands.lend(callers);
    hands.lend_root(held);
    let outcome = engine::carry_out(&plan, start, &mut hands, &mut reporter);
    if let Some(failure) = outcome.failure {
        report::failure(&plan, &facts, failure);
    }
    report::leave(&plan, &facts, &reporter, &outcome);
    // The launcher tells it, and a workload that never ran has no exit code (bwrap(1)).
    let has_verdict = hands.has_made_init() && outcome.failure.is_none();
    reporter.end(&plan, has_verdict.then_some(outcome.code));
    if let Some(signal) = outcome.signal {
        engine::end_by(signal);
    }
    outcome.code
}
