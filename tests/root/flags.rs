//! The flags of bubblewrap: operands, order, what binds to what.

use std::fs;

use super::support::{Run, Who, file};

/// The host's programs, read-only.
pub const USR: [&str; 15] = [
    "--ro-bind",
    "/usr",
    "/usr",
    "--symlink",
    "usr/bin",
    "/bin",
    "--symlink",
    "usr/lib",
    "/lib",
    "--symlink",
    "usr/lib64",
    "/lib64",
    "--proc",
    "/proc",
    "--die-with-parent",
];

/// Runs a shell script with these flags behind [`USR`].
fn script(who: Who, flags: &[&str], script: &str) -> String {
    let words = [&["run"], &USR[..], flags, &["--", "sh", "-c", script]].concat();
    Run::nsinit(who, &words).end().quietly(0)
}

#[test]
fn later_flags_cover_earlier_ones() {
    // Looks like bubblewrap's order: what is said last lies on top.
    for who in Who::BOTH {
        let flags = ["--tmpfs", "/a", "--dir", "/a/b", "--tmpfs", "/a/b", "--dir", "/a/b/c"];
        assert_eq!(script(who, &flags, "find /a | sort"), "/a\n/a/b\n/a/b/c\n");
        let flags = ["--dir", "/a/b", "--tmpfs", "/a"];
        assert_eq!(script(who, &flags, "find /a"), "/a\n");
        let flags = ["--symlink", "one", "/l", "--symlink", "one", "/l"];
        assert_eq!(script(who, &flags, "readlink /l"), "one\n");
    }
}

#[test]
fn modes_and_sizes_are_for_the_next_option_alone() {
    // Looks like 0700 for the first directory, 0755 for the second, 1777 and 64 KiB for the tmpfs.
    let flags = [
        "--perms", "0700", "--dir", "/a", "--dir", "/b", "--size", "65536", "--perms", "1777",
        "--tmpfs", "/c", "--tmpfs", "/d", "--chmod", "0711", "/b",
    ];
    for who in Who::BOTH {
        let out = script(who, &flags, "umask; stat -c '%n %a' /a /b /c /d; df --output=size /c");
        let umask = out.lines().next().unwrap();
        assert_eq!(umask, "0022", "our umask is what it was");
        assert_eq!(&out[5..], "/a 700\n/b 711\n/c 1777\n/d 755\n1K-blocks\n       64\n");
    }
}

#[test]
fn a_source_that_is_not_there_is_a_failure_unless_tried() {
    // Looks like nothing at /x, and without -try a step that failed.
    for who in Who::BOTH {
        for flag in ["--bind-try", "--ro-bind-try", "--dev-bind-try"] {
            assert_eq!(script(who, &[flag, "/nope", "/x"], "ls -d /x 2>&1 | wc -l"), "1\n");
        }
        for flag in ["--bind", "--ro-bind", "--dev-bind"] {
            let words = [&["run"], &USR[..], &[flag, "/nope", "/x", "--", "true"]].concat();
            Run::nsinit(who, &words).end().saying(125, &["open \"/nope\": ENOENT"]);
        }
    }
}

#[test]
fn files_and_data_come_from_descriptors() {
    // Looks like the text of descriptor 7 in each, with the modes of bubblewrap.
    let directory = file::directory();
    file::write(&directory, "text", 0o644, "some text\n");
    let path = directory.join("text");
    let table = [
        ("--file", "644", "ok"),
        ("--bind-data", "600", "ok"),
        ("--ro-bind-data", "600", "Read-only file system"),
    ];
    for who in Who::BOTH {
        for (flag, mode, write) in table {
            let source = fs::File::open(&path).unwrap();
            let script = "cat /d/x; stat -c %a /d/x; (echo >/d/x && echo ok) 2>&1; \
                ls /proc/self/fd | wc -l";
            let words =
                [&["run"], &USR[..], &[flag, "7", "/d/x", "--", "sh", "-c", script]].concat();
            let run = Run::nsinit(who, &words).giving(&source, 7);
            let out = run.end().quietly(0);
            let lines: Vec<&str> = out.lines().collect();
            let is_like = lines[..2] == ["some text", if flag == "--file" { "666" } else { mode }];
            assert!(is_like && lines[2].contains(write) && lines[3] == "4", "{flag}: {out}");
        }
    }
}

#[test]
fn a_directory_is_bound_by_its_descriptor() {
    // Looks like the directory that 7 is open on; when another has its name by then, a refusal.
    let directory = file::directory();
    file::write(&directory, "inside", 0o644, "");
    for who in Who::BOTH {
        for flag in ["--bind-fd", "--ro-bind-fd"] {
            let source = fs::File::open(&directory).unwrap();
            let words = [&["run"], &USR[..], &[flag, "7", "/d", "--", "ls", "/d"]].concat();
            let run = Run::nsinit(who, &words).giving(&source, 7);
            assert_eq!(run.end().quietly(0), "inside\n");
        }
    }
}

#[test]
fn what_is_bound_is_as_its_flag_says() {
    // Looks like ro and rw, and nodev but for --dev-bind; everything nosuid.
    let table = [
        ("--bind", "rw,nosuid,nodev"),
        ("--ro-bind", "ro,nosuid,nodev"),
        ("--dev-bind", "rw,nosuid"),
    ];
    for who in Who::BOTH {
        for (flag, options) in table {
            let directory = file::directory();
            let path = directory.to_str().unwrap();
            let out = script(who, &[flag, path, "/d"], "grep ' /d ' /proc/self/mountinfo");
            let found = out.split(' ').nth(5).unwrap();
            let rest = found.strip_prefix(options).unwrap_or_else(|| panic!("{flag}: {found}"));
            assert!(rest.is_empty() || rest.starts_with(",relatime"), "{flag}: {found}");
        }
    }
}

#[test]
fn what_is_said_wrong_is_refused_with_the_argument() {
    // Looks like exit code 125, the argument's number, and the rule.
    let table: [(&[&str], &[&str]); 11] = [
        (&["--perms", "0700", "--bind", "/a", "/b"], &["--perms is for dir, tmpfs"]),
        (&["--perms", "9", "--dir", "/b"], &["perms: \"9\" is no octal number"]),
        (&["--size", "9", "--dir", "/b"], &["--size is for tmpfs or", "and not for \"dir\""]),
        (&["--dir", "/a", "--overlay-src", "/b"], &["4: --overlay-src is for", "none of them"]),
        (&["--perms", "1", "--size", "9"], &["4: --size is for tmpfs or", "none of them"]),
        (&["--size", "0", "--tmpfs", "/b"], &["size: \"0\" is not between 1"]),
        (&["--perms", "1", "--perms", "2", "--dir", "/"], &["--perms is for one option each"]),
        (&["--bind", "", "/b"], &["bind is empty"]),
        (&["--file", "x", "/b"], &["file: \"x\" is no whole number"]),
        (&["--as-pid-1"], &["PID 1 inside is nsinit", "why:"]),
        (&["--root", "/", "--tmpfs", "/"], &["would cover the root", "why:", "try:"]),
    ];
    for (flags, said) in table {
        let words = [&["run"], flags, &["--", "true"]].concat();
        Run::nsinit(Who::User, &words).end().saying(125, &[&["run: argument "], said].concat());
    }
    for flags in [&["--bind", "/a"][..], &["--symlink"], &["--dir"]] {
        let words = [&["run"], flags].concat();
        Run::nsinit(Who::User, &words).end().saying(125, &["needs a value"]);
    }
}
