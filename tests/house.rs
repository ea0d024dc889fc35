//! The rules of the house that a machine can keep: floors, wings, unsafe, sizes, headers.
//!
//! The tables below are the rules; a test walks over `src/` and holds every file against them. An
//! exception is a line with a reason, and one that is needed no longer fails as well. The words of
//! the rules are STYLE.md's; what the rooms are for is ARCHITECTURE.md's, which must name them all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "house/circles.rs"]
mod circles;

/// Every room and its floor. A room names what lies below it, and itself.
const FLOORS: [(&str, u8); 8] = [
    ("text", 0),
    ("model", 0),
    ("spec", 1),
    ("plan", 2),
    ("supervisor", 2),
    ("sys", 2),
    ("engine", 3),
    ("cli", 4),
];

/// A room that may name a neighbour on its own floor, and why.
const NEIGHBOURS: [(&str, &str, &str); 1] =
    [("model", "text", "a noun reads itself from bytes, and text has the numbers and the faults")];

/// Below every floor: capacities, for everybody.
const LIMITS: &str = "limits";

/// The rooms that decide and never act.
const PURE: [&str; 5] = ["text", "model", "spec", "plan", "supervisor"];

/// The crates by which one acts.
const ACTING: [&str; 2] = ["rustix", "linux_raw_sys"];

/// Files of more than 400 lines, and why they are one.
const LONG: [(&str, &str); 3] = [
    ("plan/order/mod.rs", "one table with a row for each order"),
    ("plan/step.rs", "one table with every act, its text and its calls"),
    ("spec/file/tests/mod.rs", "the grammar of TOML, case by case"),
];
const QUESTION: usize = 400;
const STOP: usize = 600;
const COLUMNS: usize = 100;
const FUNCTION: usize = 70;

/// Files that name core::fmt, and why. What they have of it is not linked into the binary.
const FORMATTERS: [(&str, &str); 5] = [
    ("model/user.rs", "a name in `{:?}` is letters, not bytes"),
    ("spec/keys/mod.rs", "a key in `{:?}` is its name, not its row"),
    ("text/display.rs", "nouns in `{}` for tests"),
    ("text/names.rs", "names in `{:?}` are names, not one text"),
    ("text/words.rs", "words in `{:?}` are words, not bytes"),
];

/// What calls core::fmt.
const FORMATTING: [&str; 5] = ["fmt::", "write!(", "writeln!(", "format_args!(", "format!("];

/// Capacities that size a buffer outside `limits.rs`, and why they stand where they do.
const LOCAL_CAPACITIES: [(&str, &str, &str); 3] = [
    ("text/near.rs", "LEN_MAX", "what is longer is no typing error; nothing is refused by it"),
    ("supervisor/event.rs", "ACTIONS_MAX", "follows from the law, as its comment argues"),
    ("supervisor/tally.rs", "TALLY_MAX", "how exactly is counted; nothing is refused by it"),
];

/// One file of `src/`.
struct Source {
    /// Below `src/`.
    path: String,
    text: String,
    /// Its lines without comments.
    code: Vec<String>,
}

impl Source {
    /// The directory it stands in first; files of `src/` itself are no room.
    fn room(&self) -> Option<&str> {
        self.path.split_once('/').map(|(room, _)| room)
    }

    /// The lines of code that `is_wrong`, as `path:line: text`.
    fn wrong<'s>(&'s self, is_wrong: impl Fn(&str) -> bool + 's) -> impl Iterator<Item = String> {
        let lines = (1..).zip(&self.code).filter(move |(_, line)| is_wrong(line));
        lines.map(|(number, line)| format!("src/{}:{number}: {}", self.path, line.trim()))
    }
}

/// Every Rust file below a directory of the package.
fn files(below: &str) -> Vec<PathBuf> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(below)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        match path.is_dir() {
            true => open.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path())),
            false if path.extension().is_some_and(|extension| extension == "rs") => {
                found.push(path);
            }
            false => {}
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no Rust files below {below}");
    found
}

/// Every file of `src/`.
fn sources() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.lines().map(|line| without_comment(line).to_owned()).collect();
        let path = path.strip_prefix(&top).unwrap().to_str().unwrap().to_owned();
        Source { path, text, code }
    };
    files("src").into_iter().map(read).collect()
}

/// A line up to its `//`, unless that stands in a string.
fn without_comment(line: &str) -> &str {
    let mut is_text = false;
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match letter {
            '"' if before != '\\' && before != '\'' => is_text = !is_text,
            '/' if before == '/' && !is_text => return &line[..at - 1],
            _ => {}
        }
        before = letter;
    }
    line
}

/// The words of a line: names and numbers.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Everything that follows `crate::` or a chain of `super::`, the entries of a list one by one.
fn named(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let rest = &code[at + start.len()..];
            let list = rest.strip_prefix('{').and_then(|list| list.split(';').next());
            let entries = list.unwrap_or(rest).split(['{', '}', ',']).map(str::trim_start);
            let count = if list.is_some() { usize::MAX } else { 1 };
            found.extend(entries.filter_map(|entry| words(entry).next()).take(count));
        }
    }
    found
}

/// Fails with every finding, one on each line.
fn none(findings: impl IntoIterator<Item = String>, rule: &str) {
    let findings: Vec<String> = findings.into_iter().collect();
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}

#[test]
fn a_room_looks_only_downward() {
    // spec/argv/ may name model (floor 0) and limits, plan/step.rs may not name supervisor.
    let may = |from: &str, to: &str| {
        let is_below = floor(to) < floor(from);
        from == to
            || to == LIMITS
            || is_below
            || NEIGHBOURS.iter().any(|(room, other, _)| (*room, *other) == (from, to))
    };
    let mut findings = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        if floor(room).is_none() {
            findings.push(format!("src/{room}: no such room in FLOORS"));
            continue;
        }
        let code = source.code.join("\n");
        let rooms = named(&code).into_iter().filter(|name| floor(name).is_some());
        let upward = rooms.filter(|name| !may(room, name));
        findings.extend(upward.map(|name| format!("src/{}: {room} names {name}", source.path)));
    }
    none(findings, "a room names only itself, the limits and what lies below it");
}

#[test]
fn every_floor_is_a_room_and_every_neighbour_is_needed() {
    // ("model", "text"): both are directories of src/, and model does name text.
    let sources = sources();
    for (room, _) in FLOORS {
        assert!(sources.iter().any(|source| source.room() == Some(room)), "no room {room}");
    }
    for (room, other, why) in NEIGHBOURS {
        let code = sources.iter().filter(|source| source.room() == Some(room));
        let does = code.map(|source| source.code.join("\n")).any(|c| named(&c).contains(&other));
        assert!(does, "{room} no longer names {other} ({why})");
    }
}

#[test]
fn the_rooms_that_decide_never_name_those_that_act() {
    // "use rustix::fs" in plan/facts.rs is a finding; in sys/file.rs it is not.
    let pure = |source: &Source| source.room().is_some_and(|room| PURE.contains(&room));
    let acts = |line: &str| words(line).any(|word| ACTING.contains(&word));
    let sources = sources();
    let findings = sources.iter().filter(|source| pure(source)).flat_map(|s| s.wrong(acts));
    none(findings, "a deciding room names a crate by which one acts");
}

#[test]
fn unsafe_code_lives_in_two_places() {
    // The word itself, outside comments, in any file but src/sys/ and src/start.rs.
    let is_open = |source: &&Source| source.room() != Some("sys") && source.path != "start.rs";
    let sources = sources();
    let findings = sources.iter().filter(is_open);
    let findings = findings.flat_map(|s| s.wrong(|line| words(line).any(|word| word == "unsafe")));
    none(findings, "unsafe outside src/sys/ and src/start.rs");
}

#[test]
fn nothing_is_printed_by_core_fmt() {
    // `write!(out, "{x}")` in cli/help.rs is a finding, `format!` behind `mod tests {` is none.
    let sources = sources();
    let mut findings = Vec::new();
    let mut users = Vec::new();
    for source in sources.iter().filter(|source| !source.path.contains("tests")) {
        let own = source.code.iter().take_while(|line| *line != "mod tests {").count();
        let uses = |line: &str| FORMATTING.iter().any(|name| line.contains(name));
        let mut wrong = (0..own).filter(|at| uses(&source.code[*at])).peekable();
        match FORMATTERS.iter().find(|(path, _)| *path == source.path) {
            Some((path, _)) if wrong.peek().is_some() => users.push(*path),
            Some(_) => {}
            None => findings.extend(wrong.map(|at| format!("src/{}:{}", source.path, at + 1))),
        }
    }
    none(findings, "core::fmt outside FORMATTERS; `text::put!` writes, `text::Show` is written");
    let known: Vec<&str> = FORMATTERS.iter().map(|(path, _)| *path).collect();
    assert_eq!(users, known, "FORMATTERS that need it no more");
}

#[test]
fn every_file_opens_with_its_caption_and_is_not_too_long() {
    // "//! The file as a front: …" on line one; 401 lines need a reason in LONG, 601 are too many.
    let mut findings = Vec::new();
    for Source { path, text, .. } in sources() {
        if !text.starts_with("//! ") {
            findings.push(format!("src/{path}: line one is no caption"));
        }
        let lines = text.lines().count();
        match LONG.iter().any(|(long, _)| *long == path) {
            _ if lines > STOP => findings.push(format!("src/{path}: {lines} lines")),
            false if lines > QUESTION => {
                findings.push(format!("src/{path}: {lines} lines, and no reason in LONG"));
            }
            true if lines <= QUESTION => {
                findings.push(format!("src/{path}: {lines} lines need no reason in LONG"));
            }
            _ => {}
        }
    }
    for (path, reason) in LONG {
        assert!(sources().iter().any(|source| source.path == path), "{path} is gone ({reason})");
    }
    none(findings, "a caption, at most 400 lines, with a reason 600");
}

#[test]
fn no_line_is_wider_than_a_hundred_columns() {
    // Letters, not bytes; src/, tests/ and benches/.
    let mut findings = Vec::new();
    for path in ["src", "tests", "benches"].into_iter().flat_map(files) {
        let text = std::fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        let wide = (1..).zip(text.lines()).map(|(number, line)| (number, line.chars().count()));
        let wide = wide.filter(|(_, columns)| *columns > COLUMNS);
        findings.extend(wide.map(|(number, columns)| format!("{path}:{number}: {columns}")));
    }
    none(findings, "at most 100 columns");
}

#[test]
fn a_function_fits_a_screen_or_says_why_not() {
    // As clippy counts: lines of the body without comments and empty ones; above, its allow.
    let mut findings = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (start, line) in source.code.iter().enumerate() {
            let allow = line.contains("clippy::too_many_lines");
            let here = lines[start];
            if allow && !here.contains("reason = \"") && !here.contains(")] // ") {
                findings.push(format!(
                    "src/{}:{}: an allow without a reason",
                    source.path,
                    start + 1
                ));
            }
            let is_function = format!(" {line}").contains(" fn ");
            if !is_function || line.trim_end().ends_with([';', '}']) {
                continue;
            }
            let indent = &line[..line.len() - line.trim_start().len()];
            let close = format!("{indent}}}");
            let body = source.code[start + 1..].iter().take_while(|line| **line != close);
            let long = body.filter(|line| !line.trim().is_empty()).count();
            let above = &lines[start.saturating_sub(3)..start];
            if long > FUNCTION && !above.iter().any(|line| line.contains("too_many_lines")) {
                findings.push(format!("src/{}:{}: {long} lines", source.path, start + 1));
            }
        }
    }
    none(findings, "a function has at most 70 lines, or an allow with its reason");
}

#[test]
fn every_capacity_lives_in_limits() {
    // `const X_MAX` outside limits.rs, used as a length (`; X_MAX` or `<…, { X_MAX`), is a finding.
    let sources = sources();
    let sizes = |line: &str, name: &str| {
        line.match_indices(name).any(|(at, _)| {
            let before = line[..at].trim_end().trim_end_matches('{').trim_end();
            before.ends_with(';') || (before.ends_with(',') && line[..at].contains('<'))
        })
    };
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.path != "limits.rs") {
        for line in &source.code {
            let Some((_, rest)) = line.split_once("const ") else { continue };
            let name = words(rest).next().unwrap_or_default();
            let room = |other: &&Source| other.room() == source.room();
            let mut code = sources.iter().filter(room).flat_map(|other| &other.code);
            if name.ends_with("_MAX") && code.any(|line| sizes(line, name)) {
                found.push((source.path.as_str(), name));
            }
        }
    }
    let known: Vec<_> = LOCAL_CAPACITIES.iter().map(|(path, name, _)| (*path, *name)).collect();
    found.sort_unstable();
    let mut expected = known;
    expected.sort_unstable();
    assert_eq!(found, expected, "capacities outside limits.rs against LOCAL_CAPACITIES");
}

#[test]
fn architecture_names_every_directory() {
    // `cli/report/` must be found there as "report/".
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; every room is explained there", path.display())
    });
    let mut directories: Vec<String> = sources()
        .iter()
        .filter_map(|source| {
            source.path.rsplit_once('/').map(|(directory, _)| directory.to_owned())
        })
        .collect();
    directories.dedup();
    let last = |path: &str| format!("{}/", path.rsplit('/').next().unwrap());
    let missing = directories.into_iter().filter(|path| !text.contains(&last(path)));
    none(missing, "directories of src/ that ARCHITECTURE.md does not name");
}

#[test]
fn nothing_is_left_to_do() {
    // todo!(), unimplemented!() and the word in capitals, comments included.
    let mut findings = Vec::new();
    for Source { path, text, .. } in sources() {
        let marks = ["todo!", "unimplemented!", "TODO", "XXX"];
        let lines = (1..).zip(text.lines());
        let marked = lines.filter(|(_, line)| marks.iter().any(|mark| line.contains(mark)));
        findings.extend(marked.map(|(number, line)| format!("src/{path}:{number}: {line}")));
    }
    none(findings, "work left open");
}

#[test]
fn nothing_turns_on_rustix_std() {
    // Features of one version are unified over the whole tree: a dev-dependency that asks for
    // rustix with std would give std to a no_std binary, and `cargo build` would fail.
    let tree = |network: &[&str]| {
        let mut tree = Command::new(env!("CARGO"));
        let tree = tree.args(["tree", "--locked", "--target", "all"]).args(network);
        let tree = tree.args(["-e", "features", "-i", "rustix"]);
        tree.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
    };
    // Packages for other systems are in the tree as well, and a build does not fetch these.
    let offline = tree(&["--offline"]);
    let output = if offline.status.success() { offline } else { tree(&[]) };
    let (text, trouble) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("rustix feature \"mount\""), "{trouble}");
    for feature in ["std", "alloc", "default"] {
        let line = format!("rustix feature \"{feature}\"");
        assert!(!text.contains(&line), "somebody turns on {line}:\n{text}");
    }
}
