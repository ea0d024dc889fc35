//! A cgroup for a case alone, with a controller of which nothing is felt.
//!
//! In the words of a case `CGROUP` is its path from the root of the hierarchy, and `LIMIT` a flag
//! that sets a limit there. It is `nobody`'s, as systemd delegates one.

#![allow(unsafe_code)] // open(2) and write(2) between fork and exec

use std::ffi::CString;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Flags and the controllers they need, of which a machine has one in version 2.
const LIMITS: [(&str, &str); 2] =
    [("--pids-max=5000", "pids"), ("--hugetlb-max=2MiB=64MiB", "hugetlb")];

/// The cgroup; gone when dropped.
pub struct Cgroup {
    mount: PathBuf,
    name: String,
    limit: (&'static str, &'static str),
}

impl Cgroup {
    /// Makes one, and one below it for whoever starts nsinit.
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let list = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let is_it = |line: &&str| line.contains(" - cgroup2 ");
        let line = list.lines().find(is_it).expect("cgroup2 is mounted nowhere");
        let mount = PathBuf::from(line.split(' ').nth(4).unwrap());
        let has = fs::read_to_string(mount.join("cgroup.controllers")).unwrap();
        let is_there = |(_, name): &&(&str, &str)| has.split_whitespace().any(|own| own == *name);
        let limit = *LIMITS.iter().find(is_there).expect("neither pids nor hugetlb in version 2");
        fs::write(mount.join("cgroup.subtree_control"), format!("+{}", limit.1)).unwrap();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("/ring-of-nsinit-{}-{number}", std::process::id());
        let own = Self { mount, name, limit };
        for path in [own.path(), own.inside()] {
            fs::create_dir(&path).unwrap();
            for file in ["", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"] {
                chown(path.join(file), Some(65_534), Some(65_534)).unwrap();
            }
        }
        own
    }

    fn path(&self) -> PathBuf {
        self.mount.join(&self.name[1..])
    }

    fn inside(&self) -> PathBuf {
        self.path().join("inside")
    }

    /// A word of a case.
    pub fn fill(&self, word: &str) -> String {
        word.replace("CGROUP", &self.name).replace("LIMIT", self.limit.0)
    }

    /// The command is started in it, or in the one below.
    pub fn enter(&self, command: &mut Command, is_alone: bool) {
        let path = if is_alone { self.path() } else { self.inside() };
        let path = CString::new(path.join("cgroup.procs").to_str().unwrap()).unwrap();
        let enter = move || {
            // SAFETY: a C string and an integer in.
            let file = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
            // SAFETY: one byte is read; the descriptor goes with exec.
            match unsafe { libc::write(file, c"0".as_ptr().cast(), 1) } {
                1 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        };
        // SAFETY: `enter` makes system calls and nothing else.
        let _ = unsafe { command.pre_exec(enter) }; // itself
    }

    /// What is left in it, which is removed.
    #[allow(dead_code)] // who does not let calls fail finds it when it is dropped
    pub fn left(&self) -> Vec<String> {
        let names = below(&self.path()).into_iter().filter(|name| name != "inside");
        let left: Vec<String> = names.collect();
        for name in &left {
            let path = self.path().join(name);
            below(&path).iter().for_each(|name| drop(fs::remove_dir(path.join(name))));
            drop(fs::remove_dir(&path)); // who is in it is told as a process that is left
        }
        let disable = format!("-{}", self.limit.1);
        drop(fs::write(self.path().join("cgroup.subtree_control"), disable)); // as above
        left
    }
}

/// The names of the cgroups in one.
fn below(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap());
    let directories = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    directories.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let removed = fs::remove_dir(self.inside()).and_then(|()| fs::remove_dir(self.path()));
        assert!(removed.is_ok() || std::thread::panicking(), "{}: {removed:?}", self.name);
    }
}
