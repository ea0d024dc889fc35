//! From what was asked of a root to its acts, or to a refusal.

use core::ffi::CStr;

use super::{BASE, RootAct, Slot};
use crate::model::{Attributes, Mount, MountType, Namespace, NamespaceSet, Proc, Source, Upper};
use crate::plan::kinds::Kind;
use crate::plan::{Act, Actor, Facts, MountFault, Plan, Reason, Refusal, Refuse, Step, capability};
use crate::spec::{Origin, Said, Spec};

/// /proc, where nobody says otherwise.
static PROC: Mount<'static> = Mount::new(MountType::Proc, c"/proc");
/// The outer one in its place.
static OUTER_PROC: Mount<'static> =
    Mount { source: Source::Path(c"/proc"), ..Mount::new(MountType::Bind, c"/proc") };
/// /dev, likewise.
static DEV: Mount<'static> = Mount::new(MountType::Dev, c"/dev");

/// The slots of these two, behind those of what was said.
const PROC_SLOT: Slot = Slot::MAX - 1;
const DEV_SLOT: Slot = Slot::MAX;

/// Whether a root of its own was asked for.
pub(in crate::plan) fn is_asked(spec: &Spec<'_>) -> bool {
    cfg!(feature = "sandbox") && spec.root.first().is_some()
}

/// Whether there may be a /dev in it.
pub(in crate::plan) fn has_dev(spec: &Spec<'_>) -> bool {
    let mut mounts = spec.root.mounts.iter();
    let is_usual = spec.root.path.is_some() || spec.root.dev.is_some();
    is_asked(spec) && (is_usual || mounts.any(|said| said.value.kind == MountType::Dev))
}

/// Whether everything that was said can be done.
#[inline(never)] // of starts with a root alone
pub(in crate::plan) fn check<'a>(spec: &'a Spec<'_>, kinds: NamespaceSet, refuse: Refuse<'_, 'a>) {
    if let (Some(said), None) = (spec.root.overlay, spec.root.path) {
        let (said, origin) = (b"overlay".as_slice(), said.origin);
        refuse(Refusal { origin, said, reason: Reason::Mount(MountFault::NoSource) });
    }
    for (index, said) in spec.root.mounts.iter().enumerate() {
        let mount = &said.value;
        let is_base = index == 0 && spec.root.path.is_none();
        let is_second = mount.target.is_some()
            && mount.is_at_root()
            && is_mounted(mount.kind)
            && mount.kind != MountType::Remount
            && !(is_base && can_be_base(mount.kind));
        if mount.kind == MountType::Proc && !kinds.has(Namespace::Pid) {
            let reason = Reason::ProcNeeds(Namespace::Pid);
            refuse(Refusal { origin: said.origin, said: b"proc", reason });
        }
        let second = is_second.then_some(MountFault::SecondRoot);
        for fault in faults_of(mount).chain(second) {
            let said_name = mount.kind.name().as_bytes();
            let reason = Reason::Mount(fault);
            refuse(Refusal { origin: said.origin, said: said_name, reason });
        }
    }
}

/// Whether it is a mount, and nothing that is made in a file system.
const fn is_mounted(kind: MountType) -> bool {
    !matches!(kind, MountType::Dir | MountType::File | MountType::Symlink | MountType::Chmod)
}

/// Whether it can be the root itself.
const fn can_be_base(kind: MountType) -> bool {
    matches!(kind, MountType::Bind | MountType::Tmpfs | MountType::Overlay)
}

/// What is wrong with one of them.
fn faults_of(mount: &Mount<'_>) -> impl Iterator<Item = MountFault> + use<> {
    use MountType::{Bind, Chmod, Data, Dev, Dir, File, Overlay, Proc, Symlink, Sysfs, Tmpfs};
    let kind = mount.kind;
    let source = match (kind, mount.source) {
        (Bind | Data | File | Symlink, Source::None) => Some(MountFault::NoSource),
        (Bind, Source::Text(_)) | (Symlink, Source::Path(_) | Source::Descriptor(_)) => {
            Some(MountFault::OtherSource)
        }
        (Bind | Data | File | Symlink, _) | (_, Source::None) => None,
        (_, Source::Path(_) | Source::Descriptor(_) | Source::Text(_)) => {
            Some(MountFault::OtherSource)
        }
    };
    let has_mode = matches!(kind, Tmpfs | Dir | File | Data | Chmod);
    let is_procs = mount.hidepid.is_some() || mount.has_pids_only;
    let is_sized = mount.size.is_some() || mount.inodes.is_some();
    let holds = matches!(kind, Tmpfs | Dev) || mount.upper == Upper::Memory;
    let is_overlays = mount.layers.count > 0 || mount.upper != Upper::None;
    // The kernel wants two where nothing is written (fs/overlayfs/super.c).
    let least = if mount.upper == Upper::None { 2 } else { 1 };
    let can_be_mapped = kind == Bind && matches!(mount.source, Source::Path(_));
    let has_no_upper = matches!(mount.upper, Upper::Directories { upper, .. } if upper.is_empty());
    let is_of_neither = mount.is_bare && !matches!(kind, Proc | Sysfs);
    // What it is to be of is told then.
    let is_told = source.is_some() && kind == Bind;
    let others = [
        (mount.target.is_none(), MountFault::NoTarget),
        (
            mount.mode.is_some() != has_mode && (mount.mode.is_some() || kind == Chmod),
            MountFault::Mode,
        ),
        (is_sized && !holds, MountFault::Size),
        (is_of_neither || is_procs && kind != Proc, MountFault::Proc),
        (kind == Overlay && mount.layers.count < least, MountFault::Layers),
        (kind != Overlay && is_overlays, MountFault::Overlay),
        (kind == Overlay && has_no_upper, MountFault::Upper),
        (mount.is_mapped && !can_be_mapped && !is_told, MountFault::Mapped),
    ];
    let others = others.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, fault)| fault);
    source.into_iter().chain(others)
}

/// One of what is put there, with its slot and who asked for it.
type Placed<'a> = (&'a Mount<'a>, Slot, Origin);

/// Looks at everything that is put there, in its order: /proc and /dev first, where they are usual
/// and nobody says otherwise.
#[inline(never)] // once, and not for each that looks
pub(super) fn each<'a>(spec: &'a Spec<'_>, kinds: NamespaceSet, look: &mut dyn FnMut(Placed<'a>)) {
    let root = &spec.root;
    let is_at = |place: &CStr| root.mounts.iter().any(|said| is_same(said.value.place(), place));
    let has_path = root.path.is_some();
    let proc = match spec.proc {
        Some(Said { value: Proc::Fresh, origin }) => Some((&PROC, origin)),
        Some(Said { value: Proc::Bind, origin }) => Some((&OUTER_PROC, origin)),
        Some(Said { value: Proc::None, .. }) => None,
        None => (has_path && kinds.has(Namespace::Pid)).then_some((&PROC, Origin::Default)),
    };
    if let Some((mount, origin)) = proc.filter(|_| !is_at(c"/proc")) {
        look((mount, PROC_SLOT, origin));
    }
    let dev = match root.dev {
        Some(said) => said.value.then_some(said.origin),
        None => has_path.then_some(Origin::Default),
    };
    if let Some(origin) = dev.filter(|_| !is_at(c"/dev")) {
        look((&DEV, DEV_SLOT, origin));
    }
    for (slot, said) in (0..).zip(root.mounts.iter()) {
        // What is mounted at the root is the root.
        if !is_base(spec, &said.value) {
            look((&said.value, slot, said.origin));
        }
    }
}

/// The first of these that is so.
fn first<'a>(
    spec: &'a Spec<'_>,
    kinds: NamespaceSet,
    is_it: fn(&Mount<'_>) -> bool,
) -> Option<Origin> {
    let mut found = None;
    each(spec, kinds, &mut |(mount, _, origin)| {
        if found.is_none() && is_it(mount) {
            found = Some(origin);
        }
    });
    found
}

/// Whether this is what becomes the root.
fn is_base(spec: &Spec<'_>, mount: &Mount<'_>) -> bool {
    let first = spec.root.mounts.first().map(|said| &said.value);
    spec.root.path.is_none()
        && first.is_some_and(|first| core::ptr::eq(first, mount))
        && mount.is_at_root()
        && can_be_base(mount.kind)
}

/// Whether two paths are the same, but for their spelling.
fn is_same(one: &CStr, other: &CStr) -> bool {
    let named = |part: &&[u8]| !matches!(*part, b"" | b".");
    let split = |byte: &u8| *byte == b'/';
    let (one, other) = (one.to_bytes().split(split), other.to_bytes().split(split));
    one.filter(named).eq(other.filter(named))
}

/// The descriptors that are kept.
#[inline(never)] // of starts with a root alone
pub(in crate::plan) fn push_kept<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    for Said { value, origin } in &spec.root.mounts {
        if let Source::Descriptor(number) = value.source {
            push(*origin, RootAct::Keep(number), plan);
        }
    }
}

/// Whether it was copied already, or by the launcher.
const fn is_early(act: &RootAct<'_>) -> bool {
    matches!(act.kind(), Kind::OpenLinked)
        || matches!(act, RootAct::Open(mount, _) if mount.is_mapped)
}

/// Once, before the first of what is opened outside.
pub(super) fn push_meanwhile(plan: &mut Plan<'_>) {
    let is_it = |step: &Step<'_>| matches!(step.act, Act::Root(RootAct::DieMeanwhile));
    if !plan.steps.iter().any(is_it) {
        push(Origin::Default, RootAct::DieMeanwhile, plan);
    }
}

/// What else is opened outside, while that can be named.
#[inline(never)] // of starts with a root alone
pub(in crate::plan) fn push_open<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    kinds: NamespaceSet,
    plan: &mut Plan<'a>,
) {
    push_meanwhile(plan);
    let base = base(spec, kinds).filter(|(_, act)| !act.is_made() && !is_early(act));
    if let Some((origin, act)) = base {
        push(origin, act, plan);
    }
    each(spec, kinds, &mut |(mount, slot, origin)| {
        let is_ours = matches!(mount.kind, MountType::Bind | MountType::Proc | MountType::Sysfs);
        if is_ours && !mount.is_linked() && !mount.is_mapped {
            push(origin, RootAct::Open(mount, slot), plan);
        }
    });
    let dev = first(spec, kinds, |mount| mount.kind == MountType::Dev);
    if let Some(origin) = dev.filter(|_| !makes_devices(facts, kinds)) {
        push(origin, RootAct::OpenDevices, plan);
    }
    if let Some(origin) = dev.filter(|_| facts.has_console) {
        push(origin, RootAct::OpenConsole, plan);
    }
}

/// What was said to be mounted at the root, and becomes that.
pub(super) fn base_mount<'s, 'a>(spec: &'s Spec<'a>) -> Option<&'s Said<Mount<'a>>> {
    spec.root.mounts.first().filter(|said| is_base(spec, &said.value))
}

/// What becomes the root.
pub(super) fn base<'a>(spec: &'a Spec<'_>, kinds: NamespaceSet) -> Option<(Origin, RootAct<'a>)> {
    let root = &spec.root;
    let is_read_only = root.read_only.is_some_and(|said| said.value);
    match (&root.path, base_mount(spec)) {
        (Some(Said { value, origin }), _) if root.overlay.is_some() => {
            let lower = core::slice::from_ref(value);
            let (mount, is_users) = (&root.own, kinds.has(Namespace::User));
            Some((*origin, RootAct::OpenOverlay { mount, lower, slot: BASE, is_users }))
        }
        (Some(Said { value, origin }), _) => {
            let usual = Attributes::NOSUID.and(Attributes::NODEV);
            let attributes = usual.and_if(is_read_only, Attributes::READ_ONLY);
            Some((*origin, RootAct::OpenRoot(value, attributes)))
        }
        (None, Some(base)) if base.value.kind == MountType::Overlay => {
            Some((base.origin, overlay(spec, kinds, &base.value, BASE)))
        }
        (None, Some(base)) => Some((base.origin, RootAct::Open(&base.value, BASE))),
        (None, None) => root.first().map(|(origin, _)| (origin, RootAct::Open(&root.own, BASE))),
    }
}

/// How that becomes ours.
fn enter<'a>(spec: &'a Spec<'_>, kinds: NamespaceSet) -> RootAct<'a> {
    let (attributes, propagation) = match base(spec, kinds) {
        Some((_, RootAct::OpenRoot(_, attributes))) => (attributes, None),
        Some((_, RootAct::Open(mount, _))) => (mount.attributes(), mount.propagation),
        Some(_) | None => (Attributes::NONE, None),
    };
    RootAct::Enter { attributes, propagation }
}

/// An overlay that was said.
fn overlay<'a>(
    spec: &'a Spec<'_>,
    kinds: NamespaceSet,
    mount: &'a Mount<'a>,
    slot: Slot,
) -> RootAct<'a> {
    let lower = mount.layers.of(&spec.root.layers);
    RootAct::OpenOverlay { mount, lower, slot, is_users: kinds.has(Namespace::User) }
}

/// What is made in memory, by the ids that own it then. Before Linux 6.15 its file system has to be
/// mounted for that, over the outer root, and a path that goes up to the root would lead into it:
/// so it comes last.
fn push_scratch<'a>(spec: &'a Spec<'_>, kinds: NamespaceSet, plan: &mut Plan<'a>) {
    let is_data = |mount: &Mount<'_>| mount.kind == MountType::Data;
    let (masked, data) = (first(spec, kinds, needs_masks), first(spec, kinds, is_data));
    let Some(origin) = masked.or(data) else { return };
    push(origin, RootAct::OpenScratch, plan);
    if let Some(origin) = masked {
        push(origin, RootAct::OpenMasks, plan);
    }
    if data.is_some() {
        each(spec, kinds, &mut |(mount, slot, origin)| {
            if is_data(mount) {
                push(origin, RootAct::OpenData(mount, slot), plan);
            }
        });
    }
}

/// Whether there is something to hide in it.
fn is_masked(mount: &Mount<'_>) -> bool {
    let is_proc = mount.kind == MountType::Proc && !mount.has_pids_only;
    (is_proc || mount.kind == MountType::Sysfs) && !mount.is_bare
}

/// Whether it is a mask, or has one.
fn needs_masks(mount: &Mount<'_>) -> bool {
    is_masked(mount) || mount.kind == MountType::Mask
}

/// Whether devices are made by us: only in the first user namespace is that more than a file
/// (fs/namei.c, `vfs_mknod`; a file system of another one is nodev by itself).
fn makes_devices(facts: &Facts, kinds: NamespaceSet) -> bool {
    facts.has(capability::MKNOD) && !kinds.has(Namespace::User)
}

/// The new root is entered, and everything is put to its place.
#[inline(never)] // of starts with a root alone
pub(in crate::plan) fn push_enter<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    kinds: NamespaceSet,
    plan: &mut Plan<'a>,
) {
    if let Some((origin, act)) = base(spec, kinds).filter(|(_, act)| act.is_made()) {
        push(origin, act, plan);
    }
    each(spec, kinds, &mut |(mount, slot, origin)| {
        if mount.kind == MountType::Overlay {
            push(origin, overlay(spec, kinds, mount, slot), plan);
        }
    });
    push_scratch(spec, kinds, plan);
    let origin = spec.root.first().map_or(Origin::Default, |(origin, _)| origin);
    push(origin, enter(spec, kinds), plan);
    let makes_devices = makes_devices(facts, kinds);
    each(spec, kinds, &mut |(mount, slot, origin)| {
        push(origin, RootAct::Place { mount, slot, makes_devices }, plan);
        if is_masked(mount) {
            push(origin, RootAct::Mask(mount), plan);
        }
    });
    let is_open = spec.root.path.is_none() || spec.root.overlay.is_some();
    if let Some(said) = spec.root.read_only.filter(|said| said.value && is_open) {
        push(said.origin, RootAct::Seal, plan);
    }
    push(Origin::Default, RootAct::Finish, plan);
}

pub(super) fn push<'a>(origin: Origin, act: RootAct<'a>, plan: &mut Plan<'a>) {
    push_by(Actor::Inner, origin, act, plan);
}

pub(super) fn push_by<'a>(actor: Actor, origin: Origin, act: RootAct<'a>, plan: &mut Plan<'a>) {
    plan.push(actor, origin, Act::Root(act));
}
