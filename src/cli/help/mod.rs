//! `help` and `version`, printed from the tables of keys and verbs.

mod verbs;

use core::ffi::CStr;

use super::flow::Flow;
use super::out::{Out, say};
use super::report;
use super::screen::Screen;
use crate::model::code;
use crate::spec::flags::{self, FLAGS};
use crate::spec::keys::{HELP, Help, KEYS};
use crate::spec::{Key, KeyFor, Shape, Table};
use crate::sys::start::Start;
use crate::text::{Quoted, Show, Sink, Words, nearest, put};

pub use verbs::Verb;

#[cfg(target_arch = "x86_64")]
const TARGET: &str = "x86_64";
#[cfg(target_arch = "aarch64")]
const TARGET: &str = "aarch64";

/// What somebody sees who says nothing.
pub const SHORT: &str = "\
nsinit: nothing to do
  try: nsinit run -- COMMAND        in new namespaces
       nsinit run kiosk.toml        from a file
       nsinit -- COMMAND            as the entrypoint of a container
       nsinit help                  everything else
";

const TITLE: &str = "nsinit: PID 1, supervisor and launcher for Linux namespaces";

const FLAGS_BEGIN: &str =
    "The first operand ends the flags. A list is split at commas, or its flag said again.";

const OTHERS: &str = "Flags as bubblewrap has them, in their order (a file has [[mount]])";

const CODES: &str = "Exit codes: the main service's own; 128+N ended by signal N; 124 gave up; \
                     125 nsinit failed before the service ran; 126 found but not executable; \
                     127 not found.";

/// The column at which the sentence of a flag begins.
const SENTENCE: usize = 33;

/// The widest that a text is which is more than a sentence.
const TEXT: usize = 80;

/// `help [VERB|KEY]`
pub fn help(words: Words<'_>, start: &Start) -> u8 {
    let columns = Screen::of(start).columns;
    let mut out = Out::stdout();
    match words.first() {
        None => all(&mut out, columns),
        Some(said) => {
            let said = said.to_bytes();
            let name = match said.strip_prefix(b"--").unwrap_or(said) {
                b"setenv" => b"env", // which says it
                name => name,
            };
            let verb = verbs::find(said);
            if let Some(verb) = verb {
                verbs::one(&mut out, columns.min(TEXT), verb);
            }
            let mut is_known = verb.is_some();
            if matches!(name, b"config" | b"verbose" | b"-v") {
                is_known = true;
                verbs::flags(&mut out, columns, &verbs::OF_NO_KEY);
            }
            for (key, help) in keys().filter(|(key, _)| key.names.number_of(name).is_some()) {
                put!(&mut out, if verb.is_some() { "\n" } else { "" });
                is_known = true;
                one(&mut out, columns, key, *help);
            }
            if let Some(flag) = flags::Flag::find(name) {
                is_known = true;
                other(&mut out, columns, flag);
            }
            if !is_known {
                return unknown(name);
            }
        }
    }
    report::written(&mut out, 0)
}

/// Whether a verb is to tell of itself.
pub fn is_asked(words: Words<'_>) -> bool {
    matches!(words.first().map(CStr::to_bytes), Some(b"--help" | b"-h"))
}

/// The verb of this name; `None` for no verb of this build.
pub fn verb(name: &[u8]) -> Option<&'static Verb> {
    verbs::find(name).filter(|verb| verb.is_said())
}

/// What a verb is.
#[inline(never)] // of no start
pub fn of_verb(verb: &Verb, start: &Start) -> u8 {
    let mut out = Out::stdout();
    verbs::one(&mut out, Screen::of(start).columns.min(TEXT), verb);
    report::written(&mut out, 0)
}

fn unknown(name: &[u8]) -> u8 {
    let flags = FLAGS.iter().map(|flag| flag.name).filter(|_| cfg!(feature = "sandbox"));
    let names = keys().flat_map(|(key, _)| key.names.iter()).chain(flags);
    let near = nearest(name, names.chain(verbs::names())).unwrap_or("nsinit help");
    say!("help: no verb and no key ", Quoted(name), "\n  try: ", near, "\n");
    code::FAILED
}

/// A flag as it is typed: `--hostname NAME`.
struct Flag(&'static Key);

impl Show for Flag {
    fn show(&self, out: &mut dyn Sink) {
        let Key { has_flag, value, .. } = *self.0;
        let name = if has_flag { self.0.flag_names().next() } else { None };
        put!(out, if has_flag { "--" } else { "" }, name.unwrap_or(self.0.name()));
        put!(out, if value.is_empty() { "" } else { " " }, value);
    }
}

/// The keys of this build.
fn keys() -> impl Iterator<Item = (&'static Key, &'static Help)> {
    KEYS.iter().zip(&HELP).filter(|(key, _)| key.is_built())
}

/// Every verb and every key.
fn all(out: &mut Out, columns: usize) {
    paragraph(out, columns, 0, &TITLE);
    put!(out, "\n");
    verbs::all(out, columns);
    put!(out, "\n");
    paragraph(out, columns, 0, &FLAGS_BEGIN);
    verbs::flags(out, columns, &verbs::OF_NO_KEY);
    for table in Table::ALL {
        let keys = || keys().filter(|(key, _)| key.table == table);
        if keys().next().is_some() {
            put!(out, "\n");
            paragraph(out, columns, 0, &Head(table));
        }
        for (key, help) in keys() {
            row(out, columns, &Flag(key), help.sentence());
        }
    }
    if cfg!(feature = "sandbox") {
        put!(out, "\n");
        paragraph(out, columns, 0, &OTHERS);
        for flag in FLAGS {
            row(out, columns, &Other(flag), flag.help);
        }
    }
    put!(out, "\n");
    paragraph(out, columns.min(TEXT), 0, &CODES);
}

/// What stands above the keys of a table.
struct Head(Table);

impl Show for Head {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.0.title(), " ", self.0);
    }
}

/// A text of several lines.
fn paragraph(out: &mut Out, columns: usize, indent: usize, text: &dyn Show) {
    let mut lines = Flow::new(out, columns, indent);
    put!(&mut lines, text);
    lines.end();
}

/// A flag, and what it is for.
fn row(out: &mut Out, columns: usize, flag: &dyn Show, sentence: &str) {
    let mut text = Flow::behind(flag, out, columns, SENTENCE);
    put!(&mut text, sentence);
    text.end();
}

/// A flag that is no key, with its words.
struct Other(&'static flags::Flag);

impl Show for Other {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "--", self.0.name);
        for word in self.0.operands.iter() {
            put!(out, " ", word);
        }
    }
}

/// One of these flags in full.
fn other(out: &mut Out, columns: usize, flag: &'static flags::Flag) {
    put!(out, Other(flag), "\n");
    paragraph(out, columns, 2, &flag.help);
    put!(out, "  As a key: ");
    let is_of_sandbox = flag.in_file.starts_with("namespaces");
    match flag.in_file {
        "" => put!(out, "none"),
        form if is_of_sandbox => put!(out, Table::Sandbox, " ", form),
        form => put!(out, Table::Mount, " ", form),
    }
    put!(out, "\n  For: run\n");
}

/// One key in full.
fn one(out: &mut Out, columns: usize, key: &'static Key, help: Help) {
    put!(out, Flag(key), "\n");
    paragraph(out, columns, 2, &help.sentence());
    if !help.default().is_empty() {
        put!(out, "  Default: ", help.default(), ".\n");
    }
    for alias in key.flag_names().skip(1) {
        put!(out, "  Also: --", alias, "\n");
    }
    paragraph(out, columns, 2, &InFile(key));
    let verbs = match key.scope {
        KeyFor::AnyVerb => "run and the entrypoint",
        KeyFor::Run => "run",
        KeyFor::Init => "init",
        KeyFor::Entrypoint => "the entrypoint",
    };
    put!(out, "  For: ", verbs, "\n");
}

/// How a file says a key.
struct InFile(&'static Key);

impl Show for InFile {
    fn show(&self, out: &mut dyn Sink) {
        let key = self.0;
        let value = key.value;
        put!(out, "In a file: ", key.table, " ", key.name(), " = ");
        match key.shape {
            Shape::Text | Shape::OuterPath | Shape::OuterPathOrTmpfs | Shape::TextOrPair => {
                put!(out, "\"", value, "\"")
            }
            Shape::Number => put!(out, value),
            Shape::Span => put!(out, "\"", value, "\", or a number of seconds"),
            Shape::TextOrNumber => put!(out, "\"", value, "\" or a number"),
            Shape::Switch => put!(out, "true or false"),
            Shape::SwitchOrText => put!(out, "true, false or \"TEXT\""),
            Shape::List | Shape::OuterPaths | Shape::Words => put!(out, "[\"", value, "\", …]"),
            Shape::Pairs => put!(out, "{ NAME = \"VALUE\", … }"),
            Shape::TextOrPairs => put!(out, "\"", value, "\" or { file = \"PATH\", … }"),
            Shape::TextOrExec => put!(out, "\"", value, "\" or { exec = [\"WORD\", …] }"),
        }
    }
}

/// `version`: what this is and what was built in.
pub fn version() -> u8 {
    let mut out = Out::stdout();
    put!(&mut out, "nsinit ", env!("CARGO_PKG_VERSION"), " (", TARGET);
    put!(&mut out, ", built in: entrypoint");
    let parts = [
        (cfg!(feature = "run"), " run"),
        (cfg!(feature = "join"), " join"),
        (cfg!(feature = "init"), " init"),
        (cfg!(feature = "verbs"), " explain check"),
        (cfg!(feature = "inspect"), " ls doctor"),
        (cfg!(feature = "control"), " control"),
        (cfg!(feature = "toml"), " toml"),
        (cfg!(feature = "personalities"), " personalities"),
    ];
    for (is_built_in, name) in parts {
        put!(&mut out, if is_built_in { name } else { "" });
    }
    put!(&mut out, ")\n");
    report::written(&mut out, 0)
}
