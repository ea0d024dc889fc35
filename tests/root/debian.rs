//! Debian's package tools, those of this machine, in a root of their own with nothing said of what
//! confines them: apt and dpkg unpack, change owners, rename, and execute what a package brings
//! under the default filter and the capabilities of a container.
//!
//! The root is made of the host's /usr, read-only, and of a /etc and /var of its own, in which no
//! package is installed; so that the test needs no network, and a debootstrap(8) of two minutes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::roots::own;
use super::support::etc::Etc;
use super::support::who::tool;
use super::support::{Run, Who, file};

/// Files of the host's /etc that programs look for.
const ETC: [&str; 4] = ["passwd", "group", "nsswitch.conf", "ld.so.cache"];

/// Directories that dpkg and apt expect.
const PLACES: [&str; 10] = [
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "etc/dpkg",
    "srv",
    "tmp",
    "var/lib/dpkg/info",
    "var/lib/dpkg/updates",
    "var/lib/apt/lists/partial",
    "var/cache/apt/archives/partial",
    "var/log/apt",
];

/// What is done with a package of ours, and what is seen then.
const SCRIPT: &str = "grep -q '^Seccomp:.2' /proc/self/status && echo filtered; \
    dpkg -i /srv/tiny.deb >/tmp/log && grep '^set up' /tmp/log && stat -c %U /opt/tiny/file && \
    dpkg -r tiny >/dev/null && test ! -e /opt/tiny && \
    apt-get -qq $APT install -y /srv/tiny.deb >/tmp/log 2>&1 && grep '^set up' /tmp/log && \
    cat /opt/tiny/file && dpkg-query -Wf '${Status}\\n' tiny && \
    apt-get -qq $APT purge -y tiny >/tmp/log 2>&1 && test ! -e /opt/tiny && echo gone || \
    cat /tmp/log";

/// What it looks like.
const SEEN: &str = "filtered\nset up by 0\nroot\nset up by 0\ninside\ninstall ok installed\ngone\n";

/// A package with a file, and a script that is executed when it was unpacked.
fn package(at: &Path) {
    let tree = file::directory().join("tiny");
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("opt/tiny")).unwrap();
    let control = "Package: tiny\nVersion: 1\nArchitecture: all\nMaintainer: a test <a@b.c>\n\
        Description: nothing\n";
    file::write(&tree.join("DEBIAN"), "control", 0o644, control);
    file::write(&tree.join("DEBIAN"), "postinst", 0o755, "#!/bin/sh\necho set up by $(id -u)\n");
    file::write(&tree.join("opt/tiny"), "file", 0o644, "inside\n");
    let mut build = Command::new(tool("dpkg-deb"));
    let built = build.args(["--root-owner-group", "-b"]).arg(&tree).arg(at).output().unwrap();
    assert!(built.status.success(), "{built:?}");
}

/// A Debian for this one to own, which has /usr yet to come.
fn debian(who: Who) -> PathBuf {
    let root = file::directory().join("debian");
    for place in PLACES {
        fs::create_dir_all(root.join(place)).unwrap();
    }
    for name in ["bin", "sbin", "lib", "lib64"] {
        symlink(format!("usr/{name}"), root.join(name)).unwrap();
    }
    for name in ETC {
        fs::copy(Path::new("/etc").join(name), root.join("etc").join(name)).unwrap();
    }
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    package(&root.join("srv/tiny.deb"));
    own(&root, who);
    root
}

/// The script in it, by a run of nsinit with these words.
#[track_caller]
fn check(who: Who, flags: &[&str], nsinit: impl Fn(&[&str]) -> Run) {
    let root = file::text(&debian(who));
    let head = ["run", "--root", &root, "--ro-bind", "/usr", "/usr"];
    let words = [&head[..], flags, &["--", "sh", "-c", SCRIPT]].concat();
    // apt gives dpkg a terminal of its own.
    let seen = nsinit(&words).end().quietly(0).replace('\r', "");
    assert_eq!(seen, SEEN, "{who:?} {flags:?}");
}

#[test]
fn packages_are_installed_and_removed_by_root() {
    check(Who::Root, &[], |words| Run::nsinit(Who::Root, words));
}

#[test]
fn packages_are_installed_and_removed_by_a_user_who_has_ids() {
    // Looks like the same with the ids that /etc/subuid grants, which apt needs to become `_apt`.
    let etc = Etc::granting("100000:65536");
    check(Who::User, &["--uid-map=auto", "--gid-map=auto"], |words| etc.nsinit(words));
}

#[test]
fn packages_are_installed_and_removed_by_a_user_who_has_one_id() {
    // Looks like the same, where apt is told that there is nobody whom it could become.
    let apt = ["--uid=0", "--gid=0", "--setenv", "APT", "-oAPT::Sandbox::User=root"];
    check(Who::User, &apt, |words| Run::nsinit(Who::User, words));
}
