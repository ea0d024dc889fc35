//! Files that a test makes: in a directory of its own, writable for everybody, gone at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::who::{programs, set_mode};

/// A fresh directory that everybody may write to.
pub fn directory() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = programs().directory.join(format!("files-{number}"));
    fs::create_dir(&path).unwrap();
    set_mode(&path, 0o777);
    path
}

/// Writes a file with this mode and gives its path as text.
pub fn write(directory: &Path, name: &str, mode: u32, content: impl AsRef<[u8]>) -> String {
    let path = directory.join(name);
    match mode & 0o111 {
        0 => fs::write(&path, content).unwrap(),
        _ => {
            let draft = directory.join(format!("{name}.draft"));
            fs::write(&draft, content).unwrap();
            copy(&draft, &path);
            fs::remove_file(&draft).unwrap();
        }
    }
    set_mode(&path, mode);
    text(&path)
}

/// Copies a program. Not by us: another thread's child has what we have open until it executes
/// something, and a file that somebody may write cannot be executed (execve(2), ETXTBSY).
pub fn copy(source: &Path, target: &Path) {
    let mut copy = std::process::Command::new("cp");
    let status = copy.arg("--preserve=mode").arg(source).arg(target).status();
    assert!(status.unwrap().success(), "cp failed");
}

/// A path as text; the paths of tests are UTF-8.
pub fn text(path: &Path) -> String {
    path.to_str().unwrap().into()
}
