//! The acts of `run` alone: what makes a sandbox, and what its launcher and PID 1 need each other
//! for.

use super::descriptors::close_others;
use super::files::{whole, write_and_keep, write_at_once};
use super::hands::Hands;
use super::idmap;
use super::pipe::Pipe;
use super::record::Record;
use super::trouble::{Trouble, plain};
use super::word;
use crate::model::{Clock, Errno, Namespace, Shift, Signal, Span, Why};
use crate::plan::Act;
use crate::sys::file::{self, Mode};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, clock, ids, mount, namespace, net, process, uts};
use crate::text::{Buffer, put, units::split_ns};

/// Carries out one of these acts; the others are none of ours.
#[allow(clippy::too_many_lines)] // a table, one arm for each act
pub(super) fn perform(act: &Act<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match *act {
        Act::OpenReportPipe => {
            hands.report = Pipe::open(false)?;
            Ok(())
        }
        Act::OpenGate => {
            hands.gate = Pipe::open(true)?;
            Ok(())
        }
        Act::WriteIdMap(kind, lines) => idmap::write(hands.init_pid(), kind, lines),
        Act::MapByTool(kind, lines, tool) => match cfg!(feature = "sandbox") {
            true => idmap::write_by_tool(hands.init_pid(), kind, lines, tool),
            false => Ok(()), // no plan of such a build has one
        },
        Act::PassGate => word::pass_gate(hands),
        Act::DenySetgroups => write_and_keep(c"/proc/self/setgroups", b"deny"),
        Act::MapSelf(kind, line) => idmap::write_own(kind, line),
        Act::CloseInherited => close_inherited(hands),
        Act::WaitAtGate => word::wait_at_gate(hands),
        Act::MakeMountsPrivate => mount::make_private(c"/").map_err(plain),
        Act::MountProc => mount::mount_proc(c"/proc").map_err(plain),
        Act::ShiftClocks { monotonic, boottime } => shift_clocks(monotonic, boottime),
        Act::SetHostname(name) => uts::set_hostname(name).map_err(plain),
        Act::SetDomainname(name) => uts::set_domainname(name).map_err(plain),
        Act::LoopbackUp => {
            let socket = net::open_socket().map_err(plain)?;
            net::loopback_up(&socket).map_err(plain)
        }
        Act::BecomeMapped { uid, gid, leaves_groups } => become_mapped(uid, gid, leaves_groups),
        Act::DieWithLauncher => die_with_launcher(hands),
        // These are not of `run` alone: perform, birth, spawn.
        Act::ReapByKernel
        | Act::ReapByWaiting
        | Act::WatchForStops
        | Act::Clone(_)
        | Act::Join(_)
        | Act::Keep(_)
        | Act::LeaveGroup
        | Act::BecomeSubreaper
        | Act::GiveUpTerminal
        | Act::WatchParent(_)
        | Act::WatchSignals
        | Act::Spawn
        | Act::NewGroup
        | Act::NewSession
        | Act::NewTerminal
        | Act::NewSessionWithTerminal
        | Act::TakeForeground
        | Act::NoteForeground
        | Act::Net(_)
        | Act::Root(_)
        | Act::Limits(_)
        | Act::Machine(_)
        | Act::Filter(_)
        | Act::Confine(_)
        | Act::Control(_)
        | Act::Tie(_)
        | Act::Log(_)
        | Act::Redirect(..)
        | Act::SetUmask(_)
        | Act::SetRlimit(_)
        | Act::SetNice(_)
        | Act::SetOomScoreAdj(_)
        | Act::BecomeUser { .. }
        | Act::DieWithSupervisor
        | Act::ChangeDirectory(_)
        | Act::SetNoNewPrivs
        | Act::LeaveMessage(_)
        | Act::LetGo { .. }
        | Act::OpenNotifySocket(_)
        | Act::TellNotifySocket(_)
        | Act::HideNotifySocket
        | Act::Knock(_)
        | Act::TellWatchdog(_)
        | Act::TellPid { .. }
        | Act::PassReadyPipe(_)
        | Act::RestoreSignals
        | Act::Execute { .. } => Ok(()),
    }
}

/// Groups, then gid, then uid.
fn become_mapped(uid: u32, gid: u32, leaves_groups: bool) -> Result<(), Trouble> {
    if leaves_groups {
        ids::set_groups(&[]).map_err(plain)?;
    }
    ids::set_gid(gid).map_err(plain)?;
    ids::set_uid(uid).map_err(plain)
}

/// Closes everything above 2 but what the plan keeps.
pub(super) fn close_inherited(hands: &mut Hands) -> Result<(), Trouble> {
    close_others(3, || hands.kept().filter_map(|n| u32::try_from(n).ok())).map_err(plain)?;
    // These were the launcher's ends; their numbers are closed already.
    for end in [hands.report.read.take(), hands.gate.write.take()] {
        core::mem::forget(end);
    }
    hands.cgroups.forget_launchers();
    if hands.listener.is_some()
        && let Some(room) = &mut hands.room
    {
        room.leave_place();
    }
    Ok(())
}

/// Asks to be killed with the launcher already while the root is made: a change of ids will take
/// that back (prctl(2), PR_SET_PDEATHSIG), so that it is asked once more when all is set up.
pub(super) fn die_meanwhile(hands: &Hands) -> Result<(), Trouble> {
    process::signal_at_parent_death(Signal::KILL).map_err(plain)?;
    let report = hands.report.write.as_ref().ok_or(plain(Errno::EBADF))?;
    let mut sources = [Source::writable(report)];
    let _ready = wait::poll(&mut sources, Some(Span::ZERO)).map_err(plain)?;
    match sources[0].has_failed() {
        true => Err((Errno::EPIPE, Why::LauncherGone)), // nobody reads any more
        false => Ok(()),
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
