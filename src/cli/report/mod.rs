//! Every sentence about a failure: what we did, on what, errno by name, then `why:` and `try:`.
//!
//! One file for each thing that can be reported: what was said (`complaint`), what was decided
//! (`refusal`), what the kernel refused (`failure`), what happened (`news`). Lower case, no full
//! stop, user data in quotes, and always where.

mod complaint;
mod failure;
mod news;
mod refusal;
mod sentence;

use core::ffi::CStr;
use core::fmt;

use crate::model::Errno;
use crate::plan::Mode;
use crate::spec::Origin;
use crate::text::Quoted;

pub use complaint::complaint;
pub use failure::failure;
pub use news::Reporter;
pub use refusal::refusal;
use sentence::{Args, print, sentence};

/// Where something was said, and who reports it.
#[derive(Clone, Copy)]
pub struct Place<'s> {
    /// The verb's scope, which every message begins with.
    pub scope: &'s str,
    /// The file that was read.
    pub file: Option<&'s CStr>,
    /// The place.
    pub origin: Origin,
}

/// A path, on one line, without quotes where it needs none.
struct Path<'s>(&'s CStr);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.to_str() {
            Ok(path) if !path.contains(|letter: char| letter.is_control() || letter == ' ') => {
                f.write_str(path)
            }
            Ok(_) | Err(_) => write!(f, "{}", Quoted(self.0.to_bytes())),
        }
    }
}

/// Prints `run: kiosk.toml:31:12: `.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.scope)?;
        match self.origin {
            Origin::Default => Ok(()),
            Origin::File { line, column } => {
                write!(f, "{}:{line}:{column}: ", Path(self.file.unwrap_or(c"file")))
            }
            Origin::CommandLine { column } => write!(f, "kernel command line:{column}: "),
            Origin::Argument(number) => write!(f, "argument {number}: "),
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

impl fmt::Display for AsOrigin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.origin {
            Origin::Default => f.write_str("(default)"),
            Origin::File { line, .. } => {
                write!(f, "{}:{line}", Path(self.0.file.unwrap_or(c"file")))
            }
            Origin::CommandLine { column } => write!(f, "kernel command line:{column}"),
            Origin::Argument(number) => write!(f, "argument {number}"),
        }
    }
}

/// A verb's scope alone.
struct Scope(Mode);

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.scope())
    }
}

/// A configuration file that cannot be read.
pub fn unreadable(scope: &str, path: &CStr, errno: Errno) {
    let args = Args { said: path.to_bytes(), text: &errno, ..Args::NONE };
    let place = Place { scope, file: None, origin: Origin::Default };
    let sentence = match errno {
        Errno::ENOENT => sentence!(
            "read {s}: {t}",
            try: "-- in front of a command whose name ends in .toml"
        ),
        _ => sentence!("read {s}: {t}"),
    };
    print(&place, sentence, &args);
}
