//! Readiness and what comes before a stop: who waits for whom, how long, and what follows.

use super::support::who::programs;
use super::support::{Ended, Run, Who, file, witness};
use super::{command, log, logged, run_file};

/// Runs services of which the texts below are the keys; `%LOG` is the log.
fn run(who: Who, text: &str) -> (Ended, Vec<String>) {
    let directory = file::directory();
    let ended = run_file(who, &directory, text).end();
    (ended, logged(&directory))
}

/// A main service that is after `late`, says so in the log and ends.
const MAIN: &str = r#"
[[service]]
name = "main"
main = true
command = ["sh", "-c", "echo main >>%LOG"]
after = ["late"]
"#;

#[test]
fn what_is_after_a_service_starts_when_that_has_written_its_line() {
    // Looks like: half a line, 200 ms, its end, and only then main.
    let late = r#"
        [[service]]
        name = "late"
        command = ["sh", "-c", "printf half >&4; sleep 0.2; echo late >>%LOG; echo >&4; sleep 60"]
        ready = { fd = 4 }
    "#;
    for who in Who::BOTH {
        let (ended, log) = run(who, &format!("{late}{MAIN}"));
        assert_eq!((ended.quietly(0).as_str(), log), ("", vec!["late".into(), "main".into()]));
    }
}

#[test]
fn what_is_after_a_service_starts_when_its_check_succeeds() {
    // Looks like: a check that fails until the service has made its file.
    let late = r#"
        [[service]]
        name = "late"
        command = ["sh", "-c", "sleep 0.2; echo late >>%LOG; exec sleep 60"]
        ready = { exec = ["grep", "-qs", "late", "%LOG"] }
    "#;
    for who in Who::BOTH {
        let (ended, log) = run(who, &format!("{late}{MAIN}"));
        assert_eq!((ended.quietly(0).as_str(), log), ("", vec!["late".into(), "main".into()]));
    }
}

/// A network of its own, in which no port is anybody's yet.
const ALONE: &str = "[sandbox]\nnamespaces = ['pid', 'mnt', 'uts', 'ipc', 'net']\n";

#[test]
fn what_is_after_a_service_starts_when_it_answers() {
    // Looks like: nobody at the port for 200 ms, then somebody, and only then main; by a port alone
    // and by an address of either family. Two runs of the same service are knocked at.
    for who in Who::BOTH {
        for (there, address) in [
            ("7000", "127.0.0.1:7000"),
            ("'127.0.0.2:7000'", "127.0.0.2:7000"),
            ("'[::1]:7000'", "[::1]:7000"),
        ] {
            let serve = witness(&["tcp-listen", address]);
            let late = format!(
                "[[service]]\nname = 'late'\nready = {{ tcp = {there} }}\n\
                 command = ['sh', '-c', 'sleep 0.2; echo late >>%LOG; exec \"$@\"', 'sh', {}]\n",
                serve.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
            );
            let (ended, log) = run(who, &format!("{ALONE}{late}{MAIN}"));
            assert_eq!((ended.quietly(0).as_str(), log), ("", vec!["late".into(), "main".into()]));
        }
    }
}

#[test]
fn a_network_without_a_way_there_is_told_once() {
    // Looks like one message although it is tried again and again.
    let text = "loopback = false\n[[service]]\ncommand = ['sleep', '60']\n\
                ready = { tcp = 7000 }\nstart-timeout = '500ms'\n";
    let text = text.replace("loopback", "[net]\nloopback");
    for who in Who::BOTH {
        let (ended, _) = run(who, &format!("{ALONE}{text}"));
        let words = "wait until somebody answers at 127.0.0.1:7000: ENETUNREACH";
        assert_eq!(ended.err.matches(words).count(), 1, "{}", ended.err);
        ended.saying(124, &["was not ready within 500ms"]);
    }
}

#[test]
fn a_service_that_is_not_ready_in_time_is_stopped_and_the_code_is_124() {
    // Looks like: one that closes its descriptor without a word, one whose check hangs with all it
    // started, one that minds no TERM.
    let table = [
        r#"command = ["sh", "-c", "exec 4>&-; exec sleep 60"]
           ready = { fd = 4 }"#,
        r#"command = ["sleep", "60"]
           ready = { exec = ["sh", "-c", "sleep 60 & sleep 60"] }"#,
        r#"command = ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"]
           ready = { exec = ["false"] }
           grace = "100ms""#,
        r#"command = ["sleep", "60"]
           ready = { tcp = 1 }"#,
    ];
    for who in Who::BOTH {
        for keys in table {
            let late = "[[service]]\nname = 'late'\nstart-timeout = '200ms'\n";
            let (ended, log) = run(who, &format!("{late}{keys}\n{MAIN}"));
            assert_eq!(log, [""; 0], "{keys}");
            let words = ["\"late\" was not ready within 200ms", "\"main\" cannot start"];
            ended.saying(124, &words);
        }
    }
}

#[test]
fn a_main_service_that_is_late_again_and_again_is_given_up() {
    // Looks like two restarts, each with a check of its own, and 124.
    let text = r#"
        [[service]]
        command = ["sh", "-c", "echo run >>%LOG; exec sleep 60"]
        ready = { exec = ["false"] }
        start-timeout = "100ms"
        restart = "on-failure"
        restart-delay = "10ms"
        restart-limit = 2
    "#;
    for who in Who::BOTH {
        let (ended, log) = run(who, text);
        ended.saying(124, &["was not ready within 100ms", "gave up: the end after restart 2"]);
        assert_eq!(log.len(), 3);
    }
}

#[test]
fn a_check_that_cannot_be_started_is_told_once() {
    // Looks like one message although it is tried again and again.
    let text = r#"
        [[service]]
        command = ["sleep", "60"]
        ready = { exec = ["/does/not/exist"] }
        start-timeout = "500ms"
    "#;
    let (ended, _) = run(Who::Root, text);
    assert_eq!(ended.err.matches("/does/not/exist").count(), 1, "{}", ended.err);
    ended.saying(124, &["ENOENT", "was not ready"]);
}

/// A main service that logs TERM and what comes before that, and gets TERM from outside `times`.
fn stopped(who: Who, keys: &str, times: usize) -> (Ended, Vec<String>) {
    let directory = file::directory();
    let script = "trap 'echo TERM >>%LOG; exit 0' TERM; echo runs; while :; do sleep 0.02; done";
    let text = format!("[[service]]\ncommand = [\"sh\", \"-c\", {script:?}]\n{keys}\n");
    let mut running = run_file(who, &directory, &text).start();
    let _ = running.wait_for("runs");
    for _ in 0..times {
        running.kill(libc::SIGTERM);
        std::thread::sleep(std::time::Duration::from_millis(100)); // so that they are two
    }
    let ended = running.end();
    drop(log(&directory));
    (ended, logged(&directory))
}

#[test]
fn a_pause_or_a_command_comes_before_the_stop_signal() {
    // Looks like "drained" before "TERM", and the time of the pause.
    for who in Who::BOTH {
        let (ended, _) = stopped(who, "pre-stop = '400ms'", 1);
        assert!(ended.took.as_millis() >= 400, "{:?}", ended.took);
        let _ = ended.quietly(0);
        let drain = "pre-stop = { exec = [\"sh\", \"-c\", \"sleep 0.2; echo drained >>%LOG\"] }";
        let (ended, log) = stopped(who, drain, 1);
        let _ = ended.quietly(0);
        assert_eq!(log, ["drained", "TERM"]);
    }
}

#[test]
fn a_second_term_ends_what_comes_before_the_stop_signal() {
    // Looks like an end far before the pause or the command is over, and nothing left of it.
    for who in Who::BOTH {
        for keys in [
            "pre-stop = '60s'\ngrace = 'infinity'",
            "pre-stop = { exec = ['sh', '-c', 'sleep 60 & sleep 60'] }",
        ] {
            let (ended, log) = stopped(who, keys, 2);
            let _ = ended.quietly(0);
            assert_eq!(log, ["TERM"]);
        }
    }
}

#[test]
fn a_command_before_the_stop_is_bounded_by_the_grace_and_its_failure_is_told() {
    // Looks like two seconds for a command that would sleep for a minute, and like exit code 3.
    for who in Who::BOTH {
        let keys = "grace = '2s'\npre-stop = { exec = ['sleep', '60'] }";
        let (ended, log) = stopped(who, keys, 1);
        ended.saying(0, &["the pre-stop command of \"main\" did not end within the grace"]);
        assert_eq!(log, ["TERM"]);
        let (ended, _) = stopped(who, "pre-stop = { exec = ['sh', '-c', 'exit 3'] }", 1);
        ended.saying(0, &["the pre-stop command of \"main\" exited with code 3"]);
        let (ended, _) = stopped(who, "pre-stop = { exec = ['/does/not/exist'] }", 1);
        ended.saying(0, &["execute \"/does/not/exist\": ENOENT"]);
    }
}

#[test]
fn the_last_words_of_a_service_count_however_many_came_before_its_end() {
    // Looks like a job that is done while the supervisor is stopped: 100 messages and READY=1, or a
    // line of 20,000 bytes, wait when it goes on, and the end of the job with them.
    let line = "printf %020000d 0 >&4; echo >&4";
    let rest = "P=$PPID; (while read -r _ _ _ p _ </proc/self/stat; do \
                [ $p = $P ] && exec kill -CONT $P; done) & kill -STOP $P";
    let jobs = [
        format!("ready = 'notify'\n{}\n", command(&["last-words", "100"])),
        format!(
            "ready = {{ fd = 4 }}\ncommand = [\"sh\", \"-c\", {:?}]\n",
            format!("{rest}; {line}")
        ),
    ];
    // As many as systemd lets wait, in a network of its own.
    let front = "echo 512 >/proc/sys/net/unix/max_dgram_qlen; exec \"$@\"";
    for job in jobs {
        let directory = file::directory();
        let text = format!("[[service]]\nname = 'late'\n{job}\n{MAIN}");
        let path =
            file::write(&directory, "test.toml", 0o644, text.replace("%LOG", &log(&directory)));
        let nsinit = programs().nsinit.to_str().unwrap();
        let words = ["unshare", "--net", "sh", "-c", front, "sh", nsinit, "--config", &path];
        assert_eq!(Run::command(Who::Root, words).end().quietly(0), "", "{job}");
        assert_eq!(logged(&directory), ["main"], "{job}");
    }
}
