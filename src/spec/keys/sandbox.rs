//! The keys of what `run` makes: the sandbox and its namespaces, clocks, ids, privileges.

use super::{Row, Shape, Table, count_below, switch, whole};
use crate::model::{HostName, IdKind, ServiceName, Shift};
use crate::spec::root::set_proc;
use crate::text::Fault;

/// `[sandbox]`
pub(super) const SANDBOX: &[Row] = &[
    whole(Table::Sandbox, "name", Shape::Text, "NAME", |spec, item| {
        item.put_text(&mut spec.name, ServiceName::parse)
    })
    .for_any_verb()
    .help("the file's stem|Name of the sandbox."),
    whole(Table::Sandbox, "namespaces", Shape::List, "KIND", |spec, item| spec.add_kind(item))
        .help(
            "pid, mnt, uts, ipc, time|Kinds to create: these exactly, or the default and +KIND, \
             without -KIND. user is added when we lack privilege.",
        ),
    whole(Table::Sandbox, "hostname", Shape::Text, "NAME", |spec, item| {
        item.put_text(&mut spec.hostname, HostName::parse)
    })
    .help("the outer one|Host name inside; needs uts."),
    whole(Table::Sandbox, "domainname", Shape::Text, "NAME", |spec, item| {
        item.put_text(&mut spec.domainname, HostName::parse)
    })
    .help("the outer one|NIS domain name inside; needs uts."),
    whole(Table::Sandbox, "proc", Shape::Text, "fresh|bind|none", set_proc).help(
        "fresh, with pid and mnt|What stands at /proc: a fresh procfs, the outer one, or nothing. \
         As a flag also the place of a procfs in a new root.",
    ),
];

/// `[time]`
pub(super) const TIME: &[Row] = &[
    whole(Table::Time, "boottime", Shape::Span, "[+-=]TIME", |spec, item| {
        item.put(&mut spec.boottime, Shift::parse)
    })
    .help("unshifted|Shift of CLOCK_BOOTTIME and the uptime: +30d, -5s, or =0s as first seen."),
    whole(Table::Time, "monotonic", Shape::Span, "[+-=]TIME", |spec, item| {
        item.put(&mut spec.monotonic, Shift::parse)
    })
    .help("unshifted|Shift of CLOCK_MONOTONIC, likewise."),
    whole(Table::Time, "realtime|wall-clock", Shape::Span, "-", |_, _| Err(Fault::WallClock))
        .help("|Always refused: the wall clock is the same in every time namespace."),
];

/// `[user]`
pub(super) const USER: &[Row] = &[
    whole(Table::User, "uid-map", Shape::List, "LINE", |spec, item| {
        spec.add_map(IdKind::Uid, item)
    })
    .help(
        "our own uid, with user|Line of the uid_map, \"INSIDE OUTSIDE COUNT\", or auto: \
         ours is 0, and all of /etc/subuid behind it; needs user.",
    ),
    whole(Table::User, "gid-map", Shape::List, "LINE", |spec, item| {
        spec.add_map(IdKind::Gid, item)
    })
    .help("our own gid, with user|Line of the gid_map, likewise, or auto with /etc/subgid."),
    whole(Table::User, "uid", Shape::Number, "ID", |spec, item| item.put(&mut spec.uid, id))
        .help("our own|What our uid is inside; needs user."),
    whole(Table::User, "gid", Shape::Number, "ID", |spec, item| item.put(&mut spec.gid, id))
        .help("our own|What our gid is inside; needs user."),
];

/// `[security]`
pub(super) const SECURITY: &[Row] =
    &[whole(Table::Security, "no-new-privs", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.no_new_privs, switch)
    })
    .help(
        "true|No exec inside gives privileges, setuid or file capabilities. The filter that a \
         root has by default goes with it.",
    )];

/// An id, 0 to 4294967294.
fn id(text: &[u8]) -> Result<u32, Fault> {
    count_below(text, u32::MAX)
}
