//! The acts of the kernel's init alone: how a machine is set up, and how it is left.
//!
//! /proc is not among the mounts: what is asked stands in /proc/cmdline, so that it is mounted
//! before there is a plan.

mod early;
mod order;
mod steps;

use core::ffi::CStr;

use super::kinds::Kind;
use crate::limits::WATCHDOG_LAST_S;
use crate::model::{Down, FailOn, MachineIdFrom, ReportTo, RootSource, Span, Sysctl, WallClock};
use crate::spec::{Said, SwitchRoot};
use crate::text::{Quoted, Show, Sink, Words, put};

pub use early::{EARLY, Early};
pub(super) use order::RULES;
pub use steps::push_last;
pub(super) use steps::{refuse_init_keys, resolve_init};

/// Why a machine will not be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineReason {
    /// How long a watchdog waits, and none to be fed.
    NoWatchdog,
    /// How a root is mounted, and none to be mounted.
    NoRoot,
    /// A root by what is written in it.
    RootByContents,
    /// A root of no device, and no type.
    RootWithoutType,
    /// A root, and no initramfs to be left for it.
    NoInitramfs,
}

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
    /// The kernel's messages are read from now on.
    WatchKernel,
    /// A root file system is mounted beside the initramfs.
    MountRoot(&'a SwitchRoot<'a>, RootSource<'a>),
    /// What is written to it goes to memory.
    CoverRoot,
    /// It becomes the root, and the initramfs is emptied.
    EnterRoot,
    /// The time of day, not earlier than the file was written.
    SetClock(WallClock, Option<&'a CStr>),
    /// The machine's name for programs.
    SetMachineId(MachineIdFrom),
    /// A watchdog, which is fed from now on, and how long it waits.
    FeedWatchdog(&'a CStr, Option<Span>),
    /// The watchdog waits for the end of the machine alone, where a reset is what comes next when
    /// this way down cannot be; else it waits no more.
    FeedLast(Option<Down>),
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
    /// As [`crate::plan::Act::calls`].
    pub const fn calls(&self) -> &'static str {
        match self {
            Self::Mount(_) => "mkdirat|statx?|mount?|mount?",
            Self::LinkDescriptors => "symlinkat|symlinkat|symlinkat|symlinkat",
            Self::LoadModule(_) => "faccessat?|openat*|read*|uname*|finit_module*|close*",
            Self::SetSysctl(_) => "openat|write|close",
            Self::OpenPort => "openat*|getdents64*|read*|close*|ppoll*",
            Self::WatchKernel => "openat",
            Self::MountRoot(_, RootSource::Tag(_)) => "mkdirat|mount+",
            Self::MountRoot(..) => {
                "socket|bind?|clock_gettime|faccessat*|openat*|getdents64*|read*|close*|ppoll*|\
                 mkdirat|mount+"
            }
            Self::CoverRoot => {
                "mkdirat+|mount|mkdirat|mkdirat|mount|umount2|umount2|openat|move_mount|close"
            }
            Self::EnterRoot => {
                "openat|openat|statx*|mkdirat*|openat2*|move_mount*|umount2*|fchdir|move_mount|\
                 chroot|fchdir|getdents64*|unlinkat*|openat*|statx*|close*"
            }
            Self::SetClock(WallClock::At(_), _) => "clock_settime",
            Self::SetClock(WallClock::Rtc, _) => {
                "statx?|openat|read|close|clock_gettime?|clock_settime?"
            }
            Self::SetMachineId(_) => "openat*|read*|close*|fchmod?|write?|faccessat?|mount?",
            Self::FeedWatchdog(..) => "openat|ioctl|write?|ioctl?|clock_gettime?|close?",
            Self::FeedLast(_) => "ioctl*|write?|close?",
            Self::KillAll => "rt_sigaction|kill|wait4*|ppoll*|faccessat|mkdirat?|mount?|prlimit64",
            Self::Sync => "clone3|sync|openat+|read+|close+|wait4+|ppoll*",
            Self::Report { .. } => {
                "openat*|read*|clock_gettime*|ppoll*|pwritev2*|write+|ioctl*|socket*|connect*|\
                 close*"
            }
            Self::Unmount => {
                "close*|openat*|read*|close*|clone3+|swapoff*|umount2*|mount*|wait4+|\
                 ppoll*"
            }
            Self::EndBy(ReportTo::IsaDebugExit(_)) => "ioperm",
            Self::EndBy(ReportTo::Semihosting) => "clone3",
            Self::EndBy(_) => {
                "openat*|read*|getdents64*|clock_gettime*|ppoll*|pwritev2?|write?|close*"
            }
            Self::GoDown(_) => "faccessat*|reboot+",
            Self::Become(_) => {
                "rt_sigprocmask?|execve*|pwritev2*|write*|close*|faccessat*|openat*|read*|clone3*|\
                 swapoff*|umount2*|mount*|wait4*|ppoll*|reboot*"
            }
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
            Self::WatchKernel => Kind::WatchKernel,
            Self::MountRoot(..) => Kind::MountRoot,
            Self::CoverRoot => Kind::CoverRoot,
            Self::EnterRoot => Kind::LeaveInitramfs,
            Self::SetClock(..) => Kind::SetClock,
            Self::SetMachineId(_) => Kind::SetMachineId,
            Self::FeedWatchdog(..) => Kind::FeedWatchdog,
            Self::FeedLast(_) => Kind::FeedLast,
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
            Self::MountRoot(root, _) => show_root(root, out),
            Self::SetClock(WallClock::Rtc, _) => put!(out, "not before 2026, nor before the file"),
            Self::SetMachineId(MachineIdFrom::Said(_)) => {}
            Self::SetMachineId(_) => put!(out, "unless it has one"),
            Self::FeedWatchdog(_, timeout) => match timeout {
                Some(span) => put!(out, "waits ", span),
                None => put!(out, "waits as long as it is set to"),
            },
            Self::FeedLast(down) if down.is_some_and(Down::may_be_a_reset) => {
                put!(out, "waits ", Span::from_s(WATCHDOG_LAST_S.into()), ", or is disarmed");
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
            | Self::WatchKernel
            | Self::CoverRoot
            | Self::EnterRoot
            | Self::SetClock(WallClock::At(_), _)
            | Self::FeedLast(_)
            | Self::KillAll
            | Self::Sync
            | Self::Unmount
            | Self::EndBy(_)
            | Self::Become(_) => {}
        }
    }
}

/// How a root is mounted.
fn show_root(root: &SwitchRoot<'_>, out: &mut dyn Sink) {
    let is = |said: Option<Said<bool>>| said.is_some_and(|said| said.value);
    put!(out, if is(root.is_writable) && !is(root.is_volatile) { "rw" } else { "ro" });
    for said in [root.kind, root.options].into_iter().flatten() {
        put!(out, ", ");
        out.put(said.value.to_bytes());
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
            Self::WatchKernel => put!(out, "watch the kernel's messages"),
            Self::MountRoot(_, source) => put!(out, "mount the root ", source),
            Self::CoverRoot => put!(out, "lay memory over the root"),
            Self::EnterRoot => put!(out, "enter the root, and empty the initramfs"),
            Self::SetClock(clock, _) => put!(out, "set the clock to ", clock),
            Self::SetMachineId(from) => put!(out, "set the machine-id: ", from),
            Self::FeedWatchdog(path, _) => {
                put!(out, "feed the watchdog ", Quoted(path.to_bytes()));
            }
            Self::FeedLast(down) if down.is_some_and(Down::may_be_a_reset) => {
                put!(out, "feed the watchdog for the last time");
            }
            Self::FeedLast(_) => put!(out, "disarm the watchdog"),
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
