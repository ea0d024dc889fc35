//! Signals: sigprocmask(2), sigaction(2), signalfd(2), kill(2), rt_sigqueueinfo(2),
//! pidfd_send_signal(2). Sets are the kernel's: 64 bits, signal N is bit N-1.

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::{Errno, Signal, SignalSet};

/// What sigprocmask(2) does with the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Blocks these as well.
    Block,
    /// Unblocks these.
    Unblock,
    /// Blocks exactly these.
    Set,
}

/// rt_sigprocmask(2): which signals wait until they are asked for.
///
/// # Errors
/// None that can happen with these arguments.
pub fn change_mask(how: Change, set: SignalSet) -> Result<(), Errno> {
    let how = match how {
        Change::Block => raw::SIG_BLOCK,
        Change::Unblock => raw::SIG_UNBLOCK,
        Change::Set => raw::SIG_SETMASK,
    };
    let bits = set.bits();
    // SAFETY: the kernel reads eight bytes of `bits`; no old set is asked for.
    let ret = unsafe { call!(rt_sigprocmask, how as usize, (&raw const bits) as usize, 0, 8) };
    check(ret).map(|_| ())
}

/// What a signal does when it is not blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Its default.
    Default,
    /// For SIGCHLD: its default, and children leave no zombie (sigaction(2), SA_NOCLDWAIT).
    NoChildWait,
    /// Nothing.
    Ignore,
}

/// SIG_IGN
const IGNORE: usize = 1;

/// The kernel's struct sigaction (uapi/asm-generic/signal.h). Both our machines have the restorer:
/// arm64 defines SA_RESTORER too, for its programs of 32 bits (uapi/asm/signal.h).
#[repr(C)]
struct Action {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: u64,
}

const _: () = assert!(
    size_of::<Action>() == size_of::<raw::kernel_sigaction>(),
    "the kernel reads and writes all of its struct"
);

/// rt_sigaction(2): sets what `signal` does; gives whether it was ignored before.
///
/// # Errors
/// EINVAL for KILL and STOP.
pub fn set_disposition(signal: Signal, disposition: Disposition) -> Result<bool, Errno> {
    let (handler, flags) = match disposition {
        Disposition::Default => (0, 0),
        Disposition::NoChildWait => (0, raw::SA_NOCLDWAIT as usize),
        Disposition::Ignore => (IGNORE, 0),
    };
    let new = Action { handler, flags, restorer: 0, mask: 0 };
    let mut old = Action { ..new };
    let number = usize::from(signal.number());
    let (new_at, old_at) = ((&raw const new) as usize, (&raw mut old) as usize);
    // SAFETY: the kernel reads one struct and writes the other; no handler means no code of ours
    // runs in a signal.
    let ret = unsafe { call!(rt_sigaction, number, new_at, old_at, 8) };
    check(ret).map(|_| old.handler == IGNORE)
}

/// rt_sigaction(2): whether `signal` is ignored.
///
/// # Errors
/// None that can happen with these arguments.
pub fn is_ignored(signal: Signal) -> Result<bool, Errno> {
    let mut old = Action { handler: 0, flags: 0, restorer: 0, mask: 0 };
    // SAFETY: the kernel writes one struct, and nothing is changed.
    let ret =
        unsafe { call!(rt_sigaction, usize::from(signal.number()), 0, (&raw mut old) as usize, 8) };
    check(ret).map(|_| old.handler == IGNORE)
}

/// signalfd(2): a descriptor that reads blocked signals of `set`; close-on-exec, does not block.
///
/// # Errors
/// EMFILE, ENFILE, ENODEV.
pub fn open_signalfd(set: SignalSet) -> Result<Fd, Errno> {
    let flags = raw::O_CLOEXEC | raw::O_NONBLOCK; // SFD_CLOEXEC, SFD_NONBLOCK are the same bits
    let new = usize::MAX;
    let bits = set.bits();
    // SAFETY: the kernel reads eight bytes of `bits`.
    let ret = unsafe { call!(signalfd4, new, (&raw const bits) as usize, 8, flags as usize) };
    check(ret).map(Fd::given)
}

/// A signal that came, as signalfd(2) gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Which one.
    pub signal: Signal,
    /// Why it was sent: 0 and below by a process, above 0 by the kernel (sigaction(2), si_code).
    pub code: i32,
    /// Who sent it, as a PID of our namespace; 0 when the sender is outside it.
    pub sender: u32,
    /// The value of a sigqueue(3).
    pub value: u64,
}

impl Received {
    /// Sent by the kernel, and it is not said why (sigaction(2)).
    const SI_KERNEL: i32 = 0x80;

    /// Whether the kernel tells of a child of ours; a CHLD that somebody sent is none of that.
    pub fn is_about_child(&self) -> bool {
        self.signal == Signal::CHLD && self.code > 0
    }

    /// Whether it is meant for `own`, the process that read it, and for nobody else: the kernel
    /// found a fault of ours, or we wrote to a pipe that nobody reads (pipe(7), SIGPIPE) or beyond
    /// our limit (SIGXFSZ), which counts as sent by ourselves.
    pub const fn is_our_own(&self, own: u32) -> bool {
        self.signal.is_fault() && self.code > 0 || self.code == 0 && self.sender == own
    }

    /// Whether it is a key's: the terminal sends these to the process group in front of it
    /// (termios(3), ISIG; SI_KERNEL of sigaction(2)).
    pub fn is_typed(&self) -> bool {
        let is_key = matches!(self.signal, Signal::INT | Signal::QUIT | Signal::TSTP);
        is_key && self.code == Self::SI_KERNEL
    }

    /// Whether somebody in our own process group reads from the terminal, or sets it up, while that
    /// has another in front of it, for which the kernel stops the group (drivers/tty/tty_jobctrl.c,
    /// `__tty_check_change`).
    pub fn is_for_foreground(&self) -> bool {
        self.code == Self::SI_KERNEL && matches!(self.signal, Signal::TTIN | Signal::TTOU)
    }

    /// The value it was queued with, when it was (SI_QUEUE of sigaction(2)).
    pub fn queued_value(&self) -> Option<u64> {
        (self.code == -1).then_some(self.value)
    }
}

/// read(2) of a signalfd: the next signal, or `None` when none waits.
///
/// # Errors
/// Those of read(2) but EAGAIN.
pub fn receive(signalfd: &Fd) -> Result<Option<Received>, Errno> {
    let mut info = [0u32; 32]; // struct signalfd_siginfo, 128 bytes (linux/signalfd.h)
    // SAFETY: the kernel writes at most 128 bytes into `info`.
    let ret = unsafe { call!(read, signalfd.arg(), (&raw mut info) as usize, 128) };
    match check(ret) {
        Ok(_) => {
            let [number, _errno, code, sender, ..] = info;
            let value = u64::from(info[12]) | u64::from(info[13]) << 32; // ssi_ptr at byte 48
            let received = |signal| Received { signal, code: code.cast_signed(), sender, value };
            Ok(Signal::new(number).map(received))
        }
        Err(Errno::EAGAIN) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// kill(2) to one process, or with a negative number to its process group; -1 is everybody we may.
///
/// # Errors
/// ESRCH when there is none, EPERM.
pub fn kill(pid: i32, signal: Signal) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(kill, pid as usize, usize::from(signal.number())) };
    check(ret).map(|_| ())
}

/// kill(2) with signal 0: whether there is such a process or group.
///
/// # Errors
/// ESRCH when there is none, EPERM.
pub fn exists(pid: i32) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(kill, pid as usize, 0) };
    check(ret).map(|_| ())
}

/// The kernel's siginfo_t of a queued signal (sigqueue(3)).
fn queued(signal: Signal, value: u64) -> [u64; 16] {
    const SI_QUEUE: u32 = 0xffff_ffff;
    let mut info = [0u64; 16]; // 128 bytes: signo, errno, code, padding, pid, uid, value
    info[0] = u64::from(signal.number());
    info[1] = u64::from(SI_QUEUE);
    info[3] = value;
    info
}

/// rt_sigqueueinfo(2): sends `signal` with the value of a sigqueue(3).
///
/// # Errors
/// ESRCH, EPERM, EAGAIN when too many are queued.
pub fn queue(pid: i32, signal: Signal, value: u64) -> Result<(), Errno> {
    let info = queued(signal, value);
    let number = usize::from(signal.number());
    // SAFETY: the kernel reads 128 bytes of `info`.
    let ret = unsafe { call!(rt_sigqueueinfo, pid as usize, number, (&raw const info) as usize) };
    check(ret).map(|_| ())
}

/// pidfd_send_signal(2): to the very process, never to one that got its number later.
///
/// # Errors
/// ESRCH when it is gone, EPERM.
pub fn send(pidfd: &Fd, signal: Signal) -> Result<(), Errno> {
    let number = usize::from(signal.number());
    // SAFETY: integers in; no siginfo is given.
    let ret = unsafe { call!(pidfd_send_signal, pidfd.arg(), number, 0, 0) };
    check(ret).map(|_| ())
}

/// pidfd_send_signal(2), PIDFD_SIGNAL_PROCESS_GROUP since Linux 6.9: to the process group that has
/// this number, with the value of a sigqueue(3).
///
/// # Errors
/// As [`send`], and EINVAL before Linux 6.9.
pub fn send_queued_to_group(pidfd: &Fd, signal: Signal, value: u64) -> Result<(), Errno> {
    const PROCESS_GROUP: usize = 1 << 2;
    send_info(pidfd, signal, value, PROCESS_GROUP)
}

/// pidfd_send_signal(2) with the value of a sigqueue(3).
///
/// # Errors
/// As [`send`], and EAGAIN when too many are queued.
pub fn send_queued(pidfd: &Fd, signal: Signal, value: u64) -> Result<(), Errno> {
    send_info(pidfd, signal, value, 0)
}

fn send_info(pidfd: &Fd, signal: Signal, value: u64, flags: usize) -> Result<(), Errno> {
    let info = queued(signal, value);
    let (number, info_at) = (usize::from(signal.number()), (&raw const info) as usize);
    // SAFETY: the kernel reads 128 bytes of `info`.
    let ret = unsafe { call!(pidfd_send_signal, pidfd.arg(), number, info_at, flags) };
    check(ret).map(|_| ())
}

/// pidfd_send_signal(2) with signal 0: whether `fd` is a pidfd whose process is there.
///
/// # Errors
/// ESRCH when it is gone, EBADF when `fd` is no pidfd, EPERM.
pub fn probe(fd: &Fd) -> Result<(), Errno> {
    // SAFETY: integers in; no siginfo is given.
    let ret = unsafe { call!(pidfd_send_signal, fd.arg(), 0, 0, 0) };
    check(ret).map(|_| ())
}
