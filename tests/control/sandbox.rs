//! A sandbox of a name of its own, and verbs that speak to it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::support::run::{Ended, Running};
use super::support::{Run, Who, file};

/// A running sandbox.
pub struct Sandbox {
    pub who: Who,
    pub name: String,
    pub run: Running,
}

/// A name that no other test has.
pub fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Sandbox {
    /// `nsinit run NAME.toml` with this text, seen by `ps` with all its services.
    pub fn start(who: Who, text: &str) -> Self {
        let name = unique();
        let path = file::write(&file::directory(), &format!("{name}.toml"), 0o644, text);
        let run = Run::nsinit(who, &["run", &path]).start();
        let sandbox = Self { who, name, run };
        super::support::wait::until("the sandbox to be found", || {
            sandbox.ask(&["ps"]).out.contains("running").then_some(())
        });
        sandbox
    }

    /// `nsinit VERB NAME WORDS…`; the verb may have flags behind it.
    pub fn ask(&self, words: &[&str]) -> Ended {
        let flags = words.iter().skip(1).take_while(|word| word.starts_with("--")).count();
        let (front, rest) = words.split_at(1 + flags);
        Run::nsinit(self.who, &[front, &[self.name.as_str()], rest].concat()).end()
    }

    /// What a verb prints, when all goes well.
    pub fn said(&self, words: &[&str]) -> String {
        self.ask(words).quietly(0)
    }

    /// The PID of `nsinit run`.
    pub fn run_pid(&self) -> i32 {
        self.run.pid
    }

    /// One service in the words of `status`.
    pub fn service(&self, service: &str) -> String {
        self.said(&["status", service])
    }

    /// Waits until `status` says this of a service.
    pub fn until(&self, service: &str, words: &str) {
        super::support::wait::until(&format!("{service} to be {words}"), || {
            self.ask(&["status", service]).out.contains(words).then_some(())
        });
    }

    /// The PID of a service, as it is seen here.
    pub fn pid(&self, service: &str) -> i32 {
        let said = self.service(service);
        let (_, rest) = said.split_once("PID ").unwrap_or_else(|| panic!("no PID in {said}"));
        rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
    }

    /// Where its socket is.
    pub fn directory(&self) -> PathBuf {
        directory_of(self.who, &self.name)
    }

    /// It is stopped; nothing may be left.
    pub fn stop(self) -> Ended {
        self.said(&["stop"]);
        self.end()
    }

    /// Waits for its end; nothing may be left.
    pub fn end(self) -> Ended {
        let directory = self.directory();
        let ended = self.run.end();
        assert!(!directory.exists(), "{} was left", directory.display());
        ended
    }
}

/// Where the sandbox of this name has its socket.
pub fn directory_of(who: Who, name: &str) -> PathBuf {
    match who.uid() {
        0 => Path::new("/run/nsinit").join(name),
        uid => PathBuf::from(format!("/tmp/nsinit-{uid}")).join(name),
    }
}
