//! Capabilities: which ones a command has, however it was said and whoever it is.

use std::ffi::CString;
use std::fs;
use std::path::Path;

use super::support::who::set_mode;
use super::support::{Mode, Run, Who, file, proc};

const CHOWN: u64 = 1 << 0;
const KILL: u64 = 1 << 5;
const NET_BIND_SERVICE: u64 = 1 << 10;
const NET_RAW: u64 = 1 << 13;
/// What podman leaves to a container.
const CONTAINER: u64 = 0x8004_05fb;

/// The five sets of a process: inheritable, permitted, effective, bounding, ambient.
type Sets = [u64; 5];

fn sets_in(status: &str) -> Sets {
    let set = |name| u64::from_str_radix(proc::field(status, name), 16).unwrap();
    ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map(set)
}

/// Our own sets.
fn ours() -> Sets {
    sets_in(&fs::read_to_string("/proc/self/status").unwrap())
}

/// Those of a command under `run` with these flags.
fn held(who: Who, flags: &[&str]) -> Sets {
    let words = [&["run"], flags, &["--", "cat", "/proc/self/status"]].concat();
    sets_in(&Run::nsinit(who, &words).end().quietly(0))
}

/// What root has of these.
const fn of_root(set: u64) -> Sets {
    [0, set, set, set, 0]
}

/// What another user has of these, when they were named.
const fn of_user(set: u64) -> Sets {
    [set; 5]
}

#[test]
fn without_a_word_they_stay_what_they_are() {
    // Looks like CapEff and CapBnd of whoever started it; in a user namespace the bounding set is
    // full and an ordinary user has none.
    let [_, permitted, effective, bounding, _] = ours();
    assert_eq!(held(Who::Root, &[]), [0, permitted, effective, bounding, 0]);
    let [inheritable, permitted, effective, _, ambient] = held(Who::User, &[]);
    assert_eq!([inheritable, permitted, effective, ambient], [0; 4]);
}

#[test]
fn root_has_those_that_are_kept_and_can_have_no_other() {
    // Looks like the same set as permitted, effective and bounding; nothing is inheritable, which
    // was a way to come by more (CVE-2022-24769).
    let table: [(&[&str], u64); 8] = [
        (&["--capabilities", "none"], 0),
        (&["--capabilities", "CAP_CHOWN,kill"], CHOWN | KILL),
        (&["--capabilities", "default"], CONTAINER),
        (&["--capabilities", "default,net_raw"], CONTAINER | NET_RAW),
        (&["--cap-drop", "ALL"], 0),
        (&["--cap-drop", "ALL", "--cap-add", "NET_RAW"], NET_RAW),
        (&["--cap-add", "NET_RAW", "--cap-drop", "CAP_KILL"], (CONTAINER | NET_RAW) & !KILL),
        (&["--cap-add", "all", "--cap-drop", "all", "--cap-add", "0"], CHOWN),
    ];
    for (flags, set) in table {
        assert_eq!(held(Who::Root, flags), of_root(set), "{flags:?}");
        let as_root = [&["--uid", "0"], flags].concat();
        assert_eq!(held(Who::User, &as_root), of_root(set), "{as_root:?}");
    }
    let all = ours()[1];
    assert_eq!(held(Who::Root, &["--capabilities", "all"]), of_root(all));
    assert_eq!(held(Who::Root, &["--cap-add=all", "--cap-drop=kill"]), of_root(all & !KILL));
}

#[test]
fn a_user_has_those_that_are_named_and_no_others() {
    // Looks like --user nobody with --capabilities net_bind_service; the default set only bounds.
    let named = of_user(NET_BIND_SERVICE);
    let bounded = |set| [0, 0, 0, set, 0];
    let table: [(&[&str], Sets); 6] = [
        (&["--capabilities", "net_bind_service"], named),
        (&["--cap-drop=all", "--cap-add=net_bind_service"], named),
        (&["--capabilities", "default"], bounded(CONTAINER)),
        (&["--cap-drop", "all"], [0; 5]),
        (&["--capabilities=kill,chown", "--ambient-capabilities=none"], bounded(KILL | CHOWN)),
        (
            &["--capabilities=kill,chown", "--ambient-capabilities=kill"],
            [KILL, KILL, KILL, KILL | CHOWN, KILL],
        ),
    ];
    for (flags, expected) in table {
        assert_eq!(held(Who::User, flags), expected, "{flags:?}");
        for user in ["65534", "nobody"] {
            let changed = [&["--user", user], flags].concat();
            assert_eq!(held(Who::Root, &changed), expected, "{changed:?}");
        }
    }
    let added = held(Who::User, &["--cap-add", "net_raw"]);
    assert_eq!(added, [NET_RAW, NET_RAW, NET_RAW, CONTAINER | NET_RAW, NET_RAW]);
}

#[test]
fn every_mode_takes_them_away_and_brings_no_new_privs() {
    // Looks like no capability and NoNewPrivs 1, also where nsinit is a container's PID 1; without
    // CAP_SETPCAP the bounding set stays, and nothing can be had from it.
    for mode in Mode::ALL {
        for who in Who::BOTH {
            let command = ["cat", "/proc/self/status"];
            let run = Run::mode(mode, who, &["--cap-drop", "ALL"], &command);
            let status = run.end().quietly(0);
            let [inheritable, permitted, effective, bounding, ambient] = sets_in(&status);
            assert_eq!([inheritable, permitted, effective, ambient], [0; 4], "{mode:?} {who:?}");
            assert_eq!(proc::field(&status, "NoNewPrivs"), "1");
            let is_helpless = (mode, who) == (Mode::Subreaper, Who::User);
            assert_eq!(bounding == 0, !is_helpless, "{mode:?} {who:?}");
        }
    }
}

#[test]
fn as_an_entrypoint_only_what_is_said_is_dropped() {
    // Looks like all that there was but one.
    let run = Run::nsinit(Who::Root, &["--cap-drop", "kill", "--", "cat", "/proc/self/status"]);
    assert_eq!(sets_in(&run.end().quietly(0)), of_root(ours()[1] & !KILL));
    Run::nsinit(Who::User, &["--cap-add", "kill", "true"])
        .end()
        .saying(125, &["argument 1: a service cannot have kill: it is not ours", "try: "]);
    Run::nsinit(Who::User, &["--no-new-privs=false", "--cap-drop", "all", "true"])
        .end()
        .saying(125, &["until the next setuid program", "try: --no-new-privs\n"]);
}

#[test]
fn securebits_say_what_root_means() {
    // Looks like uid 0 without a capability but the ambient ones, and locks that hold.
    let noroot = "--securebits=noroot,noroot-locked";
    assert_eq!(held(Who::Root, &[noroot, "--capabilities=default"]), [0, 0, 0, CONTAINER, 0]);
    let kept = held(Who::Root, &[noroot, "--capabilities=kill"]);
    assert_eq!(kept, of_user(KILL));
    let locked = "no-cap-ambient-raise,no-cap-ambient-raise-locked";
    let words = ["run", "--securebits", locked, "--capabilities=default,kill", "--user=65534"];
    let run = Run::nsinit(Who::Root, &words).and(["--", "cat", "/proc/self/status"]);
    let [_, _, effective, ..] = sets_in(&run.end().quietly(0));
    assert_eq!(effective, KILL);
    let bits = Run::nsinit(Who::Root, &["run", noroot, "--", "capsh", "--print"]).end().quietly(0);
    assert!(bits.contains("Securebits: 03/0x3"), "{bits}");
}

#[test]
fn a_capability_that_nobody_knows_is_refused_with_the_near_one() {
    // Looks like argument 2, and try: net_admin.
    let table: [(&[&str], &[&str]); 5] = [
        (
            &["--cap-add", "CAP_NETADMIN"],
            &["no capability is called \"CAP_NETADMIN\"", "net_admin"],
        ),
        (&["--cap-drop", "63"], &["\"63\" is not between 0 and 62"]),
        (&["--capabilities", "chown,xyzzy"], &["no capability is called \"xyzzy\""]),
        (&["--securebits", "no-root"], &["noroot", "no-cap-ambient-raise-locked"]),
        (
            &["--capabilities=chown", "--ambient-capabilities=kill"],
            &["kill cannot outlive an exec"],
        ),
    ];
    for (flags, said) in table {
        let words = [&["run"], flags, &["--", "true"]].concat();
        Run::nsinit(Who::User, &words).end().saying(125, said);
    }
}

#[test]
fn a_file_gives_back_nothing_that_was_dropped() {
    // Looks like cat with capabilities of its own in the file, permitted and inheritable ones: with
    // no_new_privs off they would be had, if the bounding set had them.
    let directory = file::directory();
    let cat = directory.join("cat");
    file::copy(Path::new("/bin/cat"), &cat);
    set_mode(&cat, 0o755);
    give(&cat, KILL);
    let path = file::text(&cat);
    let permitted = |flags: &[&str]| {
        let words = [&["run", "--no-no-new-privs", "--user=65534"], flags].concat();
        let run = Run::nsinit(Who::Root, &words).and(["--", &path, "/proc/self/status"]);
        sets_in(&run.end().quietly(0))[1]
    };
    assert_eq!(permitted(&[]), KILL);
    assert_eq!(permitted(&["--capabilities", "chown,kill", "--ambient-capabilities=none"]), KILL);
    assert_eq!(permitted(&["--capabilities", "none"]), 0);
    assert_eq!(permitted(&["--capabilities", "default", "--cap-drop=kill"]), 0);
}

/// Sets the capabilities of a file, permitted and inheritable (VFS_CAP_REVISION_2 of
/// linux/capability.h), none of them in force: those that cannot be had are no failure then.
fn give(path: &Path, set: u64) {
    let low = u32::try_from(set).unwrap().to_le_bytes();
    let mut data = 0x0200_0000u32.to_le_bytes().to_vec();
    data.extend([low, low, [0; 4], [0; 4]].concat());
    let path = CString::new(path.to_str().unwrap()).unwrap();
    let name = c"security.capability".as_ptr();
    // SAFETY: two C strings and the bytes with their length.
    let ret = unsafe { libc::setxattr(path.as_ptr(), name, data.as_ptr().cast(), data.len(), 0) };
    assert_eq!(ret, 0, "setxattr: {}", std::io::Error::last_os_error());
}
