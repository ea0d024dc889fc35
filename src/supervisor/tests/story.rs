//! How a story is told: what the supervisor heard, and what it did.
//!
//! A story is a log. Each line is a time, an event, `->`, and the actions that came of it: news in
//! brackets, the rest as it is done. Services are `a`, `b`, `c` in the order of the plan. `begin`
//! is the start, `sleep` asks for the deadline.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::show;
use crate::model::{
    BeforeStop, End, ExitCodes, Helper, KillMode, Moment, Policy, ReadyBy, ReloadBy, Restart,
    ServiceId, ServiceSet, Short, Signal, Span, Word,
};
use crate::supervisor::{Actions, Event, Supervisor};

/// A service that is main, and never started again.
pub const MAIN: Policy = Policy { is_main: true, ..SIDE };

/// A service that is not main and never started again, and whose pauses are not left to chance.
pub const SIDE: Policy = Policy {
    is_main: false,
    has_terminal: false,
    after: ServiceSet::EMPTY,
    restart: Restart::Never,
    delay: Span::from_s(1),
    delay_max: Span::from_s(1),
    limit: 2,
    window: Span::from_s(60),
    ready_by: ReadyBy::Running,
    start_timeout: None,
    before_stop: BeforeStop::Nothing,
    stop_signal: Signal::TERM,
    grace: Some(Span::from_s(10)),
    kill_mode: KillMode::Tree,
    watchdog: None,
    watchdog_signal: Signal::ABRT,
    reload: ReloadBy::Nothing,
    success: ExitCodes::EMPTY,
};

/// This policy, after the services at these places.
pub fn after(places: &[usize], policy: Policy) -> Policy {
    let ids = places.iter().map(|place| ServiceId::new(*place).unwrap());
    Policy { after: ids.fold(ServiceSet::EMPTY, ServiceSet::with), ..policy }
}

/// The event that is shown as `name`.
fn event(name: &str) -> Event {
    let signals = || (1..=64).filter_map(Signal::new);
    let ids = || (0..4).filter_map(ServiceId::new);
    let ends = || (0..=255).map(End::Exited).chain(signals().map(End::Signaled));
    let of_service = |id| {
        [
            Event::Started(id),
            Event::Ready(id),
            Event::StopService(id),
            Event::RestartService(id),
            Event::NotStarted(id, 126),
            Event::NotStarted(id, 127),
            Event::Helped(id, Helper::Check, true),
            Event::Helped(id, Helper::Check, false),
            Event::Helped(id, Helper::PreStop, true),
            Event::Helped(id, Helper::Reload, false),
            Event::Said(id, Word::Alive),
            Event::Said(id, Word::Hung),
            Event::Said(id, Word::Leaves),
            Event::Said(id, Word::Watch(Short::new(Span::from_s(5)))),
            Event::Said(id, Word::Extend(Short::new(Span::from_s(30)))),
            Event::Reload(ServiceSet::EMPTY.with(id)),
        ]
    };
    ids()
        .flat_map(of_service)
        .chain(ids().flat_map(|id| ends().map(move |end| Event::Ended(id, end))))
        .chain(signals().map(Event::Asked))
        .chain([Event::NoneLeft, Event::Tick])
        .find(|event| show::event(*event) == name)
        .unwrap_or_else(|| panic!("no event is shown as {name:?}"))
}

/// Plays the events of the story, and holds what came of them against it.
pub fn check(policies: &[Policy], story: &str) {
    let mut supervisor = Supervisor::new(1);
    policies.iter().for_each(|policy| supervisor.add(policy));
    let mut told = String::new();
    let lines: Vec<_> = story.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for line in &lines {
        let (left, _) = line.split_once("->").expect("a line without an arrow");
        let (time, name) = left.trim().split_once(' ').expect("a line without a time");
        let now = Moment::from_ns(0).after(Span::parse(time.as_bytes()).unwrap());
        let mut actions = Actions::new();
        let mut came = String::new();
        match name.trim() {
            "begin" => supervisor.begin(now, &mut actions),
            "sleep" => came = supervisor.deadline().map_or("for ever".into(), show::moment),
            name => supervisor.feed(event(name), now, &mut actions),
        }
        came += &actions.iter().map(|action| show::action(*action)).collect::<Vec<_>>().join(", ");
        told += format!("{} -> {came}", left.trim()).trim_end();
        told += "\n";
    }
    let expected: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    snapbox::assert_data_eq!(told, snapbox::IntoData::raw(expected));
}
