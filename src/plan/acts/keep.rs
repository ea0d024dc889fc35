//! What is done so that namespaces outlive us.

use core::ffi::CStr;

use crate::model::Namespace;
use crate::plan::kinds::Kind;
use crate::text::{Quoted, Show, Sink, put};

/// What is done to keep namespaces.
#[derive(Clone, Copy, Debug)]
pub enum KeepAct<'a> {
    /// The launcher waits until every namespace has been made.
    AwaitSetUp,
    /// A private file system for their files.
    MountPlace(&'a CStr),
    /// One of them is kept there.
    Keep(Namespace, &'a CStr),
    /// The launcher lets PID 1 start its services.
    LetStart,
    /// PID 1 waits until its namespaces are kept.
    AwaitKept,
}

impl KeepAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::AwaitSetUp => "ppoll*|read?",
            Self::MountPlace(_) => "mkdirat|mount|mount",
            Self::Keep(..) => "openat|close|mount",
            Self::LetStart => "write",
            Self::AwaitKept => "read",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::AwaitSetUp => Kind::AwaitSetUp,
            Self::MountPlace(_) => Kind::MountPlace,
            Self::Keep(..) => Kind::Keep,
            Self::LetStart => Kind::LetStart,
            Self::AwaitKept => Kind::AwaitKept,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::MountPlace(_) => put!(out, "tmpfs, private; gone with nsinit rm"),
            Self::AwaitSetUp | Self::Keep(..) | Self::LetStart | Self::AwaitKept => {}
        }
    }
}

impl Show for KeepAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::AwaitSetUp => put!(out, "wait until PID 1 is set up"),
            Self::MountPlace(path) => {
                put!(out, "mount a place for namespaces on ", Quoted(path.to_bytes()));
            }
            Self::Keep(kind, _) => put!(out, "keep the ", kind.name(), " namespace there"),
            Self::LetStart => put!(out, "let PID 1 start its services"),
            Self::AwaitKept => put!(out, "wait until the namespaces are kept"),
        }
    }
}
