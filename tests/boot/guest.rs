//! What runs in the guests of the boot tests: a workload that ends in every way there is.
//!
//! As the kernel's init it is an nsinit that is broken in every way a host must not be fooled by.
//!
//! ```text
//! workload: exit N | signal N | hang | panic | cut | reset | words … | cat PATH | clock
//!           oops MODULE | stuck | date | last SECONDS | freeze | kexec KERNEL INITRAMFS LINE
//!           write PATH WORD | places | eat | breed | spin | raw N | begun
//! init:     silent | gone | hang | cut | return | late N | port N | console N | another N
//!           garbage N | forged N | words … | cat PATH
//! ```
//!
//! Static and without libc, as nsinit itself, so that it is all there is in the initramfs.

#![no_std]
#![no_main]
#![allow(unsafe_code)] // the entry from the kernel, as in src/start.rs

#[path = "guest/bounds.rs"]
mod bounds;
#[path = "guest/trouble.rs"]
mod trouble;

use core::ffi::CStr;
use core::fmt::{self, Write};

use heapless::String;
use nsinit::model::{Clock, Signal, SignalSet, Span};
use nsinit::sys::start::Start;
use nsinit::sys::{Fd, clock, file, process, pty, signal, wait};
use nsinit::text::{Words, units};
use rustix::mount::{MountFlags, mount};
use rustix::system::{RebootCommand, reboot};

nsinit::define_start!(enter);
nsinit::define_memory_functions!();

/// What a workload ends with that was not understood.
const USAGE: u8 = 99;

/// The first Rust code of the process.
unsafe extern "C" fn enter(stack: *const usize, mask: u64) -> ! {
    // SAFETY: `_start` hands on what the kernel gave, and nothing has run before; nothing lies in
    // an empty range.
    let start = unsafe { Start::read(stack, mask, 0..0) };
    let words = start.words.rest();
    let role = words.first().unwrap_or_default().to_bytes();
    process::exit(match process::pid() {
        1 => init(role, words),
        _ => workload(role, words),
    })
}

/// Leaves the console to the bytes that are written, as an editor does.
fn raw(code: u8) -> u8 {
    let console = Fd::inherited(1);
    let set = pty::settings(&console).and_then(|own| pty::set(&console, &own.raw()));
    if set.is_ok() { code } else { USAGE }
}

/// The number behind the role; 0 when there is none.
fn number(words: Words<'_>) -> u8 {
    let word = words.rest().first().unwrap_or_default();
    units::unsigned(word.to_bytes(), 255).ok().and_then(|n| u8::try_from(n).ok()).unwrap_or(0)
}

fn workload(role: &[u8], words: Words<'_>) -> u8 {
    match role {
        b"exit" => return number(words),
        b"signal" => die_by(number(words)),
        b"hang" => hang(),
        b"raw" => return raw(number(words)),
        b"panic" | b"begun" => {
            if role == b"begun" {
                print(b"a line that is not ended, ");
            }
            // proc_sysrq_trigger: root may always, whatever kernel.sysrq says.
            let trigger = file::open(c"/proc/sysrq-trigger", file::Mode::Write);
            let _ = trigger.and_then(|fd| file::write(&fd, b"c")); // nobody is there after it
        }
        b"cut" => end(RebootCommand::PowerOff),
        b"reset" => end(RebootCommand::Restart),
        b"words" => {
            for word in words.rest().iter() {
                print(b"<");
                print(word.to_bytes());
                print(b">\n");
            }
            return 0;
        }
        b"clock" => {
            // First of all: the line itself takes longer than what it tells of.
            say(format_args!("workload: at {}", clock::now_ns(Clock::Monotonic) / 1000));
            return 0;
        }
        b"cat" => return cat(words.rest().first().unwrap_or_default()),
        b"date" => {
            say(format_args!("workload: date {}", clock::wall_s()));
            return 0;
        }
        b"last" => {
            let _ = wait::poll(&mut [], Some(Span::from_s(number(words).into()))); // that is all
            return 0;
        }
        b"places" => return bounds::places(),
        b"eat" => return bounds::eat(),
        b"breed" => return bounds::breed(),
        b"spin" => return bounds::spin(),
        b"write" => return write(words.rest()),
        b"freeze" => return trouble::freeze(),
        b"kexec" => return trouble::kexec(words.rest()),
        b"oops" => return trouble::oops(words.rest().first().unwrap_or_default()),
        b"stuck" => return trouble::stuck(),
        _ => {}
    }
    USAGE
}

/// Ends as the default of this signal does; every signal was blocked at the first instruction.
fn die_by(number: u8) {
    let mut text: String<4> = String::new();
    let _ = write!(text, "{number}"); // three digits fit
    let _ = signal::change_mask(signal::Change::Set, SignalSet::EMPTY); // cannot fail
    if let Ok(signal) = Signal::parse(text.as_bytes()) {
        let _ = signal::kill(process::pid(), signal); // or else USAGE is what one sees
    }
}

fn cat(path: &CStr) -> u8 {
    let mut buffer = [0u8; 512];
    let Ok(fd) = file::open(path, file::Mode::Read) else { return 1 };
    while let Ok(len @ 1..) = file::read(&fd, &mut buffer) {
        print(buffer.get(..len).unwrap_or_default());
    }
    0
}

/// A file with a word in it, which is read again.
fn write(words: Words<'_>) -> u8 {
    let (path, word) =
        (words.first().unwrap_or_default(), words.rest().first().unwrap_or_default());
    let written = file::open(path, file::Mode::Replace)
        .and_then(|target| file::write(&target, word.to_bytes()));
    match written {
        Ok(_) => cat(path),
        Err(errno) => {
            say(format_args!("workload: {errno:?}"));
            1
        }
    }
}

/// A broken nsinit. What it says by the port and on the console is what the real one would say.
fn init(role: &[u8], words: Words<'_>) -> u8 {
    let _ = mount(c"dev", c"/dev", c"devtmpfs", MountFlags::empty(), None); // a host sees it fail
    let _ = mount(c"proc", c"/proc", c"proc", MountFlags::empty(), None); // as above
    let said = Said::new(number(words));
    match role {
        b"words" | b"cat" => {
            let _ = workload(role, words); // what it printed is what is looked at
        }
        // Nothing is heard of it.
        b"silent" => hang(),
        b"gone" => {}
        // It has started its workload, and that is the last thing heard of it.
        b"hang" => {
            said.by_port("READY=1\n");
            hang();
        }
        b"cut" => said.by_port("READY=1\n"),
        b"return" => return number(words),
        // A verdict, and the machine goes on.
        b"late" => {
            said.by_port(&said.record);
            hang();
        }
        b"port" => said.by_port(&said.record),
        b"console" => said.on_console(&said.nonce),
        // What another guest would have said, or a workload that has read the source.
        b"another" => said.on_console("0123456789abcdef"),
        // The port is full of something else, the console is right.
        b"garbage" => {
            said.by_port("EXIT_STATUS=\nEXIT_STATUS=1e9\nREADY\0\u{1}\u{fffd}EXIT_STATUS=0");
            said.on_console(&said.nonce);
        }
        // The console says what the port does not: the port is nsinit's alone.
        b"forged" => {
            said.by_port(&said.record);
            Said::new(0).on_console(&said.nonce);
        }
        _ => say(format_args!("no such role: {}", core::str::from_utf8(role).unwrap_or("?"))),
    }
    end(RebootCommand::PowerOff);
    USAGE
}

/// What a verdict says.
struct Said {
    record: String<128>,
    line: String<128>,
    nonce: String<32>,
}

impl Said {
    fn new(code: u8) -> Self {
        let (mut record, mut line) = (String::new(), String::new());
        let _ = write!(record, "EXIT_STATUS={code}\nX_NSINIT_RESULT=exited\n"); // fits
        let _ = write!(line, "EXIT_STATUS={code} X_NSINIT_RESULT=exited"); // fits
        Self { record, line, nonce: nonce().unwrap_or_default() }
    }

    fn by_port(&self, record: &str) {
        match file::open(c"/dev/vport0p1", file::Mode::Write) {
            Ok(port) => drop(file::write(&port, record.as_bytes())),
            Err(errno) => say(format_args!("no port: {errno:?}")),
        }
    }

    fn on_console(&self, nonce: &str) {
        say(format_args!("nsinit: verdict {nonce} {}", self.line));
    }
}

/// The number that this run was given.
fn nonce() -> Option<String<32>> {
    let mut buffer = [0u8; 2048];
    let len = file::open(c"/proc/cmdline", file::Mode::Read)
        .and_then(|fd| file::read(&fd, &mut buffer))
        .ok()?;
    let line = core::str::from_utf8(buffer.get(..len)?).ok()?;
    let word = line.split_whitespace().find_map(|word| word.strip_prefix("nsinit.nonce="))?;
    String::try_from(word).ok()
}

fn hang() -> ! {
    loop {
        let _ = wait::poll(&mut [], Some(Span::from_ms(60_000))); // then again
    }
}

/// reboot(2), of the whole machine.
fn end(how: RebootCommand) {
    if let Err(errno) = reboot(how) {
        say(format_args!("reboot: {errno:?}"));
    }
}

/// A line on the console.
fn say(what: fmt::Arguments<'_>) {
    let mut line: String<256> = String::new();
    let _ = writeln!(line, "{what}"); // what does not fit is cut
    print(line.as_bytes());
}

fn print(bytes: &[u8]) {
    let _ = file::write(&Fd::inherited(1), bytes); // nobody is there to be told
}

/// Precompiled parts of core name it where unwinding was possible; we abort instead.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    say(format_args!("{info}"));
    process::exit(USAGE)
}
