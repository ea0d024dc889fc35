//! Restarts: when, after which pause, how often, and what stays the same.

use super::support::{Who, file};
use super::{command, log, logged, run_file};

/// A main service with these keys that leaves something and ends with `code` each time; how it
/// ended, and its runs.
fn crash(who: Who, code: i32, left: &str, keys: &str) -> (super::support::Ended, Vec<String>) {
    let directory = file::directory();
    let command = command(&["crash", &log(&directory), left, &code.to_string()]);
    let text = format!("[[service]]\nname = 'main'\n{command}\nrestart-delay = '20ms'\n{keys}\n");
    let ended = run_file(who, &directory, &text).end();
    (ended, logged(&directory))
}

#[test]
fn the_policy_says_who_is_started_again() {
    // Looks like a table: policy, how it ends, and whether the code is its own or 124 after 1 + 2.
    let table = [
        ("never", 0, 0),
        ("never", 3, 3),
        ("never", 137, 137),
        ("on-failure", 0, 0),
        ("on-failure", 3, 124),
        ("on-failure", 137, 124),
        ("always", 0, 124),
        ("always", 3, 124),
    ];
    for who in Who::BOTH {
        for (policy, code, expected) in table {
            let keys = format!("restart = '{policy}'\nrestart-limit = 2");
            let (ended, runs) = crash(who, code, "nothing", &keys);
            let count = if expected == 124 { 3 } else { 1 };
            assert_eq!((ended.code, runs.len()), (expected, count), "{policy} {code} {who:?}");
            match expected {
                124 => ended
                    .saying(124, &["run: \"main\" gave up: the end after restart 2 within 60s"]),
                _ => drop(ended.quietly(expected)),
            }
        }
    }
}

#[test]
fn the_pause_doubles_up_to_its_longest() {
    // Looks like 100, 200, 300, 300 ms, each at most an eighth longer (and the start itself).
    for who in Who::BOTH {
        let keys = "restart = 'always'\nrestart-limit = 4\nrestart-delay-max = '300ms'";
        let directory = file::directory();
        let command = command(&["crash", &log(&directory), "nothing", "1"]);
        let text = format!("[[service]]\n{command}\nrestart-delay = '100ms'\n{keys}\n");
        run_file(who, &directory, &text).end().saying(124, &["gave up: the end after restart 4"]);
        let times: Vec<i64> = logged(&directory)
            .iter()
            .map(|line| line.split(' ').next().unwrap().parse().unwrap())
            .collect();
        let pauses: Vec<i64> =
            times.windows(2).map(|pair| (pair[1] - pair[0]) / 1_000_000).collect();
        for (pause, least) in pauses.iter().zip([100, 200, 300, 300]) {
            assert!((least..least * 9 / 8 + 150).contains(pause), "{pauses:?}");
        }
        assert_eq!(pauses.len(), 4);
    }
}

/// What each run of a main service saw, which leaves a child behind and crashes: how many processes
/// there were besides PID 1 and itself, and its eight namespaces.
fn seen_by_runs(who: Who, left: &str) -> Vec<String> {
    let (_, runs) =
        crash(who, 3, left, "restart = 'on-failure'\nrestart-limit = 5\ngrace = '100ms'");
    let without_time = runs.iter().map(|line| line.split_once(' ').unwrap().1.into());
    without_time.collect()
}

#[test]
fn a_restart_keeps_every_namespace_and_none_of_the_processes() {
    // Looks like the same eight links in each run, and no process besides PID 1 and the service,
    // although each run left a child that does not end by itself.
    for who in Who::BOTH {
        let runs = seen_by_runs(who, "child");
        assert!(runs.len() == 6 && runs[0].starts_with("0 cgroup:["), "{runs:#?}");
        assert!(runs.iter().all(|run| *run == runs[0]), "{runs:#?}");
    }
}

#[test]
fn a_daemon_of_a_crashed_service_is_gone_before_it_starts_again() {
    // Looks like the same with children in sessions of their own, whose parent has ended: with one
    // service, everything but PID 1 is that service's.
    for who in Who::BOTH {
        let runs = seen_by_runs(who, "daemon");
        assert!(runs.iter().all(|run| run.starts_with("0 ")), "{runs:#?}");
    }
}

#[test]
fn the_leftovers_of_a_helper_are_killed_before_it_starts_again() {
    // Looks like a helper that leaves a process holding a lock which its next run needs.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "
            [[service]]
            name = 'main'
            main = true
            command = ['sh', '-c', 'until [ $(wc -l < %LOG) -ge 3 ]; do :; done']
            [[service]]
            name = 'helper'
            restart = 'on-failure'
            restart-delay = '10ms'
            command = ['sh', '-c', '''exec 9>%LOG.lock; flock -n 9 || exit 0; echo >> %LOG
                       sleep 1000 & exit 1''']
        ";
        std::fs::write(log(&directory), "").unwrap();
        super::support::who::set_mode(log(&directory).as_ref(), 0o666);
        let run = run_file(who, &directory, text);
        run.end().saying(0, &["\"helper\" exited with code 1", "\"helper\" starts again in"]);
    }
}

#[test]
fn a_helper_that_gives_up_does_not_end_main() {
    // Looks like one restart allowed, a message, and main's own code.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "
            [[service]]
            name = 'main'
            main = true
            stop-signal = 'TERM'
            command = ['sh', '-c', 'until [ -e %LOG.over ]; do :; done; exit 9']
            [[service]]
            name = 'helper'
            restart = 'always'
            restart-delay = '10ms'
            restart-limit = 1
            command = ['sh', '-c', '''echo >> %LOG; [ $(wc -l < %LOG) = 1 ] || echo > %LOG.over
                       exit 1''']
        ";
        let ended = run_file(who, &directory, text).end();
        assert_eq!(ended.code, 9, "{}", ended.err);
        assert_eq!(logged(&directory).len(), 2);
    }
}

#[test]
fn a_stop_during_the_pause_ends_it_at_once() {
    // Looks like TERM while the next start is an hour away: the code is that of the last run.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "
            [[service]]
            command = ['sh', '-c', 'exit 3']
            restart = 'on-failure'
            restart-delay = '1h'
            restart-delay-max = '2h'
        ";
        let mut run = run_file(who, &directory, text).start();
        run.wait_for_error("starts again in");
        run.kill(libc::SIGTERM);
        let ended = run.end();
        assert_eq!(ended.code, 3, "{who:?} {}", ended.err);
    }
}

#[test]
fn a_signal_during_the_pause_is_kept_for_the_next_run() {
    // Looks like USR1 sent while nothing runs, and the next run ended by it.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "
            [[service]]
            command = ['sh', '-c', '''echo >> %LOG; [ $(wc -l < %LOG) = 2 ] && exec sleep 1000
                       exit 1''']
            restart = 'on-failure'
            restart-delay = '400ms'
        ";
        let mut run = run_file(who, &directory, text).start();
        run.wait_for_error("starts again in");
        run.kill(libc::SIGUSR1);
        let ended = run.end();
        assert_eq!(ended.code, 128 + libc::SIGUSR1, "{who:?} {}", ended.err);
    }
}

#[test]
fn a_main_service_that_cannot_be_started_is_not_tried_again() {
    // Looks like 127 at once, whatever the policy.
    for who in Who::BOTH {
        let directory = file::directory();
        let text = "
            [[service]]
            command = ['/nope']
            restart = 'always'
            restart-delay = '1h'
            restart-delay-max = '1h'
        ";
        run_file(who, &directory, text).end().saying(127, &["execute \"/nope\": ENOENT"]);
    }
}
