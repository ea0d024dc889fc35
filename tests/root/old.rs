//! Roots on kernels before Linux 5.12, which have no mount_setattr(2): a filter answers for them.
//!
//! What is mounted inside has to be the same in either way, attribute by attribute.

use std::path::Path;

use super::roots::{busybox, own};
use super::support::deny::deny;
use super::support::subtree::Subtree;
use super::support::who::{programs, tool};
use super::support::{Run, Who, file};

/// A tree with something mounted in it, below which the rest is started.
const AROUND: &str = "mount -t tmpfs none $0/sub; mkdir -m 755 $0/sub/deep; touch $0/sub/file
    mount --make-shared $0/sub; mount -t tmpfs -o nosuid,noatime none $0/sub/deep; exec \"$@\"";

/// Whether the kernel is to have the calls of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kernel {
    New,
    Old,
}

/// What a shell of busybox prints in a sandbox of this file.
fn script(who: Who, kernel: Kernel, tree: &Path, config: &str, script: &str) -> String {
    let unshare = file::text(&tool("unshare"));
    let run = Run::command(Who::Root, [&unshare, "-m", "sh", "-c", AROUND, &file::text(tree)]);
    let run = run.and(who.prefix()).and([&programs().nsinit]);
    let run = run.and(["run", config, "--", "/bin/sh", "-c", script]);
    let run = match kernel {
        Kernel::New => run,
        Kernel::Old => {
            let calls = [libc::SYS_mount_setattr, libc::SYS_close_range];
            run.before_exec(move || deny(&calls, libc::ENOSYS))
        }
    };
    run.end().quietly(0)
}

fn can_overlay(who: Who) -> bool {
    super::overlays::able().contains(&who)
}

/// What of a line of mountinfo is the same in every sandbox.
fn likeness(line: &str) -> String {
    let (mount, rest) = line.split_once(" - ").unwrap();
    let fields: Vec<&str> = mount.split(' ').collect();
    let shared: Vec<&str> =
        fields[6..].iter().map(|field| field.split(':').next().unwrap()).collect();
    let kind = rest.split(' ').next().unwrap();
    format!("{} {} {} {kind} {}", fields[4], fields[5], shared.join(","), fields[3])
}

/// A tree for binds: of a file, and of a directory where something is mounted.
fn tree(who: Who) -> std::path::PathBuf {
    let tree = file::directory().join("tree");
    std::fs::create_dir_all(tree.join("sub")).unwrap();
    std::fs::write(tree.join("file"), "of the tree\n").unwrap();
    own(&tree, who);
    tree
}

/// A file that asks for this in a root, which has places for it.
fn config(who: Who, tree: &Path, of_root: &str, mounts: &str) -> String {
    let root = busybox(who);
    for place in ["all", "later", "sub", "tmp", "srv", "opt", "proc", "dev", "sys", "mem"] {
        std::fs::create_dir_all(root.join(place)).unwrap();
    }
    for place in ["file", "data"] {
        std::fs::write(root.join(place), "").unwrap();
    }
    own(&root, who);
    let text = format!("[root]\npath = {:?}\n{of_root}\n{mounts}", file::text(&root));
    let text = text.replace("TREE", &file::text(tree));
    file::write(root.parent().unwrap(), "old.toml", 0o644, &text)
}

const MOUNTS: &str = r#"
[[mount]]
source = "TREE"
target = "/all"
read-only = true
[[mount]]
source = "TREE/sub"
target = "/later"
propagation = "slave"
noexec = true
[[mount]]
source = "TREE/file"
target = "/file"
read-only = true
nodev = false
[[mount]]
type = "data"
content = "a secret"
target = "/data"
read-only = true
[[mount]]
type = "tmpfs"
target = "/mem"
propagation = "unbindable"
[[mount]]
source = "TREE"
target = "/opt"
[[mount]]
type = "remount"
target = "/opt"
[[mount]]
source = "TREE"
target = "/srv"
[[mount]]
type = "lock"
target = "/srv/sub"
[[mount]]
type = "mask"
target = "/opt/file"
"#;

#[test]
fn what_is_mounted_is_the_same_without_mount_setattr() {
    // Looks like the same places with the same attributes, also of what is mounted below.
    for who in Who::BOTH {
        let overlay = "overlay = \"tmpfs\"\nread-only = true";
        let all = ["", "read-only = true", overlay];
        for of_root in all.into_iter().filter(|of_root| *of_root != overlay || can_overlay(who)) {
            let tree = tree(who);
            let config = config(who, &tree, of_root, MOUNTS);
            let [new, old] = [Kernel::New, Kernel::Old].map(|kernel| {
                let text = script(who, kernel, &tree, &config, "cat /proc/self/mountinfo");
                text.lines().map(likeness).collect::<Vec<_>>()
            });
            assert_eq!(old, new, "{who:?} {of_root}");
            let of = |place: &str| new.iter().find(|line| line.starts_with(place)).unwrap();
            assert!(of("/all/sub/deep ").contains("ro,nosuid,nodev,noatime"), "{new:#?}");
            assert!(of("/later ").contains("noexec") && of("/later ").contains("master"));
        }
    }
}

#[test]
fn nothing_of_the_way_there_is_left() {
    // Looks like as many descriptors of PID 1 as ever, none of which leads into the outer /proc.
    let test = "ls /proc/1/fd 2>/dev/null | wc -l; echo x 2>&1 >/all/sub/x; cat /data; \
        echo x 2>&1 >/proc/sys/kernel/core_pattern; true";
    for who in Who::BOTH {
        let tree = tree(who);
        let config = config(who, &tree, "", MOUNTS);
        let [new, old] =
            [Kernel::New, Kernel::Old].map(|kernel| script(who, kernel, &tree, &config, test));
        assert_eq!(old, new, "{who:?}");
        assert!(new.contains("can't create /all/sub/x: Read-only file system"), "{new}");
    }
}

#[test]
fn a_limited_sandbox_has_its_root_without_mount_setattr() {
    // Looks like a launch in a cgroup, which PID 1 holds as a mount of its own.
    let (tree, subtree) = (tree(Who::Root), Subtree::new(Who::Root));
    let limits = format!("[limits]\ncgroup = {:?}\n", subtree.name);
    let config = config(Who::Root, &tree, "", &limits);
    let test = "grep -c '^0:.*nsinit-old' /proc/self/cgroup; cat /proc/self/mountinfo | wc -l";
    let [new, old] =
        [Kernel::New, Kernel::Old].map(|kernel| script(Who::Root, kernel, &tree, &config, test));
    assert!(old == new && new.starts_with("1\n"), "{old} {new}");
}
