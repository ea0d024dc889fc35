//! A cgroup of version 2 that a test has for itself: programs are started in it, and it must be as
//! it was in the end.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Run, Who, wait};

/// Where version 2 is mounted.
pub fn mount() -> PathBuf {
    let list = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let is_it =
        |line: &&str| line.split(" - ").nth(1).is_some_and(|rest| rest.starts_with("cgroup2 "));
    let line =
        list.lines().find(is_it).expect("cgroup2 is mounted nowhere: run on a machine with it");
    line.split(' ').nth(4).unwrap().into()
}

/// A limit that can be set here: its key, a value, its file, and what that says then.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub key: &'static str,
    pub value: &'static str,
    pub file: &'static str,
    pub shown: &'static str,
    pub controller: &'static str,
}

impl Limit {
    pub fn flag(self) -> String {
        format!("--{}={}", self.key, self.value)
    }
}

/// Limits of controllers that a machine may have in version 2, none of which stops a test.
const LIMITS: [Limit; 2] = [
    Limit { key: "pids-max", value: "5000", file: "pids.max", shown: "5000\n", controller: "pids" },
    Limit {
        key: "hugetlb-max",
        value: "2MiB=64MiB",
        file: "hugetlb.2MB.max",
        shown: "67108864\n",
        controller: "hugetlb",
    },
];

/// The first one that this machine has.
pub fn limit() -> Limit {
    let has = fs::read_to_string(mount().join("cgroup.controllers")).unwrap();
    let is_there = |limit: &&Limit| has.split_whitespace().any(|name| name == limit.controller);
    *LIMITS.iter().find(is_there).expect("version 2 has neither pids nor hugetlb on this machine")
}

/// A cgroup of a test's own.
pub struct Subtree {
    pub path: PathBuf,
    /// Its path from the root of the hierarchy.
    pub name: String,
}

impl Subtree {
    /// One that has the controller of [`limit`], and is `who`'s.
    pub fn new(who: Who) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("/test-of-nsinit-{}-{number}", std::process::id());
        let path = mount().join(&name[1..]);
        let enable = format!("+{}", limit().controller);
        fs::write(mount().join("cgroup.subtree_control"), enable).unwrap();
        fs::create_dir(&path).unwrap();
        let subtree = Self { path, name };
        subtree.give(&subtree.path, who);
        subtree
    }

    /// One more below it, which is `who`'s, too.
    pub fn below(&self, name: &str, who: Who) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir(&path).unwrap();
        self.give(&path, who);
        path
    }

    /// As systemd delegates (Documentation/admin-guide/cgroup-v2.rst, "Model of Delegation").
    fn give(&self, path: &Path, who: Who) {
        let id = Some(who.uid());
        for file in ["", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"] {
            chown(path.join(file), id, id).unwrap();
        }
    }

    /// Hands the controller of [`limit`] down.
    pub fn hand_down(&self) {
        let enable = format!("+{}", limit().controller);
        fs::write(self.path.join("cgroup.subtree_control"), enable).unwrap();
    }

    /// Whether it hands anything down.
    pub fn hands_down(&self) -> String {
        let text = fs::read_to_string(self.path.join("cgroup.subtree_control")).unwrap();
        text.trim().into()
    }

    /// The names of the cgroups in it.
    pub fn names(&self) -> Vec<String> {
        names(&self.path)
    }

    /// The only cgroup of a sandbox in it.
    pub fn sandbox(&self) -> PathBuf {
        let ours = |name: &String| name.starts_with("nsinit-") && !name.contains("launcher");
        let mut names = self.names().into_iter().filter(ours);
        let name = names.next().expect("no sandbox");
        assert_eq!(names.next(), None);
        self.path.join(name)
    }
}

/// The names of the cgroups in a cgroup.
pub fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    let directories = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> =
        directories.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The program is started in this cgroup.
pub fn within(run: Run, path: &Path) -> Run {
    let procs = std::ffi::CString::new(path.join("cgroup.procs").to_str().unwrap()).unwrap();
    run.before_exec(move || {
        // SAFETY: a C string and integers in, one byte is read.
        unsafe {
            let file = libc::open(procs.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
            assert_eq!(libc::write(file, c"0".as_ptr().cast(), 1), 1);
            libc::close(file);
        }
    })
}

/// Waits until nobody is in a cgroup or below.
pub fn until_empty(path: &Path) {
    wait::until("the cgroup to be empty", || {
        let events = fs::read_to_string(path.join("cgroup.events")).ok()?;
        events.contains("populated 0").then_some(())
    });
}

impl Drop for Subtree {
    fn drop(&mut self) {
        let _ = fs::write(self.path.join("cgroup.kill"), "1"); // nobody is left, but for a failure
        if std::thread::panicking() {
            until_empty(&self.path);
            for name in self.names() {
                let below = self.path.join(name);
                names(&below).iter().for_each(|name| _ = fs::remove_dir(below.join(name)));
                let _ = fs::remove_dir(below); // whatever a failure has left
            }
        }
        let removed = fs::remove_dir(&self.path);
        assert!(
            removed.is_ok() || std::thread::panicking(),
            "{}: {removed:?}",
            self.path.display()
        );
    }
}
