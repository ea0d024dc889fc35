//! The other ways of taking rights away.

use super::support::{Mode, Run, Who, file, proc, witness};

/// What comes of memory that is writable and executable at once.
fn mapped(mode: Mode, who: Who, flags: &[&str]) -> String {
    let number = libc::SYS_mmap.to_string();
    let call = witness(&["call", &number, "0", "4096", "7", "0x22", "0xffffffffffffffff", "0"]);
    Run::mode(mode, who, flags, &call).end().quietly(0).trim().to_owned()
}

#[test]
fn memory_is_written_or_executed() {
    // Looks like EACCES for mmap(2) with both, in every mode, and programs that go on to run.
    for mode in Mode::ALL {
        for who in Who::BOTH {
            assert_eq!(mapped(mode, who, &[]), "done", "{mode:?} {who:?}");
            assert_eq!(mapped(mode, who, &["--memory-deny-write"]), "EACCES", "{mode:?} {who:?}");
        }
    }
    let script = "test -e \"$0\" && exit 0; : >\"$0\"; exec false";
    let again = file::text(&file::directory().join("again"));
    let words = ["run", "--memory-deny-write", "--restart=on-failure", "--restart-delay=1ms", "--"];
    let run = Run::nsinit(Who::Root, &words).and(["/bin/sh", "-c", script, &again]);
    let ended = run.end();
    assert_eq!(ended.code, 0, "{}", ended.err);
}

#[test]
fn whoever_confines_gets_the_rest_of_it() {
    // Looks like what a container has: by a filter, by Landlock, or by a root; a plain run has all.
    let status = |flags: &[&str]| {
        let words = [&["run"], flags, &["--", "cat", "/proc/self/status"]].concat();
        Run::nsinit(Who::Root, &words).end().quietly(0)
    };
    let of_container = "00000000800405fb";
    for flags in [
        &["--seccomp=default"][..],
        &["--landlock-read=/"],
        &["--memory-deny-write"],
        &["--bind=/", "/"],
    ] {
        let flags: Vec<&str> =
            if flags[0] == "--bind=/" { vec!["--bind", "/", "/"] } else { flags.into() };
        let status = status(&flags);
        for set in ["CapPrm", "CapEff", "CapBnd"] {
            assert_eq!(proc::field(&status, set), of_container, "{flags:?} {set}");
        }
        assert_eq!(proc::field(&status, "NoNewPrivs"), "1", "{flags:?}");
    }
    for flags in [&[][..], &["--seccomp=none"], &["--no-memory-deny-write"], &["--hostname=box"]] {
        assert_ne!(proc::field(&status(flags), "CapEff"), of_container, "{flags:?}");
    }
    // Without no_new_privs a filter needs more than a container has, so that nothing is dropped.
    let free = status(&["--seccomp=default", "--no-no-new-privs"]);
    assert_ne!(proc::field(&free, "CapEff"), of_container);
}
