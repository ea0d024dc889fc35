//! `help`: each verb tells of itself, and no line is wider than the terminal.

use std::fs::File;

use super::support::terminal::Terminal;
use super::support::{Run, Who};

fn said(words: &[&str]) -> String {
    Run::nsinit(Who::User, words).end().quietly(0)
}

#[test]
fn each_verb_tells_of_itself_in_both_ways() {
    // Looks like "nsinit logs [FLAGS] NAME [SERVICE]" and a text, behind help and in front of
    // --help; every verb that works is one of them.
    let list = said(&["help"]);
    let verbs: Vec<&str> =
        list.lines().filter_map(|line| line.strip_prefix("  nsinit ")?.split(' ').next()).collect();
    let expected = "run [FLAGS] init explain check doctor ls ps status stop restart reload signal \
                    logs enter rm help version";
    assert_eq!(verbs, expected.split_whitespace().collect::<Vec<_>>());
    for verb in verbs.into_iter().filter(|verb| *verb != "[FLAGS]") {
        let text = said(&[verb, "--help"]);
        assert!(text.starts_with(&format!("nsinit {verb}")) && text.lines().count() > 1, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(said(&["help", verb]).starts_with(&text), "{verb}");
        assert_eq!(said(&[verb, "-h"]), text);
    }
    assert!(said(&["help", "entrypoint"]).starts_with("nsinit [FLAGS] -- COMMAND"));
    // A word that is a verb and a key is told as both, and as the key alone.
    let key = said(&["help", "--restart"]);
    assert!(key.starts_with("--restart POLICY\n") && said(&["help", "restart"]).ends_with(&key));
    // What is no flag and near none is answered by the way to all of them.
    let ended = Run::nsinit(Who::User, &["ls", "--what"]).end();
    ended.saying(125, &["ls: argument 2: unknown flag \"--what\"", "try: nsinit help ls"]);
    let ended = Run::nsinit(Who::User, &["help", "statsu"]).end();
    ended.saying(125, &["help: no verb and no key \"statsu\"", "try: status"]);
}

#[test]
fn on_a_terminal_no_line_is_broken_within_a_word() {
    // Looks like the same words in lines that are no wider than that, also where a flag and its
    // sentence have no room beside each other; and the whole lines in a pipe.
    let lists: [&[&str]; 5] =
        [&["help"], &["help", "run"], &["help", "enter"], &["help", "ready"], &["check", "--help"]];
    for (asked, columns) in lists.into_iter().flat_map(|asked| [(asked, 70), (asked, 40)]) {
        let plain = said(asked);
        let terminal = Terminal::new();
        terminal.set_columns(columns);
        let running = Run::nsinit(Who::User, asked).start_at(&terminal);
        drop(terminal);
        let shown = running.end().out.replace('\r', "");
        let is_wide = |line: &&str| line.chars().count() > usize::from(columns);
        assert_eq!(shown.lines().find(is_wide), None, "{asked:?}");
        let words = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
        assert_eq!(words(&shown), words(&plain));
        assert!(plain.lines().any(|line| line.chars().count() > 70), "it is whole in a pipe");
    }
}

#[test]
fn a_plan_fits_a_terminal() {
    // Looks like the step in one line of 80, without "(default)"; with it where there is room.
    let words = ["explain", "run", "--hostname", "box", "--", "true"];
    let shown = |columns| {
        let terminal = Terminal::new();
        terminal.set_columns(columns);
        let running = Run::nsinit(Who::User, &words).start_at(&terminal);
        drop(terminal);
        running.end().out.replace('\r', "")
    };
    let plan = shown(80);
    assert!(plan.lines().all(|line| line.chars().count() <= 80), "{plan}");
    assert!(plan.lines().any(|line| line.ends_with("set hostname \"box\"  argument 3")), "{plan}");
    assert!(!plan.contains("(default)"));
    let wide = shown(200);
    assert!(wide.contains("(default)") && wide.lines().count() <= plan.lines().count(), "{wide}");
}

#[test]
fn what_cannot_be_printed_is_told_and_a_closed_pipe_ends_it() {
    // Looks like 125 and the errno for each verb that prints, and the end by PIPE without a word.
    let full = File::options().write(true).open("/dev/full").unwrap();
    let verbs = "help|help run|run --help|version|explain run -- true|explain --json run -- true|\
                 doctor|doctor --json|ls|ls --json|ps|ps --json";
    for verb in verbs.split('|') {
        let words: Vec<&str> = verb.split(' ').collect();
        let ended = Run::nsinit(Who::User, &words).giving(&full, 1).end();
        ended.saying(125, &["nsinit: write standard output: ENOSPC\n"]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = Run::nsinit(Who::User, &words).giving(&writer, 1).end();
        assert_eq!((ended.code, ended.err.as_str()), (-libc::SIGPIPE, ""), "{verb}");
    }
}
