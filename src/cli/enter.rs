//! `enter`: a command inside what runs already.

use core::ffi::CStr;

use super::Call;
use super::control::connect;
use super::load::Desk;
use super::report;
use crate::engine::enter::{self, Outcome, Streams};
use crate::model::{Errand, Errno, code};
use crate::sys::start::Start;
use crate::text::json::Object;
use crate::text::{Arena, Names, Words};

/// The flags in front of the target.
const FLAGS: Names = Names::new("--service|--cwd|--env");

/// What was asked for.
struct Asked {
    target: &'static CStr,
    service: Option<&'static CStr>,
    directory: Option<&'static CStr>,
    variables: Words<'static>,
    words: Words<'static>,
}

/// `enter [FLAGS] TARGET [--] COMMAND…`
#[inline(never)] // of no start
pub(super) fn enter(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let Desk { arena, file, .. } = desk;
    let mut arena = Arena::new(arena);
    let Some(asked) = read(call, start, &mut arena) else { return code::FAILED };
    let Some(mut sandbox) = connect("enter", asked.target, start, file) else {
        return code::FAILED;
    };
    let (target, service) = (asked.target.to_bytes(), asked.service.map(CStr::to_bytes));
    let streams = match Streams::open() {
        Ok(streams) => streams,
        Err(errno) => return report::no_terminal("enter", errno),
    };
    let errand = Errand {
        has_terminal: streams.has_terminal(),
        directory: asked.directory,
        words: asked.words,
        variables: asked.variables,
    };
    let mut failed = |object: Object<'_>| report::not_entered("enter", object);
    match enter::send(&mut sandbox, service, &errand, streams, &mut failed) {
        Ok(Outcome::Ended(end)) => end.code(),
        Ok(Outcome::NotStarted(code)) => code,
        Ok(Outcome::Denied(denial)) => {
            report::denied("enter", target, service.unwrap_or_default(), denial);
            code::FAILED
        }
        Err(Errno::E2BIG) => report::errand_too_long("enter"),
        Err(errno) => {
            report::no_answer("enter", target, errno);
            code::FAILED
        }
    }
}

/// Reads the words; `None` when one of them cannot be, which has been said then.
fn read(call: Call, start: &Start, arena: &mut Arena<'static>) -> Option<Asked> {
    let (mut service, mut directory) = (None, None);
    let mut call = call;
    // The type of terminal is the caller's; an own word on it comes behind it and counts.
    for pair in start.env.iter().filter(|pair| pair.to_bytes().starts_with(b"TERM=")).take(1) {
        arena.push(pair.to_bytes_with_nul()).ok()?;
    }
    let target = loop {
        let number = call.first;
        let Some(word) = call.words.first() else {
            report::nowhere_to_enter("enter");
            return None;
        };
        call = call.rest();
        let bytes = word.to_bytes();
        if !bytes.starts_with(b"-") {
            break word;
        }
        let equals = bytes.iter().position(|byte| *byte == b'=').unwrap_or(bytes.len());
        let name = bytes.get(..equals).unwrap_or_default();
        let Some(flag) = FLAGS.number_of(name) else {
            report::unknown_flag("enter", number, name, FLAGS);
            return None;
        };
        let value = match word.to_bytes_with_nul().get(equals.saturating_add(1)..) {
            Some(rest) if equals < bytes.len() => CStr::from_bytes_with_nul(rest).ok(),
            Some(_) | None => {
                let value = call.words.first();
                call = call.rest();
                value
            }
        };
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            report::flag_needs_value("enter", number, name);
            return None;
        };
        match flag {
            0 => service = Some(value),
            1 => directory = Some(value),
            _ if value.to_bytes().contains(&b'=') && !value.to_bytes().starts_with(b"=") => {
                arena.push(value.to_bytes_with_nul()).ok()?;
            }
            _ => {
                report::no_variable("enter", number, value.to_bytes());
                return None;
            }
        }
    };
    let variables = arena.keep_words();
    let has_dashes = call.words.first() == Some(c"--");
    let words = if has_dashes { call.rest().words } else { call.words };
    if words.is_empty() {
        report::nothing_to_enter_with("enter");
        return None;
    }
    Some(Asked { target, service, directory, variables, words })
}
