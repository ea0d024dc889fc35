//! Who starts and stops when, and whose end is whose.

use super::support::{Who, file};
use super::{command, log, logged, run_file};

/// Services that serve, each with its name and what it is after; the first is the main one.
fn serving(directory: &std::path::Path, services: &[(&str, &[&str])]) -> String {
    let mut text = String::new();
    for (index, (name, after)) in services.iter().enumerate() {
        let command = command(&["serve", name, &log(directory)]);
        let main = index == 0;
        text += "[[service]]\n";
        text += &format!("name = {name:?}\nmain = {main}\nafter = {after:?}\n{command}\n");
    }
    text
}

/// The names in the log, of those lines that hold `word`.
fn names(log: &[String], word: &str) -> Vec<String> {
    let lines = log.iter().filter(|line| line.split(' ').nth(1) == Some(word));
    lines.map(|line| line.split(' ').next().unwrap().into()).collect()
}

#[test]
fn services_start_after_what_they_need_and_stop_before_it() {
    // Looks like a chain that the file has backwards: PIDs rise along it, stops come in reverse.
    for who in Who::BOTH {
        let directory = file::directory();
        let chain: [(&str, &[&str]); 4] =
            [("web", &["cache", "db"]), ("cache", &["db"]), ("db", &["disk"]), ("disk", &[])];
        let mut run = run_file(who, &directory, &serving(&directory, &chain)).start();
        for (name, _) in chain {
            run.wait_for(&format!("{name} serves"));
        }
        run.kill(libc::SIGTERM);
        run.end().quietly(0);
        let log = logged(&directory);
        let mut starts: Vec<_> = log.iter().filter(|line| line.contains("starts")).collect();
        starts.sort_by_key(|line| line.rsplit(' ').next().unwrap().parse::<i32>().unwrap());
        let starts: Vec<String> = starts.into_iter().cloned().collect();
        assert_eq!(names(&starts, "starts"), ["disk", "db", "cache", "web"], "{who:?}");
        assert_eq!(names(&log, "stops"), ["web", "cache", "db", "disk"], "{who:?}");
    }
}

#[test]
fn the_end_of_main_stops_the_others_in_order() {
    // Looks like a main service that exits with 6, and its helpers stopping, last started first.
    for who in Who::BOTH {
        let directory = file::directory();
        let mut text = serving(&directory, &[("main", &[]), ("late", &["early"]), ("early", &[])]);
        let wait = "until [ $(grep -c starts %LOG) = 2 ]; do :; done; exit 6";
        let own = command(&["serve", "main", &log(&directory)]);
        text = text.replace(&own, &format!("command = ['sh', '-c', '{wait}']"));
        file::write(&directory, "log", 0o666, "");
        run_file(who, &directory, &text).end().quietly(6);
        assert_eq!(names(&logged(&directory), "stops"), ["late", "early"], "{who:?}");
    }
}

#[test]
fn the_end_of_another_service_does_not_end_main() {
    // Looks like a helper that fails, one that is not there, and main going on to its own end.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "
            [[service]]
            name = 'main'
            main = true
            command = ['sh', '-c', 'until [ -e %LOG.go ]; do :; done; exit 8']
            [[service]]
            name = 'broken'
            command = ['sh', '-c', 'exit 3']
            [[service]]
            name = 'missing'
            command = ['/nope']
            [[service]]
            name = 'done'
            command = ['true']
            [[service]]
            name = 'last'
            after = ['done']
            command = ['echo', 'last']
        ";
        let mut run = run_file(who, &directory, text).start();
        run.wait_for("last");
        run.wait_for_error("\"broken\" exited with code 3");
        file::write(&directory, "log.go", 0o644, "");
        let ended = run.end();
        assert!(!ended.err.contains("done"), "{}", ended.err);
        ended.saying(8, &["execute \"/nope\": ENOENT"]);
    }
}

#[test]
fn a_service_whose_need_has_failed_is_not_started_and_told() {
    // Looks like main after a service that is not there: main cannot start, and the code is 124.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "
            [[service]]
            name = 'main'
            main = true
            after = ['missing']
            command = ['sh', '-c', 'echo > %LOG']
            [[service]]
            name = 'missing'
            command = ['/nope']
        ";
        let ended = run_file(who, &directory, text).end();
        ended.saying(124, &["ENOENT", "\"main\" cannot start: it needs \"missing\""]);
        assert!(logged(&directory).is_empty());
    }
}

#[test]
fn the_stop_signal_and_the_grace_are_each_services_own() {
    // Looks like one that stops by USR1, one by RTMIN+3, and one that has to be killed.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = r#"
            [[service]]
            name = 'main'
            main = true
            after = ['real-time', 'deaf']
            stop-signal = 'SIGUSR1'
            command = ['sh', '-c', '''trap "echo main >> %LOG; exit 5" USR1; trap "" TERM
                       echo up; while :; do :; done''']
            [[service]]
            name = 'real-time'
            stop-signal = 'RTMIN+3'
            command = ['bash', '-c', '''trap "echo real-time >> %LOG; exit" RTMIN+3
                       echo rt; while :; do :; done''']
            [[service]]
            name = 'deaf'
            grace = '300ms'
            command = ['sh', '-c', '''trap "" TERM; echo deaf; while :; do :; done''']
        "#;
        let mut run = run_file(who, &directory, text).start();
        for word in ["up", "rt", "deaf"] {
            run.wait_for(word);
        }
        run.kill(libc::SIGTERM);
        let ended = run.end();
        ended.saying(5, &["\"deaf\" did not stop within its grace and was killed"]);
        assert_eq!(logged(&directory), ["main", "real-time"], "{who:?}");
    }
}

#[test]
fn a_set_of_services_that_cannot_work_is_refused_with_its_place() {
    // Looks like exit code 125 with line and column of what is wrong.
    let service = |name: &str, more: &str| {
        format!("[[service]]\nname = '{name}'\ncommand = ['true']\n{more}\n")
    };
    let table = [
        (service("a", "") + &service("b", ""), "none is the main one"),
        (service("a", "main = true") + &service("b", "main = true"), "second main"),
        (service("a", "main = true") + &service("a", ""), "two services are called \"a\""),
        (service("a", "main = true\nafter = ['b']"), "no service is called \"b\""),
        (service("a", "main = true\nafter = ['b']") + &service("b", "after = ['a']"), "itself"),
        ("[[service]]\nname = 'a'\n".into(), "has no command"),
    ];
    for who in Who::BOTH {
        for (text, word) in &table {
            let directory = file::directory();
            run_file(who, &directory, text).end().saying(125, &["test.toml:", word]);
        }
    }
}
