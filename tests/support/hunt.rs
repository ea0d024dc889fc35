//! A witness that lies in wait for whoever comes into its PID namespace: it tries to trace each new
//! process, and to look into it, before that has become its command.
//!
//! The next PID is the last one and one more (kernel/pid.c, `alloc_pid`), so that nothing has to be
//! searched: it tries the next few numbers until one of them is somebody. What has executed its
//! command meanwhile may be looked at, and is no prey; so everything that has succeeded is followed
//! by a look at the command line, which an exec replaces once and for all.

use std::fs;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

/// How many numbers ahead are tried: who enters needs no more for one command.
const AHEAD: i32 = 4;

/// Hunts until its input ends. Prints how many came, how many of them were caught, and by what.
pub fn hunt(command: &str) -> i32 {
    let is_over = || {
        let mut entry = libc::pollfd { fd: 0, events: libc::POLLIN, revents: 0 };
        // SAFETY: the kernel reads and writes one struct.
        unsafe { libc::poll(&raw mut entry, 1, 0) > 0 }
    };
    let mut next = i32::try_from(std::process::id()).unwrap() + 1;
    let (mut came, mut caught) = (0, Vec::new());
    println!("hunting");
    io::stdout().flush().unwrap();
    while !is_over() {
        let Some(pid) = (next..next + AHEAD).find(|pid| exists(*pid)) else {
            next = next.max(last() + 1 - AHEAD / 2);
            continue;
        };
        came += 1;
        caught.extend(attack(pid, command));
        next = pid + 1;
    }
    println!("{came} came, {} were caught", caught.len());
    if let Some((way, words)) = caught.first() {
        println!("the first by its {way}: {words}");
    }
    0
}

/// The last PID that was given to anybody: who has come and gone is not waited for.
fn last() -> i32 {
    let text = fs::read_to_string("/proc/loadavg").unwrap();
    text.split_whitespace().last().unwrap().parse().unwrap()
}

/// Whether there is such a process; whether we may send it a signal is another question.
fn exists(pid: i32) -> bool {
    // SAFETY: two integers in.
    let ret = unsafe { libc::kill(pid, 0) };
    ret == 0 || io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
}

/// The command line of a process, as far as it has one.
fn words(pid: i32) -> String {
    let text = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&text).replace('\0', " ")
}

/// Whether it is still somebody else than its command. In the middle of an exec, and when it has
/// ended, it has no words.
fn is_prey(pid: i32, command: &str) -> bool {
    let words = words(pid);
    !words.is_empty() && !words.starts_with(command)
}

/// Tries it again and again, until it is its command or gone. Gives the way by which it was caught,
/// and what it was then.
fn attack(pid: i32, command: &str) -> Option<(&'static str, String)> {
    let deadline = Instant::now() + Duration::from_secs(5);
    while exists(pid) && Instant::now() < deadline {
        if let Some(way) = look(pid).filter(|_| is_prey(pid, command)) {
            return Some((way, words(pid)));
        }
        if let Some(is_caught) = seize(pid, command) {
            return is_caught.then(|| ("trace", words(pid)));
        }
    }
    None
}

/// Whether any of its files that only a tracer may see can be seen.
fn look(pid: i32) -> Option<&'static str> {
    let file = |name: &str| format!("/proc/{pid}/{name}");
    let ways: [(&str, bool); 5] = [
        ("mem", fs::File::open(file("mem")).is_ok()),
        ("fd", (0..9).any(|number| fs::read_link(file(&format!("fd/{number}"))).is_ok())),
        ("exe", fs::File::open(file("exe")).is_ok()),
        ("environ", fs::File::open(file("environ")).is_ok()),
        ("cwd", fs::read_link(file("cwd")).is_ok()),
    ];
    ways.into_iter().find(|(_, is_seen)| *is_seen).map(|(name, _)| name)
}

/// Traces it. `None` when it could not be traced; else whether it was not its command yet: from
/// then on it stands still, and one look is enough.
fn seize(pid: i32, command: &str) -> Option<bool> {
    const NONE: usize = 0;
    // SAFETY: integers in, for each of these.
    if unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, NONE, NONE) } != 0 {
        return None;
    }
    // SAFETY: as above.
    unsafe { libc::ptrace(libc::PTRACE_INTERRUPT, pid, NONE, NONE) };
    let mut status = 0;
    // SAFETY: the kernel writes one integer.
    unsafe { libc::waitpid(pid, &raw mut status, libc::__WALL) };
    let is_caught = libc::WIFSTOPPED(status) && is_prey(pid, command);
    // SAFETY: as above.
    unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, NONE, NONE) };
    Some(is_caught)
}
