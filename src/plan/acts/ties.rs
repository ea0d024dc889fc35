//! What is done with the descriptors that tie a sandbox to whoever started it.

use core::ffi::CStr;

use crate::model::NamespaceSet;
use crate::plan::kinds::Kind;
use crate::text::{Quoted, Show, Sink, put};

/// Whether there are any in this build.
pub const IS_BUILT: bool = cfg!(any(feature = "sandbox", feature = "control"));

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum TieAct<'a> {
    /// Who supervises keeps a descriptor, and gives it to nobody.
    Keep(u16),
    /// PID 1 says that it is in its namespaces.
    TellIn,
    /// The launcher waits for that.
    AwaitIn,
    /// The launcher writes who PID 1 is, and in which new namespaces.
    Inform(u16, NamespaceSet),
    /// The launcher waits until somebody outside has written the id maps.
    WaitForMaps(u16),
    /// PID 1 takes a lock of a file, for reading, and keeps it.
    Lock(&'a CStr),
    /// PID 1 waits for whoever is outside.
    Wait(u16),
}

impl TieAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Keep(_) => "ioctl",
            Self::TellIn => "write",
            Self::AwaitIn => "ppoll*|read?",
            Self::Inform(..) => "statx*|pwritev2+|ppoll*|ioctl*|write*|close",
            Self::Lock(_) => "openat|fcntl",
            Self::Wait(_) | Self::WaitForMaps(_) => {
                "rt_sigaction|rt_sigaction|rt_sigaction|rt_sigaction|signalfd4|ppoll+|close|close"
            }
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Keep(_) => Kind::KeepDescriptor,
            Self::TellIn => Kind::TellIn,
            Self::AwaitIn => Kind::AwaitIn,
            Self::Inform(..) => Kind::Inform,
            Self::WaitForMaps(_) => Kind::WaitForMaps,
            Self::Lock(_) => Kind::LockFile,
            Self::Wait(_) => Kind::WaitOutside,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Inform(_, kinds) => put!(out, kinds),
            Self::Wait(_) | Self::WaitForMaps(_) => put!(out, "TERM, INT, QUIT, HUP end it"),
            Self::Lock(_) => put!(out, "for reading"),
            Self::Keep(_) | Self::TellIn | Self::AwaitIn => {}
        }
    }
}

impl Show for TieAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Keep(number) => put!(out, "keep descriptor ", number),
            Self::TellIn => put!(out, "tell the launcher that we are in"),
            Self::AwaitIn => put!(out, "wait until PID 1 is in"),
            Self::Inform(number, _) => put!(out, "write who PID 1 is to descriptor ", number),
            Self::WaitForMaps(number) => {
                put!(out, "wait for id maps until descriptor ", number, " can be read");
            }
            Self::Lock(path) => put!(out, "lock ", Quoted(path.to_bytes())),
            Self::Wait(number) => put!(out, "wait until descriptor ", number, " can be read"),
        }
    }
}
