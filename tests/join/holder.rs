//! A sandbox whose namespaces others join.

use super::support::{Run, Running, Who, proc, wait};

/// Somebody who sleeps in namespaces of its own.
pub struct Holder {
    running: Running,
    /// The sleeper's PID outside.
    pub pid: i32,
}

impl Holder {
    /// Starts `nsinit run` with these flags. Its /proc is the outer one, which says our numbers.
    pub fn new(who: Who, flags: &[&str]) -> Self {
        Self::become_program(who, flags, "exec sleep 1000")
    }

    /// The same, ending in a program that sleeps.
    pub fn become_program(who: Who, flags: &[&str], program: &str) -> Self {
        let script = format!("read pid rest </proc/self/stat; echo \"$pid;\"; {program}");
        let words = [&["run", "--proc=bind"], flags, &["--", "sh", "-c", &script]].concat();
        let mut running = Run::nsinit(who, &words).start();
        let said = running.wait_for(";");
        let pid = said.trim_end().trim_end_matches(';').parse().unwrap();
        // What it was told is from before it became the last of its programs.
        wait::until("the program to sleep", || {
            (proc::field(&proc::status(pid)?, "Name") == "sleep").then_some(())
        });
        Self { running, pid }
    }

    /// Its namespace of this kind, as its link says it.
    pub fn link(&self, kind: &str) -> String {
        proc::namespace(&self.pid.to_string(), kind)
    }

    /// The file of a namespace.
    pub fn path(&self, kind: &str) -> String {
        format!("/proc/{}/ns/{kind}", self.pid)
    }

    /// Ends it.
    pub fn end(self) {
        self.running.kill(libc::SIGTERM);
        self.running.end().quietly(143);
    }
}
