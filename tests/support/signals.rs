//! Signals without libc's opinions: glibc hides 32 and 33, the kernel knows 64.

use std::mem::MaybeUninit;

/// A signal set as the kernel has it: signal N is bit N-1.
pub const fn bit(number: i32) -> u64 {
    1 << (number - 1)
}

/// rt_sigprocmask(2): blocks exactly these.
pub fn set_mask(mask: u64) {
    // SAFETY: the kernel reads eight bytes and writes nothing.
    let ret = unsafe {
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const mask, 0usize, 8)
    };
    assert_eq!(ret, 0);
}

/// Blocks everything.
pub fn block_all() {
    set_mask(u64::MAX);
}

/// rt_sigaction(2): a signal does nothing.
pub fn ignore(number: i32) {
    set_disposition(number, libc::SIG_IGN);
}

/// Every signal as it is after boot: none blocked, none ignored.
pub fn reset() {
    (1..=64).for_each(|number| set_disposition(number, libc::SIG_DFL));
    set_mask(0);
}

/// KILL and STOP cannot be changed, and need not be.
fn set_disposition(number: i32, handler: usize) {
    let action = [handler, 0, 0, 0]; // handler, flags, then restorer and mask, or mask
    // SAFETY: the kernel reads a struct of at most four words.
    unsafe { libc::syscall(libc::SYS_rt_sigaction, number, action.as_ptr(), 0usize, 8) };
}

/// kill(2)
pub fn kill(pid: i32, number: i32) -> i32 {
    // SAFETY: two integers in.
    unsafe { libc::kill(pid, number) }
}

/// rt_sigqueueinfo(2): a signal with a value, as sigqueue(3) sends it.
pub fn queue(pid: i32, number: i32, value: usize) {
    let mut info = [0usize; 16]; // siginfo_t: signo and errno, code, pid and uid, value
    info[0] = usize::try_from(number).unwrap();
    info[1] = 0xffff_ffff; // SI_QUEUE
    info[3] = value;
    // SAFETY: the kernel reads 128 bytes of `info`.
    let ret = unsafe { libc::syscall(libc::SYS_rt_sigqueueinfo, pid, number, info.as_ptr()) };
    assert_eq!(ret, 0, "signal {number}: {}", std::io::Error::last_os_error());
}

/// A signal that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub number: i32,
    /// si_code: -1 is SI_QUEUE, 0 SI_USER.
    pub code: i32,
    pub value: usize,
}

impl Received {
    /// rt_sigtimedwait(2): the next signal; all must be blocked.
    pub fn next() -> Self {
        let (all, mut info) = (u64::MAX, MaybeUninit::<[usize; 16]>::zeroed());
        let (call, at) = (libc::SYS_rt_sigtimedwait, info.as_mut_ptr());
        loop {
            // SAFETY: the kernel reads eight bytes of `all` and writes 128 into `info`.
            let number = unsafe { libc::syscall(call, &raw const all, at, 0usize, 8) };
            if let Ok(number @ 1..) = i32::try_from(number) {
                // SAFETY: zeroed, and filled by the kernel.
                let info = unsafe { info.assume_init() };
                let code = i32::from_ne_bytes(info[1].to_ne_bytes()[..4].try_into().unwrap());
                let value = if code == -1 { info[3] } else { 0 };
                return Self { number, code, value };
            }
        }
    }
}

/// fork(2), in a process of one thread.
pub fn fork() -> i32 {
    // SAFETY: the witness has one thread.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork: {}", std::io::Error::last_os_error());
    pid
}

/// Waits for every child that we have.
pub fn wait_for_children() {
    // SAFETY: no status is asked for.
    while unsafe { libc::wait(std::ptr::null_mut()) } > 0 {}
}
