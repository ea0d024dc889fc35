//! Where decision meets kernel: carries a plan out and watches over what it started.
//!
//! [`ask`] answers the questions of a spec, [`carry_out`] does the steps and supervises until
//! everything is over. A step that fails is an address ([`Failure`](crate::model::Failure)); words
//! are made of it in `cli`, which is told what happens meanwhile through a [`Teller`]. No decision
//! is made here that a pure room could make.

mod account;
mod birth;
mod cgroup;
mod child;
mod confine;
pub mod control;
mod deaf;
mod descriptors;
pub mod doctor;
pub mod enter;
mod execute;
mod files;
mod filter;
mod foreground;
mod give;
mod hands;
mod identity;
mod idmap;
pub mod inspect;
pub mod join;
mod landlock;
mod launcher;
mod log;
pub mod machine;
mod mountinfo;
mod network;
mod oom;
mod pause;
mod perform;
pub mod persist;
mod pipe;
mod prepared;
pub mod probe;
mod record;
pub mod root;
mod sandbox;
mod slot;
mod spawn;
mod survey;
mod telling;
mod ties;
mod tool;
mod tree;
mod trouble;
mod turn;
mod variables;
mod word;

use crate::plan::Plan;
use crate::sys::start::Start;

pub use child::{end_by, wait_for};
pub use files::pid_of;

pub use hands::Hands;
pub use pause::{Asleep, pause};
pub use probe::ask;
pub use survey::survey;
pub use telling::{Detail, NotTaken, Outcome, Refused, Teller, Telling, Usage};

/// Carries `plan` out and comes back when everything is over: in the process that was started, and
/// in the PID 1 that was cloned from it, each with the code to end with.
pub fn carry_out(
    plan: &Plan<'_>,
    start: &Start,
    hands: &mut Hands,
    teller: &mut dyn Teller,
) -> Outcome {
    if !plan.has_terminal() {
        hands.terminal = None; // nobody takes it, so there is nothing to follow
    }
    match plan.has_launcher() {
        true => birth::cloned(plan, start, hands, teller),
        false => birth::here(plan, start, hands, teller),
    }
}
