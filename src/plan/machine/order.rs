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
    rule(
        Kind::LoadModule,
        Kind::SetClock,
        "the driver of the clock may be one of the modules (CONFIG_RTC_DRV_CMOS=m)",
    ),
    rule(
        Kind::LoadModule,
        Kind::FeedWatchdog,
        "the driver of the watchdog may be one of the modules (CONFIG_I6300ESB_WDT=m)",
    ),
    rule(
        Kind::FeedWatchdog,
        Kind::WatchSignals,
        "whoever waits long before the loop begins is reset (watchdog-api.rst)",
    ),
    rule(
        Kind::DisarmWatchdog,
        Kind::Sync,
        "sync(2) takes as long as the disks do, and nobody feeds meanwhile",
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
