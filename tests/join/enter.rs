//! `enter` from outside: a process by its PID or a pidfd, and a directory of kept namespaces.

use std::os::fd::AsRawFd as _;
use std::time::Duration;

use super::KINDS;
use super::holder::Holder;
use super::support::terminal::Terminal;
use super::support::{Run, Who, file, proc, wait};

const LINKS: &str = "cd /proc/self/ns && readlink cgroup ipc mnt net pid time user uts";

const ALL: [&str; 2] = ["--namespaces", "cgroup,ipc,mnt,net,pid,time,user,uts"];

fn enter(who: Who, target: &str, script: &str) -> Run {
    Run::nsinit(who, &["enter", target, "--", "sh", "-c", script])
}

#[test]
fn a_process_is_entered_in_all_its_namespaces() {
    // Looks like eight links that are the holder's, by PID and by pidfd, and the exit code.
    for who in Who::BOTH {
        let holder = Holder::new(who, &ALL);
        let expected: String = KINDS.map(|kind| holder.link(kind) + "\n").concat();
        let pid = holder.pid.to_string();
        assert_eq!(enter(who, &pid, LINKS).end().quietly(0), expected, "{who:?}");
        enter(who, &pid, "exit 7").end().quietly(7);
        enter(who, &pid, "kill -9 $$").end().quietly(137);
        let pidfd = super::joins::open_pidfd(holder.pid);
        let pidfd = std::fs::File::from(pidfd);
        let run = enter(who, "fd:207", LINKS).giving(&pidfd, 207);
        assert_eq!(run.end().quietly(0), expected, "{who:?}");
        assert!(pidfd.as_raw_fd() > 2);
        holder.end();
    }
}

#[test]
fn no_process_hides_its_rights_behind_its_groups() {
    // Looks like one capability and no_new_privs for whoever enters a process that has 1200 groups,
    // which stand in front of these in /proc/PID/status.
    let groups: Vec<String> = (10_000_000..10_001_200).map(|group| group.to_string()).collect();
    let words = ["setpriv", "--no-new-privs", "--bounding-set=-all,+net_raw", "--groups"];
    let groups = groups.join(",");
    let words =
        [&["unshare", "-u"], &words[..], &[&groups, "sh", "-c", "echo $$; exec sleep 1000"]];
    let mut holder = Run::command(Who::Root, words.concat()).start();
    let pid = holder.wait_for("\n").trim().to_owned();
    let out = enter(Who::Root, &pid, "grep -E '^(CapBnd|NoNewPrivs)' /proc/self/status").end();
    assert_eq!(out.quietly(0), "CapBnd:\t0000000000002000\nNoNewPrivs:\t1\n");
    holder.kill(libc::SIGTERM);
    drop(holder.end());
}

#[test]
fn what_enters_has_the_rights_of_the_process_and_nothing_of_the_caller() {
    // Looks like the same lines of /proc/PID/status, descriptors 0 to 2, and six variables at most.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "uts,mnt,user", "--capabilities=net_raw"]);
        let pid = holder.pid.to_string();
        let file = std::fs::File::open("/").unwrap();
        let run = enter(who, &pid, "grep -E '^(Cap|NoNewPrivs)' /proc/self/status");
        let out = run.end().quietly(0);
        let own = proc::status(holder.pid).unwrap();
        for line in out.lines() {
            assert!(own.contains(line), "{who:?}: {line}\n{own}");
        }
        let run = enter(who, &pid, "ls /proc/self/fd; env").giving(&file, 77);
        let out = run.env("SECRET", "mine").env("TERM", "vt52").end().quietly(0);
        assert!(out.starts_with("0\n1\n2\n3\n") && !out.contains("77\n"), "{out}");
        assert!(out.contains("TERM=vt52\n") && !out.contains("SECRET"), "{out}");
        let words = ["enter", "--env", "A=b", "--cwd=/etc", &pid, "sh", "-c", "echo $A; pwd"];
        assert_eq!(Run::nsinit(who, &words).end().quietly(0), "b\n/etc\n");
        holder.end();
    }
}

/// What a process says of its capabilities, but for those that only a file could give.
fn capabilities(status: &str) -> Vec<&str> {
    let is_one = |line: &&str| ["CapPrm", "CapEff", "CapAmb"].contains(&&line[..6.min(line.len())]);
    status.lines().filter(is_one).collect()
}

#[test]
fn what_a_process_cannot_do_nobody_does_who_enters_it() {
    // Looks like no capability for a user whose bounding set has some, those that outlive an exec
    // where there are any, and of root those that it kept. Another user of our choice has none.
    for (flags, program) in [
        (vec!["--cap-drop=sys_admin", "--user=4711"], None),
        (vec!["--user=4711"], None),
        (vec!["--capabilities=net_raw", "--user=4711"], None),
        (vec!["--capabilities=net_raw,kill", "--ambient-capabilities=kill", "--user=4711"], None),
        (vec!["--cap-drop=sys_admin"], None),
        (vec![], Some("exec capsh --caps=cap_net_raw=eip -- -c 'exec sleep 1000'")),
    ] {
        let holder = match program {
            None => Holder::new(Who::Root, &[&["--namespaces=uts"], &flags[..]].concat()),
            Some(program) => Holder::become_program(Who::Root, &["--namespaces=uts"], program),
        };
        let pid = holder.pid.to_string();
        let out = enter(Who::Root, &pid, "cat /proc/self/status").end().quietly(0);
        let own = proc::status(holder.pid).unwrap();
        assert_eq!(capabilities(&out), capabilities(&own), "{flags:?} {program:?}");
        let words = ["enter", "--user=4712", &pid, "--", "cat", "/proc/self/status"];
        let out = Run::nsinit(Who::Root, &words).end().quietly(0);
        assert!(capabilities(&out).iter().all(|l| l.ends_with("\t0000000000000000")), "{out}");
        holder.end();
    }
}

#[test]
fn a_page_that_the_kernel_holds_for_a_moment_stops_nobody() {
    // Looks like success although the copy's seal is EBUSY at first. The descriptors of the command
    // and the question whether we are that copy come before it.
    let holder = Holder::new(Who::Root, &["--namespaces", "uts"]);
    let strace = file::text(&super::support::who::tool("strace"));
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let pid = holder.pid.to_string();
    let words = [&strace, "-qq", "-o", "/dev/null", "-e", "inject=fcntl:error=EBUSY:when=5..9"];
    let run = Run::command(Who::Root, words).and([&nsinit, "enter", &pid, "true"]);
    run.end().quietly(0);
    holder.end();
}

#[test]
fn what_enters_stands_where_the_process_does() {
    // Looks like a file that only the root of the process has, and its directory there.
    let directory = file::directory();
    let root = file::text(&directory.join("root"));
    for name in ["bin", "lib", "lib64", "usr", "proc", "dev", "here"] {
        std::fs::create_dir_all(format!("{root}/{name}")).unwrap();
    }
    let words = ["run", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin"];
    let words = [&words[..], &["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"]];
    let mut words = words.concat();
    words.extend(["--proc", "/proc", "--dir", "/only/here", "--chdir", "/only/here", "--"]);
    let run = Run::nsinit(Who::Root, &words).and(["sh", "-c", "echo up; exec sleep 1000"]);
    let mut running = run.start();
    running.wait_for("up");
    let pid = wait::until("the sleeper", || {
        let line = running.marked().into_iter().find(|line| line.contains(" sleep "))?;
        Some(line.split(' ').next()?.to_owned())
    });
    let words = ["enter", "--no-seccomp", &pid, "--", "sh", "-c", "pwd; test -e /etc; echo $?"];
    assert_eq!(Run::nsinit(Who::Root, &words).end().quietly(0), "/only/here\n1\n");
    running.kill(libc::SIGTERM);
    running.end().quietly(143);
}

#[test]
fn who_is_inside_cannot_look_at_who_enters() {
    // Looks like EACCES for the descriptors of whoever comes, a hundred times over and until it was
    // met, and for its program. Who has become the command meanwhile, and has its words, may be
    // looked at.
    let script = "echo up; while :; do for p in /proc/[0-9]*; do \
                  grep -q '[-]-join-place' $p/cmdline 2>/dev/null && \
                  { echo met; readlink $p/fd/* $p/exe $p/cwd 2>/dev/null | grep -q . && \
                  grep -q '[-]-join-place' $p/cmdline 2>/dev/null && echo seen; }; done; done";
    let words = ["run", "--namespaces=+user", "--", "sh", "-c", script];
    let mut running = Run::nsinit(Who::Root, &words).start();
    running.wait_for("up");
    let is_it = |line: &String| line.contains(" sh ");
    let pid = running.marked().into_iter().find(is_it).unwrap();
    let pid = pid.split(' ').next().unwrap();
    let come = || enter(Who::Root, pid, ":").end().quietly(0);
    for _ in 0..100 {
        come();
    }
    wait::until("one to be met", || {
        come();
        running.comes("met", Duration::from_millis(1)).then_some(())
    });
    let words = ["enter", pid, "--", "sh", "-c", "readlink /proc/$PPID/exe || echo hidden"];
    let out = Run::nsinit(Who::Root, &words).end();
    assert!(out.out.contains("hidden"), "{}", out.out);
    running.kill(libc::SIGTERM);
    let ended = running.end();
    assert!(ended.out.contains("met") && !ended.out.contains("seen"), "{}", ended.out);
}

#[test]
fn what_enters_is_a_copy_in_memory() {
    // Looks like "/memfd:nsinit" as the program of the supervisor, for root of the machine.
    let holder = Holder::new(Who::Root, &["--namespaces", "uts"]);
    let words = ["enter", &holder.pid.to_string(), "--", "sh", "-c"];
    let run = Run::nsinit(Who::Root, &words).and(["readlink /proc/$PPID/exe"]);
    assert_eq!(run.end().quietly(0), "/memfd:nsinit (deleted)\n");
    holder.end();
}

#[test]
fn a_process_with_a_filter_is_entered_by_name_or_without_it() {
    // Looks like a refusal with both ways out.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "uts,user", "--seccomp", "default"]);
        let pid = holder.pid.to_string();
        enter(who, &pid, ":").end().saying(125, &["nobody can read by what", "--no-seccomp"]);
        let words = ["enter", "--no-seccomp", &pid, "true"];
        Run::nsinit(who, &words).end().quietly(0);
        holder.end();
    }
}

#[test]
fn at_a_terminal_it_has_one_of_its_own() {
    // Looks like a terminal inside, whose keys and size are ours.
    for who in Who::BOTH {
        let holder = Holder::new(who, &["--namespaces", "uts,user"]);
        let terminal = Terminal::new();
        terminal.set_columns(91);
        let script = "stty size; test -t 0 && echo tty; read line; echo got-$line; exit 5";
        let mut running = enter(who, &holder.pid.to_string(), script).start_at(&terminal);
        running.expect("24 91");
        running.expect("tty");
        terminal.type_keys("hello\r");
        running.expect("got-hello");
        drop(terminal);
        assert_eq!(running.end().code, 5);
        holder.end();
    }
}

#[test]
fn signals_pass_and_nothing_is_left() {
    // Looks like a handler that was told of TERM, and no process after a KILL of the caller.
    for who in Who::BOTH {
        let holder = Holder::new(who, &ALL);
        let pid = holder.pid.to_string();
        let script = "trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.01; done";
        let mut running = enter(who, &pid, script).start();
        running.wait_for("up");
        running.kill(libc::SIGTERM);
        assert_eq!(running.end().quietly(9), "up\ntold\n");
        let mut running = enter(who, &pid, "echo up; exec sleep 1000").start();
        running.wait_for("up");
        running.kill(libc::SIGKILL);
        running.end_of_killed();
        wait::until("only the holder to be there", || {
            let out = enter(who, &pid, "ls /proc | grep -c '^[0-9]'").end().quietly(0);
            (!out.is_empty()).then_some(())
        });
        holder.end();
    }
}

#[test]
fn what_is_kept_is_entered_with_a_new_pid_namespace() {
    // Looks like the name that was kept, in the kept namespaces, as PID 2 of a new one.
    super::kept::leave_mounts();
    let place = file::text(&file::directory().join("kept"));
    let words = ["run", "--persist", &place, "--namespaces=uts,net,pid,ipc", "--hostname=kept"];
    Run::nsinit(Who::Root, &words).and(["--", "true"]).end().quietly(0);
    let out = enter(Who::Root, &place, "hostname; echo $$; cd /proc/self/ns; ls -iL uts net").end();
    let out = out.quietly(0);
    let inode = |kind: &str| {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(format!("{place}/{kind}")).unwrap().ino().to_string()
    };
    assert!(out.starts_with("kept\n2\n"), "{out}");
    assert!(out.contains(&inode("uts")) && out.contains(&inode("net")), "{out}");
    Run::nsinit(Who::Root, &["rm", &place]).end().quietly(0);
    let ended = enter(Who::Root, "/etc", ":").end();
    ended.saying(125, &["no namespaces are kept in \"/etc\""]);
}

#[test]
fn what_cannot_be_entered_is_told_why() {
    // Looks like a process that is gone, one of somebody else, a descriptor that is none.
    let gone = super::refusals::gone().to_string();
    enter(Who::Root, &gone, ":").end().saying(125, &["enter: argument 2: there is no process"]);
    enter(Who::Root, "fd:77", ":").end().saying(125, &["is no pidfd that we were given"]);
    let holder = Holder::new(Who::Root, &["--namespaces", "uts"]);
    enter(Who::User, &holder.pid.to_string(), ":").end().saying(125, &["EACCES", "may not trace"]);
    holder.end();
    let words = ["enter", "--user", "5", "nobody-of-this-name", "true"];
    Run::nsinit(Who::Root, &words).end().saying(125, &["this is for a process or a directory"]);
}
