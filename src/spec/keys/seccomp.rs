//! The keys of `[security]` that speak of filters of system calls.

use super::{Row, Shape, confine, switch};
use crate::spec::filter::{FilterFrom, FilterLog, descriptor};

/// `[security]`
pub(super) const ROWS: &[Row] = &[
    confine("seccomp", Shape::TextOrNumber, "default|none|FILE|FD", |spec, item| {
        item.put_text(&mut spec.filter.seccomp, FilterFrom::parse)
    })
    .help(
        "default, with a root of its own|Filter of system calls: default, none, a file in the \
         format of nsinit-seccomp(5), or a descriptor with classic BPF.",
    ),
    confine("add-seccomp-fd", Shape::List, "FD", |spec, item| {
        let number = descriptor(item.bytes())?;
        spec.filter.more.append(item, number)
    })
    .help("|One more filter, a descriptor with classic BPF; the sternest answer counts."),
    confine("seccomp-log", Shape::Text, "none|refused|allowed", |spec, item| {
        item.put(&mut spec.filter.log, FilterLog::parse)
    })
    .help(
        "none|Tell each call that the filter refuses, once; with allowed it is made all the same, \
         to try a filter.",
    ),
    confine("lock-in", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.filter.lock_in, switch)
    })
    .help(
        "true, with anything else that confines|PID 1 cannot be traced, and keeps no capability \
         and no call that its loop does not need.",
    ),
];
