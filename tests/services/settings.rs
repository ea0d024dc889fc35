//! What each service is given: environment, directory, ids, limits, standard streams, a session.

use std::fs;

use super::support::{Ended, Mode, Run, Who, file, proc};
use super::{logged, run_file};

/// One service with these keys that runs a script; how it ended.
fn script(who: Who, keys: &str, script: &str) -> Ended {
    let text = format!("[[service]]\ncommand = ['sh', '-c', '''{script}''']\n{keys}\n");
    run_file(who, &file::directory(), &text).end()
}

/// What a script prints in a service with these keys.
#[track_caller]
fn check(who: Who, keys: &str, text: &str, expected: &str) {
    assert_eq!(script(who, keys, text).quietly(0), expected, "{who:?} {keys}");
}

#[test]
fn environment_directory_and_mode_mask_are_as_said() {
    // Looks like env, pwd and umask, each in its own service.
    for who in Who::BOTH {
        check(who, "env = { TZ = 'UTC', A = 'b c' }", "echo $TZ $A $LC_ALL", "UTC b c C\n");
        check(who, "clear-env = true\nenv = { A = '1' }", "echo $A $LC_ALL", "1\n");
        check(who, "unset-env = ['LC_ALL']", "echo ${LC_ALL-none}", "none\n");
        check(who, "cwd = '/usr'", "/bin/pwd", "/usr\n");
        check(who, "umask = '0077'", "umask", "0077\n");
    }
}

#[test]
fn a_program_hears_the_name_that_it_is_to_have() {
    // Looks like $0 of a shell, which was found by the first word of its command all the same; with
    // and without variables of its own, and as a script without a first line.
    for who in Who::BOTH {
        check(who, "argv0 = '-sh'", "echo $0", "-sh\n");
        check(who, "argv0 = ''\nenv = { A = '1' }", "echo \"[$0]\" $A", "[] 1\n");
        for mode in [Mode::Run, Mode::Subreaper] {
            let words = ["sh", "-c", "echo $0 $1", "own", "two"];
            let run = |words: &[&str]| Run::mode(mode, who, &["--argv0", "other"], words).end();
            assert_eq!(run(&words).quietly(0), "own two\n");
            assert_eq!(run(&words[..3]).quietly(0), "other\n");
        }
        let directory = file::directory();
        let script = file::write(&directory, "script", 0o755, "echo $0 $1\n");
        let run = Run::nsinit(who, &["run", "--argv0", "other", "--", &script, "one"]);
        assert_eq!(run.end().quietly(0), format!("{script} one\n"));
    }
}

#[test]
fn limits_nice_and_oom_score_are_as_said() {
    // Looks like ulimit, nice and /proc/self/oom_score_adj.
    for who in Who::BOTH {
        check(who, "rlimits = { nofile = 64 }", "ulimit -Sn; ulimit -Hn", "64\n64\n");
        check(who, "rlimits = { nofile = '64:128' }", "ulimit -Sn; ulimit -Hn", "64\n128\n");
        let both = "rlimits = { core = 0, stack = '4096000:infinity' }";
        check(who, both, "ulimit -c; ulimit -s", "0\n4000\n");
        check(who, "nice = 7", "nice", "7\n");
        check(who, "oom-score-adj = 300", "cat /proc/self/oom_score_adj", "300\n");
    }
    check(Who::Root, "nice = -3", "nice", "-3\n");
}

#[test]
fn an_ordinary_user_hears_what_it_may_not() {
    // Looks like 125, the step, and which capability would do.
    let table = [
        ("nice = -3", "set nice -3", "CAP_SYS_NICE"),
        ("rlimits = { nofile = 'infinity' }", "set rlimit nofile to infinity", "CAP_SYS_RESOURCE"),
        ("oom-score-adj = -900", "set oom_score_adj -900", "CAP_SYS_RESOURCE"),
    ];
    for (keys, step, why) in table {
        script(Who::User, keys, "true").saying(125, &[step, why]);
    }
    let denied = script(Who::User, "groups = ['daemon']", "true");
    denied.saying(125, &["groups cannot be set in this user namespace", "why:", "try:"]);
}

#[test]
fn user_and_groups_are_those_of_passwd_and_group() {
    // Looks like id(1) and the variables of a login, from the lines of Debian's own files.
    let id = "id -u; id -g; id -G; echo $HOME $USER $LOGNAME $SHELL";
    let daemon = "/usr/sbin daemon daemon /usr/sbin/nologin";
    let table = [
        ("user = 'daemon'", format!("1\n1\n1\n{daemon}\n")),
        ("user = 1", format!("1\n1\n1\n{daemon}\n")),
        ("user = 'daemon'\ngroup = 'games'", format!("1\n60\n60\n{daemon}\n")),
        ("user = 'daemon:games'", format!("1\n60\n60\n{daemon}\n")),
        ("user = '1:60'", format!("1\n60\n60\n{daemon}\n")),
        ("user = 'daemon:60'\ngroups = [8]", format!("1\n60\n60 8\n{daemon}\n")),
        ("user = 'daemon'\ngroups = ['games', 'tty', 8]", format!("1\n1\n1 5 8 60\n{daemon}\n")),
        ("user = 4242", "4242\n4242\n4242\n/elsewhere\n".into()),
        ("group = 'tty'", "0\n5\n5\n/elsewhere\n".into()),
        ("groups = ['tty']", "0\n0\n0 5\n/elsewhere\n".into()),
    ];
    for (keys, expected) in table {
        let text = format!("[[service]]\ncommand = ['sh', '-c', '{id}']\n{keys}\n");
        let run = run_file(Who::Root, &file::directory(), &text).env("HOME", "/elsewhere");
        assert_eq!(run.end().quietly(0), expected, "{keys}");
    }
}

#[test]
fn a_user_inside_a_user_namespace_is_one_of_its_ids() {
    // Looks like user = 7 in a namespace that maps 0 to 9, and 70 refused with the reason.
    let id = "id -u; id -g; id -G";
    let run = |user: &str| {
        let maps = ["run", "--uid-map", "0 100000 10", "--gid-map", "0 100000 10", "--user", user];
        Run::nsinit(Who::Root, &maps).and(["--", "sh", "-c", id]).end()
    };
    assert_eq!(run("7").quietly(0), "7\n7\n7\n");
    run("70").saying(125, &["become user 70: EINVAL", "not mapped", "try:"]);
}

#[test]
fn standard_streams_go_where_they_are_said_to_go() {
    // Looks like files that are appended to, null that swallows, and a file as input.
    for who in Who::BOTH {
        let directory = file::directory();
        let input = file::write(&directory, "input", 0o644, "from a file\n");
        file::write(&directory, "log", 0o666, "before\n");
        let text = format!(
            "[[service]]
            command = ['sh', '-c', 'cat; echo error >&2; echo out']
            stdin = {{ file = '{input}' }}
            stdout = {{ file = '%LOG' }}
            stderr = 'null'"
        );
        run_file(who, &directory, &text).end().quietly(0);
        assert_eq!(logged(&directory), ["before", "from a file", "out"], "{who:?}");
        check(who, "stdout = 'null'", "echo out; ls /proc/self/fd >/dev/null", "");
        check(who, "stdin = 'null'", "cat; echo over", "over\n");
        script(who, "stderr = 'inherit'", "echo error >&2").saying(0, &["error"]);
        let made = fs::read_dir(&directory).unwrap().count();
        assert_eq!(made, 3, "input, log and test.toml");
    }
}

#[test]
fn a_new_file_for_output_is_made() {
    // Looks like stdout = file that was not there, written twice by two runs.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "[[service]]\ncommand = ['echo', 'x']\nstdout = { file = '%LOG' }";
        run_file(who, &directory, text).end().quietly(0);
        run_file(who, &directory, text).end().quietly(0);
        assert_eq!(logged(&directory), ["x", "x"]);
    }
}

#[test]
fn the_session_is_our_own_or_a_new_one() {
    // Looks like session and group in /proc/self/stat: shared, or the service's own PID.
    let stat = "exec cat /proc/self/stat";
    let ids = |who, keys: &str| {
        let stat = script(who, keys, stat).quietly(0);
        let fields: Vec<i32> = stat.split(' ').filter_map(|word| word.parse().ok()).collect();
        // After pid come the name and the state, then ppid, group, session.
        (fields[0] == fields[2], fields[0] == fields[3])
    };
    for who in Who::BOTH {
        for (keys, expected) in [
            ("", (true, false)),
            ("terminal = 'share'", (true, false)),
            ("terminal = 'none'", (true, true)),
        ] {
            assert_eq!(ids(who, keys), expected, "{who:?} {keys:?}: (leads group, leads session)");
        }
    }
}

#[test]
fn flags_speak_of_the_main_service_of_a_file_and_a_command_replaces_its_own() {
    // Looks like `run FILE --flags -- COMMAND`, with the file's other keys still in force.
    for who in Who::BOTH {
        let text = "
            [sandbox]
            hostname = 'from-file'
            [[service]]
            command = ['false']
            umask = '0011'
            env = { A = 'file', B = 'file' }
        ";
        let run = run_file(who, &file::directory(), text);
        let script = "umask; echo $A $B; cat /proc/sys/kernel/hostname /proc/self/status";
        let out = run.and(["--env", "B=flag", "--nice=1", "--", "sh", "-c", script]).end();
        let out = out.quietly(0);
        assert!(out.starts_with("0011\nfile flag\nfrom-file\n"), "{out}");
        assert_eq!(proc::field(&out, "NoNewPrivs"), "1");
    }
}
