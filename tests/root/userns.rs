//! The user namespace of a sandbox beside bubblewrap's: who writes its maps, and that there are no
//! more; files that are locked meanwhile, and what is always refused.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;

use super::support::{Run, Who, file, kernel, wait, who};
use super::ties::{number, pipe};

/// Both programs, with what stands in front of the flags.
fn programs() -> [Vec<String>; 2] {
    let bwrap = file::text(&who::tool("bwrap"));
    [vec![bwrap], vec![file::text(&who::programs().nsinit), "run".into()]]
}

fn run(who: Who, program: &[String], words: &[&str]) -> Run {
    Run::command(who, program.iter().map(String::as_str).chain(words.iter().copied()))
}

const FLAGS: [&str; 4] = ["--unshare-user", "--ro-bind", "/", "/"];

#[test]
fn nobody_inside_makes_a_user_namespace() {
    // Looks like ENOSPC, or the default filter's EPERM, for whoever tries; and no way to a higher
    // limit.
    let script = "unshare -U true 2>&1 | grep -c failed; \
        (echo 9 >/proc/sys/user/max_user_namespaces) 2>/dev/null; \
        unshare -Ur true 2>&1 | grep -c failed";
    for who in Who::BOTH {
        for program in programs() {
            let more = ["--disable-userns", "--assert-userns-disabled", "sh", "-c", script];
            let ended = run(who, &program, &[&FLAGS[..], &more].concat()).end();
            assert_eq!(
                (ended.code, ended.out.as_str()),
                (0, "1\n1\n"),
                "{program:?}: {}",
                ended.err
            );
        }
        let words = ["run", "--disable-userns", "--assert-userns-disabled", "sh", "-c", script];
        assert_eq!(Run::nsinit(who, &words).end().out, "1\n1\n");
        let words = ["run", "--disable-userns", "cat", "/proc/sys/user/max_user_namespaces"];
        assert_eq!(Run::nsinit(who, &words).end().quietly(0), "0\n");
    }
}

#[test]
fn where_one_can_be_made_nothing_starts_that_asked_for_none() {
    // Looks like a failure of both, and ours with the step and the reason.
    for who in Who::BOTH {
        let words = [&FLAGS[..], &["--assert-userns-disabled", "echo", "runs"]].concat();
        let [theirs, ours] = programs().map(|program| run(who, &program, &words).end());
        assert_eq!((theirs.code, theirs.out.as_str(), ours.out.as_str()), (1, "", ""));
        ours.saying(125, &["see that nobody can make a user namespace: EPERM", "try: --disable"]);
    }
}

#[test]
fn whoever_could_raise_the_limit_again_is_refused() {
    // Looks like the key that keeps CAP_SYS_RESOURCE.
    for flags in [&["--cap-add", "all"][..], &["--capabilities", "sys_resource"]] {
        let words = [&["run", "--disable-userns"], flags, &["--", "true"]].concat();
        let said = ["\"disable-userns\" would hold only until", "--cap-drop SYS_RESOURCE"];
        Run::nsinit(Who::User, &words).end().saying(125, &said);
    }
}

#[test]
fn maps_are_written_by_whoever_is_told() {
    // Looks like uid 0 inside for the map that the reader of the info has written.
    let flags =
        ["--unshare-pid", "--info-fd", "41", "--userns-block-fd", "42", "sh", "-c", "id -u; id -g"];
    for (who, own) in [(Who::Root, 0), (Who::User, 1000)] {
        for program in programs() {
            let (mut told, info) = pipe();
            let (block, mut word) = pipe();
            let words = [&FLAGS[..], &flags].concat();
            let running = run(who, &program, &words).giving(&info, 41).giving(&block, 42).start();
            drop((info, block));
            let mut text = String::new();
            told.read_to_string(&mut text).unwrap();
            let pid = number(&text, "child-pid");
            for kind in ["uid_map", "gid_map"] {
                std::fs::write(format!("/proc/{pid}/{kind}"), format!("0 {own} 1\n")).unwrap();
            }
            word.write_all(b"x").unwrap();
            assert_eq!(running.end().quietly(0), "0\n0\n", "{program:?}");
        }
    }
}

#[test]
fn while_maps_are_waited_for_a_signal_ends_it_and_so_does_the_end_of_pid_1() {
    // Looks like exit code 125 with the step and the reason, and nobody left.
    let words = ["run", "--info-fd", "41", "--userns-block-fd", "42", "--", "true"];
    for who in Who::BOTH {
        for kills_init in [false, true] {
            let (mut told, info) = pipe();
            let (block, word) = pipe();
            let running = Run::nsinit(who, &words).giving(&info, 41).giving(&block, 42).start();
            drop((info, block));
            let mut text = String::new();
            told.read_to_string(&mut text).unwrap();
            let pid = i32::try_from(number(&text, "child-pid")).unwrap();
            let reason = if kills_init {
                // SAFETY: two integers in.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                "why: PID 1 has ended meanwhile"
            } else {
                running.kill(libc::SIGTERM);
                "why: TERM, INT, QUIT or HUP came"
            };
            running
                .end()
                .saying(125, &["wait for id maps until descriptor 42 can be read", reason]);
            drop(word);
        }
    }
}

/// Whether we can lock a file for writing.
fn can_lock(file: &File) -> bool {
    // SAFETY: a struct of integers, for which zero is a value.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = libc::F_WRLCK.try_into().unwrap();
    // SAFETY: the kernel reads one struct.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLK, &raw const lock) == 0 }
}

#[test]
fn files_are_locked_as_long_as_the_sandbox_runs() {
    // Looks like a lock that keeps writers off, and is gone with the sandbox.
    for who in Who::BOTH {
        for program in programs() {
            let directory = file::directory();
            let [one, two] = ["one", "two, too"].map(|name| {
                file::write(&directory, name, 0o644, "");
                directory.join(name)
            });
            let open = |path| File::options().write(true).open(path).unwrap();
            let (input, hold) = pipe();
            let path = directory.to_str().unwrap();
            let words = [
                "--ro-bind",
                "/",
                "/",
                "--ro-bind",
                path,
                "/mnt",
                "--unshare-pid",
                "--lock-file",
                "/mnt/one",
                "--lock-file",
                "/mnt/two, too",
                "sh",
                "-c",
                "echo there; read line",
            ];
            let mut running = run(who, &program, &words).stdin(input).start();
            running.wait_for("there");
            for path in [&one, &two] {
                assert!(!can_lock(&open(path)), "{program:?}: {path:?} is not locked");
            }
            drop(hold);
            let _ = running.end(); // how is no matter
            for path in [&one, &two] {
                wait::until("the lock to go", || can_lock(&open(path)).then_some(()));
            }
        }
    }
}

#[test]
fn a_file_that_somebody_writes_or_that_is_not_there_is_a_failure() {
    // Looks like the step with EAGAIN and its reason, or ENOENT.
    let directory = file::directory();
    file::write(&directory, "one", 0o644, "");
    let path = directory.join("one");
    let held = File::options().write(true).open(&path).unwrap();
    assert!(can_lock(&held));
    for who in Who::BOTH {
        let words = ["run", "--lock-file", path.to_str().unwrap(), "--", "true"];
        Run::nsinit(who, &words).end().saying(125, &["lock \"", "EAGAIN", "locked it for writing"]);
        let words = ["run", "--lock-file", "/nope", "--", "true"];
        Run::nsinit(who, &words).end().saying(125, &["lock \"/nope\": ENOENT"]);
    }
}

#[test]
fn what_cannot_be_had_is_refused_with_its_reason() {
    // Looks like the flag, why not, and what to do in its place.
    let table: [(&[&str], &[&str]); 3] = [
        (&["--exec-label", "x"], &["--exec-label: no label of SELinux is set", "try: runcon(1)"]),
        (&["--file-label", "x"], &["--file-label: no label of SELinux is set", "why:"]),
        (&["--userns2", "5"], &["--userns2: PID 1 and all services", "try: --userns FD"]),
    ];
    for (flags, said) in table {
        let words = [&["run"], flags, &["--", "true"]].concat();
        Run::nsinit(Who::User, &words).end().saying(125, said);
    }
    let words = ["run", "--userns-block-fd", "42", "--", "true"];
    let (block, _word) = pipe();
    let run = Run::nsinit(Who::User, &words).giving(&block, 42);
    run.end().saying(125, &["userns-block-fd: nobody outside is told", "try: --info-fd FD"]);
}

#[test]
fn files_have_the_ids_of_the_sandbox_where_that_was_asked_for() {
    // Looks like a directory of root's that is root's inside, too, though root inside is 100000
    // outside; what is made there is root's on the disk. The same without it is nobody's. A mount
    // that is made outside later does not appear, though the file system is shared there.
    let directory = file::directory();
    let data = directory.join("data");
    std::fs::create_dir(&data).unwrap();
    who::set_mode(&data, 0o755);
    let data = file::text(&data);
    let with = |is_mapped: bool| {
        let text = format!(
            "[user]\nuid-map = [\"0 100000 65536\"]\ngid-map = [\"0 100000 65536\"]\n\
             [[mount]]\nsource = \"/\"\ntarget = \"/\"\n\
             [[mount]]\nsource = \"{data}\"\ntarget = \"/mnt\"\nidmap = {is_mapped}\n"
        );
        let toml = file::write(&directory, "ids.toml", 0o644, text);
        let look = "stat -c %u:%g /mnt; echo x >/mnt/new && stat -c %u:%g /mnt/new; \
            grep -c ' /mnt .* \\(shared\\|master\\):' /proc/self/mountinfo";
        Run::nsinit(Who::Root, &["run", &toml, "--", "sh", "-c", look]).end()
    };
    if !kernel::is_since(5, 12) {
        with(true).saying(125, &["idmap is not for this kernel", "why: Linux 5.12"]);
        return;
    }
    let with = |is_mapped: bool| with(is_mapped).out;
    assert_eq!(with(true), "0:0\n0:0\n0\n");
    let made = std::fs::metadata(format!("{data}/new")).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&made), 0);
    std::fs::remove_file(format!("{data}/new")).unwrap();
    assert_eq!(with(false), "65534:65534\n0\n");
}
