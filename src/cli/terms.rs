//! The terms on which a service is supervised: what `explain` prints behind the steps.
//!
//! They are no steps, for nobody knows how often they come to bear. Only what was said has a line;
//! what holds otherwise stands in nsinit.toml(5). Commands beside a service have steps of their
//! own.

use crate::model::{BeforeStop, KillMode, ReadyBy, Restart, Signal, Span};
use crate::plan::{Plan, Service};
use crate::spec::{Origin, Said, ServiceSpec, Spec};
use crate::text::{Quoted, Show, Sink, put};

/// One term.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Term {
    After,
    StartTimeout,
    Restart,
    Watchdog,
    PreStop,
    Stop,
    /// A key that says it best itself.
    Key(&'static str),
}

/// A term of a service, and where it was said.
pub(super) struct Line<'p, 'a> {
    plan: &'p Plan<'a>,
    service: &'p Service<'a>,
    term: Term,
    pub origin: Origin,
}

/// Every term of a plan, service by service.
pub(super) fn lines<'p, 'a>(
    plan: &'p Plan<'a>,
    spec: &'p Spec<'_>,
) -> impl Iterator<Item = Line<'p, 'a>> + Clone {
    plan.services.iter().zip(&*spec.services).flat_map(move |(service, said)| {
        terms(service, said).into_iter().flatten().map(move |(term, origin)| Line {
            plan,
            service,
            term,
            origin,
        })
    })
}

/// The terms of one service that somebody has set.
fn terms(service: &Service<'_>, said: &ServiceSpec<'_>) -> [Option<(Term, Origin)>; 12] {
    fn at<T>(term: Term, said: Option<Said<T>>) -> Option<(Term, Origin)> {
        said.map(|said| (term, said.origin))
    }
    fn key(name: &'static str, origin: Option<Origin>) -> Option<(Term, Origin)> {
        origin.map(|origin| (Term::Key(name), origin))
    }
    let policy = &service.policy;
    let restarts = policy.restart != Restart::Never;
    let waits = policy.start_timeout.is_some() && policy.ready_by != ReadyBy::Running;
    let pauses = matches!(policy.before_stop, BeforeStop::Pause(_));
    let stop = [
        said.stop_signal.map(|said| said.origin),
        said.grace.map(|said| said.origin),
        said.kill_mode.map(|said| said.origin),
    ];
    [
        said.after.first().map(|said| (Term::After, said.origin)),
        at(Term::StartTimeout, said.start_timeout.filter(|_| waits)),
        at(Term::Restart, said.restart.filter(|_| restarts)),
        at(Term::Watchdog, said.watchdog.filter(|_| policy.watchdog.is_some())),
        at(Term::PreStop, said.pre_stop.filter(|_| pauses)),
        stop.into_iter().flatten().next().map(|origin| (Term::Stop, origin)),
        key("rewrite", said.rewrite.as_ref().map(|said| said.origin)),
        key("unhandled", said.unhandled.map(|said| said.origin)),
        key("signal-group", said.signal_group.map(|said| said.origin)),
        key("success-exit", said.success_exit.as_ref().map(|said| said.origin)),
        key("exit-map", said.exit_map.as_ref().map(|said| said.origin)),
        key("die-by-signal", said.die_by_signal.map(|said| said.origin)),
    ]
}

/// Whose term it is.
pub(super) struct Whose<'l, 'p, 'a>(pub &'l Line<'p, 'a>);

impl Show for Whose<'_, '_, '_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.0.service.name);
    }
}

impl Show for Line<'_, '_> {
    fn show(&self, out: &mut dyn Sink) {
        let policy = &self.service.policy;
        match self.term {
            Term::After => {
                put!(out, "begin when ");
                let names = policy.after.iter().filter_map(|id| self.plan.service(id));
                for (index, service) in names.enumerate() {
                    put!(out, if index == 0 { "" } else { ", " }, Quoted(service.name.bytes()));
                }
                put!(out, if policy.after.len() == 1 { " is ready" } else { " are ready" });
            }
            Term::StartTimeout => {
                put!(out, "be ready within ", policy.start_timeout.unwrap_or_default());
            }
            Term::Restart => put!(out, "begin again, ", policy.restart.name()),
            Term::Watchdog => {
                let silence = policy.watchdog.unwrap_or_default();
                put!(out, "end by ", policy.watchdog_signal, " after ", silence, " of silence");
            }
            Term::PreStop => match policy.before_stop {
                BeforeStop::Pause(pause) => put!(out, "pause ", pause, " before its stop"),
                BeforeStop::Nothing | BeforeStop::Command => {}
            },
            Term::Stop => put!(out, "stop by ", policy.stop_signal),
            Term::Key(name) => put!(out, "heed ", name),
        }
    }
}

/// More about a term.
pub(super) struct More<'l, 'p, 'a>(pub &'l Line<'p, 'a>);

impl Show for More<'_, '_, '_> {
    fn show(&self, out: &mut dyn Sink) {
        let policy = &self.0.service.policy;
        match self.0.term {
            Term::After => put!(out, "and stop first"),
            Term::StartTimeout => put!(out, "else it has failed"),
            Term::Restart => {
                put!(out, policy.delay, " to ", policy.delay_max, " later, ");
                put!(out, "at most ", policy.limit, " in ", policy.window);
            }
            Term::Stop => show_grace(policy.grace, policy.kill_mode, policy.stop_signal, out),
            Term::Watchdog | Term::PreStop | Term::Key(_) => {}
        }
    }
}

/// What follows the stop signal.
fn show_grace(grace: Option<Span>, mode: KillMode, signal: Signal, out: &mut dyn Sink) {
    let whom = match mode {
        KillMode::Tree => " to all it left",
        KillMode::Process => " to it alone",
    };
    match grace {
        Some(grace) if signal != Signal::KILL => put!(out, "after ", grace, " KILL", whom),
        None if signal != Signal::KILL => put!(out, "and wait for it"),
        Some(_) | None => {}
    }
}
