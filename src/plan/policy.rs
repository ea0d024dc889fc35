//! How a service is supervised: its policy, from what was said of it.

use super::{Facts, Mode, Reason, Refusal, Refuse, TerminalState};
use crate::model::{
    BeforeStop, Policy, PreStop, Ready, ReadyBy, Reload, ReloadBy, ServiceSet, Span, Terminal, Word,
};
use crate::spec::{Said, ServiceSpec, Spec};

/// How long a command that has a service read its configuration again may take when nobody says:
/// as long as for systemd (systemd-system.conf(5), DefaultTimeoutStartSec=).
const RELOAD_WITHIN: Span = Span::from_s(90);

/// How a service is supervised.
pub(super) fn policy<'a>(
    service: &'a ServiceSpec<'_>,
    is_main: bool,
    facts: &Facts,
    mode: Mode,
    spec: &'a Spec<'_>,
    refuse: Refuse<'_, 'a>,
) -> Policy {
    let default = Policy::default();
    let delay = service.restart_delay.map_or(default.delay, |said| said.value);
    let delay_max = match service.restart_delay_max {
        Some(max) => {
            if max.value < delay {
                refuse(Refusal { origin: max.origin, said: b"", reason: Reason::DelayAboveMax });
            }
            max.value
        }
        None => default.delay_max.max(delay),
    };
    let mut after = ServiceSet::EMPTY;
    for name in &service.after {
        let known =
            |other: &&ServiceSpec<'_>| other.name.is_some_and(|own| own.value == name.value);
        match spec.services_with_ids().find(|(_, other)| known(other)) {
            Some((id, _)) => after = after.with(id),
            None => {
                let said = name.value.bytes();
                refuse(Refusal { origin: name.origin, said, reason: Reason::UnknownService });
            }
        }
    }
    // Who runs the container decides how long a stop may take; in the entrypoint we only pass it
    // on.
    let grace = if mode == Mode::Entrypoint { None } else { default.grace };
    Policy {
        is_main,
        has_terminal: is_main
            && terminal(service, is_main, mode) == Terminal::Share
            // In the background, too: a shell may bring us to its front.
            && facts.terminal != TerminalState::None,
        after,
        restart: service.restart.map_or(default.restart, |said| said.value),
        delay,
        delay_max,
        limit: service.restart_limit.map_or(default.limit, |said| said.value),
        window: service.restart_window.map_or(default.window, |said| said.value),
        ready_by: ready_by(service, refuse),
        start_timeout: service.start_timeout.and_then(|said| said.value),
        before_stop: match service.pre_stop.map(|said| said.value) {
            None => BeforeStop::Nothing,
            Some(PreStop::Pause(pause)) => BeforeStop::Pause(pause),
            Some(PreStop::Exec(_)) => BeforeStop::Command,
        },
        stop_signal: service.stop_signal.map_or(default.stop_signal, |said| said.value),
        grace: service.grace.map_or(grace, |said| said.value),
        kill_mode: service.kill_mode.map_or(default.kill_mode, |said| said.value),
        watchdog: service.watchdog.filter(|_| Word::HEARD).map(|said| said.value),
        watchdog_signal: service.watchdog_signal.map_or(default.watchdog_signal, |said| said.value),
        reload: match service.reload.filter(|_| Word::HEARD).map(|said| said.value) {
            None => ReloadBy::Nothing,
            Some(Reload::Signal(signal) | Reload::Notify(signal)) => ReloadBy::Signal(signal),
            Some(Reload::Exec(_)) => ReloadBy::Command {
                within: service.start_timeout.map_or(Some(RELOAD_WITHIN), |said| said.value),
            },
        },
        success: service.success_exit.map_or(default.success, |said| said.value),
    }
}

/// What a service has to do with our terminal.
pub(super) fn terminal(service: &ServiceSpec<'_>, is_main: bool, mode: Mode) -> Terminal {
    // The kernel's init has no terminal to share.
    let is_shared = is_main && !mode.is_init();
    let default = if is_shared { Terminal::Share } else { Terminal::None };
    service.terminal.map_or(default, |said| said.value)
}

/// Who says that a service is ready.
fn ready_by<'a>(service: &'a ServiceSpec<'_>, refuse: Refuse<'_, 'a>) -> ReadyBy {
    match service.ready.map(|said| said.value) {
        Some(Ready::Notify | Ready::Fd(_)) => ReadyBy::Word,
        Some(Ready::Exec(_) | Ready::Tcp(_)) => ReadyBy::Command,
        Some(Ready::None) | None => {
            let reloads = matches!(service.reload, Some(Said { value: Reload::Exec(_), .. }));
            if let Some(Said { value: Some(_), origin }) =
                service.start_timeout.filter(|_| !reloads)
            {
                refuse(Refusal { origin, said: b"", reason: Reason::TimeoutForNothing });
            }
            ReadyBy::Running
        }
    }
}
