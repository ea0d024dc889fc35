//! Roots, users and rights.

use super::place::{Place, root};
use super::support::file;

/// PID 1 of a namespace made by unshare(1), which also enters the root.
const PID_1: [&str; 4] = ["unshare", "-pf", "--kill-child", "--root"];

#[test]
fn an_empty_root_is_enough_for_pid_1() {
    // Looks like `FROM scratch` with two files: no /proc, no /dev, no /etc.
    let root = file::text(&root());
    Place::new("scratch", &[&PID_1[..], &[&root, "--"]].concat()).holds();
}

#[test]
fn an_empty_root_is_enough_below_somebody_else_s_pid_1() {
    // Looks like the same in a pod with one PID namespace: a subreaper without /proc.
    let root = file::text(&root());
    Place::new("scratch, not PID 1", &["chroot", &root]).holds();
}

#[test]
fn any_uid_will_do() {
    // Looks like uid 65534 without groups, with and without /proc, PID 1 or not.
    let root = file::text(&root());
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--"];
    let user = [&["setpriv"], &nobody[..]].concat();
    let inner = ["unshare", "-Urpf", "--kill-child", "--"];
    let mut place = Place::new("uid 65534 in a new user namespace", &[&user[..], &inner].concat());
    place.directory.clone_from(&root);
    place.holds();
    place = Place::new("uid 65534, not PID 1", &user);
    place.directory = root;
    place.holds();
}

#[test]
fn a_read_only_root_will_do() {
    // Looks like `docker run --read-only` of a scratch image.
    let root = file::text(&root());
    let script = format!(
        "mount --bind {root} {root} && mount -o remount,bind,ro {root} && \
         exec unshare -pf --kill-child --root {root} -- \"$@\""
    );
    Place::new("read-only root", &["unshare", "-m", "sh", "-c", &script, "sh"]).holds();
}

#[test]
fn no_capability_is_needed() {
    // Looks like `docker run --cap-drop ALL --security-opt no-new-privileges`.
    let root = file::text(&root());
    let drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--"];
    let mut place = Place::new("no capabilities, not PID 1", &drop);
    place.directory.clone_from(&root);
    place.holds();
    let front = [&["unshare", "-pf", "--mount-proc", "--kill-child", "--"], &drop[..]].concat();
    place = Place::new("no capabilities, PID 1", &front);
    place.directory = root;
    place.holds();
}

#[test]
fn few_descriptors_and_little_stack_will_do() {
    // Looks like a limit of 16 open files and of 64 KiB of stack.
    let root = file::text(&root());
    let front = ["prlimit", "--nofile=16", "--stack=65536", "--"];
    let mut place = Place::new("16 descriptors, 64 KiB of stack", &front);
    place.directory = root;
    place.holds();
}
