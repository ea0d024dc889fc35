//! One service: the law of its states, and the table that is the law.
//!
//! 1. A service that has a process is one of: starting, recalled, running, leaving, stopping. Only
//!    such a one can end, and only one whose process executes its command (running, leaving,
//!    stopping) gets signals.
//! 2. Whatever its process left behind is killed when it ends. The last end of a main service is
//!    the exception: then everybody is first asked, with the rest of the machine (`shutdown`).
//! 3. A stop is its stop signal, heard also by who was stopped (SIGSTOP), then its grace, then KILL
//!    to all of it. Told again, it gets the signal again; its grace goes on running. With
//!    `kill-mode = "process"` it is its process alone that is killed, and what that leaves behind
//!    is left alone.
//! 4. A stop that comes before the command runs waits for it: until execve(2) the process is a copy
//!    of ourselves, and no signal is meant for that. Its grace does not wait.
//! 5. A service that has to say that it is ready, and is not in time, has failed: it is stopped,
//!    and its policy says what follows. What comes before a stop signal is left out then; a second
//!    stop leaves it out, too.
//! 6. A service with a watchdog, once it is ready, may not be silent for longer than that: it gets
//!    the watchdog's signal, its grace and KILL, and has failed. Who says that it stops by itself
//!    is left alone for as long as its grace, and its end is judged as one of its own. Who asks for
//!    more time to get ready or to stop gets it.
//! 7. Proof beats bookkeeping: who says it is ready, or ends, has run, also when `Started` is late.
//!
//! Every pair of state and input is written out: a new input does not compile until somebody
//! decides. The whole table is printed to `tests/golden/supervisor-table.txt`. Whether a service
//! that ended is started again does not belong here (`restart`), nor which service waits for which
//! (`order`).

use super::restart::{Judge, Next, Run};
use super::shutdown::SWEEP_GRACE;
use super::state::{Act, Check, Input, Outcome, Readiness, State, Then, Watch};
use crate::model::{
    BeforeStop, Helper, KillMode, Moment, ReadyBy, ReloadBy, Signal, SignalSet, Span, Word,
};

/// The pause after the first check of readiness that failed; it doubles at each further one, up to
/// `CHECK_PAUSE_MAX`: a service is seen to be ready soon, and one that takes long is no load.
pub(super) const CHECK_PAUSE: Span = Span::from_ms(50);
const CHECK_PAUSE_MAX: Span = Span::from_s(1);

/// What `input` makes of `state`, and what has to be done.
#[allow(clippy::too_many_lines, reason = "a pure table: every pair of state and input")]
pub fn step(state: State, input: Input, judge: &mut Judge<'_>) -> (State, Act) {
    use Input::{
        Ended, Forward, Go, Helped, Hopeless, NotStarted, Ready, Reload, Restart, Said,
        Signal as Told, Started, Stop, Tick,
    };
    use State::{Backoff, Leaving, Recalled, Running, Starting, Stopped, Stopping, Waiting};

    if !Word::HEARD && matches!(input, Said(_) | Reload) {
        return stay(state);
    }
    let stop_signal = judge.policy.stop_signal;
    let is_due = state.deadline().is_some_and(|deadline| deadline <= judge.now);
    match (state, input) {
        // Waiting. There is no process of which anything could come.
        (Waiting { last }, Go) => (Starting { last }, Act::Start),
        (Waiting { .. }, Hopeless(_)) => give_up(),
        (Waiting { .. }, Forward(signal)) => (state, Act::Keep(signal)),
        (Waiting { last }, Stop) => (Stopped { last }, Act::Nothing),
        (Waiting { .. }, Started | Ready | NotStarted(_) | Ended(_)) => stay(state),
        (Waiting { .. }, Helped | Said(_) | Reload | Told(_) | Restart | Tick) => stay(state),

        // Starting. What it is after was ready; should that change, it is too late to look again.
        (Starting { .. }, Started) => await_ready(judge),
        (Starting { .. }, Ready) => {
            let (since, asked) = (judge.now, SignalSet::EMPTY);
            let watch = Watch::unarmed(judge.policy.watchdog).armed(since);
            (Running { since, readiness: Readiness::Ready, watch, asked }, Act::Nothing)
        }
        (Starting { last }, NotStarted(code)) => {
            end(Run::without_command(last), Outcome::NotStarted(code), judge)
        }
        (Starting { last }, Ended(how)) => {
            end(Run::without_command(last), Outcome::End(how), judge)
        }
        (Starting { .. }, Forward(signal)) => (state, Act::Keep(signal)),
        (Starting { .. }, Stop) => recall(Then::Stay, judge),
        (Starting { .. }, Go | Helped | Hopeless(_) | Told(_) | Restart | Tick) => stay(state),
        (Starting { .. }, Said(_) | Reload) => stay(state),

        // Recalled. The start goes on until there is somebody who hears the stop signal.
        (Recalled { kill_at, then }, Started | Ready) => {
            (Stopping { kill_at, then }, Act::Stop(stop_signal))
        }
        (Recalled { then, .. }, NotStarted(code)) => stop(then, Outcome::NotStarted(code), judge),
        (Recalled { then, .. }, Ended(how)) => stop(then, Outcome::End(how), judge),
        (Recalled { .. }, Forward(signal)) => (state, Act::Keep(signal)),
        (Recalled { kill_at, .. }, Stop) => (Recalled { kill_at, then: Then::Stay }, Act::Nothing),
        (Recalled { kill_at, .. }, Restart) => {
            (Recalled { kill_at, then: Then::Start }, Act::Nothing)
        }
        (Recalled { then, .. }, Tick) if is_due => (Recalled { kill_at: None, then }, Act::Kill),
        (Recalled { .. }, Go | Helped | Hopeless(_) | Told(_) | Tick) => stay(state),
        (Recalled { .. }, Said(_) | Reload) => stay(state),

        // Running. Should what it is after end, it goes on without.
        (Running { since, readiness, watch, asked }, Ready) => {
            let readiness = match readiness {
                Readiness::Awaited { .. } | Readiness::Ready => Readiness::Ready,
                Readiness::Reloading { by } => Readiness::Reloading { by },
            };
            (Running { since, readiness, watch: watch.armed(judge.now), asked }, Act::Nothing)
        }
        (Running { since, asked, .. }, NotStarted(code)) => {
            let run = Run::of_command(since, state.is_ready(), asked, judge.now);
            end(run, Outcome::NotStarted(code), judge)
        }
        (Running { since, asked, .. }, Ended(how)) => {
            let run = Run::of_command(since, state.is_ready(), asked, judge.now);
            end(run, Outcome::End(how), judge)
        }
        (Running { since, readiness, watch, asked }, Forward(signal)) => {
            let asked = asked.with(signal);
            (Running { since, readiness, watch, asked }, Act::Forward(signal))
        }
        (Running { since, readiness, watch, asked }, Told(signal)) => {
            let asked = asked.with(signal);
            (Running { since, readiness, watch, asked }, Act::Signal(signal))
        }
        (Running { since, .. }, Said(Word::Hung)) => hang(since, judge),
        (Running { since, asked, .. }, Said(Word::Leaves)) => {
            let then = Then::Own { since, was_ready: state.is_ready(), asked };
            (Stopping { kill_at: grace_end(judge), then }, Act::Nothing)
        }
        (Running { since, readiness, watch, asked }, Said(word)) => {
            let (readiness, watch) = hear(word, readiness, watch, judge.now);
            (Running { since, readiness, watch, asked }, Act::Nothing)
        }
        (Running { since, readiness: Readiness::Ready, watch, asked }, Reload) => {
            match judge.policy.reload {
                ReloadBy::Nothing => stay(state),
                ReloadBy::Signal(signal) => (state, Act::Signal(signal)),
                ReloadBy::Command { within } => {
                    let by = within.map(|within| judge.now.after(within));
                    let readiness = Readiness::Reloading { by };
                    let help = Act::Help(Helper::Reload);
                    (Running { since, readiness, watch, asked }, help)
                }
            }
        }
        (Running { .. }, Stop) => leave(Then::Stay, judge),
        (Running { .. }, Restart) => leave(Then::Start, judge),
        (Running { since, readiness, watch, asked }, Helped) => {
            let readiness = helped(readiness, judge.now);
            (Running { since, readiness, watch, asked }, Act::Nothing)
        }
        (Running { since, watch: Watch { by: Some(by), .. }, .. }, Tick)
            if Word::HEARD && by <= judge.now =>
        {
            hang(since, judge)
        }
        (Running { since, readiness: Readiness::Reloading { .. }, watch, asked }, Tick)
            if Word::HEARD && is_due =>
        {
            (Running { since, readiness: Readiness::Ready, watch, asked }, Act::Nothing)
        }
        (Running { since, readiness, watch, asked }, Tick) if is_due => {
            match check_now(readiness, judge) {
                Some(readiness) => {
                    (Running { since, readiness, watch, asked }, Act::Help(Helper::Check))
                }
                None => fail_to_start(judge),
            }
        }
        (Running { .. }, Go | Hopeless(_) | Started | Reload | Tick) => stay(state),

        // Backoff. It has no process; an order to start does not wait for the pause.
        (Backoff { .. }, Forward(signal)) => (state, Act::Keep(signal)),
        (Backoff { last, .. }, Stop) => (Stopped { last }, Act::Nothing),
        (Backoff { last, .. }, Restart) => (Waiting { last }, Act::Nothing),
        (Backoff { last, .. }, Tick) if is_due => (Waiting { last }, Act::Nothing),
        (Backoff { .. }, Started | Ready | NotStarted(_) | Ended(_)) => stay(state),
        (Backoff { .. }, Go | Helped | Hopeless(_) | Told(_) | Tick) => stay(state),
        (Backoff { .. }, Said(_) | Reload) => stay(state),

        // Leaving. It was told of nothing yet, and signals still reach it.
        (Leaving { then, .. }, NotStarted(code)) => stop(then, Outcome::NotStarted(code), judge),
        (Leaving { then, .. }, Ended(how)) => stop(then, Outcome::End(how), judge),
        (Leaving { .. }, Forward(signal)) => (state, Act::Forward(signal)),
        (Leaving { .. }, Told(signal)) => (state, Act::Signal(signal)),
        (Leaving { .. }, Stop) => tell_to_stop(Then::Stay, judge),
        (Leaving { until, has_command, .. }, Restart) => {
            (Leaving { until, has_command, then: Then::Start }, Act::Nothing)
        }
        (Leaving { then, has_command: true, .. }, Helped) => tell_to_stop(then, judge),
        (Leaving { then, .. }, Tick) if is_due => tell_to_stop(then, judge),
        (Leaving { .. }, Go | Helped | Hopeless(_) | Started | Ready | Tick) => stay(state),
        (Leaving { .. }, Said(_) | Reload) => stay(state),

        // Stopping. It is past being ready; signals still reach it.
        (Stopping { then: Then::Fail, .. }, NotStarted(_) | Ended(_)) => {
            end(Run::without_command(Outcome::NotReady), Outcome::NotReady, judge)
        }
        (Stopping { then: Then::Hang { since }, .. }, NotStarted(_) | Ended(_)) if Word::HEARD => {
            let run = Run::of_command(since, false, SignalSet::EMPTY, judge.now);
            end(run, Outcome::Hung, judge)
        }
        (Stopping { then: Then::Own { since, was_ready, asked }, .. }, Ended(how))
            if Word::HEARD =>
        {
            let run = Run::of_command(since, was_ready, asked, judge.now);
            end(run, Outcome::End(how), judge)
        }
        (Stopping { then, .. }, NotStarted(code)) => stop(then, Outcome::NotStarted(code), judge),
        (Stopping { then, .. }, Ended(how)) => stop(then, Outcome::End(how), judge),
        (Stopping { kill_at, then }, Forward(signal)) => {
            (Stopping { kill_at, then: then.asked_also(signal) }, Act::Forward(signal))
        }
        (Stopping { kill_at, then }, Told(signal)) => {
            (Stopping { kill_at, then: then.asked_also(signal) }, Act::Signal(signal))
        }
        (Stopping { kill_at, .. }, Stop) => {
            (Stopping { kill_at, then: Then::Stay }, Act::Stop(stop_signal))
        }
        (Stopping { kill_at, then: Then::Own { .. } }, Restart) if Word::HEARD => {
            (Stopping { kill_at, then: Then::Start }, Act::Stop(stop_signal))
        }
        (Stopping { kill_at: Some(at), then }, Said(Word::Extend(span))) if then.is_patient() => {
            let kill_at = Some(at.max(judge.now.after(span.span())));
            (Stopping { kill_at, then }, Act::Nothing)
        }
        (Stopping { kill_at, .. }, Restart) => {
            (Stopping { kill_at, then: Then::Start }, Act::Nothing)
        }
        (Stopping { then, .. }, Tick) if is_due => (Stopping { kill_at: None, then }, kill(judge)),
        (Stopping { .. }, Go | Helped | Hopeless(_) | Started | Ready | Tick) => stay(state),
        (Stopping { .. }, Said(_) | Reload) => stay(state),

        // Ended and stopped. Only an order to start moves them.
        (State::Ended { last, .. } | Stopped { last }, Restart) => (Waiting { last }, Act::Nothing),
        (State::Ended { .. } | Stopped { .. }, Go | Hopeless(_) | Forward(_)) => stay(state),
        (State::Ended { .. } | Stopped { .. }, Helped | Said(_) | Reload | Told(_)) => stay(state),
        (State::Ended { .. } | Stopped { .. }, Started | Ready | NotStarted(_)) => stay(state),
        (State::Ended { .. } | Stopped { .. }, Ended(_) | Stop | Tick) => stay(state),
    }
}

/// Nothing comes of it.
const fn stay(state: State) -> (State, Act) {
    (state, Act::Nothing)
}

/// It waits in vain.
const fn give_up() -> (State, Act) {
    (State::Ended { last: Outcome::GaveUp, is_ready: false }, Act::Nothing)
}

/// Its command runs, from now on, and it has to get ready.
fn await_ready(judge: &Judge<'_>) -> (State, Act) {
    let by = judge.policy.start_timeout.map(|timeout| judge.now.after(timeout));
    let (check, act) = match judge.policy.ready_by {
        ReadyBy::Running | ReadyBy::Word => (Check::None, Act::Nothing),
        ReadyBy::Command => (Check::Underway { pause: CHECK_PAUSE }, Act::Help(Helper::Check)),
    };
    let (since, readiness) = (judge.now, Readiness::Awaited { by, check });
    let (watch, asked) = (Watch::unarmed(judge.policy.watchdog), SignalSet::EMPTY);
    (State::Running { since, readiness, watch, asked }, act)
}

/// What a service says while it runs. A time that it asks for only makes longer what it had.
fn hear(word: Word, readiness: Readiness, watch: Watch, now: Moment) -> (Readiness, Watch) {
    let is_armed = !matches!(readiness, Readiness::Awaited { .. });
    match (word, readiness) {
        (Word::Alive, _) if is_armed => (readiness, watch.armed(now)),
        (Word::Watch(every), _) => {
            let watch = Watch::unarmed(Some(every.span()).filter(|every| *every != Span::ZERO));
            (readiness, if is_armed { watch.armed(now) } else { watch })
        }
        (Word::Extend(span), Readiness::Awaited { by: Some(by), check }) => {
            let by = Some(by.max(now.after(span.span())));
            (Readiness::Awaited { by, check }, watch)
        }
        (Word::Alive | Word::Extend(_) | Word::Hung | Word::Leaves, _) => (readiness, watch),
    }
}

/// It was silent for too long, or says itself that it hangs: it is ended, and within a time.
fn hang(since: Moment, judge: &Judge<'_>) -> (State, Act) {
    let grace = judge.policy.grace.unwrap_or(SWEEP_GRACE);
    let kill_at = Some(judge.now.after(grace));
    let then = Then::Hang { since };
    (State::Stopping { kill_at, then }, Act::Stop(judge.policy.watchdog_signal))
}

/// The command beside it is over. A check that ended in vain is made again after its pause.
fn helped(readiness: Readiness, now: Moment) -> Readiness {
    match readiness {
        Readiness::Awaited { by, check: Check::Underway { pause } } => {
            Readiness::Awaited { by, check: Check::Next { at: now.after(pause), pause } }
        }
        Readiness::Awaited { .. } | Readiness::Ready => readiness,
        Readiness::Reloading { .. } => Readiness::Ready,
    }
}

/// The readiness of which a check begins now; `None` when it is too late for that.
fn check_now(readiness: Readiness, judge: &Judge<'_>) -> Option<Readiness> {
    match readiness {
        Readiness::Awaited { by: Some(by), .. } if by <= judge.now => None,
        Readiness::Awaited { by, check: Check::Next { pause, .. } } => {
            let pause = pause.doubled().min(CHECK_PAUSE_MAX);
            Some(Readiness::Awaited { by, check: Check::Underway { pause } })
        }
        Readiness::Awaited { .. } | Readiness::Ready | Readiness::Reloading { .. } => None,
    }
}

/// It was not ready in time: it is stopped, and within a time even when its grace has no end, for
/// nobody asked it to work on.
fn fail_to_start(judge: &Judge<'_>) -> (State, Act) {
    let grace = judge.policy.grace.unwrap_or(SWEEP_GRACE);
    let kill_at = Some(judge.now.after(grace));
    (State::Stopping { kill_at, then: Then::Fail }, Act::Stop(judge.policy.stop_signal))
}

/// It has to stop: first what comes before its stop signal.
fn leave(then: Then, judge: &Judge<'_>) -> (State, Act) {
    match judge.policy.before_stop {
        BeforeStop::Nothing => tell_to_stop(then, judge),
        BeforeStop::Pause(pause) => {
            let until = Some(judge.now.after(pause));
            (State::Leaving { until, has_command: false, then }, Act::Nothing)
        }
        BeforeStop::Command => {
            let until = grace_end(judge);
            (State::Leaving { until, has_command: true, then }, Act::Help(Helper::PreStop))
        }
    }
}

/// It gets its stop signal, and its grace begins.
fn tell_to_stop(then: Then, judge: &Judge<'_>) -> (State, Act) {
    (State::Stopping { kill_at: grace_end(judge), then }, Act::Stop(judge.policy.stop_signal))
}

/// It will get its stop signal, but its grace begins.
fn recall(then: Then, judge: &Judge<'_>) -> (State, Act) {
    (State::Recalled { kill_at: grace_end(judge), then }, Act::Nothing)
}

/// It had its grace.
const fn kill(judge: &Judge<'_>) -> Act {
    match judge.policy.kill_mode {
        KillMode::Tree => Act::Kill,
        KillMode::Process => Act::Signal(Signal::KILL),
    }
}

/// When a grace that begins now is over.
fn grace_end(judge: &Judge<'_>) -> Option<Moment> {
    judge.policy.grace.map(|grace| judge.now.after(grace))
}

/// It ended by itself: the policy says what follows.
fn end(run: Run, outcome: Outcome, judge: &mut Judge<'_>) -> (State, Act) {
    let state = match judge.next(run, outcome) {
        Next::Stay => {
            let is_ready = run.was_ready && outcome.is_success(judge.policy);
            State::Ended { last: outcome, is_ready }
        }
        Next::Again(until) => State::Backoff { until, last: outcome },
        Next::GiveUp => State::Ended { last: Outcome::GaveUp, is_ready: false },
    };
    (state, leftovers(state, outcome, judge))
}

/// It ended as it was told to.
fn stop(then: Then, outcome: Outcome, judge: &Judge<'_>) -> (State, Act) {
    let state = match then {
        Then::Start if !judge.is_stopping => State::Waiting { last: outcome },
        Then::Start | Then::Stay | Then::Fail => State::Stopped { last: outcome },
        Then::Hang { .. } | Then::Own { .. } => State::Stopped { last: outcome },
    };
    (state, leftovers(state, outcome, judge))
}

/// What to do about processes that it may have left behind, now that it is in `state`.
fn leftovers(state: State, outcome: Outcome, judge: &Judge<'_>) -> Act {
    match outcome {
        Outcome::End(_) | Outcome::NotReady | Outcome::Hung
            if judge.policy.kill_mode == KillMode::Process =>
        {
            Act::Nothing
        }
        Outcome::End(_) | Outcome::NotReady | Outcome::Hung
            if judge.policy.is_main && state.is_over() =>
        {
            Act::Nothing
        }
        Outcome::End(_) | Outcome::NotReady | Outcome::Hung => Act::Clean,
        Outcome::Unstarted | Outcome::NotStarted(_) | Outcome::GaveUp => Act::Nothing,
    }
}
