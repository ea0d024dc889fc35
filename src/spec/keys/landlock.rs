//! The keys of Landlock: `[security.landlock]`, and flags that begin with `--landlock-`.

use super::{Row, Shape, Table, switch, whole};
use crate::model::{Beneath, PortKind, Scopes};
use crate::spec::{Item, Spec};
use crate::text::Fault;

/// `[security.landlock]`
pub(super) const ROWS: &[Row] = &[
    landlock("read|landlock-read", Shape::List, "PATH", |spec, item| {
        spec.landlock.add_path(item, Beneath::Read)
    })
    .help(
        "|What may be read, and executed unless execute says that apart; with - in front of a path \
         it need not be there. Once this or write is said, nothing else of any file.",
    ),
    landlock("write|landlock-write", Shape::List, "PATH", |spec, item| {
        spec.landlock.add_path(item, Beneath::Write)
    })
    .help("|What may be read, changed, made, removed and connected to, likewise."),
    landlock("execute|landlock-execute", Shape::List, "PATH", |spec, item| {
        spec.landlock.add_path(item, Beneath::Execute)
    })
    .help("what may be read or written|What may be read and executed, and nothing else executed."),
    landlock("devices|landlock-devices", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.landlock.devices, switch)
    })
    .help("true|Read and write /dev/null, zero, full, random and urandom anyway."),
    landlock("bind-tcp|landlock-bind-tcp", Shape::List, "PORT", |spec, item| {
        spec.landlock.add_port(item, PortKind::BindTcp)
    })
    .help("|TCP ports to listen at, and no others, or none; 0 is one that the kernel chooses."),
    landlock("connect-tcp|landlock-connect-tcp", Shape::List, "PORT", |spec, item| {
        spec.landlock.add_port(item, PortKind::ConnectTcp)
    })
    .help("|TCP ports to connect to, wherever, and no others, or none."),
    landlock("bind-udp|landlock-bind-udp", Shape::List, "PORT", |spec, item| {
        spec.landlock.add_port(item, PortKind::BindUdp)
    })
    .help("|UDP ports to receive at, likewise; who only sends needs 0."),
    landlock("connect-udp|landlock-connect-udp", Shape::List, "PORT", |spec, item| {
        spec.landlock.add_port(item, PortKind::ConnectUdp)
    })
    .help("|UDP ports to send to, likewise."),
    landlock("scope|landlock-scope", Shape::List, "SCOPE", |spec, item| {
        item.gather(&mut spec.landlock.scope, Scopes::add)
    })
    .help(
        "both, as far as readiness allows|What of outside is out of reach: abstract-unix, sockets \
         without a path; signal, processes; none.",
    ),
    landlock("log|landlock-log", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.landlock.log, switch)
    })
    .help("false|Tell audit what was refused, from Linux 6.15 on."),
    landlock("required|landlock-required", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.landlock.required, switch)
    })
    .help(
        "what is said|Refuse to start where the kernel lacks any right of ours (true), or go on \
         without Landlock at all (false). explain shows what is lacking.",
    ),
];

/// A key of Landlock, which a build without confinement knows and refuses.
const fn landlock(
    names: &'static str,
    shape: Shape,
    value: &'static str,
    set: for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    whole(Table::Landlock, names, shape, value, set).flag_from(1)
}
