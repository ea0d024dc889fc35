//! The keys of the descriptors that tie us to whoever started us.

use super::{Row, Set, Shape, Table};
use crate::spec::root::path;
use crate::spec::ties::Tie;
use crate::spec::{Item, Spec};
use crate::text::Fault;

/// `[sandbox]`
pub(super) const ROWS: &[Row] = &[
    tie("sync-fd", |spec, item| spec.ties.set(Tie::Sync, item)).help(
        "|Descriptor that is kept open as long as the sandbox runs, and is no service's; no \
         directory.",
    ),
    tie("block-fd", |spec, item| spec.ties.set(Tie::Block, item)).help(
        "|Start no service before this descriptor can be read, or is at its end. TERM, INT, QUIT \
         or HUP end the launch meanwhile.",
    ),
    tie("info-fd", |spec, item| spec.ties.set(Tie::Info, item)).help(
        "|Write the PID of PID 1 and the inodes of its namespaces to this descriptor, as JSON, \
         and close it.",
    ),
    tie("userns-block-fd", |spec, item| spec.ties.set(Tie::Userns, item)).help(
        "|Whoever reads info-fd writes the id maps, and this can be read then, or is at its end.",
    ),
    Row::new(Table::Sandbox, "lock-file", Shape::List, "DEST", LOCK).without_flag().help(
        "|File inside that PID 1 holds a lock of, for reading, as long as it runs (fcntl(2)).",
    ),
];

const LOCK: Set = match cfg!(feature = "sandbox") {
    true => Set::Whole(|spec, item| spec.ties.locks.append(item, path(item.text)?)),
    false => Set::NotBuilt("sandbox"),
};

/// How a descriptor gets into the spec.
type SetTie = for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>;

/// A descriptor that a build without sandboxes knows and refuses.
const fn tie(name: &'static str, set: SetTie) -> Row {
    let set = if cfg!(feature = "sandbox") { Set::Whole(set) } else { Set::NotBuilt("sandbox") };
    row(name, set)
}

const fn row(name: &'static str, set: Set) -> Row {
    Row::new(Table::Sandbox, name, Shape::Number, "FD", set)
}
