//! What a kernel is too old for, found before anything is touched.
//!
//! Attributes of mounts are no such thing: what mount_setattr(2) cannot do mount(2) does, later.

use crate::model::{HidePid, Mount, MountType, Namespace, NamespaceSet};
use crate::plan::{Facts, MountFault, Reason, Refusal};
use crate::spec::Spec;

/// Whether the kernel has all that was asked for.
pub(in crate::plan) fn check_kernel<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    kinds: NamespaceSet,
) -> Result<(), Refusal<'a>> {
    let is_users = kinds.has(Namespace::User);
    for said in spec.root.mounts.iter() {
        if let Some(fault) = fault_of(&said.value, facts, is_users) {
            let said_name = said.value.kind.name().as_bytes();
            let reason = Reason::Mount(fault);
            return Err(Refusal { origin: said.origin, said: said_name, reason });
        }
    }
    match spec.root.overlay.filter(|_| is_users && facts.is_before(5, 11)) {
        Some(said) => {
            let reason = Reason::Mount(MountFault::OverlayTooNew);
            Err(Refusal { origin: said.origin, said: b"overlay", reason })
        }
        None => Ok(()),
    }
}

/// What of a mount came later.
fn fault_of(mount: &Mount<'_>, facts: &Facts, is_users: bool) -> Option<MountFault> {
    let is_overlay = mount.kind == MountType::Overlay;
    let is_hidden = mount.has_pids_only || mount.hidepid == Some(HidePid::Ptraceable);
    let faults = [
        (mount.is_mapped && facts.is_before(5, 12), MountFault::MappedTooNew),
        (is_overlay && is_users && facts.is_before(5, 11), MountFault::OverlayTooNew),
        (is_hidden && facts.is_before(5, 8), MountFault::ProcTooNew),
    ];
    faults.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, fault)| fault)
}
