//! The termination message: how the main service ended, in a file, for Kubernetes
//! (`terminationMessagePath`) or whoever comes later.
//!
//! It is what standard error had, or would have had if our exit code alone did not say it.
//! A file that cannot be written is a message lost, and told; the exit code stays what it is.

use core::ffi::CStr;

use super::Scope;
use super::failure::with_failure;
use super::news::{Reporter, with_words};
use super::sentence::{Args, print, sentence, write};
use crate::engine::Outcome;
use crate::limits::MESSAGE_MAX;
use crate::model::Errno;
use crate::plan::{Facts, Plan};
use crate::sys::file::{self, Mode};
use crate::text::Sink;

/// The beginning of a text: Kubernetes keeps no more than that of it.
struct Beginning(heapless::Vec<u8, MESSAGE_MAX>);

impl Sink for Beginning {
    fn put(&mut self, bytes: &[u8]) {
        let room = self.0.capacity().saturating_sub(self.0.len());
        let first = bytes.get(..room).unwrap_or(bytes);
        let _ = self.0.extend_from_slice(first); // there is room for as many
    }
}

/// Leaves the message when the plan has a place for one and the main service has not succeeded. In
/// `run` the launcher knows what failed before, and PID 1 inside how the main service ended.
pub fn leave(plan: &Plan<'_>, facts: &Facts, reporter: &Reporter, outcome: &Outcome) {
    let main = plan.services.iter().find(|service| service.policy.is_main);
    let path = main.and_then(|main| main.termination_message).filter(|_| outcome.code != 0);
    if let Some(path) = path {
        leave_at(path, plan, facts, reporter, outcome);
    }
}

#[inline(never)] // its text would lie in the frame of every start
fn leave_at(path: &CStr, plan: &Plan<'_>, facts: &Facts, reporter: &Reporter, outcome: &Outcome) {
    let mut text = Beginning(heapless::Vec::new());
    match (outcome.failure, reporter.last()) {
        (Some(failure), _) => with_failure(plan, facts, failure, &mut |head, words, args| {
            write(&mut text, head, words, args);
        }),
        (None, Some(last)) => with_words(plan, last, &mut |words, args| {
            write(&mut text, &Scope(plan.mode), words, args);
        }),
        (None, None) => return,
    }
    if let Err(errno) = put(path, &text.0) {
        let args = Args { said: path.to_bytes(), text: &errno, ..Args::NONE };
        print(&Scope(plan.mode), sentence!("write {s}: {t}, going on without it"), &args);
    }
}

fn put(path: &CStr, text: &[u8]) -> Result<(), Errno> {
    let target = file::open(path, Mode::Replace)?;
    file::write(&target, text).map(|_| ()) // what a full disk has taken is better than nothing
}
