//! How the machine is left: the last steps of the plan, and what is tried when they fail.
//!
//! ```text
//! kill ─ sync ─ report ─ unmount ─ go down ─┬─ the machine is gone
//!                                           └─ (it is not) ─ the next way ─ … ─ halt, for ever
//! ```

use super::aside::aside;
use super::kernel::{command_line, is_kernels_init, mount_proc, now_us};
use super::notes::Notes;
use super::port::pause;
use super::{mounts, port, report};
use crate::engine::account::Login;
use crate::engine::execute::{self, Command};
use crate::engine::hands::Hands;
use crate::limits::KERNEL_LINE_MAX;
use crate::model::{Down, Ended, Errno, FailOn, ReportTo, Rlimit, Signal, Span, code};
use crate::plan::{Act, Actor, MachineAct, Plan};
use crate::spec::cmdline;
use crate::sys::signal::{self, Change, Disposition};
use crate::sys::start::Start;
use crate::sys::{arch, file, ids, machine, process, wait};
use crate::text::{Buffer, Words, put};

/// How long processes that were killed are waited for: one that waits for a disk that does not
/// answer cannot die.
const KILL_ROUNDS_MAX: usize = 2_000;
const KILL_PAUSE: Span = Span::from_ms(1);

/// Leaves the machine by the plan's last steps; `exit_code` is told as ours.
#[inline(never)] // of no other start
pub fn leave(plan: &Plan<'_>, start: &Start, hands: &mut Hands, exit_code: u8) -> ! {
    let mut exit_code = exit_code;
    for (_, step) in plan.steps_of(Actor::Last) {
        let Act::Machine(act) = step.act else { continue };
        let notes = &mut hands.machine;
        match act {
            MachineAct::FeedLast(down) => {
                let is_guarded = notes.down.or(down).is_some_and(Down::may_be_a_reset);
                let watchdog = notes.watchdog.take();
                notes.watchdog = watchdog.and_then(|watchdog| watchdog.feed_last(is_guarded));
            }
            MachineAct::KillAll => {
                kill_all();
                // What is asked there until the end, somebody may have taken away.
                let _ = mount_proc();
                raise_limit();
            }
            MachineAct::Sync => sync(notes),
            MachineAct::Report { nonce, to, fail_on } => {
                exit_code = report::end(notes, exit_code, nonce, to, fail_on);
            }
            MachineAct::Unmount => unmount(hands),
            MachineAct::EndBy(to) => end_by(to, exit_code),
            MachineAct::GoDown(down) => go_down(notes.down.unwrap_or(down)),
            MachineAct::Become(words) => {
                let down = notes.down.unwrap_or_else(|| become_program(words, start));
                unmount(hands); // which nobody else will do now
                go_down(down);
            }
            // Steps of the beginning.
            MachineAct::Mount(_)
            | MachineAct::LinkDescriptors
            | MachineAct::LoadModule(_)
            | MachineAct::SetSysctl(_)
            | MachineAct::WatchKernel
            | MachineAct::MountRoot(..)
            | MachineAct::CoverRoot
            | MachineAct::EnterRoot
            | MachineAct::SetClock(..)
            | MachineAct::SetMachineId(_)
            | MachineAct::FeedWatchdog(..)
            | MachineAct::OpenPort => {}
        }
    }
    go_down(hands.machine.down.unwrap_or_default())
}

/// Nothing is written to the disks any more.
fn unmount(hands: &mut Hands) {
    // A file that is open for writing keeps its file system from being unmounted.
    if let Some(room) = &mut hands.room {
        room.close_logs();
    }
    mounts::unmount_all(&mut hands.machine);
}

/// A defect of ours, from the panic handler: what can be said is said, and the machine left. It
/// comes back at once where we are not the kernel's init.
#[inline(never)] // of no start at all
pub fn leave_at_once() {
    if !is_kernels_init() {
        return;
    }
    let mut buffer = [0u8; KERNEL_LINE_MAX];
    let line = command_line(&mut buffer).unwrap_or_default();
    let mut nonce = Buffer::<64>::new();
    put!(&mut nonce, cmdline::value(line, b"nsinit.nonce").and_then(text).unwrap_or("-"));
    let farewell = cmdline::value(line, b"nsinit.farewell");
    let down = Down::ALL.into_iter().find(|down| Some(down.name().as_bytes()) == farewell);
    let mut notes = Notes { first_us: now_us(), ended: Ended::InitFailed, ..Notes::default() };
    wait_for_children();
    sync(&mut notes);
    let nonce = nonce.path().unwrap_or(c"-");
    let _ = report::end(&mut notes, code::FAILED, nonce, &[], FailOn::Never); // it is ours
    go_down(down.unwrap_or_default())
}

/// Everything that was written reaches its disk.
fn sync(notes: &mut Notes) {
    let _ = aside("sync", None, notes, &mut || {
        machine::sync();
        true
    }); // told there
}

fn text(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

/// Ends every process but us, and waits until they are gone.
fn kill_all() {
    wait_for_children();
    let _ = signal::kill(-1, Signal::KILL); // nobody left is what we want
    for _ in 0..KILL_ROUNDS_MAX {
        loop {
            match wait::reap_any() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return, // ECHILD: nobody is left
            }
        }
        pause(KILL_PAUSE);
    }
}

/// The kernel reaps nobody any more: how a child ended is asked, and whoever becomes PID 1 expects
/// it so.
fn wait_for_children() {
    let _ = signal::set_disposition(Signal::CHLD, Disposition::Default); // it cannot fail
}

/// From here on we open files, also where everybody has few: as many as the kernel gives its init
/// (include/asm-generic/resource.h, INIT_RLIMITS).
fn raise_limit() {
    if let Ok(limit) = Rlimit::parse(b"nofile=1024:4096") {
        let _ = ids::set_rlimit(limit); // without CAP_SYS_RESOURCE it stays as it is
    }
}

/// Tells a device of QEMU, which ends QEMU. Where it does not, the next step does.
fn end_by(to: ReportTo<'_>, exit_code: u8) {
    match to {
        ReportTo::IsaDebugExit(number) => {
            let _ = arch::write_port(number, exit_code); // see above
        }
        ReportTo::Testdev => {
            let mut text = Buffer::<8>::new();
            put!(&mut text, exit_code, "q");
            if let Some(port) = port::find(ReportTo::TESTDEV) {
                let _ = port::write(&port, text.text().unwrap_or_default()); // see above
                pause(Span::from_ms(100)); // QEMU ends when it has read it
            }
        }
        ReportTo::Semihosting => {
            // In a process of its own: where nobody listens it is the last that the process does.
            let mut exit = || {
                arch::exit_by_semihosting(exit_code);
                0
            };
            let _ = process::spawn(&mut exit); // see above
        }
        ReportTo::Path(_) | ReportTo::Vsock { .. } => {}
    }
}

/// Another program becomes PID 1. Where it cannot be, the machine goes down in this way.
fn become_program(words: Words<'_>, start: &Start) -> Down {
    let _ = signal::change_mask(Change::Set, start.mask); // it cannot fail with these arguments
    let login = Login::default();
    let command = Command {
        words,
        argv0: None,
        env: &[],
        file_env: Words::default(),
        is_env_clear: false,
        login,
    };
    let (errno, _) = execute::execute(command, start);
    let _ = signal::change_mask(Change::Block, crate::model::SignalSet::ALL);
    not_become(words, errno);
    Down::default()
}

#[inline(never)] // of no other end
fn not_become(words: Words<'_>, errno: Errno) {
    let mut line = Buffer::<512>::new();
    let program = words.first().unwrap_or_default();
    put!(&mut line, "init: become ", crate::text::Quoted(program.to_bytes()), ": ", errno);
    put!(&mut line, ", so the machine goes down\n");
    let console = crate::sys::Fd::inherited(2);
    let _ = port::write(&console, line.text().unwrap_or_default()); // nobody else could be told
}

/// The machine goes down, in this way or the next; at last we stand still.
fn go_down(how: Down) -> ! {
    let mut how = if can(how) { Some(how) } else { how.fallback() };
    while let Some(now) = how {
        let _ = machine::go_down(now); // when it comes back, the next way is tried
        how = now.fallback();
    }
    loop {
        pause(Span::from_s(3_600));
    }
}

/// Whether the machine can be left in this way, as far as that can be known. Without ACPI and
/// without a device tree nothing switches the power off, and the kernel would stand still
/// (kernel/reboot.c, `kernel_can_power_off`).
fn can(how: Down) -> bool {
    let is_there = |path| file::access(path, false).is_ok();
    let is_dark = is_there(c"/sys/firmware")
        && !is_there(c"/sys/firmware/acpi")
        && !is_there(c"/sys/firmware/devicetree");
    how != Down::Poweroff || !is_dark
}
