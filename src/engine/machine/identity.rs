//! What a machine knows of itself: the time of day, and its name for programs.

use core::ffi::CStr;

use crate::engine::files::head_of;
use crate::engine::trouble::{Trouble, plain};
use crate::model::{Errno, MachineId, MachineIdFrom, WallClock, Why};
use crate::sys::file::{self, Mode};
use crate::sys::{beneath, clock, mount, stat};
use crate::text::units;

/// Sets the time of day. A machine's clock that tells a time before `file` was written, or before
/// this program was made, has stopped; then it is that time, and never earlier than it was.
pub(super) fn set_clock(clock: WallClock, config: Option<&CStr>) -> Result<(), Trouble> {
    if let WallClock::At(seconds) = clock {
        return clock::set_wall_s(seconds).map_err(plain);
    }
    let written = config.and_then(|path| stat::modified_s(path).ok()).unwrap_or(0);
    let earliest = written.max(WallClock::EARLIEST_S);
    match rtc()? {
        time if time >= earliest => clock::set_wall_s(time).map_err(plain),
        _ if clock::wall_s() < earliest => clock::set_wall_s(earliest).map_err(plain),
        _ => Ok(()),
    }
}

/// The machine's clock, in seconds from 1970 (Documentation/ABI/testing/sysfs-class-rtc).
fn rtc() -> Result<i64, Trouble> {
    let mut text = [0u8; 24];
    let text = head_of(c"/sys/class/rtc/rtc0/since_epoch", &mut text);
    let text = text.ok_or((Errno::ENOENT, Why::NoRtc))?;
    units::signed(text.trim_ascii(), 0, i64::MAX).map_err(|_| (Errno::EINVAL, Why::NoRtc))
}

const ETC: &CStr = c"/etc/machine-id";
const RUN: &CStr = c"/run/machine-id";

/// Gives the machine a name, unless it has one and none was said (machine-id(5)). Where /etc cannot
/// be written, the name is in /run, and seen in /etc over the empty file there.
pub(super) fn set_machine_id(from: MachineIdFrom) -> Result<(), Trouble> {
    let mut text = [0u8; 64];
    let own = head_of(ETC, &mut text).and_then(|text| MachineId::read(text.trim_ascii()));
    let id = match (from, own) {
        (MachineIdFrom::Random | MachineIdFrom::Firmware, Some(_)) => return Ok(()),
        (MachineIdFrom::Said(id), Some(own)) if id == own => return Ok(()),
        (MachineIdFrom::Said(id), _) => id,
        (MachineIdFrom::Firmware, None) => {
            read(c"/sys/class/dmi/id/product_uuid").map_or_else(random, Ok)?
        }
        (MachineIdFrom::Random, None) => random()?,
    };
    match write(ETC, id) {
        Err(errno @ (Errno::EROFS | Errno::EACCES)) => {
            if file::access(ETC, false).is_err() {
                return Err(plain(errno)); // there is nothing that it could lie over
            }
            write(RUN, id).and_then(|()| mount::bind(RUN, ETC)).map_err(plain)
        }
        other => other.map_err(plain),
    }
}

/// A UUID by chance; it does not wait for chance to be good (random(4)).
fn random() -> Result<MachineId, Trouble> {
    read(c"/proc/sys/kernel/random/uuid").ok_or(plain(Errno::ENOENT))
}

fn read(path: &CStr) -> Option<MachineId> {
    let mut text = [0u8; 64];
    MachineId::read(head_of(path, &mut text)?.trim_ascii())
}

fn write(path: &CStr, id: MachineId) -> Result<(), Errno> {
    let target = file::open(path, Mode::Replace)?;
    beneath::change_mode(&target, 0o444)?;
    let mut line = [b'\n'; 33];
    for (place, digit) in line.iter_mut().zip(id.digits()) {
        *place = *digit;
    }
    file::write(&target, &line).map(|_| ())
}
