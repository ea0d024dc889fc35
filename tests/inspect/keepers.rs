//! What keeps a namespace alive when no process is in it: each way alone.

use super::support::who::{programs, tool};
use super::support::{Run, Who, file, proc, witness};

/// The rows of `ls`, run by `script` as `$NSINIT ls …` in a mount namespace of its own: each as a
/// list of words.
fn rows(who: Who, script: &str) -> Vec<Vec<String>> {
    let flags = if who == Who::User { "-Urm" } else { "-m" };
    let words = [tool("unshare").to_str().unwrap(), flags, "sh", "-ec", script].map(String::from);
    let run = Run::command(who, words).env("NSINIT", &file::text(&programs().nsinit));
    let out = run.directory(&file::directory()).end().quietly(0);
    let rows = out.lines().filter(|line| !line.starts_with("KIND"));
    rows.map(|line| line.split_whitespace().map(String::from).collect()).collect()
}

/// The row that is kept by this, and by nothing better.
fn kept_by<'r>(rows: &'r [Vec<String>], keeper: &str, what: &str) -> &'r [String] {
    let is_it = |row: &&Vec<String>| row[7] == keeper && row[9..].join(" ").contains(what);
    rows.iter().find(is_it).unwrap_or_else(|| panic!("no {keeper} {what} in {rows:#?}"))
}

#[test]
fn a_namespace_that_is_only_mounted_has_its_path() {
    // Looks like "net … 0 - … mount - /tmp/…/blue with space".
    for who in Who::BOTH {
        let script = "touch 'blue one'; unshare --net='blue one' true; \"$NSINIT\" ls net";
        let rows = rows(who, script);
        let row = kept_by(&rows, "mount", "/blue one");
        assert_eq!((row[0].as_str(), row[2].as_str(), row[3].as_str()), ("net", "0", "-"));
        assert!(row[5].parse::<u64>().unwrap() > 0, "its owner is known: {row:?}");
    }
}

#[test]
fn a_namespace_that_is_mounted_in_another_mount_namespace_says_whose() {
    // Looks like "/tmp/…/red in the mounts of 4711"; it is not mounted where ls looks.
    for who in Who::BOTH {
        let script = "mkfifo go; touch red
            unshare -m sh -c 'unshare --net=red true; echo >go; exec sleep 1000' &
            read line <go; \"$NSINIT\" ls net; kill $!";
        let rows = rows(who, script);
        let row = kept_by(&rows, "mount", "/red in the mounts of ");
        assert!(row[5].parse::<u64>().unwrap() > 0, "its owner is known: {row:?}");
    }
}

#[test]
fn a_namespace_that_only_a_descriptor_is_open_on_says_which() {
    // Looks like "descriptor - 7 of 4711: sh …", opened by its link or by a path.
    for who in Who::BOTH {
        let script = "mkfifo go; unshare -u sh -c 'echo >go; exec sleep 1000' &
            read line <go; exec 7</proc/$!/ns/uts; kill $!; wait $! 2>/dev/null || :
            \"$NSINIT\" ls uts";
        let found = rows(who, script);
        assert_eq!(kept_by(&found, "descriptor", "7 of ")[2], "0");
        let script = "touch f; unshare --uts=f true; exec 8<f; umount -l f; \"$NSINIT\" ls uts";
        let found = rows(who, script);
        assert_eq!(kept_by(&found, "descriptor", "8 of ")[2], "0");
    }
}

#[test]
fn a_user_namespace_without_processes_is_known_through_the_one_inside() {
    // Looks like "user … 0 - … nested - -", which is the parent of another one.
    for who in Who::BOTH {
        let script = "mkfifo go; unshare -Ur unshare -Ur sh -c 'echo >go; exec sleep 1000' &
            read line <go; \"$NSINIT\" ls user; kill $!";
        let rows = rows(who, script);
        let row = kept_by(&rows, "nested", "-");
        assert_eq!((row[0].as_str(), row[2].as_str()), ("user", "0"));
        assert!(rows.iter().any(|other| other[6] == row[1]), "{row:?} is nobody's parent");
    }
}

#[test]
fn threads_and_children_to_come_keep_namespaces_too() {
    // Looks like "thread - 4712 of 4711: …" and "children - of 4711: …".
    for (kind, keeper) in [("uts", "thread"), ("time", "children")] {
        let mut workload = Run::command(Who::Root, witness(&["apart", kind])).start();
        workload.wait_for("apart");
        let out = Run::nsinit(Who::Root, &["ls", kind]).end().quietly(0);
        let of = format!("of {}: ", workload.pid);
        let row = out.lines().find(|line| line.contains(keeper) && line.contains(&of));
        assert!(row.is_some_and(|row| row.contains(" 0    ")), "{keeper} {of}\n{out}");
        // A process is in what its first thread is in, and nowhere else.
        let own = proc::namespace(&workload.pid.to_string(), kind);
        assert_eq!(own, proc::namespace("self", kind));
        workload.kill(libc::SIGKILL);
        workload.end_of_killed();
    }
}
