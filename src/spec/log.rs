//! What was said of the log of a service: a key of its own, and words beside a file for an output.

use core::ffi::CStr;

use super::{Item, Said, ServiceSpec};
use crate::model::{Log, Stdio};
use crate::text::{Fault, Names};

/// The forms of a log, for messages.
const LOG_FORMS: Names =
    Names::new("a path from the root|{ file = \"…\", max = \"1MiB\", keep = 1 }");

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
    fn read(&mut self, item: Item<'_>) -> Option<Result<(), Fault>> {
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

impl<'a> ServiceSpec<'a> {
    /// What was said of its log.
    pub fn log(&self) -> LogSpec<'a> {
        self.log.first().copied().unwrap_or_default()
    }

    /// Says something of it.
    fn put_log(&mut self, log: LogSpec<'a>) -> Result<(), Fault> {
        self.log.clear();
        self.log.push(log)
    }

    /// Where standard output or error goes, or how large the files there are.
    pub(super) fn set_output(&mut self, number: u8, item: Item<'a>) -> Result<(), Fault> {
        let mut log = self.log();
        let size = log.sizes.get_mut(usize::from(number));
        match size.and_then(|size| size.read(item)) {
            Some(done) => done.and_then(|()| self.put_log(log)),
            None if number == 1 => item.put_text(&mut self.stdout, Stdio::parse),
            None => item.put_text(&mut self.stderr, Stdio::parse),
        }
    }

    /// The file of its log, or how large that is.
    pub(super) fn set_log(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let mut log = self.log();
        let [size, ..] = &mut log.sizes;
        if let Some(done) = size.read(item) {
            return done.and_then(|()| self.put_log(log));
        }
        let bytes = item.text.to_bytes_with_nul();
        let path = bytes.strip_prefix(b"file=").unwrap_or(bytes);
        let value = match CStr::from_bytes_with_nul(path).unwrap_or_default() {
            path if path.to_bytes().starts_with(b"/") => path,
            path if path.is_empty() => return Err(Fault::Empty),
            _ => return Err(Fault::NotOneOf(LOG_FORMS)),
        };
        log.path = Some(Said { value, origin: item.origin });
        self.put_log(log)
    }
}
