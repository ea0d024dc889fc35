//! What is said of a command that does not come inside.

use core::ffi::CStr;

use super::Place;
use super::failure::{by_why, not_found};
use super::sentence::{Args, print, sentence};
use crate::limits::ERRAND_MAX;
use crate::model::answer::count;
use crate::model::{Errno, Why, code};
use crate::spec::Origin;
use crate::text::json::{Object, Raw};
use crate::text::{Show, Sink, Visible, put};

const fn at(scope: &str, origin: Origin) -> Place<'_> {
    Place::new(scope, None, origin)
}

/// No target.
pub fn nowhere_to_enter(verb: &str) -> u8 {
    let sentence = sentence!(
        "which sandbox, process or directory?",
        try: "nsinit ps for those that run, nsinit ls for namespaces"
    );
    print(&at(verb, Origin::Default), sentence, &Args::NONE);
    code::FAILED
}

/// A flag that says what a sandbox's service has said.
pub fn only_from_outside(verb: &str, number: u32) {
    let sentence = sentence!(
        "this is for a process or a directory",
        why: "in a sandbox everything is as its service has it",
        try: "--service for another one"
    );
    print(&at(verb, Origin::Argument(number)), sentence, &Args::NONE);
}

/// A process or directory that cannot be entered.
pub fn no_target(verb: &str, number: u32, said: &[u8], errno: Errno) -> u8 {
    let sentence = match errno {
        Errno::ENOENT | Errno::ESRCH => sentence!("there is no process {s}"),
        Errno::EBADF => sentence!("{s} is no pidfd that we were given"),
        Errno::ENOTDIR => sentence!(
            "no namespaces are kept in {s}",
            why: "a place for them has a file for each kind (persist)"
        ),
        Errno::EACCES | Errno::EPERM => sentence!(
            "process {s}: {t}",
            why: "whoever may not trace a process may not enter it (namespaces(7))",
            try: "as the user that it runs as, or as root"
        ),
        _ => sentence!("{s}: {t}"),
    };
    let args = Args { said, text: &errno, ..Args::NONE };
    print(&at(verb, Origin::Argument(number)), sentence, &args);
    code::FAILED
}

/// A sandbox, whose own plan it is that is carried out.
pub fn entered_by_its_own(verb: &str, said: &[u8]) -> u8 {
    let sentence = sentence!(
        "{s} is entered by its own PID 1, with the steps of its service",
        try: "nsinit explain run on its file"
    );
    print(&at(verb, Origin::Default), sentence, &Args { said, ..Args::NONE });
    code::FAILED
}

/// A process whose filter cannot be had.
pub fn filtered(verb: &str, number: u32, said: &[u8]) -> u8 {
    let sentence = sentence!(
        "the calls of process {s} are filtered, and nobody can read by what",
        why: "so that what enters would have more rights than those inside",
        try: "the name of its sandbox, or --no-seccomp"
    );
    print(&at(verb, Origin::Argument(number)), sentence, &Args { said, ..Args::NONE });
    code::FAILED
}

/// We cannot become a copy of ourselves that nobody can change.
pub fn no_copy(verb: &str, errno: Errno) -> u8 {
    let sentence = sentence!(
        "copy nsinit into memory: {t}",
        why: "who is root inside could write to our file by /proc/PID/exe (CVE-2019-5736)",
        try: "a mounted /proc, and vm.memfd_noexec=0"
    );
    print(&at(verb, Origin::Default), sentence, &Args { text: &errno, ..Args::NONE });
    code::FAILED
}

/// No command.
pub fn nothing_to_enter_with(verb: &str) {
    let sentence = sentence!("no command", try: "-- COMMAND behind the name");
    print(&at(verb, Origin::Default), sentence, &Args::NONE);
}

/// A flag without its value.
pub fn flag_needs_value(verb: &str, number: u32, flag: &[u8]) {
    let args = Args { said: flag, ..Args::NONE };
    print(&at(verb, Origin::Argument(number)), sentence!("{s} needs a value"), &args);
}

/// A variable without a name or a value.
pub fn no_variable(verb: &str, number: u32, said: &[u8]) {
    let args = Args { said, ..Args::NONE };
    let sentence = sentence!("{s} is no variable", try: "--env NAME=VALUE");
    print(&at(verb, Origin::Argument(number)), sentence, &args);
}

/// More than PID 1 reads.
pub fn errand_too_long(verb: &str) -> u8 {
    let a = i64::try_from(ERRAND_MAX).unwrap_or(i64::MAX);
    let sentence = sentence!(
        "the command is too long",
        why: "with its variables it may have {a} bytes"
    );
    print(&at(verb, Origin::Default), sentence, &Args { a, ..Args::NONE });
    code::FAILED
}

/// There is no terminal to be had for what runs inside.
pub fn no_terminal(verb: &str, errno: Errno) -> u8 {
    let sentence = sentence!(
        "open a terminal for it: {t}",
        why: "what runs inside gets none of ours",
        try: "a /dev/ptmx, or a pipe for each of the standard descriptors"
    );
    print(&at(verb, Origin::Default), sentence, &Args { text: &errno, ..Args::NONE });
    code::FAILED
}

/// The step that failed, as PID 1 tells it.
struct Failed<'o>(&'o str, Raw<'o>, Errno);

impl Show for Failed<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let mut step = crate::text::Buffer::<{ crate::limits::ANSWER_MAX }>::new();
        put!(&mut step, self.1);
        put!(out, self.0, ": ", Visible(step.text().unwrap_or_default()), ": ", self.2);
    }
}

/// What could not be started inside; gives the exit code.
pub fn not_entered(verb: &str, program: &CStr, object: Object<'_>) -> u8 {
    let number = |name| count(object, name).and_then(|number| i32::try_from(number).ok());
    let errno = Errno::new(number("errno").unwrap_or(0));
    let why = number("why").and_then(|why| u8::try_from(why).ok()).and_then(Why::new);
    let code = number("code").and_then(|code| u8::try_from(code).ok()).unwrap_or(code::FAILED);
    if let Some(step) = object.text("failed") {
        let is_unknown = matches!(why, None | Some(Why::Errno));
        let sentence = match is_unknown && code == code::NOT_FOUND {
            true => not_found(program.to_bytes()),
            false => by_why(why.unwrap_or(Why::Errno)),
        };
        let args = Args { said: program.to_bytes(), ..Args::NONE };
        print(&Failed(verb, step, errno), sentence, &args);
    }
    code
}
