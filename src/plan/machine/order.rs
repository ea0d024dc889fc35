//! The orders that the kernel dictates of a machine's set-up and of its end.

use crate::plan::kinds::Kind;
use crate::plan::rule::{Rule, rule};

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
        Kind::MountRoot,
        "the driver of the disk may be one of the modules (CONFIG_VIRTIO_BLK=m)",
    ),
    rule(
        Kind::SetClock,
        Kind::MountRoot,
        "a file system that is written notes when it was mounted (fs/ext4/super.c, s_mtime)",
    ),
    rule(
        Kind::SetClock,
        Kind::LeaveInitramfs,
        "the file that tells the earliest time is in the initramfs",
    ),
    rule(
        Kind::MountRoot,
        Kind::CoverRoot,
        "an overlay takes its layers when it is mounted (fs/overlayfs/super.c)",
    ),
    rule(
        Kind::MountEarly,
        Kind::LeaveInitramfs,
        "what is mounted goes along; the places in the initramfs are removed (switch_root(8))",
    ),
    rule(Kind::CoverRoot, Kind::LeaveInitramfs, "where the layers lie is gone with the initramfs"),
    rule(
        Kind::LoadModule,
        Kind::LeaveInitramfs,
        "the modules are in the initramfs, which is emptied",
    ),
    rule(
        Kind::LeaveInitramfs,
        Kind::SetMachineId,
        "the name of a machine stands in its root, not in its initramfs",
    ),
    rule(
        Kind::LeaveInitramfs,
        Kind::Spawn,
        "chroot(2) moves nobody but who calls it and is born later",
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
        Kind::FeedLast,
        Kind::KillAll,
        "what follows takes as long as processes and disks do (watchdog-api.rst)",
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
