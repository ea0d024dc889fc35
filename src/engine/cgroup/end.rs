//! The end of the sandbox's cgroup: whoever is left in it is killed, what it has used is read, and
//! it is removed. What killed launchers have left is removed by the next one.

use core::ffi::CStr;

use super::held::{CgroupHands, PROCS, SUBTREE, name_within, used, write_in};
use super::kills::{kill_listed, kills, number};
use crate::engine::telling::{Teller, Telling, Usage};
use crate::limits::CGROUPS_LEFT_MAX;
use crate::model::{Clock, ControllerSet, Errno, Span};
use crate::plan::{Act, Actor, LimitsAct, Plan, Whose};
use crate::sys::cgroup::{self, Access};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, clock, file};
use crate::text::{Buffer, put};

/// How long those who were killed may take to end. They need not run for that; one that sleeps in
/// the kernel may not be woken for as long as a disk takes.
const PATIENCE: Span = Span::from_s(5);

/// Removes the sandbox's cgroup, if it was made, and tells what there is to be told of it.
pub(in crate::engine) fn clean_up(
    plan: &Plan<'_>,
    held: &mut CgroupHands,
    oom_told: u64,
    teller: &mut dyn Teller,
) {
    let is_due = |act: &Act<'_>| matches!(act, Act::Limits(LimitsAct::Remove));
    if !plan.steps_of(Actor::Last).any(|(_, step)| is_due(&step.act)) {
        return;
    }
    let sandbox = held.own.first_mut().and_then(|own| own.directory.take());
    if let (Some(sandbox), Some(parent)) = (sandbox, &held.parent) {
        empty(&sandbox);
        let killed = kills(&sandbox).unwrap_or(0).saturating_sub(oom_told);
        if killed > 0 {
            teller.tell(plan, Telling::OutOfMemoryInside(killed));
        }
        if teller.wants_usage() {
            teller.tell(plan, Telling::Used(usage(&sandbox)));
        }
        if let Err(errno) = remove(plan, &sandbox, parent, used(&held.name)) {
            teller.tell(plan, Telling::CgroupLeft(errno));
        }
    }
    come_back(held);
}

/// Kills everybody in a cgroup and below, and waits until they have ended.
fn empty(sandbox: &Fd) {
    let Ok(events) = cgroup::open_in(sandbox, c"cgroup.events", Access::Read) else { return };
    let deadline = clock::now_ns(Clock::Monotonic).saturating_add(PATIENCE.ns().cast_signed());
    let mut is_killed = false;
    while is_populated(&events) {
        if !is_killed && write_in(sandbox, c"cgroup.kill", b"1").is_err() {
            let _ = kill_listed(sandbox); // before Linux 5.14; those below have no other list
        }
        is_killed = true;
        let left = deadline.saturating_sub(clock::now_ns(Clock::Monotonic));
        let Ok(left @ 1..) = u64::try_from(left) else { return };
        // The kernel says when the file has changed (cgroups(7), "cgroup.events").
        let _ = wait::poll(&mut [Source::changed(&events)], Some(Span::from_ns(left)));
    }
}

/// Whether any process is in a cgroup or below.
fn is_populated(events: &Fd) -> bool {
    let mut text = [0u8; 128];
    let len = file::read_at(events, 0, &mut text).unwrap_or(0);
    let mut lines = text.get(..len).unwrap_or_default().split(|byte| *byte == b'\n');
    lines.any(|line| line == b"populated 1")
}

/// What was used.
#[inline(never)] // only where somebody wants to know it
fn usage(sandbox: &Fd) -> Usage {
    let throttled_us = number(sandbox, c"cpu.stat", b"throttled_usec");
    let pids_refused = number(sandbox, c"pids.events", b"max");
    Usage {
        cpu_us: number(sandbox, c"cpu.stat", b"usage_usec"),
        throttled_us: throttled_us.filter(|time| *time > 0),
        memory_peak: number(sandbox, c"memory.peak", b""),
        pids_peak: number(sandbox, c"pids.peak", b""),
        pids_refused: pids_refused.filter(|count| *count > 0),
    }
}

/// Removes a cgroup of ours with those in it: our own, and if those are not all, the workload's.
fn remove(plan: &Plan<'_>, sandbox: &Fd, parent: &Fd, name: &CStr) -> Result<(), Errno> {
    match remove_own(plan, sandbox, parent, name) {
        Err(Errno::EBUSY) => {
            prune(sandbox);
            remove_own(plan, sandbox, parent, name)
        }
        other => other,
    }
}

fn remove_own(plan: &Plan<'_>, sandbox: &Fd, parent: &Fd, name: &CStr) -> Result<(), Errno> {
    for (_, step) in plan.steps_of(Actor::Outer) {
        if let Act::Limits(LimitsAct::MakeWithin(whose)) = step.act {
            remove_within(sandbox, whose)?;
        }
    }
    cgroup::remove_in(parent, name)
}

fn remove_within(sandbox: &Fd, whose: Whose<'_>) -> Result<(), Errno> {
    match cgroup::remove_in(sandbox, name_within(whose).path().unwrap_or_default()) {
        Err(Errno::ENOENT) => Ok(()), // we did not come as far as that
        other => other,
    }
}

/// Removes every empty cgroup below one, the lowest first. However deep and wide somebody has made
/// that, it takes no memory: from each one the way up is "..", for they cannot be moved.
fn prune(top: &Fd) {
    let Ok(mut here) = cgroup::open_in(top, c".", Access::Directory) else { return };
    let (mut depth, mut is_back) = (0usize, false);
    for _ in 0..CGROUPS_LEFT_MAX {
        let (below, is_removed) = prune_here(&here);
        if is_back && !is_removed {
            return; // somebody is in what is below
        }
        is_back = below.is_none();
        depth = match (&below, depth) {
            (None, 0) => return,
            (None, _) => depth.saturating_sub(1),
            (Some(_), _) => depth.saturating_add(1),
        };
        let up = || cgroup::open_in(&here, c"..", Access::Directory).ok();
        let Some(next) = below.or_else(up) else { return };
        here = next;
    }
}

/// Removes what is empty of the cgroups in one. Gives the first that is not, and whether any was.
#[inline(never)] // its buffer would lie in the frame of the loop
fn prune_here(here: &Fd) -> (Option<Fd>, bool) {
    let mut buffer = [0u8; 2048];
    let (mut below, mut is_removed) = (None, false);
    while let Ok(entries @ [_, ..]) = file::entries(here, &mut buffer) {
        let is_name = |name: &&CStr| !matches!(name.to_bytes(), b"." | b"..");
        for name in file::entry_names(entries).filter(is_name) {
            match cgroup::remove_in(here, name) {
                Ok(()) => is_removed = true,
                Err(Errno::EBUSY) if below.is_none() => {
                    below = cgroup::open_in(here, name, Access::Directory).ok();
                }
                Err(_) => {} // a file, or one more that is not empty: it has its turn
            }
        }
    }
    (below, is_removed)
}

/// The launcher goes back to where it was, which must not hand anything down then.
#[inline(never)] // of few launchers
fn come_back(held: &mut CgroupHands) {
    let (Some((name, enabled)), Some(parent)) = (held.aside.take(), &held.parent) else {
        return;
    };
    let mut text = Buffer::<64>::new();
    for controller in enabled.iter() {
        put!(&mut text, "-", controller.name(), " ");
    }
    // Where one of these fails, a cgroup stays that is empty when we have ended.
    if enabled != ControllerSet::EMPTY {
        let _ = write_in(parent, SUBTREE, text.text().unwrap_or_default());
    }
    let _ = write_in(parent, PROCS, b"0");
    let _ = cgroup::remove_in(parent, used(&name));
}

/// Removes what is empty and whose launcher holds it no more. Nobody is killed for that.
#[inline(never)] // its buffer would lie in the frame of every step
pub(super) fn sweep(parent: &Fd) {
    let mut buffer = [0u8; 2048];
    while let Ok(entries @ [_, ..]) = file::entries(parent, &mut buffer) {
        for name in file::entry_names(entries) {
            if name.to_bytes().starts_with(b"nsinit-") {
                remove_left(parent, name);
            }
        }
    }
}

fn remove_left(parent: &Fd, name: &CStr) {
    let Ok(left) = cgroup::open_in(parent, name, Access::Directory) else { return };
    if file::lock_now(&left).is_err() {
        return; // its launcher lives
    }
    let mut buffer = [0u8; 1024];
    while let Ok(entries @ [_, ..]) = file::entries(&left, &mut buffer) {
        for within in file::entry_names(entries) {
            let bytes = within.to_bytes();
            if bytes == b"supervisor" || bytes.starts_with(b"service-") {
                let _ = cgroup::remove_in(&left, within); // somebody may be left in it
            }
        }
    }
    let is_left = cgroup::remove_in(parent, name) == Err(Errno::EBUSY);
    let events = cgroup::open_in(&left, c"cgroup.events", Access::Read);
    if is_left && events.is_ok_and(|events| !is_populated(&events)) {
        prune(&left);
        let _ = cgroup::remove_in(parent, name); // somebody may have come
    }
}
