//! `help` and `version`, printed from the key table.

use super::NOT_BUILT;
use super::out::{Out, pad, say};
use crate::model::code;
use crate::spec::flags::{self, FLAGS};
use crate::spec::keys::{HELP, Help, KEYS};
use crate::spec::{Key, KeyFor, Shape, Table};
use crate::text::{Quoted, Show, Sink, Words, nearest, put};

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
  nsinit init [FLAGS] [FILE.toml] [--] [COMMAND…]  be the kernel's init, in a machine of its own
  nsinit explain [--json] [run|entrypoint|init] …  print the plan, touch nothing
  nsinit check FILE…                               every fault in a file
  nsinit doctor [--json]                           what this machine allows, what to change
  nsinit ls [--tree] [--json] [--pid PID] [KIND…]  namespaces, what keeps each alive, whose it is
  nsinit ps [--json] [NAME]                        running sandboxes and their services
  nsinit status [--json] NAME [SERVICE]            one of them, in words
  nsinit stop|restart|reload NAME [SERVICE]        and wait until it is so; or --no-wait
  nsinit logs [-f] [-n N] [--json] NAME [SERVICE]  what its services wrote, where that is kept
  nsinit signal NAME [SERVICE] SIGNAL
  nsinit enter [FLAGS] NAME|PID|DIR [--] COMMAND…  run it inside, confined as those are
  nsinit rm DIR…                                   let go of namespaces that persist keeps
  nsinit help [KEY]                                one key, as a flag and in a file
  nsinit version

The first operand ends the flags. A list is split at commas, or its flag said again.
  --config FILE     the file, under any name
  -v, --verbose     tell while all goes well, too
";

const OTHERS: &str = "
Flags as bubblewrap has them, in their order (a file has [[mount]])
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
    match words.first() {
        None => all(&mut out),
        Some(name) => {
            let name = name.to_bytes();
            let name = name.strip_prefix(b"--").unwrap_or(name);
            let mut is_known = false;
            for (key, help) in keys().filter(|(key, _)| key.names.number_of(name).is_some()) {
                is_known = true;
                one(&mut out, key, *help);
            }
            if let Some(flag) = flags::Flag::find(name) {
                is_known = true;
                other(&mut out, flag);
            }
            match is_known {
                true => {}
                false if NOT_BUILT.find(name).is_some() => all(&mut out),
                false => return unknown(name),
            }
        }
    }
    if out.flush() { 0 } else { code::FAILED }
}

fn unknown(name: &[u8]) -> u8 {
    let flags = FLAGS.iter().map(|flag| flag.name).filter(|_| cfg!(feature = "sandbox"));
    let names = keys().flat_map(|(key, _)| key.names.iter()).chain(flags);
    let near = nearest(name, names).unwrap_or("nsinit help");
    say!("help: no key ", Quoted(name), "\n  try: ", near, "\n");
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
    KEYS.iter().zip(HELP).filter(|(key, _)| key.is_built())
}

/// Every verb and every key.
fn all(out: &mut dyn Sink) {
    put!(out, VERBS);
    for table in Table::ALL {
        let keys = || keys().filter(|(key, _)| key.table == table);
        if keys().next().is_some() {
            put!(out, "\n", table.title(), " ", table, "\n");
        }
        for (key, help) in keys() {
            put!(out, "  ");
            pad(out, &Flag(key), FLAG_COLUMNS);
            put!(out, " ", help.sentence(), "\n");
        }
    }
    if cfg!(feature = "sandbox") {
        put!(out, OTHERS);
        for flag in FLAGS {
            put!(out, "  ");
            pad(out, &Other(flag), FLAG_COLUMNS);
            put!(out, " ", flag.help, "\n");
        }
    }
    put!(out, CODES);
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
fn other(out: &mut dyn Sink, flag: &'static flags::Flag) {
    put!(out, Other(flag), "\n  ", flag.help, "\n");
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
fn one(out: &mut dyn Sink, key: &'static Key, help: Help) {
    put!(out, Flag(key), "\n  ", help.sentence(), "\n");
    if !help.default().is_empty() {
        put!(out, "  Default: ", help.default(), ".\n");
    }
    for alias in key.flag_names().skip(1) {
        put!(out, "  Also: --", alias, "\n");
    }
    let value = key.value;
    put!(out, "  In a file: ", key.table, " ", key.name(), " = ");
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
    let verbs = match key.scope {
        KeyFor::AnyVerb => "run and the entrypoint",
        KeyFor::Run => "run",
        KeyFor::Init => "init",
        KeyFor::Entrypoint => "the entrypoint",
    };
    put!(out, "\n  For: ", verbs, "\n");
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
    if out.flush() { 0 } else { code::FAILED }
}
