//! `enter`: a command inside what runs already: a sandbox, a process's namespaces, or kept ones.

mod outside;

use core::ffi::CStr;

use crate::cli::Call;
use crate::cli::control::connect;
use crate::cli::load::Desk;
use crate::cli::report;
use crate::engine::enter::{self, Outcome, Streams};
use crate::model::{Errand, Errno, code};
use crate::sys::start::Start;
use crate::text::json::Object;
use crate::text::{Arena, Names, Words};

/// The flags in front of the target.
const FLAGS: Names =
    Names::new("--service|--cwd|--env|--user|--group|--capabilities|--no-new-privs|--no-seccomp");

/// The first of them that a sandbox does not take, whose service says all that.
const OUTSIDE_FROM: usize = 3;
/// The one without a value.
const NO_SECCOMP: usize = 7;

/// What was asked for.
struct Asked {
    target: &'static CStr,
    number: u32,
    /// The values of `--user`, `--group`, `--capabilities` and `--no-new-privs`.
    said: [Option<&'static CStr>; 4],
    /// The first of these that was said.
    outside: Option<u32>,
    /// Whether it goes without the filter of a process.
    leaves_filter: bool,
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
    if let Some(target) = outside::Target::of(asked.target, start) {
        return match cfg!(feature = "join") {
            true => outside::enter(&target, &asked, start, &mut arena),
            false => report::nowhere_to_enter("enter"),
        };
    }
    if let Some(number) = asked.outside {
        report::only_from_outside("enter", number);
        return code::FAILED;
    }
    by_name(&asked, start, file)
}

/// `explain [--json] enter …`: the run that it would be.
pub(super) fn explain(call: Call, is_json: bool, start: &Start, desk: &'static mut Desk) -> u8 {
    let mut arena = Arena::new(&mut desk.arena);
    let Some(asked) = read(call, start, &mut arena) else { return code::FAILED };
    match outside::Target::of(asked.target, start) {
        Some(target) => {
            let front: &[&CStr] = if is_json { &[c"explain", c"--json"] } else { &[c"explain"] };
            outside::become_run(&target, &asked, front, start, &mut arena)
        }
        None => report::entered_by_its_own("explain", asked.target.to_bytes()),
    }
}

/// A running sandbox, by its name.
fn by_name(asked: &Asked, start: &Start, file: &mut [u8]) -> u8 {
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
    let program = asked.words.first().unwrap_or_default();
    let mut failed = |object: Object<'_>| report::not_entered("enter", program, object);
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
fn read(mut call: Call, start: &Start, arena: &mut Arena<'static>) -> Option<Asked> {
    let (mut service, mut directory) = (None, None);
    let (mut said, mut outside, mut leaves_filter) = ([None; 4], None, false);
    // The type of terminal is the caller's; an own word on it comes behind it and counts.
    for pair in start.env.iter().filter(|pair| pair.to_bytes().starts_with(b"TERM=")).take(1) {
        arena.push(pair.to_bytes_with_nul()).ok()?;
    }
    let (target, number) = loop {
        let number = call.first;
        let Some(word) = call.words.first() else {
            let _ = report::nowhere_to_enter("enter"); // the exit code is that of every fault
            return None;
        };
        call = call.rest();
        let bytes = word.to_bytes();
        if !bytes.starts_with(b"-") {
            break (word, number);
        }
        let equals = bytes.iter().position(|byte| *byte == b'=').unwrap_or(bytes.len());
        let name = bytes.get(..equals).unwrap_or_default();
        let Some(flag) = FLAGS.number_of(name) else {
            report::unknown_flag("enter", number, name, FLAGS);
            return None;
        };
        if flag >= OUTSIDE_FROM {
            outside = outside.or(Some(number));
        }
        if flag == NO_SECCOMP {
            leaves_filter = true;
            continue;
        }
        let (value, rest) = value_of(word, equals, call);
        call = rest;
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            report::flag_needs_value("enter", number, name);
            return None;
        };
        match flag {
            0 => service = Some(value),
            1 => directory = Some(value),
            3.. => {
                if let Some(place) = said.get_mut(flag.saturating_sub(OUTSIDE_FROM)) {
                    *place = Some(value);
                }
            }
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
    Some(Asked {
        target,
        number,
        said,
        outside,
        leaves_filter,
        service,
        directory,
        variables,
        words,
    })
}

/// The value of a flag: behind its equals sign, or the next word; and the words behind it.
fn value_of(word: &'static CStr, equals: usize, call: Call) -> (Option<&'static CStr>, Call) {
    match word.to_bytes_with_nul().get(equals.saturating_add(1)..) {
        Some(rest) if equals < word.to_bytes().len() => {
            (CStr::from_bytes_with_nul(rest).ok(), call)
        }
        Some(_) | None => (call.words.first(), call.rest()),
    }
}
