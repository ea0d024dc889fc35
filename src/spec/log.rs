//! What was said of the log of a service: a key of its own, and words beside a file for an output.

use core::ffi::CStr;

use super::{Item, Said};
use crate::model::Log;
use crate::text::Fault;

/// How large a log was asked to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSize {
    /// Bytes of one file.
    pub max: Option<Said<u64>>,
    /// Earlier files that are kept.
    pub keep: Option<Said<u8>>,
}

/// What was said of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSpec<'a> {
    /// Its file, for both outputs where nothing else was said of them.
    pub path: Option<Said<&'a CStr>>,
    /// How large the files of what is written there, to standard output and to standard error are.
    pub sizes: [LogSize; 3],
}

impl LogSize {
    /// Reads `max=SIZE` or `keep=N`; `None` for something else.
    pub(super) fn read(&mut self, item: Item<'_>) -> Option<Result<(), Fault>> {
        if !cfg!(feature = "control") {
            let forms: [&[u8]; 2] = [b"max=", b"keep="];
            let is_one = forms.iter().any(|form| item.bytes().starts_with(form));
            return is_one.then_some(Err(Fault::NotBuilt));
        }
        let origin = item.origin;
        if let Some(size) = item.bytes().strip_prefix(b"max=") {
            let value = Log::parse_max(size);
            return Some(value.map(|value| self.max = Some(Said { value, origin })));
        }
        let keep = item.bytes().strip_prefix(b"keep=")?;
        let value = Log::parse_keep(keep);
        Some(value.map(|value| self.keep = Some(Said { value, origin })))
    }
}
