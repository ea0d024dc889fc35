//! The workload of the demo: a service that can be killed, and a test that kills it.
//!
//! ```text
//! nsinit-demo web            says who it is, and goodbye when TERM comes; in between it sleeps
//! nsinit-demo test [CODE]    looks around, kills web, waits for its return, ends with CODE (0)
//! nsinit-demo facts          what `test` sees when it looks around, as one line
//! ```
//!
//! `make run` starts the first two from `rootfs/nsinit.toml`, and takes the facts outside first, so
//! that `test` can print both sides; `make boot` starts them from `rootfs/boot.toml`. It is static and needs nothing at all around it, as nsinit
//! itself, whose room `sys` it borrows.

#![no_std]
#![no_main]
#![allow(unsafe_code)] // the entry from the kernel, as in src/start.rs

use core::ffi::CStr;
use core::fmt::{self, Write};

use heapless::{String, Vec};
use nsinit::model::{Clock, Namespace, Signal, SignalSet, Span};
use nsinit::sys::start::Start;
use nsinit::sys::wait::Source;
use nsinit::sys::{Fd, clock, file, process, signal, wait};
use nsinit::text::units;

nsinit::define_start!(enter);
nsinit::define_memory_functions!();

/// What everything ends with that should not have happened.
const FAILED: u8 = 1;
/// How often the test looks whether the service is back, every 20 ms: ten seconds.
const LOOKS_MAX: usize = 500;

/// The first Rust code of the process.
unsafe extern "C" fn enter(stack: *const usize, mask: u64) -> ! {
    // SAFETY: `_start` hands on what the kernel gave, and nothing has run before; nothing lies in
    // an empty range.
    let start = unsafe { Start::read(stack, mask, 0..0) };
    let mut words = start.words.rest().iter();
    let role = words.next().unwrap_or_default();
    let code = words.next().map_or(Ok(0), |code| units::unsigned(code.to_bytes(), 255));
    let code = code.ok().and_then(|code| u8::try_from(code).ok());
    process::exit(match role.to_bytes() {
        b"web" => web(),
        b"test" if let Some(code) = code => test(&start, code),
        b"facts" => facts(),
        _ => {
            say("usage", format_args!("nsinit-demo web|test [CODE]|facts"));
            FAILED
        }
    })
}

/// The service. Every signal is blocked from the first instruction, so TERM waits to be read.
fn web() -> u8 {
    let (pid, here) = (process::pid(), Facts::ask());
    say(
        "web",
        format_args!("I am PID {pid} on host \"{}\", up {}.", here.host, Time(here.boottime)),
    );
    let only = SignalSet::EMPTY.with(Signal::TERM);
    let Ok(signals) = signal::open_signalfd(only) else { return FAILED };
    // Asleep until a signal comes; an interruption (a stop, and SIGCONT) is one more round.
    while wait::poll(&mut [Source::readable(&signals)], None).is_err() {}
    say("web", format_args!("PID {pid} got TERM: goodbye."));
    0
}

/// The main service: its end is the end of everything, and its exit code nsinit's.
fn test(start: &Start, code: u8) -> u8 {
    pause(200); // web runs and has not spoken yet: a reader wants to see it first
    let inside = Facts::ask();
    say("test", format_args!("I am PID {}, and this is what I see:", process::pid()));
    let outside = start.env.iter().find_map(outside);
    let (true, Some(first)) = (inside.print(outside.as_ref()), look_for_web(None)) else {
        say("test", format_args!("web does not run"));
        return FAILED;
    };
    say("test", format_args!("I kill web, PID {first}, as a crash would."));
    if signal::kill(first, Signal::KILL).is_err() {
        return FAILED;
    }
    let Some(second) = look_for_web(Some(first)) else {
        say("test", format_args!("web did not come back"));
        return FAILED;
    };
    pause(200); // as above
    say("test", format_args!("web is back, as PID {second}. I am done: exit code {code}."));
    code
}

/// Prints the facts for the other side.
fn facts() -> u8 {
    let Facts { init, host, processes, boottime, monotonic, namespaces } = Facts::ask();
    let mut line: String<512> = String::new();
    let mut printed = write!(line, "{init} {host} {processes} {boottime} {monotonic}");
    for namespace in namespaces {
        printed = printed.and_then(|()| write!(line, " {namespace}"));
    }
    match printed.and_then(|()| line.push('\n').map_err(|_| fmt::Error)) {
        Ok(()) if print(&line) => 0,
        Ok(()) | Err(_) => FAILED,
    }
}

/// What one sees who looks around.
#[derive(Default)]
struct Facts {
    /// The name of PID 1.
    init: String<64>,
    host: String<64>,
    processes: u64,
    boottime: u64,
    monotonic: u64,
    /// Inode numbers of /proc/self/ns, in the order of [`Namespace::ALL`]; 0 when there is none.
    namespaces: [u64; 8],
}

impl Facts {
    fn ask() -> Self {
        let mut processes = 0;
        each_process(|_| processes += 1);
        let host = rustix::system::uname();
        Self {
            init: word(&contents(c"/proc/1/comm")),
            host: word(host.nodename().to_bytes()),
            processes,
            boottime: clock::now_ns(Clock::Boottime).unsigned_abs(),
            monotonic: clock::now_ns(Clock::Monotonic).unsigned_abs(),
            namespaces: Namespace::ALL.map(|kind| inode(kind).unwrap_or(0)),
        }
    }

    /// Reads what [`facts`] printed.
    fn parse(line: &[u8]) -> Option<Self> {
        let mut words = line.split(|byte| *byte == b' ');
        let (init, host) = (word(words.next()?), word(words.next()?));
        let mut number = || units::unsigned(words.next()?, u64::MAX).ok();
        let (processes, boottime, monotonic) = (number()?, number()?, number()?);
        let namespaces = Namespace::ALL.map(|_| number().unwrap_or(0));
        Some(Self { init, host, processes, boottime, monotonic, namespaces })
    }

    /// Prints these facts in one piece, those of the other side beside them when they are known.
    fn print(&self, outside: Option<&Self>) -> bool {
        let mut table = Table::default();
        table.row("", outside.map(|_| "outside"), "inside");
        table.row("PID 1 is", outside.map(|there| &there.init), &self.init);
        table.row("processes", outside.map(|there| there.processes), self.processes);
        table.row("host name", outside.map(|there| &there.host), &self.host);
        table.row("uptime", outside.map(|there| Time(there.boottime)), Time(self.boottime));
        table.row("monotonic", outside.map(|there| Time(there.monotonic)), Time(self.monotonic));
        for (index, kind) in Namespace::ALL.into_iter().enumerate() {
            let own = self.namespaces.get(index).copied();
            let there = outside.and_then(|there| there.namespaces.get(index).copied());
            let mut name: String<16> = String::new();
            let _ = write!(name, "{} ns", kind.name()); // the longest is cgroup
            let inside = own.unwrap_or(0);
            match there {
                None => table.row(&name, there, inside),
                Some(_) if there == own => {
                    table.row(&name, there, format_args!("{inside:<18}the same"));
                }
                Some(_) => table.row(&name, there, format_args!("{inside:<18}new")),
            }
        }
        print(&table.0)
    }
}

/// A text of aligned rows. What does not fit is left out: it is only a picture.
#[derive(Default)]
struct Table(String<2048>);

impl Table {
    fn row(&mut self, name: &str, outside: Option<impl fmt::Display>, inside: impl fmt::Display) {
        let mut there: String<40> = String::new();
        if let Some(outside) = outside {
            let _ = write!(there, "{outside}");
            let _ = write!(there, "{:1$}", "", 18usize.saturating_sub(there.len()));
        }
        let _ = writeln!(self.0, "          {name:<12}{there}{inside}");
    }
}

/// The variable that `tools/demo.sh` sets to the facts outside.
fn outside(variable: &CStr) -> Option<Facts> {
    Facts::parse(variable.to_bytes().strip_prefix(b"NSINIT_DEMO_OUTSIDE=")?)
}

/// Nanoseconds as people read a clock.
struct Time(u64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, ms) = (self.0 / 1_000_000_000, self.0 / 1_000_000 % 1_000);
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        match seconds {
            0..60 => write!(f, "{seconds}.{ms:03} s"),
            _ if days == 0 => {
                write!(f, "{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
            }
            _ => write!(f, "{days} days {:02}:{:02}", rest / 3600, rest / 60 % 60),
        }
    }
}

/// Looks until the service is there under another PID than `before`; `None` when it does not come.
fn look_for_web(before: Option<i32>) -> Option<i32> {
    (0..LOOKS_MAX).find_map(|_| {
        let mut found = None;
        each_process(|pid| {
            let mut path: String<32> = String::new();
            let is_web = write!(path, "/proc/{pid}/cmdline\0").is_ok()
                && CStr::from_bytes_with_nul(path.as_bytes())
                    .is_ok_and(|path| contents(path).ends_with(b"nsinit-demo\0web\0"));
            if is_web && Some(pid) != before {
                found = Some(pid);
            }
        });
        if found.is_none() {
            pause(20);
        }
        found
    })
}

fn pause(ms: u64) {
    let _ = wait::poll(&mut [], Some(Span::from_ms(ms))); // an interruption makes it shorter
}

/// Every process that we can see.
fn each_process(mut look: impl FnMut(i32)) {
    let Ok(proc) = file::open(c"/proc", file::Mode::Directory) else { return };
    let mut buffer = [0u8; 4096];
    while let Ok(entries @ [_, ..]) = file::entries(&proc, &mut buffer) {
        for name in file::entry_names(entries) {
            if let Ok(pid) = units::unsigned(name.to_bytes(), 1 << 22) {
                look(i32::try_from(pid).unwrap_or(0));
            }
        }
    }
}

/// The beginning of a file; empty when it cannot be read.
fn contents(path: &CStr) -> Vec<u8, 128> {
    let mut buffer = [0u8; 128];
    let len = file::open(path, file::Mode::Read).and_then(|fd| file::read(&fd, &mut buffer));
    Vec::from_slice(buffer.get(..len.unwrap_or(0)).unwrap_or_default()).unwrap_or_default()
}

/// The number of our namespace of this kind.
fn inode(kind: Namespace) -> Option<u64> {
    let mut path: String<32> = String::new();
    write!(path, "/proc/self/ns/{}", kind.name()).ok()?;
    Some(rustix::fs::stat(path.as_str()).ok()?.st_ino)
}

/// The first word of a text, so that it can stand in the line of facts.
fn word(text: &[u8]) -> String<64> {
    let mut word = String::new();
    let text = core::str::from_utf8(text).unwrap_or("?");
    let _ = word.push_str(text.split_whitespace().next().unwrap_or("?")); // names have at most 64
    word
}

/// One line, with who says it.
fn say(who: &str, what: fmt::Arguments<'_>) {
    let mut line: String<256> = String::new();
    let _ = writeln!(line, "{who:<7}{what}"); // what does not fit is cut: it is only a picture
    let _ = print(&line); // nobody is there to be told
}

fn print(text: &str) -> bool {
    file::write(&Fd::inherited(1), text.as_bytes()) == Ok(text.len())
}

/// Precompiled parts of core name it where unwinding was possible; we abort instead.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    say("panic", format_args!("{info}"));
    process::exit(FAILED)
}
