//! PID 1 itself: whoever can trace it, or look into it, has what it has.

use super::support::{Run, Who, witness};

/// Whose rights, how nsinit is started without the defence, and how with it. Root inside has
/// CAP_SYS_PTRACE as long as nobody takes it; root of a user namespace has it there.
const TABLE: [(Who, &[&str], &[&str]); 2] = [
    (Who::Root, &["run"], &["run", "--seccomp=default"]),
    (Who::User, &["run", "--uid=0", "--gid=0"], &["run", "--uid=0", "--gid=0", "--lock-in"]),
];

/// What a shell says to this inside, with its errors.
fn says(who: Who, flags: &[&str], script: &str) -> String {
    let words = [flags, &["--", "sh", "-c", script]].concat();
    let ended = Run::nsinit(who, &words).end();
    ended.out + &ended.err
}

#[test]
fn nobody_traces_pid_1() {
    // Looks like EPERM for PTRACE_SEIZE, which is done where PID 1 is not hidden.
    let ptrace = libc::SYS_ptrace.to_string();
    for (who, without, with) in TABLE {
        for (flags, expected) in [(without, "done"), (with, "EPERM")] {
            let words = witness(&["call", &ptrace, "0x4206", "1", "0", "0"]);
            let run = Run::nsinit(who, flags).and(["--"]).and(words);
            assert_eq!(run.end().quietly(0).trim(), expected, "{who:?} {flags:?}");
        }
    }
}

#[test]
fn nobody_reads_what_pid_1_has() {
    // Looks like "Permission denied" for its environment, its memory, its program, and where its
    // descriptors lead.
    for (who, without, with) in TABLE {
        for (script, seen) in [
            ("tr '\\0' '\\n' </proc/1/environ | grep -c ^PATH=", "1\n"),
            ("readlink /proc/1/exe | grep -c nsinit", "1\n"),
            ("readlink /proc/1/fd/0", "/dev/null\n"),
            (": </proc/1/mem && echo open", "open\n"),
            ("grep -c . /proc/1/maps >/dev/null && echo open", "open\n"),
        ] {
            assert_eq!(says(who, without, script), seen, "{who:?} {script}");
            let said = says(who, with, script);
            assert_ne!(said, seen, "{who:?} {script}");
            let is_denied = said.contains("Permission denied") || ["", "0\n"].contains(&&*said);
            assert!(is_denied, "{who:?} {script}: {said}");
        }
    }
}

#[test]
fn nobody_opens_our_program_for_writing() {
    // Looks like EACCES at once, where the kernel alone would only say that it is in use until we
    // have ended (CVE-2019-5736).
    let script = ": <>/proc/1/exe";
    for (who, without, with) in TABLE {
        assert!(!says(who, without, script).contains("Permission denied") || who == Who::User);
        assert!(says(who, with, script).contains("Permission denied"), "{who:?}");
    }
    assert!(says(Who::Root, &["run"], script).contains("Text file busy"));
}
