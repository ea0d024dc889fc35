//! The logs of services: PID 1 takes what they write and writes it to files that do not grow.

use core::ffi::CStr;

use super::kinds::Kind;
use super::rule::{Rule, rule};
use super::{Act, Actor, LogAct, LogReason, Plan, Reason, Refusal, Refuse};
use crate::model::{Log, ServiceId, Stdio};
use crate::spec::{LogSize, LogSpec, Origin, Said, ServiceSpec, Spec};

/// Orders of these steps that the kernel dictates.
pub(super) const RULES: &[Rule] = &[
    rule(
        Kind::CloseInherited,
        Kind::OpenLog,
        "what is above 2 would be closed again (close_range(2))",
    ),
    rule(Kind::FinishRoot, Kind::OpenLog, "a path of a log is one inside (pivot_root(2))"),
    rule(
        Kind::OpenLog,
        Kind::Spawn,
        "the service's process has a copy of the pipe's descriptor (clone(2), CLONE_FILES)",
    ),
];

/// What of a service's outputs goes to its log.
struct Asked<'a> {
    log: Said<Log<'a>>,
    outputs: [bool; 2],
}

/// The log that was asked of a service.
fn asked<'a>(service: &'a ServiceSpec<'_>) -> Result<Option<Asked<'a>>, Refusal<'a>> {
    if !cfg!(feature = "control") {
        return Ok(None); // no key asks for one
    }
    let refuse = |origin, reason| Err(Refusal { origin, said: b"", reason: Reason::Log(reason) });
    let LogSpec { path: file, sizes: [both, out, err] } = service.log();
    let path = file.map(|said| said.value);
    let own = [output(service.stdout, out, path), output(service.stderr, err, path)];
    for (own, size) in own.iter().zip([out, err]) {
        if let (None, Some(origin)) = (own, said_of(size)) {
            return refuse(origin, LogReason::NoFile);
        }
    }
    let shared = file.map(|said| (said, both));
    if let (None, Some(origin)) = (shared, said_of(both)) {
        return refuse(origin, LogReason::NoFile);
    }
    let [out, err] = own;
    let first = shared.or(out).or(err);
    let Some((path, size)) = first else { return Ok(None) };
    let others = [shared, out, err].into_iter().flatten();
    if let Some((other, _)) = others.clone().find(|(other, _)| other.value != path.value) {
        return refuse(other.origin, LogReason::Two);
    }
    let max = size.max.map_or(Log::MAX, |said| said.value);
    let keep = size.keep.map_or(Log::KEEP, |said| said.value);
    let value = Log { path: path.value, max, keep };
    let is_free = |output: Option<Said<Stdio<'_>>>| output.is_none() && shared.is_some();
    let outputs =
        [out.is_some() || is_free(service.stdout), err.is_some() || is_free(service.stderr)];
    Ok(Some(Asked { log: Said { value, origin: path.origin }, outputs }))
}

/// Where one output has a log of its own.
fn output<'a>(
    to: Option<Said<Stdio<'a>>>,
    size: LogSize,
    log: Option<&CStr>,
) -> Option<(Said<&'a CStr>, LogSize)> {
    match to {
        // Without a size it is a file as any other.
        Some(Said { value: Stdio::File(value), origin })
            if said_of(size).is_some() || log == Some(value) =>
        {
            Some((Said { value, origin }, size))
        }
        Some(Said { value: Stdio::File(_), .. }) => None,
        Some(Said { value: Stdio::Inherit | Stdio::Null | Stdio::Kmsg, .. }) | None => None,
    }
}

/// Who said how large it is.
fn said_of(size: LogSize) -> Option<Origin> {
    size.max.map(|said| said.origin).or(size.keep.map(|said| said.origin))
}

/// PID 1's steps.
pub(super) fn push_open<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>, refuse: Refuse<'_, 'a>) {
    for (id, service) in spec.services_with_ids() {
        let asked = asked(service).unwrap_or_else(|refusal| {
            refuse(refusal);
            None
        });
        let Some(asked) = asked else { continue };
        let Said { value: log, origin } = asked.log;
        if plan.services.iter().any(|other| other.log.is_some_and(|own| own.path == log.path)) {
            let (said, reason) = (log.path.to_bytes(), Reason::Log(LogReason::Shared));
            refuse(Refusal { origin, said, reason });
        }
        if let Some(own) = plan.services.get_mut(id.index()) {
            own.log = Some(log);
        }
        plan.push(Actor::Inner, origin, Act::Log(LogAct::Open(id, log)));
    }
}

/// Where the outputs of a service's process lead, its own or one beside it.
pub(super) fn push_outputs<'a>(
    actor: Actor,
    id: ServiceId,
    service: &'a ServiceSpec<'_>,
    plan: &mut Plan<'a>,
) {
    let asked = asked(service).ok().flatten(); // it was refused before otherwise
    let logged = asked.map_or([None, None], |asked| {
        asked.outputs.map(|is_logged| is_logged.then_some(asked.log.origin))
    });
    let outputs = [(1, service.stdout), (2, service.stderr)];
    for ((number, to), logged) in outputs.into_iter().zip(logged) {
        if let Some(origin) = logged {
            plan.push(actor, origin, Act::Log(LogAct::Redirect(number, id)));
        } else if let Some(to) = to.filter(|to| to.value != Stdio::Inherit) {
            plan.push(actor, to.origin, Act::Redirect(number, to.value));
        }
    }
}
