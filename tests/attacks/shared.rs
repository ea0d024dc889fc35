//! What no namespace parts, or not every one: terminals, keys, groups, sockets without a path, and
//! locks on namespaces themselves.

use std::ffi::OsString;
use std::fs;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use super::support::terminal::Terminal;
use super::support::who::tool;
use super::support::{Run, Who, file, witness};

#[test]
fn nothing_is_typed_into_the_terminal_that_is_shared() {
    // Looks like TIOCSTI and TIOCLINUX refused with EPERM without a word about any filter, also
    // with bits above the lower half; --seccomp none turns that off.
    let ioctl = libc::SYS_ioctl.to_string();
    for (request, without) in
        [("0x5412", "done"), ("0x100005412", "done"), ("0x541c", "ENOTTY"), ("0x5413", "done")]
    {
        for (flags, expected) in [(&["--seccomp=none"][..], without), (&[], "EPERM")] {
            let expected = if request == "0x5413" { "done" } else { expected };
            let terminal = Terminal::new();
            let words = [&["run"], flags, &["--"]].concat();
            let tried = witness(&["call", &ioctl, "0", request, "@"]);
            let mut run = Run::nsinit(Who::Root, &words).and(tried).start_at(&terminal);
            let said = run.wait_for("\n");
            assert_eq!(said.trim().trim_start_matches("^@"), expected, "{request} {flags:?}");
            assert_eq!(run.code(), 0);
            run.hang_up();
        }
    }
}

#[test]
fn keys_of_the_session_outside_are_not_found() {
    // Looks like a key in our session keyring, which a workload finds that has the same one.
    for who in Who::BOTH {
        let look = |flags: &[&str]| {
            let words = [&["run"], flags, &["--"]].concat();
            let run = Run::nsinit(who, &words).and(witness(&["reach", "key", "nsinit-secret"]));
            let run = run.before_exec(|| {
                let (none, ring) = (std::ptr::null::<u8>(), -3i32); // the session's
                let (kind, name) = (c"user".as_ptr(), c"nsinit-secret".as_ptr());
                // SAFETY: keyctl(JOIN_SESSION_KEYRING) without a name.
                unsafe { libc::syscall(libc::SYS_keyctl, 1, none) };
                // SAFETY: two C strings and six bytes.
                unsafe {
                    libc::syscall(libc::SYS_add_key, kind, name, c"secret".as_ptr(), 6, ring)
                };
            });
            run.end().quietly(0).trim().to_owned()
        };
        assert_eq!(look(&["--no-new-keyring", "--capabilities=default"]), "done", "{who:?}");
        assert_eq!(look(&["--capabilities=default"]), "ENOKEY", "{who:?}");
        assert_eq!(look(&["--new-keyring"]), "ENOKEY", "{who:?}");
    }
}

/// The groups inside, for somebody outside who is in groups 20 and 27.
fn groups(who: Who, flags: &[&str], command: &[&str]) -> super::support::Ended {
    let mut words = vec![tool("setpriv").into_os_string()];
    if who == Who::User {
        words.extend(["--reuid=1000", "--regid=1000"].map(OsString::from));
    }
    words.extend(["--groups=20,27", "--"].map(OsString::from));
    words.push(super::support::who::programs().nsinit.clone().into());
    words.extend([&["run"], flags, &["--"], command].concat().into_iter().map(OsString::from));
    Run::command(Who::Root, words).end()
}

#[test]
fn supplementary_groups_are_left_or_lead_to_nothing_more() {
    // Looks like no group but one's own for root that is confined. A user cannot leave his, and
    // must not: a file with mode 0604 and his group stays closed to him.
    let id = ["id", "-G"];
    assert_eq!(groups(Who::Root, &[], &id).quietly(0), "0 20 27\n");
    assert_eq!(groups(Who::Root, &["--capabilities=default"], &id).quietly(0), "0\n");
    assert_eq!(groups(Who::Root, &["--user=1000"], &id).quietly(0), "1000\n");
    let directory = file::directory();
    let path = file::write(&directory, "closed", 0o604, "secret\n");
    std::os::unix::fs::chown(&path, Some(0), Some(27)).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o604);
    for flags in [&[][..], &["--cap-drop=all"], &["--uid=0", "--capabilities=all"]] {
        let ended = groups(Who::User, flags, &["cat", &path]);
        assert!(ended.code == 1 && ended.err.contains("Permission denied"), "{}", ended.err);
    }
    let ended = groups(Who::User, &["--uid=0"], &["setpriv", "--clear-groups", "cat", &path]);
    assert!(ended.code != 0 && ended.err.contains("setgroups"), "{}", ended.err);
}

#[test]
fn sockets_without_a_path_end_at_the_network_or_the_scope() {
    // Looks like an abstract socket of the machine: reached where the network is shared, refused in
    // a network of one's own, and forbidden by the scope of Landlock.
    let name = format!("nsinit-attack-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let socket = UnixDatagram::bind_addr(&address).unwrap();
    for who in Who::BOTH {
        let tell = |flag: &str| {
            let run = Run::nsinit(who, &["run", flag, "--"]);
            let run = run.and(witness(&["reach", "abstract", &name]));
            run.end().quietly(0).trim().to_owned()
        };
        assert_eq!(tell("--no-new-keyring"), "done", "{who:?}");
        assert_eq!(tell("--namespaces=+net"), "ECONNREFUSED", "{who:?}");
        assert_eq!(tell("--landlock-scope=abstract-unix"), "EPERM", "{who:?}");
    }
    drop(socket);
}

#[test]
fn namespaces_are_no_channel_between_sandboxes() {
    // Looks like record locks on /proc/self/ns/KIND in one sandbox, seen from another exactly where
    // both are in the same namespace: by default time is not among those.
    for who in Who::BOTH {
        let seen = |flags: &[&str]| {
            let words = [&["run"], flags, &["--"]].concat();
            let (input, _tell) = std::io::pipe().unwrap();
            let one = Run::nsinit(who, &words).and(witness(&["lock-namespaces"])).stdin(input);
            let mut one = one.start();
            one.wait_for("locked");
            let other = Run::nsinit(who, &words).and(witness(&["locked-namespaces"]));
            let seen = other.end().quietly(0);
            drop(_tell);
            assert_eq!(one.end().code, 0);
            seen.trim().to_owned()
        };
        assert_eq!(seen(&["--namespaces=+user,+net,+cgroup"]), "");
        let shared = if who == Who::Root { "cgroup net user" } else { "cgroup net" };
        assert_eq!(seen(&[]), shared, "{who:?}");
        let without = seen(&["--namespaces=-time"]);
        assert!(without.contains("time"), "{who:?} {without}");
    }
}
