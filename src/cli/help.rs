//! `help` and `version`, printed from the key table.

use core::fmt::{self, Write};

use super::out::{Out, pad, say};
use crate::model::code;
use crate::spec::keys::KEYS;
use crate::spec::{Key, KeyFor, Shape, Table};
use crate::text::{Quoted, Words, nearest};

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

const VERBS: &str = "\
nsinit: PID 1, supervisor and launcher for Linux namespaces

  nsinit run [FLAGS] [FILE.toml] [--] [COMMAND…]   new namespaces, then supervise
  nsinit [FLAGS] -- COMMAND…                       supervise in the namespaces we are in
  nsinit explain [--json] [run|entrypoint] …       print the plan, touch nothing
  nsinit check FILE…                               every fault in a file
  nsinit help [KEY]                                one key, as a flag and in a file
  nsinit version

The first operand ends the flags. A list is split at commas, or its flag said again.
  --config FILE     the file, under any name
  -v, --verbose     tell while all goes well, too
";

const CODES: &str = "
Exit codes: the main service's own; 128+N ended by signal N; 124 gave up; 125 nsinit failed before
the service ran; 126 found but not executable; 127 not found.
";

/// The widest flag with its value that still stands on one line with its sentence.
const FLAG_COLUMNS: usize = 30;

/// `help [KEY]`
pub fn help(words: Words<'_>) -> u8 {
    let mut out = Out::stdout();
    let printed = match words.first() {
        None => all(&mut out),
        Some(name) => {
            let name = name.to_bytes();
            let name = name.strip_prefix(b"--").unwrap_or(name);
            let mut found =
                KEYS.iter().filter(|key| key.names().any(|own| own.as_bytes() == name)).peekable();
            if found.peek().is_none() {
                return unknown(name);
            }
            found.try_for_each(|key| one(&mut out, key))
        }
    };
    if printed.is_ok() && out.flush() { 0 } else { code::FAILED }
}

fn unknown(name: &[u8]) -> u8 {
    let near = nearest(name, KEYS.iter().flat_map(Key::names));
    match near {
        Some(near) => say(format_args!("help: no key {}\n  try: {near}\n", Quoted(name))),
        None => say(format_args!("help: no key {}\n  try: nsinit help\n", Quoted(name))),
    }
    code::FAILED
}

/// A flag as it is typed: `--hostname NAME`.
struct Flag(&'static Key);

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.0.has_flag { "--" } else { "" };
        match self.0.value {
            "" => write!(f, "{mark}{}", self.0.name),
            value => write!(f, "{mark}{} {value}", self.0.name),
        }
    }
}

/// Every verb and every key.
fn all(out: &mut Out) -> fmt::Result {
    out.write_str(VERBS)?;
    for table in Table::ALL {
        let dots = if table.is_list() { ("[[", "]]") } else { ("[", "]") };
        write!(out, "\n{} {}{}{}\n", table.title(), dots.0, table.name(), dots.1)?;
        for key in KEYS.iter().filter(|key| key.table == table) {
            out.write_str("  ")?;
            pad(out, &Flag(key), FLAG_COLUMNS)?;
            writeln!(out, " {}", key.help)?;
        }
    }
    out.write_str(CODES)
}

/// One key in full.
fn one(out: &mut Out, key: &'static Key) -> fmt::Result {
    writeln!(out, "{}", Flag(key))?;
    writeln!(out, "  {}", key.help)?;
    if !key.default.is_empty() {
        writeln!(out, "  Default: {}.", key.default)?;
    }
    for alias in key.aliases {
        writeln!(out, "  Also: --{alias}")?;
    }
    let (open, close) = if key.table.is_list() { ("[[", "]]") } else { ("[", "]") };
    write!(out, "  In a file: {open}{}{close} {} = ", key.table.name(), key.name)?;
    let value = key.value;
    match key.shape {
        Shape::Text | Shape::TextOrPair => writeln!(out, "\"{value}\"")?,
        Shape::Number => writeln!(out, "{value}")?,
        Shape::Span => writeln!(out, "\"{value}\", or a number of seconds")?,
        Shape::TextOrNumber => writeln!(out, "\"{value}\" or a number")?,
        Shape::Switch => writeln!(out, "true or false")?,
        Shape::List | Shape::Words => writeln!(out, "[\"{value}\", …]")?,
        Shape::Pairs => writeln!(out, "{{ NAME = \"VALUE\", … }}")?,
        Shape::TextOrExec => writeln!(out, "\"{value}\" or {{ exec = [\"WORD\", …] }}")?,
    }
    let verbs = match key.scope {
        KeyFor::AnyVerb => "run and the entrypoint",
        KeyFor::Run => "run",
        KeyFor::Entrypoint => "the entrypoint",
    };
    writeln!(out, "  For: {verbs}")
}

/// `version`: what this is and what was built in.
pub fn version() -> u8 {
    let mut out = Out::stdout();
    let printed = writeln!(
        out,
        "nsinit {} ({}, built in: run entrypoint explain check toml)",
        env!("CARGO_PKG_VERSION"),
        TARGET,
    );
    if printed.is_ok() && out.flush() { 0 } else { code::FAILED }
}
