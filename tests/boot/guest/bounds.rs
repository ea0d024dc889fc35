//! Workloads that tell where they are, and that go as far as they may.

use core::sync::atomic::{AtomicU8, Ordering};

use nsinit::model::{Clock, NamespaceSet};
use nsinit::sys::file::{self, Mode};
use nsinit::sys::{arch, beneath, clock, process, wait};

use super::{USAGE, say};

const SECOND: i64 = 1_000_000_000;

/// The namespaces, and for how long the machine is up as far as we see.
pub fn places() -> u8 {
    let Ok(folder) = file::open(c"/proc/self/ns", Mode::Directory) else { return USAGE };
    for name in [c"pid", c"mnt", c"uts", c"ipc", c"time", c"net", c"cgroup", c"user"] {
        let mut buffer = [0u8; 64];
        let Ok(link) = beneath::read_link(&folder, name, &mut buffer) else { return USAGE };
        let text = |bytes| core::str::from_utf8(bytes).unwrap_or("?");
        say(format_args!("place {} {}", text(name.to_bytes()), text(link)));
    }
    say(format_args!("place up {}", clock::now_ns(Clock::Boottime) / SECOND));
    0
}

/// Takes more memory than it may have.
pub fn eat() -> u8 {
    const LEN: usize = 64 << 20;
    static FOOD: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];
    for page in FOOD.iter().step_by(4096) {
        page.store(1, Ordering::Relaxed);
    }
    0
}

/// Has children that stay, until it may have no more.
pub fn breed() -> u8 {
    for count in 0..1_000 {
        match process::clone_into(NamespaceSet::default()) {
            Ok(process::Side::Child) => loop {
                let _ = wait::poll(&mut [], None); // for ever
            },
            Ok(process::Side::Parent(_)) => {}
            Err(errno) => {
                say(format_args!("workload: {count} children, then {errno:?}"));
                return 0;
            }
        }
    }
    USAGE
}

/// Uses as much of the processor as it gets, for two seconds; tells how many percent that is.
pub fn spin() -> u8 {
    let begin = clock::now_ns(Clock::Monotonic);
    let mut passed = 0;
    while passed < 2 * SECOND {
        passed = clock::now_ns(Clock::Monotonic) - begin;
    }
    say(format_args!("workload: spun {} percent", 100 * used_ns() / passed));
    0
}

/// CLOCK_PROCESS_CPUTIME_ID of clock_gettime(2).
fn used_ns() -> i64 {
    let mut time = [0i64; 2];
    let number = linux_raw_sys::general::__NR_clock_gettime as usize;
    // SAFETY: the kernel writes one timespec, which is two numbers.
    let _ = unsafe { arch::syscall6(number, [2, (&raw mut time) as usize, 0, 0, 0, 0]) }; // works
    let [seconds, rest] = time;
    seconds * SECOND + rest
}
