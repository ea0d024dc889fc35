//! Directories on top of each other: a root that stays as it is, layers, and where writes go.

use std::fs;
use std::path::{Path, PathBuf};

use super::flags::USR;
use super::roots::{busybox, own};
use super::support::{Run, Who, file, kernel};

/// Who can have them: their root in a user namespace from Linux 5.11 on.
pub fn able() -> Vec<Who> {
    let is_users_too = kernel::is_since(5, 11);
    Who::BOTH.into_iter().filter(|who| is_users_too || *who == Who::Root).collect()
}

#[test]
fn where_a_kernel_has_none_for_an_ordinary_user_that_is_refused() {
    // Looks like a refusal before anything was touched; on a newer kernel like its exit code.
    let root = busybox(Who::User);
    let words = ["run", "--root", text(&root), "--root-overlay", "tmpfs", "--"];
    let run = Run::nsinit(Who::User, &words).and(["/bin/sh", "-c", "exit 7"]);
    match kernel::is_since(5, 11) {
        true => run.end().saying(7, &[]),
        false => run.end().saying(125, &["not for this kernel", "why: Linux 5.11", "as root"]),
    }
}

/// A directory with files, each with its own name in it.
fn layer(names: &[&str]) -> PathBuf {
    let directory = file::directory();
    for name in names {
        file::write(&directory, name, 0o644, format!("{name} of {}\n", names.join("")));
    }
    directory
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_root_stays_as_it_is_when_writes_go_to_memory() {
    // Looks like files that are there inside, changed and deleted, and not outside.
    for who in able() {
        let root = busybox(who);
        let flags = ["--root", text(&root), "--root-overlay", "tmpfs"];
        let script =
            "touch /new; echo x >>/etc/passwd; rm /etc/group; ls / /etc; id -u nobody; true";
        let words = [&["run"], &flags[..], &["--", "/bin/sh", "-c", script]].concat();
        let ended = Run::nsinit(who, &words).end();
        let list = "/:\nbin\ndev\netc\nnew\nproc\n\n/etc:\npasswd\n";
        assert_eq!((ended.code, ended.out.as_str()), (0, list), "{}", ended.err);
        let mut names: Vec<_> = root.read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["bin", "etc"], "not even /proc and /dev are made outside");
        assert!(root.join("etc/group").exists());
    }
}

#[test]
fn a_root_keeps_its_changes_in_a_directory() {
    // Looks like a second start that finds what the first one has written.
    for who in able() {
        let (root, changes) = (busybox(who), file::directory());
        own(&changes, who);
        let run = |script: &str| {
            let head = ["run", "--root", text(&root), "--root-overlay", text(&changes)];
            let words = [&head[..], &["--", "/bin/sh", "-c", script]].concat();
            Run::nsinit(who, &words).end().quietly(0)
        };
        assert_eq!(run("echo first >/note"), "");
        assert_eq!(run("cat /note"), "first\n");
        assert!(!root.join("note").exists() && changes.join("upper/note").exists());
    }
}

#[test]
fn memory_of_a_root_has_its_size() {
    // Looks like ENOSPC in an overlay and in an empty root, each of 64 KiB.
    for who in able() {
        let root = busybox(who);
        let head = ["run", "--root", text(&root), "--root-overlay=tmpfs", "--root-size", "64k"];
        let script = "cat /bin/busybox >/x";
        let words = [&head[..], &["--", "/bin/sh", "-c", script]].concat();
        Run::nsinit(who, &words).end().saying(1, &["No space left on device"]);
        let script = "head -c 100000 /dev/zero >/x";
        let flags = ["--dev", "/dev", "--root-size=64k", "--", "sh", "-c", script];
        let words = [&["run"], &USR[..], &flags].concat();
        Run::nsinit(who, &words).end().saying(1, &["No space left on device"]);
    }
}

#[test]
fn layers_lie_on_top_of_each_other_in_their_order() {
    // Looks like bubblewrap's: the last --overlay-src is on top; writes go where the flag says.
    let show = "cd /o && echo * && cat * && (echo >new) 2>&1; true";
    for who in able() {
        let (low, high) = (layer(&["a", "b"]), layer(&["b", "c"]));
        let (upper, work) = (file::directory(), file::directory());
        for path in [&low, &high, &upper, &work] {
            own(path, who);
        }
        let run = |flags: &[&str]| {
            let layers = ["--overlay-src", text(&low), "--overlay-src", text(&high)];
            let words = [&["run"], &USR[..], &layers, flags, &["--", "sh", "-c", show]].concat();
            Run::nsinit(who, &words).end().quietly(0)
        };
        let all = "a b c\na of ab\nb of bc\nc of bc\n";
        assert_eq!(run(&["--tmp-overlay", "/o"]), all);
        let read_only = format!("{all}sh: 1: cannot create new: Read-only file system\n");
        assert_eq!(run(&["--ro-overlay", "/o"]), read_only);
        assert_eq!(run(&["--overlay", text(&upper), text(&work), "/o"]), all);
        assert!(upper.join("new").exists() && !high.join("new").exists());
        assert_eq!(fs::read_dir(&low).unwrap().count(), 2);
    }
}

#[test]
fn a_file_says_overlays_as_tables() {
    // Looks like paths beside the file, layers as a list, and an overlay as the root itself.
    for who in able() {
        let directory = file::directory();
        let root = busybox(who);
        fs::rename(&root, directory.join("base")).unwrap();
        fs::create_dir(directory.join("more")).unwrap();
        file::write(&directory.join("more"), "note", 0o644, "more\n");
        fs::create_dir(directory.join("changes")).unwrap();
        own(&directory, who);
        let toml = "[[mount]]\ntype = \"overlay\"\nlower = [\"base\", \"more\"]\n\
            upper = \"changes\"\ntarget = \"/\"\n\
            [[mount]]\ntype = \"proc\"\ntarget = \"/proc\"\n\
            [[mount]]\ntype = \"mask\"\ntarget = \"/etc/passwd\"\n\
            [[mount]]\ntype = \"mask\"\ntarget = \"/nope\"\noptional = true\n\
            [[mount]]\ntype = \"lock\"\ntarget = \"/bin\"\n";
        let toml = file::write(&directory, "case.toml", 0o644, toml);
        let script = "cat /note /etc/passwd; touch /bin/x; touch /x";
        let ended = Run::nsinit(who, &["run", &toml, "--", "/bin/sh", "-c", script]).end();
        assert_eq!(ended.out, "more\n");
        assert_eq!(ended.err, "touch: /bin/x: Read-only file system\n");
        assert!(directory.join("changes/upper/x").exists());
    }
}
