//! No files of one room import each other in a loop.
//!
//! An arrow runs from a file to the one in which a name that it uses is defined: what a file only
//! hands on (`pub use`) is followed to where it comes from. Methods need no import, so that an
//! `impl` of a type in another file draws an arrow to the type's file and none back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, none, sources};

/// Rooms in which what a file takes from a face (`mod.rs`) above itself draws no arrow, and why.
const FACES: [(&str, &str); 2] = [
    ("cli", "a verb takes the `Call`, a sentence the `Place` of whoever calls them"),
    ("spec", "every key says something of the `Spec`, which holds what they all say"),
];

/// A path, and a file as a module: `engine::cgroup` is `engine/cgroup/mod.rs`.
type Segments = Vec<String>;

/// What one file says of others.
#[derive(Default)]
struct Module {
    /// Where it is below `src/`.
    file: String,
    /// Each name that it imports or hands on, with its path.
    imports: Vec<(String, Segments)>,
    /// The paths that it uses.
    used: Vec<Segments>,
}

/// The segments of a path.
fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty())
}

/// The paths of the tree of one `use`, each with the name that it has from then on.
fn expand(tree: &str, front: &[String], found: &mut Vec<(String, Segments)>) {
    if let Some((before, list)) = tree.split_once('{') {
        let front: Segments = front.iter().cloned().chain(segments(before)).collect();
        let list = list.trim_end().strip_suffix('}').unwrap();
        let (mut depth, mut start) = (0, 0);
        for (at, letter) in list.char_indices().chain([(list.len(), ',')]) {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    let entry = list[start..at].trim();
                    if !entry.is_empty() {
                        expand(entry, &front, found);
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path = front.iter().cloned().chain(segments(path)).filter(|part| part != "self");
    let path: Segments = path.collect();
    let name = if name.is_empty() { path.last().unwrap() } else { name.trim() };
    found.push((name.to_owned(), path.clone()));
}

/// The paths in a piece of code that begin with this segment.
fn paths_of(code: &str, first: &str) -> Vec<Segments> {
    let is_of_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
    let front = format!("{first}::");
    let starts = code.match_indices(&front).map(|(at, _)| at);
    let starts = starts.filter(|at| !code[..*at].ends_with(is_of_path));
    let whole = |at: usize| code[at..].split(|letter| !is_of_path(letter)).next().unwrap();
    starts.map(|at| segments(whole(at)).collect()).collect()
}

/// Whether a name stands in a piece of code by itself, not as a part of a path or of a value.
fn names(code: &str, name: &str) -> bool {
    let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(name).any(|(at, _)| {
        let (before, behind) = (&code[..at], &code[at + name.len()..]);
        let is_whole = !before.ends_with(is_of_name) && !behind.starts_with(is_of_name);
        is_whole && !before.ends_with([':', '.']) && !before.ends_with("fn ")
    })
}

/// Reads a file up to its tests.
fn module(source: &Source) -> Module {
    let lines = source.code.iter().map(String::as_str).take_while(|line| *line != "mod tests {");
    let code = lines.collect::<Vec<_>>().join("\n");
    let mut parts = code.split("pub(");
    let first = parts.next().unwrap().to_owned(); // without "(in crate::engine)" and the like
    let code = parts.fold(first, |code, part| code + "pub" + part.split_once(')').unwrap().1);
    let (mut own, mut handed_on) = (Module::default(), Vec::new());
    let (mut children, mut rest) = (Vec::new(), String::new());
    for statement in code.split(';') {
        // Behind "pub" at most, at the beginning of a line.
        let begin = |word: &str| {
            let front = |at: usize| statement[..at].rsplit('\n').next().unwrap().trim();
            let mut found = statement.match_indices(word).map(|(at, _)| at);
            found.find_map(|at| matches!(front(at), "" | "pub").then_some((at, front(at) == "pub")))
        };
        if let Some((at, _)) = begin("mod ") {
            children.push(statement[at + 4..].trim());
        } else if let Some((at, is_handed_on)) = begin("use ") {
            rest.push_str(&statement[..at]);
            let target = if is_handed_on { &mut handed_on } else { &mut own.imports };
            expand(&statement[at + 4..], &[], target);
        } else {
            rest.push_str(statement);
        }
    }
    let used = handed_on.iter().filter(|(name, _)| names(&rest, name));
    own.used = own.imports.iter().chain(used).map(|(_, path)| path.clone()).collect();
    for first in ["crate", "super"].iter().chain(&children) {
        own.used.extend(paths_of(&rest, first));
    }
    own.imports.extend(handed_on);
    Module { file: source.path.clone(), ..own }
}

/// Every file of `src/` that is no test, and not of the binary alone.
fn modules(sources: &[Source]) -> BTreeMap<Segments, Module> {
    let is_code = |source: &&Source| {
        !source.path.contains("tests") && !matches!(source.path.as_str(), "main.rs" | "start.rs")
    };
    let own = |source: &Source| {
        let path = source.path.strip_suffix(".rs").unwrap();
        let path = path.strip_suffix("/mod").unwrap_or(path);
        path.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
    };
    sources.iter().filter(is_code).map(|source| (own(source), module(source))).collect()
}

/// The file in which that is defined to which a path in the file `from` leads.
fn definition(
    modules: &BTreeMap<Segments, Module>,
    from: &[String],
    path: &[String],
) -> Option<Segments> {
    let up = path.iter().take_while(|part| *part == "super").count();
    let (mut here, behind) = match path.first()?.as_str() {
        "crate" => (Segments::new(), 1),
        _ => (from[..from.len() - up].to_vec(), up),
    };
    let mut rest = path.iter().skip(behind);
    while let Some(next) = rest.next() {
        let below: Segments = here.iter().chain([next]).cloned().collect();
        if modules.contains_key(&below) {
            here = below;
            continue;
        }
        let import = modules.get(&here)?.imports.iter().find(|(name, _)| name == next);
        if let Some((_, path)) = import.filter(|_| here != from) {
            let path: Segments = path.iter().chain(rest).cloned().collect();
            return definition(modules, &here, &path);
        }
        break;
    }
    Some(here)
}

/// Which file uses what is defined in which; the rooms of these faces as above.
fn arrows<'m>(
    modules: &'m BTreeMap<Segments, Module>,
    faces: &[&str],
) -> BTreeSet<(&'m str, &'m str)> {
    let of_file = |(from, own): (&'m Segments, &'m Module)| {
        let has_faces = from.first().is_some_and(|room| faces.contains(&room.as_str()));
        let uses = own.used.iter().filter_map(|path| definition(modules, from, path));
        let uses = uses.filter(|to| to != from && !(has_faces && from.starts_with(to)));
        uses.map(|to| (own.file.as_str(), modules[&to].file.as_str())).collect::<Vec<_>>()
    };
    modules.iter().flat_map(of_file).collect()
}

/// The arrows of the loops, and of what lies between two of them.
fn loops<'a>(mut arrows: BTreeSet<(&'a str, &'a str)>) -> BTreeSet<(&'a str, &'a str)> {
    loop {
        let count = arrows.len();
        let from: BTreeSet<&str> = arrows.iter().map(|(from, _)| *from).collect();
        let to: BTreeSet<&str> = arrows.iter().map(|(_, to)| *to).collect();
        arrows.retain(|arrow| to.contains(arrow.0) && from.contains(arrow.1));
        if arrows.len() == count {
            return arrows;
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_loop() {
    // engine/cgroup/mod.rs takes Hands, which hold CgroupHands: those stand in cgroup/held.rs.
    let sources = sources();
    let modules = modules(&sources);
    let arrows = arrows(&modules, &FACES.map(|(room, _)| room));
    assert!(arrows.contains(&("engine/cgroup/mod.rs", "engine/hands.rs")), "nothing is read");
    let findings = loops(arrows).into_iter().map(|(from, to)| format!("src/{from} -> src/{to}"));
    none(findings, "files that import each other in a loop");
}

#[test]
fn every_room_with_a_face_needs_that() {
    // Without its row in FACES, spec/mod.rs and spec/net.rs name each other.
    let sources = sources();
    let modules = modules(&sources);
    for (room, why) in FACES {
        let others = FACES.map(|(other, _)| other).into_iter().filter(|other| *other != room);
        let arrows = arrows(&modules, &others.collect::<Vec<_>>());
        assert!(!loops(arrows).is_empty(), "{room} has no loops even by its faces ({why})");
    }
}
