//! Where the outputs of a service go: to a file, or to a log, of which is said how large it is.

use core::ffi::CStr;

use super::log::LogSpec;
use super::service::ServiceSpec;
use super::{Item, Said};
use crate::model::Stdio;
use crate::text::{Fault, Names};

/// The forms of a log, for messages.
const LOG_FORMS: Names =
    Names::new("a path from the root|{ file = \"…\", max = \"1MiB\", keep = 1 }");

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
