//! What we ask the kernel whose init we may be.

use crate::engine::files::head_of;
use crate::model::{Clock, Errno};
use crate::sys::file::{self, Mode};
use crate::sys::{clock, machine, mount, process};
use crate::text::units;

/// Microseconds from the kernel's entry.
pub(super) fn now_us() -> u64 {
    clock::now_ns(Clock::Monotonic).unsigned_abs() / 1_000
}

/// Whether we are the kernel's init, found out by a call that succeeds for no other process; from
/// then on Ctrl-Alt-Del is a signal. A container's PID 1 gets EINVAL or EPERM.
pub(super) fn is_kernels_init() -> bool {
    process::pid() == 1 && machine::catch_ctrl_alt_del().is_ok()
}

/// Whether /proc is mounted: then somebody was here before us.
pub(super) fn has_proc() -> bool {
    file::access(c"/proc/self", false).is_ok()
}

/// Mounts /proc where it is not; whether it was not, as far as it can be made.
pub(super) fn mount_proc() -> bool {
    let is_missing = !has_proc();
    if is_missing {
        let _ = file::make_directory(c"/proc"); // it may be there
        let _ = mount::mount_proc(c"/proc"); // what is missing then is told when it is read
    }
    is_missing
}

/// The sum of these counters of the kernel (proc_vmstat(5)); what it does not have is zero.
#[inline(never)] // its buffer would lie in the frame of its callers
pub(super) fn counted(names: &[&str]) -> u64 {
    let mut buffer = [0u8; 8192];
    let text = head_of(c"/proc/vmstat", &mut buffer).unwrap_or_default();
    let numbers = text.split(|byte| *byte == b'\n').filter_map(|line| {
        let (name, number) = line.split_at_checked(line.iter().position(|byte| *byte == b' ')?)?;
        let is_meant = names.iter().any(|meant| meant.as_bytes() == name);
        units::unsigned(number.get(1..)?, u64::MAX).ok().filter(|_| is_meant)
    });
    numbers.fold(0, u64::wrapping_add)
}

/// The kernel's command line.
///
/// # Errors
/// ENOENT without /proc, E2BIG when it is longer than `buffer`.
pub fn command_line(buffer: &mut [u8]) -> Result<&[u8], Errno> {
    let source = file::open(c"/proc/cmdline", Mode::Read)?;
    let mut len = 0;
    loop {
        let room = buffer.get_mut(len..).unwrap_or_default();
        if room.is_empty() {
            return Err(Errno::E2BIG);
        }
        match file::read(&source, room)? {
            0 => return Ok(buffer.get(..len).unwrap_or_default()),
            more => len = len.saturating_add(more),
        }
    }
}
