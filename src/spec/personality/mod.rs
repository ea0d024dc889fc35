//! Other programs' command lines as fronts: the name we are called by says whose.
//!
//! Images, charts and scripts call `tini`, `dumb-init` and `catatonit` with their flags, read their
//! exit codes and look for their words. Under such a name, copied or linked, we take that program's
//! flags and environment, and what it prints is printed byte for byte; the engine behind it is
//! ours. What is done otherwise on purpose stands in docs/compatibility.md.
//!
//! One file for each program: its flags as a table, its texts, and how both become a [`Spec`]. The
//! texts are those programs' interface, so they stand here and not with the sentences of `cli`.
//! What is told while a command runs is in `cli/report`.

mod catatonit;
mod dumb_init;
mod lexer;
mod pause;
mod tini;

use core::ffi::CStr;

use super::Spec;
use crate::text::Words;
use lexer::{Flag, Wrong, possibilities};

/// A program that we can stand in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personality {
    /// tini 0.19.
    Tini,
    /// dumb-init 1.2.5.
    DumbInit,
    /// catatonit 0.1.7.
    Catatonit,
    /// The pause container of Kubernetes.
    Pause,
}

/// The names, and whose they are. `/dev/init` is where podman has put its init.
const NAMES: [(&[u8], Personality); 8] = [
    (b"tini", Personality::Tini),
    (b"tini-static", Personality::Tini),
    (b"docker-init", Personality::Tini),
    (b"podman-init", Personality::Tini),
    (b"/dev/init", Personality::Tini),
    (b"dumb-init", Personality::DumbInit),
    (b"catatonit", Personality::Catatonit),
    (b"pause", Personality::Pause),
];

/// What is behind the last slash, as basename(3) of GNU has it.
pub fn basename(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

impl Personality {
    /// The program of this name, which is the whole of `argv[0]`.
    pub fn of(name: &[u8]) -> Option<Self> {
        let last = basename(name);
        let known = NAMES.iter().find(|(known, _)| *known == last || *known == name);
        known.map(|(_, personality)| *personality)
    }

    /// Reads the words behind the name and the environment.
    ///
    /// # Errors
    /// An [`Answer`], where nothing is to be run.
    pub fn read<'a>(
        self,
        words: Words<'a>,
        env: Words<'a>,
        spec: &mut Spec<'a>,
    ) -> Result<Manner, Answer<'a>> {
        match self {
            Self::Tini => tini::read(words, env, spec),
            Self::DumbInit => dumb_init::read(words, env, spec),
            Self::Catatonit => catatonit::read(words, env, spec),
            Self::Pause => pause::read(words),
        }
    }
}

/// How a personality goes about it, beside what the spec has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Whose words are spoken.
    pub personality: Personality,
    /// How much is told: 0 nothing, 1 warnings, 2 starts and ends, 3 signals and orphans, too, 4
    /// everything.
    pub level: u32,
    /// Whether the end of an orphan is worth a warning.
    pub warns_of_reaped: bool,
    /// What it tells of its environment before anything else.
    pub notes: [&'static str; 2],
    /// Whether nothing is run at all.
    pub is_pause: bool,
}

impl Manner {
    /// Nothing is run, and nothing told.
    const fn pause(personality: Personality) -> Self {
        Self { personality, level: 0, warns_of_reaped: false, notes: [""; 2], is_pause: true }
    }
}

/// Where an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Something to print instead of running anything: a help, a version, what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Where it is printed.
    pub stream: Stream,
    /// The exit code.
    pub code: u8,
    /// Templates. In braces: `{n}` the name we were called by, `{l}` its last part, `{p}` our PID,
    /// `{s}` what was said, `{c}` the long flags that this may be short for.
    pub texts: [&'static str; 2],
    /// What was said.
    pub said: &'a [u8],
    flags: &'static [Flag],
}

impl<'a> Answer<'a> {
    /// Printed because it was asked for.
    const fn asked(stream: Stream, text: &'static str) -> Self {
        Self { stream, code: 0, texts: [text, ""], said: b"", flags: &[] }
    }

    /// Something is wrong; exit code 1, as all of them have it.
    const fn wrong(text: &'static str, said: &'a [u8]) -> Self {
        Self { stream: Stream::Err, code: 1, texts: [text, ""], said, flags: &[] }
    }

    /// The same with a second text behind the first.
    const fn and(self, text: &'static str) -> Self {
        Self { texts: [self.texts[0], text], ..self }
    }

    /// What the C library says of a flag that cannot be read (getopt(3); the words are glibc's).
    const fn getopt(wrong: Wrong<'a>) -> Self {
        let (text, said, flags): (_, &[u8], &'static [Flag]) = match wrong {
            Wrong::Invalid(letter) => ("{n}: invalid option -- '{s}'\n", letter, &[]),
            Wrong::NoValue(letter) => ("{n}: option requires an argument -- '{s}'\n", letter, &[]),
            Wrong::Unrecognized(word) => ("{n}: unrecognized option '{s}'\n", word, &[]),
            Wrong::Ambiguous(word, flags) => {
                ("{n}: option '{s}' is ambiguous; possibilities:{c}\n", word, flags)
            }
            Wrong::LongNoValue(name) => {
                ("{n}: option '{s}' requires an argument\n", name.as_bytes(), &[])
            }
            Wrong::NeedlessValue(name) => {
                ("{n}: option '{s}' doesn't allow an argument\n", name.as_bytes(), &[])
            }
        };
        Self { flags, ..Self::wrong(text, said) }
    }

    /// The long flags that what was said may be short for.
    pub fn possibilities(&self) -> impl Iterator<Item = &'static str> + use<'a> {
        possibilities(self.flags, self.said)
    }
}

/// The value of a variable, as getenv(3) finds it.
fn variable<'a>(env: Words<'a>, name: &[u8]) -> Option<&'a [u8]> {
    let value = |pair: &'a CStr| pair.to_bytes().strip_prefix(name)?.strip_prefix(b"=");
    env.iter().find_map(value)
}

/// A number as strtol(3) and `%d` of scanf(3) begin to read it, and what stands behind it: white
/// space, a sign, digits. `None` without a digit.
fn number(text: &[u8]) -> Option<(i64, &[u8])> {
    let text = text.trim_ascii_start();
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, behind) = digits.split_at_checked(len)?;
    let fold = |sum: i64, digit: &u8| {
        sum.saturating_mul(10).saturating_add(i64::from(*digit).saturating_sub(48))
    };
    let size = digits.iter().fold(0, fold);
    (len > 0).then_some((if is_negative { size.saturating_neg() } else { size }, behind))
}
