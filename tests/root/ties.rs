//! Descriptors that tie a sandbox to whoever started it, beside bubblewrap: who is told what, when
//! it goes on, what stays open.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::time::Duration;

use super::support::{Run, Running, Who, file, wait, who};

/// A pipe as two files: the end to read, the end to write.
pub fn pipe() -> (File, File) {
    let (read, write) = std::io::pipe().unwrap();
    (File::from(OwnedFd::from(read)), File::from(OwnedFd::from(write)))
}

/// Whether something can be read from a pipe now, or it is at its end.
fn is_ready(end: &File) -> bool {
    let mut entry = libc::pollfd { fd: end.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one entry, which the kernel writes into.
    unsafe { libc::poll(&raw mut entry, 1, 0) > 0 }
}

/// The number behind a name in JSON.
pub fn number(text: &str, name: &str) -> u64 {
    let behind = text.split(&format!("\"{name}\": ")).nth(1);
    let behind = behind.unwrap_or_else(|| panic!("no {name:?} in {text}"));
    behind.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// The lines of a text without their numbers.
fn shape(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.trim_end_matches(|c: char| ",0123456789".contains(c)).into())
        .collect()
}

/// Both programs, with what they are to be given in front of the flags.
fn programs() -> [(String, &'static [&'static str]); 2] {
    let bwrap = file::text(&who::tool("bwrap"));
    [(bwrap, &[]), (file::text(&who::programs().nsinit), &["run"])]
}

/// Starts one of them with these descriptors.
fn start(who: Who, program: &str, words: &[&str], given: &[(&File, i32)]) -> Running {
    let run = Run::command(who, std::iter::once(program).chain(words.iter().copied()));
    given.iter().fold(run, |run, (file, number)| run.giving(*file, *number)).start()
}

#[test]
fn whoever_is_outside_knows_pid_1_before_a_service_starts() {
    // Looks like bubblewrap's lines, the namespaces that /proc has for that PID, and a command that
    // runs when a byte came, or the end did.
    let flags = ["--ro-bind", "/", "/", "--proc", "/proc", "--unshare-pid", "--unshare-net"];
    let more = ["--info-fd", "41", "--block-fd", "42", "echo", "runs"];
    for who in Who::BOTH {
        let mut shapes = Vec::new();
        for ((program, verb), byte) in programs().iter().flat_map(|own| [(own, true), (own, false)])
        {
            let (mut told, info) = pipe();
            let (block, mut word) = pipe();
            let words = [verb, &flags[..], &more[..]].concat();
            let mut running = start(who, program, &words, &[(&info, 41), (&block, 42)]);
            drop((info, block));
            let mut text = String::new();
            told.read_to_string(&mut text).unwrap();
            let pid = number(&text, "child-pid");
            for kind in ["mnt", "pid", "net"] {
                let link = std::fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap();
                let inode = number(&text, &format!("{kind}-namespace"));
                assert_eq!(link.to_str().unwrap(), format!("{kind}:[{inode}]"), "{text}");
            }
            assert!(!running.comes("runs", Duration::from_millis(50)), "{program} did not wait");
            if byte {
                word.write_all(b"x").unwrap();
            }
            drop(word);
            assert_eq!(running.end().quietly(0), "runs\n");
            shapes.push(shape(&text));
        }
        let [theirs, _, ours, _] = &shapes[..] else { unreachable!() };
        assert!(theirs.iter().all(|line| ours.contains(line)), "{theirs:?}\n{ours:?}");
        assert_eq!(theirs[..2], ours[..2]);
    }
}

#[test]
fn a_cgroup_namespace_that_pid_1_makes_is_known_outside() {
    // Looks like the number of the namespace that PID 1 is in behind its own unshare(2).
    let flags = ["run", "--namespaces", "+cgroup,+user", "--info-fd", "41", "--block-fd", "42"];
    for who in Who::BOTH {
        let (mut told, info) = pipe();
        let (block, word) = pipe();
        let words = [&flags[..], &["--", "true"]].concat();
        let nsinit = file::text(&who::programs().nsinit);
        let running = start(who, &nsinit, &words, &[(&info, 41), (&block, 42)]);
        drop((info, block));
        let mut text = String::new();
        told.read_to_string(&mut text).unwrap();
        let pid = number(&text, "child-pid");
        for kind in ["cgroup", "ipc", "mnt", "pid", "time", "user", "uts"] {
            let link = std::fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap();
            let inode = number(&text, &format!("{kind}-namespace"));
            assert_eq!(link.to_str().unwrap(), format!("{kind}:[{inode}]"), "{text}");
        }
        drop(word);
        running.end().quietly(0);
    }
}

#[test]
fn what_is_to_stay_open_is_open_as_long_as_the_sandbox_runs() {
    // Looks like a pipe that is at its end when the sandbox has ended, and a workload that has
    // nothing of it.
    let flags = ["--ro-bind", "/", "/", "--proc", "/proc", "--unshare-pid", "--sync-fd", "41"];
    let command = ["sh", "-c", "ls /proc/$$/fd | grep 41; echo there; read line"];
    for who in Who::BOTH {
        for (program, verb) in programs() {
            let (ends, held) = pipe();
            let (input, hold) = pipe();
            let words = [verb, &flags[..], &command[..]].concat();
            let run = Run::command(who, std::iter::once(&*program).chain(words));
            let run = run.giving(&held, 41).stdin(input);
            let mut running = run.and([""; 0]).start();
            drop(held);
            let out = running.wait_for("there");
            assert_eq!(out, "there\n", "{program}");
            assert!(!is_ready(&ends), "{program}: it is closed already");
            drop(hold);
            let _ = running.end(); // how it ended is no matter
            // bubblewrap's PID 1 is a moment late.
            wait::until("its end", || is_ready(&ends).then_some(()));
        }
    }
}

#[test]
fn while_pid_1_waits_it_hears_who_asks_it_to_end() {
    // Looks like exit code 125 with the step and the reason, and nobody left.
    let nsinit = file::text(&who::programs().nsinit);
    let flags = ["run", "--block-fd", "42", "--info-fd", "41", "--", "echo", "runs"];
    for who in Who::BOTH {
        for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGQUIT, libc::SIGHUP] {
            let (mut told, info) = pipe();
            let (block, word) = pipe();
            let running = start(who, &nsinit, &flags, &[(&info, 41), (&block, 42)]);
            drop((info, block));
            let _ = told.read_to_end(&mut Vec::new()).unwrap(); // PID 1 is there
            running.kill(signal);
            let said =
                ["wait until descriptor 42 can be read: EINTR", "why: TERM, INT, QUIT or HUP"];
            running.end().saying(125, &said);
            drop(word);
        }
    }
}

#[test]
fn a_signal_that_was_ignored_before_ends_no_wait() {
    // Looks like nohup(1): HUP comes, and the command runs all the same.
    for who in Who::BOTH {
        let (block, word) = pipe();
        let words = ["run", "--block-fd", "42", "--", "echo", "runs"];
        let run = Run::nsinit(who, &words).giving(&block, 42).before_exec(|| {
            // SAFETY: integers in; no handler runs.
            unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) };
        });
        let mut running = run.start();
        drop(block);
        running.kill(libc::SIGHUP);
        assert!(!running.comes("runs", Duration::from_millis(50)));
        drop(word);
        assert_eq!(running.end().quietly(0), "runs\n");
    }
}

#[test]
fn while_pid_1_waits_it_ends_with_the_launcher() {
    // Looks like a launcher that is killed, and nobody left.
    let nsinit = file::text(&who::programs().nsinit);
    let flags = ["run", "--block-fd", "42", "--info-fd", "41", "--", "echo", "runs"];
    for who in Who::BOTH {
        let (mut told, info) = pipe();
        let (block, word) = pipe();
        let running = start(who, &nsinit, &flags, &[(&info, 41), (&block, 42)]);
        drop((info, block));
        let _ = told.read_to_end(&mut Vec::new()).unwrap(); // PID 1 is there
        running.kill(libc::SIGKILL);
        assert_eq!(running.end_of_killed().out, "");
        drop(word);
    }
}

#[test]
fn a_reader_that_is_gone_or_does_not_read_is_a_failure() {
    // Looks like the step with EPIPE or EAGAIN, and nothing left.
    let nsinit = file::text(&who::programs().nsinit);
    let flags = ["run", "--info-fd", "41", "--", "true"];
    for who in Who::BOTH {
        let (told, info) = pipe();
        drop(told);
        let running = start(who, &nsinit, &flags, &[(&info, 41)]);
        running.end().saying(125, &["write who PID 1 is to descriptor 41: EPIPE", "nobody reads"]);
        let (_told, mut info) = pipe();
        info.write_all(&[0; 65_536]).unwrap(); // as much as a pipe holds (pipe(7))
        let running = start(who, &nsinit, &flags, &[(&info, 41)]);
        running.end().saying(125, &["write who PID 1 is to descriptor 41: EAGAIN", "it is full"]);
    }
}

#[test]
fn a_descriptor_that_will_not_do_is_refused_before_anything_is_touched() {
    // Looks like the argument, the key, the number and the reason.
    let table: [(&[&str], &str); 10] = [
        (&["--sync-fd", "49"], "argument 2: sync-fd: descriptor 49 is not open"),
        (&["--sync-fd", "43"], "argument 2: sync-fd: descriptor 43 is a directory"),
        (&["--block-fd", "43"], "argument 2: block-fd: descriptor 43 is a directory"),
        (&["--block-fd", "41"], "argument 2: block-fd: descriptor 41 is not open for reading"),
        (&["--info-fd", "42"], "argument 2: info-fd: descriptor 42 is not open for writing"),
        (&["--info-fd", "2"], "argument 2: info-fd: \"2\" is not between 3 and 65535"),
        (&["--block-fd", "0"], "argument 2: block-fd: \"0\" is not between 3 and 65535"),
        (&["--sync-fd", "x"], "argument 2: sync-fd: \"x\" is no whole number"),
        (&["--sync-fd", "42", "--block-fd", "42"], "block-fd and sync-fd have the same descriptor"),
        (
            &["--file", "42", "/x", "--block-fd", "42"],
            "block-fd and mount have the same descriptor",
        ),
    ];
    let nsinit = file::text(&who::programs().nsinit);
    for (flags, said) in table {
        let (read, write) = pipe();
        let directory = File::open("/").unwrap();
        let words = [&["run"], flags, &["--", "true"]].concat();
        let given = [(&write, 41), (&read, 42), (&directory, 43)];
        let running = start(Who::User, &nsinit, &words, &given);
        running.end().saying(125, &[said]);
    }
    let words = ["--sync-fd", "42", "--", "true"];
    Run::nsinit(Who::User, &words).end().saying(125, &["--sync-fd needs namespaces of our own"]);
}
