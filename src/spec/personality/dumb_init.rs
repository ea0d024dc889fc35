//! dumb-init 1.2.5: its flags, its variables, its texts.
//!
//! The command leads a session of its own, and signals go to its group, unless `-c` or
//! `DUMB_INIT_SETSID=0` says otherwise. The texts are dumb-init's own, which is under the MIT
//! licence, Copyright (c) 2015 Yelp, Inc.

use super::lexer::{Flag, Lexer, Token, Wish};
use super::tini::{run, said};
use super::{Answer, Manner, Personality, Stream, number, variable};
use crate::model::{Rewrites, Signal, SignalSet, Terminal};
use crate::spec::{Habits, Spec};
use crate::text::Words;

const FLAGS: &[Flag] = &[
    Flag::plain(b'h', "--help", Wish::Help),
    Flag::plain(b'c', "--single-child", Wish::SingleChild),
    Flag::valued(b'r', "--rewrite", Wish::Rewrite),
    Flag::plain(b'v', "--verbose", Wish::Verbose),
    Flag::plain(b'V', "--version", Wish::Version),
];

const VERSION: &str = "dumb-init v1.2.5\n";

const HELP: &str = "\
Usage: {n} [option] command [[arg] ...]

dumb-init is a simple process supervisor that forwards signals to children.
It is designed to run as PID1 in minimal container environments.

Optional arguments:
   -c, --single-child   Run in single-child mode.
                        In this mode, signals are only proxied to the
                        direct child and not any of its descendants.
   -r, --rewrite s:r    Rewrite received signal s to new signal r before proxying.
                        To ignore (not proxy) a signal, rewrite it to 0.
                        This option can be specified multiple times.
   -v, --verbose        Print debugging information to stderr.
   -h, --help           Print this help message and exit.
   -V, --version        Print the current version and exit.

Full help is available online at https://github.com/Yelp/dumb-init
";

const NO_COMMAND: &str = "\
Usage: {n} [option] program [args]
Try {n} --help for full usage.
";

const NO_REWRITE: &str = "\
Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and 31.
This option can be specified multiple times.
Use --help for full usage.
";

/// The level of a Manner that tells all that dumb-init tells.
const TALKING: u32 = 3;

/// Reads dumb-init's words and environment.
pub(super) fn read<'a>(
    words: Words<'a>,
    env: Words<'a>,
    spec: &mut Spec<'a>,
) -> Result<Manner, Answer<'a>> {
    let mut is_talking = false;
    let mut leads_session = true;
    let mut rewrites = Rewrites::default();
    let mut rewritten = SignalSet::EMPTY;
    let mut lexer = Lexer::new(FLAGS, words);
    for token in lexer.by_ref() {
        match token {
            Token::Flag(Wish::Help, _) => {
                return Err(Answer::asked(Stream::Err, VERSION).and(HELP));
            }
            Token::Flag(Wish::Version, _) => return Err(Answer::asked(Stream::Err, VERSION)),
            Token::Flag(Wish::Verbose, _) => is_talking = true,
            Token::Flag(Wish::Rewrite, value) => {
                let (from, to) = rewrite(value).ok_or(Answer::wrong(NO_REWRITE, b""))?;
                rewrites.set(from, to);
                rewritten = rewritten.with(from);
            }
            Token::Flag(_, _) => leads_session = false, // of single-child, the one that is left
            Token::Wrong(wrong) => return Err(Answer::getopt(wrong)),
        }
    }
    if lexer.operands().is_empty() {
        return Err(Answer::wrong(NO_COMMAND, b""));
    }
    let mut notes = [""; 2];
    if variable(env, b"DUMB_INIT_DEBUG") == Some(b"1") {
        is_talking = true;
        notes[0] = "[dumb-init] Running in debug mode.\n";
    }
    if variable(env, b"DUMB_INIT_SETSID") == Some(b"0") {
        leads_session = false;
        notes[1] = "[dumb-init] Not running in setsid mode.\n";
    }
    if leads_session {
        // A stop typed at a terminal does nothing to an orphaned process group, and a session of
        // its own is one (setpgid(2), "orphaned"); STOP is not asked.
        for stop in STOPS.iter().filter(|signal| !rewritten.has(**signal)) {
            rewrites.set(*stop, Some(Signal::STOP));
        }
    }
    spec.habits = Habits {
        is_subreaper: false,
        is_mortal: false,
        tells_all: is_talking,
        stops_itself: true,
        asks_group_to_end: true,
        wakes_stopped: false,
        leaves_directory: true,
    };
    if let Some(service) = run(lexer.operands(), spec) {
        service.signal_group = Some(said(leads_session));
        service.rewrite = Some(said(rewrites));
        service.terminal = Some(said(if leads_session { Terminal::Give } else { Terminal::Keep }));
    }
    let level = if is_talking { TALKING } else { 0 };
    let personality = Personality::DumbInit;
    Ok(Manner { personality, level, warns_of_reaped: false, notes, is_pause: false })
}

/// Signals that stop whoever gets them at a terminal.
const STOPS: [Signal; 3] = [Signal::TSTP, Signal::TTIN, Signal::TTOU];

/// `15:3` as `%d:%d` of scanf(3) reads it: what stands behind it does not count. 0 for nothing.
fn rewrite(text: &[u8]) -> Option<(Signal, Option<Signal>)> {
    let (from, behind) = number(text)?;
    let (to, _) = number(behind.strip_prefix(b":")?)?;
    let from = u32::try_from(from).ok().filter(|from| *from <= 31).and_then(Signal::new)?;
    match u32::try_from(to).ok()? {
        0 => Some((from, None)),
        to @ 1..=31 => Some((from, Signal::new(to))),
        32.. => None,
    }
}
