//! A program and nsinit in its place.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::support::who::{programs, set_mode, tool};
use super::support::{Ended, Run, Who, file};

/// Whose program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Ours,
    Theirs,
}

impl Whose {
    pub const BOTH: [Self; 2] = [Self::Ours, Self::Theirs];
}

/// Names that nsinit is copied to; every other is a link.
const COPIES: [&str; 2] = ["tini-static", "dumb-init"];

/// The names under which nsinit is tried.
const NAMES: [&str; 8] = [
    "tini",
    "tini-static",
    "docker-init",
    "podman-init",
    "dumb-init",
    "catatonit",
    "pause",
    "nsinit-as-itself",
];

/// Where the program of this name is.
pub fn path(whose: Whose, name: &str) -> PathBuf {
    static OURS: OnceLock<PathBuf> = OnceLock::new();
    match whose {
        Whose::Theirs => tool(name),
        Whose::Ours => {
            let directory = OURS.get_or_init(|| {
                let directory = programs().directory.join("names");
                fs::create_dir_all(&directory).unwrap();
                set_mode(&directory, 0o755);
                for name in NAMES {
                    let target = directory.join(name);
                    match COPIES.contains(&name) {
                        true => file::copy(&programs().nsinit, &target),
                        false => symlink(&programs().nsinit, target).unwrap(),
                    }
                }
                directory
            });
            directory.join(name)
        }
    }
}

/// The program as our child: neither PID 1 nor, unless it sees to that, a subreaper.
pub fn child(whose: Whose, name: &str, words: &[&str]) -> Run {
    let path = path(whose, name);
    Run::command(Who::Root, [path.to_str().unwrap()].iter().chain(words)).called(name)
}

/// The program as PID 1 of a namespace of its own.
pub fn pid1(whose: Whose, name: &str, words: &[&str]) -> Run {
    let (unshare, path) = (tool("unshare"), path(whose, name));
    let prefix = [unshare.to_str().unwrap(), "-pf", "--mount-proc", "--kill-child", "--"];
    Run::command(Who::Root, prefix.iter().chain([path.to_str().unwrap()].iter()).chain(words))
}

/// What can be seen of a run: its exit code, standard output and standard error, PIDs as `N`.
pub type Seen = (i32, String, String);

/// What was seen of a run that has ended.
pub fn seen(ended: &Ended) -> Seen {
    (ended.code, without_pids(&ended.out), without_pids(&ended.err))
}

/// What stands in front of a PID in those programs' messages.
const BEFORE_PID: [&str; 8] = [
    "tini (",
    "(catatonit:",
    "with PID ",
    "with pid '",
    "with pid: '",
    "with pid=",
    "pid1 (",
    "child process ",
];

/// A text with `N` in place of each PID.
fn without_pids(text: &str) -> String {
    let mut text = String::from(text);
    for before in BEFORE_PID {
        let mut from = 0;
        while let Some(at) = text[from..].find(before) {
            let start = from + at + before.len();
            let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                text.replace_range(start..start + digits, "N");
            }
            from = start;
        }
    }
    text
}
