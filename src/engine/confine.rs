//! The acts that take rights away.

use super::child;
use super::files::{head_of, write_whole};
use super::landlock::{self, Ruleset};
use super::trouble::{Trouble, plain};
use crate::model::filter::TERMINAL_GUARD;
use crate::model::{End, Errno, Namespace, SecureBits, Why};
use crate::plan::{ConfineAct, Holding};
use crate::sys::caps::{self, Sets};
use crate::sys::{ids, keys, memory, namespace, process, seccomp};

/// Carries out one of them.
pub(super) fn perform(act: &ConfineAct<'_>, ruleset: &mut Ruleset) -> Result<(), Trouble> {
    match act {
        ConfineAct::NewKeyring => match keys::join_new_session() {
            // Where the call is not there, or refused by a filter, nobody below us has keys either.
            Err(Errno::ENOSYS | Errno::EPERM) => Ok(()),
            other => other.map_err(plain),
        },
        ConfineAct::DenyMemoryWrite => memory::deny_write().map_err(plain),
        ConfineAct::GuardTerminal => seccomp::install(TERMINAL_GUARD).map_err(plain),
        ConfineAct::LeaveGroups => match ids::set_groups(&[]) {
            // Nobody leaves any there (user_namespaces(7)), as is known of those that we make.
            Err(Errno::EPERM) if denies_groups() => Ok(()),
            other => other.map_err(plain),
        },
        ConfineAct::Landlock(act) => landlock::perform(act, ruleset),
        ConfineAct::KeepCapabilities => caps::keep().map_err(plain),
        ConfineAct::Capabilities(held) => hold(*held),
        ConfineAct::DisableUserns => write_whole(c"/proc/sys/user/max_user_namespaces", b"0"),
        ConfineAct::AssertUserns => assert_userns(),
    }
}

/// Whether our user namespace denies setgroups(2).
#[cold]
fn denies_groups() -> bool {
    head_of(c"/proc/self/setgroups", &mut [0; 8]) == Some(b"deny\n")
}

/// Tries to make a user namespace, in a process that ends at once.
fn assert_userns() -> Result<(), Trouble> {
    let made = process::spawn(&mut || match namespace::unshare(Namespace::User) {
        Ok(()) => 1,
        Err(_) => 0,
    });
    match child::wait_for(&made.map_err(plain)?) {
        Some(End::Exited(0)) => Ok(()),
        Some(_) | None => Err((Errno::EPERM, Why::UsernsThere)),
    }
}

/// Everything is in force once more, which a change of user has ended; then the sets become
/// smaller, those first that nothing fills again.
fn hold(held: Holding) -> Result<(), Trouble> {
    let permitted = caps::get().map_err(plain)?.permitted;
    if !held.kept.is_open() && !permitted.has(held.kept) {
        return Err((Errno::EPERM, Why::Errno));
    }
    let kept = held.kept.within(permitted);
    let inheritable = held.ambient.within(kept);
    caps::set(Sets { effective: permitted, permitted, inheritable }).map_err(plain)?;
    if held.has_bounding {
        for number in kept.complement() {
            match caps::drop_bounding(number) {
                Err(Errno::EINVAL) => break, // the kernel has no more
                other => other.map_err(plain)?,
            }
        }
    }
    for number in inheritable.numbers() {
        caps::raise_ambient(number).map_err(plain)?;
    }
    if held.bits != SecureBits::NONE {
        let bits = caps::secure_bits().map_err(plain)?.and(held.bits);
        caps::set_secure_bits(bits).map_err(plain)?;
    }
    caps::set(Sets { effective: kept, permitted: kept, inheritable }).map_err(plain)
}
