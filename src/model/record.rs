//! The record that tells a host how its guest ended, in the grammar of sd_notify(3).
//!
//! `EXIT_STATUS` is what systemd says at the end of a virtual machine, and what its hosts read;
//! what that grammar has no words for stands in fields of our own, which begin with `X_`.

use super::{End, Signal};
use crate::text::{Quoted, Show, Sink, put};

/// How it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ended {
    /// The main service exited.
    Exited,
    /// A signal ended it.
    Signaled(Signal),
    /// It could not be started.
    NotStarted,
    /// It was not tried again.
    GaveUp,
    /// We failed before it ran.
    #[default]
    InitFailed,
    /// It passed, but the kernel was in trouble meanwhile.
    KernelTrouble,
}

impl Ended {
    /// How a process ended.
    pub const fn of(end: End) -> Self {
        match end {
            End::Exited(_) => Self::Exited,
            End::Signaled(signal) => Self::Signaled(signal),
        }
    }

    /// Its word in the record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exited => "exited",
            Self::Signaled(_) => "signaled",
            Self::NotStarted => "not-started",
            Self::GaveUp => "gave-up",
            Self::InitFailed => "init-failed",
            Self::KernelTrouble => "kernel-trouble",
        }
    }
}

/// When things happened, in microseconds from the kernel's entry (CLOCK_MONOTONIC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Our first instruction.
    pub first_us: u64,
    /// The main service executed its command.
    pub workload_us: Option<u64>,
    /// Now.
    pub now_us: u64,
}

impl Times {
    /// From our first instruction to the workload's.
    fn init_us(self) -> Option<u64> {
        self.workload_us.map(|at| at.saturating_sub(self.first_us))
    }
}

/// What is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    /// How it ended.
    pub ended: Ended,
    /// The exit code.
    pub code: u8,
    /// When.
    pub times: Times,
    /// How many processes were killed because memory ran out.
    pub oom_kills: u64,
    /// What the kernel first said when it was in trouble.
    pub trouble: Option<&'a [u8]>,
}

/// A record on lines, for a port, or on one line, for a console.
pub struct Fields<'a> {
    /// What is told.
    pub record: Record<'a>,
    /// Whether each field has a line of its own; an empty line then ends the record.
    pub on_lines: bool,
}

impl Show for Fields<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let Record { ended, code, times, oom_kills, trouble } = self.record;
        let end = if self.on_lines { "\n" } else { " " };
        put!(out, "EXIT_STATUS=", code, end, "X_NSINIT_RESULT=", ended.name(), end);
        if let Ended::Signaled(signal) = ended {
            put!(out, "X_NSINIT_SIGNAL=", signal, end);
        }
        put!(out, "X_NSINIT_UPTIME_USEC=", times.now_us, end);
        put!(out, "X_NSINIT_KERNEL_USEC=", times.first_us, end);
        if let Some(us) = times.init_us() {
            put!(out, "X_NSINIT_INIT_USEC=", us, end);
        }
        put!(out, "X_NSINIT_OOM_KILLS=", oom_kills);
        match (trouble, self.on_lines) {
            (Some(line), true) => {
                put!(out, end, "X_NSINIT_KERNEL_TROUBLE=");
                out.put(line);
            }
            (Some(line), false) => put!(out, end, "X_NSINIT_KERNEL_TROUBLE=", Quoted(line)),
            (None, _) => {}
        }
        put!(out, if self.on_lines { "\n\n" } else { "\n" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    struct Text(String);

    impl Sink for Text {
        fn put(&mut self, bytes: &[u8]) {
            self.0 += core::str::from_utf8(bytes).unwrap();
        }
    }

    fn shown(record: Record<'_>, on_lines: bool) -> String {
        let mut text = Text(String::new());
        put!(&mut text, Fields { record, on_lines });
        text.0.to_string()
    }

    #[test]
    fn a_record_is_fields_on_lines_and_an_empty_line() {
        let times = Times { first_us: 1_000, workload_us: Some(1_250), now_us: 9_000 };
        let record = Record {
            ended: Ended::Signaled(Signal::KILL),
            code: 137,
            times,
            oom_kills: 1,
            trouble: Some(b"BUG: a \"b\""),
        };
        assert_eq!(
            shown(record, true),
            "EXIT_STATUS=137\nX_NSINIT_RESULT=signaled\nX_NSINIT_SIGNAL=KILL\n\
             X_NSINIT_UPTIME_USEC=9000\nX_NSINIT_KERNEL_USEC=1000\nX_NSINIT_INIT_USEC=250\n\
             X_NSINIT_OOM_KILLS=1\nX_NSINIT_KERNEL_TROUBLE=BUG: a \"b\"\n\n"
        );
        assert!(shown(record, false).ends_with("X_NSINIT_KERNEL_TROUBLE=\"BUG: a \\\"b\\\"\"\n"));
    }

    #[test]
    fn on_one_line_it_is_one_line_whatever_the_kernel_said() {
        let record = Record { trouble: Some(b"WARNING: \x1b[2J\n x"), ..Record::default() };
        let line = shown(record, false);
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.starts_with("EXIT_STATUS=0 X_NSINIT_RESULT=init-failed "), "{line}");
        assert!(!line.contains("INIT_USEC"), "{line}");
    }
}
