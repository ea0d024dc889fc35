//! The kernel command line as a front: `nsinit.KEY=VALUE` for every key that has a flag.
//!
//! Words are cut and unquoted as the kernel cuts its own parameters (lib/cmdline.c, `next_arg`): a
//! double quote turns quoting on and off anywhere in a word, nothing escapes it, and the quotes
//! around a value or around a whole word are taken off. As there, dash and underscore are one in a
//! name, and a bare `--` ends what is not for others (kernel/params.c, `parse_args`). A name with a
//! dot never reaches init's environment, so the line is that of /proc/cmdline.
//!
//! Two things differ: an open quote is a fault here, and byte 0xa0 is no white space, for it is a
//! part of letters in UTF-8. What the values mean does not belong here: that is `model`.

mod kernels;
#[cfg(test)]
mod tests;

use core::ffi::CStr;

use super::keys::KEYS;
use super::split::{is_space, put_flag, split_words};
use super::{
    Complaint, Complaints, Item, Key, Origin, Said, Shape, Spec, SpecFault, Table, switch,
};
use crate::limits::ARENA_MAX;
use crate::text::{Arena, Fault, Sink, Words, nearest};

/// Reads the words of `line` that are ours into `spec`.
pub fn read<'a>(
    line: &'a [u8],
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
    complaints: &mut dyn Complaints<'a>,
) {
    let parameters = Parameters { rest: Part { text: line, start: 0 } };
    let mut front = Front { arena, spec, complaints };
    for parameter in parameters.take_while(|parameter| !parameter.is_end()) {
        if parameter.name.text.starts_with(b"nsinit.") {
            front.take(parameter);
        }
    }
}

pub use kernels::read_root;

/// The file that `nsinit.config=` names, so that it can be read before what overrules it; the last
/// word counts.
pub fn file<'a>(line: &'a [u8], arena: &mut Arena<'a>) -> Option<Said<&'a CStr>> {
    let value = last_value(line, b"nsinit.config")?;
    Some(Said { value: arena.word(value.text).ok()?, origin: value.origin() })
}

/// The last word that the line has on a parameter, without its quotes.
pub fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    last_value(line, name).map(|value| value.text)
}

/// What the line has for a module of the kernel, as that takes it: `overlay.metacopy=on` is
/// `metacopy=on` for `overlay`. To those that are built in the kernel gives theirs itself
/// (Documentation/admin-guide/kernel-parameters.rst).
pub fn parameters_of(module: &[u8], line: &[u8], out: &mut dyn Sink) {
    let parameters = Parameters { rest: Part { text: line, start: 0 } };
    for Parameter { name, value, .. } in parameters.take_while(|parameter| !parameter.is_end()) {
        let Some(dot) = name.text.iter().position(|byte| *byte == b'.') else { continue };
        let (owner, own) = name.split(dot);
        if !is_same_name(owner.text, module) {
            continue;
        }
        out.put(own.skip(1).text);
        if let Some(value) = value {
            let is_parted = value.text.iter().any(|byte| is_space(*byte));
            let quote: &[u8] = if is_parted { b"\"" } else { b"" };
            for part in [b"=", quote, value.text, quote] {
                out.put(part);
            }
        }
        out.put(b" ");
    }
}

/// Whether two names of modules or parameters are the same: dash and underscore are one
/// (kernel/params.c, `parameqn`).
pub fn is_same_name(a: &[u8], b: &[u8]) -> bool {
    let same = |a: u8, b: u8| a == b || (matches!(a, b'-' | b'_') && matches!(b, b'-' | b'_'));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(*a, *b))
}

fn last_value<'a>(line: &'a [u8], name: &[u8]) -> Option<Part<'a>> {
    let parameters = Parameters { rest: Part { text: line, start: 0 } };
    let own = parameters.take_while(|parameter| !parameter.is_end());
    own.filter(|parameter| parameter.name.text == name).filter_map(|own| own.value).last()
}

/// What stands behind the `--`, as the command of the main service: words as init gets them, cut
/// and unquoted by the same rules (init/main.c, `set_init_arg`). There the kernel stops at a second
/// `--`; here it is a word like others, because commands have such words.
pub fn command<'a>(
    line: &'a [u8],
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
    complaints: &mut dyn Complaints<'a>,
) {
    let mut words = Parameters { rest: Part { text: line, start: 0 } };
    if !words.any(|parameter| parameter.is_end()) {
        return;
    }
    let rest = words.rest;
    let Some(first) = (Parameters { rest }).next().map(|first| first.name) else { return };
    let mut front = Front { arena, spec, complaints };
    match front.words_of(words) {
        Ok(words) => front.put_command(first, words),
        Err(complaint) => front.complain(first, complaint),
    }
}

/// A part of the line, and the byte where it begins.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a [u8],
    start: usize,
}

impl<'a> Part<'a> {
    /// Its first `len` bytes, and the others.
    fn split(self, len: usize) -> (Self, Self) {
        let (first, rest) = self.text.split_at_checked(len).unwrap_or((self.text, &[]));
        let start = self.start.saturating_add(first.len());
        (Self { text: first, start: self.start }, Self { text: rest, start })
    }

    /// It without its first `len` bytes.
    fn skip(self, len: usize) -> Self {
        self.split(len).1
    }

    /// It without a quote at its end.
    fn without_quote(self) -> Self {
        let text = match self.text {
            [text @ .., b'"'] => text,
            text => text,
        };
        Self { text, start: self.start }
    }

    /// Its parts between commas.
    fn entries(self) -> impl Iterator<Item = Self> {
        let mut start = self.start;
        self.text.split(|byte| *byte == b',').map(move |text| {
            let entry = Part { text, start };
            start = start.saturating_add(text.len()).saturating_add(1);
            entry
        })
    }

    fn origin(self) -> Origin {
        let column = u32::try_from(self.start.saturating_add(1)).unwrap_or(u32::MAX);
        Origin::CommandLine { column }
    }
}

/// One word of the line.
struct Parameter<'a> {
    name: Part<'a>,
    value: Option<Part<'a>>,
    /// Whether a quote is open at the end of the line.
    is_open: bool,
}

impl Parameter<'_> {
    /// Whether it is the `--` behind which nothing is ours.
    fn is_end(&self) -> bool {
        self.value.is_none() && self.name.text == b"--"
    }
}

/// The words of the line, one after the other.
struct Parameters<'a> {
    rest: Part<'a>,
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Parameter<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let blank = self.rest.text.iter().take_while(|byte| is_space(**byte)).count();
        let word = self.rest.skip(blank);
        let is_quoted = *word.text.first()? == b'"';
        let word = word.skip(usize::from(is_quoted));
        let mut is_open = is_quoted;
        let ends = |byte: &u8| {
            is_open ^= *byte == b'"';
            is_space(*byte) && !is_open
        };
        let len = word.text.iter().position(ends).unwrap_or(word.text.len());
        let (word, rest) = word.split(len);
        self.rest = rest;
        // The kernel's index of `=` is 0 for none, so a word may begin with one.
        let Some(equals) = word.text.iter().skip(1).position(|byte| *byte == b'=') else {
            let name = if is_quoted { word.without_quote() } else { word };
            return Some(Parameter { name, value: None, is_open });
        };
        let (name, value) = word.split(equals.saturating_add(1));
        let value = value.skip(1);
        let value = match value.text.first() {
            Some(b'"') => value.skip(1).without_quote(),
            Some(_) | None if is_quoted => value.without_quote(),
            Some(_) | None => value,
        };
        Some(Parameter { name, value: Some(value), is_open })
    }
}

struct Front<'s, 'a> {
    arena: &'s mut Arena<'a>,
    spec: &'s mut Spec<'a>,
    complaints: &'s mut dyn Complaints<'a>,
}

impl<'a> Front<'_, 'a> {
    /// One word of ours.
    fn take(&mut self, parameter: Parameter<'a>) {
        let said = parameter.name.skip(b"nsinit.".len());
        if parameter.is_open {
            return self.complain(parameter.value.unwrap_or(said), Complaint::OpenQuote);
        }
        let Ok(name) = self.with_dashes(said.text) else {
            return self.complain(said, FULL);
        };
        match (name, parameter.value.filter(|value| !value.text.is_empty())) {
            (b"exec", Some(value)) => self.command(value),
            (b"exec", None) => self.complain(said, Complaint::NoValue("COMMAND")),
            (b"config", Some(value)) => match self.arena.word(value.text) {
                Ok(path) => self.spec.file = Some(path),
                Err(_) => self.complain(value, FULL),
            },
            (b"config", None) => self.complain(said, Complaint::NoValue("FILE")),
            (b"verbose", Some(value)) => match switch(value.text) {
                Ok(is_verbose) => self.spec.verbose = is_verbose,
                Err(_) => self.complain(value, Complaint::NeedlessValue("verbose")),
            },
            (b"verbose", None) => self.spec.verbose = true,
            (name, _) => match Key::of_flag(name) {
                Some(key) => self.key(key, said, parameter.value),
                None => self.complain(said, unknown(name)),
            },
        }
    }

    /// The name as the key table spells it.
    fn with_dashes(&mut self, name: &[u8]) -> Result<&'a [u8], Fault> {
        self.arena.drop_pending();
        for byte in name {
            self.arena.push(if *byte == b'_' { b"-" } else { core::slice::from_ref(byte) })?;
        }
        Ok(self.arena.keep())
    }

    /// A key of the table.
    fn key(&mut self, key: &'static Key, said: Part<'a>, value: Option<Part<'a>>) {
        match value {
            Some(value) if key.shape.is_list() => {
                value.entries().for_each(|entry| self.put(key, entry));
            }
            Some(value) => self.put(key, value),
            None if key.shape == Shape::Switch => {
                self.put(key, Part { text: b"true", start: said.start });
            }
            None => self.complain(said, Complaint::NoValue(key.value)),
        }
    }

    fn put(&mut self, key: &'static Key, value: Part<'a>) {
        let origin = value.origin();
        let result = match self.arena.word(value.text) {
            Ok(text) => put_flag(key, Item { text, origin }, self.arena, self.spec),
            Err(fault) => Err(Complaint::Value(key, fault)),
        };
        if let Err(complaint) = result {
            self.complain(value, complaint);
        }
    }

    /// Words as they are, `=` and all, but for the quotes.
    fn words_of(&mut self, parameters: Parameters<'a>) -> Result<Words<'a>, Complaint> {
        self.arena.drop_pending();
        for Parameter { name, value, is_open } in parameters {
            if is_open {
                return Err(Complaint::OpenQuote);
            }
            let equals: &[u8] = if value.is_some() { b"=" } else { b"" };
            let value = value.map_or(b"".as_slice(), |value| value.text);
            for part in [name.text, equals, value, b"\0"] {
                self.arena.push(part).map_err(|_| FULL)?;
            }
        }
        Ok(self.arena.keep_words())
    }

    /// `nsinit.exec`: the command of the main service.
    fn command(&mut self, value: Part<'a>) {
        match split_words(value.text, self.arena) {
            Ok(Some(words)) => self.put_command(value, words),
            Ok(None) => self.complain(value, Complaint::OpenQuote),
            Err(_full) => self.complain(value, FULL),
        }
    }

    /// The main service's command; `value` is where it was said.
    fn put_command(&mut self, value: Part<'a>, words: Words<'a>) {
        let Some(key) = Key::in_table(Table::Service, b"command") else { return };
        let said = Said { value: words, origin: value.origin() };
        match key.put_words(self.spec, None, said) {
            Ok(true) => {}
            Ok(false) => self.complain(value, Complaint::NoMainService),
            Err(fault) => self.complain(value, Complaint::Value(key, fault)),
        }
    }

    fn complain(&mut self, part: Part<'a>, complaint: Complaint) {
        let (origin, said) = (part.origin(), part.text);
        self.complaints.add(SpecFault { origin, said, complaint });
    }
}

/// No place for more.
const FULL: Complaint = Complaint::TooMany("bytes of text", ARENA_MAX);

fn unknown(name: &[u8]) -> Complaint {
    let flags = KEYS.iter().filter(|key| key.has_flag).map(Key::name);
    let nearest = match name {
        b"command" => Some("exec"),
        _ => nearest(name, flags.chain(["exec", "config", "verbose"])),
    };
    Complaint::UnknownKey { table: None, nearest }
}
