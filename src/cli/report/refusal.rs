//! Why a plan was not made.

use super::sentence::{Args, sentence};
use super::{Place, cgroup, confine, join, machine, net, ties};
use crate::limits::{COMMAND_WORDS_MAX, ENV_MAX, ID_MAP_BYTES_MAX, STEPS_MAX};
use crate::model::{IdKind, IdTool, Shift};
use crate::plan::{CgroupReason, HAS_TIES, LogReason, Reason, Refusal};
use crate::text::{Quoted, Show, Sink, put};

const NS_PER_S: i64 = 1_000_000_000;

/// Reports a refusal.
#[allow(clippy::too_many_lines)] // a table, one arm for each reason that has something to fill in
pub fn refusal(place: Place<'_>, refusal: &Refusal<'_>) {
    if let (Reason::Confine(reason), true) = (&refusal.reason, cfg!(feature = "sandbox")) {
        return confine::refusal(place, reason, refusal.said);
    }
    if let (Reason::Tie(reason), true) = (refusal.reason, HAS_TIES) {
        return ties::refusal(place, reason);
    }
    let mut args = Args { said: refusal.said, is_flag: place.is_flag(), ..Args::NONE };
    let (shift, kind_name, grant, not_ours, tool, errno, option);
    match refusal.reason {
        Reason::Join(reason) if cfg!(feature = "join") => {
            return join::refusal(place, refusal.said, reason);
        }
        Reason::Needs(key, kind) => {
            kind_name = kind.name();
            (args.name, args.text) = (key, &kind_name);
        }
        Reason::ProcNeeds(kind) => args.name = kind.name(),
        Reason::LacksPrivilege(capability) => args.name = capability,
        Reason::MapOverlaps(kind) | Reason::MapTooLong(kind) => {
            args.name = kind.file();
            args.a = number(ID_MAP_BYTES_MAX);
        }
        Reason::NotGranted(kind, user, line) => {
            let (first, count) = (line.outside(), line.count());
            grant = Grant(user, first, count);
            args.name = if cfg!(feature = "sandbox") { kind.grants() } else { kind.file() };
            (args.text, args.a, args.b) = (&grant, first.into(), count.into());
        }
        Reason::NothingGranted(..) | Reason::NoIdTool(_) | Reason::IdToolHasNoPrivileges(_)
            if !cfg!(feature = "sandbox") => {} // none of such a build
        Reason::NothingGranted(kind, user) => {
            grant = Grant(user, 100_000, 65_536); // as useradd(8) gives the first user
            (args.name, args.text) = (kind.grants(), &grant);
        }
        Reason::NoIdTool(kind) | Reason::IdToolHasNoPrivileges(kind) => {
            tool = Quoted(IdTool::USUAL.path(kind).to_bytes());
            (args.name, args.text) = (kind.file(), &tool);
        }
        Reason::MapNotOurs(kind, line) => {
            not_ours = line;
            (args.name, args.text) = (kind.file(), &not_ours);
        }
        Reason::MapAndId(IdKind::Uid) => args.name = "uid",
        Reason::MapAndId(IdKind::Gid) => args.name = "gid",
        Reason::ClockRange(clock, by, now_ns) => {
            shift = by;
            args.name = clock.name();
            args.text = &shift;
            // Whole seconds that can be typed, towards the inside.
            let whole = |ns: i64| ns / NS_PER_S * NS_PER_S;
            args.a = whole(now_ns).saturating_neg();
            args.b = whole(Shift::CLOCK_MAX_NS.saturating_sub(now_ns));
        }
        Reason::Cgroup(reason) if cfg!(feature = "sandbox") => {
            if let CgroupReason::Denied(denied) = reason {
                errno = denied;
                args.text = &errno;
            }
            if let Some(controller) = cgroup::controller_of(reason) {
                option = cgroup::option_of(controller);
                (args.name, args.text) = (controller.name(), &option);
            }
        }
        Reason::EnvTooLarge(count) => (args.a, args.b) = (number(count), number(ENV_MAX)),
        Reason::CommandTooLong(count) => {
            (args.a, args.b) = (number(count), number(COMMAND_WORDS_MAX));
        }
        Reason::Mount(_) => {}
        Reason::TooManySteps => args.a = number(STEPS_MAX),
        Reason::Cgroup(_)
        | Reason::Net(_)
        | Reason::Machine(_)
        | Reason::Tie(_)
        | Reason::NoCommand
        | Reason::Confine(_)
        | Reason::NoName
        | Reason::NoFilters
        | Reason::NothingToTell
        | Reason::LockOfInit
        | Reason::SameName
        | Reason::NoMain
        | Reason::SecondMain
        | Reason::UnknownService
        | Reason::Cycle
        | Reason::Log(_)
        | Reason::MainOnly
        | Reason::EntrypointOnly
        | Reason::RunOnly
        | Reason::InitOnly
        | Reason::Join(_)
        | Reason::GroupsDenied
        | Reason::MapOfRoot
        | Reason::TimeoutForNothing
        | Reason::DelayAboveMax => {}
    }
    place.tell(sentence_of(&refusal.reason, refusal.said), &args);
}

/// A line of /etc/subuid: a user, a first id, how many.
struct Grant(u32, u32, u32);

impl Show for Grant {
    fn show(&self, out: &mut dyn Sink) {
        let Self(user, first, count) = *self;
        put!(out, user, ":", first, ":", count);
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The sentence of a reason.
#[allow(clippy::too_many_lines)] // a table, one arm for each reason
fn sentence_of(reason: &Reason, said: &[u8]) -> &'static str {
    match reason {
        Reason::Cgroup(reason) if cfg!(feature = "sandbox") => cgroup::refusal(*reason),
        Reason::Cgroup(_) => "", // none of such a build
        Reason::LockOfInit
        | Reason::NothingToTell
        | Reason::NoFilters
        | Reason::NothingGranted(..)
        | Reason::NoIdTool(_)
        | Reason::IdToolHasNoPrivileges(_)
            if !cfg!(feature = "sandbox") =>
        {
            ""
        }
        Reason::Net(reason) if cfg!(feature = "net") => net::refusal(*reason),
        Reason::Net(_) => "", // none of such a build
        Reason::Machine(reason) if cfg!(feature = "init") => machine::refusal(*reason),
        Reason::Machine(_) => "",                  // likewise
        Reason::Confine(_) | Reason::Tie(_) => "", // see above
        Reason::NoCommand if said.is_empty() => sentence!(
            "no command",
            try: "{[}command = [\"/path/to/it\"]{|}-- COMMAND, or command = [\"…\"] in a file{]}"
        ),
        Reason::NoCommand => sentence!(
            "service {s} has no command",
            try: "command = [\"/path/to/it\"]"
        ),
        Reason::NoName => sentence!(
            "a service among several has no name",
            try: "name = \"…\""
        ),
        Reason::SameName => sentence!("two services are called {s}", try: "a name for each"),
        Reason::NoMain => sentence!(
            "several services, and none is the main one",
            why: "its end is the end of everything, and its exit code ours",
            try: "main = true for one of them"
        ),
        Reason::SecondMain => sentence!(
            "service {s} is a second main one",
            try: "main = true for only one"
        ),
        Reason::UnknownService => sentence!(
            "no service is called {s}",
            try: "the name of a service in this file"
        ),
        Reason::Cycle => sentence!(
            "service {s} waits for itself, by way of others",
            try: "take one after out of the circle"
        ),
        Reason::MainOnly => sentence!(
            "{s} is for the main service only",
            why: "signals that come for us are for that, and its exit code is ours",
            try: "put it there"
        ),
        Reason::EntrypointOnly => sentence!(
            "{s} is for the entrypoint only",
            why: "run ends with whoever started it, and nobody stands above the kernel's init",
            try: "nsinit -- COMMAND, or without it"
        ),
        Reason::LockOfInit => sentence!(
            "lock-in is not for the kernel's init",
            why: "a machine is left by who may kill, unmount and switch off",
            try: "without it"
        ),
        Reason::NothingToTell => sentence!(
            "seccomp-log has no filter to tell of",
            why: "of a ready program nobody knows what it refuses",
            try: "{[}seccomp = \"default\"{|}--seccomp default{]}, or a file"
        ),
        Reason::NoFilters => sentence!(
            "{s} needs filters of system calls, which this kernel has not",
            why: "it was built without CONFIG_SECCOMP_FILTER, or an outer sandbox hides seccomp(2)",
            try: "{[}seccomp = \"none\"{|}--seccomp none{]}"
        ),
        Reason::RunOnly => sentence!(
            "{s} needs namespaces of our own, which only run makes",
            try: "nsinit run"
        ),
        Reason::InitOnly => sentence!(
            "{s} is for the kernel's init only",
            why: "it speaks of a machine that is ours alone",
            try: "nsinit init, as PID 1 of a machine"
        ),
        Reason::Needs(..) => sentence!(
            "{n} needs a {t} namespace, which was left out",
            try: "{t} among the namespaces, or without {n}"
        ),
        Reason::ProcNeeds(_) if said == b"proc" => sentence!(
            "a fresh procfs needs a {n} namespace, which was left out",
            try: "{n} among the namespaces, or a bind of \"/proc\""
        ),
        Reason::ProcNeeds(_) => sentence!(
            "a fresh /proc needs a {n} namespace, which was left out",
            try: "{[}proc = \"bind\"{|}--proc bind{]}"
        ),
        Reason::LacksPrivilege(_) => sentence!(
            "these namespaces need {n}, or a user namespace",
            try: "without -user in namespaces, or as root"
        ),
        Reason::NotGranted(..) if cfg!(feature = "sandbox") => sentence!(
            "no line of {n} gives us {b} ids from {a} on",
            why: "an ordinary user may map its own id alone, and what is granted to it (subuid(5))",
            try: "\"{t}\" as a line of it, or as root"
        ),
        Reason::NotGranted(..) => sentence!(
            "an ordinary user cannot write this {n}",
            why: "it may map its own id alone, in one line with a count of 1 (user_namespaces(7))",
            try: "\"INSIDE OWN 1\", or as root"
        ),
        Reason::NothingGranted(..) => sentence!(
            "{n} gives us nothing to map",
            why: "auto is our own id, and what is granted to our user besides (subuid(5))",
            try: "a line such as \"{t}\" in it, or as root"
        ),
        Reason::NoIdTool(_) => sentence!(
            "{t} is missing",
            why: "an ordinary user has this {n} written by it (newuidmap(1))",
            try: "apt-get install uidmap, or as root"
        ),
        Reason::IdToolHasNoPrivileges(_) => sentence!(
            "{t} cannot write this {n} for us",
            why: "no_new_privs is set, so that it would not get root's rights (prctl(2))",
            try: "start nsinit outside of what has set it, or map our own id alone"
        ),
        Reason::MapNotOurs(..) => sentence!(
            "line \"{t}\" of {n} has ids that we do not have",
            why: "they must all stand in one line of our own map (user_namespaces(7))",
            try: "ids that /proc/self/{n} has"
        ),
        Reason::MapOfRoot => sentence!(
            "only CAP_SETFCAP may map uid 0 of outside",
            why: "files would get capabilities that count outside (user_namespaces(7), since 5.12)",
            try: "a uid-map without it, or as root with this capability"
        ),
        Reason::MapOverlaps(_) => sentence!(
            "two lines of {n} map the same id",
            try: "ranges that do not meet, neither inside nor outside"
        ),
        Reason::MapTooLong(_) => {
            sentence!("{n} is longer than {a} bytes, the most the kernel takes")
        }
        Reason::MapAndId(_) => sentence!(
            "{n} and {n}-map speak of the same map",
            try: "one of them"
        ),
        Reason::ClockRange(..) => sentence!(
            "{n} cannot be shifted by {t}",
            why: "it must stay between zero and 146 years (time_namespaces(7))",
            try: "{A} to {B} on this machine now, or =0s to start at zero"
        ),
        Reason::GroupsDenied => sentence!(
            "groups cannot be set in this user namespace",
            why: "our own gid_map is taken only with setgroups denied (user_namespaces(7))",
            try: "without groups, or as root with a gid-map"
        ),
        Reason::TimeoutForNothing => sentence!(
            "start-timeout has nothing to wait for: the service is ready as soon as it runs",
            try: "{[}ready = \"notify\", { fd = 3 } or { exec = [\"…\"] }{|}--ready notify, fd=3 \
                  or exec=COMMAND{]}"
        ),
        Reason::Log(_) if !cfg!(feature = "control") => "", // no key asks for one
        Reason::Log(LogReason::NoFile) => sentence!(
            "a size for a log without a file",
            try: "{[}file = \"PATH\" beside it{|}--log file=PATH{]}"
        ),
        Reason::Log(LogReason::Two) => sentence!(
            "a second log of the same service",
            try: "{[}log = { file = \"PATH\" }{|}--log file=PATH{]} alone, which has both outputs"
        ),
        Reason::Log(LogReason::Shared) => sentence!(
            "{s} is the log of another service",
            why: "each is turned over by itself",
            try: "a file for each; nsinit logs shows them together"
        ),
        Reason::DelayAboveMax => sentence!(
            "restart-delay-max is shorter than restart-delay",
            try: "the longest pause at least as long as the first"
        ),
        Reason::EnvTooLarge(_) => sentence!(
            "{a} environment variables, a changed environment holds {b}",
            try: "--clear-env"
        ),
        Reason::CommandTooLong(_) => sentence!(
            "a command of {a} words, one with argv0 has at most {b}",
            try: "without argv0"
        ),
        Reason::Mount(fault) if cfg!(feature = "sandbox") => super::root::fault(*fault, said),
        Reason::Mount(_) => "", // none of such a build
        Reason::Join(_) => "",  // it has words of its own
        Reason::TooManySteps => sentence!("more than {a} steps", try: "fewer services"),
    }
}
