//! The network of a sandbox: who makes which interface, where, and what is taken back at the end.
//!
//! Interfaces come from outside, so the launcher makes them, while PID 1 waits at the gate; what
//! can be said of them inside (addresses, routes) PID 1 says itself. The outer end of a pair goes
//! with the inner one when the last process inside ends, but not at once
//! (net/core/net_namespace.c, `cleanup_net`), so the launcher takes it away. An interface that was
//! moved in would be lost with a namespace that dies, where it is no device of the machine
//! (net/core/dev.c, `default_device_exit_net`): a process that outlives everything brings it back.

use super::{Act, Actor, Facts, NetAct, NetReason, Plan, Reason, Refusal, Refuse, capability};
use crate::model::rtnetlink::Looks;
use crate::model::{Address, InterfaceName, Namespace, NamespaceSet, Network, Uplink, Wire};
use crate::spec::{InterfaceSpec, NetSpec, Origin, Said, Spec};

/// What was asked of an interface, when it is whole.
struct Whole<'a> {
    inner: InterfaceName<'a>,
    wire: Wire<'a>,
    looks: Looks,
}

impl<'a> Whole<'a> {
    fn of(interface: &InterfaceSpec<'a>) -> Option<Self> {
        let wire = interface.wire?.value;
        let inner = match (interface.name, wire) {
            (Some(said), _) => said.value,
            (None, Wire::Moved(outer)) => outer,
            (None, Wire::Veth(_) | Wire::Macvlan(_)) => return None,
        };
        let mac = interface.mac.map(|said| said.value);
        let looks = Looks { mac, mtu: interface.mtu.map(|said| said.value) };
        Some(Self { inner, wire, looks })
    }

    /// What PID 1 sets inside: a moved one keeps its own looks until then, others were made so.
    const fn looks_inside(&self) -> Looks {
        match self.wire {
            Wire::Moved(_) => self.looks,
            Wire::Veth(_) | Wire::Macvlan(_) => Looks { mac: None, mtu: None },
        }
    }
}

/// Whether PID 1 has to wait until its network was made.
pub(super) fn waits_for_network(net: &NetSpec<'_>) -> bool {
    let is_pasta = net.uplink.is_some_and(|said| said.value == Uplink::Pasta);
    cfg!(feature = "net") && (is_pasta || !net.interfaces.is_empty())
}

/// Refuses what could not be: before anything was touched.
pub(super) fn check<'a>(
    spec: &'a Spec<'_>,
    facts: &Facts,
    kinds: NamespaceSet,
    refuse: Refuse<'_, 'a>,
) -> Result<(), Refusal<'a>> {
    let interfaces = &spec.net.interfaces;
    for (index, interface) in interfaces.iter().enumerate() {
        let before = interfaces.get(..index).unwrap_or_default();
        check_interface(interface, before, facts).unwrap_or_else(&mut *refuse);
        check_gateways(interface).unwrap_or_else(&mut *refuse);
    }
    let refuse = |origin, said, reason| Err(of_net(origin, said, reason));
    match spec.net.uplink {
        Some(said) if said.value == Uplink::Host && kinds.has(Namespace::Net) => {
            refuse(said.origin, b"host", NetReason::OfHost)
        }
        Some(said) if said.value == Uplink::Pasta && facts.uid == 0 => {
            refuse(said.origin, b"pasta", NetReason::PastaOfRoot)
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses an interface that could not be beside those before it.
fn check_interface<'a>(
    interface: &'a InterfaceSpec<'_>,
    before: &[InterfaceSpec<'_>],
    facts: &Facts,
) -> Result<(), Refusal<'a>> {
    let refuse = |origin, said, reason| Err(of_net(origin, said, reason));
    let (Some(wire), None) = (interface.wire, interface.second_wire) else {
        let origin = interface.second_wire.unwrap_or(interface.origin);
        return refuse(origin, b"", NetReason::Wire);
    };
    let Some(whole) = Whole::of(interface) else {
        return refuse(interface.origin, wire.value.outer().bytes(), NetReason::Name);
    };
    let is_same = |other: &InterfaceSpec<'_>| {
        let names = Whole::of(other).map(|other| (other.inner, other.wire));
        names.is_some_and(|(inner, outer)| {
            let shares = matches!((outer, whole.wire), (Wire::Macvlan(_), Wire::Macvlan(_)));
            inner == whole.inner || outer.outer() == whole.wire.outer() && !shares
        })
    };
    if before.iter().any(is_same) || whole.inner.bytes() == b"lo" {
        let origin = interface.name.map_or(interface.origin, |said| said.origin);
        return refuse(origin, whole.inner.bytes(), NetReason::Twice);
    }
    check_outer_keys(interface, whole.wire)?;
    if !facts.has(capability::NET_ADMIN | capability::SYS_ADMIN) {
        return refuse(wire.origin, whole.inner.bytes(), NetReason::Privilege);
    }
    Ok(())
}

fn of_net(origin: Origin, said: &[u8], reason: NetReason) -> Refusal<'_> {
    Refusal { origin, said, reason: Reason::Net(reason) }
}

/// A bridge and outer addresses are for the outer end of a pair, which only veth has.
fn check_outer_keys<'a>(
    interface: &'a InterfaceSpec<'_>,
    wire: Wire<'_>,
) -> Result<(), Refusal<'a>> {
    let bridge = interface.bridge.map(|said| (said.origin, "bridge"));
    let address = interface.outer_addresses.first().map(|said| (said.origin, "outer-address"));
    match (wire, bridge.or(address)) {
        (Wire::Veth(_), _) | (_, None) => Ok(()),
        (Wire::Moved(_) | Wire::Macvlan(_), Some((origin, key))) => {
            Err(of_net(origin, key.as_bytes(), NetReason::OuterKey))
        }
    }
}

/// A gateway has to be in one of the interface's networks (net/ipv4/fib_semantics.c,
/// `fib_check_nh_v4_gw`), and there is one for each family. Link-local ones of IPv6 always are.
fn check_gateways<'a>(interface: &'a InterfaceSpec<'_>) -> Result<(), Refusal<'a>> {
    for (index, gateway) in interface.gateways.iter().enumerate() {
        let is_near = |said: &Said<Network>| said.value.has(gateway.value);
        let is_local = gateway.value.is_link_local();
        let is_second = |other: &Said<Address>| other.value.is_v4() == gateway.value.is_v4();
        let reason = match interface.gateways.iter().take(index).any(is_second) {
            true => NetReason::SecondGateway,
            false if is_local || interface.addresses.iter().any(is_near) => continue,
            false => NetReason::GatewayAway,
        };
        return Err(of_net(gateway.origin, b"", reason));
    }
    Ok(())
}

/// The launcher's steps, after PID 1's id maps and before PID 1 goes on.
pub(super) fn push_outer<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    if !cfg!(feature = "net") {
        return;
    }
    let mut push = |origin, act| plan.push(Actor::Outer, origin, Act::Net(act));
    let is_moved = |interface: &&InterfaceSpec<'_>| {
        interface.wire.is_some_and(|said| matches!(said.value, Wire::Moved(_)))
    };
    if let Some(first) = spec.net.interfaces.iter().find(is_moved) {
        push(first.origin, NetAct::Keep(&spec.net.interfaces));
    }
    for interface in &spec.net.interfaces {
        let Some(Whole { inner, wire, looks }) = Whole::of(interface) else { continue };
        let origin = interface.origin;
        match wire {
            Wire::Moved(outer) => push(origin, NetAct::Move { outer, inner }),
            Wire::Macvlan(parent) => push(origin, NetAct::MakeMacvlan { parent, inner, looks }),
            Wire::Veth(outer) => {
                push(origin, NetAct::MakePair { outer, inner, looks });
                let bridge = interface.bridge.map(|said| said.value);
                for said in &interface.outer_addresses {
                    push(said.origin, NetAct::AddAddress(outer, said.value));
                }
                let origin = interface.bridge.map_or(origin, |said| said.origin);
                push(origin, NetAct::Up { name: outer, looks: Looks::default(), bridge });
            }
        }
    }
    if let Some(said) = spec.net.uplink.filter(|said| said.value == Uplink::Pasta) {
        push(said.origin, NetAct::AwaitIds);
        push(said.origin, NetAct::StartPasta);
    }
}

/// PID 1's step before the gate.
pub(super) fn push_before_gate<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    let pasta = spec.net.uplink.filter(|said| said.value == Uplink::Pasta);
    if let Some(said) = pasta.filter(|_| cfg!(feature = "net")) {
        plan.push(Actor::Inner, said.origin, Act::Net(NetAct::TellIds));
    }
}

/// PID 1's steps.
pub(super) fn push_inner<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    if !cfg!(feature = "net") {
        return;
    }
    let mut push = |origin, act| plan.push(Actor::Inner, origin, Act::Net(act));
    let all = || spec.net.interfaces.iter();
    let all = || all().filter_map(|interface| Some((interface, Whole::of(interface)?)));
    for (interface, Whole { inner, .. }) in all() {
        for said in &interface.addresses {
            push(said.origin, NetAct::AddAddress(inner, said.value));
        }
    }
    for (interface, whole) in all() {
        let (name, looks) = (whole.inner, whole.looks_inside());
        push(interface.origin, NetAct::Up { name, looks, bridge: None });
    }
    for (interface, Whole { inner, .. }) in all() {
        for said in &interface.gateways {
            push(said.origin, NetAct::AddRoute(inner, said.value));
        }
    }
}

/// The launcher's last steps, when PID 1 has ended.
pub(super) fn push_last_of_network<'a>(spec: &'a Spec<'_>, plan: &mut Plan<'a>) {
    if !cfg!(feature = "net") {
        return;
    }
    let mut push = |origin, act| plan.push(Actor::Last, origin, Act::Net(act));
    let uplink = spec.net.uplink.filter(|said| said.value == Uplink::Pasta);
    if let Some(said) = uplink {
        push(said.origin, NetAct::AwaitKeeper(&spec.net.interfaces));
    }
    let mut is_kept = uplink.is_some();
    for interface in &spec.net.interfaces {
        match interface.wire.map(|said| said.value) {
            Some(Wire::Veth(outer)) => push(interface.origin, NetAct::Delete(outer)),
            Some(Wire::Moved(_)) if !is_kept => {
                is_kept = true;
                push(interface.origin, NetAct::AwaitKeeper(&spec.net.interfaces));
            }
            Some(Wire::Moved(_) | Wire::Macvlan(_)) | None => {}
        }
    }
}
