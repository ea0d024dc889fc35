//! Services that wait for each other in a circle, of which none could ever start.

use super::{Plan, Reason, Refusal};
use crate::model::{ServiceId, ServiceSet};
use crate::spec::{Origin, Spec};

/// Takes services that wait for nobody left away, until none is left, or only those in a circle
/// are.
pub(super) fn check_cycles<'a>(spec: &'a Spec<'_>, plan: &Plan<'a>) -> Result<(), Refusal<'a>> {
    let mut ready = ServiceSet::EMPTY;
    for _ in plan.services.iter() {
        for (id, service) in plan.services() {
            if service.policy.after.is_within(ready) {
                ready = ready.with(id);
            }
        }
    }
    let waits = |id: ServiceId| {
        let after = plan.services.get(id.index()).map(|service| service.policy.after);
        after.and_then(|after| after.iter().find(|other| !ready.has(*other)))
    };
    let Some((mut id, _)) = plan.services().find(|(id, _)| !ready.has(*id)) else {
        return Ok(());
    };
    // Who waits outside the circle leads into it, in as many steps as there are services.
    for _ in plan.services.iter() {
        id = waits(id).unwrap_or(id);
    }
    let said = plan.services.get(id.index()).map_or(b"".as_slice(), |own| own.name.bytes());
    let after = spec.services.get(id.index()).and_then(|service| service.after.first());
    let origin = after.map_or(Origin::Default, |said| said.origin);
    Err(Refusal { origin, said, reason: Reason::Cycle })
}
