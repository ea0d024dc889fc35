//! The acts of the kernel's init alone: how a machine is set up, and how it is left.
//!
//! /proc is not among the mounts: what is asked stands in /proc/cmdline, so that it is mounted
//! before there is a plan.

use core::ffi::CStr;

use super::confine::{Confinement, Inside};
use super::order::Kind;
use super::{Act, Actor, Facts, Filters, Plan, Reason, Refusal, Setting};
use crate::model::{Down, FailOn, Farewell, ReportTo, Sysctl};
use crate::spec::{MachineSpec, Origin, Said, Spec};
use crate::text::{Quoted, Show, Sink, Words, put};

/// A file system of the kernel, and where it is mounted.
#[derive(Debug, PartialEq, Eq)]
pub struct Early {
    /// Its type.
    pub kind: &'static CStr,
    /// Where.
    pub target: &'static CStr,
    /// Whether nothing in it is executed.
    pub is_noexec: bool,
    /// Whether there are no devices in it.
    pub is_nodev: bool,
    /// Its own options.
    pub options: &'static CStr,
    /// Whether a kernel without it is an ordinary one.
    pub is_optional: bool,
}

const fn early(kind: &'static CStr, target: &'static CStr, options: &'static CStr) -> Early {
    Early { kind, target, is_noexec: true, is_nodev: true, options, is_optional: false }
}

/// What is mounted, in this order; as systemd does it, with tty as group 5, which every
/// distribution has.
pub const EARLY: [Early; 10] = [
    Early { is_noexec: false, is_nodev: false, ..early(c"devtmpfs", c"/dev", c"mode=0755") },
    early(c"sysfs", c"/sys", c""),
    Early { is_nodev: false, ..early(c"devpts", c"/dev/pts", c"mode=0620,gid=5,ptmxmode=0666") },
    Early { is_noexec: false, ..early(c"tmpfs", c"/dev/shm", c"mode=1777") },
    Early { is_optional: true, ..early(c"mqueue", c"/dev/mqueue", c"") },
    Early { is_noexec: false, ..early(c"tmpfs", c"/run", c"mode=0755") },
    Early { is_noexec: false, ..early(c"tmpfs", c"/tmp", c"mode=1777") },
    early(c"cgroup2", c"/sys/fs/cgroup", c"nsdelegate"),
    Early { is_optional: true, ..early(c"securityfs", c"/sys/kernel/security", c"") },
    Early { is_optional: true, ..early(c"tracefs", c"/sys/kernel/tracing", c"") },
];

/// What is done to a machine.
#[derive(Clone, Copy, Debug)]
pub enum MachineAct<'a> {
    /// A file system of the kernel is mounted.
    Mount(&'static Early),
    /// /dev/fd, /dev/stdin, /dev/stdout and /dev/stderr.
    LinkDescriptors,
    /// A kernel module, and what it needs.
    LoadModule(&'a CStr),
    /// A setting of the kernel.
    SetSysctl(Sysctl<'a>),
    /// The virtio port of our name, when there is one.
    OpenPort,
    /// Every process but us is ended.
    KillAll,
    /// What is not written yet is written to the disks.
    Sync,
    /// The console, the port and others are told how it ended.
    Report {
        /// The word that the console's line is known by.
        nonce: &'a CStr,
        /// Who is told besides.
        to: &'a [Said<ReportTo<'a>>],
        /// Which trouble of the kernel counts as a failure.
        fail_on: FailOn,
    },
    /// File systems are unmounted, or remounted read-only, the last one first.
    Unmount,
    /// A device of QEMU is told, which ends the machine at once.
    EndBy(ReportTo<'a>),
    /// The machine goes down.
    GoDown(Down),
    /// This program becomes PID 1.
    Become(Words<'a>),
}

impl MachineAct<'_> {
    /// As [`Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Mount(_) => "mkdirat|statx|mount?|mount?",
            Self::LinkDescriptors => "symlinkat|symlinkat|symlinkat|symlinkat",
            Self::LoadModule(_) => "faccessat?|openat*|read*|uname*|finit_module*|close*",
            Self::SetSysctl(_) => "openat|write|close",
            Self::OpenPort => "openat*|getdents64*|read*|close*|ppoll*",
            Self::KillAll => "kill|wait4*|ppoll*",
            Self::Sync => "sync",
            Self::Report { .. } => {
                "openat*|read*|clock_gettime*|ppoll*|write+|ioctl*|socket*|connect*|close*"
            }
            Self::Unmount => "openat*|read*|close*|umount2*|mount*",
            Self::EndBy(ReportTo::IsaDebugExit(_)) => "ioperm",
            Self::EndBy(_) => "openat*|read*|getdents64*|clock_gettime*|ppoll*|write?|close*",
            Self::GoDown(_) => "faccessat*|reboot+",
            Self::Become(_) => "rt_sigaction|rt_sigprocmask|execve+",
        }
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Mount(_) => Kind::MountEarly,
            Self::LinkDescriptors => Kind::LinkDescriptors,
            Self::LoadModule(_) => Kind::LoadModule,
            Self::SetSysctl(_) => Kind::SetSysctl,
            Self::OpenPort => Kind::OpenPort,
            Self::KillAll => Kind::KillAll,
            Self::Sync => Kind::Sync,
            Self::Report { .. } => Kind::Report,
            Self::Unmount => Kind::Unmount,
            Self::EndBy(_) | Self::GoDown(_) | Self::Become(_) => Kind::Leave,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match *self {
            Self::Mount(early) => {
                put!(out, "nosuid");
                put!(out, if early.is_nodev { ",nodev" } else { "" });
                put!(out, if early.is_noexec { ",noexec" } else { "" });
                put!(out, if early.options.is_empty() { "" } else { "," });
                out.put(early.options.to_bytes());
            }
            Self::OpenPort => put!(out, ReportTo::PORT),
            Self::Report { to, .. } => {
                put!(out, "console, ", ReportTo::PORT);
                for to in to {
                    put!(out, ", ", to.value);
                }
            }
            Self::GoDown(down) => {
                put!(out, "else");
                let next = |down: &Down| down.fallback();
                for (index, down) in core::iter::successors(down.fallback(), next).enumerate() {
                    put!(out, if index == 0 { " " } else { ", " }, down);
                }
            }
            Self::LinkDescriptors
            | Self::LoadModule(_)
            | Self::SetSysctl(_)
            | Self::KillAll
            | Self::Sync
            | Self::Unmount
            | Self::EndBy(_)
            | Self::Become(_) => {}
        }
    }
}

impl Show for MachineAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Mount(early) => {
                put!(out, "mount ");
                out.put(early.kind.to_bytes());
                put!(out, " on ", Quoted(early.target.to_bytes()));
            }
            Self::LinkDescriptors => put!(out, "link \"/dev/fd\", \"/dev/stdin\" and the others"),
            Self::LoadModule(name) => put!(out, "load module ", Quoted(name.to_bytes())),
            Self::SetSysctl(sysctl) => {
                put!(out, "set sysctl ");
                out.put(sysctl.name());
                put!(out, " to ", Quoted(sysctl.value()));
            }
            Self::OpenPort => put!(out, "open the port for the report"),
            Self::KillAll => put!(out, "kill every other process"),
            Self::Sync => put!(out, "sync"),
            Self::Report { .. } => put!(out, "report how it ended"),
            Self::Unmount => put!(out, "unmount, the last first, or remount read-only"),
            Self::EndBy(to) => put!(out, "end by ", to),
            Self::GoDown(down) => put!(out, "go down by ", down),
            Self::Become(command) => {
                put!(out, "become");
                for word in command.iter() {
                    put!(out, " ", Quoted(word.to_bytes()));
                }
            }
        }
    }
}

/// The kernel's init: the machine is set up by its PID 1, and left by it.
#[inline(never)] // of no other start
pub(super) fn resolve_init<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
) -> Result<Setting<'a>, Refusal<'a>> {
    super::resolve::refuse_run_keys(spec, false)?;
    plan.is_pid1 = true;
    let inner = Actor::Inner;
    super::resolve::push_reaping(inner, facts, plan);
    for early in &EARLY {
        push(inner, Origin::Default, MachineAct::Mount(early), plan);
    }
    push(inner, Origin::Default, MachineAct::LinkDescriptors, plan);
    let machine = &spec.machine;
    for Said { value, origin } in &machine.modules {
        push(inner, *origin, MachineAct::LoadModule(value), plan);
    }
    push(inner, Origin::Default, MachineAct::OpenPort, plan);
    for Said { value, origin } in &machine.sysctl {
        push(inner, *origin, MachineAct::SetSysctl(*value), plan);
    }
    if let Some(said) = spec.hostname {
        plan.push(inner, said.origin, Act::SetHostname(said.value));
    }
    if let Some(said) = spec.domainname {
        plan.push(inner, said.origin, Act::SetDomainname(said.value));
    }
    if spec.net.loopback.is_none_or(|said| said.value) {
        let origin = spec.net.loopback.map_or(Origin::Default, |said| said.origin);
        plan.push(inner, origin, Act::LoopbackUp);
    }
    super::notify::push_sockets(facts, plan);
    super::resolve::push_message(spec, plan);
    plan.push(inner, Origin::Default, Act::WatchSignals);
    Ok(Setting {
        cgroups: None,
        deny_setgroups: false,
        has_pid_namespace: true,
        no_new_privs: spec.no_new_privs.filter(|said| said.value).map(|said| said.origin),
        filters: Filters::NONE,
        inside: Inside::as_we_are(facts),
        confinement: Confinement::NONE,
    })
}

/// The steps after everything else, which are there even where nothing else could be decided.
#[inline(never)] // as above
pub fn push_last<'a>(machine: &'a MachineSpec<'_>, plan: &mut Plan<'a>) {
    let last = Actor::Last;
    push(last, Origin::Default, MachineAct::KillAll, plan);
    push(last, Origin::Default, MachineAct::Sync, plan);
    let report = MachineAct::Report {
        nonce: machine.nonce.map_or(c"-", |said| said.value),
        to: &machine.report,
        fail_on: machine.fail_on.map(|said| said.value).unwrap_or_default(),
    };
    push(last, machine.report.first().map_or(Origin::Default, |said| said.origin), report, plan);
    if matches!(machine.farewell(), Farewell::Down(_)) {
        push(last, Origin::Default, MachineAct::Unmount, plan);
    }
    for Said { value, origin } in &machine.report {
        if matches!(value, ReportTo::IsaDebugExit(_) | ReportTo::Testdev) {
            push(last, *origin, MachineAct::EndBy(*value), plan);
        }
    }
    let origin = machine.farewell.map_or(Origin::Default, |said| said.origin);
    let farewell = match machine.farewell() {
        Farewell::Down(down) => MachineAct::GoDown(down),
        Farewell::Exec(words) => MachineAct::Become(words),
    };
    push(last, origin, farewell, plan);
}

fn push<'a>(actor: Actor, origin: Origin, act: MachineAct<'a>, plan: &mut Plan<'a>) {
    plan.push(actor, origin, Act::Machine(act));
}

/// Refuses the keys of `[init]` where we are not the kernel's.
pub(super) fn refuse_init_keys<'a>(spec: &'a Spec<'_>) -> Result<(), Refusal<'a>> {
    match spec.machine.first() {
        Some((origin, key)) => {
            Err(Refusal { origin, said: key.as_bytes(), reason: Reason::InitOnly })
        }
        None => Ok(()),
    }
}
