//! What a running nsinit is asked over its control socket, as one line of words.
//!
//! ```text
//! request = verb [ SP service ] [ SP signal ] LF
//! verb    = "status" / "stop" / "restart" / "reload" / "logs" / "enter" / "signal"
//! ```
//!
//! `signal` has its signal last, and the others have none. A service is a name as the file has it;
//! whether there is such a service is not known here. There is nothing to quote and nothing to
//! escape, so that a person with socat(1) can ask, too. But `enter` brings descriptors: a sealed
//! file with what is to be run ([`super::Errand`]), and its standard descriptors.

use super::Signal;
use crate::text::{Names, Show, Sink, put};

/// The verbs, in the order of [`Order::index`].
const VERBS: Names = Names::new("status|stop|restart|reload|logs|enter|signal");

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Say how it is.
    Status,
    /// Stop it.
    Stop,
    /// Stop it, if it runs, and start it.
    Restart,
    /// Have it read its configuration again.
    Reload,
    /// Hand over what it has written.
    Logs,
    /// Run something beside it, confined as it is.
    Enter,
    /// Send it this signal.
    Signal(Signal),
}

impl Order {
    const fn index(self) -> usize {
        match self {
            Self::Status => 0,
            Self::Stop => 1,
            Self::Restart => 2,
            Self::Reload => 3,
            Self::Logs => 4,
            Self::Enter => 5,
            Self::Signal(_) => 6,
        }
    }

    /// Its verb.
    pub fn verb(self) -> &'static str {
        VERBS.get(self.index()).unwrap_or_default()
    }
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// What is to be done.
    pub order: Order,
    /// With which service; `None` is the whole.
    pub service: Option<&'a [u8]>,
}

impl<'a> Request<'a> {
    /// Reads a line without its newline; `None` for what is no request.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let mut words = line.split(|byte| *byte == b' ');
        let verb = words.next()?;
        let is_signal = verb == b"signal";
        let (service, signal) = match (words.next(), words.next(), is_signal) {
            (signal, None, true) => (None, signal),
            (service, signal, true) => (service, signal),
            (service, None, false) => (service, None),
            (_, Some(_), false) => return None,
        };
        let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_graphic);
        if words.next().is_some() || !service.is_none_or(is_word) {
            return None;
        }
        let order = match VERBS.number_of(verb)? {
            0 => Order::Status,
            1 => Order::Stop,
            2 => Order::Restart,
            3 => Order::Reload,
            4 => Order::Logs,
            5 => Order::Enter,
            _ => Order::Signal(Signal::parse(signal?).ok()?),
        };
        Some(Self { order, service })
    }
}

/// Prints the line, without its newline.
impl Show for Request<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.order.verb());
        if let Some(service) = self.service {
            put!(out, " ");
            out.put(service);
        }
        if let Order::Signal(signal) = self.order {
            put!(out, " ", signal);
        }
    }
}

/// Why a request is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// It is no request.
    NotUnderstood,
    /// It is longer than any request.
    TooLong,
    /// Whoever asks is neither root nor who started us.
    NotPermitted,
    /// No service has this name.
    NoSuchService,
    /// The service has no process.
    NotRunning,
    /// Everything is being stopped.
    Stopping,
    /// We have given up what it takes to start anything.
    LockedIn,
    /// What the service writes is in no file of ours.
    NotKept,
    /// The service has no handler for the signal, which would end it.
    Unhandled,
    /// Nobody said how the service reads its configuration again.
    NoReload,
    /// The service is not ready yet.
    NotReady,
    /// The command that was to have it read its configuration again did not succeed.
    ReloadFailed,
    /// The service has ended for good, or was stopped, before it was what was asked for.
    Failed,
}

impl Denial {
    const ALL: [Self; 13] = [
        Self::NotUnderstood,
        Self::TooLong,
        Self::NotPermitted,
        Self::NoSuchService,
        Self::NotRunning,
        Self::Stopping,
        Self::LockedIn,
        Self::NotKept,
        Self::Unhandled,
        Self::NoReload,
        Self::NotReady,
        Self::ReloadFailed,
        Self::Failed,
    ];

    const NAMES: Names = Names::new(
        "not-understood|too-long|not-permitted|no-such-service|not-running|stopping|\
         locked-in|not-kept|unhandled|no-reload|not-ready|reload-failed|failed",
    );

    /// Its word in an answer.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).unwrap_or_default()
    }

    /// The denial of this word.
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::NAMES.number_of(name).and_then(|number| Self::ALL.get(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;
    use proptest::prelude::*;

    fn check(line: &str, order: Order, service: Option<&str>) {
        let request = Request { order, service: service.map(str::as_bytes) };
        assert_eq!(Request::parse(line.as_bytes()), Some(request), "{line}");
        let mut out = Buffer::<256>::new();
        put!(&mut out, request);
        let again = Request::parse(out.text().unwrap());
        assert_eq!(again, Some(request), "{line}");
    }

    #[test]
    fn a_request_is_a_verb_a_service_and_a_signal() {
        check("status", Order::Status, None);
        check("status web", Order::Status, Some("web"));
        check("stop db-1", Order::Stop, Some("db-1"));
        check("restart", Order::Restart, None);
        check("reload web", Order::Reload, Some("web"));
        check("logs web", Order::Logs, Some("web"));
        check("enter", Order::Enter, None);
        check("enter web", Order::Enter, Some("web"));
        check("signal HUP", Order::Signal(Signal::HUP), None);
        check("signal web SIGTERM", Order::Signal(Signal::TERM), Some("web"));
        check("signal TERM TERM", Order::Signal(Signal::TERM), Some("TERM"));
    }

    #[test]
    fn anything_else_is_none() {
        for line in [
            "",
            " ",
            "status ",
            " status",
            "status  web",
            "Status",
            "stop web now",
            "signal",
            "signal web",
            "signal web FOO",
            "signal web HUP now",
            "status w\teb",
            "status w\x01",
            "status\n",
            "status\r",
            "signal  HUP",
            "start web",
            "stopweb",
        ] {
            assert_eq!(Request::parse(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn every_denial_has_its_word() {
        for denial in Denial::ALL {
            assert_eq!(Denial::parse(denial.name().as_bytes()), Some(denial));
        }
        assert_eq!(Denial::parse(b""), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn what_is_taken_is_a_line_of_words_and_means_itself(
            line in prop::collection::vec(prop_oneof![
                any::<u8>(),
                prop::sample::select(b"status op restart reload logs signal HUP web".to_vec()),
            ], 0..40),
        ) {
            if let Some(request) = Request::parse(&line) {
                let mut out = Buffer::<256>::new();
                put!(&mut out, request);
                prop_assert_eq!(Request::parse(out.text().unwrap()), Some(request));
                prop_assert!(line.iter().all(|byte| (b' '..=b'~').contains(byte)));
            }
        }
    }
}
