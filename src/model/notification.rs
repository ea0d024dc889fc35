//! A message of sd_notify(3): lines of `NAME=VALUE`, from whoever knows the socket's name.
//!
//! Nothing in it is believed but what is looked for, and nothing is understood but what concerns
//! us: the rest is for a manager outside, if there is one.

use super::{Moment, Span};
use crate::text::{Show, Sink, put, units};

/// Names of lines that speak of PIDs and pidfds. Those of the sender's PID namespace mean nothing
/// outside of it, or somebody else.
const PIDS: [&[u8]; 3] = [b"MAINPID", b"MAINPIDFD", b"MAINPIDFDID"];

/// A length of time in little room: milliseconds, seven weeks at most. In bytes, because PID 1 has
/// places for many of them, on its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short([u8; 4]);

impl Short {
    /// As many milliseconds, or the next one; the longest there is for longer ones.
    pub fn new(span: Span) -> Self {
        Self(u32::try_from(span.ns().div_ceil(1_000_000)).unwrap_or(u32::MAX).to_ne_bytes())
    }

    /// Its length.
    pub fn span(self) -> Span {
        Span::from_ms(u64::from(u32::from_ne_bytes(self.0)))
    }
}

impl Show for Short {
    fn show(&self, out: &mut dyn Sink) {
        self.span().show(out);
    }
}

/// What a service says about itself that moves the supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It is alive (`WATCHDOG=1`).
    Alive,
    /// It hangs, and knows it (`WATCHDOG=trigger`).
    Hung,
    /// From now on it may be silent for as long; nothing is for ever (`WATCHDOG_USEC=`).
    Watch(Short),
    /// It needs at least as long, from now on, to get ready or to stop (`EXTEND_TIMEOUT_USEC=`).
    Extend(Short),
    /// It stops by itself (`STOPPING=1`).
    Leaves,
}

impl Word {
    /// Whether this build hears what services say of themselves, and has them read their
    /// configuration again. Where it does not, the compiler leaves out all that would follow.
    pub const HEARD: bool = cfg!(feature = "control");
}

/// Everything that came in some messages of one service, the last word on each thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// `READY=1`, and not behind its word that it stops: who stops is not ready any more.
    pub is_ready: bool,
    /// `WATCHDOG=1`
    pub is_alive: bool,
    /// `WATCHDOG=trigger`
    pub is_hung: bool,
    /// `STOPPING=1`
    pub is_leaving: bool,
    /// `RELOADING=1`, and since when, by the monotonic clock; a word without a time is as old as
    /// the clock.
    pub reloading: Option<Moment>,
    /// `WATCHDOG_USEC=`
    pub watch: Option<Short>,
    /// `EXTEND_TIMEOUT_USEC=`
    pub extend: Option<Short>,
    /// Its main process would be another one (`MAINPID=`).
    pub main_pid: Option<u32>,
    /// It wants descriptors kept (`FDSTORE=1`).
    pub wants_store: bool,
}

impl Heard {
    /// Adds what one message says.
    pub fn add(&mut self, message: Notification<'_>) {
        let mut since = Moment::from_ns(0);
        let mut is_reloading = false;
        for line in message.lines() {
            let Some(at) = line.iter().position(|byte| *byte == b'=') else { continue };
            let (name, value) = line.split_at_checked(at).unwrap_or_default();
            match (name, value.get(1..).unwrap_or_default()) {
                (b"READY", b"1") => self.is_ready |= !self.is_leaving,
                (b"STOPPING", b"1") => self.is_leaving = true,
                (b"RELOADING", b"1") => is_reloading = true,
                (b"MONOTONIC_USEC", text) => since = moment(text).unwrap_or(since),
                (b"WATCHDOG", b"1") => self.is_alive = true,
                (b"WATCHDOG", b"trigger") => self.is_hung = true,
                (b"WATCHDOG_USEC", text) => self.watch = short(text).or(self.watch),
                (b"EXTEND_TIMEOUT_USEC", text) => self.extend = short(text).or(self.extend),
                (b"MAINPID", text) => {
                    self.main_pid = number(text).and_then(|pid| u32::try_from(pid).ok());
                }
                (b"FDSTORE", b"1") => self.wants_store = true,
                (_, _) => {} // for others, or nonsense
            }
        }
        if is_reloading {
            // READY=1 in the same message or before is that of an earlier reading.
            (self.reloading, self.is_ready) = (Some(since), false);
        }
    }

    /// What moves the supervisor, besides readiness.
    pub fn words(self) -> impl Iterator<Item = Word> {
        let watch = self.watch.map(Word::Watch);
        let alive = self.is_alive.then_some(Word::Alive);
        let extend = self.extend.map(Word::Extend);
        let hung = self.is_hung.then_some(Word::Hung);
        let leaves = self.is_leaving.then_some(Word::Leaves);
        [watch, alive, extend, hung, leaves].into_iter().flatten()
    }
}

/// A number of microseconds.
fn number(text: &[u8]) -> Option<u64> {
    units::unsigned(text, u64::MAX).ok()
}

fn short(text: &[u8]) -> Option<Short> {
    number(text).map(|us| Short::new(Span::from_ns(us.saturating_mul(1_000))))
}

fn moment(text: &[u8]) -> Option<Moment> {
    number(text).map(|us| Moment::from_ns(us.saturating_mul(1_000)))
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification<'a>(&'a [u8]);

impl<'a> Notification<'a> {
    /// The message in these bytes, whatever they are.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether the sender says that it is ready.
    pub fn is_ready(self) -> bool {
        self.has(b"READY=1")
    }

    /// Whether descriptors that come with it are meant: kept by a manager, or closed by it as soon
    /// as everything before has been dealt with.
    pub fn is_about_descriptors(self) -> bool {
        self.has(b"FDSTORE=1") || self.has(b"BARRIER=1")
    }

    /// What the sender says of its state, in its last word on that. One that is no UTF-8 is none
    /// (as in systemd's `service_notify_message`).
    pub fn status(self) -> Option<&'a str> {
        let texts = self.lines().filter_map(|line| line.strip_prefix(b"STATUS="));
        texts.last().and_then(|text| core::str::from_utf8(text).ok())
    }

    fn has(self, line: &[u8]) -> bool {
        self.lines().any(|own| own == line)
    }

    fn lines(self) -> impl Iterator<Item = &'a [u8]> {
        self.0.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
    }
}

/// A message as it is passed on: without the sender's words on PIDs, and where it says that the
/// service is ready, with the PID that the manager has to look at.
pub struct PassedOn<'a> {
    /// The message.
    pub message: Notification<'a>,
    /// The manager's main process, in the manager's PID namespace; `None` where nobody knows that.
    pub main_pid: Option<i32>,
}

impl Show for PassedOn<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let mut separator = "";
        let name_of = |line: &[u8]| line.split(|byte| *byte == b'=').next().map(<[u8]>::len);
        for line in self.message.lines() {
            let name = name_of(line).and_then(|len| line.get(..len)).unwrap_or_default();
            if !PIDS.contains(&name) {
                put!(out, separator);
                out.put(line);
                separator = "\n";
            }
        }
        if let (Some(pid), true) = (self.main_pid, self.message.is_ready()) {
            put!(out, separator, "MAINPID=", pid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    fn passed_on(text: &[u8], main_pid: Option<i32>) -> String {
        let mut out = Buffer::<8192>::new();
        PassedOn { message: Notification::new(text), main_pid }.show(&mut out);
        String::from_utf8_lossy(out.text().unwrap()).into_owned()
    }

    #[test]
    fn only_the_line_itself_says_that_the_service_is_ready() {
        for text in ["READY=1", "STATUS=up\nREADY=1\n", "\n\nREADY=1\nX"] {
            assert!(Notification::new(text.as_bytes()).is_ready(), "{text:?}");
        }
        for text in
            ["", "READY=0", "READY=11", "XREADY=1", "STATUS=READY=1", "ready=1", "READY=1\0"]
        {
            assert!(!Notification::new(text.as_bytes()).is_ready(), "{text:?}");
        }
        assert!(Notification::new(b"BARRIER=1").is_about_descriptors());
        assert!(Notification::new(b"FDSTORE=1\nFDNAME=x").is_about_descriptors());
        assert!(!Notification::new(b"FDSTOREREMOVE=1\nFDNAME=x").is_about_descriptors());
    }

    #[test]
    fn what_is_passed_on_says_nothing_of_pids_but_ours() {
        for (text, main_pid, expected) in [
            ("READY=1", Some(42), "READY=1\nMAINPID=42"),
            ("READY=1\n", None, "READY=1"),
            ("STATUS=a=b\nMAINPID=7\nX_Y=1", Some(42), "STATUS=a=b\nX_Y=1"),
            ("MAINPID=7\nREADY=1\nMAINPIDFDID=9", Some(42), "READY=1\nMAINPID=42"),
            ("MAINPID=7\nMAINPIDFD=1", Some(42), ""),
            ("BARRIER=1", Some(42), "BARRIER=1"),
            ("MAINPIDX=7", None, "MAINPIDX=7"),
        ] {
            assert_eq!(passed_on(text.as_bytes(), main_pid), expected, "{text:?}");
        }
    }

    fn ms(ms: u32) -> Short {
        Short(ms.to_ne_bytes())
    }

    fn heard(text: &str) -> Heard {
        let mut heard = Heard::default();
        heard.add(Notification::new(text.as_bytes()));
        heard
    }

    #[test]
    fn what_a_service_says_about_itself_is_heard() {
        let words = |text| heard(text).words().collect::<Vec<_>>();
        assert_eq!(words("WATCHDOG=1\nSTATUS=WATCHDOG=trigger"), [Word::Alive]);
        assert_eq!(words("WATCHDOG=trigger\nSTOPPING=1"), [Word::Hung, Word::Leaves]);
        assert_eq!(words("WATCHDOG_USEC=2000"), [Word::Watch(ms(2))]);
        assert_eq!(words("WATCHDOG_USEC=0"), [Word::Watch(ms(0))]);
        assert_eq!(words("WATCHDOG_USEC=1"), [Word::Watch(ms(1))]);
        assert_eq!(words("EXTEND_TIMEOUT_USEC=1000000"), [Word::Extend(ms(1_000))]);
        let longest = Word::Extend(ms(u32::MAX));
        assert_eq!(words("EXTEND_TIMEOUT_USEC=18446744073709551615"), [longest]);
        for text in ["", "WATCHDOG=2", "WATCHDOG", "STOPPING=0", "EXTEND_TIMEOUT_USEC=-1", "=1"] {
            assert_eq!(words(text), [], "{text:?}");
        }
        assert_eq!(heard("MAINPID=7\nFDSTORE=1").main_pid, Some(7));
        assert!(heard("FDSTORE=1").wants_store && !heard("FDSTOREREMOVE=1").wants_store);
    }

    #[test]
    fn who_stops_was_ready_before_that_or_never_is() {
        // Looks like two messages of one round, in either order.
        let heard = |text| (heard(text).is_ready, heard(text).is_leaving);
        assert_eq!(heard("READY=1\nSTOPPING=1"), (true, true));
        assert_eq!(heard("STOPPING=1\nREADY=1"), (false, true));
    }

    #[test]
    fn a_reading_again_is_over_with_the_readiness_behind_it() {
        // READY=1 in front of RELOADING=1 is that of the reading before.
        let mut all = Heard::default();
        all.add(Notification::new(b"READY=1"));
        all.add(Notification::new(b"RELOADING=1\nMONOTONIC_USEC=5"));
        assert_eq!((all.is_ready, all.reloading), (false, Some(Moment::from_ns(5_000))));
        all.add(Notification::new(b"READY=1"));
        assert!(all.is_ready && all.reloading.is_some());
        assert_eq!(heard("RELOADING=1").reloading, Some(Moment::from_ns(0)));
        assert_eq!(heard("MONOTONIC_USEC=5").reloading, None);
    }

    #[test]
    fn a_state_is_text_and_its_last_word() {
        let status = |text: &'static [u8]| Notification::new(text).status();
        assert_eq!(status(b"STATUS=a=b\nX=1\nSTATUS=\xc3\xa9"), Some("\u{e9}"));
        assert_eq!((status(b"STATUS="), status(b"XSTATUS=1")), (Some(""), None));
        assert_eq!(status(b"STATUS=\xff"), None);
    }

    proptest! {
        #[test]
        fn no_message_is_more_than_is_heard(text in prop::collection::vec(any::<u8>(), 0..512)) {
            let mut heard = Heard::default();
            heard.add(Notification::new(&text));
            prop_assert!(heard.words().count() <= 5);
            let _ = Notification::new(&text).status();
        }

        #[test]
        fn no_message_passes_on_a_pid_that_is_not_ours(
            lines in prop::collection::vec(
                prop::sample::select(std::vec![
                    "READY=1", "MAINPID=7", "MAINPIDFD=1", "MAINPIDFDID=8", "STATUS=MAINPID=7",
                    "", "=", "MAINPID", "\u{0}", "WATCHDOG=1",
                ]),
                0..12,
            ),
            noise in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let mut text = lines.join("\n").into_bytes();
            text.extend(b"\n");
            text.extend(&noise);
            let passed = passed_on(&text, Some(42));
            let named: Vec<_> = passed.lines().filter(|line| line.starts_with("MAINPID")).collect();
            let is_ready = Notification::new(&text).is_ready();
            prop_assert_eq!(named, if is_ready { &["MAINPID=42"][..] } else { &[] });
        }
    }
}
