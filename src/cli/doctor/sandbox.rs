//! What is found of what a sandbox is made of beside its namespaces.

use super::finding::{Finding, Group, Row, Said, no, partly, yes};
use super::namespaces::{FORBIDDEN, refused, untried};
use crate::cli::report::Args;
use crate::engine::doctor::{Ids, Machine, Probe, Trial};
use crate::engine::probe::Blocked;
use crate::model::Errno;

/// What is said of a row: the rest stands in the braces.
type Teller = for<'m> fn(&'m Machine, &mut Args<'m>) -> &'static Said;

/// A row.
const fn of(name: &'static str, then: &'static str) -> Row {
    Row { group: Group::Sandbox, name, then }
}

/// The rows, and who tells what is said of each.
static ROWS: [(Row, Teller); 8] = [
    (of("own ids", "run fails at its id maps"), own_ids),
    (of("other ids", "uid-map and gid-map have room for our own ids only"), other_ids),
    (of("private mounts", "run needs --namespaces -mnt"), private_mounts),
    (of("fresh /proc", "run needs --proc bind"), fresh_proc),
    (of("clock offsets", "no --boottime, no --monotonic"), clock_offsets),
    (of("mounts by descriptor", "no root file system of its own"), mount_api),
    (of("idmapped mounts", "no idmap of what is mounted from outside"), idmapped_mounts),
    (of("overlay", "no overlay of a root or a mount"), overlay),
];

/// The findings of ids, mounts and clocks.
pub(super) fn findings(machine: &Machine, visit: &mut dyn FnMut(&Finding<'_>)) {
    for (row, said) in ROWS.iter().filter(|(row, _)| cfg!(feature = "sandbox") || is_plain(row)) {
        let mut args = Args::NONE;
        let said = said(machine, &mut args);
        let is_needed = match row.name {
            "own ids" => !machine.has_privilege,
            name => matches!(name, "private mounts" | "fresh /proc"),
        };
        visit(&Finding { row, said, is_needed, args });
    }
}

/// Whether it is of use to a sandbox that has no files of its own.
fn is_plain(row: &Row) -> bool {
    matches!(row.name, "own ids" | "private mounts" | "fresh /proc" | "clock offsets")
}

fn own_ids<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    let setting = machine.kinds.iter().find_map(|kind| match kind.blocked {
        Blocked::Sysctl(_, setting) => Some(setting),
        Blocked::NotBuilt(_) | Blocked::Limit(..) | Blocked::Chroot | Blocked::Unknown => None,
    });
    match (machine.trials.get_ref(Probe::MapIds), setting) {
        (Trial::Works, _) => yes!("a user namespace maps ours"),
        (Trial::Refused(_), Some(setting)) => {
            args.name = setting;
            FORBIDDEN
        }
        (Trial::Refused(errno), None) => refused(machine, errno, args),
        (Trial::Untried, _) => no!("not without a user namespace"),
    }
}

/// Only root maps others by itself; for everybody else newuidmap does.
fn other_ids<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    let Ids { has_programs, may_write, uids, gids, may_be_more, no_new_privs } = machine.ids;
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    (args.a, args.b) = (count(uids), count(gids));
    match (has_programs, may_write) {
        _ if machine.has_privilege => yes!("root maps any"),
        (false, _) => no!(
            "newuidmap and newgidmap are not there",
            try: "apt-get install uidmap, or the package shadow-utils"
        ),
        (true, false) => no!(
            "newuidmap and newgidmap have no right of their own",
            try: "chmod u+s on both, as root"
        ),
        (true, true) if no_new_privs => no!(
            "newuidmap has no rights here: no_new_privs is set",
            try: "without --security-opt no-new-privileges"
        ),
        (true, true) if may_be_more => {
            partly!("{a} uids and {b} gids by newuidmap, and what other files may grant")
        }
        (true, true) if uids == 0 || gids == 0 => no!(
            "{a} uids in /etc/subuid and {b} gids in /etc/subgid are ours",
            try: "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER, as root"
        ),
        (true, true) => yes!("{a} uids and {b} gids, by newuidmap"),
    }
}

fn private_mounts<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::PrivateMounts) {
        Trial::Works => yes!("what is mounted inside is not seen outside"),
        Trial::Refused(Errno::EINVAL) => no!(
            "\"/\" is not a mount point: we are in a chroot",
            try: "mount --bind DIR DIR before chroot DIR"
        ),
        Trial::Refused(errno) => refused(machine, errno, args),
        Trial::Untried => no!("not without a mount namespace"),
    }
}

fn fresh_proc<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::FreshProc) {
        Trial::Works => yes!("a PID namespace has its own"),
        Trial::Refused(Errno::EPERM) if machine.covered > 0 => {
            args.a = i64::from(machine.covered);
            args.said = machine.first_covered.text().unwrap_or_default();
            no!(
                "EPERM: the outer /proc is covered in places: {s} ({a} in all)",
                try: "--proc bind, or a container with --security-opt systempaths=unconfined"
            )
        }
        Trial::Refused(Errno::EPERM | Errno::ENOENT) if !machine.has_proc => no!(
            "no /proc is mounted that it could be like",
            try: "mount -t proc proc /proc, as root"
        ),
        Trial::Refused(errno) => refused(machine, errno, args),
        Trial::Untried => no!("not without mounts and a PID namespace"),
    }
}

fn clock_offsets<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::ShiftClocks) {
        Trial::Works => yes!("monotonic and boottime"),
        Trial::Refused(Errno::ENOENT) => no!(
            "there is no /proc/self/timens_offsets",
            try: "a /proc, and Linux 5.6 with CONFIG_TIME_NS"
        ),
        Trial::Refused(errno) => refused(machine, errno, args),
        Trial::Untried => no!("not without a time namespace"),
    }
}

fn mount_api<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::DetachedMount) {
        Trial::Works => yes!("fsopen(2), fsmount(2)"),
        Trial::Refused(Errno::ENOSYS) => no!(
            "ENOSYS: the kernel is older than 5.2, or a filter hides fsopen(2)",
            try: "a newer kernel, or --security-opt seccomp=unconfined"
        ),
        Trial::Refused(errno) => refused(machine, errno, args),
        Trial::Untried => no!("not without a mount namespace"),
    }
}

fn idmapped_mounts<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::IdmappedMount) {
        Trial::Works => yes!("of the root's file system"),
        Trial::Refused(Errno::EINVAL) => partly!("not of the root's file system: EINVAL"),
        Trial::Refused(Errno::ENOSYS) => no!(
            "ENOSYS: the kernel is older than 5.12, or a filter hides mount_setattr(2)",
            try: "a newer kernel, or --security-opt seccomp=unconfined"
        ),
        Trial::Refused(errno) => refused(machine, errno, args),
        Trial::Untried if machine.has_privilege => untried(machine),
        Trial::Untried => {
            no!("only who may mount the file system may do it", try: "as root")
        }
    }
}

fn overlay<'m>(machine: &'m Machine, args: &mut Args<'m>) -> &'static Said {
    match machine.trials.get_ref(Probe::Overlay) {
        Trial::Works => yes!("of directories in memory"),
        Trial::Refused(Errno::ENODEV) => {
            no!("ENODEV: the kernel has none", try: "modprobe overlay, as root")
        }
        Trial::Refused(Errno::EPERM | Errno::EINVAL) if !machine.has_privilege => {
            no!("not for ordinary users", try: "Linux 5.11, or as root")
        }
        Trial::Refused(errno) => refused(machine, errno, args),
        Trial::Untried => no!("not without private mounts"),
    }
}
