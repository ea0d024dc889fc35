//! The keys of the kernel's init: `[init]`.

use super::{Row, Set, Shape, Table, whole};
use crate::model::{FailOn, Farewell, MachineIdFrom, ReportTo, RootSource, Span, WallClock};
use crate::spec::machine::{device, module, nonce, watchdog_timeout};
use crate::spec::{switch, switch_root};

/// `[init]`
pub(super) const ROWS: &[Row] = &[
    Row::new(
        Table::Init,
        "farewell",
        Shape::TextOrExec,
        "HOW",
        Set::WholeOrExec(
            |spec, item| item.put(&mut spec.machine.farewell, Farewell::parse),
            |spec, said| spec.machine.farewell_by(said),
        ),
    )
    .help(
        "poweroff|How the machine is left: poweroff, reboot, halt, kexec, or exec=COMMAND, \
         which becomes PID 1.",
    ),
    whole(Table::Init, "report", Shape::List, "WHERE", |spec, item| {
        let to = ReportTo::parse(item.text)?;
        spec.machine.report.append(item, to)
    })
    .help(
        "the virtio port org.nsinit.report|Who is told how it ended, besides the console: \
         a device, vsock:CID:PORT, isa-debug-exit[:PORT], testdev, or on arm64 semihosting.",
    ),
    whole(Table::Init, "nonce", Shape::Text, "WORD", |spec, item| {
        item.put_text(&mut spec.machine.nonce, nonce)
    })
    .help("-|Word in the console's verdict, by which a host tells ours from a forged one."),
    whole(Table::Init, "fail-on", Shape::Text, "never|oops|warn", |spec, item| {
        item.put(&mut spec.machine.fail_on, FailOn::parse)
    })
    .help("never|Trouble of the kernel by which a run fails though its workload passed."),
    whole(Table::Init, "modules", Shape::List, "MODULE", |spec, item| {
        let name = module(item.text)?;
        spec.machine.modules.append(item, name)
    })
    .help("|Kernel modules to load, by name with what they need, or by path."),
    whole(Table::Init, "switch-root", Shape::Text, "SOURCE", |spec, item| {
        spec.machine.root.is_kernels = false;
        item.put_text(&mut spec.machine.root.source, RootSource::parse)
    })
    .help(
        "the kernel's root=, or none|Root to leave the initramfs for: /dev/vda2, MAJOR:MINOR, \
         PARTLABEL=NAME, PARTUUID=ID, or the tag of a virtiofs or 9p.",
    ),
    whole(Table::Init, "switch-root-type", Shape::Text, "TYPE", |spec, item| {
        item.put_text(&mut spec.machine.root.kind, switch_root::kinds)
    })
    .help("rootfstype=, or each that the kernel has|Its file system, or some with commas."),
    whole(Table::Init, "switch-root-options", Shape::Text, "OPTIONS", |spec, item| {
        item.put_text(&mut spec.machine.root.options, switch_root::options)
    })
    .help("rootflags=|Options of its file system, with commas."),
    whole(Table::Init, "switch-root-writable", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.machine.root.is_writable, switch)
    })
    .help("rw, else false|Write to it."),
    whole(Table::Init, "switch-root-volatile", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.machine.root.is_volatile, switch)
    })
    .help("false|What is written goes to memory, by an overlay, and is gone at the end."),
    whole(Table::Init, "switch-root-wait", Shape::Span, "TIME", |spec, item| {
        item.put(&mut spec.machine.root.wait, Span::parse)
    })
    .help("30s|How long its device is waited for."),
    whole(Table::Init, "sysctl", Shape::Pairs, "NAME=VALUE", |spec, item| {
        spec.machine.set_sysctl(item)
    })
    .help("|Setting of the kernel: kernel.printk=\"1 4 1 7\"."),
    whole(Table::Init, "clock", Shape::Text, "WHENCE", |spec, item| {
        item.put(&mut spec.machine.clock, WallClock::parse)
    })
    .help(
        "what the kernel has|Time of day: rtc, the machine's own clock; or this one, \
         2026-11-26T12:00:00Z or @SECONDS.",
    ),
    whole(Table::Init, "machine-id", Shape::Text, "WHENCE", |spec, item| {
        item.put(&mut spec.machine.machine_id, MachineIdFrom::parse)
    })
    .help("|Name of a machine that has none, machine-id(5): random, firmware, or 32 digits."),
    whole(Table::Init, "default-rlimits", Shape::Pairs, "RESOURCE=LIMIT", |spec, item| {
        spec.machine.set_rlimit(item)
    })
    .help("the kernel's|Resource limit of every service that says none itself: nofile=1024:4096."),
    whole(Table::Init, "watchdog-device", Shape::Text, "PATH", |spec, item| {
        item.put_text(&mut spec.machine.watchdog, device)
    })
    .help("|Hardware watchdog to feed: it resets the machine when we hang."),
    whole(Table::Init, "watchdog-timeout", Shape::Span, "TIME", |spec, item| {
        item.put(&mut spec.machine.watchdog_timeout, watchdog_timeout)
    })
    .help("the device's|How long the watchdog waits; it is fed twice as often."),
];
