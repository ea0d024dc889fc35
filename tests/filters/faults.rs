//! Filters that cannot be taken: exit code 125 with the place and what to do, and nothing was
//! started.

use super::support::{Run, Who, file};

/// A file that is refused.
#[track_caller]
fn refused(filter: &str, words: &[&str]) {
    let path = file::write(&file::directory(), "bad.seccomp", 0o644, filter);
    let run = Run::nsinit(Who::User, &["run", "--seccomp", &path, "--", "echo", "started"]);
    let ended = run.end();
    assert_eq!(ended.out, "", "{filter}");
    ended.saying(125, words);
}

#[test]
fn every_fault_has_its_place_and_its_remedy() {
    // Looks like run: bad.seccomp:2:7: no system call is called "raed", and the near name.
    let table: [(&str, &[&str]); 16] = [
        (
            "default errno EPERM\nallow readlnk\n",
            &["bad.seccomp:2:7: ", "\"readlnk\"", "try: readlink"],
        ),
        ("default errno EPERM\nallow  read zzz\n", &[":2:13: no system call is called \"zzz\""]),
        (
            "default errno EFOO\n",
            &[":1:15: no error is called \"EFOO\"", "try: a name of errno(3)"],
        ),
        ("default errno\n", &[":1:14: no error is called \"\""]),
        ("default\n", &[":1:8: no action", "try: default errno EPERM"]),
        ("alow read\n", &[":1:1: no line begins with \"alow\"", "try: allow"]),
        ("allow\n", &[":1:6: no system call", "try: allow read write"]),
        ("allow if arg0 == 1\n", &["no system call"]),
        ("include other\n", &[":1:9: \"other\" cannot be included", "try: include default"]),
        ("include default now\n", &[":1:17: nothing can stand there: \"now\""]),
        ("allow read if arg6 == 1\n", &[":1:15: \"arg6\" is no part of a comparison"]),
        ("allow read if arg0 = 1\n", &[":1:20: \"=\" is no part"]),
        (
            "allow read if arg0 & 0xf == 0x10\n",
            &[":1:29: no argument can be \"0x10\" here", "mask"],
        ),
        ("default kill\ndefault kill\n", &[":2:1: \"default\" is said twice"]),
        ("allow read execve exit_group\n", &[":2:1: nothing says what becomes of the other calls"]),
        (
            "default errno EPERM\nallow read exit_group\n",
            &[":3:1: execve is refused whatever its arguments", "try: allow execve exit_group"],
        ),
    ];
    for (filter, words) in table {
        refused(filter, words);
    }
}

#[test]
fn names_of_the_other_machine_are_no_fault() {
    // Looks like open(2), which aarch64 has not, beside openat(2): one file for both.
    let filter = "include default\nallow open openat mkdir mkdirat vfork\n";
    let path = file::write(&file::directory(), "both.seccomp", 0o644, filter);
    Run::nsinit(Who::User, &["run", "--seccomp", &path, "--", "true"]).end().quietly(0);
}

#[test]
fn check_tells_every_fault_of_a_filter_that_a_file_names() {
    // Looks like every fault of it, the same from check and from run.
    let directory = file::directory();
    file::write(&directory, "bad.seccomp", 0o644, "allow raed\nfoo\nallow wriet read\n");
    let text = "[security]\nseccomp = \"bad.seccomp\"\n[[service]]\ncommand = [\"true\"]\n";
    let path = file::write(&directory, "box.toml", 0o644, text);
    let checked = Run::nsinit(Who::User, &["check", &path]).end();
    let lines = checked.err.lines().filter(|line| line.starts_with("check: "));
    assert_eq!((checked.code, lines.count()), (1, 4), "{}", checked.err);
    let run = Run::nsinit(Who::User, &["run", &path]).end();
    assert_eq!(run.err.replace("run: ", "check: "), checked.err);
    run.saying(125, &["bad.seccomp:1:7: "]);
}

#[test]
fn too_much_is_refused_with_the_limit() {
    // Looks like the number of rules, and of instructions.
    let rules: String = (0..300).map(|n| format!("allow read if arg0 == {n}\n")).collect();
    refused(&format!("include default\n{rules}"), &["more than 256 rules that compare arguments"]);
    let long = "allow read if arg0 == 0x100000001 and arg1 == 0x100000001\n".repeat(250);
    refused(&format!("default kill\nallow execve exit_group\n{long}"), &["more than 256 rules"]);
    let large = "# a comment that fills the file\n".repeat(3000);
    refused(&large, &["is larger than 65536 bytes"]);
}

#[test]
fn what_cannot_be_read_is_refused() {
    // Looks like the path and ENOENT, a descriptor and EBADF, and bytes that are no program.
    let run = |flags: &[&str]| {
        let words = [&["run"], flags, &["--", "echo", "started"]].concat();
        Run::nsinit(Who::User, &words).end()
    };
    run(&["--seccomp", "/nope"]).saying(125, &["run: argument 2: read \"/nope\": ENOENT"]);
    run(&["--seccomp", "77"]).saying(125, &["run: argument 2: read descriptor 77: EBADF"]);
    run(&["--seccomp", "1"]).saying(125, &["\"1\" is not between 3 and 65535"]);
    run(&["--add-seccomp-fd", "x"]).saying(125, &["add-seccomp-fd: \"x\" is no whole number"]);
    let nsinit = file::text(&super::support::who::programs().nsinit);
    let directory = file::directory();
    for (name, content) in [("odd", &[6u8, 0, 0, 0, 0, 0, 0xff, 0x7f, 0][..]), ("empty", &[])] {
        let path = file::write(&directory, name, 0o644, content);
        let text = format!("exec {nsinit} run --seccomp 9 9<{path} -- echo started");
        let ended = Run::command(Who::User, ["sh", "-c", &text]).end();
        ended.saying(125, &["what comes from descriptor \"9\" is no filter"]);
    }
}

#[test]
fn a_filter_without_no_new_privs_is_roots_alone() {
    // Looks like a step that names its reason, for an ordinary user that changes ids first.
    let words = ["run", "--seccomp=default", "--no-no-new-privs", "--user=65534", "--", "true"];
    let ended = Run::nsinit(Who::Root, &words).end();
    ended.saying(125, &["filter system calls as default: EACCES", "try: no-new-privs = true"]);
}
