//! The acts by which a running nsinit can be seen and steered from outside.
//!
//! The socket is made by whoever is outside, the launcher of `run`, so that nothing of it is seen
//! inside and a root of its own does not matter; PID 1 inherits it and answers.

use core::ffi::CStr;

use super::kinds::Kind;
use super::rule::{Rule, rule};
use super::{Act, Actor, Base, ControlAct, Facts, Mode, Plan};
use crate::model::{Control, NamespaceSet, ServiceName};
use crate::spec::personality::basename;
use crate::spec::{Origin, Said, Spec, Tie};

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
    use crate::text::{Buffer, put};

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
