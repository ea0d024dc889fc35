//! What is done to join namespaces of others.

use crate::model::{Namespace, NamespaceSet, Whence};
use crate::plan::kinds::Kind;
use crate::text::{Show, Sink, put};

/// What is done to join namespaces.
#[derive(Clone, Copy, Debug)]
pub enum JoinAct<'a> {
    /// The launcher makes the process that joins.
    Fork,
    /// Nobody inside can look at us.
    Hide,
    /// The cgroup of a process is entered.
    EnterCgroup(Whence<'a>),
    /// Its root and its directory are held.
    OpenPlace(Whence<'a>),
    /// A namespace is entered.
    Enter(Namespace, Whence<'a>),
    /// Several namespaces of one process are entered at once.
    EnterAll(NamespaceSet, Whence<'a>),
    /// Its root and its directory are ours.
    TakePlace(Whence<'a>),
    /// PID 1 becomes root of a user namespace that does not know what it is.
    BecomeKnown {
        /// Its user id outside.
        uid: u32,
        /// Its group id outside.
        gid: u32,
    },
}

impl JoinAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Fork => "clone3|wait4|close*|read+|close?",
            Self::Hide => "prctl",
            Self::EnterCgroup(_) => "openat|read|close|openat|read|close|openat?|write?|close?",
            Self::OpenPlace(_) => "openat|openat",
            Self::Enter(..) | Self::EnterAll(..) => "setns",
            Self::TakePlace(_) => "statx|statx|fchdir?|chroot?|fchdir|close|close",
            Self::BecomeKnown { .. } => {
                "geteuid|getegid|openat?|read*|close?|openat?|read*|close?\
                 |setgroups?|setresgid?|setresuid?"
            }
        }
    }

    /// Whether the files around us are others behind it.
    pub const fn has_other_files(&self) -> bool {
        match self {
            Self::Enter(kind, _) => matches!(kind, Namespace::Mnt),
            Self::EnterAll(kinds, _) => kinds.has(Namespace::Mnt),
            Self::TakePlace(_) => true,
            Self::Fork
            | Self::Hide
            | Self::EnterCgroup(_)
            | Self::OpenPlace(_)
            | Self::BecomeKnown { .. } => false,
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Fork => Kind::ForkJoiner,
            Self::Hide => Kind::HideJoiner,
            Self::EnterCgroup(_) | Self::OpenPlace(_) => Kind::OpenPlace,
            Self::Enter(..) | Self::EnterAll(..) => Kind::Join,
            Self::TakePlace(_) => Kind::TakePlace,
            Self::BecomeKnown { .. } => Kind::BecomeMapped,
        }
    }
}

impl Show for JoinAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Fork => put!(out, "make a process that joins"),
            Self::Hide => put!(out, "hide from whoever is inside"),
            Self::EnterCgroup(whence) => put!(out, "enter the cgroup ", whence),
            Self::OpenPlace(whence) => put!(out, "hold root and directory ", whence),
            Self::EnterAll(kinds, whence) => put!(out, "join namespaces ", kinds, " ", whence),
            Self::TakePlace(whence) => put!(out, "take root and directory ", whence),
            Self::Enter(kind, whence) => put!(out, "join ", kind.name(), " namespace ", whence),
            Self::BecomeKnown { .. } => put!(out, "become root, where our ids are not mapped"),
        }
    }
}
