//! What is found of the eight kinds of namespaces.

use super::finding::{Finding, Group, Row, Said, no, yes};
use crate::cli::report::Args;
use crate::engine::doctor::{Kind, Machine, Probe, Trial};
use crate::engine::probe::Blocked;
use crate::model::{Errno, Namespace};

/// The findings of all kinds.
pub(super) fn findings(machine: &Machine, visit: &mut dyn FnMut(&Finding<'_>)) {
    for kind in &machine.kinds {
        let mut args = Args::NONE;
        let said = said(machine, kind, &mut args);
        let (row, is_needed) = row(kind.kind, machine.has_privilege);
        visit(&Finding { row, said, is_needed, args });
    }
}

/// A kind as a row.
const fn of(name: &'static str, then: &'static str) -> Row {
    Row { group: Group::Namespaces, name, then }
}

static CGROUP: Row = of("cgroup", "no --namespaces +cgroup");
static IPC: Row = of("ipc", "run needs --namespaces -ipc");
static NET: Row = of("net", "no --namespaces +net, no --loopback, no network of its own");
static MNT: Row = of("mnt", "run needs --namespaces -mnt; no fresh /proc, no root of its own");
static PID: Row = of("pid", "run needs --namespaces -pid, and may leave processes behind");
static TIME: Row = of("time", "run needs --namespaces -time; no --boottime, no --monotonic");
static USER: Row = of("user", "run makes no namespaces at all, for us");
static ROOTS_USER: Row = of("user", "no --namespaces +user, no uid-map, no gid-map");
static UTS: Row = of("uts", "run needs --namespaces -uts; no --hostname, no --domainname");

/// The row of a kind, and whether `run` makes one of it when nothing is said.
const fn row(kind: Namespace, has_privilege: bool) -> (&'static Row, bool) {
    match kind {
        Namespace::Cgroup => (&CGROUP, false),
        Namespace::Ipc => (&IPC, true),
        Namespace::Net => (&NET, false),
        Namespace::Mnt => (&MNT, true),
        Namespace::Pid => (&PID, true),
        Namespace::Time => (&TIME, true),
        Namespace::User if has_privilege => (&ROOTS_USER, false),
        Namespace::User => (&USER, true),
        Namespace::Uts => (&UTS, true),
    }
}

fn said<'m>(machine: &'m Machine, kind: &'m Kind, args: &mut Args<'m>) -> &'static Said {
    let Kind { kind, limit, in_use, made, blocked } = kind;
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    (args.a, args.b) = (i64::from(*in_use), number(limit.unwrap_or(0)));
    match (made, blocked) {
        (Trial::Works, _) if limit.is_some() => yes!("{a} seen, {b} allowed"),
        (Trial::Works, _) => yes!("{a} seen"),
        (Trial::Untried, _) => untried(machine),
        (Trial::Refused(_), Blocked::NotBuilt(missing)) => {
            args.name = missing.kernel_option();
            no!("this kernel was built without {n}", try: "a kernel with {n}")
        }
        (Trial::Refused(_), Blocked::Limit(kind, limit)) => {
            (args.name, args.a) = (kind.name(), number(*limit));
            no!(
                "{a} allowed by user.max_{n}_namespaces, and so many are in use",
                try: "sysctl user.max_{n}_namespaces=10000"
            )
        }
        (Trial::Refused(_), Blocked::Sysctl(_, setting)) => {
            args.name = setting;
            FORBIDDEN
        }
        (Trial::Refused(_), Blocked::Chroot) => {
            no!("nobody gets one in a chroot", try: "as root, or outside the chroot")
        }
        (Trial::Refused(Errno::ENOSYS), Blocked::Unknown) if *kind == Namespace::Time => no!(
            "ENOSYS: a filter hides clone3(2), which makes one",
            try: "a container with --security-opt seccomp=unconfined, or --privileged"
        ),
        (Trial::Refused(errno), Blocked::Unknown) => refused(machine, errno, args),
    }
}

/// A setting forbids it, which stands in the braces with its remedy.
pub(super) const FORBIDDEN: &Said = no!(
    "forbidden to ordinary users, by a setting of the kernel",
    try: "sysctl {n}, or as root"
);

/// Refused, and no setting says why.
pub(super) fn refused<'m>(
    machine: &'m Machine,
    errno: &'m Errno,
    args: &mut Args<'m>,
) -> &'static Said {
    (args.said, args.text) = (machine.profile.text().unwrap_or_default(), errno);
    let is_denied = matches!(*errno, Errno::EPERM | Errno::EACCES);
    match (is_denied, args.said.is_empty(), machine.is_filtered) {
        (true, false, _) => no!(
            "{t}: the security profile {s} forbids it",
            try: "another profile: --security-opt apparmor=unconfined, or --privileged"
        ),
        (_, _, true) => no!(
            "{t}, as the seccomp filter around us wants",
            try: "a container with --security-opt seccomp=unconfined, or --privileged"
        ),
        (true, true, false) => no!(
            "{t}: a security module or a chroot forbids it",
            try: "a container with --security-opt seccomp=unconfined, or --privileged"
        ),
        (false, _, false) => no!("{t}"),
    }
}

/// Not tried: there was nobody to try it, or whoever did was killed for it.
pub(super) fn untried(machine: &Machine) -> &'static Said {
    match machine.trials.get(Probe::User) {
        Trial::Refused(_) if !machine.has_privilege => {
            no!("not without a user namespace", try: "as root")
        }
        Trial::Works | Trial::Refused(_) | Trial::Untried => no!(
            "whoever tries it is killed by a filter around us",
            try: "a container with --security-opt seccomp=unconfined, or --privileged"
        ),
    }
}
