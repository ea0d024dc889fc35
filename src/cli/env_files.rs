//! Reads the files with variables that services name, before anything is touched.

use super::read_file::read_file;
use super::report::{self, Place};
use crate::limits::FILE_MAX;
use crate::model::Errno;
use crate::spec::{Complaint, Key, Origin, Spec, SpecFault, env_file};
use crate::sys::start::Start;
use crate::text::Arena;

/// Reads the files of every service; gives how many faults were found.
pub fn read(
    scope: &str,
    start: &Start,
    buffer: &mut [u8],
    arena: &mut Arena<'static>,
    spec: &mut Spec<'static>,
) -> usize {
    let mut faults = 0usize;
    for service in spec.services.iter_mut() {
        arena.drop_pending();
        for said in &service.env_files {
            let path = said.value;
            let place = |origin| Place { scope, file: Some(path), origin };
            let fault = match read_file(path, start.mask, buffer) {
                Ok(source) => match env_file::read(source, start.env, arena) {
                    Ok(()) => continue,
                    Err(bad) => {
                        let origin = Origin::File { line: bad.number, column: 1 };
                        let Some(key) = Key::of_flag(b"env-file") else { continue };
                        let complaint = Complaint::Value(key, bad.fault);
                        SpecFault { origin, said: bad.line, complaint }
                    }
                },
                Err(Errno::E2BIG) => {
                    let complaint = Complaint::FileTooLarge(FILE_MAX);
                    SpecFault { origin: Origin::Default, said: path.to_bytes(), complaint }
                }
                Err(errno) => {
                    report::unreadable(scope, path, errno);
                    faults = faults.saturating_add(1);
                    continue;
                }
            };
            report::complaint(place(fault.origin), &fault);
            faults = faults.saturating_add(1);
        }
        service.file_env = arena.keep_words();
    }
    faults
}
