//! Reads the files with variables that services name, before anything is touched.

use super::printer::Printer;
use super::read_file::read_file;
use crate::spec::{Complaint, Complaints, Key, Origin, Spec, SpecFault, Tables, env_file};
use crate::sys::start::Start;
use crate::text::Arena;

/// Reads the files of every service.
pub fn read(
    start: &Start,
    buffer: &mut [u8],
    arena: &mut Arena<'static>,
    spec: &mut Spec<'static>,
    printer: &mut Printer<'_>,
) {
    for service in spec.services.iter_mut() {
        arena.drop_pending();
        for said in &service.env_files {
            let bad = match read_file(said.value, start.mask, buffer) {
                Ok(source) => env_file::read(source, start.env, arena).err(),
                Err(errno) => {
                    printer.unreadable(*said, errno, Tables::of(&[]));
                    continue;
                }
            };
            if let Some((bad, key)) = bad.zip(Key::of_flag(b"env-file")) {
                let origin = Origin::File { line: bad.number, column: 1 };
                let complaint = Complaint::Value(key, bad.fault);
                printer.turn_to(said.value);
                printer.add(SpecFault { origin, said: bad.line, complaint });
                printer.turn_back();
            }
        }
        service.file_env = arena.keep_words();
    }
}
