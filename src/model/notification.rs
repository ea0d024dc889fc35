//! A message of sd_notify(3): lines of `NAME=VALUE`, from whoever knows the socket's name.
//!
//! Nothing in it is believed but what is looked for, and nothing is understood but what concerns
//! us: the rest is for a manager outside, if there is one.

use crate::text::{Show, Sink, put};

/// Names of lines that speak of PIDs and pidfds. Those of the sender's PID namespace mean nothing
/// outside of it, or somebody else.
const PIDS: [&[u8]; 3] = [b"MAINPID", b"MAINPIDFD", b"MAINPIDFDID"];

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

    proptest! {
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
