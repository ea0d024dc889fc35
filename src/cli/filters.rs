//! Reads and makes the filters of system calls that were asked for, before anything is touched.

use core::ffi::CStr;
use core::mem::take;

use super::out::say;
use super::printer::{Detail, Printer};
use super::read_file::{read_descriptor, read_file};
use super::report::{self, Place};
use crate::limits::{FILE_MAX, FILTER_INSTRUCTIONS_MAX, FILTERS_INSTRUCTIONS_MAX};
use crate::model::filter::{
    Instruction, Policy, Program, Tell, compile, include_default, is_program,
};
use crate::model::syscalls::NATIVE;
use crate::model::{Errno, SignalSet};
use crate::plan::{UNTOLD, asked_filter, asks_filter};
use crate::spec::filter::{Filter, FilterFrom, FilterLog, Judge};
use crate::spec::{Complaint, Complaints, FilterFault, Origin, Said, Spec, SpecFault, filter_file};
use crate::sys::Fd;
use crate::text::{Arena, Buffer, put};

/// Where filters are made. Pages that are not touched cost nothing.
pub(super) struct Room {
    policy: Policy,
    instructions: [Instruction; FILTERS_INSTRUCTIONS_MAX],
}

impl Room {
    /// An empty room.
    pub(super) const fn new() -> Self {
        let instructions = [Instruction::NONE; FILTERS_INSTRUCTIONS_MAX];
        Self { policy: Policy::new(), instructions }
    }
}

/// Who wants to know, and how much of it.
#[derive(Clone, Copy)]
pub(super) struct For {
    pub scope: &'static str,
    pub detail: Detail,
    /// The signals that were blocked when we were started.
    pub mask: SignalSet,
}

/// Reads and makes every filter; gives how many faults were found.
pub(super) fn read(
    who: For,
    room: &'static mut Room,
    buffer: &mut [u8],
    arena: &mut Arena<'static>,
    spec: &mut Spec<'static>,
) -> usize {
    if !asks_filter(spec) {
        return 0;
    }
    let Room { policy, instructions } = room;
    let mut free = Free(instructions);
    let tell = match spec.filter.tells() {
        FilterLog::None => Tell::Nothing,
        FilterLog::Refused => Tell::Errors,
        FilterLog::Allowed => Tell::Refusals,
    };
    let mut faults = 0;
    match asked_filter(spec) {
        Some(Said { value: FilterFrom::File(path), origin }) => {
            let path = beside(path, origin, spec.file, arena);
            faults = read_text(who, path, buffer, policy, spec.file.is_some());
            if faults == 0 {
                faults = make(who, Said { value: path, origin }, policy, tell, &mut free, spec);
            }
        }
        // Without questions its program stands in the binary.
        Some(Said { value: FilterFrom::Default, origin }) if tell != Tell::Nothing => {
            let _ = include_default(policy); // into an empty one
            faults = make(who, Said { value: c"default", origin }, policy, tell, &mut free, spec);
        }
        Some(Said { value: FilterFrom::Descriptor(value), origin }) => {
            faults = read_program(who, Said { value, origin }, buffer, &mut free, spec);
        }
        Some(Said { value: FilterFrom::None | FilterFrom::Default, .. }) | None => {}
    }
    for index in 0..spec.filter.more.len() {
        let Some(said) = spec.filter.more.get(index).copied() else { continue };
        faults = faults.saturating_add(read_program(who, said, buffer, &mut free, spec));
    }
    faults
}

/// The part of the room that is left.
struct Free(&'static mut [Instruction]);

impl Free {
    /// A policy's program, at the end of what is left.
    fn compile(&mut self, policy: &Policy, tell: Tell) -> Option<Program<'static>> {
        let untold = if tell == Tell::Nothing { &[] } else { UNTOLD };
        let room = take(&mut self.0);
        let start = room.len().saturating_sub(FILTER_INSTRUCTIONS_MAX);
        let skipped = compile(policy, &NATIVE, tell, untold, room.get_mut(start..)?)?;
        let (rest, program) = room.split_at_mut_checked(start.saturating_add(skipped))?;
        self.0 = rest;
        Some(program)
    }

    /// A program of somebody else, likewise.
    fn copy(&mut self, program: &[[u8; Instruction::LEN]]) -> Option<Program<'static>> {
        let room = take(&mut self.0);
        let start = room.len().checked_sub(program.len())?;
        let (rest, own) = room.split_at_mut_checked(start)?;
        self.0 = rest;
        let given = program.iter().copied().map(Instruction::from_bytes);
        own.iter_mut().zip(given).for_each(|(own, given)| *own = given);
        Some(own)
    }
}

/// A path in a file is below that file's directory.
fn beside(
    path: &'static CStr,
    origin: Origin,
    file: Option<&CStr>,
    arena: &mut Arena<'static>,
) -> &'static CStr {
    let (Origin::File { .. }, Some(file)) = (origin, file) else { return path };
    let directory = file.to_bytes().rsplitn(2, |byte| *byte == b'/').nth(1);
    let (Some(directory), false) = (directory, path.to_bytes().starts_with(b"/")) else {
        return path;
    };
    arena.drop_pending();
    let parts = [directory, b"/", path.to_bytes()];
    let written = parts.into_iter().try_for_each(|part| arena.push(part));
    written.and_then(|()| arena.keep_word()).unwrap_or(path) // without room it is found nowhere
}

/// Reads a text into the policy; gives how many faults were found.
fn read_text(
    who: For,
    path: &'static CStr,
    buffer: &mut [u8],
    policy: &mut Policy,
    can_be_checked: bool,
) -> usize {
    // Without a file that names it, there is nothing that `check` could be given.
    let detail = if can_be_checked { who.detail } else { Detail::All };
    let mut printer = Printer::new(who.scope, Some(path), detail);
    match read_file(path, who.mask, buffer) {
        Ok(source) => filter_file::read(source, policy, &mut printer),
        Err(Errno::E2BIG) => {
            let complaint = Complaint::FileTooLarge(FILE_MAX);
            printer.add(SpecFault { origin: Origin::Default, said: path.to_bytes(), complaint });
        }
        Err(errno) => {
            report::unreadable(who.scope, path, errno);
            return 1;
        }
    }
    if printer.count() > 1 && detail == Detail::First {
        say!("  and ", printer.count().saturating_sub(1), " more: nsinit check prints every one\n");
    }
    printer.count()
}

/// Makes the program of a policy; gives how many faults were found.
fn make(
    who: For,
    from: Said<&'static CStr>,
    policy: &Policy,
    tell: Tell,
    free: &mut Free,
    spec: &mut Spec<'static>,
) -> usize {
    let place = Place { scope: who.scope, file: Some(from.value), origin: Origin::Default };
    let sendmsg = NATIVE.number_of(b"sendmsg");
    if tell != Tell::Nothing && sendmsg.is_some_and(|number| policy.refuses(number)) {
        return complain(place, b"sendmsg", FilterFault::NeededToTell);
    }
    let program = free.compile(policy, tell);
    let judge = match tell {
        Tell::Nothing => None,
        Tell::Errors | Tell::Refusals => free.compile(policy, Tell::Nothing).map(|program| {
            let is_lenient = tell == Tell::Refusals;
            Judge { program, is_lenient }
        }),
    };
    let (Some(program), true) = (program, judge.is_some() || tell == Tell::Nothing) else {
        return complain(place, from.value.to_bytes(), FilterFault::TooLong);
    };
    let is_default = asked_filter(spec).is_some_and(|said| said.value == FilterFrom::Default);
    let filter = Filter {
        program,
        from: if is_default { FilterFrom::Default } else { FilterFrom::File(from.value) },
        others: policy.others(),
        judge,
        origin: from.origin,
    };
    push(filter, place, spec)
}

/// Reads a ready program from a descriptor; gives how many faults were found.
fn read_program(
    who: For,
    said: Said<u16>,
    buffer: &mut [u8],
    free: &mut Free,
    spec: &mut Spec<'static>,
) -> usize {
    let Said { value: number, origin } = said;
    let place = Place { scope: who.scope, file: spec.file, origin };
    let mut word = Buffer::<8>::new();
    put!(&mut word, number);
    let refuse = |fault| complain(place, word.text().unwrap_or_default(), fault);
    let bytes = match read_descriptor(&Fd::taken(number.into()), who.mask, buffer) {
        Ok(bytes) => bytes,
        Err(Errno::E2BIG) => return refuse(FilterFault::TooLong),
        Err(errno) => {
            report::unreadable_descriptor(place, number, errno);
            return 1;
        }
    };
    let (instructions, rest) = bytes.as_chunks();
    let Some(program) = free.copy(instructions) else { return refuse(FilterFault::TooLong) };
    if !rest.is_empty() || !is_program(program) {
        return refuse(FilterFault::NotAProgram);
    }
    let from = FilterFrom::Descriptor(number);
    push(Filter { program, from, others: None, judge: None, origin }, place, spec)
}

/// One filter more.
fn push(filter: Filter<'static>, place: Place<'_>, spec: &mut Spec<'static>) -> usize {
    match spec.filter.ready.push(filter) {
        Ok(()) => 0,
        Err(_) => complain(place, b"", FilterFault::TooLong),
    }
}

/// Reports one fault; gives how many that are.
fn complain(place: Place<'_>, said: &[u8], fault: FilterFault) -> usize {
    let complaint = Complaint::Filter(fault);
    report::complaint(place, &SpecFault { origin: place.origin, said, complaint });
    1
}
