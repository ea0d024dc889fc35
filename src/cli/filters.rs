//! Reads and makes the filters of system calls that were asked for, before anything is touched.

use core::ffi::CStr;
use core::mem::take;

use super::printer::Printer;
use super::read_file::{read_descriptor, read_file};
use crate::limits::{FILTER_INSTRUCTIONS_MAX, FILTERS_INSTRUCTIONS_MAX};
use crate::model::filter::{
    Instruction, Policy, Program, Tell, compile, include_default, is_program,
};
use crate::model::syscalls::NATIVE;
use crate::model::{Errno, SignalSet};
use crate::plan::{UNTOLD, asked_filter, asks_filter};
use crate::spec::filter::{Filter, FilterFrom, FilterLog, Judge};
use crate::spec::{
    Complaint, Complaints, FilterFault, Origin, Said, Spec, SpecFault, Table, Tables, filter_file,
};
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

/// Reads and makes every filter. `mask` has the signals that were blocked when we were started.
pub(super) fn read(
    mask: SignalSet,
    room: &'static mut Room,
    buffer: &mut [u8],
    arena: &mut Arena<'static>,
    spec: &mut Spec<'static>,
    printer: &mut Printer<'_>,
) {
    if !asks_filter(spec) {
        return;
    }
    let Room { policy, instructions } = room;
    let mut free = Free(instructions);
    let tell = match spec.filter.tells() {
        FilterLog::None => Tell::Nothing,
        FilterLog::Refused => Tell::Errors,
        FilterLog::Allowed => Tell::Refusals,
    };
    match asked_filter(spec) {
        Some(Said { value: FilterFrom::File(path), origin }) => {
            let path = beside(path, origin, spec.file, arena);
            let file = Said { value: path, origin };
            let before = printer.count();
            read_text(mask, file, buffer, policy, printer);
            if printer.count() == before {
                make(file, policy, tell, &mut free, spec, printer);
            }
        }
        // Without questions its program stands in the binary.
        Some(Said { value: FilterFrom::Default, origin }) if tell != Tell::Nothing => {
            let _ = include_default(policy); // into an empty one
            make(Said { value: c"default", origin }, policy, tell, &mut free, spec, printer);
        }
        Some(Said { value: FilterFrom::Descriptor(value), origin }) => {
            read_program(mask, Said { value, origin }, buffer, &mut free, spec, printer);
        }
        Some(Said { value: FilterFrom::None | FilterFrom::Default, .. }) | None => {}
    }
    for index in 0..spec.filter.more.len() {
        let Some(said) = spec.filter.more.get(index).copied() else { continue };
        read_program(mask, said, buffer, &mut free, spec, printer);
    }
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

/// Reads a text into the policy.
fn read_text(
    mask: SignalSet,
    file: Said<&'static CStr>,
    buffer: &mut [u8],
    policy: &mut Policy,
    printer: &mut Printer<'_>,
) {
    match read_file(file.value, mask, buffer) {
        Ok(source) => {
            printer.turn_to(file.value);
            filter_file::read(source, policy, printer);
            printer.turn_back();
        }
        Err(errno) => printer.unreadable(file, errno, Tables::of(&[Table::Security])),
    }
}

/// Makes the program of a policy.
fn make(
    from: Said<&'static CStr>,
    policy: &Policy,
    tell: Tell,
    free: &mut Free,
    spec: &mut Spec<'static>,
    printer: &mut Printer<'_>,
) {
    let complain = |said, fault, printer| complain(from.origin, said, fault, printer);
    let sendmsg = NATIVE.number_of(b"sendmsg");
    if tell != Tell::Nothing && sendmsg.is_some_and(|number| policy.refuses(number)) {
        return complain(b"sendmsg", FilterFault::NeededToTell, printer);
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
        return complain(from.value.to_bytes(), FilterFault::TooLong, printer);
    };
    let is_default = asked_filter(spec).is_some_and(|said| said.value == FilterFrom::Default);
    let filter = Filter {
        program,
        from: if is_default { FilterFrom::Default } else { FilterFrom::File(from.value) },
        others: policy.others(),
        judge,
        origin: from.origin,
    };
    push(filter, spec, printer);
}

/// Reads a ready program from a descriptor.
fn read_program(
    mask: SignalSet,
    said: Said<u16>,
    buffer: &mut [u8],
    free: &mut Free,
    spec: &mut Spec<'static>,
    printer: &mut Printer<'_>,
) {
    let Said { value: number, origin } = said;
    let mut word = Buffer::<8>::new();
    put!(&mut word, number);
    let word = word.text().unwrap_or_default();
    let bytes = match read_descriptor(&Fd::taken(number.into()), mask, buffer) {
        Ok(bytes) => bytes,
        Err(Errno::E2BIG) => return complain(origin, word, FilterFault::TooLong, printer),
        Err(errno) => return printer.unreadable_descriptor(said, errno),
    };
    let (instructions, rest) = bytes.as_chunks();
    let Some(program) = free.copy(instructions) else {
        return complain(origin, word, FilterFault::TooLong, printer);
    };
    if !rest.is_empty() || !is_program(program) {
        return complain(origin, word, FilterFault::NotAProgram, printer);
    }
    let from = FilterFrom::Descriptor(number);
    push(Filter { program, from, others: None, judge: None, origin }, spec, printer);
}

/// One filter more.
fn push(filter: Filter<'static>, spec: &mut Spec<'static>, printer: &mut Printer<'_>) {
    let origin = filter.origin;
    if spec.filter.ready.push(filter).is_err() {
        complain(origin, b"", FilterFault::TooLong, printer);
    }
}

/// Reports one fault.
fn complain(origin: Origin, said: &[u8], fault: FilterFault, printer: &mut Printer<'_>) {
    printer.add(SpecFault { origin, said, complaint: Complaint::Filter(fault) });
}
