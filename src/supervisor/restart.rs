//! What follows the end of a run: the restart policy, as a judge would read it.
//!
//! 1. When everything is being stopped, nothing is started again.
//! 2. `never` means never, `on-failure` unless it exited with code 0 or what counts as success,
//!    `always` always.
//! 3. A main service whose end was asked for is not started again, whatever the policy: it died of
//!    a signal that was sent to it through us since it started, or it has our terminal and died of
//!    what a terminal sends without us: INT and QUIT for a key (termios(3)), HUP when it is gone
//!    (setsid(2)). A signal that nobody sent through us (a crash, the OOM killer) is a failure like
//!    any other.
//! 4. A main service that cannot be started the first time it is tried is not tried again: a wrong
//!    path does not get better, and its exit code (125 to 127) must not be delayed.
//! 5. `limit` restarts within `window` are allowed; one more is giving up. A limit of 0 gives up at
//!    once.
//! 6. The pause before the first restart is `delay`, and doubles at each further one up to
//!    `delay_max`. A run of at least `window` starts the row anew. Up to an eighth is added by
//!    chance, within `delay_max`, so that services that died together do not come back together.
//!
//! Starting, stopping and killing do not belong here: that is `step`.

use super::state::Outcome;
use super::tally::Tally;
use crate::model::SignalSet;
use crate::model::{End, Moment, Policy, Restart, Signal, Span};

/// What is left of a run when it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// How long the command ran; zero when it was not even started.
    pub length: Span,
    /// Whether it had said that it is ready.
    pub was_ready: bool,
    /// The signals that were forwarded to it.
    pub asked: SignalSet,
    /// Whether it was the first attempt to start the service.
    pub is_first: bool,
}

impl Run {
    /// A run of the command that began at `since` and ends now.
    pub fn of_command(since: Moment, was_ready: bool, asked: SignalSet, now: Moment) -> Self {
        Self { length: now.since(since), was_ready, asked, is_first: false }
    }

    /// A run that ended before the command; `last` is what came of the one before.
    pub fn without_command(last: Outcome) -> Self {
        let is_first = last == Outcome::Unstarted;
        Self { length: Span::ZERO, was_ready: false, asked: SignalSet::EMPTY, is_first }
    }
}

/// What follows the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// Nothing: the service stays ended.
    Stay,
    /// It is started again when this moment comes.
    Again(Moment),
    /// It would be started again, but was started again too often already.
    GiveUp,
}

/// The restarts of one service, as far as they matter for the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restarts {
    /// Restarts in a row; 0 says that the next start is no restart.
    row: u32,
    /// Restarts at all.
    made: u32,
    tally: Tally,
}

impl Restarts {
    /// Restarts in a row, the coming one included.
    pub const fn row(&self) -> u32 {
        self.row
    }

    /// Restarts that were made at all.
    pub const fn made(&self) -> u32 {
        self.made
    }

    /// An operator ordered something: what went before no longer counts.
    pub fn begin_anew(&mut self) {
        *self = Self { made: self.made, ..Self::default() };
    }

    /// The service is started now. A start that nobody but the policy asked for counts.
    pub fn note_start(&mut self, policy: &Policy, now: Moment) {
        if self.row > 0 {
            self.tally.add(policy.limit, now);
            self.made = self.made.saturating_add(1);
        }
    }
}

/// Everything that is looked at when a run is judged.
pub struct Judge<'a> {
    /// The service's policy.
    pub policy: &'a Policy,
    /// The service's restarts.
    pub restarts: &'a mut Restarts,
    /// Chance.
    pub random: &'a mut Random,
    /// Whether everything is being stopped.
    pub is_stopping: bool,
    /// The time.
    pub now: Moment,
}

impl Judge<'_> {
    /// What follows `run`, which came to `outcome`.
    pub fn next(&mut self, run: Run, outcome: Outcome) -> Next {
        if self.is_final(run, outcome) {
            return Next::Stay;
        }
        if run.length >= self.policy.window {
            self.restarts.row = 0;
        }
        if self.restarts.tally.count(self.policy.window, self.now) >= self.policy.limit {
            return Next::GiveUp;
        }
        self.restarts.row = self.restarts.row.saturating_add(1);
        Next::Again(self.now.after(pause(self.policy, self.restarts.row, self.random)))
    }

    /// Rules 1 to 4: whether the policy has no say, or says no.
    fn is_final(&self, run: Run, outcome: Outcome) -> bool {
        let is_unwanted = match self.policy.restart {
            Restart::Never => true,
            Restart::OnFailure => outcome.is_success(self.policy),
            Restart::Always => false,
        };
        let was_asked_for = match outcome {
            Outcome::End(End::Signaled(signal)) => {
                run.asked.has(signal)
                    || self.policy.has_terminal
                        && matches!(signal, Signal::INT | Signal::QUIT | Signal::HUP)
            }
            Outcome::NotStarted(_) => run.is_first,
            Outcome::End(End::Exited(_)) | Outcome::Unstarted => false,
            Outcome::NotReady | Outcome::Hung | Outcome::GaveUp => false,
        };
        self.is_stopping || is_unwanted || self.policy.is_main && was_asked_for
    }
}

/// The pause before restart number `row` of a row.
fn pause(policy: &Policy, row: u32, random: &mut Random) -> Span {
    // 64 doublings fill a u64 of nanoseconds: more do not make it longer.
    let doubled = (1..row).take(64).fold(policy.delay, |pause, _| pause.doubled());
    let pause = doubled.min(policy.delay_max).ns();
    let added = random.up_to(pause / 8);
    Span::from_ns(pause.saturating_add(added)).min(policy.delay_max)
}

/// Chance, good enough to keep restarts apart: xorshift64* (Vigna, "An experimental exploration of
/// Marsaglia's xorshift generators, scrambled", 2016).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(u64);

impl Random {
    /// A generator that begins at `seed`.
    pub const fn new(seed: u64) -> Self {
        // Zero is the one state that xorshift never leaves. Any other number will do.
        Self(if seed == 0 { 0x9e37_79b9_7f4a_7c15 } else { seed })
    }

    /// A number from 0 to `max`.
    fn up_to(&mut self, max: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        number.checked_rem(max.saturating_add(1)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String, vec::Vec};

    const KEYBOARD: Outcome = Outcome::End(End::Signaled(Signal::INT));
    const FAILURE: Outcome = Outcome::End(End::Exited(1));
    const SUCCESS: Outcome = Outcome::End(End::Exited(0));

    /// What follows each of these outcomes of a first run of one second, with this policy.
    fn check(policy: Policy, asked: SignalSet, is_stopping: bool, expected: [Next; 4]) {
        let now = Moment::from_ns(0);
        let policy = Policy { delay_max: policy.delay, ..policy };
        let outcomes = [SUCCESS, FAILURE, KEYBOARD, Outcome::NotStarted(127)];
        let found = outcomes.map(|outcome| {
            let run = Run { length: Span::from_s(1), was_ready: true, asked, is_first: true };
            let (mut restarts, mut random) = (Restarts::default(), Random::new(0));
            let (policy, restarts, random) = (&policy, &mut restarts, &mut random);
            Judge { policy, restarts, random, is_stopping, now }.next(run, outcome)
        });
        assert_eq!(found, expected, "{policy:?}, {asked:?}, stopping: {is_stopping}");
    }

    #[test]
    fn the_policy_decides_unless_the_end_of_main_was_asked_for() {
        // Columns: exit code 0, exit code 1, killed by INT, not found.
        use Next::{GiveUp, Stay};
        const AGAIN: Next = Next::Again(Moment::from_ns(1_000_000_000));
        let side = |restart| Policy { restart, ..Policy::default() };
        let main = |restart| Policy { is_main: true, ..side(restart) };
        let (none, int) = (SignalSet::EMPTY, SignalSet::EMPTY.with(Signal::INT));

        check(side(Restart::Never), none, false, [Stay, Stay, Stay, Stay]);
        check(side(Restart::OnFailure), none, false, [Stay, AGAIN, AGAIN, AGAIN]);
        check(side(Restart::Always), none, false, [AGAIN, AGAIN, AGAIN, AGAIN]);
        check(side(Restart::Always), none, true, [Stay, Stay, Stay, Stay]);
        check(main(Restart::OnFailure), none, false, [Stay, AGAIN, AGAIN, Stay]);
        check(main(Restart::Always), none, false, [AGAIN, AGAIN, AGAIN, Stay]);
        check(main(Restart::Always), int, false, [AGAIN, AGAIN, Stay, Stay]);
        let at_keyboard = Policy { has_terminal: true, ..main(Restart::Always) };
        check(at_keyboard, none, false, [AGAIN, AGAIN, Stay, Stay]);
        let without_restarts = Policy { limit: 0, ..side(Restart::OnFailure) };
        check(without_restarts, none, false, [Stay, GiveUp, GiveUp, GiveUp]);
    }

    /// The pauses of a row of failures, each after a run of `length`, in milliseconds or "gave up".
    fn row(policy: &Policy, seed: u64, length: Span, count: usize) -> Vec<String> {
        let (mut restarts, mut random) = (Restarts::default(), Random::new(seed));
        let mut now = Moment::from_ns(0);
        let mut fail = |_| {
            now = now.after(length);
            let run = Run { length, was_ready: true, asked: SignalSet::EMPTY, is_first: false };
            let (restarts, random) = (&mut restarts, &mut random);
            let next =
                Judge { policy, restarts, random, is_stopping: false, now }.next(run, FAILURE);
            match next {
                Next::Again(until) => {
                    let pause = until.since(now);
                    now = until;
                    restarts.note_start(policy, now);
                    format!("{}", pause.ns() / 1_000_000)
                }
                Next::GiveUp => "gave up".into(),
                Next::Stay => "stays".into(),
            }
        };
        (0..count).map(&mut fail).collect()
    }

    #[test]
    fn a_crash_loop_backs_off_and_never_spins() {
        // Pauses of 1, 2, 4, 8 s and then no longer than 10 s; up to an eighth more below that.
        let policy = Policy {
            restart: Restart::OnFailure,
            delay_max: Span::from_s(10),
            limit: 1_000,
            ..Policy::default()
        };
        for seed in 0..1_000 {
            let pauses = row(&policy, seed, Span::ZERO, 70);
            let ms: Vec<u64> = pauses.iter().map(|pause| pause.parse().unwrap()).collect();
            for (pause, base) in ms.iter().zip([1_000, 2_000, 4_000, 8_000]) {
                assert!((base..=base + base / 8).contains(pause), "{pause} after {base}");
            }
            assert!(ms[4..].iter().all(|pause| *pause == 10_000), "{ms:?}");
        }
    }

    #[test]
    fn services_that_died_together_do_not_come_back_together() {
        // A thousand seeds, the default delay of 1 s: at least a hundred different milliseconds.
        let policy = Policy { restart: Restart::Always, ..Policy::default() };
        let mut pauses: Vec<_> =
            (0..1_000).flat_map(|seed| row(&policy, seed, Span::ZERO, 1)).collect();
        pauses.sort();
        pauses.dedup();
        assert!((100..=126).contains(&pauses.len()), "{}", pauses.len());
    }

    #[test]
    fn the_default_policy_gives_up_on_the_sixth_failure_of_a_minute() {
        // Restarts after about 1, 3, 7, 15 and 31 s; the sixth failure is one too many.
        let policy = Policy { restart: Restart::OnFailure, ..Policy::default() };
        let pauses = row(&policy, 1, Span::ZERO, 6);
        assert!(pauses[..5].iter().all(|pause| pause.parse::<u64>().is_ok()), "{pauses:?}");
        assert_eq!(pauses[5], "gave up");
    }

    #[test]
    fn a_long_run_starts_the_row_anew() {
        // Runs of a minute, or a window of nothing: the pause never doubles, and nobody gives up.
        let policy = Policy { restart: Restart::Always, limit: 1, ..Policy::default() };
        let unbounded = Policy { window: Span::ZERO, ..policy };
        let minute = row(&policy, 1, policy.window, 50);
        let blink = row(&unbounded, 1, Span::ZERO, 50);
        for pause in minute.iter().chain(&blink) {
            assert!((1_000..=1_125).contains(&pause.parse::<u64>().unwrap()), "{pause}");
        }
        // A little less than the window is not long: the second end is one too many.
        let short = Span::from_ns(policy.window.ns() - 2_000_000_000);
        assert_eq!(row(&policy, 1, short, 2)[1], "gave up");
    }
}
