//! Flags as getopt(3) and getopt_long(3) read them, from one table of a program's flags.
//!
//! Short flags in clusters (`-vvg`), their values attached or in the next word (`-e143`, `-e 143`);
//! long flags with `=`, or shortened as far as they stay unambiguous. The first operand always ends
//! the flags, as POSIX has it: glibc looks for flags behind it too, and `tini sh -c x` fails.
//!
//! What a flag means does not belong here: that is each program's own file.

use core::ffi::CStr;

use crate::text::Words;

/// What a flag asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The help, the licence or the version, and nothing else.
    Help,
    Licence,
    Version,
    /// Orphans come to us where we are not PID 1.
    Subreaper,
    /// A signal when our parent dies.
    ParentDeath,
    /// More is told.
    Verbose,
    /// A child that is not the command is worth a warning when it is reaped.
    WarnOfReaped,
    /// Signals go to the command's process group.
    Group,
    /// An exit code that becomes 0.
    Success,
    /// The command stays in our session, and signals go to it alone.
    SingleChild,
    /// A signal becomes another.
    Rewrite,
    /// Nothing is run.
    Pause,
}

/// A row of a program's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    short: u8,
    /// With its dashes; empty where there is none.
    long: &'static str,
    has_value: bool,
    wish: Wish,
}

impl Flag {
    /// A flag without a value.
    pub const fn plain(short: u8, long: &'static str, wish: Wish) -> Self {
        Self { short, long, has_value: false, wish }
    }

    /// A flag with a value.
    pub const fn valued(short: u8, long: &'static str, wish: Wish) -> Self {
        Self { short, long, has_value: true, wish }
    }
}

/// What cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong<'a> {
    /// `-x`: no such letter.
    Invalid(&'a [u8]),
    /// A letter whose value is missing.
    NoValue(&'a [u8]),
    /// `--xyz`: no such word. The word as it was said.
    Unrecognized(&'a [u8]),
    /// A beginning of several flags. The word as it was said.
    Ambiguous(&'a [u8], &'static [Flag]),
    /// A long flag whose value is missing.
    LongNoValue(&'static str),
    /// A long flag with a value that takes none.
    NeedlessValue(&'static str),
}

/// One thing that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A flag, with its value or an empty one.
    Flag(Wish, &'a [u8]),
    /// What cannot be read.
    Wrong(Wrong<'a>),
}

/// Reads flags one after the other.
pub struct Lexer<'a> {
    flags: &'static [Flag],
    rest: Words<'a>,
    /// What is left of a cluster of short flags.
    cluster: &'a [u8],
}

impl<'a> Lexer<'a> {
    /// A lexer of the words behind the program's name.
    pub const fn new(flags: &'static [Flag], words: Words<'a>) -> Self {
        Self { flags, rest: words, cluster: &[] }
    }

    /// What is left behind the flags: the command.
    pub const fn operands(&self) -> Words<'a> {
        self.rest
    }

    fn take(&mut self) -> Option<&'a CStr> {
        let word = self.rest.first()?;
        self.rest = self.rest.rest();
        Some(word)
    }

    /// A letter of a cluster.
    fn short(&mut self) -> Token<'a> {
        let (letter, behind) = self.cluster.split_at_checked(1).unwrap_or_default();
        self.cluster = behind;
        let Some(flag) = self.flags.iter().find(|flag| letter == [flag.short]) else {
            return Token::Wrong(Wrong::Invalid(letter));
        };
        if !flag.has_value {
            return Token::Flag(flag.wish, b"");
        }
        let attached = core::mem::take(&mut self.cluster);
        match attached {
            [] => match self.take() {
                Some(value) => Token::Flag(flag.wish, value.to_bytes()),
                None => Token::Wrong(Wrong::NoValue(letter)),
            },
            value => Token::Flag(flag.wish, value),
        }
    }

    /// `--name`, `--name=value`, `--name value`, or a beginning of the name.
    fn long(&mut self, word: &'a [u8]) -> Token<'a> {
        let name_end = word.iter().position(|byte| *byte == b'=').unwrap_or(word.len());
        let (name, value) = word.split_at_checked(name_end).unwrap_or((word, &[]));
        let value = value.strip_prefix(b"=");
        let exactly = self.flags.iter().find(|flag| flag.long.as_bytes() == name);
        let mut candidates = candidates(self.flags, name);
        let flag = match (exactly, candidates.next(), candidates.next()) {
            (Some(flag), ..) | (None, Some(flag), None) => flag,
            (None, Some(_), Some(_)) => {
                return Token::Wrong(Wrong::Ambiguous(word, self.flags));
            }
            (None, None, _) => return Token::Wrong(Wrong::Unrecognized(word)),
        };
        match (flag.has_value, value) {
            (false, None) => Token::Flag(flag.wish, b""),
            (false, Some(_)) => Token::Wrong(Wrong::NeedlessValue(flag.long)),
            (true, Some(value)) => Token::Flag(flag.wish, value),
            (true, None) => match self.take() {
                Some(value) => Token::Flag(flag.wish, value.to_bytes()),
                None => Token::Wrong(Wrong::LongNoValue(flag.long)),
            },
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if !self.cluster.is_empty() {
            return Some(self.short());
        }
        let word = self.rest.first()?.to_bytes();
        if word.len() < 2 || !word.starts_with(b"-") {
            return None;
        }
        self.rest = self.rest.rest();
        let has_long = self.flags.iter().any(|flag| !flag.long.is_empty());
        match word {
            b"--" => None,
            [b'-', b'-', ..] if has_long => Some(self.long(word)),
            _ => {
                self.cluster = word.get(1..).unwrap_or_default();
                Some(self.short())
            }
        }
    }
}

/// The flags whose long names begin with `name`, dashes included.
fn candidates<'a>(
    flags: &'static [Flag],
    name: &'a [u8],
) -> impl Iterator<Item = &'static Flag> + use<'a> {
    flags.iter().filter(move |flag| flag.long.as_bytes().starts_with(name))
}

/// The long names that `word` may be short for.
pub fn possibilities<'a>(
    flags: &'static [Flag],
    word: &'a [u8],
) -> impl Iterator<Item = &'static str> + use<'a> {
    let name = word.split(|byte| *byte == b'=').next().unwrap_or_default();
    candidates(flags, name).map(|flag| flag.long)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    const FLAGS: &[Flag] = &[
        Flag::plain(b'h', "--help", Wish::Help),
        Flag::valued(b'r', "--rewrite", Wish::Rewrite),
        Flag::plain(b'v', "--verbose", Wish::Verbose),
        Flag::plain(b'V', "--version", Wish::Version),
    ];

    /// The tokens of `line`, its words separated by spaces, and the operands.
    fn read(flags: &'static [Flag], line: &str) -> (Vec<String>, Vec<String>) {
        let bytes: Vec<u8> =
            line.split(' ').flat_map(|word| format!("{word}\0").into_bytes()).collect();
        let mut lexer = Lexer::new(flags, Words::new(&bytes));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut tokens = Vec::new();
        for token in lexer.by_ref() {
            tokens.push(match token {
                Token::Flag(wish, value) => format!("{wish:?} {}", text(value)),
                Token::Wrong(Wrong::Invalid(what)) => format!("invalid {}", text(what)),
                Token::Wrong(Wrong::NoValue(what)) => format!("no value {}", text(what)),
                Token::Wrong(Wrong::Unrecognized(what)) => format!("unknown {}", text(what)),
                Token::Wrong(Wrong::Ambiguous(what, flags)) => {
                    format!(
                        "{} may be {:?}",
                        text(what),
                        possibilities(flags, what).collect::<Vec<_>>()
                    )
                }
                Token::Wrong(wrong) => format!("{wrong:?}"),
            });
        }
        (tokens, lexer.operands().iter().map(|word| text(word.to_bytes())).collect())
    }

    fn check(line: &str, tokens: &[&str], operands: &[&str]) {
        let (read_tokens, read_operands) = read(FLAGS, line);
        assert_eq!(read_tokens, tokens, "{line}");
        assert_eq!(read_operands, operands, "{line}");
    }

    #[test]
    fn short_flags_stand_in_clusters_and_values_behind_them() {
        check("-vvh a -v", &["Verbose ", "Verbose ", "Help "], &["a", "-v"]);
        check("-vr15:3 -r 1:2 a", &["Verbose ", "Rewrite 15:3", "Rewrite 1:2"], &["a"]);
        check("-r -- a", &["Rewrite --"], &["a"]);
        check("-x", &["invalid x"], &[]);
        check("-vx-", &["Verbose ", "invalid x", "invalid -"], &[]);
        check("-r", &["no value r"], &[]);
    }

    #[test]
    fn long_flags_may_be_shortened_and_have_a_value_behind_the_equals_sign() {
        check("--help --verb --vers", &["Help ", "Verbose ", "Version "], &[]);
        check("--rew=15:3 --rewrite 1:2", &["Rewrite 15:3", "Rewrite 1:2"], &[]);
        check("--rewrite=", &["Rewrite "], &[]);
        check("--ver=1", &["--ver=1 may be [\"--verbose\", \"--version\"]"], &[]);
        check("--yolo=3", &["unknown --yolo=3"], &[]);
        check("--help=1", &["NeedlessValue(\"--help\")"], &[]);
        check("--rewrite", &["LongNoValue(\"--rewrite\")"], &[]);
    }

    #[test]
    fn the_first_operand_or_two_dashes_end_the_flags() {
        check("-v sh -c x", &["Verbose "], &["sh", "-c", "x"]);
        check("-v -- -h", &["Verbose "], &["-h"]);
        check("-v -", &["Verbose "], &["-"]);
        check("", &[], &[""]);
    }

    #[test]
    fn where_there_are_no_long_flags_a_dash_is_a_letter() {
        const SHORT: &[Flag] = &[Flag::plain(b'v', "", Wish::Verbose)];
        let tokens = read(SHORT, "--v").0;
        assert_eq!(tokens, ["invalid -", "Verbose "]);
    }
}
