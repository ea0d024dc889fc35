//! The keys of the descriptors that tie us to whoever started us.

use super::{Row, Set, Shape, Table};
use crate::spec::ties::Tie;
use crate::spec::{Item, Spec};
use crate::text::Fault;

/// `[sandbox]`
pub(super) const ROWS: &[Row] = &[
    tie("sync-fd", |spec, item| spec.ties.set(Tie::Sync, item))
        .help("|Descriptor that is kept open as long as the sandbox runs, and is no service's."),
    tie("block-fd", |spec, item| spec.ties.set(Tie::Block, item)).help(
        "|Start no service before this descriptor can be read, or is at its end. TERM, INT, QUIT \
         or HUP end the launch meanwhile.",
    ),
    tie("info-fd", |spec, item| spec.ties.set(Tie::Info, item)).help(
        "|Write the PID of PID 1 and the inodes of its namespaces to this descriptor, as JSON, \
         and close it.",
    ),
];

/// A descriptor that a build without sandboxes knows and refuses.
const fn tie(
    name: &'static str,
    set: for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    let set = if cfg!(feature = "sandbox") { Set::Whole(set) } else { Set::NotBuilt("sandbox") };
    Row::new(Table::Sandbox, name, Shape::Number, "FD", set)
}
