//! What is wrong with what was said.

use super::grammar::sentence_for;
use super::sentence::{Args, sentence};
use super::{Place, capacity, filter, strangers};
use crate::limits::{ARENA_MAX, TOML_DEPTH_MAX};
use crate::spec::flags::Wrong;
use crate::spec::{Complaint, Key, KeyFor, Origin, Shape, SpecFault};
use crate::text::{Fault, Names, Quoted, Show, Sink, put};

/// Reports one complaint.
#[allow(clippy::too_many_lines)] // a table, one arm for each complaint
pub fn complaint(place: Place<'_>, fault: &SpecFault<'_>) {
    let mut args = Args { said: fault.said, ..Args::NONE };
    let (table, form, word);
    let sentence = match fault.complaint {
        Complaint::Value(key, Fault::TooMany { max }) => return too_many(place, key.name(), max),
        Complaint::Flag(name, Wrong::Operand(_, Fault::TooMany { max })) => {
            return too_many(place, name, max);
        }
        Complaint::TooMany(name, max) => return too_many(place, name, max),
        Complaint::Value(_, Fault::TooLong { max: ARENA_MAX, .. }) => {
            return too_many(place, "bytes of text", ARENA_MAX);
        }
        Complaint::Value(key, value) => {
            return value_fault(place, fault, name_of(key, place.origin), value);
        }
        Complaint::Flag(name, Wrong::Operand(_, value)) => {
            return value_fault(place, fault, name, value);
        }
        Complaint::Flag(name, Wrong::Misplaced(before, what)) => {
            word = what;
            (args.name, args.said, args.text) = (before, name.as_bytes(), &word);
            sentence!("--{n} is for {t}, and not for {s}")
        }
        Complaint::Flag(name, Wrong::Last(what)) => {
            word = what;
            (args.name, args.text) = (name, &word);
            sentence!("--{n} is for {t}, and none of them comes behind it")
        }
        Complaint::Flag(name, Wrong::Never(never)) => {
            args.name = name;
            match cfg!(feature = "sandbox") {
                true => super::root::never(never),
                false => sentence!("--{n} is not built into this version"), // nor are its kind
            }
        }
        Complaint::UnknownKey { table: Some(known), nearest } => {
            table = known;
            args.text = &table;
            args.name = meant(fault.said, nearest);
            sentence!("unknown key {s} in {t}", try: "{n}")
        }
        Complaint::UnknownKey { table: None, nearest }
            if matches!(fault.origin, Origin::CommandLine { .. }) =>
        {
            args.name = nearest.unwrap_or("nsinit help lists every key");
            sentence!("unknown key {s}", try: "{n}")
        }
        Complaint::UnknownKey { table: None, nearest } => {
            args.name = meant(fault.said, nearest);
            sentence!("unknown key {s} outside any table", try: "{n}")
        }
        Complaint::OtherTable(key) => {
            table = key.table;
            args.text = &table;
            (args.name, args.said) = (key.name(), key.name().as_bytes());
            sentence!("key {s} stands in the wrong table", try: "{n} below a line {t}")
        }
        Complaint::UnknownTable { nearest: Some(near) } => {
            table = near;
            args.text = &table;
            sentence!("unknown table {s}", try: "{t} as a line, and its keys below it")
        }
        Complaint::UnknownTable { nearest: None } => {
            args.name = strangers::in_file(fault.said).unwrap_or(
                "[sandbox], [time], [user], [root], [[mount]], [net], [limits], [security], [init] \
                 or [[service]]",
            );
            sentence!("unknown table {s}", try: "{n}")
        }
        Complaint::NotForThisVerb(key) => {
            args.name = key.name();
            match key.scope {
                KeyFor::Init => {
                    sentence!("--{n} is for the kernel's init only", try: "nsinit init")
                }
                KeyFor::AnyVerb | KeyFor::Run | KeyFor::Entrypoint => {
                    sentence!("--{n} needs namespaces of our own", try: "nsinit run")
                }
            }
        }
        Complaint::WrongType(key, _) if key.name() == "realtime" => {
            return value_fault(place, fault, key.name(), Fault::WallClock);
        }
        Complaint::WrongType(key, has) | Complaint::Spelling(key, has) => {
            let fits = matches!(fault.complaint, Complaint::Spelling(..));
            form = Form { key, said: fits.then_some(fault.said) };
            (args.name, args.said, args.text) = (has, key.name().as_bytes(), &form);
            sentence!("{s} is {n}", try: "{t}")
        }
        Complaint::WrongTable(known) => {
            table = known;
            (args.name, args.text) = (known.name(), &table);
            sentence!("{n} is written as {t}", try: "{t} as a line, and its keys below it")
        }
        Complaint::Twice => sentence!(
            "{s} is said twice",
            try: "one of them; a table has all of its keys in one place"
        ),
        Complaint::Grammar(_) if !cfg!(feature = "toml") => return, // no file is read then
        Complaint::Grammar(flaw) => {
            (args.a, args.name) = (count(TOML_DEPTH_MAX), "}");
            sentence_for(flaw)
        }
        Complaint::Filter(_) if !cfg!(feature = "sandbox") => return, // none is read then
        Complaint::Filter(fault) => filter::sentence_of(fault, &mut args),
        Complaint::NotUtf8 => sentence!(
            "not UTF-8 text: {s}",
            try: "iconv(1), which makes UTF-8 of other encodings"
        ),
        Complaint::NoValue(value) => {
            args.name = value;
            sentence!("{s} needs a value", try: "{n} behind it")
        }
        // Nobody gives any in such a build.
        Complaint::CommandGiven | Complaint::ArgsGiven if !cfg!(feature = "sandbox") => return,
        Complaint::CommandGiven => sentence!(
            "{s} is no flag, and a descriptor gives flags alone",
            try: "the command as an argument, behind all flags"
        ),
        Complaint::ArgsGiven => sentence!(
            "{s} names a descriptor in another one",
            try: "--args as an argument, once for each"
        ),
        Complaint::NeedlessValue(name) => {
            args.name = name;
            sentence!("--{n} takes no value")
        }
        Complaint::UnknownFlag { nearest } => {
            let remedy = strangers::remedy(place.scope, fault.said);
            match (remedy, nearest) {
                (Some(remedy), _) => {
                    args.name = remedy;
                    sentence!("unknown flag {s}", try: "{n}")
                }
                (None, Some(near)) => {
                    args.name = near;
                    sentence!("unknown flag {s}", try: "--{n}")
                }
                (None, None) => sentence!(
                "unknown flag {s}",
                        try: "nsinit help, or -- in front of a command that begins with a dash"
                    ),
            }
        }
        Complaint::NoMainService => sentence!(
            "{s} is for the main service, and none of them is that",
            try: "main = true for one of them"
        ),
        Complaint::OpenQuote => sentence!("a quote is not closed: {s}"),
        Complaint::NotBuilt(part) => {
            args.name = part;
            sentence!("{s} is not built into this version", try: "one with the feature {n}")
        }
        Complaint::SecondFile => sentence!(
            "a second file: {s}",
            try: "one file, or -- in front of the command"
        ),
    };
    place.tell(sentence, &args);
}

/// The key that somebody meant by a word of a file.
fn meant(said: &[u8], nearest: Option<&'static str>) -> &'static str {
    strangers::in_file(said).or(nearest).unwrap_or("nsinit help lists every key")
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// More of something than has room; `name` is a key, a flag, or what there are too many of.
fn too_many(place: Place<'_>, name: &str, max: usize) {
    let word;
    let mut args = Args { name, a: count(max), ..Args::NONE };
    let sentence = match capacity::of(name) {
        Some((what, remedy)) => {
            word = remedy;
            (args.name, args.text) = (what, &word);
            sentence!("more than {a} {n}", try: "{t}")
        }
        None if name.contains(' ') => sentence!("more than {a} {n}"),
        None => sentence!("{n} has more than {a} entries"),
    };
    place.tell(sentence, &args);
}

/// What a key is called where it was said: as a flag, or in a file.
fn name_of(key: &Key, origin: Origin) -> &'static str {
    let flag = match origin {
        Origin::Argument(_) | Origin::Given { .. } | Origin::CommandLine { .. } => {
            key.flag_names().next()
        }
        Origin::File { .. } | Origin::Default => None,
    };
    flag.filter(|_| key.has_flag).unwrap_or(key.name())
}

/// A value that its key cannot take.
fn value_fault(place: Place<'_>, fault: &SpecFault<'_>, name: &str, value: Fault) {
    let mut args = Args { said: fault.said, name, ..Args::NONE };
    let (choice, byte, quoted, word);
    let sentence = match value {
        Fault::Empty => sentence!("{n} is empty"),
        Fault::TooLong { len, max } => {
            (args.a, args.b) = (count(len), count(max));
            sentence!("{n} {s} has {a} bytes, at most {b} are allowed")
        }
        Fault::TooMany { max } => return too_many(place, name, max),
        Fault::NotOneOf(allowed) => {
            let is_in_file = matches!(place.origin, Origin::File { .. });
            choice = Choice { names: allowed, is_quoted: false, is_in_file };
            args.text = &choice;
            sentence!("{n} cannot be {s}", try: "{t}")
        }
        Fault::NotA(form) => {
            word = form;
            args.text = &word;
            sentence!("{n}: {s} is no {t}")
        }
        Fault::OutOfRange { min, max } => {
            (args.a, args.b) = (min, max);
            sentence!("{n}: {s} is not between {a} and {b}")
        }
        Fault::BadByte(bad) => {
            byte = [bad];
            quoted = Quoted(&byte);
            args.text = &quoted;
            sentence!("{n}: {s} has a {t} in it")
        }
        Fault::WallClock => sentence!(
            "{n}: the wall clock cannot be shifted",
            why: "a time namespace shifts monotonic and boottime only (time_namespaces(7))",
            try: "boottime for the uptime, or set the machine's own clock"
        ),
        Fault::NotBuilt => sentence!("{n}: {s} is not built into this version"),
        Fault::Unknown(sort, Some(near)) => {
            word = sort;
            (args.text, args.said, args.name) = (&word, fault.said, near);
            sentence!("no {t} is called {s}", try: "{n}")
        }
        Fault::Unknown(sort, None) => {
            word = sort;
            args.text = &word;
            sentence!("{n}: no {t} is called {s}")
        }
        Fault::Nul => sentence!("{n}: a NUL byte cannot be in it"),
    };
    place.tell(sentence, &args);
}

/// Words to choose from: `never, on-failure or always`.
struct Choice {
    names: Names,
    is_quoted: bool,
    is_in_file: bool,
}

impl Show for Choice {
    fn show(&self, out: &mut dyn Sink) {
        let all = self.names.iter().count();
        for (number, name) in (1..).zip(self.names.iter()) {
            let behind = match all.saturating_sub(number) {
                0 => "",
                1 => " or ",
                _ => ", ",
            };
            match name {
                // A file has a list of its words.
                "exec=COMMAND" if self.is_in_file => put!(out, "{ exec = [\"WORD\"] }", behind),
                _ if self.is_quoted => put!(out, Quoted(name.as_bytes()), behind),
                _ => put!(out, name, behind),
            }
        }
    }
}

/// How a value of this key is written: with what was said where that would be taken.
struct Form<'s> {
    key: &'static Key,
    said: Option<&'s [u8]>,
}

impl Show for Form<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let Self { key, said } = *self;
        put!(out, key.name(), " = ");
        let value = key.value;
        let (before, value, after) = match (key.shape, said) {
            (Shape::Number, Some(said)) => return out.put(said),
            (Shape::Switch, Some(said @ (b"true" | b"false"))) => return out.put(said),
            (Shape::Pairs, Some(said)) => {
                let end = said.iter().position(|byte| *byte == b'=').unwrap_or(said.len());
                let (name, value) = said.split_at_checked(end).unwrap_or_default();
                out.put(b"{ ");
                out.put(name);
                return put!(out, " = ", Quoted(value.get(1..).unwrap_or_default()), " }");
            }
            (Shape::List | Shape::OuterPaths, Some(said)) => {
                return put!(out, "[", Quoted(said), "]");
            }
            (
                Shape::Text
                | Shape::OuterPath
                | Shape::OuterPathOrTmpfs
                | Shape::Span
                | Shape::TextOrNumber
                | Shape::SwitchOrText
                | Shape::TextOrExec
                | Shape::TextOrPairs
                | Shape::TextOrPair,
                Some(said),
            ) => return put!(out, Quoted(said)),
            (Shape::Text | Shape::OuterPath | Shape::OuterPathOrTmpfs, None) => {
                let names = Names::new(value);
                return put!(out, Choice { names, is_quoted: true, is_in_file: true });
            }
            (Shape::Number, None) => ("", value, ", a whole number"),
            (Shape::Span, None) => ("\"", value, "\", or a whole number of seconds"),
            (Shape::TextOrNumber, None) => ("\"", value, "\", or a whole number"),
            (Shape::Switch, _) => ("", "true", " or false"),
            (Shape::SwitchOrText, None) => ("true, false or \"", "TEXT", "\""),
            (Shape::List | Shape::OuterPaths, None) | (Shape::Words, _) => ("[\"", value, "\"]"),
            (Shape::Pairs, None) => ("{ NAME = ", "\"VALUE\"", " }"),
            (Shape::TextOrExec, None) => ("\"", value, "\" or { exec = [\"WORD\"] }"),
            (Shape::TextOrPairs, None) => ("{ file = \"PATH\", max = \"", "1MiB", "\" }"),
            (Shape::TextOrPair, None) => ("\"inherit\"", "", " or { file = \"PATH\" }"),
        };
        put!(out, before, value, after);
    }
}
