//! Services that wait for each other in a circle, of which none could ever start.

use super::{Plan, Reason, Refusal, Refuse};
use crate::model::{ServiceId, ServiceSet};
use crate::spec::{Origin, Spec};

/// Takes services that wait for nobody left away, until none is left, or only those in a circle
/// are. Of each circle one is told, and taken away as well.
pub(super) fn check_cycles<'a>(spec: &'a Spec<'_>, plan: &Plan<'a>, refuse: Refuse<'_, 'a>) {
    let mut ready = ServiceSet::EMPTY;
    for _ in 0..=plan.services.len() {
        take_away(&mut ready, plan);
        let waits = |id: ServiceId| {
            let after = plan.services.get(id.index()).map(|service| service.policy.after);
            after.and_then(|after| after.iter().find(|other| !ready.has(*other)))
        };
        let Some((mut id, _)) = plan.services().find(|(id, _)| !ready.has(*id)) else { return };
        // Who waits outside the circle leads into it, in as many steps as there are services.
        for _ in plan.services.iter() {
            id = waits(id).unwrap_or(id);
        }
        let said = plan.services.get(id.index()).map_or(b"".as_slice(), |own| own.name.bytes());
        let after = spec.services.get(id.index()).and_then(|service| service.after.first());
        let origin = after.map_or(Origin::Default, |said| said.origin);
        refuse(Refusal { origin, said, reason: Reason::Cycle });
        ready = ready.with(id);
    }
}

/// Takes away who waits for nobody else, again and again.
fn take_away(ready: &mut ServiceSet, plan: &Plan<'_>) {
    for _ in plan.services.iter() {
        for (id, service) in plan.services() {
            if service.policy.after.is_within(*ready) {
                *ready = ready.with(id);
            }
        }
    }
}
