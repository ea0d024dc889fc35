//! What is done to take rights away.

use super::landlock::LandlockAct;
use crate::model::{Capabilities, SecureBits};
use crate::plan::kinds::Kind;
use crate::text::{Show, Sink, put};

/// What a process of a service holds from now on.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    /// Its capabilities.
    pub kept: Capabilities,
    /// Those of them that outlive an exec by anybody.
    pub ambient: Capabilities,
    /// What root means.
    pub bits: SecureBits,
    /// Whether the bounding set is ours to make smaller.
    pub has_bounding: bool,
}

/// What is done to confine.
#[derive(Clone, Copy, Debug)]
pub enum ConfineAct<'a> {
    /// A session keyring that nobody else has.
    NewKeyring,
    /// No memory can be written and executed, from now on and for all below.
    DenyMemoryWrite,
    /// Nothing is typed into the terminal that services share with us.
    GuardTerminal,
    /// No supplementary group of ours is left.
    LeaveGroups,
    /// Capabilities are kept over the change of user that follows, for the step that takes them.
    KeepCapabilities,
    /// What it may do to files, ports and others.
    Landlock(LandlockAct<'a>),
    /// The capabilities of this process and of what it becomes.
    Capabilities(Holding),
    /// Nobody makes a user namespace in ours.
    DisableUserns,
    /// Nobody can.
    AssertUserns,
}

impl ConfineAct<'_> {
    /// As [`Act::calls`](crate::plan::Act::calls).
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::NewKeyring => "keyctl",
            Self::DenyMemoryWrite => "prctl",
            Self::GuardTerminal => "seccomp",
            Self::LeaveGroups => "setgroups|openat?|read?|close?",
            Self::KeepCapabilities => "prctl",
            Self::Landlock(act) => act.calls(),
            Self::Capabilities(_) => "capget|capset|prctl*|capset",
            Self::DisableUserns => "openat|write|close",
            Self::AssertUserns => "clone3|wait4|ppoll?|ioctl?|close",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NewKeyring => Kind::NewKeyring,
            Self::DenyMemoryWrite => Kind::DenyMemoryWrite,
            Self::GuardTerminal => Kind::GuardTerminal,
            Self::LeaveGroups => Kind::LeaveGroups,
            Self::KeepCapabilities => Kind::KeepCapabilities,
            Self::Landlock(act) => act.kind(),
            Self::Capabilities(_) => Kind::Capabilities,
            Self::DisableUserns => Kind::DisableUserns,
            Self::AssertUserns => Kind::AssertUserns,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match self {
            Self::GuardTerminal => put!(out, "TIOCSTI and TIOCLINUX: EPERM"),
            Self::NewKeyring
            | Self::DenyMemoryWrite
            | Self::LeaveGroups
            | Self::KeepCapabilities => {}
            Self::DisableUserns => put!(out, "user.max_user_namespaces=0"),
            Self::AssertUserns => put!(out, "by a process that ends at once"),
            Self::Landlock(act) => act.show_detail(out),
            Self::Capabilities(held) => {
                put!(out, held.kept);
                if !held.ambient.is_empty() {
                    put!(out, "; ambient ", held.ambient.within(held.kept));
                }
                if held.bits != SecureBits::NONE {
                    put!(out, "; securebits ", held.bits);
                }
                if !held.has_bounding {
                    put!(out, "; the bounding set is not ours");
                }
            }
        }
    }
}

impl Show for ConfineAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::NewKeyring => put!(out, "join a new session keyring"),
            Self::DenyMemoryWrite => put!(out, "deny memory that is written and executed"),
            Self::GuardTerminal => put!(out, "guard the terminal against typing into it"),
            Self::LeaveGroups => put!(out, "leave supplementary groups"),
            Self::KeepCapabilities => put!(out, "keep capabilities over the change of user"),
            Self::Landlock(act) => act.show(out),
            Self::Capabilities(_) => put!(out, "limit capabilities"),
            Self::DisableUserns => put!(out, "let nobody make a user namespace"),
            Self::AssertUserns => put!(out, "see that nobody can make a user namespace"),
        }
    }
}
