//! Words for tests: states, inputs and actions as short as a table wants them.
//!
//! Only tests print these; what users read is made in the cli.

use std::format;
use std::string::{String, ToString};

use crate::model::{End, Helper, Moment, ServiceId, Word};
use crate::supervisor::state::{Act, Check, Input, Outcome, Readiness, State, Then, Watch};
use crate::supervisor::{Action, Event, News};

/// `110s`.
pub fn moment(moment: Moment) -> String {
    moment.since(Moment::from_ns(0)).to_string()
}

/// `exit 1` or `INT`.
pub fn end(end: End) -> String {
    match end {
        End::Exited(code) => format!("exit {code}"),
        End::Signaled(signal) => signal.to_string(),
    }
}

/// `nothing`, `127`, `exit 1`, `gave up`.
pub fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Unstarted => "nothing".into(),
        Outcome::NotStarted(code) => code.to_string(),
        Outcome::End(how) => end(how),
        Outcome::NotReady => "not ready".into(),
        Outcome::Hung => "hung".into(),
        Outcome::GaveUp => "gave up".into(),
    }
}

/// `stopping, kill at 110s, then start`.
pub fn state(state: State) -> String {
    let told = |word: &str, kill_at: Option<Moment>, then| {
        let kill = kill_at.map(|at| format!(", kill at {}", moment(at))).unwrap_or_default();
        format!("{word}{kill}{}", self::then(then))
    };
    let after = |word: &str, last| match last {
        Outcome::Unstarted => word.into(),
        Outcome::NotStarted(_)
        | Outcome::End(_)
        | Outcome::NotReady
        | Outcome::Hung
        | Outcome::GaveUp => {
            format!("{word} after {}", outcome(last))
        }
    };
    match state {
        State::Waiting { last } => after("waiting", last),
        State::Starting { last } => after("starting", last),
        State::Recalled { kill_at, then } => told("recalled", kill_at, then),
        State::Running { readiness: ready, watch, asked, .. } => {
            let ready = readiness(ready) + &self::watch(watch);
            let asked: String = asked.iter().map(|signal| format!(", asked {signal}")).collect();
            format!("running{ready}{asked}")
        }
        State::Backoff { until, last } => {
            format!("{} until {}", after("backoff", last), moment(until))
        }
        State::Leaving { until, has_command, then } => {
            let until = until.map(|at| format!(" until {}", moment(at))).unwrap_or_default();
            let command = if has_command { ", command" } else { "" };
            format!("leaving{until}{command}{}", self::then(then))
        }
        State::Stopping { kill_at, then } => told("stopping", kill_at, then),
        State::Ended { last, is_ready } => {
            format!("ended: {}{}", outcome(last), if is_ready { ", ready" } else { "" })
        }
        State::Stopped { last } => after("stopped", last),
    }
}

fn then(then: Then) -> &'static str {
    match then {
        Then::Stay => "",
        Then::Start => ", then start",
        Then::Fail => ", then fail",
        Then::Hang { .. } => ", hung",
        Then::Own { .. } => ", by itself",
    }
}

/// `, ready` or `, ready by 110s, check at 101s`.
fn readiness(readiness: Readiness) -> String {
    match readiness {
        Readiness::Ready => ", ready".into(),
        Readiness::Reloading { by: None } => ", reloading".into(),
        Readiness::Reloading { by: Some(by) } => format!(", reloading until {}", moment(by)),
        Readiness::Awaited { by, check } => {
            let by = by.map(|by| format!(", ready by {}", moment(by))).unwrap_or_default();
            let check = match check {
                Check::None => String::new(),
                Check::Underway { .. } => ", checked".into(),
                Check::Next { at, .. } => format!(", check at {}", moment(at)),
            };
            by + &check
        }
    }
}

/// `, word by 110s`.
fn watch(watch: Watch) -> String {
    watch.by.map(|by| format!(", word by {}", moment(by))).unwrap_or_default()
}

/// `Alive` or `Extend 9s`.
fn word(word: Word) -> String {
    match word {
        Word::Alive => "Alive".into(),
        Word::Hung => "Hung".into(),
        Word::Watch(short) => format!("Watch {}", short.span()),
        Word::Extend(short) => format!("Extend {}", short.span()),
        Word::Leaves => "Leaves".into(),
    }
}

fn helper(helper: Helper) -> &'static str {
    match helper {
        Helper::Check => "check",
        Helper::PreStop => "pre-stop",
        Helper::Reload => "reload",
    }
}

/// `Ended exit 1`.
pub fn input(input: Input) -> String {
    match input {
        Input::Go => "Go".into(),
        Input::Hopeless(_) => "Hopeless".into(),
        Input::Started => "Started".into(),
        Input::Ready => "Ready".into(),
        Input::NotStarted(code) => format!("NotStarted {code}"),
        Input::Ended(how) => format!("Ended {}", end(how)),
        Input::Helped => "Helped".into(),
        Input::Said(said) => word(said),
        Input::Reload => "Reload".into(),
        Input::Forward(signal) => format!("Forward {signal}"),
        Input::Signal(signal) => format!("Signal {signal}"),
        Input::Stop => "Stop".into(),
        Input::Restart => "Restart".into(),
        Input::Tick => "Tick".into(),
    }
}

/// `signal TERM`; nothing for nothing.
pub fn act(act: Act) -> String {
    match act {
        Act::Nothing => String::new(),
        Act::Start => "start".into(),
        Act::Help(which) => helper(which).into(),
        Act::Signal(signal) => format!("signal {signal}"),
        Act::Stop(signal) => format!("stop by {signal}"),
        Act::Forward(signal) => format!("forward {signal}"),
        Act::Kill => "kill".into(),
        Act::Clean => "clean".into(),
        Act::Keep(signal) => format!("keep {signal}"),
    }
}

/// Services are `a`, `b`, `c` in the order of the plan.
pub fn service(id: ServiceId) -> char {
    "abcdefghijklmnop".chars().nth(id.index()).unwrap()
}

/// `ended a INT`.
pub fn event(event: Event) -> String {
    match event {
        Event::Started(id) => format!("started {}", service(id)),
        Event::Ready(id) => format!("ready {}", service(id)),
        Event::NotStarted(id, code) => format!("not started {} {code}", service(id)),
        Event::Ended(id, how) => format!("ended {} {}", service(id), end(how)),
        Event::Helped(id, which, is_good) => {
            let came = if is_good { "done" } else { "in vain" };
            format!("{} {} {came}", helper(which), service(id))
        }
        Event::Said(id, said) => format!("{} says {}", service(id), word(said)),
        Event::Reload(services) => {
            format!("operator reloads {}", services.iter().map(service).collect::<String>())
        }
        Event::Asked(signal) => format!("asked {signal}"),
        Event::StopService(id) => format!("operator stops {}", service(id)),
        Event::RestartService(id) => format!("operator restarts {}", service(id)),
        Event::SignalService(id, signal) => format!("operator signals {} {signal}", service(id)),
        Event::NoneLeft => "none left".into(),
        Event::Tick => "tick".into(),
    }
}

/// `signal a TERM`; news in brackets.
pub fn action(action: Action) -> String {
    match action {
        Action::Start(id) => format!("start {}", service(id)),
        Action::Help(id, which) => format!("{} {}", helper(which), service(id)),
        Action::EndHelp(id) => format!("end help {}", service(id)),
        Action::Signal(id, signal) => format!("signal {} {signal}", service(id)),
        Action::Stop(id, signal) => format!("stop {} by {signal}", service(id)),
        Action::Forward(id, signal) => format!("forward {} {signal}", service(id)),
        Action::KillTree(id) => format!("kill {}", service(id)),
        Action::SignalAll(signal) => format!("all {signal}"),
        Action::Tell(news) => format!("[{}]", self::news(news)),
        Action::Finish(end) => format!("finish {}", end.code()),
    }
}

/// `a restarts in 1s`.
fn news(news: News) -> String {
    match news {
        News::Started { id } => format!("{} started", service(id)),
        News::Ready { id } => format!("{} ready", service(id)),
        News::NotReady { id, within } => format!("{} not ready in {within}", service(id)),
        News::Hung { id, within } => {
            let within = within.map(|span| format!(" for {}", span.span())).unwrap_or_default();
            format!("{} hung{within}", service(id))
        }
        News::Leaves { id } => format!("{} leaves", service(id)),
        News::ReloadKilled { id, within } => {
            format!("{} reload killed after {within}", service(id))
        }
        News::PreStopKilled { id } => format!("{} pre-stop killed", service(id)),
        News::NotStarted { id, code } => format!("{} not started {code}", service(id)),
        News::Ended { id, end: how, .. } => format!("{} ended {}", service(id), end(how)),
        News::Restarting { id, delay, attempt } => {
            format!("{} restarts in {delay}, {attempt}", service(id))
        }
        News::GaveUp { id, restarts, window } => {
            format!("{} given up, {restarts} in {window}", service(id))
        }
        News::CannotStart { id, needs } => format!("{} needs {}", service(id), service(needs)),
        News::Killed { id } => format!("{} killed", service(id)),
        News::Stopping => "stopping".into(),
    }
}
