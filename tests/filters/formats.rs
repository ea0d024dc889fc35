//! What a file says, and what comes from a descriptor.

use std::fs;

use super::support::{Mode, Run, Who, file, proc, witness};

/// What comes of a call under a filter that is written so.
fn tried(who: Who, filter: &str, numbers: &[&str]) -> (i32, String) {
    let path = file::write(&file::directory(), "own.seccomp", 0o644, filter);
    let words = [&["call"], numbers].concat();
    let run = Run::nsinit(who, &["run", "--seccomp", &path, "--"]).and(witness(&words));
    let ended = run.end();
    (ended.code, ended.out.trim().to_owned())
}

#[test]
fn each_action_does_what_it_says() {
    // Looks like getpriority(2) made, failing, or ending its process by SIGSYS.
    let getpriority = libc::SYS_getpriority.to_string();
    for who in Who::BOTH {
        for (action, code, said) in [
            ("allow", 0, "done"),
            ("log", 0, "done"),
            ("errno EACCES", 0, "EACCES"),
            ("errno 38", 0, "ENOSYS"),
            ("trap", 128 + libc::SIGSYS, ""),
            ("kill", 128 + libc::SIGSYS, ""),
        ] {
            let filter = format!("include default\n{action} getpriority # and no other\n");
            let seen = tried(who, &filter, &[&getpriority, "0", "0"]);
            assert_eq!((seen.0, seen.1.as_str()), (code, said), "{who:?} {action}");
        }
    }
}

#[test]
fn conditions_look_at_all_of_an_argument() {
    // Looks like lseek(2) on standard input, which is no file, allowed for some offsets only.
    let lseek = libc::SYS_lseek.to_string();
    for (condition, offset, is_allowed) in [
        ("arg1 == 5", "5", true),
        ("arg1 == 5", "6", false),
        ("arg1 == 5", "0x100000005", false),
        ("arg1 & 0xffffffff == 5", "0x100000005", true),
        ("arg1 != 5", "0x100000005", true),
        ("arg1 < 0x100000000", "0xffffffff", true),
        ("arg1 < 0x100000000", "0x100000000", false),
        ("arg1 >= 0x200000001", "0x200000000", false),
        ("arg1 >= 0x200000001", "0x300000000", true),
        ("arg1 > 7 and arg1 <= 9", "9", true),
        ("arg1 > 7 and arg1 <= 9", "7", false),
        ("arg1 > 7 and arg2 == 1", "9", false),
    ] {
        let filter = format!("include default\nerrno EACCES lseek\nallow lseek if {condition}\n");
        let (code, said) = tried(Who::User, &filter, &[&lseek, "99", offset, "0"]);
        let expected = if is_allowed { "EBADF" } else { "EACCES" };
        assert_eq!((code, said.as_str()), (0, expected), "{condition} for {offset}");
    }
}

#[test]
fn a_list_of_ones_own_is_enough_for_a_small_program() {
    // Looks like a static program under a filter of ten calls, and another one that is killed.
    let filter = "default kill\n\
                  allow execve exit_group exit read write brk arch_prctl set_tid_address\n\
                  allow set_robust_list rseq prlimit64 readlinkat readlink getrandom mprotect\n\
                  allow getuid geteuid getgid getegid setuid setgid newfstatat fstat ioctl\n\
                  allow prctl mmap munmap rt_sigaction rt_sigprocmask gettid tgkill futex uname\n";
    let directory = file::directory();
    let path = file::write(&directory, "small.seccomp", 0o644, filter);
    let run = |words: &[&str]| {
        let all = [&["run", "--seccomp", &path, "--", "/bin/busybox"], words].concat();
        Run::nsinit(Who::User, &all).end()
    };
    assert_eq!(run(&["echo", "hello"]).quietly(0), "hello\n");
    assert_eq!(run(&["mkdir", "/tmp/never"]).code, 128 + libc::SIGSYS);
}

#[test]
fn a_path_in_a_file_is_beside_that_file() {
    // Looks like seccomp = "own.seccomp", from whatever directory nsinit is started in.
    let directory = file::directory();
    file::write(&directory, "own.seccomp", 0o644, "include default\nerrno EACCES getpriority\n");
    let text = "[security]\nseccomp = \"own.seccomp\"\n";
    let path = file::write(&directory, "box.toml", 0o644, text);
    let call = witness(&["call", &libc::SYS_getpriority.to_string()]);
    let run = Run::nsinit(Who::User, &["run", &path, "--"]).and(call);
    assert_eq!(run.end().quietly(0), "EACCES\n");
}

#[test]
fn a_filter_is_there_in_every_mode_and_brings_no_new_privs() {
    // Looks like Seccomp 2 and NoNewPrivs 1 in /proc/self/status, and one filter.
    for mode in Mode::ALL {
        let command = ["cat", "/proc/self/status"];
        let run = Run::mode(mode, Who::User, &["--seccomp", "default"], &command);
        let status = run.end().quietly(0);
        for (field, expected) in [("Seccomp", "2"), ("Seccomp_filters", "1"), ("NoNewPrivs", "1")] {
            assert_eq!(proc::field(&status, field), expected, "{mode:?} {field}");
        }
    }
    let status = Run::nsinit(Who::Root, &["run", "--seccomp=default", "--no-no-new-privs", "--"])
        .and(["cat", "/proc/self/status"]);
    let status = status.end().quietly(0);
    assert_eq!((proc::field(&status, "Seccomp"), proc::field(&status, "NoNewPrivs")), ("2", "0"));
}

/// One instruction of classic BPF.
fn instruction(code: u16, yes: u8, no: u8, k: u32) -> Vec<u8> {
    let mut bytes = code.to_le_bytes().to_vec();
    bytes.extend([yes, no]);
    bytes.extend(k.to_le_bytes());
    bytes
}

/// A program by which one call fails with one error.
fn denies(call: libc::c_long, errno: u32) -> Vec<u8> {
    [
        instruction(0x20, 0, 0, 0),
        instruction(0x15, 0, 1, u32::try_from(call).unwrap()),
        instruction(0x06, 0, 0, 0x0005_0000 | errno),
        instruction(0x06, 0, 0, 0x7fff_0000),
    ]
    .concat()
}

#[test]
fn ready_programs_come_by_descriptors_as_with_bubblewrap() {
    // Looks like --seccomp 9 9<FILE; with --add-seccomp-fd all of them hold, beside ours, too.
    let directory = file::directory();
    let one = file::write(&directory, "one", 0o644, denies(libc::SYS_getpriority, 13));
    let two = file::write(&directory, "two", 0o644, denies(libc::SYS_setpriority, 13));
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let script = |flags: &str, call: libc::c_long| {
        let words = witness(&["call", &call.to_string(), "0", "0", "1"]).join(" ");
        let text = format!("exec {nsinit} run {flags} 8<{one} 9<{two} -- {words}");
        Run::command(Who::User, ["sh", "-c", &text]).end().quietly(0).trim().to_owned()
    };
    let (get, set) = (libc::SYS_getpriority, libc::SYS_setpriority);
    assert_eq!(script("--seccomp 8", get), "EACCES");
    assert_eq!(script("--seccomp 8", set), "done");
    assert_eq!(script("--add-seccomp-fd 8 --add-seccomp-fd 9", get), "EACCES");
    assert_eq!(script("--add-seccomp-fd 8 --add-seccomp-fd 9", set), "EACCES");
    assert_eq!(script("--seccomp default --add-seccomp-fd 9", set), "EACCES");
    assert_eq!(script("--seccomp default --add-seccomp-fd 9", libc::SYS_bpf), "EPERM");
    // Nobody else inherits them.
    let text = format!("exec {nsinit} --seccomp 9 9<{one} -- ls /proc/self/fd");
    let open = Run::command(Who::User, ["sh", "-c", &text]).end().quietly(0);
    assert!(open.split_whitespace().all(|number| number != "9"), "{open}");
}

#[test]
fn a_command_that_is_not_there_ends_under_any_filter() {
    // Looks like 127 where the file allows hardly more than execve(2), and nothing that hangs.
    let filter = "default errno EPERM\nallow execve exit_group\n";
    let path = file::write(&file::directory(), "tight.seccomp", 0o644, filter);
    for who in Who::BOTH {
        let run = Run::nsinit(who, &["run", "--seccomp", &path, "--", "/nope"]);
        run.end().saying(127, &["execute \"/nope\": ENOENT"]);
    }
    // A ready program can refuse even the end.
    let all = instruction(0x06, 0, 0, 0x0005_0001);
    let program = file::write(&file::directory(), "nothing", 0o644, all);
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let text = format!("exec {nsinit} run --seccomp 9 9<{program} -- true");
    let ended = Run::command(Who::User, ["sh", "-c", &text]).end();
    assert!(ended.code == 126 && ended.err.contains("execute \"true\": EPERM"), "{}", ended.err);
    fs::remove_file(program).unwrap();
}

#[test]
fn a_root_of_its_own_brings_the_default_filter() {
    // Looks like Seccomp 2 with --ro-bind / / and nothing said, 0 with --seccomp none.
    let root = ["run", "--ro-bind", "/", "/", "--proc", "/proc"];
    for who in Who::BOTH {
        for (flags, filters) in [
            (&[][..], "1"),
            (&["--seccomp=none"], "0"),
            (&["--no-no-new-privs"], "0"),
            (&["--seccomp=default"], "1"),
        ] {
            let words = [&root[..], flags, &["--", "cat", "/proc/self/status"]].concat();
            let status = Run::nsinit(who, &words).end().quietly(0);
            assert_eq!(proc::field(&status, "Seccomp_filters"), filters, "{who:?} {flags:?}");
        }
        let words = ["run", "--", "cat", "/proc/self/status"];
        let status = Run::nsinit(who, &words).end().quietly(0);
        assert_eq!(proc::field(&status, "Seccomp_filters"), "0", "{who:?}");
    }
}
