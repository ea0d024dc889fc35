//! What this machine allows, tried rather than derived: plain values, of which `cli` makes words.
//!
//! Versions of kernels say little: what they have can be left out, forbidden by a setting, taken
//! away by a security module or a filter around us. So a child does what `run` would do
//! ([`Trial`]), and files are read only for what cannot be tried without leaving something.

mod cgroup;
mod ids;
mod steps;
mod trial;

use core::ffi::CStr;

use super::inspect::{self, Memory};
use super::probe::{self, Blocked, number_in};
use super::{mountinfo, network};
use crate::model::{Errno, Namespace, NamespaceSet};
use crate::plan::{Facts, Questions, Survey, capability};
use crate::sys::file::{self, Mode};
use crate::sys::start::Start;
use crate::sys::{available, caps, uts};
use crate::text::Buffer;

pub use cgroup::Cgroup;
pub use ids::Ids;
use steps::Who;
pub use trial::{Probe, Trial, Trials};

/// One kind of namespaces.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Which.
    pub kind: Namespace,
    /// How many /proc/sys/user allows.
    pub limit: Option<u64>,
    /// How many there are that we see.
    pub in_use: u32,
    /// Whether a new one was had.
    pub made: Trial,
    /// Why not.
    pub blocked: Blocked,
}

/// Actions of a seccomp filter (seccomp(2)), by the names and numbers of linux/seccomp.h.
pub const ACTIONS: [(&str, u32); 7] = [
    ("kill", 0x8000_0000),
    ("trap", 0x0003_0000),
    ("errno", 0x0005_0000),
    ("user_notif", 0x7fc0_0000),
    ("trace", 0x7ff0_0000),
    ("log", 0x7ffc_0000),
    ("allow", 0x7fff_0000),
];

/// What was found out.
pub struct Machine {
    /// The kernel's version, major and minor.
    pub kernel: (u16, u16),
    /// Our effective user id.
    pub uid: u32,
    /// Whether we may make namespaces as we are.
    pub has_privilege: bool,
    /// Whether we may make and move interfaces as we are.
    pub has_network_privilege: bool,
    /// Whether there is a /proc.
    pub has_proc: bool,
    /// How everything went that was tried.
    pub trials: Trials,
    /// The eight kinds, in the order of namespaces(7).
    pub kinds: [Kind; 8],
    /// How many parts of /proc are covered by other mounts, and the first of them.
    pub covered: u32,
    /// The first of them.
    pub first_covered: Buffer<64>,
    /// Cgroups, version 2.
    pub cgroup: Cgroup,
    /// Ranges of ids for ordinary users, and who writes them.
    pub ids: Ids,
    /// The pasta(1) that would be started.
    pub pasta: Option<&'static CStr>,
    /// The version of Landlock.
    pub landlock: Result<usize, Errno>,
    /// The actions that a filter may return: bit N is the Nth of `ACTIONS`.
    pub actions: u8,
    /// Whether a filter is around us already (proc_pid_status(5), Seccomp).
    pub is_filtered: bool,
    /// dev.tty.legacy_tiocsti, since Linux 6.2.
    pub tiocsti: Option<u64>,
    /// kernel.yama.ptrace_scope; nothing without Yama.
    pub ptrace_scope: Option<u64>,
    /// The profile of a security module that we run under.
    pub profile: Buffer<128>,
}

/// Looks at the machine.
#[inline(never)] // its buffers would lie in the frame of every verb
pub fn look(start: &Start, memory: &mut Memory, survey: &mut Survey) -> Machine {
    let capabilities = caps::get().map_or(0, |sets| sets.effective.bits());
    let facts = Facts { uid: start.uid, capabilities, ..Facts::default() };
    let has_privilege = facts.has(capability::SYS_ADMIN);
    let questions = Questions { ids: true, ..Questions::default() };
    super::survey(questions, None, &facts, survey);
    let who = Who { uid: start.uid, gid: start.gid, needs_user: !has_privilege };
    let mut trials = Trials::default();
    trial::in_child(&mut trials, &|out| steps::sandbox(out, who));
    if has_privilege {
        trial::in_child(&mut trials, &|out| steps::user(out, who, &|| {}));
    }
    trial::in_child(&mut trials, &|out| steps::pidfds(out));
    if cfg!(feature = "net") {
        trials.set(Probe::Tun, Trial::of(file::open(c"/dev/net/tun", Mode::ReadWrite)));
    }
    let mut covered = (0u32, Buffer::new());
    covered_parts(memory.listing(), &mut covered);
    let cgroup = cgroup::look(memory.listing(), start.random);
    trials.set(Probe::OwnCgroup, cgroup.own);
    let kinds = kinds(&facts, &trials, memory);
    let mut actions = 0;
    for (bit, (_, action)) in ACTIONS.into_iter().enumerate() {
        actions |= u8::from(available::seccomp_action(action).is_ok()) << bit;
    }
    let mut status = [0; 4096];
    let status = super::files::status_of(&"self", &mut status).unwrap_or_default();
    Machine {
        kernel: uts::kernel_version(),
        uid: start.uid,
        has_privilege,
        has_network_privilege: facts.has(capability::NET_ADMIN | capability::SYS_ADMIN),
        has_proc: file::open(c"/proc/self/ns", Mode::Directory).is_ok(),
        trials,
        kinds,
        covered: covered.0,
        first_covered: covered.1,
        cgroup,
        ids: ids::look(survey),
        pasta: if cfg!(feature = "net") { network::pasta() } else { None },
        landlock: available::landlock_version(),
        actions,
        is_filtered: has_line(status, b"Seccomp:\t2"),
        tiocsti: number_in("/proc/sys/dev/tty/legacy_tiocsti"),
        ptrace_scope: number_in("/proc/sys/kernel/yama/ptrace_scope"),
        profile: profile(),
    }
}

/// Whether a text has this line.
fn has_line(text: &[u8], line: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').any(|own| own == line)
}

/// The eight kinds: how many there may be and are, and whether another one was had.
fn kinds(facts: &Facts, trials: &Trials, memory: &mut Memory) -> [Kind; 8] {
    let mut in_use = [0u32; 8];
    if let Ok((table, _)) = inspect::search(memory) {
        for (kind, count) in Namespace::ALL.into_iter().zip(&mut in_use) {
            let number = table.iter().filter(|entry| entry.kind == kind).count();
            *count = u32::try_from(number).unwrap_or(u32::MAX);
        }
    }
    let has_privilege = facts.has(capability::SYS_ADMIN);
    let mut counts = in_use.into_iter();
    Namespace::ALL.map(|kind| {
        let made = trials.get(probe_of(kind));
        // An ordinary user gets none without a user namespace, so what forbids that forbids all.
        let also = if has_privilege { NamespaceSet::empty() } else { NamespaceSet::USER };
        let blocked = match made {
            Trial::Refused(errno) => probe::why_blocked(also.with(kind), errno, facts),
            Trial::Works | Trial::Untried => Blocked::Unknown,
        };
        let in_use = counts.next().unwrap_or(0);
        Kind { kind, limit: number_in(kind.limit_file()), in_use, made, blocked }
    })
}

/// What tries this kind.
const fn probe_of(kind: Namespace) -> Probe {
    match kind {
        Namespace::Cgroup => Probe::Cgroup,
        Namespace::Ipc => Probe::Ipc,
        Namespace::Net => Probe::Net,
        Namespace::Mnt => Probe::Mnt,
        Namespace::Pid => Probe::Pid,
        Namespace::Time => Probe::Time,
        Namespace::User => Probe::User,
        Namespace::Uts => Probe::Uts,
    }
}

/// The mounts below /proc, which keep a fresh one from ordinary users (fs/namespace.c,
/// `mount_too_revealing`): all but those that the kernel expects there.
fn covered_parts(buffer: &mut [u8], found: &mut (u32, Buffer<64>)) {
    const EXPECTED: [&[u8]; 1] = [b"/proc/sys/fs/binfmt_misc"];
    let Ok(source) = file::open(c"/proc/self/mountinfo", Mode::Read) else { return };
    mountinfo::each_line(&source, buffer, &mut |line| {
        let target = mountinfo::parse(line).map(|mounted| mounted.target).unwrap_or_default();
        if target.starts_with(b"/proc/") && !EXPECTED.contains(&target) {
            if found.0 == 0 {
                crate::text::Sink::put(&mut found.1, target);
            }
            found.0 = found.0.saturating_add(1);
        }
    });
}

/// The profile that a security module has us under, such as `docker-default (enforce)`
/// (proc_pid_attr(5)); nothing for "unconfined" and for modules without profiles.
fn profile() -> Buffer<128> {
    let mut text = [0; 127];
    let mut profile = Buffer::new();
    let head = super::files::head_of(c"/proc/self/attr/current", &mut text).unwrap_or_default();
    let name = head.split(|byte| matches!(byte, b'\n' | 0)).next().unwrap_or_default();
    if name != b"unconfined" {
        crate::text::Sink::put(&mut profile, name);
    }
    profile
}
