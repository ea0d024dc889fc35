//! The example that the README shows, with what it prints.

use super::sandbox::Sandbox;
use super::support::{Who, wait};

const README: &str = include_str!("../../README.md");
const EXAMPLE: &str = include_str!("../../rootfs/examples/watched.toml");

/// The words of a line of a table without what is another one each time: the name, PID and age.
fn words(line: &str) -> Vec<String> {
    let all = line.split_whitespace().enumerate();
    let same = all.filter(|(column, _)| ![0, 3, 4].contains(column));
    same.map(|(_, word)| word.into()).collect()
}

/// The lines of a table, to the end of it.
fn rows(table: &str) -> Vec<Vec<String>> {
    let lines = table.lines().map(str::trim).skip_while(|line| !line.starts_with("SANDBOX"));
    lines.take_while(|line| !line.is_empty()).map(words).collect()
}

#[test]
fn the_readme_shows_what_ps_prints_of_the_watched_example() {
    // Looks like the worker's second run, after it hung once, with three of its four jobs done.
    let (_, shown) = README.split_once("$ nsinit ps watched\n").unwrap();
    let shown = rows(shown);
    assert_eq!(shown.len(), 4, "{shown:?}");
    let sandbox = Sandbox::start(Who::User, EXAMPLE);
    let mut last = String::new();
    wait::until("it to be as in the README", || {
        last = sandbox.ask(&["ps"]).out;
        (rows(&last) == shown).then_some(())
    });
    let said = sandbox.service("worker");
    assert!(said.contains("next deadline in "), "{said}");
    sandbox.said(&["reload", "web"]);
    wait::until("web to have read it", || {
        sandbox.ask(&["status", "web"]).out.contains("running").then_some(())
    });
    let ended = sandbox.stop();
    assert!(ended.err.contains("\"worker\" said nothing for 1s, and is ended"), "{}", ended.err);
}
