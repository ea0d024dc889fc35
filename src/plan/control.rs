//! The acts by which a running nsinit can be seen and steered from outside.
//!
//! The socket is made by whoever is outside, the launcher of `run`, so that nothing of it is seen
//! inside and a root of its own does not matter; PID 1 inherits it and answers.

use core::ffi::CStr;

use super::kinds::Kind;
use super::rule::{Rule, rule};
use super::{Act, Actor, Facts, Mode, Plan};
use crate::model::{Control, NamespaceSet, ServiceName};
use crate::spec::personality::basename;
use crate::spec::{Origin, Said, Spec, Tie};
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
    /// As [`Act::calls`].
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
            Self::TellChild(..) => "statx*|pwritev2|ppoll?|write?",
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

/// Orders of these steps that the kernel dictates.
pub(super) const RULES: &[Rule] = &[
    rule(Kind::Hold, Kind::Clone, "PID 1 gets the descriptor with its flag (fcntl(2), F_SETFD)"),
    rule(Kind::Clone, Kind::TellChild, "nobody has a PID before (clone(2))"),
    rule(Kind::TellChild, Kind::PassGate, "PID 1 tells of services, and it comes first (pipe(7))"),
];

/// Where what happens is told to a program, if one wants to hear of it.
fn status(spec: &Spec<'_>) -> Option<Said<u16>> {
    spec.ties.get(Tie::Status).filter(|_| cfg!(feature = "control"))
}

/// The descriptor of the program is kept.
pub(super) fn push_hold(spec: &Spec<'_>, plan: &mut Plan<'_>) {
    let Some(Said { value, origin }) = status(spec) else { return };
    plan.has_status = true;
    // Standard output and error are everybody's.
    if value > 2 {
        plan.push(Actor::Outer, origin, Act::Control(ControlAct::Hold(value)));
    }
}

/// Whether PID 1 waits until a program has been told who it is, which is the first that it hears.
pub(super) fn tells_child(spec: &Spec<'_>) -> bool {
    status(spec).is_some()
}

/// The program is told.
pub(super) fn push_tell_child(spec: &Spec<'_>, kinds: NamespaceSet, plan: &mut Plan<'_>) {
    if let Some(Said { value, origin }) = status(spec) {
        plan.push(Actor::Outer, origin, Act::Control(ControlAct::TellChild(value, kinds)));
    }
}

/// Whether we listen, and where. A sandbox that has a name is looked for by it, and so is a
/// machine; an entrypoint has a runtime that knows it.
pub(super) fn push_listen<'a>(
    actor: Actor,
    spec: &'a Spec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
) {
    if !cfg!(feature = "control") {
        return;
    }
    let is_usual = match plan.mode {
        Mode::Run => spec.name.is_some(),
        Mode::Entrypoint => false,
        Mode::Init => true,
    };
    let said = spec.control.map(|said| (said.value, said.origin));
    match said.unwrap_or((if is_usual { Control::On } else { Control::Off }, Origin::Default)) {
        (Control::Off, _) => {}
        (Control::At(path), origin) => {
            plan.push(actor, origin, Act::Control(ControlAct::ListenAt(path)));
        }
        (Control::On, origin) => {
            let (name, is_said) = match spec.name {
                Some(Said { value, origin }) => (value.bytes(), origin != Origin::Default),
                None => (name_of(spec, plan), false),
            };
            let act = ControlAct::Listen { base: Base::of(facts), name, is_said };
            plan.push(actor, origin, Act::Control(act));
        }
    }
}

/// What a sandbox without a name is called: as its command is, a machine `init`.
fn name_of<'a>(spec: &'a Spec<'_>, plan: &Plan<'a>) -> &'a [u8] {
    if plan.mode.is_init() {
        return b"init";
    }
    let main = plan.services().find(|(_, service)| service.policy.is_main);
    let main = main.and_then(|(id, _)| spec.services.get(id.index()));
    let words = main.and_then(|main| main.command).map(|said| said.value);
    let program = words.and_then(|words| words.first()).unwrap_or_default();
    let name = basename(program.to_bytes());
    let from = program.to_bytes_with_nul().len().saturating_sub(name.len() + 1);
    let word = program.to_bytes_with_nul().get(from..).unwrap_or_default();
    let word = CStr::from_bytes_with_nul(word).unwrap_or_default();
    ServiceName::parse(word).map_or(b"nsinit", ServiceName::bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;

    #[test]
    fn the_directory_is_roots_or_the_users_own() {
        for (uid, runtime_dir, expected) in [
            (0, None, "/run/nsinit"),
            (0, Some(c"/run/user/0"), "/run/nsinit"),
            (1000, Some(c"/run/user/1000"), "/run/user/1000/nsinit"),
            (1000, None, "/tmp/nsinit-1000"),
        ] {
            let facts = Facts { uid, runtime_dir, ..Facts::default() };
            let mut path = Buffer::<64>::new();
            put!(&mut path, Base::of(&facts));
            assert_eq!(path.text(), Some(expected.as_bytes()));
        }
    }
}
