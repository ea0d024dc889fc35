//! `stop`, `restart`, `signal`: what an order does, and when it is said to be done.

use super::sandbox::Sandbox;
use super::support::{Run, Who, file, proc, wait, witness};

/// Services that tell in a log when they start and stop: `db`, `web` after it, and main.
fn services(log: &str) -> String {
    let service = |name: &str, more: &str| {
        let command = witness(&["serve", name, log]);
        format!("[[service]]\nname = {name:?}\ncommand = {command:?}\n{more}\n")
    };
    let main = "[[service]]\nname = 'main'\nmain = true\ncommand = ['sleep', '1000']\n";
    [&service("db", ""), &service("web", "after = ['db']\nrestart = 'always'"), main].concat()
}

struct Started {
    sandbox: Sandbox,
    log: String,
}

impl Started {
    fn new(who: Who) -> Self {
        let directory = file::directory();
        let log = file::text(&directory.join("log"));
        let sandbox = Sandbox::start(who, &services(&log));
        let started = Self { sandbox, log };
        wait::until("both to serve", || (started.log().len() >= 2).then_some(()));
        started
    }

    /// What the services noted, without their PIDs.
    fn log(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
    }
}

#[test]
fn one_service_is_stopped_and_stays_so_until_it_is_ordered_back() {
    // Looks like "web stops" in the log when `stop` has come back, and no restart of it.
    for who in Who::BOTH {
        let started = Started::new(who);
        let sandbox = &started.sandbox;
        sandbox.said(&["stop", "web"]);
        let mut log = started.log();
        log[..2].sort(); // each notes its start itself
        assert_eq!(log, ["db starts", "web starts", "web stops"]);
        assert!(sandbox.service("web").contains("stopped for "), "{}", sandbox.service("web"));
        assert!(sandbox.service("db").contains("running"));
        sandbox.said(&["stop", "web"]); // it is
        sandbox.said(&["restart", "web"]);
        sandbox.until("web", "running");
        wait::until("it to serve", || (started.log().len() == 4).then_some(()));
        assert_eq!(started.log()[3], "web starts");
        drop(started.sandbox.stop());
    }
}

#[test]
fn an_end_that_was_ordered_is_no_trouble() {
    // Looks like nothing at all on standard error, though TERM ends `sleep` twice.
    let text = "[[service]]\nname = 'db'\ncommand = ['sleep', '1000']\nrestart = 'always'\n\
                [[service]]\nname = 'main'\nmain = true\ncommand = ['sleep', '1000']\n";
    let sandbox = Sandbox::start(Who::User, text);
    sandbox.until("db", "running");
    sandbox.said(&["restart", "db"]);
    sandbox.said(&["stop", "db"]);
    assert_eq!(sandbox.stop().err, "");
}

#[test]
fn a_restart_is_a_new_process_and_is_done_when_that_is_ready() {
    // Looks like another PID behind `restart` than before it.
    let started = Started::new(Who::User);
    let before = started.sandbox.pid("db");
    started.sandbox.said(&["restart", "db"]);
    let after = started.sandbox.pid("db");
    assert_ne!(before, after);
    assert!(proc::status(before).is_none(), "the old one is there still");
    drop(started.sandbox.stop());
}

#[test]
fn a_signal_goes_to_the_service_or_is_as_if_it_had_come_to_nsinit() {
    // Looks like `web` ended by KILL and started again; TERM without a service is a stop.
    for who in Who::BOTH {
        let started = Started::new(who);
        let sandbox = &started.sandbox;
        let before = sandbox.pid("web");
        sandbox.said(&["signal", "web", "KILL"]);
        wait::until("a restart", || {
            let said = sandbox.ask(&["status", "web"]).out;
            (said.contains("running") && said.contains("1 restart")).then_some(())
        });
        assert_ne!(sandbox.pid("web"), before);
        sandbox.said(&["stop", "db"]);
        sandbox.ask(&["signal", "db", "HUP"]).saying(1, &["\"db\" does not run"]);
        sandbox.ask(&["signal", "db", "FOO"]).saying(125, &["\"FOO\" is no signal"]);
        sandbox.ask(&["signal"]).saying(125, &["which signal?"]);
        sandbox.said(&["signal", "TERM"]);
        assert_eq!(started.sandbox.end().code, 143);
    }
}

#[test]
fn stop_comes_back_when_nothing_is_left() {
    // Looks like no socket, no directory, no launcher at the moment when `stop` has ended.
    for who in Who::BOTH {
        let started = Started::new(who);
        let directory = started.sandbox.directory();
        let launcher = started.sandbox.run_pid();
        started.sandbox.said(&["stop"]);
        assert!(!directory.exists());
        let is_running =
            proc::status(launcher).is_some_and(|s| !proc::field(&s, "State").starts_with('Z'));
        assert!(!is_running);
        assert_eq!(started.log()[2..], ["web stops", "db stops"], "in reverse order");
        assert_eq!(started.sandbox.end().code, 143);
    }
}

#[test]
fn an_order_that_is_not_waited_for_comes_back_at_once() {
    // Looks like `stop --no-wait` on a service that does not mind TERM.
    let text = "[[service]]\nname = 'deaf'\ngrace = '1h'\nready = { fd = 3 }\n\
                command = ['sh', '-c', \"trap '' TERM; echo >&3; sleep 1000\"]\n\
                [[service]]\nname = 'main'\nmain = true\ncommand = ['sleep', '1000']\n";
    let sandbox = Sandbox::start(Who::User, text);
    sandbox.until("deaf", "running");
    sandbox.said(&["stop", "--no-wait", "deaf"]);
    sandbox.until("deaf", "stopping");
    assert!(sandbox.service("deaf").contains("killed in 59m"), "{}", sandbox.service("deaf"));
    sandbox.said(&["signal", "deaf", "KILL"]);
    sandbox.until("deaf", "stopped");
    drop(sandbox.stop());
}

#[test]
fn an_entrypoint_is_steered_when_it_is_asked_to_be() {
    // Looks like `nsinit --control true --name NAME -- sleep`, found by its name.
    for who in Who::BOTH {
        let name = super::sandbox::unique();
        let words = ["--control", "true", "--name", &name, "--", "sleep", "1000"];
        let run = Run::nsinit(who, &words).start();
        let sandbox = Sandbox { who, name, run };
        wait::until("it to be found", || {
            sandbox.ask(&["ps"]).out.contains("running").then_some(())
        });
        let said = sandbox.said(&["status"]);
        assert!(said.contains(&format!("(nsinit, PID 1 is {})", sandbox.run_pid())), "{said}");
        assert_eq!(sandbox.stop().code, 143);
    }
}
