//! A program that is started, watched and waited for, but never longer than its limit.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::leftovers::{self, MARK};
use super::stream::Stream;
use super::terminal::Terminal;
use super::who::{Mode, PATH, Who, programs};
use super::{signals, wait};

/// A program that is about to be started.
pub struct Run {
    command: Command,
    /// For messages: what was started.
    shown: String,
    mark: String,
    limit: Duration,
}

impl Run {
    /// `words` as `who`, with an environment of our own and no input.
    pub fn command(who: Who, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-{number}", std::process::id());
        let mut all = who.prefix();
        all.extend(words.into_iter().map(|word| OsString::from(word.as_ref())));
        let mut command = Command::new(&all[0]);
        command.args(&all[1..]).stdin(Stdio::null()).current_dir("/");
        command.env_clear().env("PATH", PATH).env("LC_ALL", "C").env(MARK, &mark);
        // SAFETY: system calls only, in a process that is only ours.
        unsafe {
            command.pre_exec(|| {
                libc::setsid();
                signals::reset(); // cargo has 32 and 33 ignored
                Ok(())
            });
        }
        Self { command, shown: format!("{all:?}"), mark, limit: wait::LIMIT }
    }

    /// nsinit with these words.
    pub fn nsinit(who: Who, words: &[&str]) -> Self {
        let words = words.iter().map(OsStr::new);
        Self::command(who, std::iter::once(programs().nsinit.as_os_str()).chain(words))
    }

    /// nsinit in this mode with `flags`, and a command.
    pub fn mode(mode: Mode, who: Who, flags: &[&str], command: &[impl AsRef<OsStr>]) -> Self {
        let command: Vec<&OsStr> = command.iter().map(AsRef::as_ref).collect();
        Self::command(who, mode.words(who, flags, &command))
    }

    /// More words behind those there are.
    pub fn and(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        for word in words {
            self.shown += &format!(" {:?}", word.as_ref());
            self.command.arg(word);
        }
        self
    }

    /// Called by another name than its path.
    pub fn called(mut self, name: &str) -> Self {
        self.command.arg0(name);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn directory(mut self, path: &Path) -> Self {
        self.command.current_dir(path);
        self
    }

    pub fn stdin(mut self, input: impl Into<Stdio>) -> Self {
        self.command.stdin(input);
        self
    }

    /// Done in the new process, right before exec: only system calls.
    pub fn before_exec(mut self, change: impl Fn() + Send + Sync + 'static) -> Self {
        // SAFETY: the callers do system calls on plain values and nothing else.
        unsafe {
            self.command.pre_exec(move || {
                change();
                Ok(())
            });
        }
        self
    }

    /// It has this open file as this descriptor.
    pub fn giving(self, file: &impl AsRawFd, number: i32) -> Self {
        let own = file.as_raw_fd();
        self.before_exec(move || {
            // SAFETY: integers in. dup2(2) of a descriptor to itself leaves close-on-exec on.
            unsafe {
                libc::dup2(own, number);
                libc::fcntl(number, libc::F_SETFD, 0);
            }
        })
    }

    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Starts it.
    pub fn start(mut self) -> Running {
        let (out, out_end) = io::pipe().unwrap();
        let (err, err_end) = io::pipe().unwrap();
        self.command.stdout(out_end).stderr(err_end);
        self.start_with(out.into(), Stream::new(err.into()))
    }

    /// Starts it with a terminal as its input, its outputs and its session's; what is printed there
    /// counts as standard output.
    pub fn start_at(mut self, terminal: &Terminal) -> Running {
        let end = || terminal.program_end.try_clone().unwrap();
        self.command.stdin(end()).stdout(end()).stderr(end());
        let run = self.before_exec(Terminal::become_ours);
        run.start_with(terminal.person_end.try_clone().unwrap(), Stream::ended())
    }

    fn start_with(self, out: OwnedFd, err: Stream) -> Running {
        let (Self { mut command, shown, mark, limit }, mounts) = (self, leftovers::mounts());
        let (out, started) = (Stream::new(out), Instant::now());
        let child = command.spawn();
        drop(command); // it holds the other ends of the outputs
        let child = child.unwrap_or_else(|error| panic!("cannot start {shown}: {error}"));
        let pid = i32::try_from(child.id()).unwrap();
        let pidfd = open_pidfd(pid);
        Running { pid, child, pidfd, out, err, started, limit, shown, mark, mounts, status: None }
    }

    /// Starts it and waits for its end.
    pub fn end(self) -> Ended {
        self.start().end()
    }
}

/// pidfd_open(2)
fn open_pidfd(pid: i32) -> OwnedFd {
    // SAFETY: two integers in.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    assert!(fd >= 0, "pidfd_open: {}", io::Error::last_os_error());
    // SAFETY: a descriptor that the kernel has just given to us alone.
    unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).unwrap()) }
}

/// How a program ended.
pub struct Ended {
    /// Its exit code, or the negative number of the signal that ended it.
    pub code: i32,
    pub out: String,
    pub err: String,
    pub took: Duration,
    shown: String,
}

impl Ended {
    /// It ended with this code and said nothing on standard error; gives what it printed.
    #[track_caller]
    pub fn quietly(self, code: i32) -> String {
        assert_eq!((self.code, self.err.as_str()), (code, ""), "{}\n{}", self.shown, self.out);
        self.out
    }

    /// It ended with this code and a message that holds each of these.
    #[track_caller]
    pub fn saying(self, code: i32, words: &[&str]) {
        let says = words.iter().all(|word| self.err.contains(word));
        assert!(
            self.code == code && says,
            "{}\n{}\n{words:?}: {}",
            self.shown,
            self.code,
            self.err
        );
    }
}

/// A program that runs.
pub struct Running {
    pub pid: i32,
    child: Child,
    pidfd: OwnedFd,
    out: Stream,
    err: Stream,
    started: Instant,
    limit: Duration,
    shown: String,
    /// Empty as soon as somebody has seen that none of its processes is left.
    mark: String,
    mounts: Vec<String>,
    status: Option<ExitStatus>,
}

impl Running {
    /// Waits until its standard output holds `text`; gives all of the output so far.
    pub fn wait_for(&mut self, text: &str) -> String {
        while !self.out.text().contains(text) {
            assert!(!self.out.is_at_end(), "no {text:?} came\n{}", self.story());
            self.pump();
        }
        self.out.text()
    }

    /// Waits until `text` comes behind what was expected last.
    pub fn expect(&mut self, text: &str) {
        while !self.out.skip_past(text) {
            assert!(!self.out.is_at_end(), "no {text:?} came\n{}", self.story());
            self.pump();
        }
    }

    /// Waits until its standard error holds `text`.
    pub fn wait_for_error(&mut self, text: &str) {
        while !self.err.text().contains(text) {
            assert!(!self.err.is_at_end(), "no {text:?} came\n{}", self.story());
            self.pump();
        }
    }

    /// Whether its standard output comes to hold `text` within this time, and before its end.
    pub fn comes(&mut self, text: &str, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        while !self.out.text().contains(text) {
            if self.out.is_at_end() || !self.pump_until(deadline) {
                return false;
            }
        }
        true
    }

    /// Waits until the program itself has ended, whoever holds its outputs; its code.
    pub fn code(&mut self) -> i32 {
        while self.status.is_none() {
            self.pump();
        }
        self.status_code()
    }

    /// Whether the program itself ends within this time.
    pub fn ends(&mut self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        while self.status.is_none() {
            if !self.pump_until(deadline) {
                return false;
            }
        }
        true
    }

    pub fn kill(&self, signal: i32) {
        // SAFETY: two integers in. The child is not reaped yet, so its PID is its own.
        unsafe { libc::kill(self.pid, signal) };
    }

    /// Nobody sits at its terminal any more.
    pub fn hang_up(&mut self) {
        self.out = Stream::ended();
    }

    /// The processes of this run that are there now.
    pub fn marked(&self) -> Vec<String> {
        leftovers::marked(&self.mark)
    }

    /// Waits until it has ended and nobody holds its outputs any more; nothing may be left then.
    pub fn end(mut self) -> Ended {
        let ended = self.end_only();
        leftovers::assert_none(&self.mark, &self.mounts);
        self.mark.clear();
        ended
    }

    /// The same for a program that was killed, whose processes the kernel ends a moment later.
    pub fn end_of_killed(mut self) -> Ended {
        let ended = self.end_only();
        leftovers::until_none(&self.mark);
        self.mark.clear();
        ended
    }

    /// The same for a program that leaves processes on purpose: gives them, and kills them.
    pub fn end_and_leave(mut self) -> (Ended, Vec<String>) {
        let ended = self.end_only();
        let left = self.marked();
        leftovers::kill(&self.mark);
        leftovers::until_none(&self.mark);
        self.mark.clear();
        (ended, left)
    }

    /// Waits until it has ended and nobody holds its outputs; whoever else is left may be.
    pub fn end_only(&mut self) -> Ended {
        while self.status.is_none() || !self.out.is_at_end() || !self.err.is_at_end() {
            self.pump();
        }
        Ended {
            code: self.status_code(),
            out: self.out.text(),
            err: self.err.text(),
            took: self.started.elapsed(),
            shown: self.shown.clone(),
        }
    }

    fn status_code(&self) -> i32 {
        let status = self.status.unwrap();
        status.code().or(status.signal().map(|signal| -signal)).unwrap()
    }

    /// Waits until something comes and takes it.
    fn pump(&mut self) {
        let in_time = self.pump_until(self.started + self.limit);
        assert!(in_time, "more than {:?}\n{}", self.limit, self.story());
    }

    /// The same, but not for longer than this: then nothing came.
    fn pump_until(&mut self, deadline: Instant) -> bool {
        let pidfd = if self.status.is_none() { self.pidfd.as_raw_fd() } else { -1 };
        let entry = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        let mut list = [entry(pidfd), entry(self.out.number()), entry(self.err.number())];
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        let timeout = i32::try_from(left.as_millis()).unwrap() + 1;
        // SAFETY: the kernel writes into `list`, whose length is given.
        unsafe { libc::poll(list.as_mut_ptr(), 3, timeout) };
        if list[0].revents != 0 {
            self.status = Some(self.child.wait().unwrap());
        }
        if list[1].revents != 0 {
            self.out.take();
        }
        if list[2].revents != 0 {
            self.err.take();
        }
        true
    }

    /// Everything that is known, for the message of a failure.
    fn story(&self) -> String {
        let (out, err, left) = (self.out.text(), self.err.text(), self.marked());
        format!("{}\nout: {out}\nerr: {err}\nprocesses: {left:#?}", self.shown)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.status.is_none() {
            self.kill(libc::SIGKILL);
            let _ = self.child.wait(); // it was killed
        }
        if !self.mark.is_empty() {
            leftovers::kill(&self.mark); // also who was not its child any more, or outlived it
        }
    }
}
