//! What is done about system calls.

use crate::model::Capabilities;
use crate::model::filter::Program;
use crate::plan::kinds::Kind;
use crate::spec::filter::{Filter, FilterFrom};
use crate::text::{Quoted, Show, Sink, put};

/// What is done about system calls.
#[derive(Clone, Copy, Debug)]
pub enum FilterAct<'a> {
    /// A pair of sockets: a service's process hands over where its filter asks.
    OpenLine,
    /// From now on this process and all below it make only the calls that a filter lets through.
    Install(Filter<'a>),
    /// Nobody traces PID 1, whose memory this process borrows.
    Hide,
    /// PID 1 keeps no more than it needs, when everything runs.
    LockIn(Lock),
}

impl FilterAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::OpenLine => "socketpair",
            Self::Install(Filter { judge: Some(_), .. }) => "seccomp|sendmsg|close",
            Self::Install(_) => "seccomp",
            Self::Hide => "prctl",
            Self::LockIn(_) => "", // that is later, in the loop
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::OpenLine => Kind::OpenLine,
            Self::Install(_) => Kind::InstallFilter,
            Self::Hide => Kind::Hide,
            Self::LockIn(_) => Kind::LockIn,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::OpenLine | Self::Hide => {}
            Self::LockIn(lock) => lock.show_detail(out),
            Self::Install(filter) => {
                put!(out, filter.program.len(), " instructions");
                if let Some(others) = filter.others {
                    put!(out, ", else ", others);
                }
                if let Some(judge) = filter.judge {
                    put!(out, if judge.is_lenient { ", made and told" } else { ", told" });
                }
            }
        }
    }
}

impl Show for FilterAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::OpenLine => put!(out, "open a line for what filters ask"),
            Self::Hide => put!(out, "hide the supervisor, whom nobody traces"),
            Self::LockIn(_) => put!(out, "lock ourselves in, when all runs"),
            Self::Install(filter) => {
                put!(out, "filter system calls");
                match filter.from {
                    FilterFrom::None => {}
                    FilterFrom::Default => put!(out, " as default"),
                    FilterFrom::File(path) => put!(out, " by ", Quoted(path.to_bytes())),
                    FilterFrom::Descriptor(number) => put!(out, " by descriptor ", number),
                }
            }
        }
    }
}

/// What is left to PID 1.
#[derive(Clone, Copy, Debug)]
pub struct Lock {
    /// Whether it is hidden from then on, also where it was not before.
    pub hides: bool,
    /// Capabilities, of those it has.
    pub kept: Capabilities,
    /// The filter of its calls.
    pub program: Option<Program<'static>>,
}

impl Lock {
    /// For `explain`.
    fn show_detail(&self, out: &mut dyn Sink) {
        put!(out, "capabilities: ", self.kept);
        match self.program {
            Some(program) => put!(out, "; ", program.len(), " instructions"),
            None => put!(out, "; no filter, which later starts would have"),
        }
    }
}
