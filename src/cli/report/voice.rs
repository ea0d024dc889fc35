//! What a program that we stand in for would say while its command runs, in its words and on its
//! stream.
//!
//! tini tells what goes well on standard output and warnings on standard error, dumb-init and
//! catatonit all of it on standard error. A program that talks through a pipe writes its lines when
//! the buffer is full or at its end; here each is written when it is true. A reader that does not
//! read is not waited for, as with our own messages.

use super::super::out::Out;
use super::glibc;
use super::sentence::walk;
use crate::engine::{Detail, Teller, Telling};
use crate::model::code::{NOT_EXECUTABLE, NOT_FOUND};
use crate::model::{End, Errno, Failure, Signal, Span};
use crate::plan::{Act, Facts, Plan};
use crate::spec::personality::{Answer, Manner, Personality, Stream, basename};
use crate::supervisor::News;
use crate::sys::process;
use crate::text::{Show, Sink, put};

/// Speaks for a program.
pub struct Voice {
    personality: Personality,
    /// The name we were called by.
    name: &'static [u8],
    /// How much is told.
    level: u32,
    /// Whether the end of an orphan is worth a warning.
    warns_of_reaped: bool,
    /// The command.
    program: &'static [u8],
    /// The PID it was given; 0 before that.
    child: i32,
}

/// A line, and from which level on it is told.
#[derive(Clone, Copy)]
struct Line(u32, Stream, &'static str);

/// What stands in the braces of a line: `{n}` the name we were called by, `{l}` its last part,
/// `{p}` our PID, `{s}` what was said, `{t}` a text, `{a}` and `{b}` numbers, `{c}` the flags that
/// what was said may be short for.
#[derive(Clone, Copy)]
struct Args<'a> {
    said: &'a [u8],
    text: &'a dyn Show,
    a: i32,
    b: i32,
}

impl Args<'_> {
    /// Nothing in any brace.
    const NONE: Args<'static> = Args { said: b"", text: &"", a: 0, b: 0 };
}

macro_rules! tini {
    (WARN $text:expr) => {
        Line(1, Stream::Err, concat!("[WARN  tini ({p})] ", $text, "\n"))
    };
    (INFO $text:expr) => {
        Line(2, Stream::Out, concat!("[INFO  tini ({p})] ", $text, "\n"))
    };
    (DEBUG $text:expr) => {
        Line(3, Stream::Out, concat!("[DEBUG tini ({p})] ", $text, "\n"))
    };
    (TRACE $text:expr) => {
        Line(4, Stream::Out, concat!("[TRACE tini ({p})] ", $text, "\n"))
    };
}

macro_rules! dumb_init {
    ($text:expr) => {
        Line(3, Stream::Err, concat!("[dumb-init] ", $text, "\n"))
    };
}

macro_rules! catatonit {
    ($text:expr) => {
        Line(3, Stream::Err, concat!("DEBUG (catatonit:{p}): ", $text, "\n"))
    };
}

const NOT_PID1: &str = "\
[WARN  tini ({p})] Tini is not running as PID 1 and isn't registered as a child subreaper.
Zombie processes will not be re-parented to Tini, so zombie reaping won't work.
To fix the problem, use the -s option or set the environment variable TINI_SUBREAPER \
to register Tini as a child subreaper, or run Tini as PID 1.
";

impl Voice {
    /// A voice for a program that was called by this name.
    pub const fn new(personality: Personality, name: &'static [u8]) -> Self {
        let (level, warns_of_reaped, program, child) = (0, false, [].as_slice(), 0);
        Self { personality, name, level, warns_of_reaped, program, child }
    }

    /// Prints an answer and gives its exit code.
    pub fn answer(&self, answer: &Answer<'_>) -> u8 {
        let args = Args { said: answer.said, ..Args::NONE };
        let mut out = Out::to(number(answer.stream), None);
        for text in answer.texts {
            self.fill(&mut out, text, args, Some(answer));
        }
        answer.code
    }

    /// A command will run. tini warns where orphans will not come to it.
    pub fn begin(&mut self, manner: Manner, plan: &Plan<'static>, facts: &Facts) {
        (self.level, self.warns_of_reaped) = (manner.level, manner.warns_of_reaped);
        let program = plan.steps.iter().find_map(|step| {
            if let Act::Execute { command, .. } = step.act { command.first() } else { None }
        });
        self.program = program.unwrap_or_default().to_bytes();
        for note in manner.notes {
            self.say(Line(3, Stream::Err, note), Args::NONE);
        }
        if self.personality != Personality::Tini {
            return;
        }
        let is_subreaper = plan.habits().is_subreaper;
        if !facts.is_pid1 && !is_subreaper && !process::is_subreaper() {
            self.say(Line(1, Stream::Err, NOT_PID1), Args::NONE);
        }
        if is_subreaper {
            self.say(tini!(TRACE "Registered as child subreaper"), Args::NONE);
        }
    }

    /// Nothing will run.
    pub fn begin_pause(&self) {
        if self.personality == Personality::Pause && process::pid() != 1 {
            let line = Line(0, Stream::Err, "Warning: pause should be the first process\n");
            self.say(line, Args::NONE);
        }
    }

    /// Nothing ran, and this signal asked for the end.
    pub fn end_pause(&self, signal: Signal) {
        if self.personality == Personality::Pause {
            let line = Line(0, Stream::Err, "Shutting down, got signal: {t}\n");
            self.say(line, Args { text: &glibc::Named(signal), ..Args::NONE });
        }
    }

    /// The command could not be executed; gives the exit code for that.
    ///
    /// The line is that program's own; where more is known than its errno says, that follows.
    pub fn not_executed(&mut self, plan: &Plan<'_>, failure: Failure) -> u8 {
        let text = &glibc::Error(failure.errno);
        let code = if failure.errno == Errno::ENOENT { NOT_FOUND } else { NOT_EXECUTABLE };
        let (code, line) = match self.personality {
            Personality::Tini => (code, "[FATAL tini ({a})] exec {s} failed: {t}\n"),
            Personality::DumbInit => (2, "[dumb-init] {s}: {t}\n"),
            Personality::Catatonit | Personality::Pause => {
                (1, "ERROR (catatonit:{a}): failed to exec pid1: {t}\n")
            }
        };
        let args = Args { said: self.program, text, a: self.child, b: 0 };
        self.say(Line(0, Stream::Err, line), args);
        super::failure::hidden_reason(self.program, failure.why);
        // Their child is a process that ends by itself, and is told of like any other.
        let end = End::Exited(code);
        self.detail(Detail::Came(Signal::CHLD));
        self.detail(Detail::Reaped(self.child, end));
        if self.personality == Personality::DumbInit {
            let rewrites = plan.main_service().and_then(|main| main.rewrites);
            let to = rewrites.map_or(Some(Signal::TERM), |rewrites| rewrites.of(Signal::TERM));
            self.detail(Detail::Passed(Signal::TERM, to));
        }
        self.detail(Detail::ReapedAll { is_any_left: false });
        self.ended(end);
        code
    }

    /// One line, when it is told at all.
    fn say(&self, line: Line, args: Args<'_>) {
        let Line(level, stream, text) = line;
        if self.level >= level {
            self.fill(&mut Out::to(number(stream), Some(Span::ZERO)), text, args, None);
        }
    }

    /// Writes a template with its braces filled.
    fn fill(&self, out: &mut dyn Sink, text: &str, args: Args<'_>, answer: Option<&Answer<'_>>) {
        walk(out, text, &mut |out, name| match name {
            "n" => out.put(self.name),
            "l" => out.put(basename(self.name)),
            "p" => put!(out, process::pid()),
            "s" => out.put(args.said),
            "t" => put!(out, args.text),
            "a" => put!(out, args.a),
            "b" => put!(out, args.b),
            _ => {
                for flag in answer.into_iter().flat_map(Answer::possibilities) {
                    put!(out, " '", flag, "'");
                }
            }
        });
    }

    /// The command has ended, and everything that follows from it is done.
    fn ended(&self, end: End) {
        let args = Args { a: i32::from(end.code()), ..Args::NONE };
        match self.personality {
            Personality::Tini => self.say(tini!(TRACE "Exiting: child has exited"), args),
            Personality::DumbInit => {
                self.say(dumb_init!("Child exited with status {a}. Goodbye."), args);
            }
            Personality::Catatonit | Personality::Pause => {}
        }
    }

    /// Something that only a talkative program tells.
    fn detail(&mut self, detail: Detail) {
        if let Detail::Spawned(pid) = detail {
            self.child = pid;
        }
        match self.personality {
            Personality::Tini => self.tini(detail),
            Personality::DumbInit => self.dumb_init(detail),
            Personality::Catatonit => self.catatonit(detail),
            Personality::Pause => {}
        }
    }

    fn tini(&self, detail: Detail) {
        let args = Args::NONE;
        match detail {
            Detail::Spawned(pid) => self.say(
                tini!(INFO "Spawned child process '{s}' with pid '{a}'"),
                Args { said: self.program, a: pid, ..args },
            ),
            Detail::Came(Signal::CHLD) => self.say(tini!(DEBUG "Received SIGCHLD"), args),
            Detail::Came(signal) => self.say(
                tini!(DEBUG "Passing signal: '{t}'"),
                Args { text: &glibc::Named(signal), ..args },
            ),
            Detail::Reaped(pid, end) => {
                let args = Args { a: pid, b: end.code().into(), ..args };
                self.say(tini!(DEBUG "Reaped child with pid: '{a}'"), args);
                match end {
                    _ if pid != self.child && self.warns_of_reaped => {
                        self.say(tini!(WARN "Reaped zombie process with pid={a}"), args);
                    }
                    _ if pid != self.child => {}
                    End::Exited(_) => {
                        self.say(tini!(INFO "Main child exited normally (with status '{b}')"), args)
                    }
                    End::Signaled(signal) => {
                        let args = Args { text: &glibc::Named(signal), ..args };
                        self.say(
                            tini!(INFO "Main child exited with signal (with signal '{t}')"),
                            args,
                        );
                    }
                }
            }
            Detail::ReapedAll { is_any_left: true } => {
                self.say(tini!(TRACE "No child to reap"), args);
            }
            Detail::ReapedAll { is_any_left: false } => {
                self.say(tini!(TRACE "No child to wait"), args);
            }
            Detail::Passed(..) | Detail::StopsItself => {}
            Detail::GaveTerminal(_) | Detail::TookTerminal(_) => {}
        }
    }

    fn dumb_init(&self, detail: Detail) {
        let say = |line: Line, a: i32, b: i32| self.say(line, Args { a, b, ..Args::NONE });
        let number = |signal: Signal| i32::from(signal.number());
        match detail {
            Detail::Spawned(pid) => say(dumb_init!("Child spawned with PID {a}."), pid, 0),
            Detail::Came(signal) => say(dumb_init!("Received signal {a}."), number(signal), 0),
            Detail::Passed(from, to) => {
                let new = to.map_or(0, number);
                if to != Some(from) {
                    say(dumb_init!("Translating signal {a} to {b}."), number(from), new);
                }
                match to {
                    Some(_) => say(dumb_init!("Forwarded signal {a} to children."), new, 0),
                    None => {
                        say(dumb_init!("Not forwarding signal 0 to children (ignored)."), 0, 0);
                    }
                }
            }
            Detail::StopsItself => say(dumb_init!("Suspending self due to TTY signal."), 0, 0),
            Detail::Reaped(pid, End::Exited(code)) => say(
                dumb_init!("A child with PID {a} exited with exit status {b}."),
                pid,
                code.into(),
            ),
            Detail::Reaped(pid, End::Signaled(signal)) => say(
                dumb_init!("A child with PID {a} was terminated by signal {b}."),
                pid,
                number(signal),
            ),
            Detail::GaveTerminal(Ok(Some(signals))) => {
                let line = dumb_init!(
                    "Detached from controlling tty, ignoring the first SIGHUP and SIGCONT we \
                     receive."
                );
                say(line, 0, 0);
                for signal in signals.iter() {
                    say(dumb_init!("Received signal {a}."), number(signal), 0);
                    say(dumb_init!("Ignoring tty hand-off signal {a}."), number(signal), 0);
                }
            }
            Detail::GaveTerminal(Ok(None)) => {
                say(dumb_init!("Detached from controlling tty, but was not session leader."), 0, 0)
            }
            Detail::GaveTerminal(Err(errno)) => self.say_errno(
                dumb_init!("Unable to detach from controlling tty (errno={a} {t})."),
                errno,
            ),
            Detail::TookTerminal(taken) => {
                if let Err(errno) = taken {
                    let line = dumb_init!("Unable to attach to controlling tty (errno={a} {t}).");
                    self.say_errno(line, errno);
                }
                say(dumb_init!("setsid complete."), 0, 0);
            }
            Detail::ReapedAll { .. } => {}
        }
    }

    fn catatonit(&self, detail: Detail) {
        let args = Args { said: self.program, ..Args::NONE };
        match detail {
            Detail::Spawned(pid) => {
                self.say(catatonit!("pid1 ({a}) spawned: {s}"), Args { a: pid, ..args });
            }
            Detail::Reaped(pid, _) if pid == self.child => {}
            Detail::Reaped(pid, End::Exited(code)) => self.say(
                catatonit!("child process {a} exited with code {b}"),
                Args { a: pid, b: code.into(), ..args },
            ),
            Detail::Reaped(pid, End::Signaled(signal)) => self.say(
                catatonit!("child process {a} exited due to signal {b}"),
                Args { a: pid, b: signal.number().into(), ..args },
            ),
            Detail::ReapedAll { is_any_left: false } => {
                self.say(catatonit!("got ECHILD: no children left to monitor"), args);
            }
            Detail::ReapedAll { is_any_left: true } | Detail::Came(_) | Detail::Passed(..) => {}
            Detail::StopsItself | Detail::GaveTerminal(_) | Detail::TookTerminal(_) => {}
        }
    }

    fn say_errno(&self, line: Line, errno: Errno) {
        let text = &glibc::Error(errno);
        self.say(line, Args { text, a: errno.number().into(), ..Args::NONE });
    }
}

impl Teller for Voice {
    fn tell(&mut self, plan: &Plan<'_>, telling: Telling) {
        match telling {
            Telling::Detail(detail) => self.detail(detail),
            Telling::News(News::Ended { end, .. }) => self.ended(end),
            Telling::News(_) | Telling::InitKilled(_) | Telling::StatusLost(_) => {}
            // Nor can these be ordered.
            Telling::ReloadFailed(..) | Telling::NotTaken(..) | Telling::LogLost(..) => {}
            Telling::Refused(_) => {} // no flag of theirs asks for a filter
            Telling::PreStopFailed(..) | Telling::NotPassedOn(_) | Telling::OutOfMemory(_) => {}
            Telling::OutOfMemoryInside(_) | Telling::Used(_) | Telling::CgroupLeft(_) => {}
            Telling::Failure(failure) => super::failure(plan, &Facts::default(), failure),
            Telling::Survived(failure) => super::survived(plan, failure),
        }
    }
}

/// Where a stream leads.
const fn number(stream: Stream) -> i32 {
    match stream {
        Stream::Out => 1,
        Stream::Err => 2,
    }
}
