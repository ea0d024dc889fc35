//! The filter that `default` means: what programs of today live with.
//!
//! Known calls are allowed, but for those below, each group with its reason; unknown ones do not
//! exist (ENOSYS), so that a program takes the way that it has for older kernels. Refused is what a
//! container's process has no business with: what changes the machine or its clock, what leads out
//! of the sandbox or into a new one, and interfaces whose only users are privileged, or whose
//! defects were the way out. (What a filter is good for, and what not, says
//! Documentation/userspace-api/seccomp_filter.rst.) An error is the one that the kernel itself
//! gives where the thing is switched off, because that is what programs are prepared for.
//!
//! `ptrace`, `process_vm_readv` and their like are allowed: they reach nobody outside, whose memory
//! the kernel protects by itself, and since Linux 4.8 a tracer cannot lead a call past a filter
//! (seccomp(2)). PID 1 is none that can be traced, which is its own doing.

use super::policy::{Compare, Rule};
use super::{Action, Condition, Instruction, Policy, Tell, Verdict, compile};
use crate::limits::{CALLS_MAX, FILTER_INSTRUCTIONS_MAX};
use crate::model::Errno;
use crate::model::syscalls::{Machine, NATIVE};

/// The calls that are refused, in groups.
const REFUSED: [&str; 11] = [
    // The tree of mounts: new ones cover what was covered for a reason (CVE-2022-0492, and every
    // file system's code for its images).
    "mount|umount2|pivot_root|open_tree|open_tree_attr|move_mount|fsopen|fsconfig|fsmount|fspick|\
     mount_setattr",
    // Other namespaces. What clone(2) and unshare(2) make is looked at below.
    "setns|listns",
    // The machine itself, its names and its clock, which no time namespace has.
    "reboot|kexec_load|kexec_file_load|init_module|finit_module|delete_module|create_module|\
     get_kernel_syms|query_module|swapon|swapoff|acct|sethostname|setdomainname|settimeofday|\
     clock_settime|clock_adjtime|adjtimex|quotactl|quotactl_fd|nfsservctl|vhangup|_sysctl|syslog",
    // Ports, and tables of the processor.
    "ioperm|iopl|modify_ldt",
    // Keyrings are not namespaced: they would be the invoker's (keyrings(7)).
    "add_key|request_key|keyctl",
    // Programs in the kernel, and what watches it: kernel.unprivileged_bpf_disabled and
    // kernel.perf_event_paranoid refuse most of it, too.
    "bpf|perf_event_open|lookup_dcookie|kcmp",
    // A ring of calls that no filter sees; kernel.io_uring_disabled gives EPERM, too
    // (CVE-2023-2598, CVE-2024-0582).
    "io_uring_setup|io_uring_enter|io_uring_register",
    // Page faults that user code answers hold the kernel still where an attack wants it;
    // vm.unprivileged_userfaultfd gives EPERM, too.
    "userfaultfd",
    // Files by number, past every directory (CVE-2014-3519), and all events of a mount.
    "open_by_handle_at|fanotify_init|fanotify_mark",
    // Pages of other processes, and what security modules say of us.
    "move_pages|migrate_pages|lsm_set_self_attr",
    // Left over from other times; no C library has them.
    "getpmsg|putpmsg|afs_syscall|tuxcall|security|uselib|ustat|sysfs",
];

/// CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET (linux/sched.h).
const NEW_NAMESPACES: u64 = 0x7e02_0000;
/// CLONE_NEWTIME, which only unshare(2) and clone3(2) take; in clone(2) it lies in the signal.
const NEW_TIME: u64 = 0x80;

/// What an `int` or an `unsigned int` is for the kernel: the lower half of its register. The upper
/// one may be anything, and whoever compares it is led past (CVE-2019-10063).
const INT: u64 = 0xffff_ffff;

const EPERM: Action = Action::Errno(Errno::EPERM);

/// AF_UNIX, AF_INET and AF_INET6 (linux/socket.h): the families programs talk in. Others load
/// modules that hardly anybody maintains, or lead past the network namespace, as AF_VSOCK does.
const FAMILIES: [u64; 3] = [1, 2, 10];
/// AF_NETLINK, of which NETLINK_ROUTE alone is everybody's: getifaddrs(3) asks there.
const NETLINK: u64 = 16;
const NETLINK_ROUTE: u64 = 0;

/// TIOCSTI types into the terminal, TIOCLINUX pastes (ioctl_tty(2), ioctl_console(2)): both as if
/// the person at it had (CVE-2017-5226, CVE-2023-28100).
const FORGERIES: [u64; 2] = [0x5412, 0x541c];

/// PER_LINUX32, UNAME26 and ADDR_NO_RANDOMIZE (linux/personality.h): what setarch(1) and debuggers
/// set. READ_IMPLIES_EXEC and the other systems' are what is left.
const PERSONALITIES: u64 = 0x0008 | 0x0002_0000 | 0x0004_0000;

const fn is(argument: u8, mask: u64, value: u64) -> Condition {
    Condition { argument, compare: Compare::Equal, mask, value }
}

/// The default filter of a machine.
#[allow(clippy::indexing_slicing)] // by the compiler alone
pub(super) const fn policy(machine: &Machine) -> Policy {
    let mut policy = Policy::new();
    let mut number = 0;
    while (number as usize) < CALLS_MAX {
        if machine.has_name(number) {
            policy.set(number, Action::Allow);
        }
        number += 1;
    }
    let mut group = 0;
    while group < REFUSED.len() {
        set_all(&mut policy, machine, REFUSED[group], EPERM);
        group += 1;
    }
    // Its flags lie in memory, where no filter can look. glibc, for one, goes on with clone(2).
    set_all(&mut policy, machine, "clone3", Action::Errno(Errno::ENOSYS));
    rule(&mut policy, machine, "clone", EPERM, &[is(0, NEW_NAMESPACES, 0)]);
    rule(&mut policy, machine, "unshare", EPERM, &[is(0, NEW_NAMESPACES | NEW_TIME, 0)]);
    let no_family = Action::Errno(Errno::EAFNOSUPPORT);
    let mut family = 0;
    set_all(&mut policy, machine, "socket", no_family);
    let route = [is(0, INT, NETLINK), is(2, INT, NETLINK_ROUTE)];
    also(&mut policy, machine, "socket", Action::Allow, &route);
    while family < FAMILIES.len() {
        also(&mut policy, machine, "socket", Action::Allow, &[is(0, INT, FAMILIES[family])]);
        family += 1;
    }
    rule(&mut policy, machine, "socketpair", no_family, &[is(0, INT, FAMILIES[0])]);
    let mut forgery = 0;
    while forgery < FORGERIES.len() {
        also(&mut policy, machine, "ioctl", EPERM, &[is(1, INT, FORGERIES[forgery])]);
        forgery += 1;
    }
    rule(&mut policy, machine, "personality", EPERM, &[is(0, INT & !PERSONALITIES, 0)]);
    also(&mut policy, machine, "personality", Action::Allow, &[is(0, INT, INT)]); // which it is
    policy.set_others(EPERM);
    policy.set_unknown(Action::Errno(Errno::ENOSYS));
    policy
}

/// The same of every call in a list.
#[allow(clippy::indexing_slicing)] // by the compiler alone
pub(super) const fn set_all(policy: &mut Policy, machine: &Machine, list: &str, action: Action) {
    let mut start = 0;
    while start < list.len() {
        let mut end = start;
        while end < list.len() && list.as_bytes()[end] != b'|' {
            end += 1;
        }
        if let Some(number) = machine.listed(list, start, end) {
            policy.set(number, action);
        }
        start = end + 1;
    }
}

/// Allowed if, else this.
const fn rule(policy: &mut Policy, machine: &Machine, call: &str, no: Action, ifs: &[Condition]) {
    set_all(policy, machine, call, no);
    also(policy, machine, call, Action::Allow, ifs);
}

/// One more rule.
#[allow(clippy::panic)] // by the compiler alone
const fn also(policy: &mut Policy, machine: &Machine, call: &str, then: Action, ifs: &[Condition]) {
    if let Some(number) = machine.listed(call, 0, call.len())
        && !policy.add(number, ifs, then)
    {
        panic!("more rules than there is room for");
    }
}

const POLICY: Policy = policy(&NATIVE);
const RULES: usize = POLICY.rules_len as usize;
const CONDITIONS: usize = POLICY.conditions_len as usize;

/// What of [`POLICY`] is in the binary, for [`include_default`].
static VERDICTS: [Verdict; CALLS_MAX] = POLICY.verdicts;
static OWN_RULES: [Rule; RULES] = first(&POLICY.rules);
static OWN_CONDITIONS: [Condition; CONDITIONS] = first(&POLICY.conditions);

/// The beginning of a list.
#[allow(clippy::indexing_slicing)] // by the compiler alone
const fn first<T: Copy, const N: usize>(list: &[T]) -> [T; N] {
    let mut own = [list[0]; N];
    let mut at = 0;
    while at < N {
        own[at] = list[at];
        at += 1;
    }
    own
}

/// The program of the default filter, and where in its room it begins.
const COMPILED: ([Instruction; FILTER_INSTRUCTIONS_MAX], usize) = {
    let mut room = [Instruction::NONE; FILTER_INSTRUCTIONS_MAX];
    match compile(&POLICY, &NATIVE, Tell::Nothing, &[], &mut room) {
        Some(start) => (room, start),
        None => (room, 0),
    }
};
const LEN: usize = FILTER_INSTRUCTIONS_MAX - COMPILED.1;

/// The program of the default filter, for the machine we are built for.
pub static DEFAULT_PROGRAM: [Instruction; LEN] = first(COMPILED.0.split_at(COMPILED.1).1);

/// Says all that the default filter says. `false` when there is no room for its rules.
pub fn include_default(policy: &mut Policy) -> bool {
    let (rules, conditions) = (policy.rules_len, policy.conditions_len);
    let has_rules = room(&mut policy.rules, &mut policy.rules_len, &OWN_RULES, |rule| Rule {
        first: rule.first.saturating_add(conditions),
        then: rule.then.moved(rules),
        otherwise: rule.otherwise.moved(rules),
        ..rule
    });
    let own = &mut policy.conditions_len;
    let has_conditions = room(&mut policy.conditions, own, &OWN_CONDITIONS, |condition| condition);
    for (verdict, own) in policy.verdicts.iter_mut().zip(VERDICTS) {
        if own != Verdict::NOTHING {
            *verdict = own.moved(rules);
        }
    }
    policy.others = POLICY.others;
    policy.unknown = POLICY.unknown;
    has_rules && has_conditions
}

/// Puts copies behind what is in a list.
fn room<T: Copy>(list: &mut [T], len: &mut u16, own: &[T], copy: impl Fn(T) -> T) -> bool {
    let free = list.get_mut(usize::from(*len)..).unwrap_or_default();
    if free.len() < own.len() {
        return false;
    }
    free.iter_mut().zip(own).for_each(|(place, own)| *place = copy(*own));
    *len = len.saturating_add(u16::try_from(own.len()).unwrap_or_default());
    true
}
