//! The end: of what a service left, of the sandbox, of its launcher, and of the cgroup.

use std::fs;
use std::time::{Duration, Instant};

use super::support::subtree::{Subtree, limit, until_empty, within};
use super::support::{Run, Who, file, wait};

/// A daemon that leaves session and group, and whose parent ends: it is nobody's any more.
const DAEMON: &str = "(setsid sh -c 'echo $$ >> LOG; exec sleep 1000' &)";

#[test]
fn a_daemon_that_left_session_and_group_does_not_survive_its_service() {
    // Looks like a service that is started twice, and one daemon left of the two.
    for who in Who::BOTH {
        let subtree = Subtree::new(who);
        let directory = file::directory();
        let log = file::write(&directory, "log", 0o666, "");
        let daemon = DAEMON.replace("LOG", &log);
        let script = format!("{daemon}; while [ ! -s {log} ]; do :; done; exit 1");
        let again = format!("{daemon}; n=$(wc -l < {log}); echo up; cat");
        let both = format!("if [ -s {log} ]; then {again}; else {script}; fi");
        let text = format!(
            "[limits]\ncgroup = \"own\"\n\
             [[service]]\nname = \"crash\"\nrestart = \"on-failure\"\nrestart-delay = \"1ms\"\n\
             command = [\"sh\", \"-c\", \"\"\"{both}\"\"\"]\n\
             [[service]]\nname = \"main\"\nmain = true\ncommand = [\"sh\", \"-c\", \"cat\"]\n"
        );
        let file = file::write(&directory, "crash.toml", 0o644, text);
        let (read, write) = std::io::pipe().unwrap();
        let run = within(Run::nsinit(who, &["run", &file]), &subtree.path).stdin(read);
        let mut running = run.start();
        running.wait_for("up\n");
        let procs = subtree.sandbox().join("service-crash/cgroup.procs");
        // The second start's shell and its daemon; of the first nobody.
        wait::until("the second daemon alone", || {
            let lines = fs::read_to_string(&log).unwrap().lines().count();
            let list = fs::read_to_string(&procs).unwrap();
            let count = list.lines().filter(|pid| is_called(pid, "sleep")).count();
            (lines == 2 && count == 1).then_some(())
        });
        drop(write);
        let ended = running.end();
        assert_eq!(ended.code, 0, "{}", ended.err);
        assert_eq!(subtree.names(), [""; 0]);
    }
}

fn is_called(pid: &str, name: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name)
}

#[test]
fn without_a_pid_namespace_nobody_survives_either() {
    // Looks like a daemon that nothing holds but the cgroup.
    for who in Who::BOTH {
        let subtree = Subtree::new(who);
        let directory = file::directory();
        let log = file::write(&directory, "log", 0o666, "");
        let script = format!("{}; while [ ! -s {log} ]; do :; done", DAEMON.replace("LOG", &log));
        let words = ["run", "--namespaces=-pid", "--cgroup=own", "--", "sh", "-c", &script];
        within(Run::nsinit(who, &words), &subtree.path).end().quietly(0);
        assert_eq!(subtree.names(), [""; 0]);
    }
}

#[test]
fn what_a_killed_launcher_leaves_the_next_one_removes() {
    // Looks like an empty cgroup after kill -9, which is gone when another sandbox starts; one that
    // is at work stays.
    for who in Who::BOTH {
        let (subtree, limit) = (Subtree::new(who), limit());
        subtree.hand_down();
        let own = subtree.below("shell", who);
        let words = [
            "run",
            "--name=box",
            "--control=false",
            &limit.flag(),
            "--",
            "sh",
            "-c",
            "echo up; exec sleep 99",
        ];
        // With another process in it, so that nobody moves aside.
        let words_of_other = ["sh", "-c", "echo up; exec sleep 99"];
        let mut other = within(Run::command(who, words_of_other), &own).start();
        other.wait_for("up\n");
        // One behind the other: one that is not held yet may be removed, and then has another name.
        let start = || {
            let mut running = within(Run::nsinit(who, &words), &own).start();
            running.wait_for("up\n");
            running
        };
        let (killed, alive) = (start(), start());
        killed.kill(libc::SIGKILL);
        killed.end_of_killed();
        let [left, kept]: [String; 2] = {
            let names = subtree.names().into_iter().filter(|name| name != "shell");
            let (alive, left): (Vec<_>, Vec<_>) =
                names.partition(|name| name.ends_with(&format!("-{}", alive.pid)));
            [left[0].clone(), alive[0].clone()]
        };
        until_empty(&subtree.path.join(&left));
        let third = start();
        wait::until("the empty one to be removed", || {
            (!subtree.names().contains(&left)).then_some(())
        });
        assert!(subtree.names().contains(&kept));
        for running in [third, alive] {
            running.kill(libc::SIGTERM);
            running.end();
        }
        other.kill(libc::SIGKILL);
        let _ = other.code();
        fs::remove_dir(own).unwrap();
        assert_eq!(subtree.names(), [""; 0]);
    }
}

#[test]
fn a_frozen_sandbox_is_killed_at_once() {
    // Looks like cgroup.freeze, then kill -9 of the launcher: everybody is gone at once, where a
    // freeze lasts for ever.
    for who in Who::BOTH {
        let subtree = Subtree::new(who);
        let words = ["run", "--cgroup=own", "--", "sh", "-c", "echo up; exec sleep 99"];
        let mut running = within(Run::nsinit(who, &words), &subtree.path).start();
        running.wait_for("up\n");
        let sandbox = subtree.sandbox();
        fs::write(sandbox.join("cgroup.freeze"), "1").unwrap();
        wait::until("all to be frozen", || {
            let events = fs::read_to_string(sandbox.join("cgroup.events")).unwrap();
            events.contains("frozen 1").then_some(())
        });
        let begin = Instant::now();
        running.kill(libc::SIGKILL);
        until_empty(&sandbox);
        assert!(begin.elapsed() < Duration::from_secs(5), "{who:?}: {:?}", begin.elapsed());
        running.end_of_killed();
        fs::remove_dir(sandbox).unwrap();
    }
}

#[test]
fn what_was_used_is_told_to_who_wants_to_know() {
    // Looks like the last line with -v.
    let subtree = Subtree::new(Who::Root);
    let at = format!("--cgroup={}", subtree.name);
    let ended = Run::nsinit(Who::Root, &["run", "-v", &at, "--", "true"]).end();
    ended.saying(0, &["run: used 0", "s of processor time"]);
}

#[test]
fn cgroups_that_the_workload_has_made_go_with_the_sandboxs() {
    // Looks like a tree as a container of containers makes it, deep and wide, with a process that
    // stays in it: nothing of it is left, and nothing is told of.
    let grow = "cd /sys/fs/cgroup; for i in 1 2 3; do mkdir -p a/$i/b/c 'x y'/$i; done; d=.; \
        for i in $(seq 100); do d=$d/d; done; mkdir -p $d; \
        sleep 1000 & echo $! >a/1/b/c/cgroup.procs; exit 4";
    let subtree = Subtree::new(Who::Root);
    let text = "[sandbox]\nnamespaces = [\"+cgroup\"]\n[limits]\ncgroup = \"own\"\n\
        [root]\ndev = true\n\
        [[mount]]\nsource = \"/\"\ntarget = \"/\"\n\
        [[mount]]\ntype = \"cgroup2\"\ntarget = \"/sys/fs/cgroup\"\n";
    let toml = file::write(&file::directory(), "grown.toml", 0o644, text);
    let words = ["run", &toml, "--", "sh", "-c", grow];
    within(Run::nsinit(Who::Root, &words), &subtree.path).end().quietly(4);
    assert_eq!(subtree.names(), [""; 0]);
}
