//! What the machine is to be asked, for what was asked of us.

use super::Mode;
use crate::model::IdKind;
use crate::spec::{Spec, Tie};

/// Which facts a spec needs beyond those that cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// The capabilities: whether we may create namespaces as we are.
    pub capabilities: bool,
    /// The clocks: whether they can be shifted as asked.
    pub clocks: bool,
    /// Filters of system calls: whether the kernel has them.
    pub filters: bool,
    /// Landlock: which version the kernel has.
    pub landlock: bool,
    /// Our PID: whether orphans come to us by themselves.
    pub pid: bool,
    /// Our standard output: whether it is a terminal, for a /dev/console.
    pub console: bool,
    /// Our user namespace: whether it is the machine's first one, where root may make devices.
    pub user: bool,
    /// Our cgroup, and where one can be made for us.
    pub cgroups: bool,
    /// Which ids we may map: those of our own user namespace, and of /etc/subuid and /etc/subgid.
    pub ids: bool,
    /// Our terminal: the kernel's init has none.
    pub terminal: bool,
    /// How many namespaces are to be joined: whether they are namespaces, of what kind, and ours.
    pub joins: usize,
    /// The place where namespaces are to be kept: whether anything is there.
    pub keeping: bool,
    /// Our root: whether it is an initramfs.
    pub root: bool,
    /// The descriptors that tie us to whoever started us: for what each is open.
    pub ties: [Option<u16>; Tie::COUNT],
    /// How many descriptors gave words, before anything else was read.
    pub given: usize,
}

impl Questions {
    /// The questions of a spec.
    pub fn of(mode: Mode, spec: &Spec<'_>) -> Self {
        let is_run = mode.is_run();
        Self {
            capabilities: is_run || super::confine::asks_capabilities(spec),
            clocks: spec.boottime.is_some() || spec.monotonic.is_some(),
            filters: super::filter::asks_filter(spec),
            landlock: super::landlock::is_asked(spec),
            pid: !is_run && !mode.is_init(),
            console: is_run && super::root::has_dev(spec),
            user: is_run && super::root::is_asked(spec),
            cgroups: is_run && spec.has_cgroups(),
            ids: is_run && IdKind::ALL.into_iter().any(|kind| spec.has_map(kind)),
            terminal: !mode.is_init(),
            joins: if is_run { spec.join.joins.len() } else { 0 },
            keeping: is_run && spec.join.persist.is_some(),
            root: mode.is_init() && spec.machine.root.source.is_some(),
            ties: Tie::ALL.map(|tie| spec.ties.get(tie).map(|said| said.value)),
            given: spec.ties.given,
        }
    }
}
