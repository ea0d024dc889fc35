//! What services say of themselves (sd_notify(3)), as it is seen and as it is heeded; and how they
//! are told to read their configuration again.

use super::sandbox::Sandbox;
use super::support::{Run, Who, file, wait};

/// A main service that does this, and then sleeps.
fn main(script: &str, keys: &str) -> String {
    let script = format!("{script}; exec sleep 1000");
    format!("[[service]]\ncommand = ['sh', '-c', {script:?}]\n{keys}\n")
}

#[test]
fn what_a_service_says_of_its_state_is_shown() {
    // Looks like "main: running for 1s, …: 3 of 5 \"x\"", and the same text in the column SAYS.
    for who in Who::BOTH {
        let says = "systemd-notify --ready \"--status=3 of 5 \\\"x\\\"\"";
        let sandbox = Sandbox::start(who, &main(says, "ready = 'notify'"));
        sandbox.until("main", ": 3 of 5 \"x\"");
        assert!(sandbox.said(&["ps"]).lines().last().unwrap().ends_with("  3 of 5 \"x\""));
        assert!(sandbox.said(&["ps", "--json"]).contains(r#""says":"3 of 5 \"x\"""#));
        drop(sandbox.stop());
    }
}

#[test]
fn a_long_state_is_cut_and_noise_is_no_state() {
    // Looks like the beginning of the text, an ellipsis, and escapes for what would move a cursor.
    let says = "systemd-notify --ready \"--status=$(printf '\\033[2J%0400d' 7)\"; \
                printf 'STATUS=\\377' | socat - abstract-sendto:${NOTIFY_SOCKET#@}";
    let sandbox = Sandbox::start(Who::User, &main(says, "ready = 'notify'"));
    sandbox.until("main", "\u{2026}");
    let said = sandbox.service("main");
    assert!(!said.contains('\u{1b}') && said.contains("[2J000"), "{said}");
    drop(sandbox.stop());
}

#[test]
fn who_falls_silent_is_aborted_and_started_again() {
    // Looks like words for a second, silence, and a core's signal; the next run is restart 1.
    for who in Who::BOTH {
        let script = "test \"$WATCHDOG_USEC\" = 1500000 && test \"$WATCHDOG_PID\" = $$ || exit 9; \
                      systemd-notify --ready; for i in 1 2 3 4; do sleep 0.5; \
                      systemd-notify WATCHDOG=1; done; systemd-notify --status=silent";
        let keys = "ready = 'notify'\nwatchdog = '1500ms'\nrestart = 'on-failure'\n\
                    restart-delay = '1h'\nrestart-delay-max = '1h'";
        let sandbox = Sandbox::start(who, &main(script, keys));
        sandbox.until("main", "silent");
        sandbox.until("main", "pausing for");
        let said = sandbox.service("main");
        assert!(said.contains("last watchdog, starts again in "), "{said}");
        sandbox.said(&["stop"]);
        let ended = sandbox.end();
        assert!(
            ended.err.contains("\"main\" said nothing for 1.5s, and is ended"),
            "{}",
            ended.err
        );
        assert_eq!(ended.code, 124, "{}", ended.err);
    }
}

#[test]
fn a_watchdog_ends_who_minds_no_abort_and_the_code_is_124() {
    // Looks like ABRT that is ignored, KILL after the grace; one that says that it hangs.
    for (script, text) in [
        ("trap '' ABRT TERM; systemd-notify --ready", "said nothing for 300ms"),
        ("systemd-notify --ready; systemd-notify WATCHDOG=trigger", "says that it hangs"),
    ] {
        let keys = "ready = 'notify'\nwatchdog = '300ms'\ngrace = '200ms'";
        let path = file::write(&file::directory(), "x.toml", 0o644, main(script, keys));
        let ended = Run::nsinit(Who::User, &["run", &path]).end();
        ended.saying(124, &[text]);
    }
}

#[test]
fn more_time_is_given_to_who_asks_for_it() {
    // Looks like ready after half a second, where 300 ms were allowed.
    let script = "systemd-notify EXTEND_TIMEOUT_USEC=5000000; sleep 0.5; systemd-notify --ready; \
                  sleep 0.2; exit 0";
    let keys = "ready = 'notify'\nstart-timeout = '300ms'";
    let path = file::write(&file::directory(), "x.toml", 0o644, main(script, keys));
    assert_eq!(Run::nsinit(Who::Root, &["run", &path]).end().quietly(0), "");
}

#[test]
fn who_stops_by_itself_is_stopping_and_has_its_grace() {
    // Looks like "stopping for 1s, killed in 59m59s", and a restart behind its own end.
    let script = "systemd-notify --ready; read x <%FIFO; systemd-notify STOPPING=1; \
                  read x <%FIFO; exit 3";
    let keys = "ready = 'notify'\ngrace = '1h'\nrestart = 'always'\nrestart-delay = '1h'\n\
                restart-delay-max = '1h'";
    let fifo = file::text(&file::directory().join("fifo"));
    let done = std::process::Command::new("mkfifo").args(["-m", "666", &fifo]).status().unwrap();
    assert!(done.success());
    let sandbox = Sandbox::start(Who::User, &main(&script.replace("%FIFO", &fifo), keys));
    std::fs::write(&fifo, "\n").unwrap();
    sandbox.until("main", "stopping for");
    assert!(sandbox.service("main").contains("killed in 59m"), "{}", sandbox.service("main"));
    std::fs::write(&fifo, "\n").unwrap();
    sandbox.until("main", "pausing for");
    assert!(sandbox.service("main").contains("last exit 3"), "{}", sandbox.service("main"));
    drop(sandbox.stop());
}

#[test]
fn what_is_not_taken_is_told_once() {
    // Looks like one message each, although it is said twice; its own PID is no other.
    let say = "systemd-notify MAINPID=$$ FDSTORE=1; systemd-notify MAINPID=$$ FDSTORE=1; \
               systemd-notify MAINPID=1 FDSTORE=1; systemd-notify MAINPID=1 READY=1; sleep 0.1; \
               exit 0";
    let path = file::write(&file::directory(), "x.toml", 0o644, main(say, "ready = 'notify'"));
    let ended = Run::nsinit(Who::User, &["run", &path]).end();
    for text in ["names 1 as its main process", "wants descriptors kept (FDSTORE=1)"] {
        assert_eq!(ended.err.matches(text).count(), 1, "{}", ended.err);
    }
    assert_eq!(ended.code, 0);
}

/// A shell that answers each HUP so.
fn reader(answer: &str) -> String {
    format!("trap '{answer}' HUP; systemd-notify --ready; while :; do sleep 0.05; done")
}

#[test]
fn a_reload_is_done_when_the_service_says_so() {
    // Looks like: RELOADING=1, "reloading" while it works, READY=1, and reload comes back.
    for who in Who::BOTH {
        let (log, go) = {
            let directory = file::directory();
            (file::text(&directory.join("log")), file::text(&directory.join("go")))
        };
        let answer = format!(
            "systemd-notify RELOADING=1 MONOTONIC_USEC=9999999999999; echo begins >>{log}; \
             while ! test -e {go}; do sleep 0.05; done; systemd-notify --ready"
        );
        let keys = "ready = 'notify'\nreload = 'notify'";
        let sandbox = Sandbox::start(who, &main(&reader(&answer), keys));
        sandbox.until("main", "running");
        sandbox.said(&["reload", "--no-wait", "main"]);
        sandbox.until("main", "reloading");
        std::fs::write(&go, "").unwrap();
        sandbox.until("main", "running");
        sandbox.said(&["reload", "main"]);
        sandbox.said(&["reload"]);
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "begins\nbegins\nbegins\n");
        drop(sandbox.stop());
    }
}

#[test]
fn an_answer_about_an_earlier_time_is_none() {
    // Looks like `reload` that goes on waiting, for RELOADING=1 has a time before it was told.
    let answer = "systemd-notify RELOADING=1 MONOTONIC_USEC=1; systemd-notify --ready; \
                  systemd-notify --status=answered";
    let keys = "ready = 'notify'\nreload = 'notify'";
    let sandbox = Sandbox::start(Who::User, &main(&reader(answer), keys));
    sandbox.until("main", "running");
    sandbox.said(&["reload", "--no-wait"]);
    sandbox.until("main", "answered");
    assert!(sandbox.service("main").contains("reloading"));
    drop(sandbox.stop());
}

#[test]
fn a_reload_by_a_command_is_done_when_that_has_succeeded() {
    // Looks like a line in the log; with a command that fails, its end, and 1.
    for who in Who::BOTH {
        let directory = file::directory();
        let log = file::text(&directory.join("log"));
        let fails = file::text(&directory.join("fails"));
        let script = format!("echo x >>{log}; test ! -e {fails}");
        let exec = format!("reload = {{ exec = ['sh', '-c', '{script}'] }}");
        let sandbox = Sandbox::start(who, &main("true", &exec));
        sandbox.said(&["reload"]);
        sandbox.said(&["reload", "main"]);
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "x\nx\n");
        std::fs::write(&fails, "").unwrap();
        sandbox.ask(&["reload", "main"]).saying(1, &["reload command of \"main\" did not succeed"]);
        let ended = sandbox.stop();
        assert!(ended.err.contains("the reload command of \"main\" exited with code 1"));
    }
}

#[test]
fn a_reload_command_that_hangs_is_killed_and_the_next_one_runs() {
    // Looks like `reload` that comes back with a failure, twice, and a service that runs on.
    let keys = "start-timeout = '200ms'\nreload = { exec = ['sleep', '1000'] }";
    let sandbox = Sandbox::start(Who::Root, &main("true", keys));
    for _ in 0..2 {
        let words = "the reload command of \"main\" did not succeed";
        sandbox.ask(&["reload", "main"]).saying(1, &[words]);
    }
    let killed = "the reload command of \"main\" did not end within 200ms and was killed";
    let said = sandbox.stop().err;
    assert_eq!(said.matches(killed).count(), 2, "{said}");
}

#[test]
fn a_reload_that_would_hurt_or_that_nobody_knows_is_refused() {
    // Looks like three refusals, and a service that is the same process afterwards.
    let sandbox = Sandbox::start(
        Who::User,
        "[[service]]\nname = 'deaf'\nreload = 'HUP'\ncommand = ['sleep', '1000']\n\
         [[service]]\nname = 'late'\nreload = 'HUP'\nready = 'notify'\n\
         command = ['sleep', '1000']\n\
         [[service]]\nname = 'main'\nmain = true\ncommand = ['sleep', '1000']\n",
    );
    sandbox.until("deaf", "running");
    sandbox.until("late", "unready");
    let before = sandbox.pid("deaf");
    sandbox.ask(&["reload", "main"]).saying(1, &["\"main\" has no reload", "reload = \"HUP\""]);
    let would_end = "has no handler for the signal of its reload, which would end it";
    sandbox.ask(&["reload", "deaf"]).saying(1, &[would_end]);
    sandbox.ask(&["reload"]).saying(1, &[would_end]);
    sandbox.ask(&["reload", "late"]).saying(1, &["\"late\" is not ready yet"]);
    assert_eq!(sandbox.pid("deaf"), before);
    drop(sandbox.stop());
    let sandbox = Sandbox::start(Who::User, "[[service]]\ncommand = ['sleep', '1000']\n");
    sandbox.ask(&["reload"]).saying(1, &["no service of sandbox", "has a reload"]);
    wait::until("it to run", || sandbox.ask(&["ps"]).out.contains("running").then_some(()));
    drop(sandbox.stop());
}
