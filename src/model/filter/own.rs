//! What our own supervisor may call when nothing is started any more: its loop, what it looks up in
//! /proc, and the end.
//!
//! `tests/filters/lock.rs` holds this list against that of the calls of the loop,
//! `tests/ring/loops.rs`. What is not here fails, and nothing more: a workload is not lost because
//! a supervisor does what nobody foresaw.

use super::default::set_all;
use super::{Action, Compare, Condition, Instruction, Policy, Tell, compile};
use crate::limits::FILTER_INSTRUCTIONS_MAX;
use crate::model::Errno;
use crate::model::syscalls::{Machine, NATIVE};

/// Calls whose arguments do not matter: on descriptors that we have, about our children, about the
/// time, about our own memory and signals; and those by which we are asked how we are.
const CALLS: &str = "ppoll|read|pread64|recvmsg|sendmsg|write|pwritev2|close|close_range|\
                     getdents64|fstatfs|faccessat|wait4|waitid|kill|pidfd_send_signal|\
                     rt_sigqueueinfo|rt_sigaction|rt_sigprocmask|rt_sigreturn|signalfd4|\
                     restart_syscall|clock_gettime|getpid|getppid|getpgid|madvise|munmap|\
                     exit_group|accept4|getsockopt|setsockopt|pidfd_open";

/// What turns a log over.
const FILES: &str = "renameat2|unlinkat|statx|ftruncate";

/// What is asked of a pidfd (PIDFD_GET_INFO), of a terminal (TCGETS, TIOCGPGRP, TIOCSPGRP), and of
/// a filter that asks us (SECCOMP_IOCTL_NOTIF_RECV and _SEND).
const REQUESTS: [u64; 6] = [0xc048_ff0b, 0x5401, 0x540f, 0x5410, 0xc050_2100, 0xc018_2101];

/// F_SETOWN_EX and F_GETOWN_EX: whose the foreground of a terminal is.
const COMMANDS: [u64; 2] = [15, 16];

/// PR_SET_DUMPABLE, before we end by a signal.
const OPTION: u64 = 4;

/// CLONE_VM, CLONE_VFORK, CLONE_PIDFD and SIGCHLD: a child that ends at once, whose number is the
/// newest. Where there is no /proc that is how a subreaper finds who is left.
const CHILD: u64 = 0x5111;

/// What makes an open(2) more than a look: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC.
const WRITING: u64 = 0o1103;

/// The halves of arguments that the kernel reads.
const INT: u64 = 0xffff_ffff;

const fn is(argument: u8, mask: u64, value: u64) -> [Condition; 1] {
    [Condition { argument, compare: Compare::Equal, mask, value }]
}

/// The policy; with `writes` files may be made and written, too.
#[allow(clippy::indexing_slicing, clippy::panic)] // by the compiler alone
pub(super) const fn policy(machine: &Machine, writes: bool) -> Policy {
    let mut policy = Policy::new();
    policy.set_others(Action::Errno(Errno::EPERM));
    policy.set_unknown(Action::Errno(Errno::ENOSYS));
    set_all(&mut policy, machine, CALLS, Action::Allow);
    let [ioctl, fcntl, prctl, openat, clone] = machine.list("ioctl|fcntl|prctl|openat|clone");
    let mut request = 0;
    let mut has_room = true;
    while request < REQUESTS.len() {
        has_room &= policy.add(ioctl, &is(1, INT, REQUESTS[request]), Action::Allow);
        request += 1;
    }
    let [note, noted] = COMMANDS;
    has_room &= policy.add(fcntl, &is(1, INT, note), Action::Allow);
    has_room &= policy.add(fcntl, &is(1, INT, noted), Action::Allow);
    has_room &= policy.add(prctl, &is(0, INT, OPTION), Action::Allow);
    has_room &= policy.add(clone, &is(0, INT, CHILD), Action::Allow);
    match writes {
        true => {
            policy.set(openat, Action::Allow);
            set_all(&mut policy, machine, FILES, Action::Allow);
        }
        false => has_room &= policy.add(openat, &is(2, WRITING, 0), Action::Allow),
    }
    if !has_room {
        panic!("more rules than there is room for");
    }
    policy
}

/// A program, and where in its room it begins.
const fn compiled(writes: bool) -> ([Instruction; FILTER_INSTRUCTIONS_MAX], usize) {
    let mut room = [Instruction::NONE; FILTER_INSTRUCTIONS_MAX];
    let policy = policy(&NATIVE, writes);
    match compile(&policy, &NATIVE, Tell::Nothing, &[], &mut room) {
        Some(start) => (room, start),
        None => (room, 0),
    }
}

/// The end of a room.
#[allow(clippy::indexing_slicing)] // by the compiler alone
const fn end<const N: usize>(room: &[Instruction], start: usize) -> [Instruction; N] {
    let mut own = [Instruction::NONE; N];
    let mut at = 0;
    while at < N {
        own[at] = room[start + at];
        at += 1;
    }
    own
}

const READING: ([Instruction; FILTER_INSTRUCTIONS_MAX], usize) = compiled(false);
const READING_LEN: usize = FILTER_INSTRUCTIONS_MAX - READING.1;
const BOTH: ([Instruction; FILTER_INSTRUCTIONS_MAX], usize) = compiled(true);
const BOTH_LEN: usize = FILTER_INSTRUCTIONS_MAX - BOTH.1;

/// The filter of a supervisor that only reads files.
pub static OWN_PROGRAM: [Instruction; READING_LEN] = end(&READING.0, READING.1);

/// The filter of one that leaves a message in a file, or writes logs.
pub static OWN_WRITING_PROGRAM: [Instruction; BOTH_LEN] = end(&BOTH.0, BOTH.1);
