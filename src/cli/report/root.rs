//! What goes wrong with a root of its own.

use super::sentence::sentence;
use crate::model::{Errno, MountType};
use crate::plan::{MountFault, RootAct};
use crate::spec::flags::Never;

// Reasons that were found out where it happened.
pub(super) const NEVER_CAME_BACK: &str = sentence!(
    why: "it never came back from that, so that it heard no signal, and was killed",
    try: "look at what serves that file system, FUSE or over a network"
);
pub(super) const DANGLING_LINK: &str = sentence!(
    why: "a symbolic link in the root leads to where nothing is",
    try: "the place itself, or make what it leads to before"
);
pub(super) const LINK_IN_THE_WAY: &str = sentence!(
    why: "a symbolic link stands there in the root, where the real thing must be",
    try: "a directory in its place"
);
pub(super) const LEADS_TO_ROOT: &str = sentence!(
    why: "it leads to the root itself, by a symbolic link or \"..\"",
    try: "as the first one, \"/\""
);
pub(super) const OTHER_LINK: &str = sentence!(why: "something else is there already");
pub(super) const OTHER_FILE: &str = sentence!(
    why: "the name of what the descriptor is open on is another file's by now"
);
pub(super) const NO_DEVICE: &str = sentence!(
    why: "the outer /dev has something else under the name of one of these devices",
    try: "as root, who makes them; or mount the outer devices right"
);
pub(super) const OLD_ROOT_THERE: &str = sentence!(why: "the old root is still there");

/// What we know of an errno of this act.
pub(super) fn by_act(act: &RootAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (_, Errno::ENOSYS) => sentence!(
            why: "the kernel, or an outer sandbox, does not have these calls (Linux 5.6), or not \
                  mount_setattr(2) (5.12), for which a /proc is needed outside",
            try: "a newer kernel, or a container with --security-opt seccomp=unconfined"
        ),
        (RootAct::Open(mount, _), Errno::EPERM) if mount.kind == MountType::Proc => sentence!(
            why: "a fresh /proc is refused while parts of the outer /proc are covered \
                  (mount_too_revealing)",
            try: "--proc bind, or run where /proc is not masked"
        ),
        (RootAct::Open(mount, _), Errno::EPERM) if mount.kind == MountType::Sysfs => sentence!(
            why: "a sysfs is for whoever owns the network namespace, and not while parts of the \
                  outer one are covered (mount_too_revealing)",
            try: "a bind of /sys, or --namespaces +net"
        ),
        (RootAct::Open(..) | RootAct::OpenRoot(..), Errno::EINVAL) => sentence!(
            why: "what is mounted there cannot be copied: it is unbindable, or covers something"
        ),
        (RootAct::OpenMapped(..), Errno::EINVAL) => sentence!(
            why: "its file system cannot be mounted with other ids, or the kernel cannot yet"
        ),
        (RootAct::OpenMapped(..), Errno::EPERM) => sentence!(
            why: "its file system is of another user namespace, or has other ids already \
                  (mount_setattr(2))"
        ),
        (RootAct::OpenOverlay { .. }, Errno::EINVAL) => sentence!(
            why: "one of these directories is on a file system that cannot, or has mounts below it \
                  that may not be uncovered",
            try: "a directory without mounts below it"
        ),
        (RootAct::OpenOverlay { .. }, Errno::EPERM | Errno::ENODEV) => sentence!(
            why: "the kernel has no overlays, or none for ordinary users (Linux 5.11)"
        ),
        (RootAct::Enter { .. }, Errno::EINVAL) => sentence!(
            why: "\"/\" is not a mount point here: a chroot, or the first root of the kernel \
                  (pivot_root(2))",
            try: "mount --bind DIR DIR before the chroot, or switch-root out of the initramfs"
        ),
        (RootAct::Place { mount, .. }, Errno::EROFS)
            if matches!(mount.kind, MountType::Chmod | MountType::File) =>
        {
            sentence!(why: "what it lies on is read-only")
        }
        (RootAct::Place { .. }, Errno::EROFS) => sentence!(
            why: "the root is read-only, and has no such place",
            try: "make it in the root before"
        ),
        (RootAct::Place { .. }, Errno::EAGAIN) => sentence!(
            why: "somebody renames directories in the root all the time"
        ),
        (_, _) => "",
    }
}

/// Why something cannot be put into a root.
#[allow(clippy::too_many_lines)] // a table, one arm for each fault
pub(super) fn fault(fault: MountFault, kind: &[u8]) -> &'static str {
    match fault {
        MountFault::NoTarget => sentence!("{s} has no target", try: "target = \"/path/inside\""),
        MountFault::NoSource if kind == b"overlay" => sentence!(
            "{s} has no root to lie over",
            try: "{[}path = \"DIR\"{|}--root DIR{]}"
        ),
        MountFault::NoSource if kind == b"bind" => sentence!(
            "{s} has nothing to be made of",
            try: "source = \"/path\", or fd = 3"
        ),
        MountFault::NoSource if kind == b"symlink" => sentence!(
            "{s} leads nowhere",
            try: "content = \"/path/that/it/leads/to\""
        ),
        MountFault::NoSource => sentence!(
            "{s} has nothing to be made of",
            try: "content = \"…\", fd = 3 or source = \"/path\""
        ),
        MountFault::OtherSource => sentence!(
            "{s} cannot be made of this",
            why: "a bind is of a path or descriptor, a symlink has a content, others have none"
        ),
        MountFault::Mode if kind == b"chmod" => sentence!(
            "{s} has no mode to change to",
            try: "mode = \"0755\""
        ),
        MountFault::Mode => sentence!(
            "a mode is for what is made, and {s} is another thing",
            try: "mode for tmpfs, dir, file, data or chmod alone"
        ),
        MountFault::Size => sentence!("a size is for a tmpfs, and {s} is another thing"),
        MountFault::Proc => sentence!(
            "hidepid and pids-only are for a proc, masked for a proc or sysfs, not for {s}"
        ),
        MountFault::Layers => sentence!(
            "an overlay needs something below what is written, and two where nothing is",
            try: "lower = [\"DIR\"], or --overlay-src DIR before it"
        ),
        MountFault::Overlay => sentence!("lower, upper and work are for an overlay, not for {s}"),
        MountFault::Upper => sentence!(
            "a directory for the work of an overlay needs one for what is written",
            try: "upper = \"DIR\""
        ),
        MountFault::ProcTooNew => sentence!(
            "pids-only and hidepid = \"ptraceable\" are not for this kernel",
            why: "Linux 5.8 was the first to have them (proc(5))",
            try: "a newer kernel, or without pids-only and with hidepid = \"invisible\""
        ),
        MountFault::OverlayTooNew => sentence!(
            "an overlay in a user namespace is not for this kernel",
            why: "Linux 5.11 was the first to let its root have one (user_namespaces(7))",
            try: "a newer kernel, or as root without maps"
        ),
        MountFault::MappedTooNew => sentence!(
            "idmap is not for this kernel",
            why: "Linux 5.12 was the first to have it (mount_setattr(2))",
            try: "a newer kernel, or a copy with other owners"
        ),
        MountFault::Mapped => sentence!(
            "idmap is for a bind of a path, and {s} is another thing",
            try: "source = \"/path\""
        ),
        MountFault::MappedWithoutUser => sentence!(
            "idmap needs a user namespace with maps of its own",
            try: "uid-map and gid-map, such as \"0 100000 65536\""
        ),
        MountFault::MappedByUser => sentence!(
            "idmap needs CAP_SYS_ADMIN where the file system was mounted",
            try: "as root"
        ),
        MountFault::SecondRoot => sentence!(
            "{s} at \"/\" would cover the root",
            why: "only the first one can be the root, and only where root names no other",
            try: "it as the first, a bind or tmpfs; or {[}path = \"DIR\" in [root]{|}--root DIR{]}"
        ),
    }
}

/// Why a flag is refused.
pub(super) const fn never(never: Never) -> &'static str {
    match never {
        Never::Label => sentence!(
            "--{n}: no label of SELinux is set",
            why: "a label would be the sandbox's only where SELinux is the security module",
            try: "runcon(1) in front of nsinit, or of the command"
        ),
        Never::Level => sentence!(
            "--{n}: a message of ours has no level",
            why: "each of them is about something that went wrong, unless -v is said",
            try: "systemd-cat --stderr-priority=err, or logger(1), in front of nsinit"
        ),
        Never::SecondUser => sentence!(
            "--{n}: PID 1 and all services are in one user namespace",
            try: "--userns FD for that one, or --disable-userns so that there are no more"
        ),
        Never::PidOne => sentence!(
            "--{n}: PID 1 inside is nsinit",
            why: "it reaps, passes signals on and ends what is left; without it nobody would",
            try: "without it"
        ),
    }
}
