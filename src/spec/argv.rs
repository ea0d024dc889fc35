//! The arguments as a front: flags, a file, the command.
//!
//! The first operand ends the flags, whatever looks like a flag behind it: the workload's own
//! arguments are never ours (getopt's permutation has made `tini sh -c x` fail). Flags are long;
//! the one short flag is `-v`. Values stand behind `=` or in the next argument, as people type
//! both.

mod glance;

use core::ffi::CStr;

use super::split::put_flag;
use super::{
    Complaint, Complaints, Item, Key, KeyFor, Origin, Said, Shape, Spec, SpecFault, keys::KEYS,
};
use crate::text::{Arena, Fault, Words, nearest};

pub use glance::{file, value_of};

/// What may stand in front of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// `nsinit run`: every key, and a file named as an operand.
    Run,
    /// `nsinit -- CMD`: the keys of a service; a file only by `--config`.
    Entrypoint,
    /// `nsinit check FILE`: the first operand is the file, under any name.
    Check,
    /// `nsinit init`: every key; a file only by `--config`.
    Init,
}

impl Front {
    /// Whether an operand is the file.
    fn takes_file(self, operand: &[u8]) -> bool {
        match self {
            Self::Run => operand.ends_with(b".toml"),
            Self::Entrypoint | Self::Init => false,
            Self::Check => true,
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
    /// `--setenv NAME VALUE`
    Setenv(&'a CStr, &'a CStr),
    /// `-v`
    Verbose,
    /// `--config FILE`, or a file as an operand.
    File(&'a CStr),
    /// The command, to the end.
    Command(Words<'a>),
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
}

impl<'a> Lexer<'a> {
    const fn new(front: Front, words: Words<'a>, first: u32) -> Self {
        Self { front, rest: words, argument: first, has_file: false }
    }

    fn take(&mut self) -> Option<&'a CStr> {
        let word = self.rest.first()?;
        self.rest = self.rest.rest();
        self.argument = self.argument.saturating_add(1);
        Some(word)
    }

    /// The next token, the word it began with and that word's place.
    fn next(&mut self) -> Option<(Token<'a>, &'a CStr, Origin)> {
        let origin = Origin::Argument(self.argument);
        let from_here = self.rest;
        let word = self.take()?;
        let token = match word.to_bytes() {
            b"--" => Token::Command(self.end()),
            b"-v" | b"--verbose" => Token::Verbose,
            [b'-', b'-', ..] => self.long(word),
            [b'-', _, ..] => Token::Wrong(Complaint::UnknownFlag { nearest: None }),
            name if !self.has_file && self.front.takes_file(name) => {
                self.has_file = true;
                Token::File(word)
            }
            _ => {
                self.rest = Words::default();
                Token::Command(from_here)
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
            b"config" if cfg!(feature = "toml") => match inline.or_else(|| self.take()) {
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
            _ => match Key::of_flag(name) {
                Some(key) if !self.front.takes(key) => Token::Wrong(Complaint::NotForThisVerb(key)),
                Some(key) if key.shape == Shape::Switch => Token::Flag(key, inline),
                Some(key) => match inline.or_else(|| self.take()) {
                    Some(value) => Token::Flag(key, Some(value)),
                    None => Token::Wrong(Complaint::NoValue(key.value)),
                },
                None => self.unknown(name),
            },
        }
    }

    /// `--no-KEY` for a switch, or nothing that we know.
    fn unknown(&self, name: &[u8]) -> Token<'a> {
        let negated = name.strip_prefix(b"no-").and_then(Key::of_flag);
        match negated.filter(|key| key.shape == Shape::Switch && self.front.takes(key)) {
            Some(key) => Token::Flag(key, Some(c"false")),
            None => {
                let names = KEYS
                    .iter()
                    .filter(|key| key.has_flag && self.front.takes(key))
                    .flat_map(|key| key.names.iter())
                    .chain(["config", "setenv", "verbose"]);
                Token::Wrong(Complaint::UnknownFlag { nearest: nearest(name, names) })
            }
        }
    }
}

/// What follows byte `from` of a word; `None` past its end.
fn tail(word: &CStr, from: usize) -> Option<&CStr> {
    CStr::from_bytes_with_nul(word.to_bytes_with_nul().get(from..)?).ok()
}

/// Reads `words` into the spec; `first` is the number of the first one, for [`Origin::Argument`].
pub fn read<'a>(
    front: Front,
    words: Words<'a>,
    first: u32,
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
    complaints: &mut dyn Complaints<'a>,
) {
    let mut lexer = Lexer::new(front, words, first);
    while let Some((token, word, origin)) = lexer.next() {
        let result = match token {
            Token::Flag(key, value) => put(key, value.unwrap_or(c"true"), origin, arena, spec),
            Token::Setenv(name, value) => setenv(name, value, origin, arena, spec),
            Token::Command(words) => command(words, origin, spec),
            Token::Wrong(complaint) => Err((word.to_bytes(), complaint)),
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
    if key.shape != Shape::List || !bytes.contains(&b',') {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{KillMode, Restart, Shift, Signal};
    use std::boxed::Box;
    use std::string::{String, ToString};
    use std::vec::Vec;
    use std::{format, vec};

    /// Reads `line`, its words separated by spaces, and hands the spec and the complaints on.
    fn with<T>(front: Front, line: &str, look: impl FnOnce(&Spec<'_>, &[String]) -> T) -> T {
        let bytes: Vec<u8> =
            line.split(' ').flat_map(|word| format!("{word}\0").into_bytes()).collect();
        let mut memory = vec![0u8; 1024];
        let mut arena = Arena::new(&mut memory);
        let mut spec = Spec::new(Box::leak(Box::default()));
        let mut said = Vec::new();
        let mut complaints = |fault: SpecFault<'_>| {
            let Origin::Argument(number) = fault.origin else { panic!("{:?}", fault.origin) };
            let word = String::from_utf8_lossy(fault.said);
            said.push(format!("{number} {word} {:?}", fault.complaint));
        };
        read(front, Words::new(&bytes), 2, &mut arena, &mut spec, &mut complaints);
        look(&spec, &said)
    }

    fn complains(front: Front, line: &str, expected: &str) {
        with(front, line, |_, said| assert_eq!(said, [expected], "{line}"));
    }

    fn command_of(spec: &Spec<'_>) -> Vec<String> {
        let words = spec.services[0].command.unwrap().value;
        words.iter().map(|word| word.to_string_lossy().to_string()).collect()
    }

    #[test]
    fn flags_come_first_and_the_first_operand_ends_them() {
        let line = "--hostname box --boottime=+30d --restart always sh -c --hostname";
        with(Front::Run, line, |spec, said| {
            assert!(said.is_empty(), "{said:?}");
            assert_eq!(spec.hostname.unwrap().value.bytes(), b"box");
            assert_eq!(spec.boottime.unwrap().value, Shift::By(2_592_000_000_000_000));
            assert_eq!(spec.services[0].restart.unwrap().value, Restart::Always);
            assert_eq!(command_of(spec), ["sh", "-c", "--hostname"]);
        });
    }

    #[test]
    fn a_toml_file_is_the_file_and_behind_two_dashes_it_is_a_command() {
        with(Front::Run, "-v kiosk.toml -- run.toml x", |spec, _| {
            assert_eq!(spec.file, Some(c"kiosk.toml"));
            assert!(spec.verbose);
            assert_eq!(command_of(spec), ["run.toml", "x"]);
        });
        with(Front::Entrypoint, "kiosk.toml", |spec, _| {
            assert_eq!(spec.file, None);
            assert_eq!(command_of(spec), ["kiosk.toml"]);
        });
        let words = Words::new(b"--hostname\0a.toml\0--config\0etc/kiosk\0");
        assert_eq!(file(Front::Run, words, 2).unwrap().value, c"etc/kiosk");
    }

    #[test]
    fn lists_are_split_and_pairs_are_joined() {
        with(
            Front::Run,
            "--namespaces pid,mnt --setenv TZ UTC --env A=b=c --no-loopback",
            |spec, said| {
                assert!(said.is_empty(), "{said:?}");
                assert_eq!(spec.namespaces.unwrap().value.exactly.unwrap().to_string(), "mnt, pid");
                assert_eq!(spec.services[0].env.len(), 2);
                assert!(!spec.net.loopback.unwrap().value);
            },
        );
    }

    #[test]
    fn sets_and_maps_grow_with_each_flag() {
        let line = "--rewrite TERM:QUIT,HUP:drop --rewrite USR1:USR2 --success-exit 3,TERM \
                    --success-exit 4 --exit-map 3:0 --signal-group --die-by-signal \
                    --parent-death INT:7 --unhandled drop --kill-mode process --env-file a";
        with(Front::Entrypoint, line, |spec, said| {
            assert!(said.is_empty(), "{said:?}");
            let service = &spec.services[0];
            let rewrites = service.rewrite.unwrap().value;
            assert_eq!(rewrites.of(Signal::TERM), Some(Signal::QUIT));
            assert_eq!(rewrites.of(Signal::HUP), None);
            assert_eq!(rewrites.of(Signal::new(10).unwrap()), Signal::new(12));
            let success = service.success_exit.unwrap().value;
            assert!([3, 4, 143].into_iter().all(|code| success.has(code)));
            assert_eq!(service.exit_map.unwrap().value.of(3), 0);
            assert_eq!(service.parent_death.unwrap().value.parent, Some(7));
            assert_eq!(service.env_files[0].value, c"a");
            assert_eq!(service.kill_mode.unwrap().value, KillMode::Process);
        });
    }

    #[test]
    fn every_fault_names_its_argument() {
        complains(
            Front::Run,
            "--hostnmae box",
            "2 --hostnmae UnknownFlag { nearest: Some(\"hostname\") }",
        );
        complains(Front::Run, "--loopback --hostname", "3 --hostname NoValue(\"NAME\")");
        complains(Front::Run, "-x", "2 -x UnknownFlag { nearest: None }");
        complains(
            Front::Run,
            "--restart=sometimes",
            "2 sometimes Value([service] restart, \
             NotOneOf([\"never\", \"on-failure\", \"always\"]))",
        );
        complains(Front::Run, "--setenv A", "2 --setenv NoValue(\"NAME VALUE\")");
        complains(Front::Run, "--realtime +1d", "2 +1d Value([time] realtime, WallClock)");
        complains(
            Front::Entrypoint,
            "--hostname=box",
            "2 --hostname=box NotForThisVerb([sandbox] hostname)",
        );
        complains(Front::Run, "a.toml --config b", "3 --config SecondFile");
    }
}
