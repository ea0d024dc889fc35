//! `join` in `run`: each kind, by each way, alone and together.

use std::os::fd::{FromRawFd as _, OwnedFd};

use super::KINDS;
use super::holder::Holder;
use super::support::{Run, Who, proc};

/// Prints the namespaces a workload is in, in the order of [`KINDS`]. It needs no /proc of its own
/// PID namespace.
const LINKS: &str = "cd /proc/self/ns && readlink cgroup ipc mnt net pid time user uts";

/// What root says to join, and what an ordinary user has to join besides.
fn flags(who: Who, kind: &str, whence: impl Fn(&str) -> String) -> Vec<String> {
    let mut kinds = vec![kind];
    if who == Who::User && kind != "user" {
        kinds.push("user");
    }
    kinds.iter().flat_map(|kind| ["--join".into(), format!("{kind}={}", whence(kind))]).collect()
}

/// Joins `kinds` of a holder, and nothing else is new but what is said.
fn links(run: Run, flags: &[String], more: &[&str]) -> Vec<String> {
    let run = run.and(["run", "--proc=bind"]).and(flags).and(more);
    let out = run.and(["--", "sh", "-c", LINKS]).end().quietly(0);
    out.lines().map(String::from).collect()
}

fn nsinit(who: Who) -> Run {
    Run::nsinit(who, &[])
}

/// A kind and what a user needs for it are the holder's, the others are ours.
#[track_caller]
fn assert_joined(who: Who, holder: &Holder, kind: &str, links: &[String]) {
    for (other, link) in KINDS.iter().zip(links) {
        let is_joined = *other == kind || (who == Who::User && *other == "user");
        let expected = if is_joined { holder.link(other) } else { proc::namespace("self", other) };
        assert_eq!(*link, expected, "{who:?} {kind}: {other}");
    }
}

const NOTHING_NEW: &str = "--namespaces=-pid,-mnt,-uts,-ipc,-time";

#[test]
fn each_kind_is_joined_by_path_and_by_process() {
    // Looks like the link of the holder in /proc/self/ns, and seven that are ours.
    for who in Who::BOTH {
        for kind in KINDS {
            let holder = Holder::new(who, &["--namespaces", kind]);
            for whence in [&(|kind: &str| holder.path(kind)) as &dyn Fn(&str) -> String, &|_| {
                holder.pid.to_string()
            }] {
                let found = links(nsinit(who), &flags(who, kind, whence), &[NOTHING_NEW]);
                assert_joined(who, &holder, kind, &found);
            }
            holder.end();
        }
    }
}

/// pidfd_open(2), open in what we start as well.
pub fn open_pidfd(pid: i32) -> OwnedFd {
    // SAFETY: two integers in.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: a descriptor that the kernel has just given to us alone.
    unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).unwrap()) }
}

#[test]
fn each_kind_is_joined_by_a_pidfd_or_a_descriptor_that_was_given() {
    // Looks like descriptor 207, a pidfd first then the file, as bwrap takes it, too.
    for who in Who::BOTH {
        for kind in KINDS {
            let holder = Holder::new(who, &["--namespaces", kind]);
            let pidfd = open_pidfd(holder.pid);
            let run = nsinit(who).giving(&pidfd, 207);
            let found = links(run, &flags(who, kind, |_| "fd:207".into()), &[NOTHING_NEW]);
            assert_joined(who, &holder, kind, &found);
            holder.end();
        }
        for (kind, flag) in [("user", "--userns"), ("pid", "--pidns")] {
            let holder = Holder::new(who, &["--namespaces", kind]);
            let file = std::fs::File::open(holder.path(kind)).unwrap();
            let run = nsinit(who).giving(&file, 207);
            let mut words = vec![flag.to_string(), "207".into()];
            if who == Who::User && kind == "pid" {
                words.extend(["--join".into(), format!("user={}", holder.pid)]);
            }
            let found = links(run, &words, &[NOTHING_NEW]);
            assert_joined(who, &holder, kind, &found);
            holder.end();
        }
    }
}

#[test]
fn all_kinds_are_joined_at_once_and_a_file_may_say_it() {
    // Looks like eight links that are the holder's: the user namespace is entered last by root,
    // who may enter everything from outside, and first by a user.
    for who in Who::BOTH {
        let all = ["--namespaces", "cgroup,ipc,mnt,net,pid,time,user,uts"];
        let holder = Holder::new(who, &all);
        let joins: Vec<String> = KINDS
            .iter()
            .map(|kind| match *kind {
                "net" | "mnt" => format!("{kind} = {:?}", holder.path(kind)),
                _ => format!("{kind} = {}", holder.pid),
            })
            .collect();
        let text = format!("[sandbox]\njoin = {{ {} }}\n", joins.join(", "));
        let directory = super::support::file::directory();
        let file = super::support::file::write(&directory, "join.toml", 0o644, &text);
        let out = Run::nsinit(who, &["run", &file, "--", "sh", "-c", LINKS]).end().quietly(0);
        let expected: String = KINDS.map(|kind| holder.link(kind) + "\n").concat();
        assert_eq!(out, expected, "{who:?}");
        holder.end();
    }
}

#[test]
fn what_is_joined_is_not_created_and_the_rest_is() {
    // Looks like the default kinds, of which uts is the holder's, with its host name.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "uts", "--hostname", "joined"]);
        let flags = flags(who, "uts", |_| holder.pid.to_string());
        let script = format!("cat /proc/sys/kernel/hostname; {LINKS}; echo $$");
        let run = Run::nsinit(who, &["run"]).and(flags).and(["--", "sh", "-c", &script]);
        let out = run.end().quietly(0);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "joined");
        for (kind, link) in KINDS.iter().zip(&lines[1..]) {
            let own = proc::namespace("self", kind);
            match *kind {
                "uts" => assert_eq!(*link, holder.link("uts")),
                "user" if who == Who::User => assert_eq!(*link, holder.link("user")),
                "cgroup" | "net" | "user" => assert_eq!(*link, own),
                _ => assert!(*link != own && *link != holder.link(kind), "{kind}"),
            }
        }
        assert_eq!(lines[9], "2", "PID 1 is nsinit, the command is the second process");
        holder.end();
    }
}

#[test]
fn a_process_in_a_joined_pid_namespace_is_seen_there_and_ends_with_it() {
    // Looks like a fresh /proc that shows the holder's processes, and an end with its PID 1.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "pid"]);
        let flags = flags(who, "pid", |_| holder.pid.to_string());
        let script = "cat /proc/1/comm; echo \"$$;\"; exec sleep 1000";
        let run = Run::nsinit(who, &["run"]).and(flags).and(["--", "sh", "-c", script]);
        let mut running = run.start();
        let said = running.wait_for(";");
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "nsinit");
        let pid: i32 = lines[1].trim_end_matches(';').parse().unwrap();
        assert!(pid > 3, "{pid} is no number of a newcomer");
        holder.end();
        // Its PID 1 asks everybody to end before that, and the guest may be as fast.
        let ended = running.end();
        match ended.code {
            143 => drop(ended.quietly(143)),
            _ => ended.saying(137, &["PID 1 inside was killed by signal KILL"]),
        }
    }
}

#[test]
fn joining_our_own_namespaces_changes_nothing() {
    // Looks like --join KIND=$$: neither new nor another one, also for whom it is not allowed.
    for who in Who::BOTH {
        let joins: Vec<String> = KINDS
            .iter()
            .filter(|kind| **kind != "user" || who == Who::Root)
            .flat_map(|kind| ["--join".into(), format!("{kind}=/proc/self/ns/{kind}")])
            .collect();
        let found = links(nsinit(who), &joins, &[]);
        let own = KINDS.map(|kind| proc::namespace("self", kind));
        assert_eq!(found, own, "{who:?}");
    }
}

#[test]
fn root_becomes_somebody_in_a_user_namespace_that_does_not_know_it() {
    // Looks like uid 0 inside, where uid 0 is 100000 outside and we were 0.
    let maps = ["--uid-map", "0:100000:10", "--gid-map", "0:100000:10"];
    let holder = Holder::new(Who::Root, &[&["--namespaces", "user"][..], &maps].concat());
    let join = format!("user={}", holder.pid);
    let words = ["run", "--join", &join, "--hostname", "box", "--boottime", "+1d", "--"];
    let script = "id -u; id -g; id -G; cat /proc/sys/kernel/hostname; cat /proc/self/uid_map";
    let out = Run::nsinit(Who::Root, &words).and(["sh", "-c", script]).end().quietly(0);
    let words: Vec<&str> = out.split_whitespace().collect();
    assert_eq!(words, ["0", "0", "0", "box", "0", "100000", "10"]);
    holder.end();
}

#[test]
fn what_is_created_is_owned_by_the_user_namespace_that_is_joined() {
    // Looks like a host name that root of the joined namespace may set: it owns the new uts.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "user", "--uid", "0", "--gid", "0"]);
        let join = format!("user={}", holder.pid);
        let words = ["run", "--join", &join, "--", "sh", "-c"];
        let script = "hostname inside && hostname && mount -t tmpfs t /mnt && echo mounted";
        let out = Run::nsinit(who, &words).and([script]).end().quietly(0);
        assert_eq!(out, "inside\nmounted\n", "{who:?}");
        holder.end();
    }
}

#[test]
fn signals_stops_and_exit_codes_pass_through_as_without_joining() {
    // Looks like 7, 143 after TERM, 127 for nothing found, with the step's name.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "uts"]);
        let start = |words: &[&str]| {
            let flags = flags(who, "uts", |_| holder.pid.to_string());
            Run::nsinit(who, &["run"]).and(flags).and(["--"]).and(words)
        };
        start(&["sh", "-c", "exit 7"]).end().quietly(7);
        start(&["/nope"]).end().saying(127, &["execute \"/nope\": ENOENT"]);
        let mut running = start(&["sh", "-c", "echo ready; exec sleep 1000"]).start();
        running.wait_for("ready");
        running.kill(libc::SIGTERM);
        running.end().quietly(143);
        let mut killed = start(&["sh", "-c", "echo ready; exec sleep 1000"]).start();
        killed.wait_for("ready");
        killed.kill(libc::SIGKILL);
        killed.end_of_killed();
        holder.end();
    }
}

#[test]
fn a_root_in_a_user_namespace_that_is_joined_has_devices() {
    // Looks like a /dev/null that takes something: nobody makes devices there, but they can be
    // bound.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "user", "--uid", "0", "--gid", "0"]);
        let join = format!("user={}", holder.pid);
        let words = ["run", "--join", &join, "--root", "/", "--", "sh", "-c"];
        let words = [&words[..], &["echo away >/dev/null && id -u"]].concat();
        assert_eq!(Run::nsinit(who, &words).end().quietly(0), "0\n", "{who:?}");
        holder.end();
    }
}
