//! Words about a machine: why it could not be set up, and what the kernel meant when it refused.

use super::sentence::sentence;
use crate::model::Errno;
use crate::plan::{MachineAct, MachineReason};

/// The sentence of a refusal.
pub(super) const fn refusal(reason: MachineReason) -> &'static str {
    match reason {
        MachineReason::NoWatchdog => sentence!(
            "watchdog-timeout has no watchdog to speak of",
            try: "{[}watchdog-device = \"/dev/watchdog\"{|}--watchdog-device /dev/watchdog{]}"
        ),
        MachineReason::NoRoot => sentence!(
            "{s} has no root to speak of",
            try: "{[}switch-root = \"/dev/vda\"{|}--switch-root /dev/vda{]}, or root= on the \
                  kernel command line"
        ),
        MachineReason::RootByContents => sentence!(
            "switch-root cannot look into file systems for a UUID or a label",
            why: "the kernel does not, and each file system has them elsewhere",
            try: "PARTUUID=… or PARTLABEL=… of the partition, or the device, such as /dev/vda2"
        ),
        MachineReason::RootWithoutType => sentence!(
            "switch-root is no device, and there is no switch-root-type to know what else",
            try: "/dev/NAME for a device; for a tag {[}switch-root-type = \"virtiofs\" or \
                  \"9p\"{|}--switch-root-type virtiofs or 9p{]}"
        ),
        MachineReason::NoInitramfs => sentence!(
            "switch-root has no initramfs to leave",
            why: "the kernel has mounted the root of a disk already",
            try: "{[}switch-root = \"none\"{|}--switch-root none{]}, or nsinit as /init of an \
                  initramfs"
        ),
    }
}

/// For `Why`.
pub(super) const NO_RTC: &str = sentence!(
    why: "the machine has no clock of its own that can be read",
    try: "modules with its driver, or a time: clock = \"@SECONDS\""
);
/// For `Why`.
pub(super) const NO_ROOT_DEVICE: &str = sentence!(
    why: "no such device came in time",
    try: "modules with its driver, such as virtio_blk; a longer switch-root-wait"
);
/// For `Why`.
pub(super) const NO_FILE_SYSTEM: &str = sentence!(
    why: "no file system that the kernel has is on it, or an option is none of its",
    try: "modules with its driver, such as squashfs; switch-root-type, to see what that one says"
);
/// For `Why`.
pub(super) const NO_PLACE_IN_ROOT: &str = sentence!(
    why: "/dev, /proc and /sys go along, the new root lacks one of them, and it cannot be made",
    try: "those directories in the root; switch-root-volatile"
);

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
        (MachineAct::LoadModule(_), Errno::EINVAL) => sentence!(
            why: "the kernel cannot unpack it, or a parameter of it on the kernel command line is \
                  wrong"
        ),
        (MachineAct::LoadModule(_), Errno::ENOEXEC) => sentence!(
            why: "it is no module, or one of another kernel"
        ),
        (MachineAct::SetSysctl(_), Errno::ENOENT) => sentence!(
            why: "the kernel has no such setting, or a module that is not loaded brings it",
            try: "modules with that one"
        ),
        (MachineAct::SetSysctl(_), Errno::EINVAL) => sentence!(why: "no value that it may have"),
        (MachineAct::MountRoot(..), Errno::ENODEV) => sentence!(
            why: "the kernel lacks that type",
            try: "modules with its driver"
        ),
        (MachineAct::MountRoot(..), Errno::EINVAL) => sentence!(
            why: "it is no file system of that type, or an option is none of its"
        ),
        (MachineAct::MountRoot(..), Errno::EACCES | Errno::EROFS) => sentence!(
            why: "the device cannot be written",
            try: "switch-root-volatile, or no switch-root-writable"
        ),
        (MachineAct::CoverRoot, Errno::ENODEV) => sentence!(
            why: "the kernel has no overlays",
            try: "modules = [\"overlay\"]"
        ),
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
