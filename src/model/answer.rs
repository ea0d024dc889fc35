//! What a running nsinit answers: one flat JSON object a line, the whole first, then each service.
//!
//! Written by PID 1 and read by our own verbs, so both are here; anybody else reads it as JSON.

use super::{Denial, End, Errno, Signal, Why};
use crate::text::json::{Object, Raw, Text, Value};
use crate::text::{Names, Show, Sink, put};

/// Where a service is in its life, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It waits for what it is `after`.
    Waiting,
    /// Its process does not execute its command yet.
    Starting,
    /// It runs.
    Running,
    /// It ended, and is started again after a pause.
    Pausing,
    /// It was asked to stop.
    Stopping,
    /// It was stopped, and stays so until somebody orders otherwise.
    Stopped,
    /// It ended with success, and is not started again.
    Ended,
    /// It ended otherwise, and is not started again.
    Failed,
}

impl Life {
    const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Starting,
        Self::Running,
        Self::Pausing,
        Self::Stopping,
        Self::Stopped,
        Self::Ended,
        Self::Failed,
    ];

    const NAMES: Names =
        Names::new("waiting|starting|running|pausing|stopping|stopped|ended|failed");

    /// Its word.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).unwrap_or_default()
    }

    /// The life of this word.
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::NAMES.number_of(name).and_then(|number| Self::ALL.get(number)).copied()
    }
}

/// What the last run of a service came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// Its process ended.
    End(End),
    /// It could not be started: 125, 126 or 127.
    NotStarted(u8),
    /// It was not ready in time.
    NotReady,
    /// It was silent for longer than its watchdog allows.
    Hung,
    /// It ended too often, or what it needs will never be ready.
    GaveUp,
}

impl Show for Last {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::End(End::Exited(code)) => put!(out, "exit ", code),
            Self::End(End::Signaled(signal)) => put!(out, "signal ", signal),
            Self::NotStarted(code) => put!(out, "not started ", code),
            Self::NotReady => put!(out, "not ready"),
            Self::Hung => put!(out, "watchdog"),
            Self::GaveUp => put!(out, "gave up"),
        }
    }
}

/// The whole.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// The sandbox's name.
    pub name: &'a dyn Show,
    /// Whether it is `run`, the entrypoint or the kernel's init.
    pub mode: &'a dyn Show,
    /// Whether everything is being stopped.
    pub is_stopping: bool,
    /// How many services there are.
    pub services: usize,
    /// How long it has run, in milliseconds.
    pub up_ms: u64,
}

impl Show for Whole<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let state = if self.is_stopping { "stopping" } else { "running" };
        put!(out, "{\"sandbox\":", Text(self.name), ",\"mode\":", Text(self.mode));
        put!(out, ",\"state\":", Text(&state), ",\"services\":", self.services);
        put!(out, ",\"up-ms\":", self.up_ms, "}\n");
    }
}

/// One service.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// Its name.
    pub name: &'a dyn Show,
    /// Whether its end is the end of everything.
    pub is_main: bool,
    /// Where it is in its life.
    pub life: Life,
    /// Whether it is ready.
    pub is_ready: bool,
    /// Whether it reads its configuration again.
    pub is_reloading: bool,
    /// Its PID, in our PID namespace.
    pub pid: Option<i32>,
    /// For how long it is as it is, in milliseconds.
    pub for_ms: u64,
    /// How often its policy has started it again.
    pub restarts: u32,
    /// What its last run came to.
    pub last: Option<&'a dyn Show>,
    /// When time alone moves it, in milliseconds from now: the end of a pause or of its grace.
    pub next_ms: Option<u64>,
    /// What it says of itself.
    pub says: Option<&'a dyn Show>,
}

/// A pair whose value may be missing; then there is no pair.
fn text(out: &mut dyn Sink, name: &str, value: Option<&dyn Show>) {
    if let Some(value) = value {
        put!(out, ",", Text(&name), ":", Text(value));
    }
}

fn number(out: &mut dyn Sink, name: &str, value: Option<u64>) {
    if let Some(value) = value {
        put!(out, ",", Text(&name), ":", value);
    }
}

impl Show for About<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let switch = |is_so| if is_so { "true" } else { "false" };
        put!(out, "{\"service\":", Text(self.name), ",\"main\":", switch(self.is_main));
        put!(out, ",\"state\":", Text(&self.life.name()), ",\"ready\":", switch(self.is_ready));
        put!(out, if self.is_reloading { ",\"reloading\":true" } else { "" });
        number(out, "pid", self.pid.and_then(|pid| u64::try_from(pid).ok()));
        put!(out, ",\"for-ms\":", self.for_ms, ",\"restarts\":", self.restarts);
        text(out, "last", self.last);
        number(out, "next-ms", self.next_ms);
        text(out, "says", self.says);
        put!(out, "}\n");
    }
}

/// Prints the answer that comes with the files of a service's log.
pub struct LogOf<'a> {
    /// The service.
    pub name: &'a dyn Show,
}

impl Show for LogOf<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "{\"log\":", Text(self.name), "}\n");
    }
}

/// Prints the answer that a request is not carried out.
pub struct Denied(pub Denial);

impl Show for Denied {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "{\"error\":", Text(&self.0.name()), "}\n");
    }
}

/// The answer that a request is carried out; what comes of it may follow.
pub const ACCEPTED: &str = "{\"ok\":true}\n";

/// Prints the answer that what somebody runs inside has ended.
pub struct Ended(pub End);

impl Show for Ended {
    fn show(&self, out: &mut dyn Sink) {
        match self.0 {
            End::Exited(code) => put!(out, "{\"exit\":", code, "}\n"),
            End::Signaled(signal) => put!(out, "{\"signal\":", signal.number(), "}\n"),
        }
    }
}

/// Prints the answer that it could not be started.
pub struct NotStarted<'a> {
    /// The step that failed.
    pub step: &'a dyn Show,
    /// What the kernel said.
    pub errno: Errno,
    /// What else is known.
    pub why: Why,
    /// The exit code.
    pub code: u8,
}

impl Show for NotStarted<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "{\"failed\":", Text(self.step), ",\"errno\":", self.errno.number());
        put!(out, ",\"why\":", self.why.number(), ",\"code\":", self.code, "}\n");
    }
}

/// A line of an answer, as our verbs read it.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'l> {
    /// The whole.
    Whole(Object<'l>),
    /// One service.
    About(Object<'l>),
    /// The log of a service.
    LogOf(Object<'l>),
    /// The request is carried out.
    Accepted,
    /// It is not.
    Denied(Denial),
    /// What was run inside has ended.
    Ended(End),
    /// It could not be started.
    NotStarted(Object<'l>),
}

impl<'l> Answer<'l> {
    /// Reads a line; `None` for one that no nsinit of this version writes.
    pub fn read(line: &'l [u8]) -> Option<Self> {
        let object = Object::read(line)?;
        if let Some(error) = object.text("error") {
            return Denial::parse(error.bytes()).map(Self::Denied);
        }
        if object.is_set("ok") {
            return Some(Self::Accepted);
        }
        let number = |name| count(object, name).and_then(|number| u8::try_from(number).ok());
        if let Some(code) = number("exit") {
            return Some(Self::Ended(End::Exited(code)));
        }
        if let Some(number) = number("signal") {
            return Signal::new(u32::from(number)).map(|signal| Self::Ended(End::Signaled(signal)));
        }
        if object.text("failed").is_some() {
            return Some(Self::NotStarted(object));
        }
        if object.text("service").is_some() {
            return Some(Self::About(object));
        }
        if object.text("log").is_some() {
            return Some(Self::LogOf(object));
        }
        object.text("sandbox").map(|_| Self::Whole(object))
    }
}

/// A name that stands in an answer, which has no escapes in it.
pub fn plain<'l>(object: Object<'l>, name: &str) -> &'l [u8] {
    object.text(name).map(Raw::bytes).unwrap_or_default()
}

/// A number of an answer that is not below zero.
pub fn count(object: Object<'_>, name: &str) -> Option<u64> {
    match object.get(name) {
        Some(Value::Number(number)) => u64::try_from(number).ok(),
        Some(Value::Text(_) | Value::Switch(_) | Value::Null) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;

    fn line(what: &dyn Show) -> std::vec::Vec<u8> {
        let mut out = Buffer::<1024>::new();
        put!(&mut out, what);
        out.text().unwrap().to_vec()
    }

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        let whole = Whole { name: &"box", mode: &"run", is_stopping: true, services: 3, up_ms: 7 };
        let whole = line(&whole);
        let Some(Answer::Whole(object)) = Answer::read(&whole) else { panic!("{whole:?}") };
        assert_eq!(
            (plain(object, "sandbox"), plain(object, "state")),
            (b"box".as_slice(), b"stopping".as_slice())
        );
        assert_eq!((count(object, "services"), count(object, "up-ms")), (Some(3), Some(7)));

        let about = About {
            name: &"web",
            is_main: true,
            life: Life::Pausing,
            is_ready: false,
            is_reloading: true,
            pid: None,
            for_ms: 1,
            restarts: 2,
            last: Some(&Last::End(End::Signaled(Signal::KILL))),
            next_ms: Some(500),
            says: Some(&"\"up\"\n"),
        };
        let about = line(&about);
        let Some(Answer::About(object)) = Answer::read(&about) else { panic!("{about:?}") };
        assert_eq!(Life::parse(plain(object, "state")), Some(Life::Pausing));
        assert_eq!(plain(object, "last"), b"signal KILL");
        assert!(object.is_set("main") && !object.is_set("ready") && object.is_set("reloading"));
        assert_eq!((count(object, "pid"), count(object, "next-ms")), (None, Some(500)));
        assert_eq!(line(&object.text("says").unwrap()), b"\"up\"\n");

        let log = line(&LogOf { name: &"web" });
        let Some(Answer::LogOf(object)) = Answer::read(&log) else { panic!("{log:?}") };
        assert_eq!(plain(object, "log"), b"web");

        let denied = line(&Denied(Denial::NoSuchService));
        assert!(matches!(Answer::read(&denied), Some(Answer::Denied(Denial::NoSuchService))));
        assert!(matches!(Answer::read(ACCEPTED.as_bytes()), Some(Answer::Accepted)));
        for end in [End::Exited(0), End::Exited(255), End::Signaled(Signal::KILL)] {
            let line = line(&Ended(end));
            assert!(matches!(Answer::read(&line), Some(Answer::Ended(read)) if read == end));
        }
        let failed =
            NotStarted { step: &"x \"y\"", errno: Errno::ENOENT, why: Why::Noexec, code: 127 };
        let failed = line(&failed);
        let Some(Answer::NotStarted(object)) = Answer::read(&failed) else { panic!("{failed:?}") };
        assert_eq!((count(object, "errno"), count(object, "code")), (Some(2), Some(127)));
        assert!(Answer::read(b"{}").is_none() && Answer::read(b"{\"error\":\"x\"}").is_none());
    }

    #[test]
    fn every_life_has_its_word() {
        for life in Life::ALL {
            assert_eq!(Life::parse(life.name().as_bytes()), Some(life));
        }
    }
}
