//! The keys of namespaces that others made, or that outlive us; they stand in `[sandbox]`.

use super::{Row, Shape, Table, whole};
use crate::model::{Join, Namespace, Whence};
use crate::spec::join::descriptor;
use crate::spec::{Item, Spec};
use crate::text::Fault;

/// Those of `[sandbox]`.
pub(super) const ROWS: &[Row] = &[
    whole(Table::Sandbox, "join", Shape::Pairs, "KIND=PATH|PID", |spec, item| {
        built()?;
        spec.join.put(item)
    })
    .help("|Join this namespace instead of creating one: a file, a process's, or fd:N."),
    whole(Table::Sandbox, "userns", Shape::Number, "FD", |spec, item| {
        join_by_descriptor(Namespace::User, spec, item)
    })
    .help("|The same as join user=fd:FD, as bubblewrap has it."),
    whole(Table::Sandbox, "pidns", Shape::Number, "FD", |spec, item| {
        join_by_descriptor(Namespace::Pid, spec, item)
    })
    .help("|The same as join pid=fd:FD, likewise."),
    whole(Table::Sandbox, "join-place", Shape::TextOrNumber, "PID", |spec, item| {
        built()?;
        item.put_text(&mut spec.join.place, |text| match Whence::parse(text)? {
            Whence::Path(_) => Err(Fault::NotA("PID or fd:N")),
            whence @ (Whence::Pid(_) | Whence::Descriptor(_)) => Ok(whence),
        })
    })
    .help("|Be hidden while joining, and go to where this process is: cgroup, root, directory."),
    whole(Table::Sandbox, "persist", Shape::OuterPath, "DIR", |spec, item| {
        built()?;
        match item.text.is_empty() {
            true => Err(Fault::Empty),
            false => item.put_text(&mut spec.join.persist, Ok),
        }
    })
    .help("|Keep each namespace there when everybody has left it, until nsinit rm DIR; as root."),
];

fn join_by_descriptor<'a>(
    kind: Namespace,
    spec: &mut Spec<'a>,
    item: Item<'a>,
) -> Result<(), Fault> {
    built()?;
    let whence = Whence::Descriptor(descriptor(item.text)?);
    spec.join.add(Join { kind, whence, text: item.text }, item.origin)
}

/// Refuses these keys where what they ask for is not built in.
const fn built() -> Result<(), Fault> {
    if cfg!(feature = "join") { Ok(()) } else { Err(Fault::NotBuilt) }
}
