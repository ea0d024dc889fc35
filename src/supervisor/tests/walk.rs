//! A hundred thousand lives of a machine, by chance.
//!
//! Services with any policy and any order among them; processes that start or do not, say that they
//! are ready or never do, honour signals or ignore them, crash, leave daemons behind; people
//! outside who send signals; an operator; events that cannot be; a clock that is early, late or in
//! time. After some dozens of steps TERM comes, and then the machine has to come to its end. What
//! must hold all the way is asserted in `promises`.

use std::cmp::Ordering;
use std::thread;
use std::vec::Vec;

use super::world::{Process, Sights, World};
use crate::model::{
    BeforeStop, End, ExitCodes, Helper, KillMode, Policy, ReadyBy, ReloadBy, Restart, ServiceId,
    ServiceSet, Short, Signal, Span, Word, code,
};
use crate::supervisor::{ACTIONS_MAX, Event};

const WALKS: usize = 100_000;

/// Steps that may lie between TERM and the end.
const ENDING_MAX: u64 = 300;

/// Chance of the world, which is not that of the supervisor (xorshift64).
pub struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }

    /// One of these.
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }
}

/// Any policy for the service at `place`, which may be after those behind it.
fn policy(dice: &mut Dice, place: usize, count: usize, main: usize) -> Policy {
    let mut after = ServiceSet::EMPTY;
    for id in (place + 1..count).filter_map(ServiceId::new) {
        after = if dice.once_in(3) { after.with(id) } else { after };
    }
    let spans = [Span::ZERO, Span::from_ms(100), Span::from_s(1), Span::from_s(7)];
    let mut success = ExitCodes::EMPTY;
    for text in ["1", "INT", "TERM"] {
        success.add(text.as_bytes()).unwrap();
    }
    Policy {
        is_main: place == main,
        has_terminal: dice.once_in(4),
        after,
        restart: dice.pick(&[Restart::Never, Restart::OnFailure, Restart::Always]),
        delay: dice.pick(&spans),
        delay_max: dice.pick(&spans),
        limit: dice.pick(&[0, 1, 2, 5, 40]),
        window: dice.pick(&[Span::ZERO, Span::from_s(1), Span::from_s(9), Span::from_s(900)]),
        ready_by: dice.pick(&[ReadyBy::Running, ReadyBy::Word, ReadyBy::Command]),
        start_timeout: dice.pick(&[None, None, Some(Span::ZERO), Some(Span::from_s(3))]),
        before_stop: dice.pick(&[
            BeforeStop::Nothing,
            BeforeStop::Nothing,
            BeforeStop::Pause(Span::from_s(2)),
            BeforeStop::Command,
        ]),
        stop_signal: dice.pick(&[Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP]),
        grace: dice.pick(&[None, Some(Span::ZERO), Some(Span::from_s(1)), Some(Span::from_s(10))]),
        kill_mode: dice.pick(&[KillMode::Tree, KillMode::Tree, KillMode::Process]),
        watchdog: dice.pick(&[None, None, Some(Span::from_ms(900)), Some(Span::from_s(4))]),
        watchdog_signal: Signal::ABRT,
        reload: dice.pick(&[
            ReloadBy::Nothing,
            ReloadBy::Signal(Signal::HUP),
            ReloadBy::Command { within: None },
            ReloadBy::Command { within: Some(Span::from_s(2)) },
        ]),
        success: dice.pick(&[ExitCodes::EMPTY, success]),
    }
}

/// A clock that stands still, goes on a little, goes to the deadline, or beyond it.
fn pass_time(world: &mut World<'_>) {
    let deadline = world.supervisor.deadline().unwrap_or(world.now).max(world.now);
    world.now = match world.dice.roll(4) {
        0 => world.now,
        1 => world.now.after(Span::from_ms(world.dice.roll(500))),
        2 => deadline,
        _ => deadline.after(Span::from_ms(world.dice.roll(3_000))),
    };
}

/// Something that a service may say of itself.
fn word(world: &mut World<'_>) -> Word {
    let short = Short::new(Span::from_ms(world.dice.roll(5_000)));
    match world.dice.roll(12) {
        0 => Word::Hung,
        1 => Word::Leaves,
        2 | 3 => Word::Watch(short),
        4 | 5 => Word::Extend(short),
        _ => Word::Alive,
    }
}

/// The end of the command beside a service, or of one that nobody waits for any more.
fn helped(world: &mut World<'_>, id: ServiceId, own: Option<Helper>) -> Event {
    let other = world.dice.pick(&[Helper::Check, Helper::PreStop, Helper::Reload]);
    let which = own.filter(|_| !world.dice.once_in(8)).unwrap_or(other);
    Event::Helped(id, which, world.dice.once_in(2))
}

/// Something that may happen, or that cannot.
fn chance(world: &mut World<'_>) -> Event {
    pass_time(world);
    let signals = [Signal::INT, Signal::QUIT, Signal::HUP, Signal::CONT, Signal::TSTP];
    let ends = [End::Exited(0), End::Exited(1), End::Signaled(Signal::INT)];
    let (signal, end) = (world.dice.pick(&signals), world.dice.pick(&ends));
    let body = world.dice.roll(world.bodies.len() as u64);
    let body = &world.bodies[usize::try_from(body).unwrap()];
    let (id, own, end) = (body.id, body.helper, body.doom.unwrap_or(end));
    match (body.process, world.dice.roll(40)) {
        (_, 0) => Event::Asked(Signal::TERM),
        (_, 1 | 2) => Event::Asked(signal),
        (_, 3) => Event::StopService(id),
        (_, 4) => Event::RestartService(id),
        (_, 5 | 6) => Event::Tick,
        (_, 24 | 38 | 39) => Event::Reload(ServiceSet::EMPTY.with(id)),
        (Process::Executing, 25..31) => Event::Said(id, word(world)),
        (Process::Executing, 23) => Event::SignalService(id, signal),
        (_, 7..20) if world.is_empty() => Event::NoneLeft,
        (Process::None, 7) => Event::Ended(id, end),
        (Process::None, 8) => Event::Started(id),
        (Process::None, 9) => Event::NotStarted(id, code::FAILED),
        (Process::None, 10) => Event::Ready(id),
        (Process::None, _) => Event::Tick,
        (Process::Making, 7..12) => Event::NotStarted(id, code::NOT_FOUND),
        (Process::Making, _) => Event::Started(id),
        (Process::Executing, 7..15) => Event::Ready(id),
        (Process::Executing, 15..23) => helped(world, id, own),
        (Process::Executing, _) => Event::Ended(id, end),
    }
}

/// Something that brings the end nearer.
fn ending(world: &mut World<'_>) -> Event {
    let find = |is_so: &dyn Fn(&&_) -> bool| world.bodies.iter().find(is_so);
    if let Some(body) = find(&|body| body.process == Process::Making) {
        return Event::Started(body.id);
    }
    if let Some(body) = find(&|body| body.doom.is_some()) {
        return Event::Ended(body.id, body.doom.unwrap());
    }
    if world.is_empty() && world.supervisor.is_sweeping() {
        return Event::NoneLeft;
    }
    let helped = world.bodies.iter().find_map(|body| Some((body.id, body.helper?)));
    let deadline = world.supervisor.deadline();
    if let Some((id, which)) = helped.filter(|_| deadline.is_none() || world.dice.once_in(3)) {
        return Event::Helped(id, which, true);
    }
    if let Some(deadline) = deadline {
        world.now = world.now.max(deadline);
        return Event::Tick;
    }
    // Only a service without grace is waited for without a deadline, and that has to yield some
    // day.
    let body = find(&|body| {
        body.process == Process::Executing
            && body.policy.grace.is_none()
            && body.sent.has(body.policy.stop_signal)
    });
    Event::Ended(body.expect("nothing can happen any more, and it is not over").id, End::Exited(0))
}

/// One life.
fn walk(seed: u64) -> Sights {
    let mut dice = Dice((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let count = dice.pick(&[1, 2, 3, 4, 5]);
    let main = dice.pick(&[0, 1, 2, 3, 4]) % count;
    let policies: Vec<_> = (0..count).map(|place| policy(&mut dice, place, count, main)).collect();
    let steps = 10 + dice.roll(40);
    let mut world = World::new(&policies, seed, dice);
    world.begin();
    for step in 0..steps + ENDING_MAX {
        let event = match step.cmp(&steps) {
            Ordering::Less => chance(&mut world),
            Ordering::Equal => Event::Asked(Signal::TERM),
            Ordering::Greater => ending(&mut world),
        };
        world.feed(event);
        if world.code.is_some() {
            break;
        }
    }
    assert!(world.code.is_some(), "after TERM it finishes, if KILL ends processes");
    world.feed(Event::NoneLeft);
    world.feed(Event::Asked(Signal::TERM));
    world.sights
}

#[test]
fn in_a_hundred_thousand_lives_every_promise_holds() {
    // Seeds from 0 on, shared among the processors; a life that breaks a promise prints its story.
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let lives = |first| (first..WALKS).step_by(threads).map(|seed| walk(seed as u64));
    let seen = thread::scope(|scope| {
        let share = |first| scope.spawn(move || lives(first).fold(Sights::default(), Sights::and));
        let shares: Vec<_> = (0..threads).map(share).collect();
        shares.into_iter().map(|share| share.join().unwrap()).fold(Sights::default(), Sights::and)
    });
    // A walk that does not meet a thing proves nothing about it.
    let Sights { restarts, given_up, cannot_start, killed, killed_all, .. } = seen;
    let Sights { late, pre_stop_killed, hung, left, reloaded, reload_killed, .. } = seen;
    let rarest =
        [restarts, 2 * given_up, cannot_start, killed, killed_all, late, 4 * pre_stop_killed];
    let rarest = rarest.into_iter().chain([2 * hung, 5 * left, 10 * reloaded]);
    let rarest = rarest.chain([60 * reload_killed]);
    let rarest = rarest.min();
    assert!(rarest.is_some_and(|count| count > 10_000), "{seen:?}");
    assert!(seen.actions_max <= ACTIONS_MAX, "{seen:?}");
}
