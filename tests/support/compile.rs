//! Small static programs in C, without libc: they run where there is nothing but themselves.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The smallest static program cc can make; both GNU ld and lld take these.
const C_FLAGS: [&str; 10] = [
    "-O2",
    "-static",
    "-nostdlib",
    "-ffreestanding",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-Wl,--build-id=none",
    "-Wl,-z,norelro",
    "-Wl,-z,noseparate-code",
    "-s",
];

/// Builds a file of the package; the error says what to install, or what cc did not like.
pub fn program(source: &str, name: &str) -> Result<PathBuf, String> {
    program_with(source, name, &[])
}

/// The same with more flags.
pub fn program_with(source: &str, name: &str, flags: &[&str]) -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new("cc");
    let command = command.args(C_FLAGS).args(flags).arg("-o").arg(&program).arg(&source);
    let status = command.status();
    match status {
        Ok(status) if status.success() => Ok(program),
        Ok(status) => Err(format!("cc on \"{}\": {status}", source.display())),
        Err(error) => Err(format!("cc (apt-get install gcc libc6-dev): {error}")),
    }
}
