//! The keys of the kernel's init: `[init]`.

use super::{Row, Set, Shape, Table, whole};
use crate::model::{FailOn, Farewell, ReportTo};
use crate::spec::machine::{module, nonce};

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
         a device, vsock:CID:PORT, isa-debug-exit[:PORT] or testdev.",
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
    whole(Table::Init, "sysctl", Shape::Pairs, "NAME=VALUE", |spec, item| {
        spec.machine.set_sysctl(item)
    })
    .help("|Setting of the kernel: kernel.printk=\"1 4 1 7\"."),
];
