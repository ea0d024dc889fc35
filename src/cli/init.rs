//! `init`: the kernel's init, which reads what is asked from the kernel command line, and never
//! comes back.
//!
//! Whatever is wrong is said on the console, and the machine is left by the farewell that was asked
//! for, as far as that could be read.

use core::convert::Infallible;
use core::ffi::CStr;
use core::mem::ManuallyDrop;

use super::env_files;
use super::filters;
use super::load::{Desk, read_into};
use super::out::say;
use super::printer::{Detail, Printer};
use super::read_file::read_file;
use super::report::{self, Reporter};
use super::{Call, NOT_BUILT};
use crate::engine::{self, Outcome, machine};
use crate::model::{Errno, SignalSet, code, environment};
use crate::plan::{self, Mode, Plan, Questions, push_last, resolve};
use crate::spec::argv::{self, Front, Line};
use crate::spec::{Origin, Said, Spec, Tables, cmdline};
use crate::sys::start::Start;
use crate::text::Arena;

/// The file that is read when nobody names one, and that may be missing.
const DEFAULT_FILE: &CStr = c"/etc/nsinit.toml";

/// Who asked us to be the kernel's init.
#[derive(Clone, Copy)]
pub enum Asked {
    /// Our name: what stands behind `--` on the kernel command line is the command.
    ByName,
    /// The verb: the words behind it are flags and the command.
    ByVerb(Call),
}

/// Whether our name and our place say that we are the kernel's init: PID 1 of no container, called
/// `init` or `linuxrc`, or by our own name when no verb says what to do. That name is an
/// entrypoint's too, which is not to ask the kernel for nothing: there the variables come first.
pub fn is_meant(start: &Start) -> bool {
    let name = start.words.first().unwrap_or_default().to_bytes();
    let name = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let verb = || start.words.rest().first().and_then(|word| NOT_BUILT.find(word.to_bytes()));
    let is_called = match name {
        b"init" | b"linuxrc" => true,
        b"nsinit" => has_variables_of_kernel(start) && verb().is_none(),
        _ => false,
    };
    is_called && crate::sys::process::pid() == 1 && machine::is_in_no_container()
}

/// Whether the environment could be that of a machine's first program: the kernel gives it `HOME=/`
/// and TERM (init/main.c, `envp_init`), and what an initramfs runs before us keeps at least TERM.
fn has_variables_of_kernel(start: &Start) -> bool {
    let home = || start.variable(&environment::HOME).map(CStr::to_bytes);
    start.variable(&environment::TERM).is_some() && matches!(home(), Some(b"/") | None)
}

/// The kernel's init, from its first line to the end of the machine. It comes back, with the desk
/// as it was, only where we are not the kernel's.
#[inline(never)] // of no other start
pub fn init(
    asked: Asked,
    start: &Start,
    desk: &'static mut Desk,
) -> Result<Infallible, &'static mut Desk> {
    let Some(hands) = machine::begin() else { return Err(desk) };
    let mut hands = ManuallyDrop::new(hands); // what is held is let go by the machine's end
    say!("nsinit: init ", env!("CARGO_PKG_VERSION"), "\n");
    let Desk {
        file,
        env,
        arena,
        lists,
        spec,
        plan,
        kernel_line,
        filters: room,
        callers,
        heard,
        ..
    } = desk;
    machine::hear_into(heard, &mut hands);
    hands.lend(callers);
    spec.clear();
    let _ = spec.push(Spec::new(lists)); // the one place there is
    let mut plan = Plan::new(Mode::Init, plan);
    let mut arena = Arena::new(arena);
    let Some(spec) = spec.last_mut() else {
        machine::leave(&plan, start, &mut hands, code::FAILED)
    };
    let mut printer = load(asked, start.mask, kernel_line, file, &mut arena, spec);
    env_files::read(start, env, &mut arena, spec, &mut printer);
    filters::read(start.mask, room, env, &mut arena, spec, &mut printer);
    let spec: &'static Spec<'static> = spec;
    if printer.goes_on() {
        let (facts, _) = engine::ask(Questions::of(Mode::Init, spec), start);
        resolve(spec, &facts, &mut plan, &mut |refusal| printer.refuse(&refusal));
    }
    let code = match printer.count() == 0 {
        true => carry_out(spec, start, &plan, &mut hands).code,
        false => {
            // What was decided so far is of no use, but for how to leave.
            plan.clear();
            push_last(&spec.machine, &mut plan);
            code::FAILED
        }
    };
    machine::leave(&plan, start, &mut hands, code)
}

/// The set-up, the services, and their end.
fn carry_out(
    spec: &Spec<'_>,
    start: &Start,
    plan: &Plan<'_>,
    hands: &mut engine::Hands,
) -> Outcome {
    let mut reporter = Reporter::new(spec.verbose);
    let outcome = engine::carry_out(plan, start, hands, &mut reporter);
    if let Some(failure) = outcome.failure {
        report::failure(plan, &plan::Facts::default(), failure);
    }
    report::leave(plan, &plan::Facts::default(), &reporter, &outcome);
    outcome
}

/// Reads the file, the kernel command line and the arguments; gives who has told what is wrong.
fn load(
    asked: Asked,
    mask: SignalSet,
    line: &'static mut [u8],
    file: &'static mut [u8],
    arena: &mut Arena<'static>,
    spec: &mut Spec<'static>,
) -> Printer<'static> {
    let read = machine::command_line(line);
    let (line, trouble) = (*read.as_ref().unwrap_or(&b"".as_slice()), read.err());
    let named = match asked {
        Asked::ByName => None,
        Asked::ByVerb(call) => argv::file(Line::new(Front::Init, call.words, call.first)),
    };
    let named = named.map(|named| named.path).or_else(|| cmdline::file(line, arena));
    let default = Said { value: DEFAULT_FILE, origin: Origin::Default };
    let said = named.unwrap_or(default);
    let mut printer = Printer::new(Mode::Init.scope(), Some(said.value), Detail::All);
    if let Some(errno) = trouble {
        let proc = Said { value: c"/proc/cmdline", ..default };
        printer.unreadable(proc, errno, Tables::ALL);
    }
    if cfg!(feature = "toml") {
        match read_file(said.value, mask, file) {
            Ok(source) => {
                spec.file = Some(said.value);
                read_into(spec, source, arena, &mut printer);
            }
            Err(Errno::ENOENT) if named.is_none() => {}
            // The line is read all the same: it may say how to leave.
            Err(errno) => printer.unreadable(said, errno, Tables::ALL),
        }
    }
    cmdline::read_root(line, arena, spec, &mut printer);
    cmdline::read(line, arena, spec, &mut printer);
    match asked {
        Asked::ByName => cmdline::command(line, arena, spec, &mut printer),
        Asked::ByVerb(call) => {
            let line = Line::new(Front::Init, call.words, call.first);
            argv::read(line, arena, spec, &mut printer);
        }
    }
    printer
}
