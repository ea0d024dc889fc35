//! The words: commands, help, reports.
//!
//! [`main`] finds the verb, has the spec read, the plan made and carried out, and gives the exit
//! code. Every sentence about a failure is in `report`; what is printed on request is in
//! `explain`, `help` and `check`.

mod check;
mod control;
mod doctor;
mod enter;
mod env_files;
pub mod explain;
mod filters;
mod flow;
mod given;
mod help;
mod init;
mod load;
mod ls;
mod out;
mod personality;
mod printer;
mod read_file;
mod report;
mod rm;
mod screen;
mod start;
mod table;
mod terms;

use crate::engine::machine;
use crate::model::code;
use crate::plan::Mode;
use crate::spec::argv::Front;
use crate::spec::personality::Personality;
use crate::sys::signal::{self, Change};
use crate::sys::start::Start;
use crate::text::{Names, Words};

use init::Asked;
pub use load::Desk;
use out::say;

/// The verbs of this program that are not in every build, or that later versions will have; their
/// names are not for programs.
const NOT_BUILT: Names = Names::new(
    "run|explain|check|help|init|doctor|enter|ls|ps|stop|restart|reload|signal|status|logs|rm",
);

/// What a verb is called with: its words, and the number of the first one.
#[derive(Clone, Copy)]
struct Call {
    words: Words<'static>,
    first: u32,
}

impl Call {
    /// The call with its first word alone.
    fn first_only(self) -> Self {
        let len = self.words.first().map_or(0, |word| word.to_bytes_with_nul().len());
        let bytes = self.words.bytes().get(..len).unwrap_or_default();
        Self { words: Words::new(bytes), ..self }
    }

    /// The call without its first word.
    fn rest(self) -> Self {
        Self { words: self.words.rest(), first: self.first.saturating_add(1) }
    }
}

/// The whole program: from what the kernel gave to the exit code.
pub fn main(start: &Start, mut desk: &'static mut Desk) -> u8 {
    if cfg!(feature = "init") && init::is_meant(start) {
        match init::init(Asked::ByName, start, desk) {
            Ok(never) => match never {},
            Err(unused) => desk = unused,
        }
    }
    let name = start.words.first().unwrap_or_default();
    let personality = Personality::of(name.to_bytes());
    if let Some(personality) = personality.filter(|_| cfg!(feature = "personalities")) {
        return personality::start(personality, start, desk);
    }
    let call = Call { words: start.words.rest(), first: 1 };
    let Some(verb) = call.words.first() else {
        say!(help::SHORT);
        return code::FAILED;
    };
    let verb = verb.to_bytes();
    if cfg!(feature = "verbs")
        && help::is_asked(call.rest().words)
        && let Some(verb) = help::verb(verb)
    {
        return quietly(start, || help::of_verb(verb, start));
    }
    match verb {
        b"run" if cfg!(feature = "run") => {
            start::start(Mode::Run, Front::Run, call.rest(), start, desk)
        }
        b"init" if cfg!(feature = "init") => {
            match init::init(Asked::ByVerb(call.rest()), start, desk) {
                Ok(never) => match never {},
                Err(_) => report::not_the_kernels(),
            }
        }
        b"explain" if cfg!(feature = "verbs") => {
            quietly(start, || explain::explain(call.rest(), start, desk))
        }
        b"check" if cfg!(feature = "verbs") => {
            quietly(start, || check::check(call.rest(), start, desk))
        }
        b"enter" if cfg!(feature = "control") => enter::enter(call.rest(), start, desk),
        b"rm" if cfg!(feature = "join") => quietly(start, || rm::rm(call.rest())),
        b"ls" if cfg!(feature = "inspect") => quietly(start, || ls::ls(call.rest(), start, desk)),
        b"doctor" if cfg!(feature = "inspect") => {
            quietly(start, || doctor::doctor(call.rest(), start, desk))
        }
        b"help" | b"--help" | b"-h" if cfg!(feature = "verbs") => {
            quietly(start, || help::help(call.rest().words, start))
        }
        b"version" | b"--version" | b"-V" => quietly(start, help::version),
        // A flag: no verb begins so, and where they stand is not even read.
        [b'-', ..] => start::start(Mode::Entrypoint, Front::Entrypoint, call, start, desk),
        _ => match control::VERBS.find(verb).filter(|_| cfg!(feature = "control")) {
            Some(verb) => quietly(start, || control::control(verb, call.rest(), start, desk)),
            None => other(verb, call, start, desk),
        },
    }
}

/// No verb of ours, or none of this build.
fn other(verb: &[u8], call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    match NOT_BUILT.find(verb) {
        Some(verb) => {
            say!(
                "nsinit: ",
                verb,
                " is not built into this version\n  try: nsinit help, or nsinit -- ",
                verb,
                " for a program of that name\n"
            );
            code::FAILED
        }
        None => start::start(Mode::Entrypoint, Front::Entrypoint, call, start, desk),
    }
}

#[inline(never)] // what it prints from would lie in the frame of every start
/// Does what only prints, with the signal mask we were given: Ctrl-C and a closed pipe end it.
fn quietly(start: &Start, verb: impl FnOnce() -> u8) -> u8 {
    let _ = signal::change_mask(Change::Set, start.mask); // it cannot fail with these arguments
    verb()
}

/// The last words of a panic, from the panic handler. Only where, not what: the texts of core's
/// panics and all that prints them would be a tenth of the binary.
pub fn report_panic(info: &core::panic::PanicInfo<'_>) {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    say!(
        "nsinit: a defect of nsinit itself, at ",
        file,
        ":",
        line,
        "\n  try: report it with this line\n"
    );
    if cfg!(feature = "init") {
        machine::leave_at_once();
    }
}
