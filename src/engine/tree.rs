//! Everything a service left, or everything below us: found in /proc, where no namespace and no
//! cgroup says it in one call.
//!
//! A process belongs to a service when it is in its session or process group, or descends from it.
//! One that has left both and whose parent has ended belongs to nobody; the end of the PID
//! namespace takes it.

use core::ffi::CStr;

use heapless::Vec;

use super::files::number_of;
use crate::model::Signal;
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, mount, signal};
use crate::text::{Buffer, put, units};

/// How many times /proc is read again after something was found: what forks meanwhile is met in
/// the next round, and a fork bomb is not followed for ever.
const ROUNDS_MAX: usize = 16;
/// How far up a line of parents is followed.
const ANCESTORS_MAX: usize = 64;

/// Where our children are listed, in /proc.
const CHILDREN: &CStr = c"thread-self/children";

/// /proc, where that is one. In a root without it anybody may have written what stands there, who
/// must not choose whom we kill.
pub(super) fn proc() -> Option<Fd> {
    let directory = file::open(c"/proc", Mode::Directory).ok()?;
    (mount::is_procfs(&directory) == Ok(true)).then_some(directory)
}

/// A process's place, from /proc/PID/stat.
struct Place {
    parent: i32,
    group: i32,
    session: i32,
}

/// Sends KILL to everything that belongs to the process `root`, itself included.
pub(super) fn kill_tree(root: i32) {
    for _ in 0..ROUNDS_MAX {
        let belongs = |proc: &Fd, pid: i32, place: &Place| {
            pid == root
                || place.session == root
                || place.group == root
                || descends(proc, place.parent, root)
        };
        // First those who descend from it, as long as it is there to descend from; then its group
        // in one call, which takes nearly all there is where /proc is not.
        let found = signal_matching(Signal::KILL, belongs);
        let _ = signal::kill(root.saturating_neg(), Signal::KILL); // no such group is what we want
        if found == 0 {
            return;
        }
    }
}

/// Sends KILL to each of our children. Those of whoever dies come to us, and their turn comes when
/// we are told of that death: so processes that fork and end, and whom no look at all of /proc ever
/// meets, are caught as well. Without CONFIG_PROC_CHILDREN there is nothing to read.
#[inline(never)] // its buffer would lie in the frame of every action
pub(super) fn kill_children() {
    let list = proc().and_then(|proc| file::open_in(&proc, CHILDREN, Mode::ReadNow).ok());
    let Some(list) = list else { return };
    let mut buffer = [0u8; 1024];
    let (mut pid, mut len) = (0i32, 1);
    while len > 0 {
        len = file::read(&list, &mut buffer).unwrap_or(0);
        for byte in buffer.get(..len).unwrap_or_default() {
            pid = match byte {
                b'0'..=b'9' => pid.wrapping_mul(10).wrapping_add(i32::from(byte - b'0')),
                _ if pid > 1 => {
                    let _ = signal::kill(pid, Signal::KILL); // a child that we have not reaped
                    0
                }
                _ => 0, // 0 and -1 would be more than one process
            };
        }
    }
}

/// Sends `signal` to everything that descends from the process `root`, but not to itself. What
/// forks and ends meanwhile may be missed: whether anybody is left, a wait for children says. Gives
/// whether there is a /proc to look in.
pub(super) fn signal_descendants(root: i32, signal: Signal) -> bool {
    let has_proc = proc().is_some();
    let descends =
        |proc: &Fd, pid: i32, place: &Place| pid != root && descends(proc, place.parent, root);
    // TERM once, for somebody may count them; KILL until a look finds nobody.
    let rounds = if signal == Signal::KILL { ROUNDS_MAX } else { 1 };
    let _ = (0..rounds).find(|_| signal_matching(signal, descends) == 0); // or as often as we look
    has_proc
}

/// Whether the process `pid` is below `root`; `None` when nobody can tell.
pub(super) fn is_below(pid: i32, root: i32) -> Option<bool> {
    let proc = proc()?;
    place_of(&proc, pid).map(|place| descends(&proc, place.parent, root))
}

/// Whether a line of parents meets `root`.
fn descends(proc: &Fd, mut pid: i32, root: i32) -> bool {
    for _ in 0..ANCESTORS_MAX {
        match pid {
            _ if pid == root => return true,
            0 | 1 => return false,
            _ => match place_of(proc, pid) {
                Some(place) => pid = place.parent,
                None => return false,
            },
        }
    }
    false
}

#[inline(never)] // its buffer would lie in the frame of every action
/// Sends `signal` to every process that `matches`; gives how many there were. A zombie does not
/// count. All are found before the first gets it: its end would leave its children to others, and
/// nobody could tell any more whose they were.
fn signal_matching(signal: Signal, matches: impl Fn(&Fd, i32, &Place) -> bool) -> usize {
    let Some(proc) = proc() else { return 0 };
    let mut buffer = [0u8; 2048];
    let mut found = 0usize;
    let mut matching: Vec<i32, 128> = Vec::new();
    let mut send = |pids: &mut Vec<i32, 128>| {
        for pid in pids.iter() {
            let is_sent = signal::kill(*pid, signal).is_ok();
            found = found.saturating_add(usize::from(is_sent));
        }
        pids.clear();
    };
    while let Ok(entries) = file::entries(&proc, &mut buffer) {
        if entries.is_empty() {
            break;
        }
        for pid in file::entry_names(entries).filter_map(number_of) {
            if place_of(&proc, pid).is_some_and(|place| matches(&proc, pid, &place)) {
                let _ = matching.push(pid); // there is room: it is emptied when it is full
            }
            if matching.is_full() {
                send(&mut matching);
            }
        }
    }
    send(&mut matching);
    found
}

/// Reads /proc/PID/stat (proc_pid_stat(5)): the fields behind the name, which may hold anything and
/// ends with the last `)`. A zombie has no place any more; a process whose first thread has ended
/// looks like one and has others (num_threads).
fn place_of(proc: &Fd, pid: i32) -> Option<Place> {
    let mut path = Buffer::<24>::new();
    put!(&mut path, pid, "/stat");
    let source = file::open_in(proc, path.path()?, Mode::ReadNow).ok()?;
    let mut buffer = [0u8; 512]; // PID, a name of 64 bytes at most, and the fields we want
    let len = file::read(&source, &mut buffer).ok()?;
    let text = buffer.get(..len)?;
    let behind = text.iter().rposition(|byte| *byte == b')')?.saturating_add(2);
    let mut fields = text.get(behind..)?.split(|byte| *byte == b' ');
    let is_zombie = matches!(fields.next()?, b"Z" | b"X");
    let mut field = || {
        let number =
            units::signed(fields.next()?, i64::from(i32::MIN), i64::from(i32::MAX)).ok()?;
        i32::try_from(number).ok()
    };
    let place = Place { parent: field()?, group: field()?, session: field()? };
    let threads = fields.nth(13); // of twenty, the sixth was the last
    let has_others = threads.is_some_and(|count| !matches!(count, b"0" | b"1"));
    (!is_zombie || has_others).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, id};

    #[test]
    fn our_own_place_is_read_and_our_parent_found() {
        let own = i32::try_from(id()).unwrap();
        let proc = proc().unwrap();
        let place = place_of(&proc, own).unwrap();
        assert!(place.parent > 0 && place.session >= 0 && place.group >= 0);
        assert!(descends(&proc, own, place.parent) && !descends(&proc, place.parent, own));
        assert!(place_of(&proc, 1 << 22).is_none());
    }

    #[test]
    fn a_tree_is_killed_to_its_last_leaf() {
        // sh ─ sh (own session) ─ sleep: neither group nor session of the root, only descent.
        let mut child = Command::new("sh")
            .args(["-c", "setsid sh -c 'sleep 300; true' & wait; sleep 300"])
            .spawn()
            .unwrap();
        let root = i32::try_from(child.id()).unwrap();
        let leaf = |pid: i32| {
            signal_matching(Signal::CONT, |proc, other, place| {
                other != pid && descends(proc, place.parent, pid)
            })
        };
        while leaf(root) < 2 {
            std::thread::yield_now();
        }
        kill_tree(root);
        let status = child.wait().unwrap();
        assert!(!status.success());
        assert_eq!(leaf(root), 0);
    }
}
