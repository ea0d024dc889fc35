//! The launcher outside: passes signals in, follows the terminal, brings the exit code home.
//!
//! When it dies, PID 1 gets KILL and the namespace with it. When PID 1 dies, it is told by its
//! pidfd.

use super::deaf::Patience;
use super::hands::Hands;
use super::record::Record;
use super::telling::{Outcome, Teller, Telling};
use super::word::{next_report, pass_signals};
use super::{cgroup, child, foreground, network};
use crate::model::{End, Failure, Signal, code};
use crate::plan::Plan;
use crate::sys::process::Child;
use crate::sys::signal;
use crate::sys::wait::{self, Source};

/// What PID 1 has reported so far.
#[derive(Default)]
pub(super) struct Reported {
    /// What failed before the main service ran.
    pub failure: Option<Failure>,
    /// How often it was told that the kernel killed a service for want of memory.
    out_of_memory: u64,
    /// Whether PID 1 has done its steps, as far as anybody has looked.
    is_set_up: bool,
    /// How long PID 1 may take to hear what it was sent.
    patience: Patience,
    /// Whether PID 1 has ended and it is not known how: somebody traces it (ptrace(2)).
    is_held: bool,
}

/// Waits until PID 1 has ended.
pub(super) fn wait(plan: &Plan<'_>, hands: &mut Hands, teller: &mut dyn Teller) -> Outcome {
    let Some(init) = &hands.init else {
        return Outcome::of_code(code::FAILED, None);
    };
    let is_set_up = hands.heard_alive > 0;
    let mut reported = Reported { failure: hands.reported, is_set_up, ..Reported::default() };
    let end = loop {
        if let Some(end) = turn(hands, init, &mut reported) {
            break end;
        }
    };
    // Only these codes can mean that something failed before the main service ran, or what they
    // were mapped to.
    let is_mapped = plan.main_service().is_some_and(|main| main.exit_map.is_some());
    let is_ours = matches!(end, End::Exited(code::FAILED..=code::NOT_FOUND));
    if is_mapped || is_ours || hands.cgroups.is_made() {
        reported.drain(hands);
    }
    clean_up(plan, hands, &reported, teller);
    if let Some(deaf) = reported.patience.failure(plan) {
        foreground::give_back(hands);
        return Outcome::of_code(code::FAILED, Some(deaf));
    }
    if matches!(end, End::Signaled(_)) {
        teller.tell(plan, Telling::InitKilled(end));
    }
    foreground::give_back(hands);
    Outcome::of_code(end.code(), reported.failure.filter(|_| is_mapped || is_ours))
}

/// What was made outside for PID 1 goes when that has ended.
pub(super) fn clean_up(
    plan: &Plan<'_>,
    hands: &mut Hands,
    reported: &Reported,
    teller: &mut dyn Teller,
) {
    if cfg!(feature = "sandbox") {
        cgroup::clean_up(plan, &mut hands.cgroups, reported.out_of_memory, teller);
    }
    if cfg!(feature = "net") {
        network::take_back(plan, hands);
    }
}

/// One round: waits, then takes what came. Gives PID 1's end.
fn turn(hands: &Hands, init: &Child, reported: &mut Reported) -> Option<End> {
    // Reports while PID 1 lives are about the terminal; without one nobody waits for them.
    let report = hands.report.read.as_ref().filter(|_| hands.terminal.is_some());
    let pidfd = init.pidfd.as_ref();
    // That it is let go of, the kernel says here where it reaps, and else by SIGCHLD.
    let end =
        if reported.is_held { pidfd.map(Source::reaped) } else { pidfd.map(Source::readable) };
    let end = end.unwrap_or(Source::nothing());
    let mut sources = [Source::of(hands.signals.as_ref()), end, Source::of(report)];
    // An interruption (a stop, and SIGCONT) is one more round.
    let _ = wait::poll(&mut sources, reported.patience.left());
    let [signals, end, report] = sources;
    if report.is_ready() {
        take_reports(hands, init, reported);
    }
    if signals.is_ready() {
        pass_signals(hands, init, &mut reported.patience);
    }
    if is_given_up(hands, init, reported) {
        return Some(End::Signaled(Signal::KILL)); // it will end by that when it comes back
    }
    reported.is_held |= end.is_ready();
    match end.is_ready() || hands.reads_child_signal {
        true => child::end_of(init),
        false => None,
    }
}

/// Whether a PID 1 that was killed, because it did not hear, is not waited for any longer.
fn is_given_up(hands: &Hands, init: &Child, reported: &mut Reported) -> bool {
    if !reported.patience.is_time() {
        return false;
    }
    reported.drain(hands);
    reported.patience.is_over(&hands.step, init, reported.is_set_up)
}

/// What PID 1 reports while it lives: the terminal stopped the main service, so we stop as well,
/// and our shell has its prompt back. A failure is kept for the end, which is near.
fn take_reports(hands: &Hands, init: &Child, reported: &mut Reported) {
    while let Some(record) = next_report(hands) {
        if let Record::Stopped(by) = record
            && foreground::follow_stop(hands, by)
        {
            let _ = signal::kill(init.pid, Signal::CONT); // it may have ended meanwhile
        }
        reported.take(record);
    }
}

impl Reported {
    fn take(&mut self, record: Record) {
        match record {
            Record::Failed(failure) => self.failure = Some(failure),
            Record::ToldOutOfMemory => self.out_of_memory = self.out_of_memory.saturating_add(1),
            Record::Alive => self.is_set_up = true,
            Record::Stopped(_) | Record::Born { .. } => {}
        }
    }

    /// What an ended PID 1 has left in the pipe.
    pub(super) fn drain(&mut self, hands: &Hands) {
        core::iter::from_fn(|| next_report(hands)).for_each(|record| self.take(record));
    }
}
