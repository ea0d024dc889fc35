//! What is done so that what services write is kept.

use crate::model::{Log, ServiceId};
use crate::plan::kinds::Kind;
use crate::text::{Quoted, Show, Sink, put};

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum LogAct<'a> {
    /// PID 1 opens the log of a service, and a pipe for what it writes.
    Open(ServiceId, Log<'a>),
    /// Standard output or error leads there.
    Redirect(u8, ServiceId),
}

impl LogAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Open(..) => "openat|openat|statx|pipe2|fcntl|fchmod|openat?|pread64?|close?",
            Self::Redirect(..) => "dup3",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Open(..) => Kind::OpenLog,
            Self::Redirect(..) => Kind::Redirect,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Open(_, log) => {
                put!(out, "at most ", log.max, " bytes, and ", log.keep, " earlier")
            }
            Self::Redirect(..) => {}
        }
    }
}

impl Show for LogAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Open(id, log) => {
                put!(out, "open the log of service ", id.index().saturating_add(1));
                put!(out, " at ", Quoted(log.path.to_bytes()));
            }
            Self::Redirect(1, _) => put!(out, "lead standard output to its log"),
            Self::Redirect(..) => put!(out, "lead standard error to its log"),
        }
    }
}
