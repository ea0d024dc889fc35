//! The keys of who may steer a running nsinit, and what it tells of itself.

use super::{Row, Shape, Table, built, whole};
use crate::model::Control;

/// `[sandbox]`
pub(super) const SANDBOX: &[Row] =
    &[whole(Table::Sandbox, "control", Shape::SwitchOrText, "true|false|PATH", |spec, item| {
        built(cfg!(feature = "control"))?;
        item.put_text(&mut spec.control, Control::parse)
    })
    .for_any_verb()
    .help(
        "true, for what has a name|Listen to ps, status, stop and the others, at a socket that is \
         found by the name, or at PATH.",
    )];
