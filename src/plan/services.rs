//! The services of a plan: their names, who waits for whom, and the steps that start each.

use super::TerminalState;
use super::circle::check_cycles;
use super::confine::{Confinement, Inside};
use super::filter::Filters;
use super::limits::push_enter;
use super::log::push_outputs;
use super::namespaces::refuse_run_keys;
use super::notify::{hide_variables, push_variables};
use super::policy::{policy, terminal};
use super::refusal::refuse_keys;
use super::{Act, Actor, Facts, FilterAct, Mode, Plan, Reason, Refusal, Refuse, Service};
use crate::limits::{COMMAND_WORDS_MAX, ENV_MAX};
use crate::model::{Helper, PreStop, Ready, Reload, ServiceId, ServiceName, Stdio, Terminal, Word};
use crate::spec::{Origin, Said, SaidKey, ServiceSpec, Spec};
use crate::text::Words;

/// What of the whole decides how a service is started.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    /// Whether setgroups(2) is denied.
    pub deny_setgroups: bool,
    /// Whether a PID namespace ends everything with PID 1.
    pub has_pid_namespace: bool,
    /// Whether each service has a cgroup, and who said so.
    pub cgroups: Option<Origin>,
    /// Whether no_new_privs is set, and who said so.
    pub no_new_privs: Option<Origin>,
    /// Who asked that nobody traces the supervisor.
    pub hides: Option<Origin>,
    /// The filters of system calls.
    pub filters: Filters<'a>,
    /// Who its process is to begin with.
    pub inside: Inside,
    /// What takes rights away.
    pub confinement: Confinement<'a>,
}

/// Names, policies and dependencies, checked as a whole.
pub(super) fn push_services<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    mode: Mode,
    plan: &mut Plan<'a>,
    refuse: Refuse<'_, 'a>,
) {
    let is_alone = spec.services.len() <= 1;
    let mut main: Option<ServiceId> = None;
    for (id, service) in spec.services_with_ids() {
        let name = service.name.map_or(ServiceName::MAIN, |said| said.value);
        check_name(id, spec, refuse);
        let is_main = is_alone || service.is_main();
        if is_main && main.replace(id).is_some() {
            let origin = service.main.map_or(service.origin, |said| said.origin);
            refuse(Refusal { origin, said: name.bytes(), reason: Reason::SecondMain });
        }
        if service.command.is_none() {
            let said = service.name.map_or(b"".as_slice(), |said| said.value.bytes());
            refuse(Refusal { origin: service.origin, said, reason: Reason::NoCommand });
        }
        check_scope(service, is_main, mode, refuse);
        let policy = policy(service, is_main, facts, mode, spec, refuse);
        let ready = service.ready.map_or(Ready::None, |said| said.value);
        let is_answer = |said: Said<Reload<'_>>| matches!(said.value, Reload::Notify(_));
        let answers_reload = Word::HEARD && service.reload.is_some_and(is_answer);
        let termination_message = service.termination_message.map(|said| said.value);
        let rewrites = service.rewrite.as_ref().map(|said| &said.value);
        let exit_map = service.exit_map.as_ref().map(|said| &said.value);
        let dies_by_signal = is_said(service.die_by_signal);
        let has_group_signals = is_said(service.signal_group);
        let unhandled = service.unhandled.map(|said| said.value).unwrap_or_default();
        // As many places as the spec has.
        let _ = plan.services.push(Service {
            name,
            policy,
            has_group_signals,
            unhandled,
            ready,
            answers_reload,
            log: None,
            termination_message,
            rewrites,
            exit_map,
            dies_by_signal,
        });
    }
    let origin = spec.services.first().map_or(Origin::Default, |service| service.origin);
    match (plan.services.is_empty(), main) {
        (true, _) => refuse(Refusal { origin, said: b"", reason: Reason::NoCommand }),
        (false, None) => refuse(Refusal { origin, said: b"", reason: Reason::NoMain }),
        (false, Some(_)) => {}
    }
    check_cycles(spec, plan, refuse);
}

/// Whether a service has a name where there are several, and one of its own.
fn check_name<'a>(id: ServiceId, spec: &'a Spec<'_>, refuse: Refuse<'_, 'a>) {
    let Some(service) = spec.services.get(id.index()) else { return };
    match service.name {
        Some(Said { value, origin }) => {
            let mut others = spec.services.iter().take(id.index());
            if others.any(|other| other.name.is_some_and(|name| name.value == value)) {
                refuse(Refusal { origin, said: value.bytes(), reason: Reason::SameName });
            }
        }
        None if spec.services.len() <= 1 => {}
        None => refuse(Refusal { origin: service.origin, said: b"", reason: Reason::NoName }),
    }
}

/// Whether a switch was set.
fn is_said(switch: Option<Said<bool>>) -> bool {
    switch.is_some_and(|said| said.value)
}

/// Whether what was said only makes sense where we are the entrypoint, and all of it does there.
pub fn is_for_entrypoint(spec: &Spec<'_>) -> bool {
    let is_meant = spec.services.iter().any(|service| {
        let gives = service.terminal.is_some_and(|said| said.value == Terminal::Give);
        gives || service.die_by_signal.is_some() || service.parent_death.is_some()
    });
    if !is_meant {
        return false;
    }
    let mut is_run = false;
    refuse_run_keys(spec, true, &mut |_| is_run = true);
    !is_run
}

/// Keys that only make sense for the main service, or only where we are the entrypoint.
fn check_scope<'a>(
    service: &'a ServiceSpec<'_>,
    is_main: bool,
    mode: Mode,
    refuse: Refuse<'_, 'a>,
) {
    let origin = |key: Option<Origin>, name: &'static str| key.map(|origin| (origin, name));
    let gives = service.terminal.filter(|said| said.value == Terminal::Give);
    let of_entrypoint = [
        origin(gives.map(|said| said.origin), "terminal give"),
        origin(service.die_by_signal.map(|said| said.origin), "die-by-signal"),
        origin(service.parent_death.map(|said| said.origin), "parent-death"),
    ];
    let of_main = [
        origin(service.rewrite.map(|said| said.origin), "rewrite"),
        origin(service.exit_map.map(|said| said.origin), "exit-map"),
        origin(service.termination_message.map(|said| said.origin), "termination-message"),
    ];
    let is_entrypoint = mode == Mode::Entrypoint;
    let mut refuse_all = |keys: [SaidKey; 3], reason| refuse_keys(&keys, reason, refuse);
    if !is_entrypoint {
        refuse_all(of_entrypoint, Reason::EntrypointOnly);
    } else if !is_main {
        refuse_all(of_entrypoint, Reason::MainOnly);
    }
    if !is_main {
        refuse_all(of_main, Reason::MainOnly);
    }
}

/// The steps that start one service.
pub(super) fn push_steps<'a>(
    id: ServiceId,
    service: &'a ServiceSpec<'_>,
    setting: Setting<'a>,
    facts: &Facts,
    plan: &mut Plan<'a>,
    refuse: Refuse<'_, 'a>,
) -> Result<(), Refusal<'a>> {
    let actor = Actor::Service(id);
    let policy = plan.services.get(id.index()).map(|service| service.policy).unwrap_or_default();
    let Some(command) = service.command else { return Ok(()) }; // that was refused
    check_env(service, facts).unwrap_or_else(&mut *refuse);
    check_words(service, command).unwrap_or_else(&mut *refuse);
    plan.push(actor, service.origin, Act::Spawn);
    push_enter(actor, id, setting.cgroups, plan);
    let said = service.terminal.map_or(Origin::Default, |said| said.origin);
    let terminal = terminal(service, policy.is_main, plan.mode);
    match terminal {
        Terminal::Share => plan.push(actor, said, Act::NewGroup),
        Terminal::None => plan.push(actor, said, Act::NewSession),
        Terminal::Own | Terminal::Give => {} // behind the redirection of its standard input
        Terminal::Keep => {}
    }
    match facts.terminal {
        TerminalState::Foreground if policy.has_terminal => {
            plan.push(actor, said, Act::TakeForeground);
        }
        TerminalState::Background if policy.has_terminal => {
            plan.push(actor, said, Act::NoteForeground);
        }
        TerminalState::Foreground | TerminalState::Background | TerminalState::None => {}
    }
    if let Some(to) = service.stdin.filter(|to| to.value != Stdio::Inherit) {
        plan.push(actor, to.origin, Act::Redirect(0, to.value));
    }
    push_outputs(actor, id, service, plan);
    match terminal {
        Terminal::Own => plan.push(actor, said, Act::NewTerminal),
        Terminal::Give => plan.push(actor, said, Act::NewSessionWithTerminal),
        Terminal::Share | Terminal::None | Terminal::Keep => {}
    }
    push_identity(actor, service, setting, plan)?;
    push_variables(id, service, facts, plan);
    if let Some(Said { value: Ready::Fd(number), origin }) = service.ready {
        plan.push(actor, origin, Act::PassReadyPipe(number));
    }
    push_command(actor, service, command, setting, plan);
    push_helpers(id, service, setting, facts, plan)
}

/// What it may do and who it is, and where it stands.
fn push_identity<'a>(
    actor: Actor,
    service: &'a ServiceSpec<'_>,
    setting: Setting<'a>,
    plan: &mut Plan<'a>,
) -> Result<(), Refusal<'a>> {
    push_limits(actor, service, plan);
    setting.confinement.push_before_user(actor, service, setting.deny_setgroups, plan);
    push_user(actor, service, setting, plan)?;
    if !setting.has_pid_namespace {
        plan.push(actor, Origin::Default, Act::DieWithSupervisor);
    }
    if let Some(cwd) = service.cwd {
        plan.push(actor, cwd.origin, Act::ChangeDirectory(cwd.value));
    }
    if let Some(origin) = setting.no_new_privs {
        plan.push(actor, origin, Act::SetNoNewPrivs);
    }
    setting.confinement.push_after_user(actor, service, plan)?;
    Ok(())
}

/// The last steps.
fn push_command<'a>(
    actor: Actor,
    service: &'a ServiceSpec<'_>,
    command: Said<Words<'a>>,
    setting: Setting<'a>,
    plan: &mut Plan<'a>,
) {
    if let Some(origin) = setting.hides {
        plan.push(actor, origin, Act::Filter(FilterAct::Hide));
    }
    plan.push(actor, Origin::Default, Act::RestoreSignals);
    setting.filters.push(actor, plan);
    let is_own = matches!(actor, Actor::Service(_));
    let act = Act::Execute {
        command: command.value,
        argv0: service.argv0.filter(|_| is_own).map(|said| said.value),
        env: &service.env,
        file_env: service.file_env,
        is_env_clear: is_said(service.clear_env),
    };
    plan.push(actor, command.origin, act);
}

/// The steps of the commands beside a service: as the service is, but never at the terminal.
fn push_helpers<'a>(
    id: ServiceId,
    service: &'a ServiceSpec<'_>,
    setting: Setting<'a>,
    facts: &Facts,
    plan: &mut Plan<'a>,
) -> Result<(), Refusal<'a>> {
    let check = service.ready.and_then(|said| match said.value {
        Ready::Exec(value) => Some((Helper::Check, Said { value, origin: said.origin })),
        Ready::None | Ready::Notify | Ready::Fd(_) | Ready::Tcp(_) => None,
    });
    if let Some(Said { value: Ready::Tcp(there), origin }) = service.ready {
        plan.push(Actor::Helper(id, Helper::Check), origin, Act::Knock(there));
    }
    let pre_stop = service.pre_stop.and_then(|said| match said.value {
        PreStop::Exec(value) => Some((Helper::PreStop, Said { value, origin: said.origin })),
        PreStop::Pause(_) => None,
    });
    let reload = service.reload.filter(|_| Word::HEARD).and_then(|said| match said.value {
        Reload::Exec(value) => Some((Helper::Reload, Said { value, origin: said.origin })),
        Reload::Signal(_) | Reload::Notify(_) => None,
    });
    for (helper, command) in [check, reload, pre_stop].into_iter().flatten() {
        let actor = Actor::Helper(id, helper);
        plan.push(actor, command.origin, Act::Spawn);
        push_enter(actor, id, setting.cgroups, plan);
        plan.push(actor, Origin::Default, Act::NewSession);
        push_outputs(actor, id, service, plan);
        push_identity(actor, service, setting, plan)?;
        hide_variables(actor, service, facts, plan);
        push_command(actor, service, command, setting, plan);
    }
    Ok(())
}

/// A changed environment is put together in a list of ours, which has a size.
fn check_env<'a>(service: &'a ServiceSpec<'_>, facts: &Facts) -> Result<(), Refusal<'a>> {
    let inherited = if is_said(service.clear_env) { 0 } else { facts.env_count };
    let said = service.file_env.len().saturating_add(service.env.len());
    let total = inherited.saturating_add(said);
    let file = service.env_files.first().map(|file| file.origin);
    match service.env.first().map(|change| change.origin).or(file) {
        Some(origin) if total >= ENV_MAX => {
            Err(Refusal { origin, said: b"", reason: Reason::EnvTooLarge(total) })
        }
        Some(_) | None => Ok(()),
    }
}

/// Under another name a command is put together in a list of ours, which has a size.
fn check_words<'a>(
    service: &'a ServiceSpec<'_>,
    command: Said<Words<'a>>,
) -> Result<(), Refusal<'a>> {
    let count = service.argv0.map_or(0, |_| command.value.len());
    if count <= COMMAND_WORDS_MAX {
        return Ok(());
    }
    let reason = Reason::CommandTooLong(count);
    Err(Refusal { origin: command.origin, said: b"", reason })
}

/// Limits that need privilege, before it is given up.
fn push_limits<'a>(actor: Actor, service: &'a ServiceSpec<'_>, plan: &mut Plan<'a>) {
    if let Some(Said { value, origin }) = service.umask {
        plan.push(actor, origin, Act::SetUmask(value));
    }
    for limit in &service.rlimits {
        plan.push(actor, limit.origin, Act::SetRlimit(limit.value));
    }
    if let Some(Said { value, origin }) = service.nice {
        plan.push(actor, origin, Act::SetNice(value));
    }
    if let Some(Said { value, origin }) = service.oom_score_adj {
        plan.push(actor, origin, Act::SetOomScoreAdj(value));
    }
}

/// Who the service is, when anybody said something about it.
fn push_user<'a>(
    actor: Actor,
    service: &'a ServiceSpec<'_>,
    setting: Setting<'a>,
    plan: &mut Plan<'a>,
) -> Result<(), Refusal<'a>> {
    let said = [
        service.user.map(|said| said.origin),
        service.group.map(|said| said.origin),
        service.groups.first().map(|said| said.origin),
    ];
    let Some(origin) = said.into_iter().flatten().next() else { return Ok(()) };
    if let (true, Some(group)) = (setting.deny_setgroups, service.groups.first()) {
        return Err(Refusal { origin: group.origin, said: b"", reason: Reason::GroupsDenied });
    }
    // USER:GROUP is that group alone, as for docker-run(1); a group of its own is one more, as for
    // systemd.exec(5).
    let [user, group, _] = said;
    let groups = match service.groups.is_empty() && user.is_some() && user == group {
        true => service.group.as_slice(),
        false => &*service.groups,
    };
    let act = Act::BecomeUser {
        user: service.user.map(|said| said.value),
        group: service.group.map(|said| said.value),
        groups: (!setting.deny_setgroups).then_some(groups),
    };
    plan.push(actor, origin, act);
    Ok(())
}

/// The file that says how the main service ended.
pub(super) fn push_message<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    if let Some(said) = spec.services.iter().find_map(|service| service.termination_message) {
        plan.push(Actor::Inner, said.origin, Act::LeaveMessage(said.value));
    }
}

/// How children are reaped, which both sides inherit.
pub(super) fn push_reaping<'a>(actor: Actor, facts: &Facts, plan: &mut Plan<'a>) {
    // Who wants to know each child has to wait for it.
    let by_kernel = facts.has_pidfd_exit_info() && !plan.habits().tells_all;
    let act = if by_kernel { Act::ReapByKernel } else { Act::ReapByWaiting };
    plan.push(actor, Origin::Default, act);
    if by_kernel && plan.has_terminal() {
        plan.push(actor, Origin::Default, Act::WatchForStops);
    }
}
