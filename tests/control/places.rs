//! Where the socket is: whose directory, what was left there, what somebody else put there.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use super::sandbox::{Sandbox, directory_of, unique};
use super::support::{Run, Who, file, wait};

const ONE: &str = "[[service]]\ncommand = ['sleep', '1000']\n";

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A run of this name that is killed together with its launcher, which leaves its socket.
fn leave_behind(who: Who, name: &str) {
    let run = Run::nsinit(who, &["run", "--name", name, "--", "sleep", "1000"]).start();
    let sandbox = Sandbox { who, name: name.into(), run };
    wait::until("it to be found", || sandbox.ask(&["ps"]).out.contains("running").then_some(()));
    sandbox.run.kill(libc::SIGKILL);
    let directory = sandbox.directory();
    sandbox.run.end_of_killed();
    assert!(directory.join("control").exists(), "a killed one leaves its socket");
}

#[test]
fn directories_and_sockets_are_closed_to_others() {
    // Looks like drwx------ and srw-------, whatever the umask is.
    for who in Who::BOTH {
        let name = unique();
        let words = ["run", "--name", &name, "--", "sleep", "1000"];
        // SAFETY: an integer in.
        let run = Run::nsinit(who, &words).before_exec(|| unsafe { _ = libc::umask(0) });
        let sandbox = Sandbox { who, name, run: run.start() };
        wait::until("it to be found", || {
            sandbox.ask(&["ps"]).out.contains("running").then_some(())
        });
        let directory = sandbox.directory();
        assert_eq!(mode(directory.parent().unwrap()), 0o700);
        assert_eq!(mode(&directory), 0o700);
        assert_eq!(mode(&directory.join("control")), 0o600);
        drop(sandbox.stop());
    }
}

#[test]
fn what_a_killed_one_left_is_seen_through_and_replaced() {
    // Looks like a socket that nobody listens at: no row in ps, and in nobody's way.
    for who in Who::BOTH {
        let name = unique();
        leave_behind(who, &name);
        let ended = Run::nsinit(who, &["status", &name]).end();
        ended.saying(1, &[&format!("sandbox \"{name}\" runs no more"), "it was killed"]);
        assert!(!Run::nsinit(who, &["ps"]).end().quietly(0).contains(&name));
        let run = Run::nsinit(who, &["run", "--name", &name, "--", "true"]).end();
        assert_eq!(run.quietly(0), "");
        assert!(!directory_of(who, &name).exists());
    }
}

#[test]
fn a_name_that_was_said_is_one_sandboxs_and_that_of_a_file_is_made_unique() {
    // Looks like EADDRINUSE for the second --name, and NAME-PID for the second run of a file.
    for who in Who::BOTH {
        let first = Sandbox::start(who, ONE);
        let words = ["run", "--name", &first.name, "--", "true"];
        let ended = Run::nsinit(who, &words).end();
        ended.saying(125, &["/control\": EADDRINUSE", "somebody listens there already"]);
        let path = file::write(&file::directory(), &format!("{}.toml", first.name), 0o644, ONE);
        let second = Run::nsinit(who, &["run", &path]).start();
        let name = format!("{}-{}", first.name, second.pid);
        let second = Sandbox { who, name, run: second };
        wait::until("the second to be found", || {
            second.ask(&["ps"]).out.contains("running").then_some(())
        });
        drop(second.stop());
        assert!(first.said(&["ps"]).contains("running"), "the first one is still there");
        drop(first.stop());
    }
}

#[test]
fn what_killed_ones_of_a_file_left_goes_when_the_next_one_starts() {
    // Looks like no NAME-PID of a killed one, while those that run keep theirs.
    for who in Who::BOTH {
        let first = Sandbox::start(who, ONE);
        let path = file::write(&file::directory(), &format!("{}.toml", first.name), 0o644, ONE);
        let start = || {
            let run = Run::nsinit(who, &["run", &path]).start();
            let sandbox = Sandbox { who, name: format!("{}-{}", first.name, run.pid), run };
            let is_there = || sandbox.ask(&["ps"]).out.contains("running").then_some(());
            wait::until("it to be found", is_there);
            sandbox
        };
        let (killed, alive) = (start(), start());
        killed.run.kill(libc::SIGKILL);
        let left = killed.directory();
        killed.run.end_of_killed();
        assert!(left.join("control").exists(), "a killed one leaves its socket");
        let next = start();
        assert!(!left.exists());
        for sandbox in [next, alive, first] {
            assert!(sandbox.said(&["ps"]).contains("running"), "{}", sandbox.name);
            drop(sandbox.stop());
        }
    }
}

#[test]
fn nothing_that_others_could_have_made_is_followed() {
    // Looks like /tmp/nsinit-UID as a link, as somebody else's, as open to others: run goes on
    // without a socket where nobody asked for one, and fails where somebody did.
    let base = file::directory().join("runtime");
    let runtime = file::text(&base);
    let run = |control: &str| {
        let words = ["run", "--name", "trap", "--control", control, "--", "true"];
        Run::nsinit(Who::User, &words).env("XDG_RUNTIME_DIR", &runtime).end()
    };
    std::fs::create_dir(&base).unwrap();
    std::os::unix::fs::chown(&base, Some(1000), Some(1000)).unwrap();
    let place = base.join("nsinit");
    let elsewhere = base.join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &place).unwrap();
    run("true").saying(125, &["listen at \"", "/nsinit/trap/control\": "]);
    assert_eq!(elsewhere.read_dir().unwrap().count(), 0);
    std::fs::remove_file(&place).unwrap();

    std::fs::create_dir(&place).unwrap(); // root's
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).unwrap();
    run("true").saying(125, &["EPERM", "the directory is somebody else's"]);
    std::os::unix::fs::chown(&place, Some(1000), Some(1000)).unwrap();
    run("true").saying(125, &["EPERM", "or others may write to it"]);
    let words = ["run", "--name", "trap", "--", "true"];
    let unasked = Run::nsinit(Who::User, &words).env("XDG_RUNTIME_DIR", &runtime).end();
    assert_eq!(unasked.quietly(0), "");
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(run("true").quietly(0), "");
    assert_eq!(place.read_dir().unwrap().count(), 0);
}

#[test]
fn a_path_of_ones_own_is_used_as_it_is() {
    // Looks like a socket of mode 0600 at that path, gone at the end; what is no socket stays.
    for who in Who::BOTH {
        let directory = file::directory();
        std::os::unix::fs::chown(&directory, Some(who.uid()), Some(who.uid())).unwrap();
        let deep = directory.join("x".repeat(150));
        std::fs::create_dir(&deep).unwrap();
        std::os::unix::fs::chown(&deep, Some(who.uid()), Some(who.uid())).unwrap();
        for path in [directory.join("socket"), deep.join("socket")] {
            let text = file::text(&path);
            let run = Run::nsinit(who, &["run", "--control", &text, "--", "sleep", "1000"]).start();
            let sandbox = Sandbox { who, name: text.clone(), run };
            wait::until("it to be found", || {
                sandbox.ask(&["ps"]).out.contains("running").then_some(())
            });
            assert_eq!(mode(&path), 0o600);
            let second = Run::nsinit(who, &["run", "--control", &text, "--", "true"]).end();
            second.saying(125, &["EADDRINUSE", "somebody listens there already"]);
            sandbox.said(&["stop"]);
            drop(sandbox.run.end());
            assert!(!path.exists());
        }
        let long = file::text(&directory.join("x".repeat(150)));
        let ended = Run::nsinit(who, &["run", "--control", &long, "--", "true"]).end();
        ended.saying(125, &["ENAMETOOLONG", "a socket's name has at most 80 bytes"]);
        let path = file::write(&directory, "plain", 0o644, "kept");
        let ended = Run::nsinit(who, &["run", "--control", &path, "--", "true"]).end();
        ended.saying(125, &["EADDRINUSE"]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "kept");
        drop(UnixListener::bind(directory.join("stale")).unwrap());
        let stale = file::text(&directory.join("stale"));
        std::os::unix::fs::chown(&stale, Some(who.uid()), Some(who.uid())).unwrap();
        wait::until("no process that another test starts to have a copy of it", || {
            UnixStream::connect(&stale).is_err().then_some(())
        });
        let ended = Run::nsinit(who, &["run", "--control", &stale, "--", "true"]).end();
        assert_eq!(ended.quietly(0), "");
        assert!(!Path::new(&stale).exists());
    }
}

#[test]
fn where_nobody_is_to_listen_nobody_does() {
    // Looks like no directory for `control = false`, nor for a command without name and file.
    for words in [&["run", "--name", "silent", "--no-control", "--"][..], &["run", "--"]] {
        let script = ["sh", "-c", "ls /run/nsinit/silent /run/nsinit/sh 2>/dev/null"];
        let ended = Run::nsinit(Who::Root, &[words, &script].concat()).end();
        assert_eq!((ended.out.as_str(), ended.code), ("", 2));
    }
}
