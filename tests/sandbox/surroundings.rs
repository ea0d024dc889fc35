//! What the workload is given of the world it was started in: descriptors, environment, directory,
//! mode mask, arguments; and that it costs the caller nothing.

use std::fs::File;

use super::support::deny::deny;
use super::support::{Run, Who, file};

#[test]
fn inherited_descriptors_above_2_are_closed() {
    // Looks like a file open at numbers 3, 9 and 250 outside, and 0 to 2 inside (3 is ls's own).
    let source = File::open("/dev/null").unwrap();
    for who in Who::BOTH {
        let run = || Run::nsinit(who, &["run", "--", "ls", "/proc/self/fd"]);
        let run = || [3, 9, 250].into_iter().fold(run(), |run, number| run.giving(&source, number));
        assert_eq!(run().end().quietly(0), "0\n1\n2\n3\n", "{who:?}");
        // Linux before 5.9 has no close_range(2).
        let old = run().before_exec(|| deny(&[libc::SYS_close_range], libc::ENOSYS));
        assert_eq!(old.end().quietly(0), "0\n1\n2\n3\n", "{who:?}");
    }
}

#[test]
fn a_start_without_descriptors_0_to_2_works_and_opens_none_of_them() {
    // Looks like `ls /proc/self/fd` into a file it opens itself: nothing of ours took a low number.
    for who in Who::BOTH {
        let list = file::text(&file::directory().join("list"));
        let words = ["run", "--", "sh", "-c", "exec 5>\"$1\"; ls /proc/self/fd >&5", "sh", &list];
        let run = Run::nsinit(who, &words).before_exec(|| {
            for number in 0..=2 {
                // SAFETY: an integer in.
                unsafe { libc::close(number) };
            }
        });
        let ended = run.end();
        let seen = std::fs::read_to_string(&list).unwrap();
        assert_eq!((ended.code, seen.as_str()), (0, "0\n1\n5\n"), "{who:?}");
    }
}

#[test]
fn the_environment_is_passed_on_as_it_is() {
    // Looks like the same bytes in /proc/self/environ: order, empty values, no `=`, no UTF-8.
    for who in Who::BOTH {
        let run = |words: &[&str]| {
            let run = Run::command(who, words.iter().copied()).and(["cat", "/proc/self/environ"]);
            run.env("EMPTY", "").env("ODD", "a=b\tc\u{1}").end().quietly(0)
        };
        let unmarked = |environ: String| -> Vec<String> {
            let variables = environ.split('\0').filter(|pair| !pair.starts_with("NSINIT_TEST="));
            variables.map(String::from).collect()
        };
        let nsinit = file::text(&super::support::who::programs().nsinit);
        let inside = unmarked(run(&[&nsinit, "run", "--"]));
        assert_eq!(inside, unmarked(run(&["env"])), "{who:?}");
        assert!(inside.contains(&"ODD=a=b\tc\u{1}".to_string()));
    }
}

#[test]
fn the_environment_can_be_changed_and_cleared() {
    // Looks like env(1): set, unset, and only what was set.
    for who in Who::BOTH {
        let table: [(&[&str], &str); 3] = [
            (&["--env", "A=1", "--setenv", "B", "2", "--unset-env", "C,LC_ALL"], "A=1\nB=2\nD=4\n"),
            (&["--clear-env", "--env=A=1", "--env", "A=2"], "A=2\n"),
            (&["--unsetenv", "D", "--env", "C=new value"], "LC_ALL=C\nC=new value\n"),
        ];
        for (flags, expected) in table {
            let words = [&["run"], flags, &["--", "/usr/bin/env"]].concat();
            let out = Run::nsinit(who, &words).env("C", "3").env("D", "4").end().quietly(0);
            let is_ours = |line: &&str| !line.starts_with("PATH=") && !line.starts_with("NSINIT");
            let mut lines: Vec<&str> = out.lines().filter(is_ours).collect();
            let mut expected: Vec<&str> = expected.lines().collect();
            lines.sort_unstable();
            expected.sort_unstable();
            assert_eq!(lines, expected, "{who:?} {flags:?}");
        }
    }
}

#[test]
fn the_working_directory_is_kept_or_as_said() {
    // Looks like pwd.
    let directory = file::directory();
    for who in Who::BOTH {
        let pwd = |flags: &[&str]| {
            let words = [&["run"], flags, &["--", "/bin/pwd"]].concat();
            Run::nsinit(who, &words).directory(&directory).end().quietly(0)
        };
        assert_eq!(pwd(&[]).trim_end(), directory.to_str().unwrap());
        assert_eq!(pwd(&["--chdir", "/usr"]), "/usr\n");
        assert_eq!(pwd(&["--cwd=/usr/bin"]), "/usr/bin\n");
    }
}

#[test]
fn the_mode_mask_and_the_arguments_are_passed_on_as_they_are() {
    // Looks like umask 027 and arguments that look like flags, empty ones, and a thousand.
    for who in Who::BOTH {
        let many: Vec<String> = (0..1000).map(|number| format!("--{number}")).collect();
        let script = "umask; echo $# \"<$1>\" \"<$2>\" \"<$3>\"; shift 1002; echo \"$1\"";
        let words = ["run", "--", "sh", "-c", script, "sh", "", "--hostname", "a b"];
        let run = Run::nsinit(who, &words).and(&many).before_exec(|| {
            // SAFETY: an integer in.
            unsafe { libc::umask(0o027) };
        });
        assert_eq!(run.end().quietly(0), "0027\n1003 <> <--hostname> <a b>\n--999\n", "{who:?}");
    }
}

#[test]
fn a_program_named_like_a_verb_or_a_file_runs_behind_two_dashes() {
    // Looks like `nsinit run -- run.toml`, a script in PATH.
    let directory = file::directory();
    let script = "#!/bin/sh\necho \"$0 $*\"\n";
    file::write(&directory, "run.toml", 0o755, script);
    let path = format!("{}:/usr/bin:/bin", directory.to_str().unwrap());
    for who in Who::BOTH {
        let run = Run::nsinit(who, &["run", "--", "run.toml", "run"]).env("PATH", &path);
        let expected = format!("{}/run.toml run\n", directory.to_str().unwrap());
        assert_eq!(run.end().quietly(0), expected);
    }
}
