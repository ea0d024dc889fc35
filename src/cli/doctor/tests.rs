//! What is said of machines that are only thought of, word for word: `tests/golden/doctor.txt`.

use std::boxed::Box;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

use super::print;
use crate::cli::screen::Screen;
use crate::engine::doctor::{Cgroup, Ids, Kind, Machine, Probe, Trial, Trials};
use crate::engine::probe::Blocked;
use crate::model::{Errno, Namespace};
use crate::text::{Buffer, Sink};

fn text<const N: usize>(text: &str) -> Buffer<N> {
    let mut buffer = Buffer::new();
    buffer.put(text.as_bytes());
    buffer
}

/// A machine on which everything works.
fn machine(has_privilege: bool) -> Box<Machine> {
    let mut trials = Trials::default();
    for probe in Probe::ALL {
        trials.set(probe, Trial::Works);
    }
    let kind = |kind| Kind {
        kind,
        limit: Some(63_000),
        in_use: 12,
        made: Trial::Works,
        blocked: Blocked::Unknown,
    };
    Box::new(Machine {
        kernel: (6, 18),
        uid: if has_privilege { 0 } else { 1000 },
        has_privilege,
        has_network_privilege: has_privilege,
        has_proc: true,
        trials,
        kinds: Namespace::ALL.map(kind),
        covered: 0,
        first_covered: Buffer::new(),
        cgroup: Cgroup {
            path: text("/sys/fs/cgroup/user.slice"),
            controllers: text("cpuset cpu io memory pids"),
            own: Trial::Works,
        },
        ids: Ids {
            has_programs: true,
            may_write: true,
            uids: 65_536,
            gids: 65_536,
            ..Ids::default()
        },
        pasta: Some(c"/usr/bin/pasta"),
        landlock: Ok(7),
        actions: 0x7f,
        is_filtered: false,
        tiocsti: Some(0),
        ptrace_scope: Some(1),
        profile: Buffer::new(),
    })
}

/// What happens to one kind.
fn lose(machine: &mut Machine, kind: Namespace, errno: Errno, blocked: Blocked) {
    for own in machine.kinds.iter_mut().filter(|own| own.kind == kind) {
        (own.made, own.blocked) = (Trial::Refused(errno), blocked);
    }
}

/// Ubuntu since 23.10: a user namespace is had, and is good for nothing.
fn restricted() -> Box<Machine> {
    let mut machine = machine(false);
    let setting = "kernel.apparmor_restrict_unprivileged_userns=0";
    let blocked = Blocked::Sysctl("/proc/sys/kernel/apparmor_restrict_…", setting);
    for kind in Namespace::ALL.into_iter().filter(|kind| *kind != Namespace::User) {
        lose(&mut machine, kind, Errno::EPERM, blocked);
    }
    machine.trials = Trials::default();
    machine.trials.set(Probe::User, Trial::Works);
    machine.trials.set(Probe::MapIds, Trial::Refused(Errno::EPERM));
    machine.cgroup.own = Trial::Refused(Errno::EACCES);
    machine.trials.set(Probe::OwnCgroup, machine.cgroup.own);
    machine
}

/// Root in a container of Docker as it is by default.
fn container() -> Box<Machine> {
    let mut machine = machine(false);
    machine.uid = 0;
    for kind in Namespace::ALL {
        lose(&mut machine, kind, Errno::EPERM, Blocked::Unknown);
    }
    machine.trials = Trials::default();
    machine.trials.set(Probe::User, Trial::Refused(Errno::EPERM));
    machine.trials.set(Probe::OwnCgroup, Trial::Refused(Errno::EROFS));
    machine.trials.set(Probe::Pidfd, Trial::Works);
    machine.trials.set(Probe::Tun, Trial::Refused(Errno::ENOENT));
    (machine.covered, machine.first_covered) = (11, text("/proc/asound"));
    machine.is_filtered = true;
    machine.profile = text("docker-default (enforce)");
    machine
}

/// An old kernel without much, of somebody who has installed nothing.
fn bare() -> Box<Machine> {
    let mut machine = machine(false);
    machine.kernel = (5, 6);
    lose(&mut machine, Namespace::Time, Errno::EINVAL, Blocked::NotBuilt(Namespace::Time));
    lose(&mut machine, Namespace::Uts, Errno::ENOSPC, Blocked::Limit(Namespace::Uts, 0));
    for (probe, errno) in [
        (Probe::FreshProc, Errno::EPERM),
        (Probe::PrivateMounts, Errno::EINVAL),
        (Probe::DetachedMount, Errno::ENOSYS),
        (Probe::IdmappedMount, Errno::ENOSYS),
        (Probe::Overlay, Errno::EPERM),
        (Probe::ExitByPidfd, Errno::EINVAL),
        (Probe::Pidfd, Errno::ENOSYS),
    ] {
        machine.trials.set(probe, Trial::Refused(errno));
    }
    machine.trials.set(Probe::ShiftClocks, Trial::Untried);
    machine.trials.set(Probe::OwnCgroup, Trial::Untried);
    machine.cgroup =
        Cgroup { path: Buffer::new(), controllers: Buffer::new(), own: Trial::Untried };
    (machine.covered, machine.first_covered) = (1, text("/proc/kcore"));
    machine.ids = Ids::default();
    machine.pasta = None;
    machine.landlock = Err(Errno::EOPNOTSUPP);
    machine.actions = 0x7e;
    (machine.tiocsti, machine.ptrace_scope) = (None, None);
    machine
}

#[test]
fn what_is_said_of_a_machine_is_what_the_golden_file_has() {
    // Looks like "no      user                  EPERM: the security profile …", "try: …".
    let mut list = Vec::new();
    for (name, machine) in [
        ("everything works, root", machine(true)),
        ("everything works, an ordinary user", machine(false)),
        ("user namespaces restricted by AppArmor", restricted()),
        ("root in a container", container()),
        ("an old kernel", bare()),
    ] {
        let mut missing = 0;
        super::each(&machine, &mut |finding| missing += u32::from(finding.is_missing()));
        list.extend_from_slice(std::format!("======== {name}\n\n").as_bytes());
        print(&mut list, Screen::PLAIN, &machine, missing);
        list.push(b'\n');
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/doctor.txt");
    let list = String::from_utf8(list).unwrap();
    snapbox::assert_data_eq!(list, snapbox::Data::read_from(&golden, None).raw());
}

#[test]
fn on_a_terminal_no_line_is_wider_than_that() {
    // Looks like the same words, what is found and what to do broken between them.
    for machine in [restricted(), container(), bare()] {
        let [wide, shown] = [Screen::PLAIN, Screen::plain(64)].map(|screen| {
            let mut shown = Vec::new();
            print(&mut shown, screen, &machine, 0);
            String::from_utf8(shown).unwrap()
        });
        assert_eq!(shown.lines().find(|line| line.chars().count() > 64), None);
        assert!(shown.split_whitespace().eq(wide.split_whitespace()), "{shown}");
    }
}
