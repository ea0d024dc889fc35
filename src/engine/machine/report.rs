//! What the host is told: that it is ready, and how it ended.

use core::ffi::CStr;

use super::kernel::{counted, now_us};
use super::notes::Notes;
use super::trouble::{self, Heard};
use super::{mounts, port};
use crate::limits::REPORT_BYTES_MAX;
use crate::model::{Ended, FailOn, Fields, Record, ReportTo, Times, code};
use crate::spec::Said;
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, pty, terminal, vsock};
use crate::text::{Buffer, put};

/// The main service is ready: that, and how long it took.
#[inline(never)] // of no other start
pub(super) fn ready(notes: &Notes) {
    let Some(port) = &notes.port else { return };
    let mut text = Buffer::<160>::new();
    put!(&mut text, "READY=1\nX_NSINIT_KERNEL_USEC=", notes.first_us);
    if let Some(at) = notes.workload_us {
        put!(&mut text, "\nX_NSINIT_INIT_USEC=", at.saturating_sub(notes.first_us));
    }
    put!(&mut text, "\n\n");
    let _ = port::write(port, text.text().unwrap_or_default()); // the console will say how it ended
}

/// The kernel is in trouble: its first words, before the end.
pub(super) fn trouble(notes: &Notes) {
    let first = notes.heard.as_deref().and_then(Heard::first);
    let (Some(port), Some(first)) = (&notes.port, first) else { return };
    for part in [b"X_NSINIT_KERNEL_TROUBLE=", first, b"\n\n"] {
        let _ = port::write(port, part); // as above
    }
}

/// The end: to the console, to the port of our name, and to whoever was asked for. Gives the exit
/// code, which trouble of the kernel may have changed.
#[inline(never)] // its buffers would lie in the frame of every end
pub(super) fn end(
    notes: &mut Notes,
    exit_code: u8,
    nonce: &CStr,
    to: &[Said<ReportTo<'_>>],
    fail_on: FailOn,
) -> u8 {
    let mut own = Heard::new(); // of a defect before there is anything else
    let heard = notes.heard.take().unwrap_or(&mut own);
    trouble::look(notes.kernel.as_ref(), heard);
    let has_failed = heard.worst().is_some_and(|worst| fail_on.fails(worst));
    let (ended, exit_code) = match (has_failed, exit_code) {
        (true, 0) => (Ended::KernelTrouble, code::FAILED),
        (true | false, own) => (notes.ended, own),
    };
    let times =
        Times { first_us: notes.first_us, workload_us: notes.workload_us, now_us: now_us() };
    // Processes that were killed because memory ran out, since Linux 4.13.
    let (oom_kills, trouble) = (counted(&["oom_kill"]), heard.first());
    let record = Record { ended, code: exit_code, times, oom_kills, trouble };
    to_console(record, nonce);
    let mut text = Buffer::<{ REPORT_BYTES_MAX }>::new();
    put!(&mut text, Fields { record, on_lines: true });
    let text = text.text().unwrap_or_default();
    if notes.port.is_none() {
        mounts::mount_for_port(); // nothing is mounted where nothing could be decided
        notes.port = port::find(ReportTo::PORT); // it may have come meanwhile
    }
    if let Some(port) = &notes.port {
        let _ = port::write(port, text); // the console has it
    }
    for to in to {
        let target = match to.value {
            ReportTo::Path(path) => file::open(path, Mode::WriteNow),
            // As sd_notify has it: messages first, and streams where there are none.
            ReportTo::Vsock { cid, port, is_stream } => {
                match vsock::connect(cid, port, is_stream) {
                    Err(_) if !is_stream => vsock::connect(cid, port, true),
                    other => other,
                }
            }
            // These end the machine.
            ReportTo::IsaDebugExit(_) | ReportTo::Testdev | ReportTo::Semihosting => continue,
        };
        if !target.is_ok_and(|target| port::write(&target, text)) {
            not_told(to.value);
        }
    }
    exit_code
}

/// One line on the console, and the time to get out of the machine.
#[inline(never)] // as above
fn to_console(record: Record<'_>, nonce: &CStr) {
    let mut line = Buffer::<{ REPORT_BYTES_MAX }>::new();
    put!(&mut line, "nsinit: verdict ", nonce.to_str().unwrap_or("-"), " ");
    put!(&mut line, Fields { record, on_lines: false });
    if line.text().is_none() {
        // Of a text that is mostly escapes: the verdict counts more.
        line = Buffer::new();
        let record = Record { trouble: Some(b"too long to be told"), ..record };
        put!(&mut line, "nsinit: verdict ", nonce.to_str().unwrap_or("-"), " ");
        put!(&mut line, Fields { record, on_lines: false });
    }
    let line = line.text().unwrap_or_default();
    // Whoever started us may have opened a terminal for that, which was hung up since: by the end
    // of a session whose it was (tty_io.c, `tty_vhangup_session`). The console never is.
    if !write_at(&Fd::inherited(2), line)
        && let Ok(console) = file::open(c"/dev/console", Mode::WriteNow)
    {
        let _ = write_at(&console, line); // nothing else could be tried
    }
}

/// Writes a line to a console; whether it took that.
fn write_at(console: &Fd, line: &[u8]) -> bool {
    set_right(console);
    let is_written = port::write(console, line);
    terminal::drain(console);
    is_written
}

/// A workload may have left the console to itself, as an editor does, or held it up: then what a
/// host reads of it would be no lines, or nothing.
fn set_right(console: &Fd) {
    let Ok(own) = pty::settings(console) else { return };
    if own.with_lines() != own {
        let _ = pty::set(console, &own.with_lines()); // it is written to all the same
    }
    terminal::resume(console);
}

/// Somebody who was to be told could not be reached.
fn not_told(to: ReportTo<'_>) {
    let mut line = Buffer::<128>::new();
    put!(&mut line, "init: ", to, " could not be told how it ended\n");
    let _ = port::write(&Fd::inherited(2), line.text().unwrap_or_default()); // as above
}
