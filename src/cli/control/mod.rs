//! The verbs that speak to a running nsinit over its control socket: `ps`, `status`, `stop`,
//! `restart`, `reload`, `signal`, `logs`.
//!
//! A request that is not carried out, and a sandbox that is not there, end with 1; what is no
//! request with 125.

mod logs;
mod order;
mod ps;
mod row;
mod status;

use core::ffi::CStr;

use super::Call;
use super::load::Desk;
use super::report;
use crate::engine::control::find::{self, Sandbox};
use crate::model::{Errno, Order, Signal, code};
use crate::sys::start::Start;
use crate::text::{Arena, Names, nearest, units};

/// The exit code when what was asked for is not so.
pub(super) const NOT_SO: u8 = 1;

/// A verb's words, read.
struct Asked {
    verb: &'static str,
    is_json: bool,
    /// Whether what comes is shown, too.
    follows: bool,
    /// How many of the last lines that are there are shown; all where that is not said.
    lines: Option<u64>,
    /// Whether what was ordered is waited for.
    waits: bool,
    name: Option<&'static CStr>,
    service: Option<&'static CStr>,
    last: Option<&'static CStr>,
}

/// The verbs.
pub const VERBS: Names = Names::new("ps|status|stop|restart|reload|signal|logs");

/// Does what one of [`VERBS`] says.
#[inline(never)] // of no start
pub fn control(verb: &'static str, call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let Some(asked) = read(verb, call) else { return code::FAILED };
    match (verb, asked.name) {
        ("ps", name) => ps::ps(&asked, name, start, desk),
        (_, None) => {
            report::no_sandbox_named(verb);
            code::FAILED
        }
        ("status", Some(name)) => status::status(&asked, name, start, desk),
        ("logs", Some(name)) => logs::logs(&asked, name, start, desk),
        ("stop", Some(name)) => order::order(&asked, name, Order::Stop, start, desk),
        ("restart", Some(name)) => order::order(&asked, name, Order::Restart, start, desk),
        ("reload", Some(name)) => order::order(&asked, name, Order::Reload, start, desk),
        (_, Some(name)) => {
            let text = asked.last.or(asked.service).unwrap_or_default();
            match Signal::parse(text.to_bytes()) {
                Ok(signal) => {
                    let service = asked.service.filter(|_| asked.last.is_some());
                    let asked = Asked { service, ..asked };
                    order::order(&asked, name, Order::Signal(signal), start, desk)
                }
                Err(_) => {
                    report::no_signal(verb, text.to_bytes());
                    code::FAILED
                }
            }
        }
    }
}

/// Reads the words; `None` when one of them cannot be, which has been said then.
fn read(verb: &'static str, call: Call) -> Option<Asked> {
    let mut asked = Asked {
        verb,
        is_json: false,
        follows: false,
        lines: None,
        waits: true,
        name: None,
        service: None,
        last: None,
    };
    let is_list = matches!(verb, "ps" | "status");
    let is_logs = verb == "logs";
    let flags = match verb {
        "ps" | "status" => Names::new("--json"),
        "logs" => Names::new("--follow|-f|--json|--lines|-n"),
        _ => Names::new("--no-wait"),
    };
    let mut words = (call.first..).zip(call.words.iter());
    while let Some((number, word)) = words.next() {
        match word.to_bytes() {
            b"--json" if is_list || is_logs => asked.is_json = true,
            b"-f" | b"--follow" if is_logs => asked.follows = true,
            b"-n" | b"--lines" if is_logs => {
                let Some((number, count)) = words.next() else {
                    report::flag_needs_value(verb, number, word.to_bytes());
                    return None;
                };
                asked.lines = Some(lines(verb, number, count.to_bytes())?);
            }
            [b'-', b'-', b'l', b'i', b'n', b'e', b's', b'=', count @ ..] if is_logs => {
                asked.lines = Some(lines(verb, number, count)?);
            }
            b"--no-wait" if !is_list && !is_logs => asked.waits = false,
            [b'-', ..] => {
                report::unknown_flag(verb, number, word.to_bytes(), flags);
                return None;
            }
            _ if asked.name.is_none() => asked.name = Some(word),
            _ if asked.service.is_none() && verb != "ps" => asked.service = Some(word),
            _ if asked.last.is_none() && verb == "signal" => asked.last = Some(word),
            said => {
                report::word_too_many(verb, number, said);
                return None;
            }
        }
    }
    Some(asked)
}

/// A number of lines; says why it is none.
fn lines(verb: &str, number: u32, said: &[u8]) -> Option<u64> {
    let count = units::unsigned(said, u64::MAX).ok();
    if count.is_none() {
        report::no_count(verb, number, said);
    }
    count
}

/// Connects to the sandbox of this name; says why not.
pub(super) fn connect(
    verb: &str,
    name: &CStr,
    start: &Start,
    memory: &mut [u8],
) -> Option<Sandbox> {
    match find::connect(name.to_bytes(), start) {
        Ok(sandbox) => Some(sandbox),
        Err(errno) => {
            not_reached(verb, name, errno, start, memory);
            None
        }
    }
}

/// No sandbox of this name can be reached; perhaps the near one was meant.
fn not_reached(verb: &str, name: &CStr, errno: Errno, start: &Start, memory: &mut [u8]) {
    let mut arena = Arena::new(memory);
    find::each(start, &mut |known, _| {
        for part in [known, b"\0"] {
            let _ = arena.push(part); // one that finds no room is not proposed
        }
    });
    let known = arena.keep_words();
    let known = known.iter().filter_map(|word| word.to_str().ok());
    report::not_reached(verb, name.to_bytes(), errno, nearest(name.to_bytes(), known));
}
