//! The keys of who may steer a running nsinit, and what it tells of itself.

use super::{Row, Shape, Table, built, whole};
use crate::limits::STATUS_FD_MAX;
use crate::model::Control;
use crate::spec::Tie;
use crate::text::{Fault, units};

/// `[sandbox]`
pub(super) const SANDBOX: &[Row] = &[
    whole(Table::Sandbox, "control", Shape::SwitchOrText, "true|false|PATH", |spec, item| {
        built(cfg!(feature = "control"))?;
        item.put_text(&mut spec.control, Control::parse)
    })
    .for_any_verb()
    .help(
        "true, for what has a name|Listen to ps, status, stop and the others, at a socket that is \
         found by the name, or at PATH.",
    ),
    whole(Table::Sandbox, "json-status-fd", Shape::Number, "FD", |spec, item| {
        built(cfg!(feature = "control"))?;
        spec.ties.put(Tie::Status, item.origin, descriptor(item.bytes())?);
        Ok(())
    })
    .help(
        "|Tell what happens at this descriptor, an object a line: child-pid and the namespaces, \
         then each event, at last exit-code. What finds no room is left out and counted; the \
         end waits for a second.",
    ),
];

/// A descriptor to write to.
fn descriptor(text: &[u8]) -> Result<u16, Fault> {
    let (min, max) = (1, i64::from(STATUS_FD_MAX));
    let number = units::signed(text, min, max)?;
    u16::try_from(number).map_err(|_| Fault::OutOfRange { min, max })
}
