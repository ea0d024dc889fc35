//! Where the sandbox's cgroup is made, and where none can be.

use std::fs;

use super::support::subtree::{Subtree, limit, mount, within};
use super::support::{Run, Who, file};

/// What a sandbox says of its cgroup.
const OWN: [&str; 3] = ["--", "sh", "-c"];
const SCRIPT: &str = "grep ^0:: /proc/self/cgroup";

/// nsinit with `flags`, that tells its cgroup.
fn run(who: Who, flags: &[&str]) -> Run {
    Run::nsinit(who, &[&["run"], flags, &OWN, &[SCRIPT]].concat())
}

#[test]
fn it_is_made_where_it_was_said_and_named_after_the_sandbox() {
    // Looks like 0::/test-of-nsinit-…/nsinit-box-PID, and an empty directory afterwards.
    let (subtree, limit) = (Subtree::new(Who::Root), limit());
    let at = format!("--cgroup={}", subtree.name);
    let out =
        run(Who::Root, &["--name=box", "--control=false", &limit.flag(), &at]).end().quietly(0);
    assert!(out.starts_with(&format!("0::{}/nsinit-box-", subtree.name)), "{out}");
    let out = run(Who::Root, &[&at]).end().quietly(0);
    assert!(out.starts_with(&format!("0::{}/nsinit-run-", subtree.name)), "{out}");
    assert_eq!(subtree.names(), [""; 0]);
}

#[test]
fn alone_in_a_cgroup_nsinit_makes_it_below_and_comes_back() {
    // Looks like the launcher in a cgroup of its own meanwhile; afterwards all is as it was.
    for who in Who::BOTH {
        let (subtree, limit) = (Subtree::new(who), limit());
        let script = "grep ^0:: /proc/self/cgroup; cat >&2";
        let words = ["run", &limit.flag(), "--", "sh", "-c", "echo here; cat"];
        let (read, write) = std::io::pipe().unwrap();
        let mut running = within(Run::nsinit(who, &words), &subtree.path).stdin(read).start();
        running.wait_for("here");
        let launcher = format!("nsinit-launcher-{}", running.pid);
        assert!(subtree.names().contains(&launcher), "{script}: {:?}", subtree.names());
        assert_eq!(subtree.hands_down(), limit.controller);
        let set = fs::read_to_string(subtree.sandbox().join(limit.file)).unwrap();
        assert_eq!(set, limit.shown);
        drop(write);
        assert_eq!(running.end().quietly(0), "here\n");
        assert_eq!(subtree.names(), [""; 0], "{who:?}");
        assert_eq!(subtree.hands_down(), "", "{who:?}");
    }
}

#[test]
fn among_others_it_is_made_beside_them() {
    // Looks like a shell that starts nsinit: its cgroup has both, and the one above hands down.
    for who in Who::BOTH {
        let (subtree, limit) = (Subtree::new(who), limit());
        subtree.hand_down();
        let own = subtree.below("shell", who);
        let nsinit = file::text(&super::support::who::programs().nsinit);
        let flag = limit.flag();
        let script = format!("'{nsinit}' run {flag} -- {SCRIPT}; exit $?");
        let out = within(Run::command(who, ["sh", "-c", &script]), &own).end().quietly(0);
        assert!(out.starts_with(&format!("0::{}/nsinit-run-", subtree.name)), "{who:?}: {out}");
        assert_eq!(subtree.names(), ["shell"], "{who:?}");
        fs::remove_dir(own).unwrap();
    }
}

#[test]
fn a_cgroup_beside_what_is_mounted_is_not_taken_for_one_below() {
    // Looks like a doctor in the cgroup "ab" that sees a mount of "a" alone, and names no path.
    let (subtree, mount) = (Subtree::new(Who::Root), file::text(&mount()));
    let [a, ab] = ["a", "ab"].map(|name| subtree.below(name, Who::Root));
    let script = "mount --bind $1 /mnt && umount -l $2; shift 2; exec \"$@\"";
    let words = ["unshare", "--mount", "sh", "-ec", script, "sh", &file::text(&a), &mount];
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let words = [&words[..], &[&nsinit, "doctor"]].concat();
    let out = within(Run::command(Who::Root, words), &ab).end().out;
    assert!(out.contains("cgroups") && !out.contains("/mnt"), "{out}");
    for path in [a, ab] {
        fs::remove_dir(path).unwrap();
    }
}

#[test]
fn it_is_found_behind_a_mount_of_which_much_is_to_be_said() {
    // Looks like the sandbox's cgroup, where a line of mountinfo in front of it has 4600 bytes, as
    // that of a container's overlay may have.
    let (subtree, mount) = (Subtree::new(Who::Root), file::text(&mount()));
    let script = "long=$1 part=$(printf %0230d 0)
                  for n in 1 2 3 4 5 6 7 8 9 10; do long=$long/$part; done
                  mkdir -p $long && mount --bind $long $long
                  umount -l $2 && mount -t cgroup2 cgroup2 $2
                  shift 2 && exec \"$@\"";
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let (directory, at) = (file::text(&file::directory()), format!("--cgroup={}", subtree.name));
    let words = ["unshare", "--mount", "sh", "-ec", script, "sh", &directory, &mount];
    let words = [&words[..], &[&nsinit, "run", &at], &OWN, &[SCRIPT]].concat();
    let out = Run::command(Who::Root, words).end().quietly(0);
    assert!(out.starts_with(&format!("0::{}/nsinit-run-", subtree.name)), "{out}");
    assert_eq!(subtree.names(), [""; 0]);
}

#[test]
fn without_a_controller_it_is_made_below_whoever_is_there() {
    // Looks like --cgroup own without a limit: no controller, so the shell does not matter.
    for who in Who::BOTH {
        let subtree = Subtree::new(who);
        let nsinit = file::text(&super::support::who::programs().nsinit);
        let script = format!("'{nsinit}' run --cgroup own -- {SCRIPT}; exit $?");
        let out = within(Run::command(who, ["sh", "-c", &script]), &subtree.path);
        let out = out.end().quietly(0);
        assert!(out.starts_with(&format!("0::{}/nsinit-run-", subtree.name)), "{who:?}: {out}");
        assert_eq!(subtree.names(), [""; 0], "{who:?}");
    }
}

#[test]
fn where_none_can_be_made_it_says_why_and_makes_nothing() {
    // Looks like exit code 125 before anything was touched, with the cgroup and a remedy.
    let (ours, limit) = (Subtree::new(Who::Root), limit());
    let flag = limit.flag();
    let theirs = format!("--cgroup={}", ours.name);
    // Somebody else's, and none: as an ordinary user.
    let denied = run(Who::User, &[&flag, &theirs]).end();
    let place = format!("\"{}\"", ours.path.display());
    denied.saying(125, &["run: argument 3: no cgroup can be made in ", &place, "EACCES", "try: "]);
    let none = run(Who::User, &["--cgroup=/there/is/none"]).end();
    none.saying(125, &["run: argument 2: there is no cgroup ", "/there/is/none\"", "try: mkdir"]);
    // Our own, with a shell in it, and above it somebody else's.
    let crowded = Subtree::new(Who::User);
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let script = format!("'{nsinit}' run {flag} -- true; exit $?");
    let ended = within(Run::command(Who::User, ["sh", "-c", &script]), &crowded.path).end();
    ended.saying(125, &["has other processes in it", "Delegate=yes"]);
    // One that was not handed the controller, and nobody above may hand it down.
    let poor = crowded.below("poor", Who::User);
    let within_poor = format!("--cgroup={}/poor", crowded.name);
    let ended = within(run(Who::User, &[&flag, &within_poor]), &poor).end();
    let missing = format!("does not have the controller {}", limit.controller);
    ended.saying(125, &[&missing, "cgroup.subtree_control"]);
    fs::remove_dir(poor).unwrap();
    for subtree in [ours, crowded] {
        assert_eq!((subtree.names().len(), subtree.hands_down().as_str()), (0, ""));
    }
}

#[test]
fn a_controller_that_version_2_does_not_have_is_refused_with_the_reason() {
    // Looks like memory in version 1; where version 2 has everything, there is nothing to see.
    let has = fs::read_to_string(mount().join("cgroup.controllers")).unwrap();
    let flags = [
        ("memory", "--memory-max=1G"),
        ("cpu", "--cpu-max=50%"),
        ("pids", "--pids-max=9"),
        ("io", "--io-weight=50"),
        ("cpuset", "--cpuset-cpus=0"),
        ("hugetlb", "--hugetlb-max=2MiB=0"),
    ];
    for (name, flag) in flags {
        if !has.split_whitespace().any(|own| own == name) {
            let said = format!("run: argument 2: the controller {name} cannot be used");
            run(Who::Root, &[flag]).end().saying(125, &[&said, "version 1", "cgroup_no_v1=all"]);
        }
    }
}

#[test]
fn a_value_that_the_kernel_does_not_take_is_a_step_that_failed() {
    // Looks like a size of huge pages that no kernel has; what was made is gone.
    let has = fs::read_to_string(mount().join("cgroup.controllers")).unwrap();
    if !has.contains("hugetlb") {
        return; // nothing to see
    }
    let subtree = Subtree::new(Who::Root);
    let flags = ["--hugetlb-max=128KiB=0", &format!("--cgroup={}", subtree.name)];
    let step = ": limit the sandbox's cgroup: hugetlb.128KB.max 0: ENOENT";
    run(Who::Root, &flags).end().saying(125, &[step, "why: this kernel has no such file"]);
    assert_eq!(subtree.names(), [""; 0]);
}
