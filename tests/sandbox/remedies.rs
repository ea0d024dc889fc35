//! What is told to be tried is tried: whoever does so is not told the same again.

use std::collections::BTreeMap;

use nsinit::spec::Table;
use nsinit::spec::keys::KEYS;

use super::support::who::Who;
use super::support::{Run, file};

/// Values that many keys do not take.
const VALUES: &[&str] = &[
    "5",
    "-1",
    "50",
    "true",
    "1.5",
    "1979-05-27",
    "\"x\"",
    "\"5\"",
    "\"50\"",
    "\"true\"",
    "\"\"",
    "[]",
    "[\"x\"]",
    "[5]",
    "[true]",
    "{}",
    "{ a = \"x\" }",
    "{ a = true }",
    "{ a = 5 }",
];

/// What was told of a line: the message in one line, and what to try.
type Told = (String, Option<String>);

/// What `check` tells of a text, by the lines that it speaks of.
fn told(text: &str) -> BTreeMap<usize, Vec<Told>> {
    let path = file::write(&file::directory(), "test.toml", 0o644, text);
    let ended = Run::nsinit(Who::User, &["check", &path]).end();
    let mut all: BTreeMap<usize, Vec<Told>> = BTreeMap::new();
    let mut last = 0;
    for line in ended.err.lines() {
        if let Some(remedy) = line.strip_prefix("  try: ") {
            let told = all.get_mut(&last).and_then(|told| told.last_mut());
            told.unwrap_or_else(|| panic!("{}", ended.err)).1 = Some(remedy.into());
        } else if !line.starts_with("  ") {
            let message = line.strip_prefix("check: ").unwrap_or_else(|| panic!("{line}"));
            let at = message.strip_prefix(&format!("{path}:"));
            let (number, rest) = at.and_then(|at| at.split_once(':')).unwrap_or(("0", message));
            last = number.parse().unwrap();
            all.entry(last).or_default().push((rest.into(), None));
        }
    }
    all
}

/// The TOML value that a text begins with, as far as remedies have some.
fn value(text: &str) -> Option<&str> {
    let end = match text.chars().next()? {
        '"' => text[1..].find('"')? + 2,
        '[' => text.find(']')? + 1,
        '{' => text.find('}')? + 1,
        _ => text.find([' ', ',']).unwrap_or(text.len()),
    };
    Some(&text[..end])
}

/// What a remedy says to write in the place of a value of this key: each way.
fn ways(key: &str, (message, remedy): &Told) -> Vec<String> {
    let Some(remedy) = remedy else { return Vec::new() };
    if let Some((_, said)) = remedy.split_once(&format!("{key} = ")) {
        let first = value(said).unwrap_or_else(|| panic!("{remedy}"));
        let others = said[first.len()..].strip_prefix(" or ").and_then(value);
        return [Some(first), others].into_iter().flatten().map(String::from).collect();
    }
    // What cannot be a name of a table is no value.
    let said = message.split('"').nth(1).unwrap_or_default();
    if message.contains(" cannot be \"") && !said.contains('=') {
        let words = remedy.split(", ").flat_map(|words| words.split(" or "));
        let words = words.filter(|word| !word.contains([' ', '{', '}']));
        let written = |word: &str| match word {
            "true" | "false" => word.into(),
            _ => format!("\"{word}\""),
        };
        return words.map(written).collect();
    }
    Vec::new()
}

/// Whether a word stands for another: `NAME`.
fn is_placeholder(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase());
    text.split(|c: char| !c.is_alphanumeric()).any(is_part)
}

/// A message without what was said.
fn bare(message: &str) -> String {
    message.split('"').step_by(2).collect()
}

#[test]
fn what_is_to_be_tried_is_taken() {
    // Looks like `nice = "5"`, which is told to be tried as `nice = 5`, and then is no fault.
    let (mut tried, mut wrong) = (0, Vec::new());
    for value in VALUES {
        let mut lines = Vec::new();
        let mut keys = BTreeMap::new();
        for table in Table::ALL {
            let header = match table.name() {
                "interface" => "[[net.interface]]".into(),
                "landlock" => "[security.landlock]".into(),
                name if table.is_list() => format!("[[{name}]]"),
                name => format!("[{name}]"),
            };
            lines.push(header);
            for key in KEYS.iter().filter(|key| key.table == table && key.name() != "command") {
                lines.push(format!("{} = {value}", key.name()));
                let _ = keys.insert(lines.len(), key.name());
            }
        }
        let first = told(&lines.join("\n"));
        for round in 0..6 {
            let (mut lines, mut changed) = (lines.clone(), BTreeMap::new());
            for (number, key) in &keys {
                let all = first.get(number).into_iter().flatten();
                for told in all {
                    if let Some(way) = ways(key, told).get(round) {
                        lines[number - 1] = format!("{key} = {way}");
                        let _ = changed.insert(*number, (way.clone(), told));
                        tried += 1;
                        break;
                    }
                }
            }
            let second = told(&lines.join("\n"));
            for (number, (way, (before, _))) in changed {
                let line = &lines[number - 1];
                for (now, _) in second.get(&number).into_iter().flatten() {
                    let again = bare(now) == bare(before);
                    let is_of_value = [" is no ", " is an ", " is a ", " cannot be ", " is empty"]
                        .iter()
                        .any(|words| now.contains(words));
                    let is_refused = is_of_value && !is_placeholder(&way);
                    if again || is_refused {
                        wrong.push(format!("{line} in place of {value}: {before}: {now}"));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tried > 300, "{tried}");
}

/// Files that will not be started, each with how its refusal begins.
const REFUSED: &[(&str, &str)] = &[
    ("[[service]]\nname = 'a'", "service \"a\" has no command"),
    ("[[service]]\nnice = 1", "no command"),
    ("[sandbox]\nnamespaces = ['mnt']\nproc = 'fresh'", "a fresh /proc needs"),
    ("[security]\nseccomp-log = 'refused'", "seccomp-log has no filter"),
    ("[root]\noverlay = 'tmpfs'", "\"overlay\" has no root"),
    ("[[mount]]\ntarget = '/x'", "\"bind\" has nothing to be made of"),
    ("[[mount]]\nsource = '/x'", "\"bind\" has no target"),
    ("[[mount]]\ntype = 'symlink'\ntarget = '/x'", "\"symlink\" leads nowhere"),
    ("[[mount]]\ntype = 'file'\ntarget = '/x'", "\"file\" has nothing to be made of"),
    ("[[mount]]\ntype = 'data'\ntarget = '/x'", "\"data\" has nothing to be made of"),
    ("[[mount]]\ntype = 'chmod'\ntarget = '/x'", "\"chmod\" has no mode"),
    ("[[mount]]\ntype = 'overlay'\ntarget = '/x'\nlower = ['/a']\nwork = '/w'", "a directory for"),
    ("[[mount]]\ntype = 'overlay'\ntarget = '/x'\nupper = 'tmpfs'", "an overlay needs something"),
    ("[init]\nswitch-root-writable = true", "\"switch-root-writable\" has no root"),
    ("[init]\nwatchdog-timeout = '5s'", "watchdog-timeout has no watchdog"),
    ("[init]\nswitch-root = 'tag'", "switch-root is no device"),
    ("[[net.interface]]\nveth = 'a'", "the interface on \"a\" has no name"),
    ("[[net.interface]]\nname = 'a'\nbridge = 'b'\nmove = 'c'", "\"bridge\" speaks of"),
    ("[[service]]\ncommand = ['x']\nstart-timeout = '5s'", "start-timeout has nothing"),
];

/// Calls that will not be started, likewise.
const CALLS: &[(&str, &str)] = &[
    ("--namespaces mnt --proc fresh", "a fresh /proc needs"),
    ("--seccomp-log refused", "seccomp-log has no filter"),
    ("--start-timeout 5s", "start-timeout has nothing"),
    ("--root-overlay tmpfs", "\"overlay\" has no root"),
    ("--landlock-scope abstract-unix --ready notify", "in this scope the service"),
    ("--disable-userns --cap-add sys_resource", "\"disable-userns\" would hold only"),
    ("--hostnam box", "unknown flag"),
    ("--map-root-user", "unknown flag"),
    ("--workdir2 /", "unknown flag"),
    ("--oom-score-adjust 5", "unknown flag"),
];

/// Every `KEY = VALUE` of a remedy, with each value that is named for it.
fn pairs(remedy: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (at, _) in remedy.match_indices(" = ") {
        let key: String = remedy[..at].split([' ', '{']).next_back().unwrap().into();
        let is_inside = remedy[..at].matches('{').count() > remedy[..at].matches('}').count();
        let mut rest = &remedy[at + 3..];
        while let Some(one) = value(rest).filter(|_| !is_inside) {
            pairs.push((key.clone(), one.into()));
            rest = &rest[one.len()..];
            let next = rest.strip_prefix(", ").or_else(|| rest.strip_prefix(" or "));
            match next.filter(|next| next.starts_with(['"', '{', '['])) {
                Some(next) => rest = next,
                None => break,
            }
        }
    }
    pairs
}

/// The text with a key in the table of this line, in place of what it says of it.
fn with(text: &str, number: usize, key: &str, value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    let header = (0..number).rev().find(|at| lines[*at].starts_with('[')).unwrap();
    let end =
        (header + 1..lines.len()).find(|at| lines[*at].starts_with('[')).unwrap_or(lines.len());
    let pair = format!("{key} = {value}");
    match (header + 1..end).find(|at| lines[*at].starts_with(&format!("{key} = "))) {
        Some(at) => lines[at] = pair,
        None => lines.insert(header + 1, pair),
    }
    lines.join("\n")
}

#[test]
fn who_does_what_is_to_be_tried_is_not_refused_again() {
    // Looks like `mode = "0755"` in the table of a chmod without one, which is alright then.
    let mut tried = 0;
    for (text, begin) in REFUSED {
        let own =
            if text.starts_with("[[service]]") { "" } else { "\n[[service]]\ncommand = ['x']" };
        let text = format!("{text}{own}");
        let all = told(&text);
        for (number, (before, remedy)) in
            all.iter().flat_map(|(number, all)| all.iter().map(move |told| (number, told)))
        {
            let (_, before) = before.split_once(": ").unwrap();
            assert!(before.starts_with(begin), "{text}: {before}");
            for (key, value) in pairs(remedy.as_deref().unwrap_or_default()) {
                let mended = with(&text, *number, &key, &value);
                let mut now = told(&mended).into_values().flatten();
                let again = now.find(|(now, _)| now.contains(before) || now.contains(&key));
                assert_eq!(again, None, "{mended}\n{remedy:?}");
                tried += 1;
            }
        }
        assert!(!all.is_empty(), "{text}");
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn a_flag_that_is_to_be_tried_is_one() {
    // Looks like `--ready notify` for a start-timeout that has nothing to wait for.
    for (flags, begin) in CALLS {
        let explain = |flags: &str| {
            let words = ["explain", "run"].into_iter().chain(flags.split_whitespace());
            Run::nsinit(Who::User, &words.chain(["--", "true"]).collect::<Vec<_>>()).end().err
        };
        let before = explain(flags);
        let Some((message, rest)) = before.split_once('\n') else { continue };
        let message = message.rsplit_once(": ").map_or(message, |(_, message)| message);
        assert!(before.contains(begin), "{flags}: {before}");
        let remedy = rest.split_once("try: ").unwrap_or_else(|| panic!("{before}")).1;
        for way in
            remedy.split([',', ';', '\n']).filter_map(|way| way.find("--").map(|at| &way[at..]))
        {
            let words: Vec<&str> = way.split_whitespace().collect();
            let way = if words.iter().any(|word| is_placeholder(word)) { continue } else { words };
            let mut kept: Vec<&str> = flags.split_whitespace().collect();
            match kept.iter().position(|word| *word == way[0]) {
                _ if begin.starts_with("unknown") => kept.clear(),
                Some(at) => drop(kept.drain(at..at + 2)),
                None => {}
            }
            let flags = [kept, way].concat().join(" ");
            let now = explain(&flags);
            assert!(!now.contains(message), "{flags}: {now}");
        }
    }
}
