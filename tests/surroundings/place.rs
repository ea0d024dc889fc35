//! A place to start nsinit in, and what must hold in all of them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::support::compile;
use super::support::who::{programs, set_mode};
use super::support::{Run, Running, Who, file, proc, signals};

/// A directory with nsinit and the workload, and nothing else.
pub fn root() -> PathBuf {
    let path = file::directory();
    for (name, source) in [("nsinit", &programs().nsinit), ("workload", workload())] {
        fs::hard_link(source, path.join(name)).unwrap();
    }
    path
}

/// Built once, and copied by a program of its own: a file that we had open for writing could be
/// busy (execve(2), ETXTBSY) while a child of another test has not executed yet.
fn workload() -> &'static PathBuf {
    static WORKLOAD: OnceLock<PathBuf> = OnceLock::new();
    WORKLOAD.get_or_init(|| {
        let built = compile::program("tests/surroundings/workload.c", "workload").unwrap();
        let target = programs().directory.join("workload");
        let status = Command::new("cp").arg(built).arg(&target).status().unwrap();
        assert!(status.success(), "cp: {status}");
        set_mode(&target, 0o755);
        target
    })
}

/// How nsinit is started there.
pub struct Place {
    pub name: String,
    /// The words in front of it.
    pub front: Vec<String>,
    /// Where its files are, as seen from there.
    pub directory: String,
    /// Done before the first word is executed.
    pub before: fn(),
}

impl Place {
    /// In a new root directory.
    pub fn new(name: &str, front: &[&str]) -> Self {
        let front = front.iter().map(ToString::to_string).collect();
        let (directory, name) = (String::new(), name.into());
        Self { name, front, directory, before: || {} }
    }

    fn start(&self, flags: &[&str], workload: [&str; 2]) -> Running {
        let program = |name| format!("{}/{name}", self.directory);
        let mut words = self.front.clone();
        words.push(program("nsinit"));
        words.extend(flags.iter().map(ToString::to_string));
        words.extend(["--".into(), program("workload")]);
        words.extend(workload.map(String::from));
        Run::command(Who::Root, words).before_exec(self.before).start()
    }

    /// Everything that must hold.
    pub fn holds(&self) {
        self.gives_the_code();
        self.passes_term_on();
        self.asks_who_is_left();
        self.kills_who_is_left();
        self.says_what_is_missing();
    }

    fn gives_the_code(&self) {
        let ended = self.start(&[], ["exit", "7"]).end();
        assert_eq!((ended.code, ended.err.as_str()), (7, ""), "{}", self.name);
    }

    fn passes_term_on(&self) {
        let mut run = self.start(&[], ["term", "9"]);
        run.wait_for("ready");
        assert_eq!(signals::kill(below(run.pid, "nsinit"), libc::SIGTERM), 0, "{}", self.name);
        let ended = run.end();
        assert_eq!((ended.code, ended.err.as_str()), (9, ""), "{}", self.name);
    }

    /// Who is left gets TERM and can finish; nobody outlives us.
    fn asks_who_is_left(&self) {
        let ended = self.start(&["--grace", "20s"], ["leave", "3"]).end();
        let has_saved = ended.out.contains("saved");
        assert!(ended.code == 3 && has_saved, "{}: {} {}", self.name, ended.code, ended.out);
        assert!(ended.took < Duration::from_secs(10), "{}: {:?}", self.name, ended.took);
    }

    /// Whoever minds no TERM is killed when the grace is over, and then whom he leaves.
    fn kills_who_is_left(&self) {
        let ended = self.start(&["--grace", "200ms"], ["deaf", "4"]).end();
        assert_eq!((ended.code, ended.err.as_str()), (4, ""), "{}", self.name);
        assert!(ended.took < Duration::from_secs(10), "{}: {:?}", self.name, ended.took);
    }

    /// A command that is not there: 127, and a message although there is no terminal to hold it.
    fn says_what_is_missing(&self) {
        let mut words = self.front.clone();
        words.extend([format!("{}/nsinit", self.directory), "--".into(), "/nowhere/x".into()]);
        let ended = Run::command(Who::Root, words).before_exec(self.before).end();
        ended.saying(127, &["\"/nowhere/x\": ENOENT"]);
    }
}

/// The process of this name from a program down, which may have made the place for it.
pub fn below(mut pid: i32, name: &str) -> i32 {
    loop {
        let status = proc::status(pid).unwrap_or_else(|| panic!("no {name}"));
        if proc::field(&status, "Name") == name {
            return pid;
        }
        pid = *proc::children(pid).first().unwrap_or_else(|| panic!("no {name}: {status}"));
    }
}
