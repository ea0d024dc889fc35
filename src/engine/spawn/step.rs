//! One step of a service's process, between clone(2) and execve(2).

use crate::engine::account::{self, Login};
use crate::engine::execute::{self, Command};
use crate::engine::hands::Hands;
use crate::engine::perform::perform;
use crate::engine::trouble::{Trouble, plain};
use crate::engine::variables;
use crate::model::{Signal, code};
use crate::plan::{Act, Step};
use crate::sys::signal::{self, Change, Disposition};
use crate::sys::start::Start;
use crate::text::Arena;

/// Room for the variables that a user's line in /etc/passwd gives, and for those that name a
/// process or a socket: eight short ones.
pub(super) const LOGIN_BYTES: usize = 1024;

/// Does it; or why not, and the code to exit with.
pub(super) fn do_step<'a>(
    step: &Step<'_>,
    start: &Start,
    hands: &mut Hands,
    login: &mut Login<'a>,
    arena: &mut Arena<'a>,
) -> Result<(), (Trouble, u8)> {
    let failed = |trouble: Trouble| (trouble, code::FAILED);
    if let Act::Execute { command: words, argv0, env, file_env, is_env_clear } = step.act {
        let command = Command { words, argv0, env, file_env, is_env_clear, login: *login };
        let trouble = execute::execute(command, start);
        return Err((trouble, execute::code_of(trouble)));
    }
    if let Act::BecomeUser { user, group, groups } = step.act {
        *login = account::become_user(user, group, groups, arena).map_err(failed)?;
        return Ok(());
    }
    if let Act::TellNotifySocket(_)
    | Act::HideNotifySocket
    | Act::TellWatchdog(_)
    | Act::TellPid { .. } = step.act
    {
        return variables::set(&step.act, &hands.notify, login, arena).map_err(failed);
    }
    if matches!(step.act, Act::RestoreSignals) {
        if hands.was_child_ignored != hands.ignores_child_signal {
            let inherited = match hands.was_child_ignored {
                true => Disposition::Ignore,
                false => Disposition::Default,
            };
            let set = signal::set_disposition(Signal::CHLD, inherited);
            let _ = set.map_err(|errno| failed(plain(errno)))?; // what it was is ours
        }
        return signal::change_mask(Change::Set, start.mask).map_err(|errno| failed(plain(errno)));
    }
    perform(&step.act, hands).map_err(failed)
}
