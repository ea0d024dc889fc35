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
    fs::write(&path, content).unwrap();
    set_mode(&path, mode);
    text(&path)
}

/// A path as text; the paths of tests are UTF-8.
pub fn text(path: &Path) -> String {
    path.to_str().unwrap().into()
}
