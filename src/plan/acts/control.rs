//! What is done so that we are seen and steered.

use core::ffi::CStr;

use crate::model::NamespaceSet;
use crate::plan::facts::Facts;
use crate::plan::kinds::Kind;
use crate::text::{Quoted, Show, Sink, put};

/// The directory below which everybody looks for the control sockets of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// root's: `/run/nsinit`.
    Root,
    /// This user's, below `XDG_RUNTIME_DIR`, which is this: `nsinit` (XDG Base Directory
    /// Specification).
    Runtime(&'static CStr, u32),
    /// Where that is for a user who is logged in: `/run/user/UID/nsinit`. Nobody listens there who
    /// was not told of it; it is looked at.
    Login(u32),
    /// Of this user, where nobody has set that: `/tmp/nsinit-UID`.
    Temporary(u32),
}

impl Base {
    /// The directory of whoever starts us.
    pub const fn of(facts: &Facts) -> Self {
        match (facts.uid, facts.runtime_dir) {
            (0, _) => Self::Root,
            (uid, Some(path)) => Self::Runtime(path, uid),
            (uid, None) => Self::Temporary(uid),
        }
    }

    /// Whose it is.
    pub const fn owner(self) -> u32 {
        match self {
            Self::Root => 0,
            Self::Runtime(_, uid) | Self::Login(uid) | Self::Temporary(uid) => uid,
        }
    }
}

/// Prints its path.
impl Show for Base {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::Root => put!(out, "/run/nsinit"),
            Self::Runtime(path, _) => {
                out.put(path.to_bytes());
                put!(out, "/nsinit");
            }
            Self::Login(uid) => put!(out, "/run/user/", uid, "/nsinit"),
            Self::Temporary(uid) => put!(out, "/tmp/nsinit-", uid),
        }
    }
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum ControlAct<'a> {
    /// We listen at a socket that is found by a name.
    Listen {
        /// Below this directory,
        base: Base,
        /// in a directory of this name.
        name: &'a [u8],
        /// Whether it was said; else another one will do where this is taken.
        is_said: bool,
    },
    /// We listen at a socket at this path.
    ListenAt(&'a CStr),
    /// A descriptor is kept, at which what happens is told.
    Hold(u16),
    /// The launcher tells there who PID 1 is, and its new namespaces.
    TellChild(u16, NamespaceSet),
}

impl ControlAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Listen { .. } => {
                "mkdirat|openat|statx|mkdirat|openat|flock|close?|getpid?|mkdirat?|openat?|\
                 flock?|statx|getdents64/openat/flock/unlinkat/close+|\
                 socket|fchmod|bind|listen"
            }
            Self::ListenAt(_) => {
                "openat|statx|socket?|connect?|unlinkat?|close?|socket|fchmod|bind|listen"
            }
            Self::Hold(_) => "ioctl",
            Self::TellChild(..) => "statx*|pwritev2+|ppoll*|ioctl*|write*",
        }
    }

    /// Whether it is one by which we can be steered.
    pub const fn listens(&self) -> bool {
        matches!(self, Self::Listen { .. } | Self::ListenAt(_))
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Listen { .. } | Self::ListenAt(_) => Kind::Listen,
            Self::Hold(_) => Kind::Hold,
            Self::TellChild(..) => Kind::TellChild,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::Listen { is_said: false, .. } => put!(out, "mode 0600; or NAME-PID, when taken"),
            Self::Listen { .. } | Self::ListenAt(_) => put!(out, "mode 0600"),
            Self::Hold(_) => put!(out, "no service gets it"),
            Self::TellChild(..) => {}
        }
    }
}

impl Show for ControlAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Listen { base, name, .. } => {
                put!(out, "listen at \"", base, "/");
                out.put(name);
                put!(out, "/control\"");
            }
            Self::ListenAt(path) => put!(out, "listen at ", Quoted(path.to_bytes())),
            Self::Hold(number) => put!(out, "keep descriptor ", number, " to tell what happens"),
            Self::TellChild(number, _) => put!(out, "tell who PID 1 is at descriptor ", number),
        }
    }
}
