//! How it ends: the exit code is the workload's own, 128+N for a signal, and what a shell would say
//! of a program that cannot be run.

use super::support::{Mode, Run, Who, file, witness};

/// The end of one command in every mode, as root and as an ordinary user.
fn ends_with(code: i32, flags: &[&str], command: &[&str]) {
    for who in Who::BOTH {
        for mode in Mode::ALL {
            let ended = Run::mode(mode, who, flags, command).end();
            assert_eq!(ended.code, code, "{who:?} {mode:?} {command:?}: {}", ended.err);
        }
    }
}

#[test]
fn the_exit_code_is_the_workloads_own() {
    // Looks like `exit N` for a sample of 0 to 255, our own codes among them, without a word.
    for code in [0, 1, 2, 7, 63, 64, 123, 124, 125, 126, 127, 128, 137, 192, 254, 255] {
        for who in Who::BOTH {
            let script = format!("exit {code}");
            let out = Run::nsinit(who, &["run", "--", "sh", "-c", &script]).end().quietly(code);
            assert_eq!(out, "");
        }
    }
    ends_with(7, &[], &["sh", "-c", "exit 7"]);
    ends_with(125, &[], &["sh", "-c", "exit 125"]);
}

#[test]
fn a_workload_that_a_signal_ends_is_128_and_its_number() {
    // Looks like kill(getpid(), N) for every N that ends a process by default, without a word.
    let is_harmless = |number: &i32| {
        [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH].contains(number)
            || (libc::SIGSTOP..=libc::SIGTTOU).contains(number)
    };
    for number in (1..=64).filter(|number| !is_harmless(number)) {
        for who in Who::BOTH {
            let run = Run::nsinit(who, &["run", "--"]).and(witness(&["die", &number.to_string()]));
            assert_eq!(run.end().quietly(128 + number), "", "signal {number}");
        }
    }
    ends_with(137, &[], &["sh", "-c", "kill -9 $$"]);
    ends_with(143, &[], &["sh", "-c", "kill $$"]);
}

#[test]
fn signals_that_are_ignored_by_default_end_nothing() {
    // Looks like CHLD, CONT, URG and WINCH followed by the exit code.
    for name in ["CHLD", "CONT", "URG", "WINCH"] {
        ends_with(3, &[], &["sh", "-c", &format!("kill -{name} $$; exit 3")]);
    }
}

#[test]
fn a_script_without_a_first_line_for_the_kernel_is_run_by_the_shell() {
    // Looks like execvp(3): by path and by PATH, arguments in place, its own exit code.
    let directory = file::directory();
    let script = file::write(&directory, "bare", 0o755, "echo \"$0: $*\"\nexit 5\n");
    let path = format!("{}:/usr/bin:/bin", directory.to_str().unwrap());
    for who in Who::BOTH {
        for (program, flags) in [(script.as_str(), ["--env", "X=1"]), ("bare", ["--nice", "1"])] {
            let words = [&["run"], &flags[..], &["--", program, "a", "b c"]].concat();
            let out = Run::nsinit(who, &words).env("PATH", &path).end().quietly(5);
            assert_eq!(out, format!("{script}: a b c\n"));
        }
    }
}

#[test]
fn the_search_in_path_is_that_of_execvp() {
    // Looks like going on past what cannot be run or is not there; an empty entry is here.
    let [first, second] = [file::directory(), file::directory()];
    file::write(&first, "tool", 0o644, "#!/bin/sh\nexit 1\n");
    file::write(&second, "tool", 0o755, "#!/bin/sh\nexit 9\n");
    std::fs::create_dir(first.join("other")).unwrap();
    let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());
    let table = [
        (format!("{first}:/nowhere:{second}"), "tool", "/", 9),
        (format!("/etc/passwd:{second}"), "tool", "/", 9),
        (format!("{first}:"), "tool", second, 9),
        (first.to_string(), "tool", "/", 126),
        (first.to_string(), "other", "/", 126),
        (first.to_string(), "nothing", "/", 127),
        (String::new(), "tool", second, 9),
    ];
    for who in Who::BOTH {
        for (path, program, directory, code) in &table {
            let run = Run::nsinit(who, &["run", "--", program]).env("PATH", path);
            let ended = run.directory(directory.as_ref()).end();
            assert_eq!(ended.code, *code, "{who:?} {program} in {path:?}: {}", ended.err);
        }
    }
}

#[test]
fn a_path_set_for_the_service_is_the_one_searched() {
    // Looks like --env PATH=…, as env(1) does it.
    let directory = file::directory();
    file::write(&directory, "tool", 0o755, "#!/bin/sh\nexit 9\n");
    let said = format!("PATH={}:/usr/bin:/bin", directory.to_str().unwrap());
    ends_with(9, &["--env", &said], &["tool"]);
}

#[test]
fn what_cannot_be_run_is_126_and_what_is_not_there_127() {
    // Looks like a shell's codes, in every mode.
    ends_with(127, &[], &["/nope"]);
    ends_with(127, &[], &["nope"]);
    ends_with(126, &[], &["/etc"]);
    ends_with(126, &[], &["/etc/passwd"]);
    ends_with(126, &[], &["/etc/passwd/nope"]);
    ends_with(125, &["--cwd", "/nope"], &["true"]);
    ends_with(125, &["--nonsense"], &["true"]);
}
