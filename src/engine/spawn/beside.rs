//! What somebody brought who entered: it does the steps of the service but for those that speak of
//! its place (terminal, standard descriptors, readiness), and becomes the command that was brought.
//!
//! No path inside is looked at before its rights are those of the service.

use heapless::Vec;

use super::step::{LOGIN_BYTES, do_step};
use crate::engine::account::Login;
use crate::engine::execute::{self, Command};
use crate::engine::files::change_directory;
use crate::engine::hands::Hands;
use crate::engine::trouble::plain;
use crate::limits::{ENV_CHANGES_MAX, ERRAND_VARIABLES_MAX};
use crate::model::{Errand, Errno, Failure, ServiceId, Signal, SignalSet, Why, code};
use crate::plan::{Act, Actor, Plan, Step};
use crate::spec::{EnvChange, Origin, Said};
use crate::sys::fd::redirect;
use crate::sys::signal::{self, Change, Disposition};
use crate::sys::start::Start;
use crate::sys::{Fd, terminal};
use crate::text::Arena;

/// Signals that are often ignored by inheritance, and that a person sends.
const HEARD: [Signal; 8] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::PIPE,
    Signal::TERM,
    Signal::TSTP,
    Signal::TTIN,
    Signal::TTOU,
];

/// What somebody runs beside a service, and its standard descriptors.
pub(in crate::engine) struct Beside<'b> {
    pub errand: Errand<'b>,
    pub streams: [&'b Fd; 3],
}

/// The child's side. It comes back only when a step failed.
#[inline(never)] // its memory would lie in the frame of every service
pub(super) fn become_it(
    plan: &Plan<'_>,
    id: ServiceId,
    own: &Beside<'_>,
    start: &Start,
    hands: &mut Hands,
) -> (Failure, u8) {
    let mut memory = [0u8; LOGIN_BYTES];
    let (mut arena, mut login) = (Arena::new(&mut memory), Login::default());
    let mut last = 0;
    for (number, step) in plan.steps_of(Actor::Service(id)).filter(|(_, step)| is_shared(step)) {
        last = number;
        let has_directory = own.errand.directory.is_some();
        let done = if let Act::Execute { .. } = step.act {
            Err(execute(step, own, start, login, hands.is_elsewhere))
        } else if let Act::Spawn = step.act {
            take_place(own).map_err(|errno| (plain(errno), code::FAILED))
        } else if matches!(step.act, Act::ChangeDirectory(_)) && has_directory {
            Ok(()) // to another one, later
        } else if let Act::RestoreSignals = step.act {
            do_step(step, start, hands, &mut login, &mut arena)
                .and_then(|()| hear_signals().map_err(|errno| (plain(errno), code::FAILED)))
        } else {
            do_step(step, start, hands, &mut login, &mut arena)
        };
        if let Err((trouble, code)) = done {
            let (errno, why) = trouble;
            return (Failure { step: number, errno, why }, code);
        }
    }
    (Failure { step: last, errno: Errno::ENOENT, why: Why::Errno }, code::FAILED)
}

/// Whether a step of the service is one of whoever stands beside it.
const fn is_shared(step: &Step<'_>) -> bool {
    !matches!(
        step.act,
        Act::NewGroup
            | Act::NewSession
            | Act::NewTerminal
            | Act::NewSessionWithTerminal
            | Act::TakeForeground
            | Act::NoteForeground
            | Act::Redirect(..)
            | Act::Log(_)
            | Act::PassReadyPipe(_)
            | Act::TellNotifySocket(_)
            | Act::HideNotifySocket
            | Act::Knock(_)
            | Act::TellWatchdog(_)
            | Act::TellPid { .. }
    )
}

/// A session of its own, with the terminal that was brought, if any, and its descriptors.
fn take_place(own: &Beside<'_>) -> Result<(), Errno> {
    for (number, stream) in (0..).zip(own.streams) {
        redirect(stream, number)?;
    }
    terminal::new_session()?;
    match own.errand.has_terminal {
        true => terminal::acquire(&Fd::inherited(0)),
        false => Ok(()),
    }
}

/// What a shell has ignored in whatever it starts in the background, nohup(1) or a program that
/// writes to pipes, is the service's; the command is its caller's, and hears the keys of that one's
/// terminal and the signals that are passed on. Nor is any signal blocked.
fn hear_signals() -> Result<(), Errno> {
    for signal in HEARD {
        let _ = signal::set_disposition(signal, Disposition::Default)?; // what it was is no matter
    }
    signal::change_mask(Change::Set, SignalSet::EMPTY)
}

/// The command, in the directory that was asked for, with the variables of the service and those
/// that were brought.
fn execute(
    step: &Step<'_>,
    own: &Beside<'_>,
    start: &Start,
    login: Login<'_>,
    is_elsewhere: bool,
) -> ((Errno, Why), u8) {
    let Act::Execute { env, file_env, is_env_clear, .. } = step.act else {
        return (plain(Errno::ENOENT), code::FAILED);
    };
    if let Some(directory) = own.errand.directory
        && let Err(errno) = change_directory(directory, is_elsewhere)
    {
        return ((errno, Why::NoDirectory), code::FAILED);
    }
    let brought = || own.errand.variables.iter().map(EnvChange::Set);
    let is_brought = |change: &EnvChange<'_>| brought().any(|own| own.name() == change.name());
    let kept = env.iter().map(|said| said.value).filter(|change| !is_brought(change));
    let mut all: Vec<Said<EnvChange<'_>>, { ENV_CHANGES_MAX + ERRAND_VARIABLES_MAX }> = Vec::new();
    for value in kept.chain(brought()) {
        if all.push(Said { value, origin: Origin::Default }).is_err() {
            return ((Errno::E2BIG, Why::TooMany), code::FAILED);
        }
    }
    let words = own.errand.words;
    let command = Command { words, argv0: None, env: &all, file_env, is_env_clear, login };
    let trouble = execute::execute(command, start);
    (trouble, execute::code_of(trouble))
}
