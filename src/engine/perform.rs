//! From a step to its system calls.
//!
//! One `match`, one arm for each act; what needs more than a few lines stands below. The calls of
//! each act are listed in `plan::Act::calls`, and a test holds strace against that list.

use core::ffi::CStr;

use super::files::{change_directory, open_named, whole, write_at_once};
use super::hands::{Hands, Parent};
use super::trouble::{Trouble, plain};
use super::{
    cgroup, confine, control, filter, join, log, machine, network, oom, persist, root, sandbox,
    ties, tree,
};
use super::{foreground, give};
use crate::model::{Errno, ParentDeath, Signal, SignalSet, Stdio, Why};
use crate::plan::{Act, HAS_TIES};
use crate::sys::fd::{may_wait, redirect};
use crate::sys::file::{self, Mode};
use crate::sys::signal::Disposition;
use crate::sys::{Fd, ids, process, signal, terminal, unix};
use crate::text::{Buffer, put};

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
        Act::Join(act) => match cfg!(feature = "join") {
            true => {
                hands.is_elsewhere |= act.has_other_files();
                join::perform(&act, &mut hands.joins)
            }
            false => Ok(()), // no plan of such a build has one
        },
        Act::Keep(act) => match cfg!(feature = "join") {
            true => persist::perform(&act, hands),
            false => Ok(()), // as above
        },
        Act::WatchForStops => read_child_signal(hands, Disposition::NoChildWait).map_err(plain),
        Act::LeaveGroup | Act::NewGroup => terminal::new_group().map_err(plain),
        Act::WatchParent(said) => watch_parent(said, hands),
        Act::BecomeSubreaper => process::become_subreaper().map_err(plain),
        Act::WatchSignals => watch_signals(hands),
        Act::NewSession => terminal::new_session().map_err(plain),
        Act::NewTerminal => {
            terminal::new_session().map_err(plain)?;
            terminal::acquire(&Fd::inherited(0)).map_err(plain)
        }
        Act::GiveUpTerminal | Act::NewSessionWithTerminal => {
            match cfg!(feature = "personalities") {
                true => give::perform(act, hands),
                false => Ok(()), // nothing asks for it
            }
        }
        Act::TakeForeground => {
            let terminal = hands.terminal.as_ref().ok_or(plain(Errno::EBADF))?;
            let own = process::pid();
            foreground::note(own, hands); // before anybody can miss the foreground
            terminal::set_foreground(terminal, own).map_err(plain)
        }
        Act::NoteForeground => {
            foreground::note(process::pid(), hands);
            Ok(())
        }
        Act::Redirect(number, to) => redirect_to(number, to, hands),
        Act::SetUmask(mask) => {
            ids::set_umask(mask);
            Ok(())
        }
        Act::SetRlimit(limit) => ids::set_rlimit(limit).map_err(plain),
        Act::SetNice(nice) => ids::set_nice(nice).map_err(plain),
        Act::SetOomScoreAdj(score) => {
            let mut text = Buffer::<8>::new();
            put!(&mut text, score);
            let proc = tree::proc().ok_or(plain(Errno::ENOENT))?; // else it may lead anywhere
            let own = file::open_in(&proc, c"self/oom_score_adj", Mode::WriteNow).map_err(plain)?;
            write_at_once(&own, whole(&text)?)
        }
        Act::DieWithSupervisor => {
            process::signal_at_parent_death(Signal::KILL).map_err(plain)?;
            match process::parent_pid() == hands.supervisor_pid {
                true => Ok(()),
                false => Err((Errno::ESRCH, Why::LauncherGone)),
            }
        }
        Act::ChangeDirectory(path) => change_directory(path, hands.is_elsewhere).map_err(plain),
        Act::SetNoNewPrivs => ids::set_no_new_privs().map_err(plain),
        Act::LeaveMessage(_) => {
            hands.oom_kills = oom::count().map(|count| count.kills);
            Ok(())
        }
        Act::LetGo { directory } => {
            hands.lets_go = Some(directory);
            Ok(())
        }
        Act::OpenNotifySocket(id) => {
            let socket = unix::open().map_err(plain)?;
            unix::pass_credentials(&socket).map_err(plain)?;
            unix::bind_anywhere(&socket).map_err(plain)?;
            if let Some(place) = hands.notify.get_mut(id.index()) {
                *place = Some(socket);
            }
            Ok(())
        }
        Act::PassReadyPipe(number) => {
            let pipe = hands.ready.write.as_ref().ok_or(plain(Errno::EBADF))?;
            redirect(pipe, i32::from(number)).map_err(plain)
        }
        Act::Net(act) => match cfg!(feature = "net") {
            true => network::perform(&act, hands),
            false => Ok(()), // no plan of such a build has one
        },
        Act::Root(act) => match cfg!(feature = "sandbox") {
            true => root::perform(&act, hands),
            false => Ok(()), // no plan of such a build has one
        },
        Act::Limits(act) => match cfg!(feature = "sandbox") {
            true => cgroup::perform(&act, hands),
            false => Ok(()), // no plan of such a build has one
        },
        Act::Machine(act) => match cfg!(feature = "init") {
            true => machine::perform(&act, &mut hands.machine),
            false => Ok(()), // no plan of such a build has one
        },
        Act::Filter(act) => match cfg!(feature = "sandbox") {
            true => filter::perform(&act, hands),
            false => Ok(()), // as above
        },
        Act::Confine(act) => match cfg!(feature = "sandbox") {
            true => confine::perform(&act, &mut hands.ruleset),
            false => Ok(()), // as above
        },
        Act::Control(act) => match cfg!(feature = "control") {
            true => control::perform(&act, hands),
            false => Ok(()), // no plan of such a build has one
        },
        Act::Tie(act) => match HAS_TIES {
            true => ties::perform(&act, hands),
            false => Ok(()), // as above
        },
        Act::Log(act) => match cfg!(feature = "control") {
            true => log::perform(&act, hands.logs()),
            false => Ok(()), // no plan of such a build has one
        },
        // What makes a sandbox, and its launcher's side.
        Act::OpenReportPipe
        | Act::OpenGate
        | Act::WriteIdMap(..)
        | Act::MapByTool(..)
        | Act::PassGate
        | Act::DenySetgroups
        | Act::MapSelf(..)
        | Act::CloseInherited
        | Act::WaitAtGate
        | Act::MakeMountsPrivate
        | Act::MountProc
        | Act::ShiftClocks { .. }
        | Act::SetHostname(_)
        | Act::SetDomainname(_)
        | Act::LoopbackUp
        | Act::BecomeMapped { .. }
        | Act::DieWithLauncher => match cfg!(any(feature = "run", feature = "init")) {
            true => sandbox::perform(act, hands),
            false => Ok(()), // no plan of such a build has one
        },
        // Made or become where the processes are: birth, spawn, execute.
        Act::Clone(_)
        | Act::Spawn
        | Act::BecomeUser { .. }
        | Act::TellNotifySocket(_)
        | Act::HideNotifySocket
        | Act::Knock(_)
        | Act::TellWatchdog(_)
        | Act::TellPid { .. }
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

fn redirect_to(number: u8, to: Stdio<'_>, hands: &Hands) -> Result<(), Trouble> {
    let (path, mode) = match (to, number) {
        (Stdio::Inherit, _) => return Ok(()),
        (Stdio::Null, _) => (c"/dev/null", Mode::ReadWrite),
        (Stdio::Kmsg, 0) => (c"/dev/kmsg", Mode::ReadNow),
        (Stdio::Kmsg, _) => (c"/dev/kmsg", Mode::WriteNow),
        (Stdio::File(path), 0) => (path, Mode::ReadNow),
        (Stdio::File(path), _) => (path, Mode::Append),
    };
    // Whoever makes us waits for our exec: a named pipe in place of a file must not hold him up.
    let target = match (open_named(path, mode, hands.is_elsewhere), standard(path)) {
        // It leads to that one, which may be a socket, or a pipe that somebody else made.
        (Err(Errno::ELOOP | Errno::ENXIO | Errno::EACCES), Some(own)) => {
            return redirect(&Fd::inherited(own), i32::from(number)).map_err(plain);
        }
        (other, _) => other.map_err(plain)?,
    };
    if mode != Mode::ReadWrite {
        may_wait(&target, mode == Mode::Append).map_err(plain)?;
    }
    redirect(&target, i32::from(number)).map_err(plain)
}

/// The standard descriptor that has this name (stdin(3)).
fn standard(path: &CStr) -> Option<i32> {
    match path.to_bytes() {
        b"/dev/stdin" => Some(0),
        b"/dev/stdout" => Some(1),
        b"/dev/stderr" => Some(2),
        _ => None,
    }
}
