//! Why a plan was not made.

use core::fmt;

use super::{Message, Place};
use crate::limits::{COMMAND_WORDS_MAX, ENV_MAX, ID_MAP_BYTES_MAX, SERVICES_MAX, STEPS_MAX};
use crate::model::{Clock, Shift};
use crate::plan::{Reason, Refusal};
use crate::text::Quoted;

/// Reports a refusal.
#[allow(clippy::too_many_lines)] // a table, one arm for each reason
pub fn refusal(place: Place<'_>, refusal: &Refusal<'_>) {
    let said = Quoted(refusal.said);
    let first = |text: fmt::Arguments<'_>| Message::new(format_args!("{place}{text}"));
    match refusal.reason {
        Reason::NoCommand if refusal.said.is_empty() => {
            first(format_args!("no command"))
                .remedy(format_args!("-- COMMAND, or command = [\"…\"] in a file"));
        }
        Reason::NoCommand => {
            first(format_args!("service {said} has no command"))
                .remedy(format_args!("command = [\"/path/to/it\"]"));
        }
        Reason::NoName => {
            first(format_args!("a service among several has no name"))
                .remedy(format_args!("name = \"…\""));
        }
        Reason::SameName => {
            first(format_args!("two services are called {said}"))
                .remedy(format_args!("a name for each"));
        }
        Reason::NoMain => {
            let mut message = first(format_args!("several services, and none is the main one"));
            message.why(format_args!("its end is the end of everything, and its exit code ours"));
            message.remedy(format_args!("main = true for one of them"));
        }
        Reason::SecondMain => {
            first(format_args!("service {said} is a second main one"))
                .remedy(format_args!("main = true for only one"));
        }
        Reason::UnknownService => {
            first(format_args!("no service is called {said}"))
                .remedy(format_args!("the name of a service in this file"));
        }
        Reason::Cycle => {
            let mut message =
                first(format_args!("service {said} waits for itself, by way of others"));
            message.remedy(format_args!("take one after out of the circle"));
        }
        Reason::Needs(key, kind) => {
            let mut message =
                first(format_args!("{key} needs a {} namespace, which was left out", kind.name()));
            message.remedy(format_args!("namespaces with {}, or without {key}", kind.name()));
        }
        Reason::ProcNeeds(kind) => {
            let mut message = first(format_args!(
                "a fresh /proc needs a {} namespace, which was left out",
                kind.name()
            ));
            message.remedy(format_args!("proc = \"bind\""));
        }
        Reason::LacksPrivilege(capability) => {
            let mut message =
                first(format_args!("these namespaces need {capability}, or a user namespace"));
            message.remedy(format_args!("without -user in namespaces, or as root"));
        }
        Reason::MapNeedsPrivilege(kind) => {
            let mut message =
                first(format_args!("an ordinary user cannot write this {}", kind.file()));
            message.why(format_args!(
                "it may map its own id alone, in one line with a count of 1 (user_namespaces(7))"
            ));
            message.remedy(format_args!("\"INSIDE OWN 1\", or as root"));
        }
        Reason::MapOverlaps(kind) => {
            let mut message = first(format_args!("two lines of {} map the same id", kind.file()));
            message.remedy(format_args!("ranges that do not meet, neither inside nor outside"));
        }
        Reason::MapTooLong(kind) => {
            drop(first(format_args!(
                "{} is longer than {ID_MAP_BYTES_MAX} bytes, the most the kernel takes",
                kind.file()
            )));
        }
        Reason::MapAndId(kind) => {
            let key = if kind.file() == "uid_map" { "uid" } else { "gid" };
            first(format_args!("{key} and {key}-map speak of the same map"))
                .remedy(format_args!("one of them"));
        }
        Reason::ClockRange(clock, shift, now_ns) => clock_range(place, clock, shift, now_ns),
        Reason::GroupsDenied => {
            let mut message = first(format_args!("groups cannot be set in this user namespace"));
            message.why(format_args!("an ordinary user's gid_map is taken only with setgroups denied (user_namespaces(7))"));
            message.remedy(format_args!("without groups, or as root with a gid-map"));
        }
        Reason::DelayAboveMax => {
            let mut message =
                first(format_args!("restart-delay-max is shorter than restart-delay"));
            message.remedy(format_args!("the longest pause at least as long as the first"));
        }
        Reason::EnvTooLarge(count) => {
            let mut message = first(format_args!(
                "{count} environment variables, a changed environment holds {ENV_MAX}"
            ));
            message.remedy(format_args!("--clear-env"));
        }
        Reason::CommandTooLong => {
            let mut message =
                first(format_args!("a command in a file has at most {COMMAND_WORDS_MAX} words"));
            message
                .remedy(format_args!("the command on the command line, where there is no limit"));
        }
        Reason::TooManySteps => {
            drop(first(format_args!(
                "more than {STEPS_MAX} steps, for at most {SERVICES_MAX} services"
            )));
        }
    }
}

/// A clock out of range, with what this host allows.
fn clock_range(place: Place<'_>, clock: Clock, shift: Shift, now_ns: i64) {
    let mut message =
        Message::new(format_args!("{place}{} cannot be shifted by {shift}", clock.name()));
    let now = Shift::By(now_ns);
    message.why(format_args!(
        "the clock stands at {now} and must stay between 0 and 146 years (time_namespaces(7))"
    ));
    let (least, most) =
        (Shift::By(now_ns.saturating_neg()), Shift::By(Shift::CLOCK_MAX_NS.saturating_sub(now_ns)));
    message.remedy(format_args!("{least} to {most}, or =0s to start at zero"));
}
