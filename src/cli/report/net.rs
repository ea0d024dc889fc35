//! Words about the network: why it could not be, and what the kernel meant when it refused a part
//! of it.

use super::sentence::sentence;
use crate::model::Errno;
use crate::plan::{NetAct, NetReason};

/// The sentence of a refusal.
pub(super) const fn refusal(reason: NetReason) -> &'static str {
    match reason {
        NetReason::Wire => sentence!(
            "an interface is wired to one thing outside",
            try: "one of veth, move and macvlan"
        ),
        NetReason::Name => sentence!(
            "the interface on {s} has no name",
            try: "name = \"eth0\", what it is called inside"
        ),
        NetReason::Twice => sentence!(
            "interface {s} is there already, on one side or the other",
            why: "a name stands for one interface (netdevice(7)), and \"lo\" is always there",
            try: "another name"
        ),
        NetReason::Privilege => sentence!(
            "interface {s} needs CAP_NET_ADMIN and CAP_SYS_ADMIN outside",
            why: "it is made or moved in the outer network (network_namespaces(7))",
            try: "--network pasta, or as root"
        ),
        NetReason::OfHost => sentence!(
            "the outer network was asked for, and one of our own as well",
            try: "without network = \"host\""
        ),
        NetReason::OuterKey => sentence!(
            "{s} speaks of the outer end of a pair, which only veth has",
            try: "veth = \"NAME\", or without it"
        ),
        NetReason::GatewayAway => sentence!(
            "the gateway is in none of the interface's networks",
            why: "the kernel sends to it directly (ip-route(8))",
            try: "an address with its network, such as 10.9.0.2/24 for the gateway 10.9.0.1"
        ),
        NetReason::PastaOfRoot => sentence!(
            "pasta(1) connects the networks of ordinary users only",
            why: "started by root it becomes nobody, and may not enter what is root's (pasta(1))",
            try: "an interface with veth or macvlan, or as an ordinary user"
        ),
        NetReason::SecondGateway => sentence!(
            "a second gateway of its family",
            try: "one for IPv4, and one for IPv6"
        ),
    }
}

/// What we know of an errno of this act.
pub(super) const fn failure(act: &NetAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (NetAct::MakePair { .. }, Errno::EEXIST) => sentence!(
            why: "an interface of one of these names is there already",
            try: "ip link, and another name"
        ),
        (NetAct::MakePair { .. } | NetAct::MakeMacvlan { .. }, Errno::EOPNOTSUPP) => sentence!(
            why: "the kernel cannot make such an interface, or its module is not loaded",
            try: "modprobe veth, modprobe macvlan"
        ),
        (NetAct::MakeMacvlan { .. }, Errno::EBUSY | Errno::EINVAL) => sentence!(
            why: "the outer interface is on a bridge, or cannot be shared",
            try: "veth with a bridge"
        ),
        (NetAct::MakeMacvlan { .. } | NetAct::Move { .. } | NetAct::Up { .. }, Errno::ENODEV) => {
            sentence!(why: "there is no such interface", try: "ip link")
        }
        (NetAct::Move { .. }, Errno::EINVAL) => sentence!(
            why: "an interface of this kind is bound to its network, as loopback and bridges are"
        ),
        (NetAct::Move { .. }, Errno::EEXIST) => {
            sentence!(why: "an interface of this name is inside already", try: "another name")
        }
        (NetAct::Up { bridge: Some(_), .. }, Errno::EOPNOTSUPP | Errno::EINVAL) => {
            sentence!(
             why: "what is named as the bridge is none",
             try: "ip link add NAME type bridge"
            )
        }
        (NetAct::AddAddress(..), Errno::EEXIST) => {
            sentence!(why: "the interface has this address already")
        }
        (NetAct::AddAddress(..), Errno::EACCES | Errno::EOPNOTSUPP) => sentence!(
            why: "IPv6 is switched off here",
            try: "sysctl net.ipv6.conf.all.disable_ipv6=0, or an IPv4 address"
        ),
        (NetAct::StartPasta, Errno::ENOENT) => {
            sentence!(why: "pasta(1) is not installed", try: "apt install passt")
        }
        (NetAct::StartPasta, Errno::EIO) => sentence!(
            why: "pasta(1) ended without success; what it said stands above",
            try: "/dev/net/tun that we may open: chmod 666 /dev/net/tun"
        ),
        (_, _) => "",
    }
}
