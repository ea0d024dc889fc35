//! How the main service ended, in a file, and whether it was for want of memory.

use std::path::Path;

use super::support::{Ended, Mode, Run, Who, file};

/// nsinit with a termination message in `directory`, and what it left there.
fn leave(
    mode: Mode,
    who: Who,
    directory: &Path,
    flags: &[&str],
    command: &[&str],
) -> (Ended, String) {
    let before = "what was there before, and longer than most of what comes";
    let path = file::write(directory, "message", 0o666, before);
    let flags = [&["--termination-message", &path], flags].concat();
    let ended = Run::mode(mode, who, &flags, command).end();
    (ended, std::fs::read_to_string(&path).unwrap())
}

#[test]
fn a_failure_leaves_its_message_and_a_success_none() {
    // Looks like the words of standard error, or those that the exit code made needless there.
    let table: [(&[&str], &[&str], i32, &str); 6] = [
        (&[], &["sh", "-c", "exit 3"], 3, "\"main\" exited with code 3\n"),
        (&[], &["sh", "-c", "kill -SEGV $$"], 139, "\"main\" killed by signal SEGV\n"),
        (&[], &["/does/not/exist"], 127, "execute \"/does/not/exist\": ENOENT\n  why: "),
        (&["--cwd", "/does/not"], &["true"], 125, "change directory to \"/does/not\": ENOENT"),
        (
            &["--ready", "fd=3", "--start-timeout", "50ms"],
            &["sleep", "60"],
            124,
            "\"main\" was not ready within 50ms",
        ),
        (
            &["--restart", "always", "--restart-limit", "0"],
            &["false"],
            124,
            "\"main\" gave up: the end after restart 0",
        ),
    ];
    for who in Who::BOTH {
        for mode in Mode::ALL {
            let directory = file::directory();
            for (flags, command, code, words) in table {
                let (ended, text) = leave(mode, who, &directory, flags, command);
                assert_eq!(ended.code, code, "{command:?} {mode:?} {who:?}");
                let scope = if mode == Mode::Run { "run: " } else { "nsinit: " };
                assert!(text.starts_with(scope) && text.contains(words), "{mode:?}: {text}");
                assert!(text.len() <= 4096);
            }
            let (ended, text) = leave(mode, who, &directory, &[], &["true"]);
            assert!(ended.code == 0 && text.starts_with("what was there"), "{text}");
        }
    }
}

#[test]
fn a_message_that_cannot_be_left_is_told_and_changes_nothing() {
    // Looks like a directory that is not there, one in the way, and a pipe without a reader.
    let directory = file::directory();
    let pipe = directory.join("pipe");
    let name = std::ffi::CString::new(pipe.to_str().unwrap()).unwrap();
    // SAFETY: the name ends in NUL.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o666) }, 0);
    for (path, errno) in
        [("/does/not/exist", "ENOENT"), ("/tmp", "EISDIR"), (pipe.to_str().unwrap(), "ENXIO")]
    {
        let flags = ["--termination-message", path];
        let ended = Run::mode(Mode::Subreaper, Who::Root, &flags, &["sh", "-c", "exit 3"]).end();
        ended.saying(3, &[&format!("nsinit: write \"{path}\": {errno}, going on without it")]);
    }
}

#[test]
fn a_long_command_leaves_the_beginning_of_its_message() {
    // Looks like 4096 bytes, which Kubernetes keeps.
    let directory = file::directory();
    let long = "x".repeat(20_000);
    let (ended, text) = leave(Mode::Pid1, Who::Root, &directory, &[], &["/does/not/exist", &long]);
    assert_eq!((ended.code, text.len()), (127, 4096));
}

/// Runs a script as root where a cgroup of this version says that nobody was killed so far.
fn in_cgroup(version: &str, flags: &[&str], script: &str) -> Ended {
    let (place, name) = match version {
        "v1" => ("/sys/fs/cgroup/memory", "memory.oom_control"),
        _ => ("/sys/fs/cgroup", "memory.events"),
    };
    let events = format!("{place}/{name}");
    let front = format!(
        "mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir -p {place} && \
         echo oom_kill 0 >{events} && exec \"$@\""
    );
    let script = script.replace("EVENTS", &events);
    let words = Mode::Subreaper.words(Who::Root, flags, &["sh", "-c", &script].map(AsRef::as_ref));
    let before = ["unshare", "-m", "sh", "-c", &front, "sh"].map(std::ffi::OsString::from);
    Run::command(Who::Root, before.into_iter().chain(words)).end()
}

#[test]
fn a_kill_for_want_of_memory_is_told_and_another_one_is_not() {
    // Looks like a count that has grown when the service got its KILL: told on standard error and
    // in the message. A KILL that somebody sent is an exit code and no more.
    let directory = file::directory();
    let path = directory.join("message");
    let told = ["nsinit: \"main\" was killed by the kernel: out of memory"];
    let message = ["--termination-message", path.to_str().unwrap()];
    for version in ["v1", "v2"] {
        let killed = "echo oom_kill 1 >EVENTS; kill -KILL $$";
        in_cgroup(version, &[], killed).saying(137, &told);
        in_cgroup(version, &message, killed).saying(137, &told);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(told[0]));
        in_cgroup(version, &[], "kill -KILL $$").quietly(137);
        in_cgroup(version, &message, "kill -KILL $$").quietly(137);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "nsinit: \"main\" killed by signal KILL\n");
        // Each growth is told once: the second run is killed by somebody.
        let twice = "echo oom_kill 1 >EVENTS; kill -KILL $$";
        let flags = ["--restart", "always", "--restart-limit", "1", "--restart-delay", "1ms"];
        let ended = in_cgroup(version, &flags, twice);
        assert_eq!((ended.code, ended.err.matches("out of memory").count()), (124, 1));
    }
}
