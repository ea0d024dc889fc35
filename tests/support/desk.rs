//! Somebody at a terminal with a shell that has job control: bash at a pty(7).

use std::time::Duration;

use super::terminal::{CTRL_Z, Terminal};
use super::who::{programs, tool};
use super::{Run, Running, Who, file, wait};

/// A shell with job control at a terminal.
pub struct Desk {
    pub terminal: Terminal,
    pub shell: Running,
}

impl Desk {
    /// With nsinit as `$N`.
    pub fn new(who: Who) -> Self {
        Self::with(who, &file::text(&programs().nsinit), wait::LIMIT)
    }

    /// With a program as `$N`; a thing that takes longer than `limit` hangs.
    pub fn with(who: Who, program: &str, limit: Duration) -> Self {
        let (terminal, bash) = (Terminal::new(), file::text(&tool("bash")));
        let words = [bash.as_str(), "--norc", "--noprofile", "--noediting", "-i"];
        let run = Run::command(who, words).env("PS1", "<prompt>").env("N", program);
        let mut shell = run.limit(limit).start_at(&terminal);
        shell.expect("<prompt>");
        Self { terminal, shell }
    }

    /// Types a line; what is typed comes back on the screen and is passed over.
    pub fn enter(&mut self, line: &str) {
        self.terminal.type_keys(&format!("{line}\n"));
        self.shell.expect(&format!("{line}\r\n"));
    }

    /// Types a line that leaves the shell its prompt at once: a job in the background.
    pub fn enter_job(&mut self, line: &str) {
        self.enter(&format!("{line} &"));
        self.expect("<prompt>");
    }

    /// Presses keys that nothing is shown of, or that may be.
    pub fn press(&self, keys: &str) {
        self.terminal.type_keys(keys);
    }

    /// Stops the job in front by a key; the shell says so, and has its prompt back.
    pub fn stop(&mut self) {
        self.press(CTRL_Z);
        self.expect("Stopped");
        self.expect("<prompt>");
    }

    /// The same of a shell inside, with another prompt.
    pub fn stop_inner(&mut self) {
        self.press(CTRL_Z);
        self.expect("Stopped");
        self.expect("<inner>");
    }

    /// The shell reads what is typed, does it, and has its prompt back. (What is typed before that
    /// is shown around the prompt.)
    pub fn ask_shell(&mut self) {
        self.enter("echo shell-$((40 + 2))");
        self.expect("shell-42\r\n");
        self.expect("<prompt>");
    }

    /// The job in front reads a line, and says what it got.
    pub fn be_read(&mut self) {
        self.enter("hello");
        self.expect("got-hello\r\n");
    }

    pub fn expect(&mut self, text: &str) {
        self.shell.expect(text);
    }

    /// The last command ended with this code, and the shell has its prompt and the foreground.
    pub fn expect_code(&mut self, code: i32) {
        self.expect("<prompt>");
        assert_eq!(self.terminal.foreground(), self.shell.pid);
        self.enter("echo code-$?");
        self.expect(&format!("code-{code}\r\n"));
        self.expect("<prompt>");
    }

    /// Waits until the first process with this name below the shell is in this state.
    pub fn wait_for_state(&self, name: &str, state: char) {
        wait::until(&format!("{name} to be {state}"), || {
            let line = self.find(name)?;
            (line.split(' ').nth(2)?.starts_with(state)).then_some(())
        });
    }

    /// Waits until the shell has put a job in front: it says so before it does.
    pub fn wait_for_front(&self) {
        let is_in_front = || (self.terminal.foreground() != self.shell.pid).then_some(());
        wait::until("the job to be in front", is_in_front);
    }

    /// Waits until no process below the shell has this name.
    pub fn wait_for_end(&self, name: &str) {
        wait::until(&format!("the end of {name}"), || self.find(name).is_none().then_some(()));
    }

    /// Kills the first process with this name below the shell.
    pub fn kill(&self, name: &str) {
        let pid = wait::until(name, || self.find(name)?.split(' ').next()?.parse().ok());
        // SAFETY: two integers in.
        unsafe { libc::kill(pid, libc::SIGKILL) };
    }

    /// The first process with this name below the shell: its PID, name and state.
    fn find(&self, name: &str) -> Option<String> {
        let is_it = |line: &String| line.split(' ').nth(1) == Some(name);
        self.shell.marked().into_iter().find(is_it)
    }

    /// The shell is told to go; nothing may be left.
    pub fn leave(mut self) {
        self.enter("exit 0");
        let Self { terminal, shell } = self;
        drop(terminal); // the screen ends when nobody has it open
        let ended = shell.end();
        assert_eq!(ended.code, 0, "{}", ended.out);
    }
}
