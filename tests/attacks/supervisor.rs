//! PID 1 itself: whoever can trace it, or look into it, has what it has.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use super::support::who::{programs, set_mode, tool};
use super::support::{Run, Who, file, witness};

/// Whose rights, how nsinit is started without the defence, and how with it: by a flag, by a root
/// of its own, which has all of its defaults, and by that with its filter taken away. Root inside
/// has CAP_SYS_PTRACE as long as nobody takes it; root of a user namespace has it there.
const TABLE: [(Who, &[&str], &[&str]); 6] = [
    (Who::Root, &["run"], &["run", "--seccomp=default"]),
    (Who::Root, &["run"], &["run", "--root=/"]),
    (Who::Root, &["run"], &["run", "--root=/", "--seccomp=none"]),
    (Who::User, &["run", "--uid=0", "--gid=0"], &["run", "--uid=0", "--gid=0", "--lock-in"]),
    (Who::User, &["run", "--uid=0", "--gid=0"], &["run", "--uid=0", "--gid=0", "--root=/"]),
    (
        Who::User,
        &["run", "--uid=0", "--gid=0"],
        &["run", "--uid=0", "--gid=0", "--root=/", "--capabilities=all"],
    ),
];

/// What a shell says to this inside, with its errors.
fn says(who: Who, flags: &[&str], script: &str) -> String {
    let words = [flags, &["--", "sh", "-c", script]].concat();
    let ended = Run::nsinit(who, &words).end();
    ended.out + &ended.err
}

#[test]
fn nobody_traces_pid_1() {
    // Looks like EPERM for PTRACE_SEIZE, which is done where PID 1 is not hidden.
    let ptrace = libc::SYS_ptrace.to_string();
    for (who, without, with) in TABLE {
        for (flags, expected) in [(without, "done"), (with, "EPERM")] {
            let words = witness(&["call", &ptrace, "0x4206", "1", "0", "0"]);
            let run = Run::nsinit(who, flags).and(["--"]).and(words);
            assert_eq!(run.end().quietly(0).trim(), expected, "{who:?} {flags:?}");
        }
    }
}

#[test]
fn nobody_reads_what_pid_1_has() {
    // Looks like "Permission denied" for its environment, its memory, its program, and where its
    // descriptors lead.
    for (who, without, with) in TABLE {
        for (script, seen) in [
            ("tr '\\0' '\\n' </proc/1/environ | grep -c ^PATH=", "1\n"),
            ("readlink /proc/1/exe | grep -c nsinit", "1\n"),
            ("readlink /proc/1/fd/0", "/dev/null\n"),
            (": </proc/1/mem && echo open", "open\n"),
            ("grep -c . /proc/1/maps >/dev/null && echo open", "open\n"),
        ] {
            assert_eq!(says(who, without, script), seen, "{who:?} {script}");
            let said = says(who, with, script);
            assert_ne!(said, seen, "{who:?} {script}");
            let is_denied = said.contains("Permission denied") || ["", "0\n"].contains(&&*said);
            assert!(is_denied, "{who:?} {script}: {said}");
        }
    }
}

#[test]
fn nobody_opens_our_program_for_writing() {
    // Looks like EACCES at once, where the kernel alone would only say that it is in use until we
    // have ended (CVE-2019-5736).
    let script = ": <>/proc/1/exe";
    for (who, without, with) in TABLE {
        assert!(!says(who, without, script).contains("Permission denied") || who == Who::User);
        assert!(says(who, with, script).contains("Permission denied"), "{who:?}");
    }
    assert!(says(Who::Root, &["run"], script).contains("Text file busy"));
}

#[test]
fn who_executes_our_program_inside_cannot_change_it() {
    // Looks like CVE-2019-5736 as it was: a program in the root is a link to /proc/self/exe, so
    // that what is executed is nsinit, of the host. It can be opened from beside, but never to be
    // written, nor by that descriptor, until the sandbox ends; and the file is what it was.
    for who in Who::BOTH {
        let directory = file::directory();
        let (nsinit, root) = (directory.join("nsinit"), directory.join("rootfs"));
        file::copy(&programs().nsinit, &nsinit);
        std::os::unix::fs::chown(&nsinit, Some(who.uid()), Some(who.uid())).unwrap();
        set_mode(&nsinit, 0o777);
        fs::create_dir_all(root.join("bin")).unwrap();
        file::copy(&tool("busybox"), &root.join("bin/busybox"));
        symlink("/proc/self/exe", root.join("x")).unwrap();
        for name in ["", "bin"] {
            std::os::unix::fs::chown(root.join(name), Some(who.uid()), Some(who.uid())).unwrap();
        }
        let script = "exec 9</proc/$PPID/exe && echo opened; i=0; \
            while [ $i -lt 200 ]; do for f in /proc/self/fd/9 /proc/$PPID/exe /proc/1/exe; do \
            (echo evil >$f) 2>/dev/null && echo written; done; i=$((i + 1)); done; exit 7";
        let root = file::text(&root);
        let words = ["run", "--root", &root, "--", "/x", "--", "/bin/busybox", "sh", "-c", script];
        let run = Run::command(who, [&nsinit]).and(words);
        assert_eq!(run.end().quietly(7), "opened\n", "{who:?}");
        assert!(fs::read(&nsinit).unwrap() == fs::read(&programs().nsinit).unwrap(), "{who:?}");
    }
}

#[test]
fn a_proc_that_is_none_chooses_nobody_to_be_killed() {
    // Looks like a service that is an ordinary user, in a root whose /proc is a directory of its
    // own, without a PID namespace: it writes that a process outside is its child, and ends.
    // Whoever supervises is root and kills what a service leaves, but not that one.
    let mut victim = Run::command(Who::Root, ["sleep", "1000"]).start();
    let root = file::directory().join("rootfs");
    let fake = root.join("proc").join(victim.pid.to_string());
    fs::create_dir_all(&fake).unwrap();
    fs::create_dir(root.join("bin")).unwrap();
    file::copy(&tool("busybox"), &root.join("bin/sh"));
    set_mode(&fake, 0o777);
    let text = "[sandbox]\nnamespaces = ['-pid']\n[root]\npath = 'ROOT'\n\
        [[service]]\nname = 'a'\nmain = true\ncommand = ['/bin/sh', '-c', 'read x']\n\
        [[service]]\nname = 'b'\nuser = '1000'\ncommand = ['/bin/sh', '-c', \
        'echo \"PID (x) S $$ $$ $$ 0\" >/proc/PID/stat && echo written >&2; exit 1']\n";
    let pid = victim.pid.to_string();
    let text = text.replace("ROOT", &file::text(&root)).replace("PID", &pid);
    let path = file::write(&file::directory(), "fake.toml", 0o644, text);
    let (input, tell) = std::io::pipe().unwrap();
    let mut running = Run::nsinit(Who::Root, &["run", &path]).stdin(input).start();
    running.wait_for_error("written");
    running.wait_for_error("\"b\" exited with code 1");
    drop(tell);
    assert_eq!(running.end().code, 1);
    assert!(!victim.ends(Duration::from_millis(100)), "it was killed");
}
