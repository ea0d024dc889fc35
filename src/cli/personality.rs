//! Under another program's name: its command line, the plan that it makes, its words.

use core::mem::ManuallyDrop;

use super::load::{Decided, Desk, decide_as};
use super::report::{self, Voice};
use crate::engine::{self, Asleep, Hands};
use crate::model::Failure;
use crate::plan::{Act, Plan};
use crate::spec::personality::{Manner, Personality};
use crate::sys::start::Start;

/// What those programs end with when something failed before the command ran.
const FAILED: u8 = 1;

/// Does what the program of this name would do, and gives its exit code.
#[inline(never)] // it would lie in the frame of every start
pub fn start(personality: Personality, start: &Start, desk: &'static mut Desk) -> u8 {
    let name = start.words.first().unwrap_or_default().to_bytes();
    let mut voice = Voice::new(personality, name);
    let mut answered = None;
    let decided = decide_as(start, desk, |spec| {
        match personality.read(start.words.rest(), start.env, spec) {
            Ok(manner) if manner.is_pause => {
                answered = Some(pause(personality, &voice, start));
            }
            Ok(manner) => return Some(manner),
            Err(answer) => answered = Some(voice.answer(&answer)),
        }
        None
    });
    match decided {
        Some((decided, manner)) => run(&mut voice, manner, decided, start),
        None => answered.unwrap_or(FAILED),
    }
}

/// Runs the command until it is over.
fn run(voice: &mut Voice, manner: Manner, decided: Decided, start: &Start) -> u8 {
    let Decided { facts, terminal, joins, plan, callers, .. } = decided;
    voice.begin(manner, &plan, &facts);
    // What is held is let go by the end of the process, which follows at once.
    let mut hands = ManuallyDrop::new(Hands::new(terminal, joins));
    hands.lend(callers);
    let outcome = engine::carry_out(&plan, start, &mut hands, voice);
    let Some(failure) = outcome.failure else { return outcome.code };
    let code = match is_of_command(&plan, failure) {
        true => voice.not_executed(&plan, failure),
        false => {
            report::failure(&plan, &facts, failure);
            FAILED
        }
    };
    let is_success = plan.services.iter().any(|service| service.policy.success.has(code));
    if is_success { 0 } else { code }
}

/// Whether it is the command that could not be executed.
fn is_of_command(plan: &Plan<'_>, failure: Failure) -> bool {
    let step = plan.steps.get(usize::from(failure.step));
    step.is_some_and(|step| matches!(step.act, Act::Execute { .. }))
}

/// Runs nothing until INT or TERM comes.
fn pause(personality: Personality, voice: &Voice, start: &Start) -> u8 {
    voice.begin_pause();
    let how = match personality {
        Personality::Pause => Asleep::Lightly,
        Personality::Tini | Personality::DumbInit | Personality::Catatonit => Asleep::Soundly,
    };
    match engine::pause(how, start) {
        Ok(signal) => {
            voice.end_pause(signal);
            0
        }
        Err(_) => FAILED,
    }
}
