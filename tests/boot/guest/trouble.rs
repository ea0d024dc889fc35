//! Workloads that get the kernel into trouble and succeed all the same.

use core::ffi::CStr;

use nsinit::model::Span;
use nsinit::sys::file::{self, Mode};
use nsinit::sys::{arch, machine, process, wait};
use nsinit::text::Words;
use rustix::fd::OwnedFd;
use rustix::fs::OFlags;
use rustix::ioctl;

use super::USAGE;

/// Loads a module that is broken: the kernel dies in whoever does it, and goes on. Then fills the
/// ring of messages, so that who looks for the trouble only now finds nothing of it.
pub fn oops(path: &CStr) -> u8 {
    let Ok(module) = file::open(path, Mode::Read) else { return USAGE };
    let mut load = || {
        let _ = machine::load_module(&module, false, c""); // it does not come back
        1
    };
    let Ok(child) = process::spawn(&mut load) else { return USAGE };
    let _ = wait::reap(child.pid); // how it ended is no matter
    // Since the kernel died it prints everything, which takes longer than all the rest.
    let level = file::open(c"/proc/sys/kernel/printk", Mode::Write);
    let messages = file::open(c"/dev/kmsg", Mode::Write);
    let (Ok(level), Ok(messages)) = (level, messages) else { return USAGE };
    let _ = file::write(&level, b"1"); // it is as good without
    // One processor for both, and no event that would tell that PID 1 has listened: it needs far
    // less than this, and a test that goes on for an hour has far more.
    let _ = wait::poll(&mut [], Some(Span::from_ms(200))); // that is all
    for _ in 0..1_000 {
        let _ = file::write(&messages, &[b'.'; 900]); // a ring of 128 to 512 KiB is full then
    }
    0
}

/// A process that waits for a frozen file system: the kernel finds it hanging, after the second
/// that it is told to be patient (kernel.hung_task_timeout_secs).
pub fn stuck() -> u8 {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let Ok(root) = rustix::fs::open(c"/", flags, rustix::fs::Mode::empty()) else { return USAGE };
    if !tell::<FREEZE>(&root) {
        return USAGE;
    }
    let waits = process::clone_into(nsinit::model::NamespaceSet::default());
    match waits {
        Ok(process::Side::Child) => {
            let _ = file::make_directory(c"/made-when-thawed"); // it waits here
            process::exit(0)
        }
        Ok(process::Side::Parent(_)) => {}
        Err(_) => return USAGE,
    }
    let is_found = is_said(b" blocked for more than ");
    match tell::<THAW>(&root) && is_found {
        true => 0,
        false => USAGE,
    }
}

/// FIFREEZE or FITHAW of linux/fs.h; whether it was done.
fn tell<const WHAT: ioctl::Opcode>(root: &OwnedFd) -> bool {
    // SAFETY: neither takes an argument.
    let request = unsafe { ioctl::NoArg::<WHAT>::new() };
    // SAFETY: as above.
    unsafe { ioctl::ioctl(root, request) }.is_ok()
}

/// PID 1 runs no more: it is frozen, in a cgroup of its own.
pub fn freeze() -> u8 {
    let _ = file::make_directory(c"/sys/fs/cgroup/frozen"); // what follows fails then
    for (path, text) in [
        (c"/sys/fs/cgroup/frozen/cgroup.procs", b"1"),
        (c"/sys/fs/cgroup/frozen/cgroup.freeze", b"1"),
    ] {
        let Ok(target) = file::open(path, Mode::Write) else { return USAGE };
        if file::write(&target, text).is_err() {
            return USAGE;
        }
    }
    loop {
        let _ = wait::poll(&mut [], None); // for ever
    }
}

/// Leaves a kernel in memory, for who ends this one: kexec_file_load(2).
pub fn kexec(words: Words<'_>) -> u8 {
    let mut words = words.iter();
    let mut next = || words.next().unwrap_or_default();
    let (kernel, initramfs, line) = (next(), next(), next());
    let open = |path| file::open(path, Mode::Read);
    let (Ok(kernel), Ok(initramfs)) = (open(kernel), open(initramfs)) else { return USAGE };
    let number = linux_raw_sys::general::__NR_kexec_file_load as usize;
    // They are open until the end of this.
    let [first, second] = [&kernel, &initramfs].map(|file| file.number().unsigned_abs() as usize);
    let line = line.to_bytes_with_nul();
    let arguments = [first, second, line.len(), line.as_ptr() as usize, 0, 0];
    // SAFETY: two descriptors, a text with its length, NUL included, and no flags.
    match unsafe { arch::syscall6(number, arguments) } {
        0 => 0,
        other => {
            super::say(format_args!("kexec_file_load: {}", other));
            USAGE
        }
    }
}

/// Waits until the kernel says something with these words in it.
fn is_said(words: &[u8]) -> bool {
    let Ok(messages) = file::open(c"/dev/kmsg", Mode::Read) else { return false };
    let mut record = [0u8; 8192];
    while let Ok(len) = file::read(&messages, &mut record) {
        if record.get(..len).is_some_and(|text| text.windows(words.len()).any(|part| part == words))
        {
            return true;
        }
    }
    false
}

/// `_IOWR('X', 119, int)`
const FREEZE: ioctl::Opcode = 0xc004_5877;
/// `_IOWR('X', 120, int)`
const THAW: ioctl::Opcode = 0xc004_5878;
