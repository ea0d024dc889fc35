//! catatonit 0.1.7: its flags and tini's with them, its variables, its texts.
//!
//! Programs that ask docker for an init pass tini's flags to whatever docker has, which may be
//! catatonit; there such a start fails. Here it does not. catatonit is under the GPL, version 2 or
//! later (3 in 0.1.7): its usage and error lines are what scripts look for and stand here as they
//! are; its help and licence are ours.

use super::lexer::{Flag, Lexer, Token, Wish};
use super::tini::Asked;
use super::{Answer, Manner, Personality, Stream, variable};
use crate::spec::{Habits, Spec};
use crate::text::Words;

const FLAGS: &[Flag] = &[
    Flag::plain(b'g', "", Wish::Group),
    Flag::plain(b'h', "", Wish::Help),
    Flag::plain(b'L', "", Wish::Licence),
    Flag::plain(b'P', "", Wish::Pause),
    Flag::plain(b'V', "--version", Wish::Version),
    // tini's.
    Flag::plain(b'l', "", Wish::Licence),
    Flag::plain(b's', "", Wish::Subreaper),
    Flag::plain(b'v', "", Wish::Verbose),
    Flag::plain(b'w', "", Wish::WarnOfReaped),
    Flag::valued(b'e', "", Wish::Success),
    Flag::valued(b'p', "", Wish::ParentDeath),
];

const VERSION: &str = "tini version 0.1.7_catatonit\n";

const USAGE: &str = "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n";

const HELP: &str = "
options:
  -g              Signals go to the whole process group of the program.
  -h              This help.
  -L              Who wrote this, and under which license.
  -P              Pause: run nothing, reap orphans, end at SIGINT or SIGTERM.
  -V, --version   The version.

Flags of tini that are taken, too: -e CODE, -l, -p SIGNAL, -s, -v, -w.
";

const LICENCE: &str = concat!(
    "nsinit ",
    env!("CARGO_PKG_VERSION"),
    ", which stands in for catatonit and has none of its code\n",
    "Copyright (c) 2026 the nsinit authors\n\nLicense: ",
    env!("CARGO_PKG_LICENSE"),
    "\n",
);

/// The level that catatonit tells its errors at, and nothing else.
const ERRORS: u32 = 0;

/// The level of CATATONIT_DEBUG.
const DEBUG: u32 = 3;

/// Reads catatonit's words and environment.
pub(super) fn read<'a>(
    words: Words<'a>,
    env: Words<'a>,
    spec: &mut Spec<'a>,
) -> Result<Manner, Answer<'a>> {
    if variable(env, b"CATATONIT_LOG").is_some() {
        let wrong = "ERROR (catatonit:{p}): CATATONIT_LOG is reserved for future use\n";
        return Err(Answer::wrong(wrong, b""));
    }
    let mut asked = Asked::default();
    let mut is_pause = false;
    let mut lexer = Lexer::new(FLAGS, words);
    for token in lexer.by_ref() {
        match token {
            Token::Flag(Wish::Help, _) => return Err(Answer::asked(Stream::Err, USAGE).and(HELP)),
            Token::Flag(Wish::Licence, _) => return Err(Answer::asked(Stream::Out, LICENCE)),
            Token::Flag(Wish::Version, _) => return Err(Answer::asked(Stream::Out, VERSION)),
            Token::Flag(Wish::Pause, _) => is_pause = true,
            Token::Flag(wish, value) => asked.take(wish, value).map_err(|_| {
                let wrong = "ERROR (catatonit:{p}): not a valid value: {s}\n";
                Answer::wrong(wrong, value).and(USAGE)
            })?,
            Token::Wrong(wrong) => return Err(Answer::getopt(wrong).and(USAGE)),
        }
    }
    let command = lexer.operands();
    if command.is_empty() && !is_pause {
        let wrong = "ERROR (catatonit:{p}): missing program name\n";
        return Err(Answer::wrong(wrong, b"").and(USAGE));
    }
    let is_talking = asked.louder > 0 || variable(env, b"CATATONIT_DEBUG").is_some();
    let level = if is_talking { DEBUG } else { ERRORS };
    spec.habits = Habits { is_mortal: false, wakes_stopped: false, ..Habits::OURS };
    match is_pause {
        true => Ok(Manner::pause(Personality::Catatonit)),
        false => Ok(asked.fill(Personality::Catatonit, level, command, spec)),
    }
}
