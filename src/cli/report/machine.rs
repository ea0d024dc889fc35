//! Words about a machine: why it could not be set up, and what the kernel meant when it refused.

use super::sentence::sentence;
use crate::model::Errno;
use crate::plan::{MachineAct, MachineReason};

/// The sentence of a refusal.
pub(super) const fn refusal(reason: MachineReason) -> &'static str {
    match reason {
        MachineReason::NoWatchdog => sentence!(
            "watchdog-timeout has no watchdog to speak of",
            try: "watchdog-device = \"/dev/watchdog\""
        ),
    }
}

/// What we know of an errno of this act.
pub(super) const fn failure(act: &MachineAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (MachineAct::FeedWatchdog(..), Errno::ENOENT | Errno::ENXIO | Errno::ENODEV) => sentence!(
            why: "the machine has no watchdog, or its driver is not loaded",
            try: "modules = [\"softdog\"], or the driver of the hardware"
        ),
        (MachineAct::FeedWatchdog(..), Errno::EBUSY) => sentence!(
            why: "somebody else feeds it already (watchdog-api.rst)"
        ),
        (MachineAct::FeedWatchdog(..), Errno::EINVAL) => sentence!(
            why: "the device cannot wait so long",
            try: "a shorter watchdog-timeout"
        ),
        (MachineAct::FeedWatchdog(..), Errno::ENOTTY) => sentence!(why: "it is no watchdog"),
        (MachineAct::SetClock(..), Errno::EINVAL) => sentence!(
            why: "a time of day before the machine's start is none (clock_settime(2))"
        ),
        (MachineAct::SetMachineId(_), Errno::EROFS | Errno::EACCES) => sentence!(
            why: "/etc cannot be written, and has no file that the name could lie over",
            try: "an empty /etc/machine-id in the root"
        ),
        (_, _) => "",
    }
}
