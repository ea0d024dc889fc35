//! The acts of the kernel's init: a machine is set up, and left.
//!
//! Nothing here ends the process or gives up: what cannot be done is told, and the next thing is
//! tried. The end of PID 1 would be a panic of the kernel (kernel/exit.c, `do_exit`).

mod aside;
mod console;
mod identity;
mod kernel;
mod leave;
mod modules;
mod mounts;
pub(super) mod notes;
mod port;
mod report;
mod root;
mod trouble;
mod watchdog;

use super::files::write_whole;
use super::hands::Hands;
use super::trouble::{Trouble, plain};
use crate::limits::PATH_MAX;
use crate::model::{Down, Ended, Errno, Moment, Signal, Sysctl};
use crate::plan::{MachineAct, Plan};
use crate::supervisor::News;
use crate::sys::{Fd, file, namespace};
use crate::text::{Buffer, Sink, put};

use kernel::{has_proc, is_kernels_init, now_us};
use notes::Notes;

pub use kernel::command_line;
pub use leave::{leave, leave_at_once};
pub use trouble::Heard;

/// Whether nothing says that we are in a container. What is asked changes nothing and is refused to
/// nobody; [`begin`] then makes sure.
pub fn is_in_no_container() -> bool {
    /// The PID namespace of the machine itself (linux/nsfs.h, PID_NS_INIT_INO).
    const FIRST: u64 = 0xEFFF_FFFC;
    !has_proc() || namespace::inode_at(c"/proc/self/ns/pid") == Ok(FIRST)
}

/// Begins as the kernel's init: a console, and /proc, in which stands what is asked. `None` when we
/// are not the kernel's init.
#[inline(never)] // of no other start
pub fn begin() -> Option<Hands> {
    let first_us = now_us();
    if !is_kernels_init() {
        return None;
    }
    console::open();
    // Whoever was here before us may have been another initramfs, and left more than this.
    let is_fresh = kernel::mount_proc();
    let machine = Notes { first_us, is_fresh, ..Notes::default() };
    Some(Hands { machine, ..Hands::default() })
}

/// Carries out one act of the set-up; those of the end are `leave`'s.
#[inline(never)] // of no other start
pub(super) fn perform(act: &MachineAct<'_>, notes: &mut Notes) -> Result<(), Trouble> {
    match *act {
        MachineAct::Mount(early) => mounts::mount(early, notes.is_fresh).map_err(plain),
        MachineAct::WatchKernel => {
            notes.kernel = Some(trouble::open().map_err(plain)?);
            Ok(())
        }
        MachineAct::LinkDescriptors => link_descriptors().map_err(plain),
        MachineAct::LoadModule(name) => modules::load(name),
        MachineAct::SetSysctl(sysctl) => set_sysctl(sysctl),
        MachineAct::OpenPort => {
            notes.port = port::find(crate::model::ReportTo::PORT);
            Ok(())
        }
        MachineAct::MountRoot(root, source) => root::mount(root, source),
        MachineAct::CoverRoot => root::cover(),
        MachineAct::EnterRoot => root::enter(),
        MachineAct::SetClock(clock, config) => identity::set_clock(clock, config),
        MachineAct::SetMachineId(from) => identity::set_machine_id(from),
        MachineAct::FeedWatchdog(path, timeout) => {
            let watchdog = watchdog::Watchdog::open(path, timeout).map_err(plain)?;
            notes.watchdog = Some(watchdog);
            Ok(())
        }
        MachineAct::KillAll
        | MachineAct::FeedLast(_)
        | MachineAct::Sync
        | MachineAct::Report { .. }
        | MachineAct::Unmount
        | MachineAct::EndBy(_)
        | MachineAct::GoDown(_)
        | MachineAct::Become(_) => Ok(()),
    }
}

/// What programs expect below /dev (devtmpfs has none of it).
fn link_descriptors() -> Result<(), Errno> {
    let links = [
        (c"/proc/self/fd", c"/dev/fd"),
        (c"/proc/self/fd/0", c"/dev/stdin"),
        (c"/proc/self/fd/1", c"/dev/stdout"),
        (c"/proc/self/fd/2", c"/dev/stderr"),
    ];
    let mut result = Ok(());
    for (target, path) in links {
        match file::make_link(target, path) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => result = Err(errno),
        }
    }
    result
}

/// Writes one file below /proc/sys.
#[inline(never)] // its path would lie in the frame of every act
fn set_sysctl(sysctl: Sysctl<'_>) -> Result<(), Trouble> {
    let mut path = Buffer::<{ PATH_MAX }>::new();
    put!(&mut path, "/proc/sys/");
    for byte in sysctl.path() {
        path.put(&[byte]);
    }
    write_whole(path.path().unwrap_or_default(), sysctl.value())
}

/// What the kernel says in trouble goes here.
pub fn hear_into(heard: &'static mut Heard, hands: &mut Hands) {
    hands.machine.heard = Some(heard);
}

/// Where the kernel's messages come from, as long as we are its init.
pub(super) const fn messages(notes: &Notes) -> Option<&Fd> {
    if cfg!(feature = "init") { notes.kernel.as_ref() } else { None }
}

/// Hears what the kernel has said, and tells the host at once of the first trouble: the kernel may
/// not live as long as its workload.
#[inline(never)] // of no other start
pub(super) fn listen(notes: &mut Notes) {
    if !cfg!(feature = "init") {
        return;
    }
    if let (Some(source), Some(heard)) = (&notes.kernel, notes.heard.as_deref_mut())
        && trouble::listen(source, heard)
    {
        report::trouble(notes);
    }
}

/// When the watchdog is to be fed, where we have one.
pub(super) fn next_feed(notes: &Notes) -> Option<Moment> {
    if !cfg!(feature = "init") {
        return None;
    }
    notes.watchdog.as_ref().map(watchdog::Watchdog::next)
}

/// Feeds the watchdog, when it is time.
#[inline(never)] // of no other start
pub(super) fn feed(notes: &mut Notes, now: Moment) {
    if !cfg!(feature = "init") {
        return;
    }
    if let Some(watchdog) = &mut notes.watchdog {
        watchdog.feed(now);
    }
}

/// A signal came for the kernel's init: TERM when it asks for the machine's end, which is noted.
#[inline(never)] // of no other start
pub(super) fn arrived(signal: Signal, notes: &mut Notes) -> Option<Signal> {
    let down = Down::of_signal(signal)?;
    notes.down = Some(down);
    Some(Signal::TERM)
}

/// Notes what is news of the main service, and tells the host when that is ready.
#[inline(never)] // of no other start
pub(super) fn noticed(plan: &Plan<'_>, notes: &mut Notes, news: News) {
    let is_main = |id| plan.service(id).is_some_and(|service| service.policy.is_main);
    match news {
        News::Started { id } if is_main(id) => {
            notes.workload_us = notes.workload_us.or_else(|| Some(now_us()));
            notes.is_given_up = false;
        }
        News::Ready { id } if is_main(id) && !notes.is_ready => {
            notes.is_ready = true;
            report::ready(notes);
        }
        News::Ended { id, end, .. } if is_main(id) && !notes.is_given_up => {
            notes.ended = Ended::of(end)
        }
        News::NotStarted { id, .. } if is_main(id) => notes.ended = Ended::NotStarted,
        News::GaveUp { id, .. }
        | News::CannotStart { id, .. }
        | News::NotReady { id, .. }
        | News::Hung { id, .. }
            if is_main(id) =>
        {
            notes.ended = Ended::GaveUp;
            notes.is_given_up = true;
        }
        // Whoever is stopped before it ran was not started.
        News::Stopping if notes.ended == Ended::InitFailed => notes.ended = Ended::NotStarted,
        News::Started { .. }
        | News::Ready { .. }
        | News::NotReady { .. }
        | News::Hung { .. }
        | News::Leaves { .. }
        | News::PreStopKilled { .. }
        | News::ReloadKilled { .. }
        | News::NotStarted { .. }
        | News::Ended { .. }
        | News::Restarting { .. }
        | News::GaveUp { .. }
        | News::CannotStart { .. }
        | News::Killed { .. }
        | News::Stopping => {}
    }
}
