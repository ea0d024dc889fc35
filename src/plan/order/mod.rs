//! The orders that the kernel dictates, as a table.
//!
//! `resolve` writes the steps in their order; this table says which of those orders are not ours to
//! choose, and why. Every golden plan is held against it.

mod sort;

use super::Plan;
pub use super::kinds::Kind;
pub use super::rule::Rule;
use super::rule::rule;

/// Every order that is not ours to choose.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES
        .iter()
        .chain(super::confine::RULES)
        .chain(super::control::RULES)
        .chain(super::log::RULES)
        .chain(super::machine::RULES)
        .chain(super::persist::RULES)
        .chain(super::ties::RULES)
}

/// Those of what every start may do; a domain has its own beside its acts.
const RULES: &[Rule] = &[
    rule(
        Kind::Reap,
        Kind::Clone,
        "a child of an ignored SIGCHLD leaves no status (sigaction(2)), and it is inherited",
    ),
    rule(
        Kind::Reap,
        Kind::Spawn,
        "a child that ends before SIGCHLD is set right would leave a zombie or no status (wait(2))",
    ),
    rule(Kind::OpenPipe, Kind::Clone, "both sides need an end (pipe(2))"),
    rule(
        Kind::Reap,
        Kind::ForkJoiner,
        "PID 1 is our child by clone(2) with CLONE_PARENT, and its end may come at once",
    ),
    rule(Kind::OpenPipe, Kind::ForkJoiner, "both sides need an end (pipe(2))"),
    rule(Kind::ForkJoiner, Kind::Join, "what one process joins, no other does (setns(2))"),
    rule(
        Kind::OpenPlace,
        Kind::HideJoiner,
        "before Linux 5.14 who is hidden cannot read whose a pidfd is (proc_pid_fdinfo(5))",
    ),
    rule(
        Kind::HideJoiner,
        Kind::Join,
        "whoever is inside may trace who comes, and open its files (CVE-2016-9962)",
    ),
    rule(
        Kind::OpenPlace,
        Kind::Join,
        "a process is found by its number outside, and cgroups by their names there (proc(5))",
    ),
    rule(
        Kind::Join,
        Kind::TakePlace,
        "who enters a mount namespace stands at its root, whatever was its root (setns(2))",
    ),
    rule(
        Kind::Join,
        Kind::Clone,
        "a PID namespace takes children to come, a user namespace owns what it makes (setns(2))",
    ),
    rule(
        Kind::Join,
        Kind::BecomeMapped,
        "only ids that the user namespace knows can be taken (setresuid(2), EINVAL)",
    ),
    rule(
        Kind::Clone,
        Kind::WriteIdMap,
        "the map is a file of the new process (user_namespaces(7))",
    ),
    rule(
        Kind::WriteIdMap,
        Kind::PassGate,
        "until then PID 1 is nobody (user_namespaces(7), 'Defining user and group ID mappings')",
    ),
    rule(
        Kind::Clone,
        Kind::MakeInterface,
        "an interface is made in a net namespace that is there (network_namespaces(7))",
    ),
    rule(
        Kind::MakeInterface,
        Kind::PassGate,
        "until then PID 1 has no interface to give an address (netdevice(7))",
    ),
    rule(
        Kind::KeepInterfaces,
        Kind::MoveInterface,
        "a namespace that dies takes virtual interfaces along (net/core/dev.c, \
         default_device_exit_net): who brings them back is there before they go in",
    ),
    rule(
        Kind::WaitAtGate,
        Kind::AddRoute,
        "the interface is made by the launcher before it passes the gate (rtnetlink(7))",
    ),
    rule(
        Kind::AddAddress,
        Kind::AddRoute,
        "a gateway has to be in a network of ours (net/ipv4/fib_semantics.c, fib_check_nh_v4_gw)",
    ),
    rule(
        Kind::SetInterfaceUp,
        Kind::AddRoute,
        "a route by an interface that is down is refused: ENETDOWN (net/ipv4/fib_semantics.c)",
    ),
    rule(
        Kind::MapSelfUid,
        Kind::TellIds,
        "who enters a user namespace without maps is nobody in it (user_namespaces(7))",
    ),
    rule(
        Kind::AwaitIds,
        Kind::StartPasta,
        "pasta enters PID 1's user namespace, whose maps PID 1 writes (user_namespaces(7))",
    ),
    rule(
        Kind::DenySetgroups,
        Kind::MapSelfGid,
        "without CAP_SETGID outside, gid_map is refused before 'deny' (user_namespaces(7))",
    ),
    rule(
        Kind::MapSelfUid,
        Kind::CloseInherited,
        "its descriptors are closed with the inherited ones",
    ),
    rule(
        Kind::MapSelfUid,
        Kind::MountProc,
        "an unmapped id cannot own what a mount creates (EOVERFLOW, fs/namei.c)",
    ),
    rule(
        Kind::CloseInherited,
        Kind::WaitAtGate,
        "our own copy of the gate's other end would hide that the launcher died (pipe(7))",
    ),
    rule(
        Kind::CloseInherited,
        Kind::DieWithLauncher,
        "our own copy of the report pipe's read end would hide that the launcher died (pipe(7))",
    ),
    rule(
        Kind::WaitAtGate,
        Kind::MakeMountsPrivate,
        "an unmapped id has no business in the file system (user_namespaces(7))",
    ),
    rule(
        Kind::WaitAtGate,
        Kind::BecomeMapped,
        "only mapped ids can be taken (setresuid(2), EINVAL)",
    ),
    rule(
        Kind::MakeMountsPrivate,
        Kind::MountProc,
        "a mount under shared propagation appears outside (mount_namespaces(7))",
    ),
    rule(
        Kind::MountProc,
        Kind::ShiftClocks,
        "the offsets are a file of the own process in /proc (time_namespaces(7))",
    ),
    rule(
        Kind::ShiftClocks,
        Kind::Spawn,
        "offsets are frozen when the first process enters (time_namespaces(7))",
    ),
    rule(
        Kind::ShiftClocks,
        Kind::BecomeMapped,
        "a process that changed its ids cannot open its own /proc files (proc(5), 'dumpable')",
    ),
    rule(
        Kind::Uts,
        Kind::BecomeMapped,
        "needs CAP_SYS_ADMIN, which a change from uid 0 drops (capabilities(7))",
    ),
    rule(
        Kind::Loopback,
        Kind::BecomeMapped,
        "needs CAP_NET_ADMIN, which a change from uid 0 drops (capabilities(7))",
    ),
    rule(
        Kind::BecomeMapped,
        Kind::DieWithLauncher,
        "a change of ids clears the death signal (prctl(2), PR_SET_PDEATHSIG)",
    ),
    rule(
        Kind::CloseInherited,
        Kind::DieMeanwhile,
        "our own copy of the report pipe's read end would hide that the launcher died (pipe(7))",
    ),
    rule(
        Kind::DieMeanwhile,
        Kind::OpenOutside,
        "a file system of somebody's server may never answer, and the launcher may be killed \
         meanwhile (fs/fuse/dev.c, request_wait_answer)",
    ),
    rule(
        Kind::WriteMapper,
        Kind::OpenMapped,
        "a mount takes a copy of the maps there are, and no user namespace without any \
         (fs/namespace.c, build_mount_idmapped)",
    ),
    rule(
        Kind::OpenMapped,
        Kind::Clone,
        "needs CAP_SYS_ADMIN where the file system was mounted; and PID 1 inherits the descriptor \
         (mount_setattr(2), clone(2))",
    ),
    rule(Kind::DieMeanwhile, Kind::OpenLinked, "as for what is opened later"),
    rule(
        Kind::OpenLinked,
        Kind::MakeMountsPrivate,
        "a copy of a private mount is nobody's slave (mount_namespaces(7))",
    ),
    rule(
        Kind::MakeMountsPrivate,
        Kind::OpenOutside,
        "a copy of a shared mount is its peer (mount_namespaces(7))",
    ),
    rule(
        Kind::OpenOutside,
        Kind::MakeInMemory,
        "a scratch may lie over the outer root, and \"..\" at that leads into it (fs/namei.c, \
         handle_mounts)",
    ),
    rule(
        Kind::OpenOutside,
        Kind::EnterRoot,
        "the outer root has no name any more; a procfs wants to see the outer one \
         (fs/namespace.c, mnt_already_visible)",
    ),
    rule(
        Kind::MakeInMemory,
        Kind::EnterRoot,
        "what is mounted nowhere cannot be copied before Linux 6.15, and the outer root takes the \
         scratch along when it goes (open_tree(2))",
    ),
    rule(
        Kind::OpenOutside,
        Kind::BecomeMapped,
        "a path outside may be open to our outer ids alone (user_namespaces(7))",
    ),
    rule(
        Kind::ShiftClocks,
        Kind::EnterRoot,
        "the offsets are a file of the own process in the outer /proc (time_namespaces(7))",
    ),
    rule(
        Kind::BecomeMapped,
        Kind::MakeInMemory,
        "an unmapped id cannot own what is made (EOVERFLOW, fs/namei.c)",
    ),
    rule(
        Kind::BecomeMapped,
        Kind::PlaceInRoot,
        "an unmapped id cannot own what is made (EOVERFLOW, fs/namei.c)",
    ),
    rule(
        Kind::EnterRoot,
        Kind::PlaceInRoot,
        "a symbolic link must lead to nothing outside: there is none any more (CVE-2026-87766)",
    ),
    rule(Kind::PlaceInRoot, Kind::SealRoot, "nothing is made in a read-only root (EROFS)"),
    rule(
        Kind::PlaceInRoot,
        Kind::FinishRoot,
        "modes are those that were asked for, without our umask (umask(2))",
    ),
    rule(Kind::FinishRoot, Kind::Spawn, "a service's command and user are those inside"),
    rule(Kind::DieWithLauncher, Kind::Spawn, "no service may start that nobody would end"),
    rule(
        Kind::Subreaper,
        Kind::Spawn,
        "only orphans made later come to us (prctl(2), PR_SET_CHILD_SUBREAPER)",
    ),
    rule(
        Kind::GiveUpTerminal,
        Kind::Spawn,
        "a terminal that a session has is no other's to take (ioctl_tty(2), TIOCSCTTY)",
    ),
    rule(
        Kind::WatchSignals,
        Kind::Spawn,
        "a service's end must find somebody listening (signalfd(2))",
    ),
    rule(Kind::Spawn, Kind::Session, "the service's own process does the rest"),
    rule(
        Kind::Session,
        Kind::TakeForeground,
        "only a group of the terminal's session can be in its foreground (tcsetpgrp(3))",
    ),
    rule(
        Kind::Limits,
        Kind::BecomeUser,
        "raising a limit needs privilege (getrlimit(2), nice(2), proc(5))",
    ),
    rule(
        Kind::MoveAside,
        Kind::EnableControllers,
        "a cgroup with processes of its own hands no controller down (cgroups(7), EBUSY)",
    ),
    rule(
        Kind::EnableControllers,
        Kind::SetLimit,
        "the file is there only where the cgroup above enables its controller (cgroups(7))",
    ),
    rule(
        Kind::MakeCgroup,
        Kind::Clone,
        "a process is made in a cgroup that is there (clone(2), CLONE_INTO_CGROUP)",
    ),
    rule(
        Kind::TryCgroup,
        Kind::Clone,
        "a process made there may be killed at birth (kernel/cgroup/cgroup.c, cgroup_post_fork)",
    ),
    rule(
        Kind::EnterCgroup,
        Kind::CgroupNamespace,
        "its root is the cgroup of whoever makes it, then (cgroup_namespaces(7))",
    ),
    rule(
        Kind::CgroupNamespace,
        Kind::EnterCgroupOfSupervisor,
        "the namespace is to have the sandbox's as its root (cgroup_namespaces(7))",
    ),
    rule(
        Kind::CgroupNamespace,
        Kind::BecomeMapped,
        "needs CAP_SYS_ADMIN, which a change from uid 0 drops (capabilities(7))",
    ),
    rule(
        Kind::CgroupNamespace,
        Kind::TellLeft,
        "PID 1 is to leave it only when it is the root (cgroup_namespaces(7))",
    ),
    rule(
        Kind::MakeMountsPrivate,
        Kind::CutOffCgroups,
        "a copy of a shared mount is its peer (mount_namespaces(7))",
    ),
    rule(
        Kind::CutOffCgroups,
        Kind::EnterRoot,
        "the outer root has no name any more; and from a descriptor in it \"..\" leads there \
         (fs/namei.c, follow_dotdot)",
    ),
    rule(
        Kind::AwaitLeft,
        Kind::EnableWithin,
        "a cgroup with processes of its own hands no controller down (cgroups(7), EBUSY)",
    ),
    rule(
        Kind::AwaitLeft,
        Kind::PassGate,
        "services have no limits before that, and may not start (cgroups(7))",
    ),
    rule(
        Kind::EnterCgroupOfService,
        Kind::BecomeUser,
        "a process that changed its ids may not move itself (cgroups(7), \"Delegation\")",
    ),
    rule(
        Kind::MakeCgroup,
        Kind::RemoveCgroup,
        "what is removed is what was made (cgroups(7), rmdir(2))",
    ),
    rule(
        Kind::BecomeUser,
        Kind::DieWithSupervisor,
        "a change of ids clears the death signal (prctl(2), PR_SET_PDEATHSIG)",
    ),
    rule(
        Kind::BecomeUser,
        Kind::ChangeDirectory,
        "the directory must be one that the user can enter (systemd.exec(5) does the same)",
    ),
    rule(
        Kind::BecomeUser,
        Kind::NoNewPrivs,
        "later filters rely on it; ids change before (prctl(2))",
    ),
    rule(
        Kind::TakeForeground,
        Kind::RestoreSignals,
        "SIGTTOU must still be blocked (tcsetpgrp(3))",
    ),
    rule(
        Kind::CloseInherited,
        Kind::OpenNotifySocket,
        "what is above 2 would be closed again (close_range(2))",
    ),
    rule(
        Kind::OpenNotifySocket,
        Kind::Spawn,
        "the service's process asks its copy of the descriptor for the name (getsockname(2))",
    ),
    rule(Kind::MountProc, Kind::LeaveMessage, "our cgroup's name is in /proc (proc_pid_cgroup(5))"),
    rule(
        Kind::TellNotifySocket,
        Kind::PassReadyPipe,
        "the number may be that of our own descriptor of the socket (dup(2))",
    ),
    rule(Kind::Loopback, Kind::Knock, "nobody is there before (netdevice(7), IFF_UP)"),
    rule(Kind::Spawn, Kind::TellPid, "the PID is that of the service's own process (getpid(2))"),
    rule(
        Kind::TakeForeground,
        Kind::PassReadyPipe,
        "the number may be that of our own descriptor of the terminal (dup(2))",
    ),
    rule(
        Kind::Listen,
        Kind::Clone,
        "PID 1 inherits the socket, and accept(2) there is accept(2) here (fork(2))",
    ),
    rule(Kind::Listen, Kind::Spawn, "a service must not run unseen (listen(2))"),
    rule(
        Kind::MountEarly,
        Kind::Listen,
        "what is bound before would be covered by the tmpfs on /run (mount(2))",
    ),
    rule(
        Kind::NoNewPrivs,
        Kind::InstallFilter,
        "without CAP_SYS_ADMIN only who has it may be filtered (seccomp(2), EACCES)",
    ),
    rule(
        Kind::RestoreSignals,
        Kind::InstallFilter,
        "a filter may refuse every call, so that only the command's own come after it (seccomp(2))",
    ),
    rule(
        Kind::CloseInherited,
        Kind::OpenLine,
        "what is above 2 would be closed again (close_range(2))",
    ),
    rule(
        Kind::Limits,
        Kind::Hide,
        "what is hidden cannot open its own files in /proc (proc(5), 'dumpable')",
    ),
    rule(
        Kind::Hide,
        Kind::Execute,
        "the command may trace whoever is not hidden, and an exec ends what we share (ptrace(2))",
    ),
    rule(
        Kind::OpenLine,
        Kind::Spawn,
        "the service's process has a copy of its end alone (clone(2), CLONE_FILES)",
    ),
    rule(
        Kind::InstallFilter,
        Kind::Execute,
        "a filter is of the process and kept by execve(2), whoever it becomes (seccomp(2))",
    ),
    rule(Kind::NoNewPrivs, Kind::Execute, "it speaks of the exec (prctl(2))"),
    rule(
        Kind::RestoreSignals,
        Kind::Execute,
        "the command gets the mask we were given (execve(2))",
    ),
];

/// The first rule that `plan` breaks, with the numbers of the two steps, from 0.
///
/// Steps of different processes of services do not wait for each other; the steps of the launcher
/// and PID 1 come before those of every service.
pub fn broken(plan: &Plan<'_>) -> Option<(&'static Rule, usize, usize)> {
    rules().find_map(|rule| {
        plan.steps.iter().enumerate().find_map(|(early, step)| {
            let is_late = |(late, other): (usize, &super::Step<'_>)| {
                let meets = !matches!(
                    (step.actor, other.actor),
                    (one, other) if one != other && is_of_service(one) && is_of_service(other)
                );
                (meets && other.act.kind() == rule.before && late > early).then_some(late)
            };
            (step.act.kind() == rule.after)
                .then(|| plan.steps.iter().enumerate().find_map(is_late))
                .flatten()
                .map(|late| (rule, early, late))
        })
    })
}

/// Whether it is a process for a service.
const fn is_of_service(actor: super::Actor) -> bool {
    matches!(actor, super::Actor::Service(_) | super::Actor::Helper(..))
}
