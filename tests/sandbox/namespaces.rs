//! Which namespaces are new, and what is in them.

use super::support::who::{programs, tool};
use super::support::{Run, Who, proc, witness};

const KINDS: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
const DEFAULT: [&str; 5] = ["ipc", "mnt", "pid", "time", "uts"];

/// The kinds that are not ours inside a sandbox with these flags, in the order of the alphabet.
fn fresh(who: Who, flags: &[&str]) -> Vec<&'static str> {
    let script = "cd /proc/self/ns && readlink cgroup ipc mnt net pid time user uts";
    let words = [&["run"], flags, &["--", "sh", "-c", script]].concat();
    let links = Run::nsinit(who, &words).end().quietly(0);
    let links: Vec<&str> = links.lines().collect();
    assert_eq!(links.len(), KINDS.len(), "{links:?}");
    let pairs = KINDS.into_iter().zip(links);
    let fresh = pairs.filter(|(kind, link)| *link != proc::namespace("self", kind));
    fresh.map(|(kind, _)| kind).collect()
}

/// An ordinary user gets a user namespace wherever another one is new.
fn with_user(who: Who, kinds: &[&'static str]) -> Vec<&'static str> {
    let mut kinds = kinds.to_vec();
    if who == Who::User && !kinds.is_empty() && !kinds.contains(&"user") {
        kinds.push("user");
    }
    kinds.sort_unstable();
    kinds
}

#[test]
fn the_default_kinds_are_fresh_and_no_others() {
    // Looks like five links in /proc/self/ns that differ from ours, six for an ordinary user.
    for who in Who::BOTH {
        assert_eq!(fresh(who, &[]), with_user(who, &DEFAULT), "{who:?}");
    }
}

#[test]
fn every_kind_can_be_had_alone() {
    // Looks like one fresh link, and a user namespace where one is needed to make it.
    for who in Who::BOTH {
        for kind in KINDS {
            assert_eq!(fresh(who, &["--namespaces", kind]), with_user(who, &[kind]), "{who:?}");
        }
    }
}

#[test]
fn any_set_of_kinds_is_exactly_what_was_asked_for() {
    // Looks like a table: what is said, and what is fresh then.
    let all_but_net = ["cgroup", "ipc", "mnt", "pid", "time", "user", "uts"];
    let table: [(&str, &[&str]); 10] = [
        ("pid,mnt", &["mnt", "pid"]),
        ("net,uts", &["net", "uts"]),
        ("time,cgroup", &["cgroup", "time"]),
        ("user,pid", &["pid", "user"]),
        ("mnt,net,ipc", &["ipc", "mnt", "net"]),
        ("cgroup,ipc,mnt,pid,time,user,uts", &all_but_net),
        ("cgroup,ipc,mnt,net,pid,time,user,uts", &KINDS),
        ("+net,+cgroup", &["cgroup", "ipc", "mnt", "net", "pid", "time", "uts"]),
        ("-time,-ipc", &["mnt", "pid", "uts"]),
        ("+user,-uts", &["ipc", "mnt", "pid", "time", "user"]),
    ];
    for who in Who::BOTH {
        for (said, kinds) in table {
            assert_eq!(
                fresh(who, &["--namespaces", said]),
                with_user(who, kinds),
                "{who:?} {said}"
            );
        }
    }
}

#[test]
fn a_key_brings_the_namespace_it_needs_and_a_kind_left_out_is_not_overruled() {
    // Looks like --loopback with a fresh net namespace, and --hostname without uts refused.
    for who in Who::BOTH {
        let kinds = ["ipc", "mnt", "net", "pid", "time", "uts"];
        assert_eq!(fresh(who, &["--loopback"]), with_user(who, &kinds));
        let words = ["run", "--namespaces", "-uts", "--hostname", "box", "--", "true"];
        Run::nsinit(who, &words).end().saying(125, &["argument 4", "hostname needs a uts"]);
    }
}

#[test]
fn host_and_domain_name_are_new_inside_and_the_outer_ones_stay() {
    // Looks like "box" and "lan" inside, and outside what it was before.
    let files = ["/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname"];
    let outer = || files.map(|file| std::fs::read_to_string(file).unwrap());
    let before = outer();
    for who in Who::BOTH {
        let flags = ["run", "--hostname", "box", "--domainname", "lan", "--", "cat"];
        let out = Run::nsinit(who, &[&flags[..], &files].concat()).end().quietly(0);
        assert_eq!(out, "box\nlan\n");
    }
    assert_eq!(outer(), before);
}

#[test]
fn the_loopback_of_a_new_net_namespace_carries_a_byte_unless_told_not_to() {
    // Looks like a TCP connection to 127.0.0.1, which has no route while the interface is down.
    let table = [
        ("--namespaces=+net", "a byte came through\n"),
        ("--loopback", "a byte came through\n"),
        ("--no-loopback", "NetworkUnreachable\n"),
    ];
    for who in Who::BOTH {
        for (flag, expected) in table {
            let run = Run::nsinit(who, &["run", flag, "--namespaces=+net", "--"]);
            let out = run.and(witness(&["loopback"])).end().quietly(0);
            assert_eq!(out, expected, "{who:?} {flag}");
        }
    }
}

#[test]
fn proc_is_fresh_and_pid_1_in_it_is_nsinit() {
    // Looks like the last mount being a proc with nosuid,nodev,noexec, and two processes in it.
    let script = "tail -n 1 /proc/self/mounts; cat /proc/1/comm; echo /proc/[0-9]*";
    for who in Who::BOTH {
        let out = Run::nsinit(who, &["run", "--", "sh", "-c", script]).end().quietly(0);
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[0].starts_with("proc /proc proc rw,nosuid,nodev,noexec,"), "{out}");
        assert_eq!(&lines[1..], ["nsinit", "/proc/1 /proc/2"], "{who:?}");
    }
}

#[test]
fn proc_can_stay_the_outer_one() {
    // Looks like --proc bind with the PIDs of the outer namespace and no further mount.
    let script = "readlink /proc/self; tail -n 1 /proc/self/mounts; exit 4";
    for who in Who::BOTH {
        let out = Run::nsinit(who, &["run", "--proc=bind", "--", "sh", "-c", script]);
        let out = out.end().quietly(4);
        let pid: u32 = out.lines().next().unwrap().parse().unwrap();
        assert!(pid > 2 && !out.contains("noexec"), "{out}");
    }
}

#[test]
fn a_mount_inside_is_not_seen_outside_nor_the_other_way_round() {
    // Looks like a shared outer tree: a tmpfs mounted inside leaves no trace outside.
    let inner = "mount -t tmpfs inner /mnt; grep -c ' /mnt ' /proc/self/mounts; \
                 grep -c shared: /proc/self/mountinfo";
    let nsinit = programs().nsinit.to_str().unwrap();
    let script = format!("'{nsinit}' run -- sh -c \"{inner}\"; grep -c ' /mnt ' /proc/self/mounts");
    let unshare = tool("unshare");
    let shared = ["-m", "--propagation", "shared", "sh", "-c", &script];
    let words = std::iter::once(unshare.to_str().unwrap()).chain(shared);
    assert_eq!(Run::command(Who::Root, words).end().quietly(1), "1\n0\n0\n");
}
