//! `ps` and `status`: what is shown of sandboxes and services.

use super::sandbox::Sandbox;
use super::support::proc;
use super::support::{Run, Who, wait};

const THREE: &str = r#"
[[service]]
name = "db"
command = ["sleep", "1000"]
[[service]]
name = "job"
command = ["true"]
[[service]]
name = "web"
main = true
after = ["db"]
command = ["sleep", "1001"]
"#;

#[test]
fn ps_shows_every_service_with_the_pid_that_it_has_outside() {
    // Looks like a head and three rows; /proc/PID of the second is `sleep 1001`.
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, THREE);
        sandbox.until("job", "ended");
        let table = sandbox.said(&["ps"]);
        let rows: Vec<Vec<&str>> =
            table.lines().map(|line| line.split_whitespace().collect()).collect();
        let heads = ["SANDBOX", "SERVICE", "STATE", "PID", "FOR", "RESTARTS", "LAST", "SAYS"];
        assert_eq!(rows[0], heads);
        let name = sandbox.name.as_str();
        assert_eq!(rows[1][..3], [name, "db", "running"]);
        assert_eq!(rows[2][..4], [name, "job", "ended", "-"]);
        assert_eq!(rows[2][5..], ["0", "exit", "0", "-"]);
        assert_eq!(rows[3][..3], [name, "web", "running"]);
        let words = std::fs::read(format!("/proc/{}/cmdline", rows[3][3])).unwrap();
        assert_eq!(words, b"sleep\x001001\0");
        assert!(Run::nsinit(who, &["ps"]).end().quietly(0).contains(&format!("{name}  db")));
        drop(sandbox.stop());
    }
}

#[test]
fn status_names_the_launcher_and_pid_1_as_they_are_seen_here() {
    // Looks like "box: running for 1s (run, launcher 4711, PID 1 is 4712)".
    for who in Who::BOTH {
        let sandbox = Sandbox::start(who, THREE);
        let said = sandbox.said(&["status"]);
        let head = said.lines().next().unwrap();
        let launcher = format!("(run, launcher {}, PID 1 is ", sandbox.run_pid());
        let (front, rest) = head.split_once(&launcher).unwrap_or_else(|| panic!("{head}"));
        assert!(front.starts_with(&format!("{}: running for ", sandbox.name)), "{head}");
        let init: i32 = rest.strip_suffix(')').unwrap().parse().unwrap();
        let status = proc::status(init).unwrap();
        assert!(proc::field(&status, "NSpid").ends_with("\t1"), "{status}");
        assert_eq!(said.lines().count(), 4);
        let web = sandbox.service("web");
        assert!(web.starts_with("web:         running for "), "{web}");
        assert!(web.contains(", main, PID ") && web.lines().count() == 1, "{web}");
        drop(sandbox.stop());
    }
}

#[test]
fn json_is_what_the_table_shows() {
    // Looks like a list of one object for each service, with both of its PIDs.
    let sandbox = Sandbox::start(Who::User, THREE);
    sandbox.until("job", "ended");
    for verb in ["ps", "status"] {
        let text = sandbox.said(&[verb, "--json"]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[0], lines[4], lines.len()), ("[", "]", 5), "{text}");
        let pid = sandbox.pid("web");
        assert!(lines[3].contains("\"service\":\"web\",\"main\":true"), "{text}");
        assert!(lines[3].contains(&format!(",\"pid\":{pid},\"pid-inside\":")), "{text}");
        assert!(lines[2].contains("\"state\":\"ended\",\"ready\":true,"), "{text}");
        assert!(lines[2].contains(",\"last\":\"exit 0\"}"), "{text}");
    }
    drop(sandbox.stop());
}

#[test]
fn what_is_not_there_is_said_with_what_was_meant() {
    // Looks like a typing error in the name, and in that of a service.
    let sandbox = Sandbox::start(Who::User, THREE);
    let near = format!("{}x", sandbox.name);
    let ended = Run::nsinit(Who::User, &["status", &near]).end();
    ended.saying(1, &[&format!("status: no sandbox \"{near}\" runs"), "try: \"test-"]);
    let message = format!("sandbox \"{}\" has no service \"wob\"", sandbox.name);
    sandbox.ask(&["status", "wob"]).saying(1, &[&message]);
    Run::nsinit(Who::User, &["status"]).end().saying(125, &["which sandbox?", "nsinit ps"]);
    Run::nsinit(Who::User, &["ps", "a", "b"]).end().saying(125, &["\"b\" is one word too many"]);
    Run::nsinit(Who::User, &["stop", "--now"]).end().saying(125, &["unknown flag \"--now\""]);
    drop(sandbox.stop());
}

#[test]
fn a_sandbox_of_another_user_is_not_seen_and_not_steered() {
    // Looks like no row of root's sandbox for the user, and EACCES for its path.
    let sandbox = Sandbox::start(Who::Root, THREE);
    let rows = Run::nsinit(Who::User, &["ps"]).end().quietly(0);
    assert!(!rows.contains(&sandbox.name), "{rows}");
    let path = sandbox.directory().join("control");
    let ended = Run::nsinit(Who::User, &["stop", path.to_str().unwrap()]).end();
    ended.saying(1, &["EACCES", "only root and whoever started it may steer it"]);
    drop(sandbox.stop());
    let sandbox = Sandbox::start(Who::User, THREE);
    let path = sandbox.directory().join("control");
    let ended = Run::nsinit(Who::Root, &["stop", path.to_str().unwrap()]).end();
    ended.quietly(0); // root may
    drop(sandbox.end());
}

#[test]
fn a_service_that_comes_and_goes_is_seen_as_it_is() {
    // Looks like "pausing for 100ms, last exit 3, starts again in 900ms", then one restart more.
    let text = "[[service]]\ncommand = ['sh', '-c', 'sleep 0.1; exit 3']\n\
                restart = 'on-failure'\nrestart-limit = 1000\nrestart-delay-max = '1s'\n";
    let sandbox = Sandbox::start(Who::Root, text);
    sandbox.until("main", "pausing for");
    let said = sandbox.service("main");
    assert!(said.contains("last exit 3, starts again in "), "{said}");
    sandbox.until("main", "2 restarts");
    wait::until("a run", || sandbox.ask(&["ps"]).out.contains("running").then_some(()));
    drop(sandbox.stop());
}
