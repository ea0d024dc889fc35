//! The keys of cgroups: `[limits]`, and those of one service.

use super::{Key, KeyFor, Row, Set, Shape, Table, whole};
use crate::model::{CgroupParent, LimitKind};

/// `[limits]`
pub(super) const LIMITS: &[Row] = &[
    whole(Table::Limits, "cgroup", Shape::Text, "own|PATH", |spec, item| {
        item.put_text(&mut spec.limits.cgroup, CgroupParent::parse)
    })
    .help("none, with limits own|Make a cgroup for it: below or beside ours, or in /PATH."),
    limit(LimitKind::CpuMax, "cpu-max", Shape::Text, "SHARE")
        .help("none|Most processor time: 50%, 250%, 20ms/100ms."),
    limit(LimitKind::CpuWeight, "cpu-weight", Shape::Number, "N")
        .help("100|Its part of processor time when there is not enough, 1 to 10000."),
    limit(LimitKind::CpusetCpus, "cpuset-cpus", Shape::Text, "LIST")
        .help("all|Processors it runs on: 0-3,7."),
    limit(LimitKind::CpusetMems, "cpuset-mems", Shape::Text, "LIST")
        .help("all|Memory nodes it has its memory from."),
    limit(LimitKind::IoMax, "io-max", Shape::List, "DEVICE LIMIT…")
        .help("none|Most of a block device: \"/dev/sda rbps=1MiB wbps=1MiB riops=100 wiops=100\"."),
    limit(LimitKind::IoWeight, "io-weight", Shape::Number, "N")
        .help("100|Its part of block devices when there is not enough, 1 to 10000."),
    limit(LimitKind::MemoryMax, "memory-max|memory", Shape::TextOrNumber, "SIZE")
        .help("none|Most memory; what needs more is killed, and that is told."),
    limit(LimitKind::MemoryHigh, "memory-high", Shape::TextOrNumber, "SIZE")
        .help("none|Memory above which it is slowed down."),
    limit(LimitKind::MemoryLow, "memory-low", Shape::TextOrNumber, "SIZE")
        .help("0|Memory that is taken from others first."),
    limit(LimitKind::MemoryMin, "memory-min", Shape::TextOrNumber, "SIZE")
        .help("0|Memory that is never taken from it."),
    limit(LimitKind::MemorySwapMax, "memory-swap-max", Shape::TextOrNumber, "SIZE")
        .help("none|Most swap."),
    limit(LimitKind::MemoryOomGroup, "memory-oom-group", Shape::Switch, "")
        .help("false|For want of memory all of it is killed, not one process."),
    limit(LimitKind::PidsMax, "pids-max|pids-limit", Shape::TextOrNumber, "N")
        .help("none|Most processes and threads, our PID 1 among them."),
    limit(LimitKind::HugetlbMax, "hugetlb-max", Shape::Pairs, "PAGE=SIZE")
        .help("none|Most memory in huge pages of one size: 2MiB=64MiB."),
];

/// The same in `[[service]]`, where they are of a cgroup of its own.
pub(super) const OF_SERVICE: &[Row] = &[
    own(LimitKind::CpuMax, "cpu-max", Shape::Text, "SHARE"),
    own(LimitKind::CpuWeight, "cpu-weight", Shape::Number, "N"),
    own(LimitKind::CpusetCpus, "cpuset-cpus", Shape::Text, "LIST"),
    own(LimitKind::CpusetMems, "cpuset-mems", Shape::Text, "LIST"),
    own(LimitKind::IoMax, "io-max", Shape::List, "DEVICE LIMIT…"),
    own(LimitKind::IoWeight, "io-weight", Shape::Number, "N"),
    own(LimitKind::MemoryMax, "memory-max", Shape::TextOrNumber, "SIZE"),
    own(LimitKind::MemoryHigh, "memory-high", Shape::TextOrNumber, "SIZE"),
    own(LimitKind::MemoryLow, "memory-low", Shape::TextOrNumber, "SIZE"),
    own(LimitKind::MemoryMin, "memory-min", Shape::TextOrNumber, "SIZE"),
    own(LimitKind::MemorySwapMax, "memory-swap-max", Shape::TextOrNumber, "SIZE"),
    own(LimitKind::MemoryOomGroup, "memory-oom-group", Shape::Switch, ""),
    own(LimitKind::PidsMax, "pids-max", Shape::TextOrNumber, "N"),
    own(LimitKind::HugetlbMax, "hugetlb-max", Shape::Pairs, "PAGE=SIZE"),
];

const fn limit(kind: LimitKind, names: &'static str, shape: Shape, value: &'static str) -> Row {
    Row::new(Table::Limits, names, shape, value, Set::Limit(kind))
}

const fn own(kind: LimitKind, name: &'static str, shape: Shape, value: &'static str) -> Row {
    let row = Row::new(Table::Service, name, shape, value, Set::Limit(kind)).without_flag();
    let row = Row { key: Key { scope: KeyFor::Run, ..row.key }, ..row };
    row.help("none|As in [limits], for this service within them.")
}
