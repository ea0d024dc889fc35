//! Every sentence about a failure: what we did, on what, errno by name, then `why:` and `try:`.
//!
//! One file for each thing that can be reported: what was said (`complaint`), what was decided
//! (`refusal`), what the kernel refused (`failure`), what happened (`news`). Lower case, no full
//! stop, user data in quotes, and always where.

mod capacity;
mod cgroup;
mod complaint;
mod confine;
mod control;
mod enter;
mod exhausted;
mod failure;
mod filter;
mod glibc;
mod grammar;
mod inspect;
mod join;
mod last_words;
mod machine;
mod net;
mod news;
mod object;
mod refusal;
mod root;
mod rows;
mod sentence;
mod status;
mod strangers;
mod ties;
mod verb;
mod voice;

use core::ffi::CStr;

use super::out::Out;
use crate::limits::FILE_MAX;
use crate::model::{Errno, code};
use crate::plan::Mode;
use crate::spec::Origin;
use crate::text::{Quoted, Show, Sink, put};

pub use complaint::complaint;
pub use control::{
    denied, lines_missing, no_answer, no_count, no_sandbox_named, no_signal, not_reached,
    word_too_many,
};
pub use enter::{
    entered_by_its_own, errand_too_long, filtered, flag_needs_value, no_copy, no_target,
    no_terminal, no_variable, not_entered, nothing_to_enter_with, nowhere_to_enter,
    only_from_outside,
};
pub use failure::{failure, survived};
pub use inspect::{no_pid, no_proc, no_process, too_many_namespaces, unknown_flag, unknown_kind};
pub use join::{no_place_named, not_let_go};
pub use last_words::leave;
pub use news::Reporter;
pub use refusal::refusal;
pub(super) use sentence::{Args, fill};
use sentence::{print, sentence};
pub use voice::Voice;

/// Where something was said, and who reports it.
#[derive(Clone, Copy)]
pub struct Place<'s> {
    /// The verb's scope, which every message begins with.
    pub scope: &'s str,
    /// The file that was read.
    pub file: Option<&'s CStr>,
    /// The place.
    pub origin: Origin,
    /// How it is told.
    pub form: Form,
}

/// How a fault is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a message to people, on standard error.
    Text,
    /// As the first object of an array, on standard output.
    FirstObject,
    /// As another one.
    NextObject,
}

impl<'s> Place<'s> {
    /// A place for messages to people.
    pub const fn new(scope: &'s str, file: Option<&'s CStr>, origin: Origin) -> Self {
        Self { scope, file, origin, form: Form::Text }
    }

    /// Tells what is wrong there.
    fn tell(&self, sentence: &str, args: &Args<'_>) {
        match self.form {
            Form::FirstObject | Form::NextObject if cfg!(feature = "verbs") => {
                object::tell(self, sentence, args);
            }
            Form::Text | Form::FirstObject | Form::NextObject => print(self, sentence, args),
        }
    }

    /// Whether it would be said by a flag there.
    pub const fn is_flag(&self) -> bool {
        !matches!(self.origin, Origin::File { .. } | Origin::CommandLine { .. })
    }
}

/// A path, on one line, without quotes where it needs none.
pub struct Path<'s>(pub &'s CStr);

impl Show for Path<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let path = self.0.to_bytes();
        let is_plain = |letter: char| !letter.is_control() && letter != ' ';
        let mut chunks = path.utf8_chunks();
        match chunks.all(|part| part.invalid().is_empty() && part.valid().chars().all(is_plain)) {
            true => out.put(path),
            false => put!(out, Quoted(path)),
        }
    }
}

/// Prints `run: kiosk.toml:31:12: `.
impl Show for Place<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.scope, ": ");
        match self.origin {
            Origin::Default => {}
            Origin::File { column, .. } => put!(out, self.as_origin(), ":", column, ": "),
            Origin::CommandLine { .. } | Origin::Argument(_) | Origin::Given { .. } => {
                put!(out, self.as_origin(), ": ");
            }
        }
    }
}

/// A place as the origin of a step: `kiosk.toml:5`, `argument 2`, `(default)`.
pub struct AsOrigin<'s>(Place<'s>);

impl<'s> Place<'s> {
    /// The place as the origin of a step.
    pub const fn as_origin(self) -> AsOrigin<'s> {
        AsOrigin(self)
    }
}

impl Show for AsOrigin<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self.0.origin {
            Origin::Default => put!(out, "(default)"),
            Origin::File { line, .. } => {
                put!(out, Path(self.0.file.unwrap_or(c"file")), ":", line);
            }
            Origin::CommandLine { column } => put!(out, "kernel command line:", column),
            Origin::Argument(number) => put!(out, "argument ", number),
            Origin::Given { .. } if !cfg!(feature = "sandbox") => {} // nobody gives any
            Origin::Given { number, word } => put!(out, "word ", word, " of --args ", number),
        }
    }
}

/// A verb's scope alone.
struct Scope(Mode);

impl Show for Scope {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.0.scope(), ": ");
    }
}

/// `init`, somewhere else than in PID 1 of a machine. Gives the exit code.
pub fn not_the_kernels() -> u8 {
    let place = Place::new("init", None, Origin::Default);
    let words = sentence!(
        "we are not the kernel's init",
        why: "reboot(2) is for PID 1 of a whole machine, with CAP_SYS_BOOT",
        try: "nsinit -- COMMAND in a container, or explain init to see what it would do"
    );
    print(&place, words, &Args::NONE);
    code::FAILED
}

/// The end of what was printed: the exit code, unless standard output has not taken all of it.
pub fn written(out: &mut Out, code: u8) -> u8 {
    if out.flush() {
        return code;
    }
    let errno = out.trouble().unwrap_or(Errno::EIO); // there is one
    let args = Args { text: &errno, ..Args::NONE };
    print(&Scope(Mode::Entrypoint), sentence!("write standard output: {t}"), &args);
    code::FAILED
}

/// A descriptor that cannot be read.
pub fn unreadable_descriptor(place: Place<'_>, number: u16, errno: Errno) {
    let args = Args { a: number.into(), text: &errno, ..Args::NONE };
    let sentence = match errno {
        Errno::EBADF => sentence!(
            "read descriptor {a}: {t}",
            why: "it is not open, or not for reading",
            try: "{a}<FILE behind the command, as sh(1) has it"
        ),
        _ => sentence!("read descriptor {a}: {t}"),
    };
    place.tell(sentence, &args);
}

/// A file that is not there, where only its name says that it is one.
pub fn no_file(place: Place<'_>, path: &CStr) {
    let args = Args { said: path.to_bytes(), text: &Errno::ENOENT, ..Args::NONE };
    let words = sentence!(
        "read {s}: {t}",
        try: "-- in front of a command whose name ends in .toml"
    );
    place.tell(words, &args);
}

/// A file that cannot be read.
pub fn unreadable(place: Place<'_>, path: &CStr, errno: Errno) {
    let a = i64::try_from(FILE_MAX).unwrap_or(i64::MAX);
    let args = Args { said: path.to_bytes(), text: &errno, a, ..Args::NONE };
    let sentence = match errno {
        Errno::E2BIG => sentence!("file {s} is larger than {a} bytes"),
        Errno::ENOENT | Errno::ENOTDIR if path == c"/proc/cmdline" => sentence!(
            "read {s}: {t}",
            why: "/proc could not be mounted: the root lacks that directory, and cannot be written",
            try: "an empty directory /proc in the root"
        ),
        Errno::ENOENT if place.scope == Mode::Init.scope() => sentence!(
            "read {s}: {t}",
            why: "it is looked for where the kernel starts us, in the initramfs when there is one"
        ),
        _ => sentence!("read {s}: {t}"),
    };
    place.tell(sentence, &args);
}
