//! The arguments as a front: flags, a file, the command.
//!
//! The first operand ends the flags, whatever looks like a flag behind it: the workload's own
//! arguments are never ours (getopt's permutation has made `tini sh -c x` fail). Flags are long;
//! the one short flag is `-v`. Values stand behind `=` or in the next argument, as people type
//! both.

mod given;
mod glance;
#[cfg(test)]
mod tests;

use core::ffi::CStr;

use super::flags::{self, FLAGS, Flag, OPERANDS, Operands};
use super::split::put_flag;
use super::{
    Complaint, Complaints, Item, Key, KeyFor, Origin, Said, Shape, Spec, SpecFault,
    keys::{KEYS, Set},
};
use crate::text::{Arena, Fault, Names, Words, nearest};

pub use given::{Given, Line};
pub use glance::{Named, file, given, value_of};

/// What may stand in front of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// `nsinit run`: every key, and a file named as an operand.
    Run,
    /// `nsinit -- CMD`: the keys of a service; a file only by `--config`.
    Entrypoint,
    /// `nsinit check FILE`: a word, which is the file.
    Check,
    /// `nsinit init`: every key, and a file named as an operand.
    Init,
}

impl Front {
    /// Whether an operand is the file.
    fn takes_file(self, operand: &[u8]) -> bool {
        match self {
            Self::Run | Self::Init => operand.ends_with(b".toml"),
            Self::Entrypoint | Self::Check => false,
        }
    }

    /// Whether this front takes the key.
    fn takes(self, key: &Key) -> bool {
        match self {
            Self::Run | Self::Check | Self::Init => true,
            Self::Entrypoint => !matches!(key.scope, KeyFor::Run | KeyFor::Init),
        }
    }
}

/// One thing that was said.
enum Token<'a> {
    /// A key with its value; the value of a switch may be missing.
    Flag(&'static Key, Option<&'a CStr>),
    /// A flag that is no key, with its words.
    Other(&'static Flag, [&'a CStr; OPERANDS]),
    /// `--setenv NAME VALUE`
    Setenv(&'a CStr, &'a CStr),
    /// `-v`
    Verbose,
    /// `--config FILE`, or a file as an operand.
    File(&'a CStr),
    /// The command, to the end.
    Command(Words<'a>),
    /// `--args FD`: the words that come from there are next, where they are known.
    Args(&'a CStr),
    /// What cannot be read.
    Wrong(Complaint),
}

/// Reads tokens one after the other.
struct Lexer<'a> {
    front: Front,
    rest: Words<'a>,
    /// The argument that `rest` begins with, counted as [`Origin::Argument`].
    argument: u32,
    has_file: bool,
    /// What descriptors gave that were not come to yet.
    given: &'a [Given<'a>],
    /// What comes behind the words of a descriptor, while these are read.
    behind: Option<given::Behind<'a>>,
}

impl<'a> Lexer<'a> {
    const fn new(line: Line<'a>) -> Self {
        let Line { front, words, first, given } = line;
        Self { front, rest: words, argument: first, has_file: false, given, behind: None }
    }

    fn take(&mut self) -> Option<&'a CStr> {
        let word = self.rest.first()?;
        self.rest = self.rest.rest();
        self.argument = self.argument.saturating_add(1);
        Some(word)
    }

    /// The value of a flag, in the next word. What begins with two dashes is the next flag, or ends
    /// them: whoever means that as a value writes it behind `=`.
    fn value(&mut self) -> Option<&'a CStr> {
        let next = self.rest.first()?;
        if next.to_bytes().starts_with(b"--") { None } else { self.take() }
    }

    /// The next token, the word it began with and that word's place.
    fn next(&mut self) -> Option<(Token<'a>, &'a CStr, Origin)> {
        self.leave_given();
        let mut origin = self.origin();
        let from_here = self.rest;
        let word = self.take()?;
        let token = match word.to_bytes() {
            _ if self.front == Front::Check => Token::File(word),
            b"--" => {
                if !self.is_given() {
                    origin = self.origin(); // that of the command itself
                }
                let command = self.end();
                self.command(command)
            }
            b"-v" | b"--verbose" => Token::Verbose,
            [b'-', b'-', ..] => self.long(word),
            [b'-', _, ..] => Token::Wrong(Complaint::UnknownFlag { nearest: None }),
            name if !self.has_file && self.front.takes_file(name) => {
                self.has_file = true;
                Token::File(word)
            }
            _ => {
                self.rest = Words::default();
                self.command(from_here)
            }
        };
        Some((token, word, origin))
    }

    /// Everything that is left.
    fn end(&mut self) -> Words<'a> {
        core::mem::take(&mut self.rest)
    }

    /// `--name`, `--name=value`, `--name value`.
    fn long(&mut self, word: &'a CStr) -> Token<'a> {
        let bytes = word.to_bytes();
        let name_end = bytes.iter().position(|byte| *byte == b'=').unwrap_or(bytes.len());
        let name = bytes.get(2..name_end).unwrap_or_default();
        let inline = tail(word, name_end.saturating_add(1));
        match name {
            b"config" if cfg!(feature = "toml") => match inline.or_else(|| self.value()) {
                Some(_) if self.has_file => Token::Wrong(Complaint::SecondFile),
                Some(path) => {
                    self.has_file = true;
                    Token::File(path)
                }
                None => Token::Wrong(Complaint::NoValue("FILE")),
            },
            b"setenv" => match (inline, self.take(), self.take()) {
                (None, Some(name), Some(value)) => Token::Setenv(name, value),
                _ => Token::Wrong(Complaint::NoValue("NAME VALUE")),
            },
            b"args" if self.has_others() => match inline.or_else(|| self.take()) {
                Some(_) if self.is_given() => Token::Wrong(Complaint::ArgsGiven),
                Some(number) => self.enter_given(number),
                None => Token::Wrong(Complaint::NoValue("FD")),
            },
            _ => match Flag::find(name).filter(|_| self.has_others()) {
                Some(flag) => self.operands(flag, inline),
                None => self.key(name, inline),
            },
        }
    }

    /// A key of the table.
    fn key(&mut self, name: &'a [u8], inline: Option<&'a CStr>) -> Token<'a> {
        match Key::of_flag(name) {
            Some(Key { set: Set::NotBuilt(part), .. }) => Token::Wrong(Complaint::NotBuilt(part)),
            Some(key) if !self.front.takes(key) => Token::Wrong(Complaint::NotForThisVerb(key)),
            Some(key) if key.shape == Shape::Switch => Token::Flag(key, inline),
            Some(key) => match inline.or_else(|| self.value()) {
                Some(value) => Token::Flag(key, Some(value)),
                None => Token::Wrong(Complaint::NoValue(key.value)),
            },
            None => self.unknown(name, inline),
        }
    }

    /// Whether there are flags that are no keys: they speak of new namespaces.
    const fn has_others(&self) -> bool {
        cfg!(feature = "sandbox") && matches!(self.front, Front::Run)
    }

    /// Its words, the first one perhaps behind `=`.
    fn operands(&mut self, flag: &'static Flag, inline: Option<&'a CStr>) -> Token<'a> {
        let mut words = [c""; OPERANDS];
        let mut inline = inline;
        for (place, name) in words.iter_mut().zip(flag.operands.iter()) {
            match inline.take().or_else(|| self.take()) {
                Some(word) => *place = word,
                None => return Token::Wrong(Complaint::NoValue(name)),
            }
        }
        match inline {
            Some(_) => Token::Wrong(Complaint::NeedlessValue(flag.name)),
            None => Token::Other(flag, words),
        }
    }

    /// `--no-KEY` for a switch, or nothing that we know.
    fn unknown(&mut self, name: &[u8], inline: Option<&'a CStr>) -> Token<'a> {
        let is_of_root = || OF_ROOT.find(name).is_some() && self.front == Front::Run;
        if !cfg!(feature = "sandbox") && is_of_root() {
            return Token::Wrong(Complaint::NotBuilt("sandbox"));
        }
        let negated = name.strip_prefix(b"no-").and_then(Key::of_flag);
        if let Some(key) = negated.filter(|key| key.shape.is_switch() && self.front.takes(key)) {
            return match inline {
                None => Token::Flag(key, Some(c"false")),
                Some(_) => Token::Wrong(Complaint::NeedlessValue("no-KEY")),
            };
        }
        let names = KEYS
            .iter()
            .filter(|key| key.has_flag && key.is_built() && self.front.takes(key))
            .flat_map(Key::flag_names)
            .chain(FLAGS.iter().map(|flag| flag.name).filter(|_| self.has_others()))
            .chain(["config", "setenv", "verbose"]);
        let nearest = nearest(name, names);
        if let (Some(meant), None) = (nearest, inline) {
            self.skip_values_of(meant.as_bytes());
        }
        Token::Wrong(Complaint::UnknownFlag { nearest })
    }

    /// What stands behind a flag that was misspelt is no command.
    fn skip_values_of(&mut self, meant: &[u8]) {
        let has_value = Key::of_flag(meant).is_some_and(|key| key.shape != Shape::Switch);
        let words =
            Flag::find(meant).map_or(usize::from(has_value), |flag| flag.operands.iter().count());
        for _ in 0..words {
            let _ = self.value(); // it is not known what it means
        }
    }
}

/// The flags of a root that people know best, for builds that have none.
const OF_ROOT: Names = Names::new("root|read-only|bind|ro-bind|dev-bind|tmpfs|dev|symlink|dir");

/// What follows byte `from` of a word; `None` past its end.
fn tail(word: &CStr, from: usize) -> Option<&CStr> {
    CStr::from_bytes_with_nul(word.to_bytes_with_nul().get(from..)?).ok()
}

/// Reads a line into the spec.
pub fn read<'a>(
    line: Line<'a>,
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
    complaints: &mut dyn Complaints<'a>,
) {
    let mut lexer = Lexer::new(line);
    let mut last = None;
    while let Some((token, word, origin)) = lexer.next() {
        let result = match token {
            Token::Flag(key, value) => put(key, value.unwrap_or(c"true"), origin, arena, spec),
            Token::Other(flag, words) => {
                last = Some((flag, origin));
                other(flag, words, origin, spec)
            }
            Token::Setenv(name, value) => setenv(name, value, origin, arena, spec),
            Token::Command(words) => command(words, origin, spec),
            Token::Wrong(complaint) => Err((word.to_bytes(), complaint)),
            Token::Args(_) if !cfg!(feature = "sandbox") => Ok(()), // nobody gives any
            Token::Args(number) => given::put(number, spec),
            Token::Verbose => {
                spec.verbose = true;
                Ok(())
            }
            Token::File(path) => {
                spec.file = Some(path);
                Ok(())
            }
        };
        if let Err((said, complaint)) = result {
            complaints.add(SpecFault { origin, said, complaint });
        }
    }
    if cfg!(feature = "sandbox")
        && let Some((flag, origin)) = last
        && let Some(what) = flag.waits_for(spec)
    {
        let complaint = Complaint::Flag(flag.name, flags::Wrong::Last(what));
        complaints.add(SpecFault { origin, said: b"", complaint });
    }
}

/// The word that is wrong, and why.
type Wrong<'a> = (&'a [u8], Complaint);

/// One flag: lists are split at commas, everything else is one value.
fn put<'a>(
    key: &'static Key,
    value: &'a CStr,
    origin: Origin,
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
) -> Result<(), Wrong<'a>> {
    let bytes = value.to_bytes();
    if !key.shape.is_list() || !bytes.contains(&b',') {
        return put_one(key, Item { text: value, origin }, arena, spec);
    }
    for entry in bytes.split(|byte| *byte == b',') {
        let text = arena.word(entry).map_err(|fault| (bytes, Complaint::Value(key, fault)))?;
        put_one(key, Item { text, origin }, arena, spec)?;
    }
    Ok(())
}

fn put_one<'a>(
    key: &'static Key,
    item: Item<'a>,
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
) -> Result<(), Wrong<'a>> {
    put_flag(key, item, arena, spec).map_err(|complaint| (item.bytes(), complaint))
}

/// A flag that is no key; each of its words is an argument of its own.
fn other<'a>(
    flag: &'static Flag,
    words: [&'a CStr; OPERANDS],
    origin: Origin,
    spec: &mut Spec<'a>,
) -> Result<(), Wrong<'a>> {
    let operands: Operands<'a> = words.map(|text| Item { text, origin });
    flag.put(spec, &operands).map_err(|wrong| {
        let said = match wrong {
            flags::Wrong::Operand(index, _) => words.get(index).copied().unwrap_or_default(),
            flags::Wrong::Misplaced(..) | flags::Wrong::Last(_) | flags::Wrong::Never(_) => c"",
        };
        (said.to_bytes(), Complaint::Flag(flag.name, wrong))
    })
}

/// `--setenv NAME VALUE` is `--env NAME=VALUE`.
fn setenv<'a>(
    name: &'a CStr,
    value: &'a CStr,
    origin: Origin,
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
) -> Result<(), Wrong<'a>> {
    let Some(key) = Key::of_flag(b"env") else { return Ok(()) };
    let wrong = |fault: Fault| (name.to_bytes(), Complaint::Value(key, fault));
    if name.to_bytes().contains(&b'=') {
        return Err(wrong(Fault::BadByte(b'=')));
    }
    arena.drop_pending();
    for part in [name.to_bytes(), b"=", value.to_bytes()] {
        arena.push(part).map_err(wrong)?;
    }
    let text = arena.keep_word().map_err(wrong)?;
    put_one(key, Item { text, origin }, arena, spec)
}

/// The command behind the flags is the main service's.
fn command<'a>(words: Words<'a>, origin: Origin, spec: &mut Spec<'a>) -> Result<(), Wrong<'a>> {
    if words.is_empty() {
        return Ok(()); // `nsinit run kiosk.toml --`: the file's command stays
    }
    match spec.main_service() {
        Some(service) => {
            service.command = Some(Said { value: words, origin });
            Ok(())
        }
        None => Err((words.first().unwrap_or_default().to_bytes(), Complaint::NoMainService)),
    }
}
