//! Golden plans: what is decided from a file, arguments and a machine, line by line.
//!
//! For each case `tests/golden/plans/NAME.toml` says what is asked, `NAME.args` what else is said
//! on the command line, where there is anything, and a set of facts below what the machine is.
//! `NAME.plan` is what `explain` prints, with the services behind it; where we will not start,
//! `NAME.refusal` has each reason. SNAPSHOTS=overwrite writes them anew: `git diff` is the review.
//!
//! Every plan is held against the orders of the kernel, and every act and every reason has a case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::ffi::{CStr, CString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use nsinit::cli::explain::print_text;
use nsinit::limits::{ARENA_MAX, ENV_MAX};
use nsinit::model::filter::{Action, DEFAULT_PROGRAM, Instruction};
use nsinit::model::{
    BeforeStop, ControllerSet, Errno, IdKind, IdMap, IdRange, IdTool, LandlockAbi, Namespace,
    Signal,
};
use nsinit::plan::order::{Rule, broken, rules};
use nsinit::plan::{
    Access, Act, Candidate, CgroupReason, Cgroups, ConfineAct, ConfineReason, ControlAct, Facts,
    Inhabitants, JoinAct, JoinFacts, JoinReason, JoinedUser, KeepAct, KeepingPlace, Known,
    LandlockAct, LimitsAct, MachineAct, MachineReason, Manager, Mode, MountFault, NetAct,
    NetReason, Plan, Reason, Refusal, RootAct, Survey, TerminalState, TieAct, TieReason, resolve,
};
use nsinit::spec::argv::{self, Front, Line};
use nsinit::spec::filter::{Filter, FilterLog, Judge};
use nsinit::spec::{Lists, Said, Spec, SpecFault, Tie, file};
use nsinit::text::{Arena, Sink, Words};

/// Every capability there is.
const ALL: u64 = u64::MAX;
/// What docker leaves to root of a container: no SYS_ADMIN, no NET_ADMIN, no SYS_TIME.
const DOCKER_CAPABILITIES: u64 = 0xa804_25fb;

const NO_MANAGER: Manager =
    Manager { has_notify: false, has_listen: false, has_listen_pidfd: false, has_watchdog: false };

/// A machine.
struct Machine {
    about: &'static str,
    facts: Facts,
    ids: Ids,
    cgroups: CgroupsOf,
}

/// What is known of the cgroups of a machine: where we are, and what is there.
#[derive(Clone, Copy)]
struct CgroupsOf {
    /// Our own, or the one that was named; and the one above.
    own: CandidateOf,
    above: CandidateOf,
    in_version_1: &'static str,
    switched_off: &'static str,
    built: &'static str,
    is_mounted: bool,
}

#[derive(Clone, Copy)]
struct CandidateOf {
    path: &'static str,
    available: &'static str,
    enabled: &'static str,
    inhabitants: Inhabitants,
    trouble: Option<Errno>,
    is_root: bool,
}

const EVERY: &str = "cpu cpuset io memory pids hugetlb";

const NOWHERE: CandidateOf = CandidateOf {
    path: "",
    available: EVERY,
    enabled: "",
    inhabitants: Inhabitants::None,
    trouble: None,
    is_root: false,
};

/// A login session of systemd, which has a shell in it, too.
const SESSION: CgroupsOf = CgroupsOf {
    own: CandidateOf {
        path: "/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope",
        inhabitants: Inhabitants::Others,
        available: "memory pids",
        ..NOWHERE
    },
    above: CandidateOf {
        path: "/sys/fs/cgroup/user.slice/user-0.slice",
        enabled: "memory pids",
        ..NOWHERE
    },
    in_version_1: "",
    switched_off: "",
    built: EVERY,
    is_mounted: true,
};

/// The same of an ordinary user, who may change nothing of it.
const SESSION_OF_USER: CgroupsOf = CgroupsOf {
    own: CandidateOf { trouble: Some(Errno::EACCES), ..SESSION.own },
    above: CandidateOf { trouble: Some(Errno::EACCES), ..SESSION.above },
    ..SESSION
};

/// A unit of systemd with Delegate=yes.
const DELEGATED: CgroupsOf = CgroupsOf {
    own: CandidateOf {
        path: "/sys/fs/cgroup/app.slice/run-1.scope",
        inhabitants: Inhabitants::Us,
        ..NOWHERE
    },
    above: NOWHERE,
    ..SESSION
};

/// A machine whose processes are all in the root.
const AT_ROOT: CgroupsOf = CgroupsOf {
    own: CandidateOf {
        path: "/sys/fs/cgroup",
        inhabitants: Inhabitants::Others,
        is_root: true,
        ..NOWHERE
    },
    above: NOWHERE,
    ..SESSION
};

impl CandidateOf {
    fn candidate(&self) -> Candidate {
        let mut candidate = Candidate {
            available: ControllerSet::parse(self.available.as_bytes()),
            enabled: ControllerSet::parse(self.enabled.as_bytes()),
            inhabitants: self.inhabitants,
            trouble: self.trouble,
            is_root: self.is_root,
            ..Candidate::new()
        };
        if !self.path.is_empty() {
            candidate.path.extend_from_slice(self.path.as_bytes()).unwrap();
            candidate.path.push(0).unwrap();
        }
        candidate
    }
}

/// What is known of the ids of a machine, the same for users and groups.
#[derive(Clone, Copy)]
struct Ids {
    /// Our own map.
    ours: &'static str,
    granted: &'static [IdRange],
    has_tools: bool,
    no_new_privs: bool,
}

const ALL_IDS: Ids =
    Ids { ours: "0 0 4294967295", granted: &[], has_tools: true, no_new_privs: false };

/// What useradd(8) grants.
const GRANTED: &[IdRange] = &[IdRange { first: 100_000, count: 65_536 }];

const fn machine(about: &'static str, uid: u32, capabilities: u64, kernel: (u16, u16)) -> Machine {
    let facts = Facts {
        uid,
        gid: uid,
        capabilities,
        permitted: capabilities,
        kernel,
        terminal: TerminalState::None,
        is_pid1: false,
        monotonic_ns: 3_000_000_000_000,
        boottime_ns: 5_000_000_000_000,
        env_count: 30,
        has_filters: true,
        landlock: LandlockAbi(7),
        manager: NO_MANAGER,
        has_console: false,
        is_in_user: false,
        runtime_dir: None,
        joins: JoinFacts::NONE,
        keeping: KeepingPlace::Missing,
        has_disk_root: false,
        ties: [Access::NotAsked; Tie::COUNT],
    };
    Machine { about, facts, ids: ALL_IDS, cgroups: SESSION }
}

impl Machine {
    const fn with(self, terminal: TerminalState) -> Self {
        Self { facts: Facts { terminal, ..self.facts }, ..self }
    }

    const fn pid1(self) -> Self {
        Self { facts: Facts { is_pid1: true, ..self.facts }, ..self }
    }

    const fn on_disk(self) -> Self {
        Self { facts: Facts { has_disk_root: true, ..self.facts }, ..self }
    }

    const fn managed(self) -> Self {
        let manager = Manager {
            has_notify: true,
            has_listen: true,
            has_listen_pidfd: true,
            has_watchdog: true,
        };
        Self { facts: Facts { manager, ..self.facts }, ..self }
    }

    const fn with_runtime_dir(self, path: &'static CStr) -> Self {
        Self { facts: Facts { runtime_dir: Some(path), ..self.facts }, ..self }
    }

    const fn with_ids(self, ids: Ids) -> Self {
        Self { ids, ..self }
    }

    const fn with_cgroups(self, cgroups: CgroupsOf) -> Self {
        Self { cgroups, ..self }
    }

    /// What the engine finds out when a key needs it.
    fn survey(&self, survey: &mut Survey) {
        survey.uid = self.facts.uid;
        let of = self.cgroups;
        let set = |text: &str| ControllerSet::parse(text.as_bytes());
        survey.cgroups = Cgroups {
            is_mounted: of.is_mounted,
            own: of.own.candidate(),
            above: of.above.candidate(),
            in_version_1: set(of.in_version_1),
            switched_off: set(of.switched_off),
            built: set(of.built),
        };
        survey.has_no_new_privs = self.ids.no_new_privs;
        for kind in IdKind::ALL {
            let ids = survey.ids_mut(kind);
            ids.ours.push(IdMap::parse(self.ids.ours.as_bytes()).unwrap()).unwrap();
            self.ids.granted.iter().for_each(|range| ids.grant(*range));
            ids.tool = self.ids.has_tools.then_some(IdTool::USUAL);
        }
    }

    const fn without_filters(self) -> Self {
        Self { facts: Facts { has_filters: false, ..self.facts }, ..self }
    }

    const fn with_landlock(self, version: u8) -> Self {
        Self { facts: Facts { landlock: LandlockAbi(version), ..self.facts }, ..self }
    }

    const fn with_variables(self, env_count: usize) -> Self {
        Self { facts: Facts { env_count, ..self.facts }, ..self }
    }
}

use TerminalState::{Background, Foreground};

const ROOT: Machine = machine("root on Linux 6.18", 0, ALL, (6, 18));
const USER: Machine = machine("user 1000 on Linux 6.18", 1000, 0, (6, 18));
const AT_TERMINAL: Machine = Machine { facts: Facts { has_console: true, ..ROOT.facts }, ..ROOT };
const LOGGED_IN: Machine = machine("user 1000 on Linux 6.18, logged in", 1000, 0, (6, 18))
    .with_runtime_dir(c"/run/user/1000");
const LINUX_5_10: Machine = machine("root on Linux 5.10", 0, ALL, (5, 10));
const USER_5_10: Machine = machine("user 1000 on Linux 5.10", 1000, 0, (5, 10));
const LINUX_5_7: Machine = machine("root on Linux 5.7", 0, ALL, (5, 7));
const OLD: Machine = machine("root on Linux 6.1", 0, ALL, (6, 1));
const ROOT_FRONT: Machine =
    machine("root on Linux 6.18, in the foreground", 0, ALL, (6, 18)).with(Foreground);
const ROOT_BACK: Machine =
    machine("root on Linux 6.18, in the background", 0, ALL, (6, 18)).with(Background);
const OLD_USER_FRONT: Machine =
    machine("user 1000 on Linux 6.1, in the foreground", 1000, 0, (6, 1)).with(Foreground);
const DOCKER: Machine =
    machine("root of a container on Linux 6.18", 0, DOCKER_CAPABILITIES, (6, 18));
const DOCKER_PID1: Machine =
    machine("PID 1 of a container on Linux 6.18", 0, DOCKER_CAPABILITIES, (6, 18)).pid1();
const DOCKER_FRONT: Machine =
    machine("PID 1 of a container on Linux 6.1, in the foreground", 0, 0, (6, 1))
        .pid1()
        .with(Foreground);
const MANAGED: Machine =
    machine("root on Linux 6.18, below a service manager", 0, ALL, (6, 18)).managed();
const CROWDED: Machine =
    machine("root on Linux 6.18, with 16384 variables", 0, ALL, (6, 18)).with_variables(ENV_MAX);

const GRANTED_USER: Machine = machine("user 1000 with 65536 ids on Linux 6.18", 1000, 0, (6, 18))
    .with_ids(Ids { granted: GRANTED, ..ALL_IDS });
const TOOLLESS_USER: Machine =
    machine("user 1000 with 65536 ids, without uidmap, on Linux 6.18", 1000, 0, (6, 18))
        .with_ids(Ids { granted: GRANTED, has_tools: false, ..ALL_IDS });
const CONFINED_USER: Machine =
    machine("user 1000 with 65536 ids and no_new_privs on Linux 6.18", 1000, 0, (6, 18))
        .with_ids(Ids { granted: GRANTED, no_new_privs: true, ..ALL_IDS });
const GRANTED_ROOT: Machine = machine("root with 65536 ids on Linux 6.18", 0, ALL, (6, 18))
    .with_ids(Ids { granted: GRANTED, ..ALL_IDS });
const SMALL_ROOT: Machine = machine("root of 1000 ids on Linux 6.18", 0, ALL, (6, 18))
    .with_ids(Ids { ours: "0 5000 1000", ..ALL_IDS });
const NO_SETFCAP: Machine =
    machine("root without CAP_SETFCAP on Linux 6.18", 0, ALL & !(1 << 31), (6, 18));
const FILTERLESS: Machine =
    machine("root on Linux 6.18 without seccomp", 0, ALL, (6, 18)).without_filters();

const SESSION_USER: Machine =
    machine("user 1000 in a session of systemd", 1000, 0, (6, 18)).with_cgroups(SESSION_OF_USER);
const DELEGATED_USER: Machine =
    machine("user 1000 in a delegated unit", 1000, 0, (6, 18)).with_cgroups(DELEGATED);
const ROOT_CGROUP: Machine =
    machine("root in the root cgroup", 0, ALL, (7, 3)).with_cgroups(AT_ROOT);
const NO_CGROUP2: Machine = machine("root without version 2 of cgroups", 0, ALL, (6, 18))
    .with_cgroups(CgroupsOf { is_mounted: false, ..SESSION });
const HYBRID: Machine = machine("root with memory in version 1", 0, ALL, (6, 18))
    .with_cgroups(CgroupsOf { in_version_1: "memory", ..SESSION });
const PI: Machine = machine("root with memory switched off", 0, ALL, (6, 18))
    .with_cgroups(CgroupsOf { switched_off: "memory", ..SESSION });
const SMALL: Machine = machine("root on a kernel without huge pages", 0, ALL, (6, 18))
    .with_cgroups(CgroupsOf { built: "cpu memory pids", ..SESSION });
const POOR: Machine = machine("user 1000 without huge pages and memory", 1000, 0, (6, 18))
    .with_cgroups(CgroupsOf {
        own: CandidateOf {
            available: "cpu",
            enabled: "",
            inhabitants: Inhabitants::Others,
            ..DELEGATED.own
        },
        built: "cpu memory pids",
        switched_off: "pids",
        ..SESSION_OF_USER
    });
const ELSEWHERE: Machine = machine("root whose cgroup is not below the mount", 0, ALL, (6, 18))
    .with_cgroups(CgroupsOf { own: NOWHERE, above: NOWHERE, ..SESSION });
const NAMED: Machine =
    machine("root, and no such cgroup", 0, ALL, (6, 18)).with_cgroups(CgroupsOf {
        own: CandidateOf {
            path: "/sys/fs/cgroup/machine.slice",
            trouble: Some(Errno::ENOENT),
            ..NOWHERE
        },
        ..SESSION
    });
const CROWDED_CGROUP: Machine = machine("user 1000 with a shell in its unit", 1000, 0, (6, 18))
    .with_cgroups(CgroupsOf {
        own: CandidateOf { inhabitants: Inhabitants::Others, ..DELEGATED.own },
        ..SESSION_OF_USER
    });
const POOR_CGROUP: Machine = machine("user 1000 without cpu in its unit", 1000, 0, (6, 18))
    .with_cgroups(CgroupsOf {
        own: CandidateOf { available: "memory pids", ..DELEGATED.own },
        ..SESSION_OF_USER
    });
const LANDLOCK_2: Machine =
    machine("root on Linux 6.1 with version 2 of Landlock", 0, ALL, (6, 1)).with_landlock(2);
const LANDLOCK_10: Machine =
    machine("user 1000 on Linux 7.2 with version 10 of Landlock", 1000, 0, (7, 2))
        .with_landlock(10);
const NO_LANDLOCK: Machine =
    machine("root on Linux 6.18 without Landlock", 0, ALL, (6, 18)).with_landlock(0);

/// A whole machine, as the kernel starts its init in it.
const KERNEL: Machine = machine("the kernel's init on Linux 6.12", 0, ALL, (6, 12)).pid1();
const DISK: Machine = machine("the kernel's init on a disk", 0, ALL, (6, 12)).pid1().on_disk();
const NEW_KERNEL: Machine = machine("the kernel's init on Linux 7.2", 0, ALL, (7, 2)).pid1();

const fn found(joins: JoinFacts) -> Machine {
    Machine { facts: Facts { joins, ..ROOT.facts }, ..ROOT }
}

const fn keeping(keeping: KeepingPlace) -> Machine {
    Machine { facts: Facts { keeping, ..ROOT.facts }, ..ROOT }
}

const fn tied(access: Access) -> Machine {
    Machine { facts: Facts { ties: [access; Tie::COUNT], ..ROOT.facts }, ..ROOT }
}

const TIED: Machine = tied(Access::Both);
const TIED_CLOSED: Machine = tied(Access::Closed);
const TIED_PATH: Machine = tied(Access::Path);
const TIED_DIRECTORY: Machine = tied(Access::Directory);

const KEPT: Machine = keeping(KeepingPlace::Taken);
const FULL: Machine = keeping(KeepingPlace::NotEmpty);
const FULL_OF_USER: Machine =
    Machine { facts: Facts { keeping: KeepingPlace::NotEmpty, ..USER.facts }, ..USER };
const NO_DIRECTORY: Machine = keeping(KeepingPlace::Unopened(Errno::ENOTDIR));
const JOIN_WHOLE: Machine =
    found(JoinFacts::NONE.of_one_process(JoinedUser { knows_us: false, denies_groups: true }));
const JOIN_OURS: Machine = found(JoinFacts::NONE.with(Namespace::Net, Known::Ours));
const JOIN_GONE: Machine =
    found(JoinFacts::NONE.with(Namespace::Net, Known::Unopened(Errno::ENOENT)));
const JOIN_FILE: Machine = found(JoinFacts::NONE.with(Namespace::Net, Known::NoNamespace));
const JOIN_UTS: Machine =
    found(JoinFacts::NONE.with(Namespace::Net, Known::OfKind(Namespace::Uts)));
const JOIN_CLOSED: Machine =
    found(JoinFacts::NONE.with(Namespace::Net, Known::Unopened(Errno::EACCES)));

use Mode::{Entrypoint, Init, Run};

/// Name, verb, machine.
const CASES: &[(&str, Mode, &Machine)] = &[
    ("root", Run, &ROOT),
    ("user", Run, &USER),
    ("waiting", Run, &OLD),
    ("terminal", Run, &ROOT_FRONT),
    ("terminal-waiting", Run, &OLD_USER_FRONT),
    ("terminal-background", Run, &ROOT_BACK),
    ("docker", Run, &DOCKER),
    ("clocks", Run, &ROOT),
    ("clocks-user", Run, &USER),
    ("names", Run, &ROOT),
    ("net-down", Run, &ROOT),
    ("net", Run, &ROOT),
    ("net-none", Run, &ROOT),
    ("net-pasta", Run, &USER),
    ("exactly", Run, &ROOT),
    ("no-pid", Run, &USER),
    ("proc-bind", Run, &ROOT),
    ("maps", Run, &ROOT),
    ("maps-known", Run, &ROOT),
    ("maps-one", Run, &ROOT),
    ("own-ids", Run, &USER),
    ("user-of-service", Run, &USER),
    ("user-and-group", Run, &ROOT),
    ("limits", Run, &ROOT),
    ("limits-delegated", Run, &DELEGATED_USER),
    ("limits-namespace", Run, &ROOT_CGROUP),
    ("limits-own", Run, &ROOT_CGROUP),
    ("limits-root", Run, &ROOT_CGROUP),
    ("maps-granted", Run, &GRANTED_USER),
    ("maps-granted-uids", Run, &GRANTED_USER),
    ("maps-auto", Run, &GRANTED_USER),
    ("maps-auto-kept", Run, &GRANTED_USER),
    ("maps-auto-root", Run, &GRANTED_ROOT),
    ("maps-auto-same", Run, &SMALL_ROOT),
    ("kiosk", Run, &ROOT_FRONT),
    ("own-terminal", Run, &ROOT),
    ("overruled", Run, &ROOT),
    ("entrypoint", Entrypoint, &DOCKER_PID1),
    ("entrypoint-subreaper", Entrypoint, &ROOT),
    ("entrypoint-terminal", Entrypoint, &DOCKER_FRONT),
    ("entrypoint-background", Entrypoint, &ROOT_BACK),
    ("entrypoint-keys", Entrypoint, &DOCKER_PID1),
    ("helpers", Entrypoint, &DOCKER_FRONT),
    ("entrypoint-give", Entrypoint, &DOCKER_FRONT),
    ("managed", Entrypoint, &MANAGED),
    ("notify", Run, &USER),
    ("filter", Run, &ROOT),
    ("filter-helpers", Entrypoint, &DOCKER_PID1),
    ("confine-caps", Run, &ROOT),
    ("confine-user", Run, &USER),
    ("confine-maps", Run, &ROOT),
    ("confine-entrypoint", Entrypoint, &DOCKER_PID1),
    ("confine-helpless", Entrypoint, &USER),
    ("filter-log", Run, &USER),
    ("confine-rest", Run, &ROOT),
    ("landlock", Run, &ROOT),
    ("landlock-old", Run, &LANDLOCK_2),
    ("landlock-new", Run, &LANDLOCK_10),
    ("landlock-none", Entrypoint, &NO_LANDLOCK),
    ("landlock-execute", Entrypoint, &DOCKER_PID1),
    ("root-path", Run, &ROOT),
    ("root-user", Run, &USER),
    ("root-mounts", Run, &ROOT),
    ("root-slave", Run, &ROOT),
    ("root-idmap", Run, &ROOT),
    ("root-mapped", Run, &ROOT),
    ("root-proc-bind", Run, &ROOT),
    ("root-flags", Run, &USER),
    ("root-base", Run, &ROOT),
    ("lock-message", Run, &ROOT),
    ("lock-later", Run, &USER),
    ("lock-score", Run, &USER),
    ("lock-off", Run, &USER),
    ("root-console", Run, &AT_TERMINAL),
    ("root-overlay", Run, &USER),
    ("root-overlays", Run, &ROOT),
    ("control", Run, &LOGGED_IN),
    ("control-path", Run, &ROOT),
    ("watched", Run, &ROOT),
    ("ready-tcp", Run, &ROOT),
    ("status", Run, &ROOT),
    ("status-entrypoint", Entrypoint, &ROOT),
    ("logs", Run, &USER),
    ("log-no-file", Run, &ROOT),
    ("log-two", Run, &ROOT),
    ("log-shared", Run, &ROOT),
    ("control-entrypoint", Entrypoint, &DOCKER_PID1),
    ("init", Init, &KERNEL),
    ("init-keys", Init, &NEW_KERNEL),
    ("init-exec", Init, &KERNEL),
    ("join", Run, &ROOT),
    ("join-user", Run, &USER),
    ("join-ours", Run, &JOIN_OURS),
    ("join-place", Run, &JOIN_WHOLE),
    ("join-place-alone", Run, &USER),
    ("persist", Run, &ROOT),
    ("persist-joined", Run, &keeping(KeepingPlace::Empty)),
    ("init-root", Init, &KERNEL),
    ("init-root-tag", Init, &KERNEL),
    ("init-root-none", Init, &DISK),
    // Refusals.
    ("persist-nothing", Run, &ROOT),
    ("persist-kept", Run, &KEPT),
    ("persist-full", Run, &FULL),
    ("persist-no-directory", Run, &NO_DIRECTORY),
    ("persist-needs-privilege", Run, &USER),
    ("persist-several", Run, &FULL_OF_USER),
    ("join-gone", Run, &JOIN_GONE),
    ("join-no-namespace", Run, &JOIN_FILE),
    ("join-other-kind", Run, &JOIN_UTS),
    ("join-unopened", Run, &JOIN_CLOSED),
    ("join-needs-privilege", Run, &USER),
    ("join-changed", Run, &ROOT),
    ("no-command", Run, &ROOT),
    ("service-without-command", Run, &ROOT),
    ("no-name", Run, &ROOT),
    ("same-name", Run, &ROOT),
    ("no-main", Run, &ROOT),
    ("second-main", Run, &ROOT),
    ("unknown-service", Run, &ROOT),
    ("cycle", Run, &ROOT),
    ("main-only", Entrypoint, &ROOT),
    ("entrypoint-only", Run, &ROOT),
    ("run-only", Entrypoint, &ROOT),
    ("limits-run-only", Entrypoint, &DOCKER_PID1),
    ("init-only", Entrypoint, &DOCKER_PID1),
    ("init-namespaces", Init, &KERNEL),
    ("no-watchdog", Init, &KERNEL),
    ("no-root", Init, &KERNEL),
    ("root-label", Init, &KERNEL),
    ("root-untyped", Init, &KERNEL),
    ("root-disk", Init, &DISK),
    ("needs-uts", Run, &ROOT),
    ("needs-time", Run, &ROOT),
    ("proc-needs", Run, &ROOT),
    ("lacks-privilege", Run, &USER),
    ("limits-not-mounted", Run, &NO_CGROUP2),
    ("limits-version-1", Run, &HYBRID),
    ("limits-switched-off", Run, &PI),
    ("limits-not-built", Run, &SMALL),
    ("limits-several", Run, &POOR),
    ("limits-elsewhere", Run, &ELSEWHERE),
    ("limits-missing", Run, &NAMED),
    ("limits-denied", Run, &SESSION_USER),
    ("limits-crowded", Run, &CROWDED_CGROUP),
    ("limits-not-handed-down", Run, &POOR_CGROUP),
    ("map-not-granted", Run, &USER),
    ("map-of-another", Run, &GRANTED_USER),
    ("map-nothing-granted", Run, &USER),
    ("map-without-tool", Run, &TOOLLESS_USER),
    ("map-without-privileges", Run, &CONFINED_USER),
    ("map-not-ours", Run, &SMALL_ROOT),
    ("map-of-root", Run, &NO_SETFCAP),
    ("map-auto-and-id", Run, &ROOT),
    ("map-overlaps", Run, &ROOT),
    ("map-too-long", Run, &ROOT),
    ("map-and-id", Run, &ROOT),
    ("clock-range", Run, &ROOT),
    ("groups-denied", Run, &USER),
    ("timeout-for-nothing", Run, &ROOT),
    ("delay-above-max", Run, &ROOT),
    ("command-too-long", Run, &ROOT),
    ("env-too-large", Run, &CROWDED),
    ("landlock-missing", Run, &NO_LANDLOCK),
    ("landlock-no-ports", Run, &LANDLOCK_2),
    ("landlock-no-scope", Run, &LANDLOCK_2),
    ("landlock-required", Run, &ROOT),
    ("scope-hides-notify", Run, &ROOT),
    ("capability-not-ours", Entrypoint, &DOCKER_PID1),
    ("ambient-not-kept", Run, &ROOT),
    ("capabilities-come-back", Entrypoint, &USER),
    ("too-many-steps", Run, &ROOT),
    ("net-wire", Run, &ROOT),
    ("net-second-wire", Run, &ROOT),
    ("net-name", Run, &ROOT),
    ("net-twice", Run, &ROOT),
    ("net-privilege", Run, &USER),
    ("net-of-host", Run, &ROOT),
    ("net-outer-key", Run, &ROOT),
    ("net-gateway-away", Run, &ROOT),
    ("net-gateway-link", Run, &ROOT),
    ("net-second-gateway", Run, &ROOT),
    ("net-pasta-of-root", Run, &ROOT),
    ("no-filters", Run, &FILTERLESS),
    ("nothing-to-tell", Run, &ROOT),
    ("filters-several", Run, &FILTERLESS),
    ("mount-layers", Run, &ROOT),
    ("mount-overlay", Run, &ROOT),
    ("mount-upper", Run, &ROOT),
    ("mount-mapped", Run, &ROOT),
    ("mount-mapped-without-user", Run, &ROOT),
    ("mount-mapped-by-user", Run, &USER),
    ("mount-mapped-too-new", Run, &LINUX_5_10),
    ("mount-overlay-too-new", Run, &USER_5_10),
    ("mount-proc-too-new", Run, &LINUX_5_7),
    ("mount-no-target", Run, &ROOT),
    ("mount-no-source", Run, &ROOT),
    ("mount-other-source", Run, &ROOT),
    ("mount-mode", Run, &ROOT),
    ("mount-size", Run, &ROOT),
    ("mount-proc", Run, &ROOT),
    ("mount-second-root", Run, &ROOT),
    ("mount-needs-mnt", Run, &ROOT),
    ("mount-proc-needs-pid", Run, &ROOT),
    ("lock-of-init", Init, &KERNEL),
    ("ties", Run, &TIED),
    ("ties-cgroup", Run, &TIED),
    ("ties-user", Run, &USER),
    ("ties-pasta", Run, &USER),
    ("ties-maps", Run, &USER),
    ("tie-nobody-told", Run, &TIED),
    ("tie-maps-said", Run, &TIED),
    ("userns-disabled", Run, &ROOT),
    ("userns-disabled-maps", Run, &ROOT),
    ("userns-come-back", Run, &ROOT),
    ("tie-closed", Run, &TIED_CLOSED),
    ("tie-directory", Run, &TIED_DIRECTORY),
    ("tie-not-readable", Run, &TIED_PATH),
    ("tie-not-writable", Run, &TIED_PATH),
    ("tie-shared", Run, &TIED),
];

/// The names of an enum's variants, and which one a value is.
macro_rules! variants {
    ($all:ident, $name_of:ident, $enum:ident, $type:ty: $($variant:ident)*) => {
        const $all: &[&str] = &[$(stringify!($variant)),*];

        fn $name_of(value: &$type) -> &'static str {
            match value {
                $($enum::$variant { .. } => stringify!($variant),)*
            }
        }
    };
}

variants!(ACTS, act_name, Act, Act<'_>:
    ReapByKernel ReapByWaiting WatchForStops OpenReportPipe OpenGate Join Keep Clone WriteIdMap
    MapByTool PassGate
    DenySetgroups MapSelf CloseInherited WaitAtGate LeaveGroup MakeMountsPrivate MountProc
    ShiftClocks SetHostname SetDomainname LoopbackUp BecomeMapped DieWithLauncher WatchParent
    BecomeSubreaper GiveUpTerminal WatchSignals Spawn NewGroup NewSession NewTerminal
    NewSessionWithTerminal TakeForeground NoteForeground Redirect SetUmask SetRlimit SetNice
    SetOomScoreAdj BecomeUser DieWithSupervisor ChangeDirectory SetNoNewPrivs
    LeaveMessage LetGo Limits OpenNotifySocket TellNotifySocket
    HideNotifySocket Knock TellWatchdog Log TellPid PassReadyPipe RestoreSignals Execute Machine
    Net Filter Confine Root Control Tie);

variants!(MACHINE_ACTS, machine_act_name, MachineAct, MachineAct<'_>:
    Mount LinkDescriptors LoadModule SetSysctl OpenPort WatchKernel MountRoot CoverRoot EnterRoot
    SetClock SetMachineId FeedWatchdog FeedLast KillAll Sync Report Unmount EndBy GoDown
    Become);

variants!(MACHINE_REASONS, machine_reason_name, MachineReason, MachineReason:
    NoWatchdog NoRoot RootByContents RootWithoutType NoInitramfs);

variants!(NET_ACTS, net_act_name, NetAct, NetAct<'_>:
    MakePair MakeMacvlan Keep Move Up AddAddress AddRoute TellIds AwaitIds StartPasta AwaitKeeper
    Delete);

variants!(LIMITS_ACTS, limits_act_name, LimitsAct, LimitsAct<'_>:
    Sweep MoveAside Enable Make MakeWithin EnableWithin Try Set Enter NewNamespace CutOff
    TellLeft AwaitLeft Remove);

variants!(CGROUP_REASONS, cgroup_reason_name, CgroupReason, CgroupReason:
    NotMounted Elsewhere Missing Denied Crowded NotHandedDown InVersion1 SwitchedOff NotBuilt);

variants!(NET_REASONS, net_reason_name, NetReason, NetReason:
    Wire Name Twice Privilege OfHost OuterKey GatewayAway SecondGateway PastaOfRoot);

variants!(ROOT_ACTS, root_act_name, RootAct, RootAct<'_>:
    Keep DieMeanwhile MakeMapper WriteMapper OpenMapped EndMapper OpenRoot Open OpenDevices
    OpenConsole OpenOverlay OpenScratch OpenData
    OpenMasks Enter Place Mask Seal Finish);

variants!(CONFINE_ACTS, confine_act_name, ConfineAct, ConfineAct<'_>:
    NewKeyring DenyMemoryWrite GuardTerminal LeaveGroups KeepCapabilities Landlock Capabilities
    DisableUserns AssertUserns);

variants!(LANDLOCK_ACTS, landlock_act_name, LandlockAct, LandlockAct<'_>:
    GoWithout Begin Allow AllowMoves AllowPort AllowDevices Restrict);

variants!(CONFINE_REASONS, confine_reason_name, ConfineReason, ConfineReason:
    CapabilityNotOurs AmbientNotKept CapabilitiesComeBack LandlockTooOld ScopeHidesNotify
    UsernsComeBack);

variants!(MOUNT_FAULTS, mount_fault_name, MountFault, MountFault:
    NoTarget NoSource OtherSource Mode Size Proc Layers Overlay Upper SecondRoot Mapped
    MappedWithoutUser MappedByUser ProcTooNew OverlayTooNew MappedTooNew);

variants!(CONTROL_ACTS, control_act_name, ControlAct, ControlAct<'_>:
    Hold TellChild Listen ListenAt);

variants!(TIE_ACTS, tie_act_name, TieAct, TieAct<'_>:
    Keep TellIn AwaitIn Inform WaitForMaps Lock Wait);

variants!(TIE_REASONS, tie_reason_name, TieReason, TieReason:
    Closed Directory NotReadable NotWritable Shared NobodyTold MapsSaid);

variants!(REASONS, reason_name, Reason, Reason:
    Join
    NoCommand NoName SameName NoMain SecondMain UnknownService Cycle MainOnly EntrypointOnly
    InitOnly RunOnly NoFilters NothingToTell Needs ProcNeeds LacksPrivilege NotGranted
    NothingGranted NoIdTool IdToolHasNoPrivileges MapNotOurs MapOfRoot MapOverlaps MapTooLong
    MapAndId ClockRange GroupsDenied TimeoutForNothing Log DelayAboveMax Confine CommandTooLong
    EnvTooLarge
    TooManySteps LockOfInit Net Mount Cgroup Machine Tie);

variants!(JOIN_ACTS, join_act_name, JoinAct, JoinAct<'_>:
    Fork Hide EnterCgroup OpenPlace Enter EnterAll TakePlace BecomeKnown);

variants!(JOIN_REASONS, join_reason_name, JoinReason, JoinReason:
    Unopened NoProcess NoNamespace WrongKind NeedsPrivilege Changes NothingToKeep NotEmpty
    KeptAlready NoPlace KeepingNeedsPrivilege);

variants!(KEEP_ACTS, keep_act_name, KeepAct, KeepAct<'_>:
    AwaitSetUp MountPlace Keep LetStart AwaitKept);

/// What was decided.
struct Decided {
    name: &'static str,
    /// What the golden file shows.
    shown: String,
    plan: Result<Plan<'static>, Vec<Refusal<'static>>>,
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/plans")
}

fn path(name: &str, extension: &str) -> PathBuf {
    directory().join(format!("{name}.{extension}"))
}

/// Everything is leaked: a plan borrows what it was made of, and a test ends soon.
fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// Reads a case as `run` or the entrypoint does, and decides.
fn decide(name: &'static str, mode: Mode, machine: &Machine) -> Decided {
    let source: &'static [u8] = leak(std::fs::read(path(name, "toml")).unwrap());
    let said = std::fs::read_to_string(path(name, "args")).unwrap_or_default();
    let file_name = format!("{name}.toml");
    let (verb, front, words) = match mode {
        Mode::Run => ("run", Front::Run, vec![file_name.as_str()]),
        Mode::Entrypoint => ("", Front::Entrypoint, vec!["--config", &file_name]),
        Mode::Init => ("init", Front::Init, vec!["--config", &file_name]),
    };
    let words: Vec<&str> = words.into_iter().chain(said.split_whitespace()).collect();
    let bytes: &'static [u8] =
        leak(words.iter().flat_map(|w| [w, "\0"]).collect::<String>()).as_bytes();
    let mut arena = Arena::new(leak(vec![0; ARENA_MAX]));
    let spec: &'static mut Spec<'static> = leak(Spec::new(leak(Lists::new())));
    spec.file = Some(leak(CString::new(file_name.as_str()).unwrap()));
    let mut complain = |fault: SpecFault<'_>| panic!("{name}: {fault:?}");
    file::read(source, &mut arena, spec, &mut complain);
    let first = 1 + u32::from(!verb.is_empty());
    argv::read(Line::new(front, Words::new(bytes), first), &mut arena, spec, &mut complain);
    make_filter(spec);
    let line = format!("nsinit {verb} {}", words.join(" ")).replace("  ", " ");
    let mut shown = format!("{}: {line}\n\n", machine.about);
    let lists = leak(nsinit::plan::Lists::new());
    machine.survey(&mut lists.survey);
    let mut plan = Plan::new(mode, lists);
    let mut refusals = Vec::new();
    resolve(spec, &machine.facts, &mut plan, &mut |refusal| refusals.push(refusal));
    let plan = match refusals.is_empty() {
        true => {
            show(&plan, spec, &mut shown);
            Ok(plan)
        }
        false => {
            let show = |refusal: &Refusal<'_>| {
                let Refusal { origin, said, reason } = refusal;
                let said = String::from_utf8_lossy(said);
                format!("{reason:?}\nsaid {said:?}\nat {origin:?}\n")
            };
            shown.push_str(&refusals.iter().map(show).collect::<Vec<_>>().join("\n"));
            Err(refusals)
        }
    };
    Decided { name, shown, plan }
}

/// A filter that asks is made by who reads files; what is in it is tried elsewhere.
fn make_filter(spec: &mut Spec<'static>) {
    let is_lenient = spec.filter.tells() == FilterLog::Allowed;
    if spec.filter.tells() == FilterLog::None {
        return;
    }
    if let Some(Said { value: from, origin }) = spec.filter.seccomp {
        let program: &[Instruction] = &DEFAULT_PROGRAM;
        let judge = Some(Judge { program, is_lenient });
        let filter = Filter { program, from, others: Some(Action::Kill), judge, origin };
        spec.filter.ready.push(filter).unwrap();
    }
}

/// What is printed.
struct Text(Vec<u8>);

impl Sink for Text {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// The steps as `explain` prints them, then how each service is supervised.
fn show(plan: &Plan<'_>, spec: &Spec<'_>, shown: &mut String) {
    let mut text = Text(Vec::new());
    print_text(&mut text, plan, spec);
    shown.push_str(&String::from_utf8(text.0).unwrap());
    for service in plan.services.iter() {
        let policy = service.policy;
        write!(shown, "\n{}:", service.name).unwrap();
        if policy.is_main {
            shown.push_str(" main,");
        }
        if policy.has_terminal {
            shown.push_str(" has the terminal,");
        }
        for id in policy.after.iter() {
            write!(shown, " after {},", plan.services[id.index()].name).unwrap();
        }
        let grace = policy.grace.map_or("for ever".into(), |grace| grace.to_string());
        write!(shown, " stop by {} and wait {grace},", policy.stop_signal).unwrap();
        write!(shown, " restart {}", policy.restart.name()).unwrap();
        if policy.kill_mode != Default::default() {
            write!(shown, ", end {:?} alone", policy.kill_mode).unwrap();
        }
        let codes = (0..=255).filter(|code| policy.success.has(*code));
        for code in codes {
            write!(shown, ", {code} is success").unwrap();
        }
        let signals = (1..=64).filter_map(Signal::new);
        let arrives = |from| service.rewrites.map_or(Some(from), |rewrites| rewrites.of(from));
        for from in signals.filter(|from| arrives(*from) != Some(*from)) {
            let to = arrives(from).map_or("nothing".into(), |to| to.to_string());
            write!(shown, ", {from} is {to}").unwrap();
        }
        let becomes = |code| service.exit_map.map_or(code, |map| map.of(code));
        for code in (0..=255).filter(|code| becomes(*code) != *code) {
            write!(shown, ", end with {} for {code}", becomes(code)).unwrap();
        }
        if service.has_group_signals {
            shown.push_str(", signals to its group");
        }
        if service.unhandled != Default::default() {
            shown.push_str(", spared what it does not handle");
        }
        if service.dies_by_signal {
            shown.push_str(", end by its signal");
        }
        if policy.ready_by != Default::default() {
            write!(shown, ", ready by {:?}", policy.ready_by).unwrap();
        }
        if let Some(timeout) = policy.start_timeout {
            write!(shown, " in {timeout}").unwrap();
        }
        match policy.before_stop {
            BeforeStop::Nothing => {}
            BeforeStop::Pause(pause) => write!(shown, ", {pause} before its stop").unwrap(),
            BeforeStop::Command => shown.push_str(", a command before its stop"),
        }
        if let Some(path) = service.termination_message {
            write!(shown, ", its end in {path:?}").unwrap();
        }
        if policy.restart != Default::default() {
            let (delay, max) = (policy.delay, policy.delay_max);
            write!(shown, " after {delay} to {max}, {} in {}", policy.limit, policy.window)
                .unwrap();
        }
        shown.push('\n');
    }
}

/// Every case.
fn all() -> impl Iterator<Item = Decided> {
    CASES.iter().map(|(name, mode, machine)| decide(name, *mode, machine))
}

#[test]
fn what_is_decided_is_what_was_agreed() {
    // kiosk.toml on ROOT_FRONT is kiosk.plan, letter for letter; cycle.toml is cycle.refusal.
    for decided in all() {
        let (is, is_not) = match decided.plan {
            Ok(_) => ("plan", "refusal"),
            Err(_) => ("refusal", "plan"),
        };
        assert!(!path(decided.name, is_not).exists(), "{} is no {is_not} any more", decided.name);
        let golden = snapbox::Data::read_from(&path(decided.name, is), None).raw();
        snapbox::assert_data_eq!(decided.shown, golden);
    }
}

#[test]
fn no_plan_breaks_an_order_of_the_kernel() {
    // A plan that mounts /proc before its mounts are private would be named with both steps.
    for Decided { name, shown, plan } in all() {
        let found = plan.as_ref().ok().and_then(broken);
        if let Some((rule, early, late)) = found {
            let (before, after) = (rule.before, rule.after);
            panic!(
                "{name}: {before:?} (step {}) must come before {after:?} (step {}): {}\n{shown}",
                late + 1,
                early + 1,
                rule.why
            );
        }
    }
}

#[test]
fn every_order_of_the_kernel_is_tried_by_a_plan() {
    // "Maps before any id change" says nothing as long as no plan has both.
    let plans: Vec<Plan<'_>> = all().filter_map(|decided| decided.plan.ok()).collect();
    let has = |plan: &Plan<'_>, kind| plan.steps.iter().any(|step| step.act.kind() == kind);
    let is_tried =
        |rule: &&Rule| plans.iter().any(|plan| has(plan, rule.before) && has(plan, rule.after));
    let untried: Vec<String> = rules()
        .filter(|rule| !is_tried(rule))
        .map(|rule| format!("{:?} before {:?}", rule.before, rule.after))
        .collect();
    assert_eq!(untried, [""; 0], "orders of which no plan has both");
}

/// Every enum of acts and of reasons, and the names of its variants.
const ENUMS: &[(&str, &[&str])] = &[
    ("acts", ACTS),
    ("acts of a machine", MACHINE_ACTS),
    ("acts of confinement", CONFINE_ACTS),
    ("acts of Landlock", LANDLOCK_ACTS),
    ("acts of a network", NET_ACTS),
    ("acts of cgroups", LIMITS_ACTS),
    ("acts of a root", ROOT_ACTS),
    ("acts of control", CONTROL_ACTS),
    ("acts of ties", TIE_ACTS),
    ("acts of joining", JOIN_ACTS),
    ("acts of keeping", KEEP_ACTS),
    ("reasons", REASONS),
    ("reasons of a machine", MACHINE_REASONS),
    ("reasons of confinement", CONFINE_REASONS),
    ("reasons of cgroups", CGROUP_REASONS),
    ("reasons of a network", NET_REASONS),
    ("reasons of ties", TIE_REASONS),
    ("reasons of joining", JOIN_REASONS),
    ("faults of a mount", MOUNT_FAULTS),
];

/// The names of an act: its own, and that in its domain.
fn names_of_act(act: &Act<'_>) -> Vec<(&'static str, &'static str)> {
    let mut names = vec![("acts", act_name(act))];
    if let Act::Root(act) = act {
        names.push(("acts of a root", root_act_name(act)));
    }
    if let Act::Confine(act) = act {
        names.push(("acts of confinement", confine_act_name(act)));
        if let ConfineAct::Landlock(act) = act {
            names.push(("acts of Landlock", landlock_act_name(act)));
        }
    }
    if let Act::Machine(act) = act {
        names.push(("acts of a machine", machine_act_name(act)));
    }
    if let Act::Limits(act) = act {
        names.push(("acts of cgroups", limits_act_name(act)));
    }
    if let Act::Control(act) = act {
        names.push(("acts of control", control_act_name(act)));
    }
    if let Act::Tie(act) = act {
        names.push(("acts of ties", tie_act_name(act)));
    }
    if let Act::Keep(act) = act {
        names.push(("acts of keeping", keep_act_name(act)));
    }
    if let Act::Join(act) = act {
        names.push(("acts of joining", join_act_name(act)));
    }
    if let Act::Net(act) = act {
        names.push(("acts of a network", net_act_name(act)));
    }
    names
}

/// The names of a reason, likewise.
fn names_of_reason(reason: &Reason) -> Vec<(&'static str, &'static str)> {
    let mut names = vec![("reasons", reason_name(reason))];
    if let Reason::Cgroup(reason) = reason {
        names.push(("reasons of cgroups", cgroup_reason_name(reason)));
    }
    if let Reason::Net(reason) = reason {
        names.push(("reasons of a network", net_reason_name(reason)));
    }
    if let Reason::Machine(reason) = reason {
        names.push(("reasons of a machine", machine_reason_name(reason)));
    }
    if let Reason::Confine(reason) = reason {
        names.push(("reasons of confinement", confine_reason_name(reason)));
    }
    if let Reason::Tie(reason) = reason {
        names.push(("reasons of ties", tie_reason_name(reason)));
    }
    if let Reason::Join(reason) = reason {
        names.push(("reasons of joining", join_reason_name(reason)));
    }
    if let Reason::Mount(fault) = reason {
        names.push(("faults of a mount", mount_fault_name(fault)));
    }
    names
}

#[test]
fn every_act_and_every_reason_has_a_case() {
    // A new act does not compile here until it has a name, and fails until it has a plan.
    let mut seen = BTreeSet::new();
    for decided in all() {
        match decided.plan {
            Ok(plan) => seen.extend(plan.steps.iter().flat_map(|step| names_of_act(&step.act))),
            Err(refusals) => {
                seen.extend(refusals.iter().flat_map(|refusal| names_of_reason(&refusal.reason)));
            }
        }
    }
    let every = ENUMS.iter().flat_map(|(of, names)| names.iter().map(move |name| (*of, *name)));
    let missing: Vec<(&str, &str)> = every.filter(|pair| !seen.contains(pair)).collect();
    assert_eq!(missing, [], "in no plan, or in no refusal");
}

#[test]
fn every_file_has_a_case() {
    // A .toml, .args, .plan or .refusal that no row of CASES speaks of is forgotten.
    for entry in directory().read_dir().unwrap() {
        let file = entry.unwrap().path();
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let is_known = CASES.iter().any(|(name, ..)| *name == stem);
        assert!(is_known, "{} is no case", file.display());
    }
}
