//! Somebody who sleeps in namespaces of its own, for whoever joins them.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use super::launch::{Folder, is_root};

/// The sleeper, ended when dropped.
pub struct Holder {
    nsinit: Child,
    /// Its PID outside.
    pub pid: u32,
}

impl Holder {
    /// A holder of these kinds; `None` where there are none. `nobody` is the ordinary user's.
    pub fn of(kinds: &str, is_nobody: bool, folder: &Folder) -> Option<Self> {
        if kinds.is_empty() {
            return None;
        }
        let script = "read pid rest </proc/self/stat; echo \"$pid\"; exec sleep 1000";
        let mut command = Command::new(folder.nsinit());
        let _ = command.args(["run", "--proc=bind", "--namespaces", kinds]); // itself
        let _ = command.args(["--", "/bin/sh", "-c", script]).stdin(Stdio::null()); // itself
        if is_nobody && is_root() {
            let _ = command.uid(65_534).gid(65_534); // itself
        }
        let mut nsinit = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let out = nsinit.stdout.take().unwrap();
        let _ = BufReader::new(out).read_line(&mut line).unwrap(); // its length
        Some(Self { nsinit, pid: line.trim().parse().unwrap() })
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.nsinit.kill(); // it may have ended by itself
        let _ = self.nsinit.wait(); // as above
    }
}
