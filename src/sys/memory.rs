//! Our own memory: madvise(2), prctl(2); and that of a copy of us: process_vm_readv(2).

use core::ops::Range;
use core::sync::atomic::AtomicU16;

use linux_raw_sys::general as raw;

use super::call::{call, check};
use super::start::Start;
use crate::model::Errno;

/// Bytes of the stack below us that are given back at most: deeper than anything of ours reaches.
const DEPTH: usize = 256 * 1024;
/// A page of both our machines; where pages are larger, less is given back.
const PAGE: usize = 4096;
/// Bytes below a local variable of ours that may still be in use: the rest of its frame, which has
/// some dozen, and what the ABI keeps below the stack pointer (128 bytes).
const IN_USE: usize = 512;

/// madvise(2), MADV_DONTNEED: gives back the stack below the caller, which deeper calls have used
/// and left. It is zero when it is used again.
///
/// # Errors
/// EINVAL where pages are larger than 4 KiB and nothing whole lies below.
#[inline(never)] // its own frame ends above what is given back
pub fn forget_stack_below() -> Result<(), Errno> {
    let here = core::hint::black_box(0u8);
    let end = (&raw const here as usize).saturating_sub(IN_USE) & !(PAGE - 1);
    let start = end.saturating_sub(DEPTH);
    // SAFETY: nothing is alive below what is in use; the stack grows down into this range, so it is
    // a part of it, or not mapped yet (ENOMEM).
    unsafe { forget(start..end) }
}

/// madvise(2), MADV_DONTNEED: gives back code and constants of ours that are not used while we
/// wait. They come back from the file when they are.
///
/// # Errors
/// EINVAL where pages are larger than 4 KiB and the range does not begin with one.
pub fn forget_code(start: &Start) -> Result<(), Errno> {
    // SAFETY: nothing in this range is ever written, which `Start::read` was promised.
    unsafe { forget(start.cold.clone()) }
}

/// Gives back what a range of our memory holds.
///
/// # Safety
/// Nothing in it that was written is needed again.
unsafe fn forget(Range { start, end }: Range<usize>) -> Result<(), Errno> {
    let len = end.saturating_sub(start);
    // SAFETY: the caller's promise; what is not mapped is left alone.
    let ret = unsafe { call!(madvise, start, len, raw::MADV_DONTNEED as usize) };
    match check(ret) {
        // A part is not mapped (the stack has not grown so far, there is a gap between segments);
        // what is has been given back (madvise(2), ENOMEM).
        Ok(_) | Err(Errno::ENOMEM) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// process_vm_readv(2): the number that a copy of us, made by clone(2), has where we have `ours`.
///
/// # Errors
/// EPERM for a process that we may not trace, ESRCH for one that has ended.
pub fn same_in(pid: i32, ours: &AtomicU16) -> Result<u16, Errno> {
    let mut bytes = [0u8; 2];
    let to = raw::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: 2 };
    let from = raw::iovec { iov_base: ours.as_ptr().cast(), iov_len: 2 };
    let (to, from) = (core::ptr::from_ref(&to) as usize, core::ptr::from_ref(&from) as usize);
    let pid = pid.cast_unsigned() as usize;
    // SAFETY: the kernel writes two bytes into `bytes`; what it reads is another process's.
    let len = check(unsafe { call!(process_vm_readv, pid, to, 1, from, 1, 0) })?;
    if len == 2 { Ok(u16::from_ne_bytes(bytes)) } else { Err(Errno::EIO) }
}

/// prctl(2), PR_SET_MDWE, since Linux 6.3: from now on nothing becomes executable that can be
/// written or could be before, in us and in what comes from us.
///
/// # Errors
/// EINVAL on older kernels.
pub fn deny_write() -> Result<(), Errno> {
    let refuse = linux_raw_sys::prctl::PR_MDWE_REFUSE_EXEC_GAIN as usize;
    // SAFETY: integers in; the three arguments that are not used must be zero.
    let ret = unsafe { call!(prctl, linux_raw_sys::prctl::PR_SET_MDWE as usize, refuse, 0, 0, 0) };
    check(ret).map(|_| ())
}
