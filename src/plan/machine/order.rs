//! The orders that the kernel dictates of a machine's set-up and of its end.

use crate::plan::order::{Kind, Rule, rule};

/// Every order of these acts that is not ours to choose.
pub(in crate::plan) const RULES: &[Rule] = &[
    rule(
        Kind::MountEarly,
        Kind::LinkDescriptors,
        "what is linked before would be covered by the devtmpfs (mount(2))",
    ),
    rule(
        Kind::MountEarly,
        Kind::OpenPort,
        "its name is found in sysfs, and its device in devtmpfs (drivers/char/virtio_console.c)",
    ),
    rule(
        Kind::LoadModule,
        Kind::OpenPort,
        "the driver of the port may be one of the modules (CONFIG_VIRTIO_CONSOLE=m)",
    ),
    rule(
        Kind::LoadModule,
        Kind::SetSysctl,
        "the setting may be one of the module's own (sysctl.d(5))",
    ),
    rule(
        Kind::MountEarly,
        Kind::WatchKernel,
        "its device is in devtmpfs (drivers/char/mem.c, kmsg)",
    ),
    rule(Kind::OpenPort, Kind::Spawn, "a port is open once, and is not the workload's to take"),
    rule(
        Kind::KillAll,
        Kind::Sync,
        "what a process writes after sync(2) may be lost with the power",
    ),
    rule(Kind::KillAll, Kind::Unmount, "a file system that is used stays (umount(2), EBUSY)"),
    rule(Kind::Sync, Kind::Report, "a host that has read the report may switch the power off"),
    rule(Kind::Report, Kind::Leave, "nobody reports from a machine that is down (reboot(2))"),
    rule(
        Kind::Unmount,
        Kind::Leave,
        "reboot(2) neither syncs nor unmounts, what is not written is lost",
    ),
];
