//! tini 0.19: its flags, its variables, its texts.
//!
//! Its version line is the one that docker reads (`tini version `, and ` - ` in front of a commit).
//! The texts are tini's own, which is under the MIT licence; `-l` prints that with its author, as
//! tini does, and behind it what we are.

use super::lexer::{Flag, Lexer, Token, Wish};
use super::{Answer, Manner, Personality, Stream, number, variable};
use crate::model::{ExitCodes, KillMode, ParentDeath, Signal};
use crate::spec::{Habits, Origin, Said, ServiceSpec, Spec};
use crate::text::Words;

const FLAGS: &[Flag] = &[
    Flag::valued(b'p', "", Wish::ParentDeath),
    Flag::plain(b'h', "", Wish::Help),
    Flag::plain(b'v', "", Wish::Verbose),
    Flag::plain(b'w', "", Wish::WarnOfReaped),
    Flag::plain(b'g', "", Wish::Group),
    Flag::plain(b'l', "", Wish::Licence),
    Flag::valued(b'e', "", Wish::Success),
    Flag::plain(b's', "", Wish::Subreaper),
];

const VERSION: &str = "tini version 0.19.0\n";

const USAGE: &str = "\
{l} (tini version 0.19.0)
Usage: {l} [OPTIONS] PROGRAM -- [ARGS] | --version

Execute a program under the supervision of a valid init process ({l})

Command line options:

  --version: Show version and exit.
  -h: Show this help message and exit.
  -s: Register as a process subreaper (requires Linux >= 3.4).
  -p SIGNAL: Trigger SIGNAL when parent dies, e.g. \"-p SIGKILL\".
  -v: Generate more verbose output. Repeat up to 3 times.
  -w: Print a warning when processes are getting reaped.
  -g: Send signals to the child's process group.
  -e EXIT_CODE: Remap EXIT_CODE (from 0 to 255) to 0.
  -l: Show license and exit.

Environment variables:

  TINI_SUBREAPER: Register as a process subreaper (requires Linux >= 3.4).
  TINI_VERBOSITY: Set the verbosity level (default: 1).
  TINI_KILL_PROCESS_GROUP: Send signals to the child's process group.

";

const LICENCE: &str = "\
The MIT License (MIT)

Copyright (c) 2015 Thomas Orozco <thomas@orozco.fr>

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the \"Software\"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
";

/// What we are, behind the licence of what we stand in for.
const OURS: &str = concat!(
    "\nThat is the license of tini, whose messages these are. This program is nsinit ",
    env!("CARGO_PKG_VERSION"),
    ",\nwhich stands in for tini and has none of its code. Its own license is\n",
    env!("CARGO_PKG_LICENSE"),
    ": Copyright (c) 2026 the nsinit authors.\n",
);

/// Reads tini's words and environment.
pub(super) fn read<'a>(
    words: Words<'a>,
    env: Words<'a>,
    spec: &mut Spec<'a>,
) -> Result<Manner, Answer<'a>> {
    // Only as the single word, as tini has it; beside others it is no flag at all.
    if words.first() == Some(c"--version") && words.rest().is_empty() {
        return Err(Answer::asked(Stream::Out, VERSION));
    }
    let mut asked = Asked::default();
    let mut lexer = Lexer::new(FLAGS, words);
    for token in lexer.by_ref() {
        match token {
            Token::Flag(Wish::Help, _) => return Err(Answer::asked(Stream::Out, USAGE)),
            Token::Flag(Wish::Licence, _) => {
                return Err(Answer::asked(Stream::Out, LICENCE).and(OURS));
            }
            Token::Flag(wish, value) => {
                asked.take(wish, value).map_err(|text| Answer::wrong(text, value))?
            }
            Token::Wrong(wrong) => return Err(Answer::getopt(wrong).and(USAGE)),
        }
    }
    if lexer.operands().is_empty() {
        return Err(Answer::wrong(USAGE, b""));
    }
    asked.is_subreaper |= variable(env, b"TINI_SUBREAPER").is_some();
    asked.is_group |= variable(env, b"TINI_KILL_PROCESS_GROUP").is_some();
    let level = match variable(env, b"TINI_VERBOSITY") {
        None => asked.louder.saturating_add(1),
        // atoi(3) into an unsigned number: what is below zero is everything.
        Some(level) => {
            let level = number(level).map_or(0, |(level, _)| level);
            u32::try_from(level).unwrap_or(u32::MAX)
        }
    };
    spec.habits = Habits {
        is_subreaper: asked.is_subreaper,
        is_mortal: false,
        wakes_stopped: false,
        leaves_directory: false,
        ..Habits::OURS
    };
    Ok(asked.fill(Personality::Tini, level, lexer.operands(), spec))
}

/// What tini's flags can ask for, and catatonit's with them.
#[derive(Default)]
pub(super) struct Asked {
    /// How often more was asked to be told.
    pub louder: u32,
    pub is_group: bool,
    pub is_subreaper: bool,
    warns_of_reaped: bool,
    parent_death: Option<Signal>,
    success: Option<ExitCodes>,
}

impl Asked {
    /// One flag with its value.
    ///
    /// # Errors
    /// The template that says what is wrong with the value.
    pub(super) fn take(&mut self, wish: Wish, value: &[u8]) -> Result<(), &'static str> {
        match wish {
            Wish::Verbose => self.louder = self.louder.saturating_add(1),
            Wish::WarnOfReaped => self.warns_of_reaped = true,
            Wish::Group => self.is_group = true,
            Wish::Subreaper => self.is_subreaper = true,
            Wish::ParentDeath => {
                let wrong = "[FATAL tini ({p})] Not a valid option for -p: {s}\n";
                self.parent_death = Some(full_name(value).ok_or(wrong)?);
            }
            Wish::Success => {
                let wrong = "[FATAL tini ({p})] Not a valid option for -e: {s}\n";
                let code = exit_code(value).ok_or(wrong)?;
                self.success.get_or_insert_default().add_code(code);
            }
            Wish::Help | Wish::Licence | Wish::Version => {}
            Wish::SingleChild | Wish::Rewrite | Wish::Pause => {}
        }
        Ok(())
    }

    /// Puts it into the spec, as the command's service.
    pub(super) fn fill<'a>(
        &self,
        personality: Personality,
        level: u32,
        command: Words<'a>,
        spec: &mut Spec<'a>,
    ) -> Manner {
        spec.habits.tells_all = level > 2 || self.warns_of_reaped;
        if let Some(service) = run(command, spec) {
            service.signal_group = Some(said(self.is_group));
            service.success_exit = self.success.map(said);
            service.parent_death =
                self.parent_death.map(|signal| said(ParentDeath { signal, parent: None }));
        }
        let warns_of_reaped = self.warns_of_reaped;
        Manner { personality, level, warns_of_reaped, notes: [""; 2], is_pause: false }
    }
}

/// The command, and that its end is the end of everything at once: whoever stops the container
/// counts on that, and in a PID namespace the kernel ends the others.
#[inline(never)] // a service is large to begin with
pub(super) fn run<'s, 'a>(
    command: Words<'a>,
    spec: &'s mut Spec<'a>,
) -> Option<&'s mut ServiceSpec<'a>> {
    let service = spec.main_service()?;
    service.command = Some(said(command));
    service.kill_mode = Some(said(KillMode::Process));
    Some(service)
}

/// A value of a personality. No refusal will point at it: what could be wrong was answered here.
pub(super) const fn said<T>(value: T) -> Said<T> {
    Said { value, origin: Origin::Default }
}

/// A standard signal by its full name, in capitals. tini knows 28 of the 31; that the others are
/// refused is of no use to anybody.
fn full_name(text: &[u8]) -> Option<Signal> {
    let is_full = text.starts_with(b"SIG") && !text.iter().any(u8::is_ascii_lowercase);
    let signal = Signal::parse(text).ok().filter(|_| is_full)?;
    (signal.number() < 32).then_some(signal)
}

/// An exit code as strtol(3) reads it: the whole word, and an empty one is 0.
fn exit_code(text: &[u8]) -> Option<u8> {
    match number(text) {
        _ if text.is_empty() => Some(0),
        Some((code, [])) => u8::try_from(code).ok(),
        Some(_) | None => None,
    }
}
