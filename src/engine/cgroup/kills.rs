//! What a cgroup knows of those in it that nobody else does: all of them, and who was killed for
//! want of memory.

use super::held::{CgroupHands, Own, PROCS};
use crate::model::{ServiceId, Signal, oom_kills as count_of};
use crate::sys::cgroup::{self, Access};
use crate::sys::{Fd, file, signal};
use crate::text::units;

/// How many times the list is read again after something was found: what forks meanwhile is met in
/// the next round.
const ROUNDS_MAX: usize = 64;

/// Kills everybody in a service's cgroup, whatever session and group they went to. `false` when it
/// has none.
pub(in crate::engine) fn kill_service(id: ServiceId, held: &mut CgroupHands) -> bool {
    held.was_killed(id);
    let own = held.own.get(id.index().saturating_add(2));
    own.is_some_and(|own| own.directory.is_some() && kill(own))
}

/// Kills everybody in a cgroup.
fn kill(own: &Own) -> bool {
    if let Some(kill) = &own.kill {
        return file::write(kill, b"1").is_ok();
    }
    own.directory.as_ref().is_some_and(kill_listed)
}

/// The same one by one, before Linux 5.14.
#[inline(never)] // its buffer would lie in the frame of every action
pub(super) fn kill_listed(directory: &Fd) -> bool {
    for _ in 0..ROUNDS_MAX {
        let Ok(list) = cgroup::open_in(directory, PROCS, Access::Read) else { return false };
        let mut found = false;
        let mut buffer = [0u8; 4096];
        let mut pid = 0u64;
        while let Ok(len @ 1..) = file::read(&list, &mut buffer) {
            for byte in buffer.get(..len).unwrap_or_default() {
                pid = match byte {
                    b'0'..=b'9' => pid.saturating_mul(10).saturating_add(u64::from(byte - b'0')),
                    _ => {
                        // One of another PID namespace has no number here, and reads as 0.
                        if let Ok(pid @ 1..) = i32::try_from(pid) {
                            found |= signal::kill(pid, Signal::KILL).is_ok();
                        }
                        0
                    }
                };
            }
        }
        if !found {
            return true;
        }
    }
    true
}

/// Whether the kernel has killed in a service's cgroup for want of memory since that was told last;
/// where the service has none that counts, in the sandbox's. `None` where nothing is counted.
pub(in crate::engine) fn oom_kills(id: ServiceId, held: &mut CgroupHands) -> Option<bool> {
    [id.index().saturating_add(2), 0].into_iter().find_map(|index| {
        let own = held.own.get_mut(index)?;
        let kills = kills(own.directory.as_ref()?)?;
        let before = core::mem::replace(&mut own.kills_told, kills);
        Some(kills > before)
    })
}

/// How often the kernel killed in a cgroup and below for want of memory.
#[inline(never)] // as above
pub(super) fn kills(directory: &Fd) -> Option<u64> {
    let mut text = [0u8; 512];
    count_of(read(directory, c"memory.events", &mut text)?)
}

/// The number in a file of a cgroup that is one number, or behind a name on a line of its own.
#[inline(never)] // as above
pub(super) fn number(directory: &Fd, file: &core::ffi::CStr, name: &[u8]) -> Option<u64> {
    let mut text = [0u8; 1024];
    let text = read(directory, file, &mut text)?;
    let mut lines = text.split(|byte| *byte == b'\n');
    let value = match name {
        [] => lines.next()?,
        name => lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(b" "))?,
    };
    units::unsigned(value, u64::MAX).ok()
}

fn read<'b>(directory: &Fd, file: &core::ffi::CStr, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let source = cgroup::open_in(directory, file, Access::Read).ok()?;
    let len = file::read(&source, buffer).ok()?;
    buffer.get(..len)
}
