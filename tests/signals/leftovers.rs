//! What a main service leaves behind when it ends is asked with TERM, has a grace, and is killed.

use std::fs;
use std::time::Duration;

use super::support::{Ended, Mode, Run, Who, file, witness};

/// Every way in which nsinit can be responsible for what is left.
const WAYS: [(Mode, &[&str]); 5] = [
    (Mode::Run, &[]),
    (Mode::Run, &["--namespaces", "uts,mnt"]),
    (Mode::Run, &["--proc=bind"]),
    (Mode::Subreaper, &[]),
    (Mode::Pid1, &[]),
];

/// A main service that ends with `code` and leaves these behind; and what the slow ones saved.
fn leave(who: Who, way: (Mode, &[&str]), code: i32, left: &[&str], grace: &str) -> (Ended, String) {
    let saved = file::text(&file::directory().join("saved"));
    let flags = [way.1, &["--grace", grace]].concat();
    let code = code.to_string();
    let role = [&["leave", &saved, &code], left].concat();
    let ended = Run::mode(way.0, who, &flags, &witness(&role)).end();
    (ended, fs::read_to_string(&saved).unwrap_or_default())
}

#[test]
fn what_is_left_is_asked_and_can_finish() {
    // Looks like a daemon that takes 200 ms to stop and then writes a file, which is there.
    for who in Who::BOTH {
        for way in WAYS {
            let (ended, saved) = leave(who, way, 3, &["slow", "slow"], "20s");
            assert_eq!(saved, "saved", "{who:?} {way:?}");
            assert!(ended.took < Duration::from_secs(10), "waited for the whole grace");
            ended.quietly(3);
        }
    }
}

#[test]
fn what_does_not_mind_is_killed_after_the_grace_and_not_before() {
    // Looks like a daemon that takes no TERM beside a slow one that may finish: 500 ms at least.
    for who in Who::BOTH {
        for way in WAYS {
            let (ended, saved) = leave(who, way, 4, &["stubborn", "slow"], "500ms");
            assert_eq!(saved, "saved", "{who:?} {way:?}");
            assert!(ended.took >= Duration::from_millis(500), "{:?} {who:?} {way:?}", ended.took);
            ended.quietly(4);
        }
    }
}

#[test]
fn nothing_left_means_no_pause() {
    // Looks like an end within a second although the grace is an hour.
    for who in Who::BOTH {
        for way in WAYS {
            let (ended, _) = leave(who, way, 5, &[], "1h");
            assert!(ended.took < Duration::from_secs(5), "{:?} {who:?} {way:?}", ended.took);
            ended.quietly(5);
        }
    }
}

#[test]
fn a_main_service_that_does_not_stop_is_killed_with_all_it_has() {
    // Looks like TERM to nsinit, a workload that does not mind, and 137 after the grace.
    for who in Who::BOTH {
        for (mode, flags) in WAYS {
            let script = "trap '' TERM; (while :; do sleep 1000; done) & echo ready; wait; wait";
            let flags = [flags, &["--grace", "300ms"]].concat();
            let mut run = Run::mode(mode, who, &flags, &["sh", "-c", script]).start();
            run.wait_for("ready");
            let nsinit = match mode {
                Mode::Run | Mode::Subreaper => run.pid,
                Mode::Pid1 => super::support::proc::children(run.pid)[0],
            };
            super::support::signals::kill(nsinit, libc::SIGTERM);
            let ended = run.end();
            assert!(ended.took >= Duration::from_millis(300), "{who:?} {mode:?} {flags:?}");
            ended.saying(137, &["\"main\" did not stop within its grace and was killed"]);
        }
    }
}

/// Stops itself, and has something to say when it is told to end.
const STOPPED: &str = "trap 'echo heard; exit 4' TERM; kill -STOP $$; while :; do sleep 0.01; done";

#[test]
fn who_was_stopped_can_end_all_the_same() {
    // Looks like STOP, TERM to nsinit, and what the service does then, with an hour of grace.
    for who in Who::BOTH {
        for (mode, flags) in WAYS {
            let flags = [flags, &["--grace", "1h"]].concat();
            let run = Run::mode(mode, who, &flags, &["sh", "-c", STOPPED]).start();
            super::support::wait::until("the service to stop", || {
                let is_it = |line: &String| line.split(' ').nth(1) == Some("sh");
                let service = run.marked().into_iter().find(is_it)?;
                service.split(' ').nth(2)?.starts_with('T').then_some(())
            });
            let nsinit = match mode {
                Mode::Run | Mode::Subreaper => run.pid,
                Mode::Pid1 => super::support::proc::children(run.pid)[0],
            };
            super::support::signals::kill(nsinit, libc::SIGTERM);
            assert_eq!(run.end().quietly(4), "heard\n", "{who:?} {mode:?} {flags:?}");
        }
    }
}

#[test]
fn who_is_left_and_was_stopped_is_asked_as_well() {
    // Looks like a service that ends while what it started is stopped, and that one's last word.
    let script = "sh -c \"$0\" & until grep -q 'State:.T' /proc/$!/status; do :; done; exit 3";
    // The script looks for what it started by a number of inside.
    let has_proc = |(_, flags): &(Mode, &[&str])| !flags.contains(&"--proc=bind");
    for who in Who::BOTH {
        for (mode, flags) in WAYS.into_iter().filter(has_proc) {
            let flags = [flags, &["--grace", "1h"]].concat();
            let run = Run::mode(mode, who, &flags, &["sh", "-c", script, STOPPED]);
            assert_eq!(run.end().quietly(3), "heard\n", "{who:?} {mode:?} {flags:?}");
        }
    }
}

#[test]
fn a_service_that_hides_where_there_is_no_proc_is_killed_all_the_same() {
    // Looks like one that takes no TERM and has gone over to nsinit's own process group, in a root
    // in which nothing says who is whose child.
    let script = "import os, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
                  os.setpgid(0, os.getpgid(os.getppid()))\nprint('on', flush=True)\n\
                  while True: signal.pause()";
    let words = Mode::Subreaper.words(
        Who::Root,
        &["--grace", "200ms"],
        &["python3", "-c", script].map(AsRef::as_ref),
    );
    let front = "mount -t tmpfs tmpfs /proc && exec \"$@\"";
    let before = ["unshare", "-m", "sh", "-c", front, "sh"].map(std::ffi::OsString::from);
    let mut run = Run::command(Who::Root, before.into_iter().chain(words)).start();
    run.wait_for("on");
    run.kill(libc::SIGTERM);
    assert!(run.ends(Duration::from_secs(20)), "it is still there");
    run.end().saying(137, &["\"main\" did not stop within its grace and was killed"]);
}
