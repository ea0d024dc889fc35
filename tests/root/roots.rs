//! Roots that people have: a busybox, a static program alone, the host's /usr.

use std::path::{Path, PathBuf};
use std::{fs, os::unix::fs::symlink};

use super::support::who::{set_mode, tool};
use super::support::{Run, Who, compile, file};

/// A root with busybox under every name that a test needs, for this one to own.
pub fn busybox(who: Who) -> PathBuf {
    let root = file::directory().join("rootfs");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::create_dir_all(root.join("etc")).unwrap();
    file::copy(&tool("busybox"), &root.join("bin/busybox"));
    for name in ["sh", "ls", "cat", "id", "touch", "mount", "stat", "readlink", "grep", "echo"] {
        symlink("busybox", root.join("bin").join(name)).unwrap();
    }
    fs::write(root.join("etc/passwd"), "web:x:77:78::/srv:/bin/sh\n").unwrap();
    fs::write(root.join("etc/group"), "web:x:78:\nlog:x:79:web\n").unwrap();
    own(&root, who);
    root
}

/// Gives all of a tree to somebody.
pub fn own(root: &Path, who: Who) {
    let id = who.uid();
    let mut open = vec![root.to_path_buf()];
    while let Some(path) = open.pop() {
        std::os::unix::fs::lchown(&path, Some(id), Some(id)).unwrap();
        if !path.is_symlink() && path.is_dir() {
            open.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
    }
}

/// Runs a shell script of busybox in its root, with these flags; gives what it printed.
pub fn script(who: Who, root: &Path, flags: &[&str], script: &str) -> String {
    let head = ["run", "--root", root.to_str().unwrap()];
    let words = [&head[..], flags, &["--", "/bin/sh", "-c", script]].concat();
    Run::nsinit(who, &words).end().quietly(0)
}

#[test]
fn a_busybox_root_is_all_there_is() {
    // Looks like bin, dev, etc and proc in "/", and nothing of the outer root by any way up.
    for who in Who::BOTH {
        let root = busybox(who);
        assert_eq!(script(who, &root, &[], "ls /; ls /.. /../.."), {
            let list = "bin\ndev\netc\nproc\n";
            format!("{list}/..:\n{list}\n/../..:\n{list}")
        });
        assert_eq!(script(who, &root, &[], "readlink /proc/self/root; echo $$"), "/\n2\n");
        assert_eq!(
            script(who, &root, &[], "grep -c ' /[^ ]* /old' /proc/self/mountinfo; true"),
            "0\n"
        );
    }
}

#[test]
fn users_and_directories_are_those_inside() {
    // Looks like uid 77 of the root's own passwd, and its own /srv as the working directory.
    let root = busybox(Who::Root);
    fs::create_dir(root.join("srv")).unwrap();
    let flags = ["--user", "web", "--cwd", "/srv"];
    let out = script(Who::Root, &root, &flags, "id; pwd");
    assert_eq!(out, "uid=77(web) gid=78(web) groups=78(web),79(log)\n/srv\n");
}

#[test]
fn clocks_names_and_maps_come_with_a_root() {
    // Looks like another uptime and host name, and uid 0 of a wide map, in a root of their own.
    for who in Who::BOTH {
        let root = busybox(who);
        let flags = ["--boottime", "=0s", "--hostname", "box", "--namespaces", "+net"];
        let out = script(who, &root, &flags, "cat /proc/uptime /proc/sys/kernel/hostname");
        assert!(out.starts_with("0.") && out.ends_with("\nbox\n"), "{out}");
    }
    let root = busybox(Who::Root);
    let mapped = file::directory().join("mapped");
    fs::rename(&root, &mapped).unwrap();
    let mut open = vec![mapped.clone()];
    while let Some(path) = open.pop() {
        std::os::unix::fs::lchown(&path, Some(100_000), Some(100_000)).unwrap();
        if !path.is_symlink() && path.is_dir() {
            open.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    let maps = ["--uid-map", "0:100000:65536", "--gid-map", "0:100000:65536"];
    let out = script(Who::Root, &mapped, &maps, "id -u; touch /new; stat -c %u /new /dev/pts");
    assert_eq!(out, "0\n0\n0\n");
}

#[test]
fn a_static_program_runs_alone_in_an_empty_root() {
    // Looks like a root with one file in it, bound there, and its exit code.
    let program = compile::program("tests/surroundings/workload.c", "root-workload").unwrap();
    set_mode(&program, 0o755);
    let copy = file::directory().join("workload");
    file::copy(&program, &copy);
    for who in Who::BOTH {
        let words = ["run", "--ro-bind", copy.to_str().unwrap(), "/x", "--", "/x"];
        let ended = Run::nsinit(who, &words).end();
        assert!(ended.err.is_empty() && ended.code != 125, "{}: {}", ended.code, ended.err);
    }
}

#[test]
fn python_runs_with_the_hosts_usr_read_only() {
    // Looks like Debian's python in a root with /usr alone, where nothing can be written.
    let script = "import os, errno\n\
        try: open('/usr/x', 'w')\n\
        except OSError as error: print(errno.errorcode[error.errno])\n\
        print(sorted(os.listdir('/')))";
    let links = ["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"];
    for who in Who::BOTH {
        let words = [
            &["run", "--ro-bind", "/usr", "/usr"],
            &links[..],
            &["--proc", "/proc", "--dev", "/dev", "--", "/usr/bin/python3", "-c", script],
        ]
        .concat();
        let out = Run::nsinit(who, &words).end().quietly(0);
        assert_eq!(out, "EROFS\n['dev', 'lib', 'lib64', 'proc', 'usr']\n");
    }
}

#[test]
fn a_read_only_root_is_not_touched() {
    // Looks like EROFS inside, and a refusal where a place would have to be made.
    for who in Who::BOTH {
        let root = busybox(who);
        let path = root.to_str().unwrap();
        let words = ["run", "--root", path, "--read-only", "--", "/bin/true"];
        Run::nsinit(who, &words).end().saying(125, &["EROFS", "why: the root is read-only"]);
        for name in ["proc", "dev"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        own(&root, who);
        let out = script(who, &root, &["--read-only"], "touch /x 2>&1 || echo no; touch /dev/x");
        assert_eq!(out, "touch: /x: Read-only file system\nno\n");
    }
}

#[test]
fn root_of_somebody_elses_user_namespace_has_a_root_as_users_have() {
    // Looks like devices that work, groups that nobody there can leave, and a directory that is
    // empty when it has been made anew over one below: all of it as root of a user namespace that
    // unshare(1) has made, as a container without root is.
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let script = "echo away >/dev/null && id -u && \
                  busybox rm -r /etc && busybox mkdir /etc && ls -A /etc";
    for who in Who::BOTH {
        let root = file::text(&busybox(who));
        let words = ["unshare", "-Ur", &nsinit, "run", "--root", &root, "--root-overlay=tmpfs"];
        let words = [&words[..], &["--", "/bin/sh", "-c", script]].concat();
        assert_eq!(Run::command(who, words).end().quietly(0), "0\n", "{who:?}");
    }
}
