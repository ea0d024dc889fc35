//! What is found of limits, of confinement, and of what PID 1 stands on.

use super::finding::{Finding, Group, Row, Said, no, partly, yes};
use super::namespaces::refused;
use crate::cli::report::Args;
use crate::engine::doctor::{ACTIONS, Machine, Probe, Trial};
use crate::model::Errno;
use crate::text::{Show, Sink, put};

/// What is said of a row: the rest stands in the braces.
type Teller = for<'m> fn(&'m Machine, &mut Args<'m>) -> &'static Said;

/// A row.
const fn of(group: Group, name: &'static str, then: &'static str) -> Row {
    Row { group, name, then }
}

/// The rows, and who tells what is said of each.
static ROWS: [(Row, Teller); 10] = [
    (of(Group::Limits, "cgroups", "no limits of memory, processes and processors"), cgroups),
    (
        of(Group::Limits, "controllers", "the limits of those that are missing are refused"),
        controllers,
    ),
    (
        of(
            Group::Limits,
            "cgroups of our own",
            "a sandbox has no limits, and is not counted by itself",
        ),
        own_cgroups,
    ),
    (of(Group::Confinement, "landlock", "no landlock rules"), landlock),
    (of(Group::Confinement, "seccomp", "filters with what is missing are refused"), seccomp),
    (
        of(Group::Confinement, "terminal", "what shares our terminal can type into it (TIOCSTI)"),
        terminal,
    ),
    (
        of(
            Group::Confinement,
            "ptrace",
            "outside a sandbox, a process may trace every other of its user",
        ),
        ptrace,
    ),
    (of(Group::Supervision, PROC, "no id maps, no clock offsets, no ls"), proc),
    (of(Group::Supervision, "pidfds", "signals go by number, and PID 1 polls"), pidfds),
    (of(Group::Supervision, "exit status", "PID 1 reaps every orphan itself"), ends),
];

/// What an ordinary user cannot do without.
const PROC: &str = "/proc";

/// The findings of all three.
pub(super) fn findings(machine: &Machine, visit: &mut dyn FnMut(&Finding<'_>)) {
    let actions = Actions(machine.actions);
    for (row, said) in ROWS.iter().filter(|(row, _)| cfg!(feature = "sandbox") || is_plain(row)) {
        let mut args = Args { text: &actions, ..Args::NONE };
        let said = said(machine, &mut args);
        let is_needed = row.name == PROC && !machine.has_privilege;
        visit(&Finding { row, said, is_needed, args });
    }
}

/// Whether it is of use to a sandbox that limits and forbids nothing.
fn is_plain(row: &Row) -> bool {
    row.group == Group::Supervision || matches!(row.name, "terminal" | "ptrace")
}

fn cgroups<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    args.said = machine.cgroup.path.text().unwrap_or_default();
    match machine.cgroup.is_mounted() {
        true => yes!("version 2, ours is {s}"),
        false => no!(
            "none of version 2 are mounted where we see ours",
            try: "mount -t cgroup2 cgroup2 /sys/fs/cgroup, as root"
        ),
    }
}

fn controllers<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    args.said = machine.cgroup.controllers.text().unwrap_or_default();
    let has = |name: &[u8]| machine.cgroup.has(name);
    match (has(b"memory"), has(b"pids"), has(b"cpu")) {
        _ if !machine.cgroup.is_mounted() => no!("none without cgroups"),
        (true, true, true) => yes!("{s}"),
        (false, false, false) => no!(
            "none of memory, pids and cpu: {s}",
            try: "systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1=all to the kernel"
        ),
        (false, _, _) => partly!("no memory: {s}", try: "delegate it: Delegate=yes"),
        (_, false, _) => partly!("no pids: {s}", try: "delegate it: Delegate=yes"),
        (_, _, false) => partly!("no cpu: {s}", try: "delegate it: Delegate=yes"),
    }
}

fn own_cgroups<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::OwnCgroup) {
        Trial::Works => yes!("can be made below ours"),
        Trial::Refused(Errno::EROFS) => no!(
            "EROFS: they are mounted read-only",
            try: "a container with --security-opt writable-cgroups=true, or --privileged"
        ),
        Trial::Refused(Errno::EACCES | Errno::EPERM) => no!(
            "ours belongs to somebody else",
            try: "systemd-run --user --scope -p Delegate=yes nsinit …, or as root"
        ),
        Trial::Refused(errno) => refused(machine, errno, args),
        Trial::Untried => no!("none without cgroups"),
    }
}

fn landlock<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match &machine.landlock {
        Ok(version) => {
            args.a = i64::try_from(*version).unwrap_or(i64::MAX);
            yes!("version {a}")
        }
        Err(Errno::EOPNOTSUPP) => no!(
            "built in, and not chosen when the machine was started",
            try: "lsm=landlock,… to the kernel"
        ),
        Err(Errno::ENOSYS) => no!(
            "ENOSYS: not built in, older than 5.13, or hidden by a filter",
            try: "a kernel with CONFIG_SECURITY_LANDLOCK"
        ),
        Err(errno) => refused(machine, errno, args),
    }
}

/// The actions that a filter may return, by name.
struct Actions(u8);

impl Show for Actions {
    fn show(&self, out: &mut dyn Sink) {
        let has = |bit: &usize| self.0 >> bit & 1 != 0;
        let names = ACTIONS.into_iter().enumerate().filter(|(bit, _)| has(bit));
        for (index, (_, (name, _))) in names.enumerate() {
            put!(out, if index == 0 { "" } else { " " }, name);
        }
    }
}

/// The names of the actions stand in the braces already.
fn seccomp<'m>(machine: &'m Machine, _: &mut Args<'m>) -> &'static Said {
    const ALL: u8 = (1 << ACTIONS.len()) - 1;
    match (machine.actions, machine.is_filtered) {
        (0, _) => no!("no filters", try: "a kernel with CONFIG_SECCOMP_FILTER"),
        (ALL, false) => yes!("{t}"),
        (ALL, true) => yes!("{t}; a filter is around us already"),
        (_, _) => partly!("only {t}"),
    }
}

fn terminal<'m>(machine: &'m Machine, _: &mut Args<'m>) -> &'static Said {
    match machine.tiocsti {
        Some(0) => yes!("nobody types for others"),
        Some(_) => partly!(
            "dev.tty.legacy_tiocsti is on",
            try: "sysctl dev.tty.legacy_tiocsti=0, or --terminal own"
        ),
        None => partly!(
            "this kernel cannot forbid to type for others",
            try: "Linux 6.2, or --terminal own"
        ),
    }
}

fn ptrace<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.ptrace_scope {
        Some(scope @ 1..) => {
            args.a = i64::try_from(scope).unwrap_or(i64::MAX);
            yes!("kernel.yama.ptrace_scope is {a}")
        }
        Some(0) => {
            partly!("kernel.yama.ptrace_scope is 0", try: "sysctl kernel.yama.ptrace_scope=1")
        }
        None => partly!("there is no Yama", try: "a kernel with CONFIG_SECURITY_YAMA"),
    }
}

fn proc<'m>(machine: &'m Machine, _: &mut Args<'m>) -> &'static Said {
    match machine.has_proc {
        true => yes!("mounted"),
        false => no!("not mounted", try: "mount -t proc proc /proc, as root"),
    }
}

fn pidfds<'m>(machine: &'m Machine, _: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::Pidfd) {
        Trial::Works => yes!("given for each child"),
        Trial::Refused(_) | Trial::Untried => {
            partly!("none are given", try: "Linux 5.3, or without a filter that hides them")
        }
    }
}

fn ends<'m>(machine: &'m Machine, _: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::ExitByPidfd) {
        Trial::Works => yes!("the kernel reaps, and tells it by a pidfd"),
        Trial::Refused(_) | Trial::Untried => {
            partly!("not told by a pidfd", try: "Linux 6.15")
        }
    }
}
