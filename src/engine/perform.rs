//! From a step to its system calls.
//!
//! One `match`, one arm for each act; what needs more than a few lines stands below. The calls of
//! each act are listed in `plan::Act::calls`, and a test holds strace against that list.

use core::ffi::CStr;

use super::hands::{Hands, Parent, Pipe};
use super::record::Record;
use crate::model::{
    Clock, Errno, IdKind, IdMap, Namespace, ParentDeath, Shift, Signal, SignalSet, Stdio, Why,
};
use crate::plan::{Act, Lines};
use crate::sys::fd::{close_between, close_number, pipe, redirect};
use crate::sys::file::{self, Mode};
use crate::sys::signal::Disposition;
use crate::sys::{Fd, clock, ids, mount, namespace, net, process, signal, terminal, uts};
use crate::text::units::split_ns;
use crate::text::{Buffer, put};

/// What went wrong: the kernel's answer, and what else is known.
pub(super) type Trouble = (Errno, Why);

/// A trouble of which only the errno is known.
pub(super) const fn plain(errno: Errno) -> Trouble {
    (errno, Why::Errno)
}

/// Carries out one act of the launcher, PID 1 or a service; acts that make or become a process are
/// done where that happens.
#[allow(clippy::too_many_lines)] // a table, one arm for each act
pub(super) fn perform(act: &Act<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        Act::ReapByKernel => {
            hands.was_child_ignored =
                signal::set_disposition(Signal::CHLD, Disposition::Ignore).map_err(plain)?;
            hands.ignores_child_signal = true;
            Ok(())
        }
        Act::ReapByWaiting => {
            hands.was_child_ignored =
                signal::set_disposition(Signal::CHLD, Disposition::Default).map_err(plain)?;
            hands.reads_child_signal = true;
            Ok(())
        }
        Act::WatchForStops => read_child_signal(hands, Disposition::NoChildWait).map_err(plain),
        Act::OpenReportPipe => open_pipe(&mut hands.report, false),
        Act::OpenGate => open_pipe(&mut hands.gate, true),
        Act::WriteIdMap(kind, lines) => write_id_map(kind, lines, hands),
        Act::PassGate => {
            let gate = hands.gate.write.as_ref().ok_or(plain(Errno::EBADF))?;
            file::write(gate, b"+").map(|_| ()).map_err(plain)
        }
        Act::DenySetgroups => write_and_keep(c"/proc/self/setgroups", b"deny"),
        Act::MapSelf(kind, line) => map_self(kind, line),
        Act::CloseInherited => close_inherited(hands),
        Act::WaitAtGate => wait_at_gate(hands),
        Act::LeaveGroup | Act::NewGroup => terminal::new_group().map_err(plain),
        Act::MakeMountsPrivate => mount::make_private(c"/").map_err(plain),
        Act::MountProc => mount::mount_proc(c"/proc").map_err(plain),
        Act::ShiftClocks { monotonic, boottime } => shift_clocks(monotonic, boottime),
        Act::SetHostname(name) => uts::set_hostname(name).map_err(plain),
        Act::SetDomainname(name) => uts::set_domainname(name).map_err(plain),
        Act::LoopbackUp => {
            let socket = net::open_socket().map_err(plain)?;
            net::loopback_up(&socket).map_err(plain)
        }
        Act::BecomeMapped { uid, gid } => {
            ids::set_groups(&[]).map_err(plain)?;
            ids::set_gid(gid).map_err(plain)?;
            ids::set_uid(uid).map_err(plain)
        }
        Act::DieWithLauncher => die_with_launcher(hands),
        Act::WatchParent(said) => watch_parent(said, hands),
        Act::BecomeSubreaper => process::become_subreaper().map_err(plain),
        Act::WatchSignals => watch_signals(hands),
        Act::NewSession => terminal::new_session().map_err(plain),
        Act::NewTerminal => {
            terminal::new_session().map_err(plain)?;
            terminal::acquire(&Fd::inherited(0)).map_err(plain)
        }
        Act::TakeForeground => {
            let terminal = hands.terminal.as_ref().ok_or(plain(Errno::EBADF))?;
            terminal::set_foreground(terminal, process::pid()).map_err(plain)
        }
        Act::Redirect(number, to) => redirect_to(number, to),
        Act::SetUmask(mask) => {
            ids::set_umask(mask);
            Ok(())
        }
        Act::SetRlimit(limit) => ids::set_rlimit(limit).map_err(plain),
        Act::SetNice(nice) => ids::set_nice(nice).map_err(plain),
        Act::SetOomScoreAdj(score) => {
            let mut text = Buffer::<8>::new();
            put!(&mut text, score);
            write_whole(c"/proc/self/oom_score_adj", whole(&text)?)
        }
        Act::DieWithSupervisor => {
            process::signal_at_parent_death(Signal::KILL).map_err(plain)?;
            match process::parent_pid() == hands.supervisor_pid {
                true => Ok(()),
                false => Err((Errno::ESRCH, Why::LauncherGone)),
            }
        }
        Act::ChangeDirectory(path) => ids::change_directory(path).map_err(plain),
        Act::SetNoNewPrivs => ids::set_no_new_privs().map_err(plain),
        // Made or become where the processes are: birth, spawn, execute.
        Act::Clone(_)
        | Act::Spawn
        | Act::BecomeUser { .. }
        | Act::RestoreSignals
        | Act::Execute { .. } => Ok(()),
    }
}

/// The kernel reaps no more: from now on SIGCHLD tells the end of each child.
pub(super) fn wait_by_signal(hands: &mut Hands) -> Result<(), Errno> {
    read_child_signal(hands, Disposition::Default)
}

/// From now on the kernel tells by SIGCHLD what becomes of our children.
fn read_child_signal(hands: &mut Hands, disposition: Disposition) -> Result<(), Errno> {
    let _ = signal::set_disposition(Signal::CHLD, disposition)?; // what it was is ours
    hands.ignores_child_signal = false;
    hands.reads_child_signal = true;
    Ok(())
}

/// Every signal is blocked and read; KILL and STOP the kernel takes out by itself.
pub(super) fn watch_signals(hands: &mut Hands) -> Result<(), Trouble> {
    hands.signals = Some(signal::open_signalfd(SignalSet::ALL).map_err(plain)?);
    Ok(())
}

fn open_pipe(target: &mut Pipe, is_blocking: bool) -> Result<(), Trouble> {
    let (read, write) = pipe(is_blocking).map_err(plain)?;
    *target = Pipe { read: Some(read), write: Some(write) };
    Ok(())
}

/// A text of ours; what found no room is not written at all.
fn whole<const N: usize>(text: &Buffer<N>) -> Result<&[u8], Trouble> {
    text.text().ok_or(plain(Errno::E2BIG))
}

/// Writes `text` to a file of the kernel in one write and closes it.
fn write_whole(path: &CStr, text: &[u8]) -> Result<(), Trouble> {
    let target = file::open(path, Mode::Write).map_err(plain)?;
    write_at_once(&target, text)
}

/// As [`write_whole`], but leaves the descriptor to the step that closes what was inherited.
fn write_and_keep(path: &CStr, text: &[u8]) -> Result<(), Trouble> {
    let target = file::open(path, Mode::Write).map_err(plain)?.leave_open();
    write_at_once(&target, text)
}

/// A file of the kernel takes a whole value at once or none; a short write means it took a part.
fn write_at_once(target: &Fd, text: &[u8]) -> Result<(), Trouble> {
    match file::write(target, text).map_err(plain)? {
        len if len == text.len() => Ok(()),
        _ => Err((Errno::EIO, Why::ReadBack)),
    }
}

/// One line of our own map.
fn map_self(kind: IdKind, line: IdMap) -> Result<(), Trouble> {
    let mut text = Buffer::<64>::new();
    put!(&mut text, line);
    let path = match kind {
        IdKind::Uid => c"/proc/self/uid_map",
        IdKind::Gid => c"/proc/self/gid_map",
    };
    write_and_keep(path, whole(&text)?)
}

/// All lines of PID 1's map, in one write.
#[inline(never)] // its text would lie in the frame of every step
fn write_id_map(kind: IdKind, lines: Lines<'_>, hands: &Hands) -> Result<(), Trouble> {
    let pid = hands.init.as_ref().map_or(0, |init| init.pid);
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/", pid, "/", kind.file());
    let mut text = Buffer::<{ crate::limits::ID_MAP_BYTES_MAX }>::new();
    for line in lines.iter() {
        put!(&mut text, line, "\n");
    }
    write_whole(path.path().unwrap_or_default(), whole(&text)?)
}

/// Closes everything above 2 but what the plan keeps.
fn close_inherited(hands: &mut Hands) -> Result<(), Trouble> {
    let mut next = 3u32;
    let kept = hands.kept();
    for number in kept.iter().filter_map(|number| u32::try_from(*number).ok().filter(|n| *n > 2)) {
        if next < number {
            close_run(next, number.saturating_sub(1), &kept)?;
        }
        next = number.saturating_add(1);
    }
    close_run(next, u32::MAX, &kept)?;
    // These were the launcher's ends; their numbers are closed already.
    for end in [hands.report.read.take(), hands.gate.write.take()] {
        core::mem::forget(end);
    }
    Ok(())
}

/// One run of descriptors; without close_range(2), before Linux 5.9, one by one.
fn close_run(first: u32, last: u32, kept: &[i32]) -> Result<(), Trouble> {
    match close_between(first, last) {
        Err(Errno::ENOSYS) => close_listed(kept),
        other => other.map_err(plain),
    }
}

/// Closes what /proc/self/fd lists above 2, but for `kept`.
#[inline(never)] // its buffer would lie in the frame of every step
fn close_listed(kept: &[i32]) -> Result<(), Trouble> {
    let directory = file::open(c"/proc/self/fd", Mode::Directory).map_err(plain)?;
    let mut buffer = [0u8; 1024];
    loop {
        let entries = file::entries(&directory, &mut buffer).map_err(plain)?;
        if entries.is_empty() {
            return Ok(());
        }
        for name in file::entry_names(entries) {
            let number = crate::text::units::unsigned(name.to_bytes(), 1 << 30).ok();
            let number = number.and_then(|number| i32::try_from(number).ok());
            let is_ours = |number: &i32| *number == directory.number() || kept.contains(number);
            if let Some(number) = number.filter(|number| *number > 2 && !is_ours(number)) {
                let _ = close_number(number); // gone already when it fails
            }
        }
    }
}

/// Waits for the launcher's word; its end without a word is the launcher's end.
fn wait_at_gate(hands: &mut Hands) -> Result<(), Trouble> {
    let gate = hands.gate.read.take().ok_or(plain(Errno::EBADF))?.leave_open();
    let mut word = [0u8; 1];
    match file::read(&gate, &mut word).map_err(plain)? {
        0 => Err((Errno::EPIPE, Why::LauncherGone)),
        _ => Ok(()),
    }
}

/// Asks to be killed with the launcher, and then makes sure that it was still there: nobody reading
/// the pipe means that it ended before the question. getppid(2) cannot tell, it is 0 either way.
fn die_with_launcher(hands: &Hands) -> Result<(), Trouble> {
    process::signal_at_parent_death(Signal::KILL).map_err(plain)?;
    let report = hands.report.write.as_ref().ok_or(plain(Errno::EBADF))?;
    match file::write(report, &Record::Alive.to_bytes()) {
        Ok(_) => Ok(()),
        Err(errno) => Err((errno, Why::LauncherGone)),
    }
}

/// A pidfd of our parent, which is our parent still when it has been opened. A parent outside our
/// PID namespace has no number here; its end the kernel tells with the signal itself.
fn watch_parent(said: ParentDeath, hands: &mut Hands) -> Result<(), Trouble> {
    let pid = process::parent_pid();
    hands.parent = match (said.parent, process::open_pidfd(pid)) {
        (Some(expected), _) if expected != pid => Parent::Gone(said.signal),
        (_, Ok(pidfd)) if process::parent_pid() == pid => Parent::Watched(pidfd, said.signal),
        (_, Ok(_) | Err(Errno::ESRCH)) => Parent::Gone(said.signal),
        (_, Err(_)) => {
            process::signal_at_parent_death(said.signal).map_err(plain)?;
            match process::parent_pid() == pid {
                true => Parent::Unwatched,
                false => Parent::Gone(said.signal),
            }
        }
    };
    Ok(())
}

fn redirect_to(number: u8, to: Stdio<'_>) -> Result<(), Trouble> {
    let is_input = number == 0;
    let mode = if is_input { Mode::Read } else { Mode::Write };
    let target = match to {
        Stdio::Inherit => return Ok(()),
        Stdio::Null => file::open(c"/dev/null", Mode::ReadWrite),
        Stdio::Kmsg => file::open(c"/dev/kmsg", mode),
        Stdio::File(path) if is_input => file::open(path, mode),
        Stdio::File(path) => file::open(path, Mode::Append),
    };
    let target = target.map_err(plain)?;
    redirect(&target, i32::from(number)).map_err(plain)
}

/// Offsets of a time namespace are counted from the machine's clocks, and ours may be shifted
/// already: what is written is our own offset and what was asked for on top.
fn shift_clocks(monotonic: Option<Shift>, boottime: Option<Shift>) -> Result<(), Trouble> {
    let offsets = file::open(c"/proc/self/timens_offsets", Mode::ReadWrite).map_err(plain)?;
    let ours = read_offsets(&offsets)?;
    let wanted = |clock: Clock, shift: Option<Shift>, own: i64| {
        let shift = shift.map_or(0, |shift| match shift {
            Shift::By(_) => shift.offset_ns(0),
            Shift::To(_) => shift.offset_ns(clock::now_ns(clock)),
        });
        own.saturating_add(shift)
    };
    let wanted =
        [wanted(Clock::Monotonic, monotonic, ours[0]), wanted(Clock::Boottime, boottime, ours[1])];
    namespace::unshare(Namespace::Time).map_err(plain)?;
    let mut text = Buffer::<128>::new();
    for (clock, ns) in [Clock::Monotonic, Clock::Boottime].into_iter().zip(wanted) {
        let (seconds, nanoseconds) = split_ns(ns);
        put!(&mut text, clock.name(), " ", seconds, " ", nanoseconds, "\n");
    }
    write_at_once(&offsets, whole(&text)?)?;
    if read_offsets(&offsets)? != wanted {
        return Err((Errno::EIO, Why::ReadBack));
    }
    let entrance = file::open(c"/proc/self/ns/time_for_children", Mode::Read).map_err(plain)?;
    namespace::enter(&entrance, Namespace::Time).map_err(plain)
}

/// The offsets of the time namespace for our children: monotonic and boottime, in nanoseconds.
fn read_offsets(offsets: &Fd) -> Result<[i64; 2], Trouble> {
    let mut buffer = [0u8; 256];
    let len = file::read_at(offsets, 0, &mut buffer).map_err(plain)?;
    let text = buffer.get(..len).unwrap_or_default();
    let mut found = [0i64; 2];
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for (line, target) in lines.zip(&mut found) {
        let number = |word: &[u8]| {
            let parsed = crate::text::units::signed(word, i64::MIN + 1, i64::MAX);
            parsed.map_err(|_| (Errno::EIO, Why::ReadBack))
        };
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).skip(1);
        let mut next = || words.next().map_or(Err((Errno::EIO, Why::ReadBack)), number);
        let (seconds, nanoseconds) = (next()?, next()?);
        *target = seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds);
    }
    Ok(found)
}
