//! What is wrong with a filter of system calls, and why it could not be installed.

use super::sentence::{Args, sentence};
use crate::engine::Refused;
use crate::limits::{FILTER_INSTRUCTIONS_MAX, FILTER_RULES_MAX};
use crate::model::Errno;
use crate::model::filter::Call;
use crate::model::syscalls::NATIVE;
use crate::plan::FilterAct;
use crate::spec::FilterFault;
use crate::text::{Digits, Show, Sink, put};

/// The sentence of a fault.
#[allow(clippy::too_many_lines)] // a table, one arm for each fault
pub(super) fn sentence_of(fault: FilterFault, args: &mut Args<'_>) -> &'static str {
    match fault {
        FilterFault::UnknownWord(Some(near)) | FilterFault::UnknownCall(Some(near)) => {
            args.name = near;
        }
        FilterFault::Needed(name) => args.name = name,
        FilterFault::TooManyRules => args.a = number(FILTER_RULES_MAX),
        FilterFault::TooLong => args.a = number(FILTER_INSTRUCTIONS_MAX),
        FilterFault::UnknownWord(None)
        | FilterFault::UnknownCall(None)
        | FilterFault::UnknownErrno
        | FilterFault::NoAction
        | FilterFault::NoCall
        | FilterFault::Behind
        | FilterFault::Include
        | FilterFault::NotACondition
        | FilterFault::NeverHolds
        | FilterFault::TooManyConditions
        | FilterFault::Twice
        | FilterFault::NoDefault
        | FilterFault::NeededToTell
        | FilterFault::NotAProgram => {}
    }
    match fault {
        FilterFault::UnknownWord(Some(_)) => sentence!("no line begins with {s}", try: "{n}"),
        FilterFault::UnknownWord(None) => sentence!(
            "no line begins with {s}",
            try: "allow, log, errno ERROR, trap or kill and calls, or default, unknown, include"
        ),
        FilterFault::UnknownCall(Some(_)) => sentence!("no system call is called {s}", try: "{n}"),
        FilterFault::UnknownCall(None) => sentence!(
            "no system call is called {s}",
            try: "a name of syscalls(2), or a number"
        ),
        FilterFault::UnknownErrno => sentence!(
            "no error is called {s}",
            try: "a name of errno(3), such as EPERM, or its number"
        ),
        FilterFault::NoAction => sentence!("no action", try: "default errno EPERM"),
        FilterFault::NoCall => sentence!("no system call", try: "allow read write"),
        FilterFault::Behind => sentence!("nothing can stand there: {s}", try: "a line of its own"),
        FilterFault::Include => sentence!("{s} cannot be included", try: "include default"),
        FilterFault::NotACondition => sentence!(
            "{s} is no part of a comparison",
            try: "if arg1 & 0xffffffff == 0x5401 and arg0 < 3, with arg0 to arg5, \
                  == != < <= > >= and numbers"
        ),
        FilterFault::NeverHolds => sentence!(
            "no argument can be {s} here",
            why: "the mask leaves out bits that it has"
        ),
        FilterFault::TooManyConditions => sentence!("more comparisons than arguments: {s}"),
        FilterFault::Twice => sentence!("{s} is said twice", try: "one of them"),
        FilterFault::TooManyRules => sentence!(
            "more than {a} rules that compare arguments",
            try: "fewer calls in lines with if"
        ),
        FilterFault::NoDefault => sentence!(
            "nothing says what becomes of the other calls",
            try: "default errno EPERM, or include default"
        ),
        FilterFault::Needed(_) => sentence!(
            "{n} is refused whatever its arguments",
            why: "the filter is there when the command is executed, or that fails",
            try: "allow execve exit_group"
        ),
        FilterFault::NeededToTell => sentence!(
            "{s} is refused whatever its arguments",
            why: "by it a service hands over where its filter asks about refused calls",
            try: "allow sendmsg, or seccomp-log = \"none\""
        ),
        FilterFault::TooLong => sentence!(
            "more than {a} instructions, or no room for them",
            why: "the kernel takes no longer filter (BPF_MAXINSNS)",
            try: "fewer lines with if, or fewer filters"
        ),
        FilterFault::NotAProgram => sentence!(
            "what comes from descriptor {s} is no filter",
            why: "it is not classic BPF of 8 bytes an instruction, with an answer at its end",
            try: "what seccomp_export_bpf(3) writes"
        ),
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A call that was refused, and how: `mount(0x7ffd, 0x7ffe, 0x0): errno EPERM`.
pub(super) struct Shown<'r>(pub &'r Refused);

impl Show for Shown<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let Call { number, arguments: [a, b, c, ..], .. } = self.0.call;
        let name = u16::try_from(number).ok().and_then(|number| NATIVE.name_of(number));
        match name {
            Some(name) => put!(out, name),
            None => put!(out, "call ", number),
        }
        for (before, argument) in [("(", a), (", ", b), (", ", c)] {
            put!(out, before, "0x", Digits::hex(argument, 1));
        }
        put!(out, "): ", self.0.verdict);
    }
}

/// What we know of an errno of such a step.
pub(super) fn by_errno(act: &FilterAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (FilterAct::Install(_), Errno::EACCES) => sentence!(
            why: "without no_new_privs a filter needs CAP_SYS_ADMIN (seccomp(2))",
            try: "no-new-privs = true"
        ),
        (FilterAct::Install(_), Errno::EPERM) => sentence!(
            why: "an outer filter forbids filters"
        ),
        (FilterAct::Install(_), Errno::ENOMEM) => sentence!(
            why: "all filters together have more than 32768 instructions, outer ones included"
        ),
        (_, _) => "",
    }
}
