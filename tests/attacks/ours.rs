//! What we have open ourselves, where a root's own links say that it is a service's file. Row 2 of
//! the list. Before a service's process executes its command it has our descriptors, and our very
//! memory.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::support::who::{set_mode, tool};
use super::support::{Ended, Run, Who, file};

/// A root of somebody hostile, with this link in it at `/trap`.
fn root(leads_to: &str) -> PathBuf {
    let root = file::directory().join("rootfs");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::create_dir(root.join("proc")).unwrap();
    set_mode(&root, 0o777);
    file::copy(&tool("busybox"), &root.join("bin/busybox"));
    symlink(leads_to, root.join("trap")).unwrap();
    root
}

/// A service of that root with these flags does this.
fn run(who: Who, leads_to: &str, flags: &[&str], script: &str) -> Ended {
    let root = file::text(&root(leads_to));
    let words = [&["run", "--root", &root], flags, &["--", "/bin/busybox", "sh", "-c", script]];
    Run::nsinit(who, &words.concat()).end()
}

/// What a service can be told to use that lies in its root.
const USES: [&[&str]; 4] = [
    &["--stdin", "file=/trap"],
    &["--stdout", "file=/trap"],
    &["--stderr", "file=/trap"],
    &["--cwd", "/trap"],
];

#[test]
fn row_2_nothing_that_we_have_open_becomes_a_services_file() {
    // Looks like ELOOP, with a word of /proc: nobody writes to the pipe that the launcher reads
    // reports from, reads or writes PID 1's memory, or stands in its own cgroup's directory.
    for who in Who::BOTH {
        for of in ["self", "1"] {
            for number in 3..12 {
                for flags in USES {
                    let link = format!("/proc/{of}/fd/{number}");
                    let ended = run(who, &link, flags, "exit 0");
                    let said = (ended.code, ended.err.clone());
                    let is_refused = ["ELOOP", "ENOENT", "EACCES"]
                        .iter()
                        .any(|errno| said.1.contains(&format!("\"/trap\": {errno}")));
                    assert!(said.0 == 125 && is_refused, "{who:?} {link} {flags:?}: {said:?}");
                }
            }
        }
        for (link, flags) in [
            ("/proc/self/mem", USES[0]),
            ("/proc/self/mem", USES[1]),
            ("/proc/self/fd/1", USES[2]),
            ("/proc/self/root", USES[3]),
        ] {
            run(who, link, flags, "exit 0").saying(125, &["\"/trap\": ELOOP", "into /proc"]);
        }
    }
}

#[test]
fn row_2_a_working_directory_that_is_a_link_is_not_ours() {
    // Looks like "/": whoever starts us stands at a path that is a link in the root. Its own root
    // is as far as it would lead, so that the last word tells.
    for who in Who::BOTH {
        let root = root("/proc/self/fd/0");
        let place = file::directory();
        let inner = root.join(file::text(&place).trim_start_matches('/'));
        fs::create_dir_all(inner.parent().unwrap()).unwrap();
        symlink("/proc/self/cwd/bin", &inner).unwrap();
        let root = file::text(&root);
        let words = ["run", "--root", &root, "--", "/bin/busybox", "pwd"];
        assert_eq!(Run::nsinit(who, &words).directory(&place).end().quietly(0), "/\n", "{who:?}");
    }
}

#[test]
fn the_standard_descriptors_may_be_said_by_their_names() {
    // Looks like one output in place of the other; and outside of any such root, where the files
    // are the machine's, a link may lead anywhere.
    for who in Who::BOTH {
        let ended = run(who, "x", &["--stderr", "file=/dev/stdout"], "echo one >&2");
        assert_eq!(ended.quietly(0), "one\n", "{who:?}");
        let ended = run(who, "x", &["--stdout", "file=/dev/stderr"], "echo one");
        assert_eq!((ended.code, ended.err.as_str()), (0, "one\n"), "{who:?}");
        let link = file::directory().join("log");
        let who = Who::Root; // who made the pipe that it leads to
        symlink("/proc/self/fd/1", &link).unwrap();
        let file = format!("file={}", file::text(&link));
        for verb in [&["run"][..], &[]] {
            let words = [verb, &["--stderr", &file, "--", "sh", "-c", "echo two >&2"]].concat();
            assert_eq!(Run::nsinit(who, &words).end().quietly(0), "two\n", "{who:?} {verb:?}");
        }
    }
}

#[test]
fn row_2_no_file_of_the_kernels_is_one_of_the_roots() {
    // Looks like ENOENT: where a root has no procfs at /proc, a link that it has in the place of
    // one of its files does not lead a service's process, which is root, to what PID 1 has open.
    for who in Who::BOTH {
        for number in 3..12 {
            let root = root("x");
            fs::create_dir(root.join("proc/self")).unwrap();
            let link = root.join("proc/self/oom_score_adj");
            symlink(format!("/x/self/fd/{number}"), link).unwrap();
            let root = file::text(&root);
            let flags = ["--proc", "none", "--proc", "/x", "--oom-score-adj", "345"];
            let words = [&["run", "--root", &root], &flags[..], &["--", "/bin/busybox", "true"]];
            let ended = Run::nsinit(who, &words.concat()).end();
            ended.saying(125, &["set oom_score_adj 345: ENOENT", "/proc, which is not mounted"]);
        }
    }
}
