//! The limits of /proc/sys/user, lowered in a user namespace of our own (namespaces(7)): a start
//! that hits one names the file and its value.

use super::support::who::{programs, tool};
use super::support::{Run, Who, file};

/// nsinit with `flags` as root of a new user namespace in which the limit of `kind` is `value`.
fn run_with_limit(who: Who, kind: &str, value: u32, flags: &str) -> Run {
    let nsinit = file::text(&programs().nsinit);
    let script = format!(
        "echo {value} > /proc/sys/user/max_{kind}_namespaces && exec '{nsinit}' run {flags} -- true"
    );
    let words = [tool("unshare").to_str().unwrap(), "-Ur", "sh", "-c", &script].map(String::from);
    Run::command(who, words)
}

#[test]
fn a_limit_of_namespaces_that_is_hit_is_named_with_its_value() {
    // Looks like 0 in each of the eight files in turn, exit code 125, and the file in the message.
    for who in Who::BOTH {
        for kind in ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"] {
            let file = format!("/proc/sys/user/max_{kind}_namespaces");
            let why = format!("{file} is 0, and so many are in use");
            let remedy = format!("try: a higher number in {file}");
            let flags = format!("--namespaces pid,{kind}");
            let ended = run_with_limit(who, kind, 0, &flags).end();
            ended.saying(125, &["clone into new namespaces", "ENOSPC", &why, &remedy]);
        }
    }
}

#[test]
fn a_limit_is_named_where_clocks_are_shifted() {
    // Looks like the time namespace being made later, by a step of its own, with the same reason.
    for who in Who::BOTH {
        let ended = run_with_limit(who, "time", 0, "--boottime +1h").end();
        ended.saying(125, &["shift clocks", "ENOSPC", "/proc/sys/user/max_time_namespaces is 0"]);
    }
}

#[test]
fn a_limit_that_is_not_hit_stops_nobody() {
    // Looks like one namespace of a kind where one is allowed.
    for who in Who::BOTH {
        run_with_limit(who, "uts", 1, "--namespaces uts,pid").end().quietly(0);
    }
}
