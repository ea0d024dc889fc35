//! What a kernel is too old for, found before anything is touched.
//!
//! Attributes of mounts are no such thing: what mount_setattr(2) cannot do mount(2) does, later.

use crate::model::{HidePid, Mount, MountType, Namespace, NamespaceSet};
use crate::plan::{Facts, MountFault, Reason, Refusal, Refuse};
use crate::spec::Spec;

/// Whether the kernel has all that was asked for.
pub(in crate::plan) fn check_kernel<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    kinds: NamespaceSet,
    refuse: Refuse<'_, 'a>,
) {
    let is_users = kinds.has(Namespace::User);
    for said in spec.root.mounts.iter() {
        for fault in faults_of(&said.value, facts, is_users) {
            let said_name = said.value.kind.name().as_bytes();
            let reason = Reason::Mount(fault);
            refuse(Refusal { origin: said.origin, said: said_name, reason });
        }
    }
    if let Some(said) = spec.root.overlay.filter(|_| is_users && facts.is_before(5, 11)) {
        let reason = Reason::Mount(MountFault::OverlayTooNew);
        refuse(Refusal { origin: said.origin, said: b"overlay", reason });
    }
}

/// What of a mount came later.
fn faults_of(
    mount: &Mount<'_>,
    facts: &Facts,
    is_users: bool,
) -> impl Iterator<Item = MountFault> + use<> {
    let is_overlay = mount.kind == MountType::Overlay;
    let is_hidden = mount.has_pids_only || mount.hidepid == Some(HidePid::Ptraceable);
    let faults = [
        (mount.is_mapped && facts.is_before(5, 12), MountFault::MappedTooNew),
        (is_overlay && is_users && facts.is_before(5, 11), MountFault::OverlayTooNew),
        (is_hidden && facts.is_before(5, 8), MountFault::ProcTooNew),
    ];
    faults.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, fault)| fault)
}
