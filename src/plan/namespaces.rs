//! Which kinds of namespaces `run` creates: what was asked for, what a key needs, and `user` where
//! we lack privilege. What is joined is not created.

use super::confine::disables_userns;
use super::join::Joined;
use super::limits::first_of;
use super::refusal::refuse_keys;
use super::ties::maps_outside;
use super::{Facts, Reason, Refusal, Refuse, capability};
use crate::model::{Clock, IdKind, MountType, Namespace, NamespaceSet, Uplink};
use crate::spec::{Origin, Spec};

/// The kinds that `run` creates when nobody says otherwise.
const DEFAULT_KINDS: NamespaceSet = NamespaceSet::PID
    .union(NamespaceSet::MNT)
    .union(NamespaceSet::UTS)
    .union(NamespaceSet::IPC)
    .union(NamespaceSet::TIME);

/// Whether any clock is shifted.
pub(super) const fn shifts(spec: &Spec<'_>) -> bool {
    spec.monotonic.is_some() || spec.boottime.is_some()
}

/// A key that needs a kind of namespace.
struct Need {
    /// Where it was said, if it was.
    origin: Option<Origin>,
    /// What a message calls it.
    key: &'static str,
    /// The kind.
    kind: Namespace,
    /// Whether it comes with another key, which is refused where no namespaces are made.
    is_companion: bool,
}

/// The keys that need a kind of namespace.
fn needs_of(spec: &Spec<'_>) -> [Need; 15] {
    let need = |origin, key, kind| Need { origin, key, kind, is_companion: false };
    let with_other = |origin, key, kind| Need { origin, key, kind, is_companion: true };
    let loopback = spec.net.loopback.filter(|said| said.value).map(|said| said.origin);
    let interface = spec.net.interfaces.first().map(|interface| interface.origin);
    let uplink = spec.net.uplink.filter(|said| said.value != Uplink::Host);
    let uplink = uplink.map(|said| said.origin);
    let map_origin = |kind| {
        let said = spec.id_map(kind).first().map(|said| said.origin);
        said.or(spec.auto_map(kind))
    };
    let mut mounts = spec.root.mounts.iter();
    let cgroup2 = mounts.find(|said| said.value.kind == MountType::Cgroup2);
    [
        need(spec.hostname.map(|said| said.origin), "hostname", Namespace::Uts),
        need(spec.domainname.map(|said| said.origin), "domainname", Namespace::Uts),
        need(spec.boottime.map(|said| said.origin), "boottime", Namespace::Time),
        need(spec.monotonic.map(|said| said.origin), "monotonic", Namespace::Time),
        need(map_origin(IdKind::Uid), "uid-map", Namespace::User),
        need(map_origin(IdKind::Gid), "gid-map", Namespace::User),
        need(spec.uid.map(|said| said.origin), "uid", Namespace::User),
        need(spec.gid.map(|said| said.origin), "gid", Namespace::User),
        need(disables_userns(spec), "disable-userns", Namespace::User),
        // It is a descriptor among the ties.
        with_other(maps_outside(spec), "userns-block-fd", Namespace::User),
        need(loopback, "loopback", Namespace::Net),
        need(interface, "interface", Namespace::Net),
        need(uplink, "network", Namespace::Net),
        need(spec.root.first().map(|(origin, _)| origin), "a root of its own", Namespace::Mnt),
        // It stands in that root.
        with_other(cgroup2.map(|said| said.origin), "a cgroup2", Namespace::Cgroup),
    ]
}

/// The kinds to create: what was asked for, what a key needs, and `user` where we lack privilege.
/// One that was refused is among them, so that what follows is judged by itself.
pub(super) fn kinds<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    joined: Joined,
    refuse: Refuse<'_, 'a>,
) -> NamespaceSet {
    let asked = spec.namespaces.map(|said| said.value).unwrap_or_default();
    let mut kinds = asked.resolve(DEFAULT_KINDS).difference(joined.said);
    for Need { origin, key, kind, .. } in needs_of(spec) {
        joined.refuse_change(origin, key, kind).unwrap_or_else(&mut *refuse);
        let Some(origin) = origin.filter(|_| !kinds.has(kind) && !joined.said.has(kind)) else {
            continue;
        };
        // Left out by name: we do not overrule that.
        if asked.less.has(kind) || asked.exactly.is_some() {
            let reason = Reason::Needs(key, kind);
            refuse(Refusal { origin, said: key.as_bytes(), reason });
        }
        kinds = kinds.with(kind);
    }
    match lacking(facts, kinds, shifts(spec)) {
        Some(_) if kinds.has(Namespace::User) || joined.has_user() => kinds,
        Some(name) => {
            if asked.less.has(Namespace::User) || joined.said.has(Namespace::User) {
                let origin = spec.namespaces.map_or(Origin::Default, |said| said.origin);
                refuse(Refusal { origin, said: b"", reason: Reason::LacksPrivilege(name) });
            }
            kinds.with(Namespace::User)
        }
        None => kinds,
    }
}

/// The first capability that creating these kinds needs and we do not have.
fn lacking(facts: &Facts, kinds: NamespaceSet, shifts: bool) -> Option<&'static str> {
    let needs = [
        (!kinds.difference(NamespaceSet::USER).is_empty(), capability::SYS_ADMIN, "CAP_SYS_ADMIN"),
        (shifts, capability::SYS_TIME, "CAP_SYS_TIME"),
        (kinds.has(Namespace::Net), capability::NET_ADMIN, "CAP_NET_ADMIN"),
    ];
    needs
        .into_iter()
        .find(|(is_needed, capability, _)| *is_needed && !facts.has(*capability))
        .map(|(_, _, name)| name)
}

/// Whether the clocks can be shifted as asked.
pub(super) fn check_clocks<'a>(spec: &'a Spec<'_>, facts: &Facts, refuse: Refuse<'_, 'a>) {
    let clocks = [
        (Clock::Monotonic, spec.monotonic, facts.monotonic_ns),
        (Clock::Boottime, spec.boottime, facts.boottime_ns),
    ];
    for (clock, shift, now_ns) in clocks {
        if let Some(said) = shift.filter(|said| !said.value.is_possible(now_ns)) {
            let reason = Reason::ClockRange(clock, said.value, now_ns);
            refuse(Refusal { origin: said.origin, said: clock.name().as_bytes(), reason });
        }
    }
}

/// Refuses keys that speak of new namespaces; the names and the network of a machine are its own.
#[inline(never)] // once, and not for each that asks
pub(super) fn refuse_run_keys<'a>(spec: &'a Spec<'_>, is_guest: bool, refuse: Refuse<'_, 'a>) {
    if !cfg!(any(feature = "run", feature = "init")) {
        return; // none of them is taken then
    }
    let asked = spec.namespaces.map(|said| (said.origin, "namespaces"));
    let proc = spec.proc.map(|said| (said.origin, "proc"));
    let limits = first_of(spec).filter(|_| spec.has_cgroups()).map(|origin| (origin, "limits"));
    let needs = needs_of(spec).map(|Need { origin, key, kind, is_companion }| {
        let is_ours = is_guest || !matches!(kind, Namespace::Uts | Namespace::Net);
        origin.filter(|_| is_ours && !is_companion).map(|origin| (origin, key))
    });
    let (ties, lock) = spec.ties.keys();
    let mut refuse_each = |keys: &[_]| refuse_keys(keys, Reason::RunOnly, refuse);
    refuse_each(&[asked, proc, limits]);
    refuse_each(&spec.join.keys());
    refuse_each(&needs);
    refuse_each(&ties);
    refuse_each(&[lock]);
}
