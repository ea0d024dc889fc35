//! `ls` beside lsns(8) of util-linux, on the same namespaces.
//!
//! Both look at a /proc that has only what the test made, so that nothing comes or goes between
//! them; each is a process of that /proc itself, in the same place.

use super::support::who::{programs, tool};
use super::support::{Run, Who, file};

/// What can be nested, nested; and a process for each kind that has one of its own.
const SCENE: &str = r#"
    here() { "$@" sh -c 'echo >>ready; exec sleep 1000' & }
    here unshare -n; here unshare -u; here unshare -i
    here unshare -C; here unshare -T; here unshare -m
    here unshare -Ur
    here unshare -Ur unshare -Ur unshare -n
    here unshare -pf --kill-child
    here unshare -Urpf --kill-child unshare -pf --kill-child
    here unshare -UrnumiCT
    until [ "$(wc -l 2>/dev/null <ready)" = 11 ]; do :; done
    lsns -nr -o NS,TYPE,NPROCS,PID,PNS,ONS >lsns
    "$NSINIT" ls >ls
"#;

/// The scene's two files, as rows of words.
fn both(who: Who) -> [Vec<Vec<String>>; 2] {
    let directory = file::directory();
    let unshare = tool("unshare");
    let flags = if who == Who::User { "-Urpf" } else { "-pf" };
    let words =
        [unshare.to_str().unwrap(), flags, "--mount-proc", "--kill-child", "sh", "-ec", SCENE];
    let run = Run::command(who, words).directory(&directory);
    run.env("NSINIT", &file::text(&programs().nsinit)).end().quietly(0);
    ["lsns", "ls"].map(|name| {
        let text = std::fs::read_to_string(directory.join(name)).unwrap();
        text.lines().map(|line| line.split_whitespace().map(String::from).collect()).collect()
    })
}

#[test]
fn every_namespace_is_listed_as_lsns_lists_it() {
    // Looks like "4026532182 net 1 17 0 4026531837" of lsns, and `-` for its 0.
    for who in Who::BOTH {
        let [theirs, ours] = both(who);
        let zero = |word: &str| if word == "-" { "0".into() } else { String::from(word) };
        // lsns leaves out what has no process: here the parent of a user namespace.
        let (ours, without): (Vec<_>, Vec<_>) = ours[1..].iter().partition(|row| row[2] != "0");
        let kept: Vec<&str> = without.iter().map(|row| row[7].as_str()).collect();
        assert_eq!(kept, ["nested"], "{without:?}");
        let ours = ours.into_iter().map(|row| [1, 0, 2, 3, 6, 5].map(|column| zero(&row[column])));
        let mut ours: Vec<Vec<String>> = ours.map(Vec::from).collect();
        let mut theirs: Vec<Vec<String>> = theirs;
        theirs.sort();
        ours.sort();
        assert!(ours.len() > 20, "{ours:?}");
        assert_eq!(ours, theirs, "{who:?}");
    }
}
