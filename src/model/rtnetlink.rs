//! Messages to the kernel about interfaces, addresses and routes (rtnetlink(7)), as bytes.
//!
//! A message is a header, a struct of its own kind, and attributes, of which some hold others
//! (netlink(7); linux/rtnetlink.h, linux/if_link.h for the numbers below). It is whole or it is
//! nothing: one that does not fit is empty, and the kernel refuses that.
//!
//! Sending them does not belong here.

use heapless::Vec;

use super::{Address, Errno, InterfaceName, Mac, Network};
use crate::limits::NETLINK_MESSAGE_MAX;

/// The header's length, in bytes.
const HEADER: usize = 16;

const RTM_NEWLINK: u16 = 16;
const RTM_DELLINK: u16 = 17;
const RTM_SETLINK: u16 = 19;
const RTM_NEWADDR: u16 = 20;
const RTM_NEWROUTE: u16 = 24;

const NLM_F_REQUEST_ACK: u16 = 1 | 4;
const NLM_F_NEW: u16 = 0x200 | 0x400; // NLM_F_EXCL, NLM_F_CREATE

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_LINK: u16 = 5;
const IFLA_MASTER: u16 = 10;
const IFLA_LINKINFO: u16 = 18;
const IFLA_NET_NS_FD: u16 = 28;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const IFLA_MACVLAN_MODE: u16 = 1;
const VETH_INFO_PEER: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_BROADCAST: u16 = 4;
const IFA_FLAGS: u16 = 8;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;

const AF_UNSPEC: u8 = 0;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IFF_UP: u32 = 1;
const MACVLAN_MODE_BRIDGE: u32 = 4;
/// The address is ours at once, without asking around for a second (RFC 4862): in a network that
/// has just been made nobody else can have it.
const IFA_F_NODAD: u32 = 2;
const RT_TABLE_MAIN: u8 = 254;
const RTPROT_STATIC: u8 = 4;
const RT_SCOPE_UNIVERSE: u8 = 0;
const RTN_UNICAST: u8 = 1;

/// How an interface is to be when it has been made or moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks {
    /// Its link address, where it is not the kernel's choice.
    pub mac: Option<Mac>,
    /// How long a packet may be, in bytes, where it is not the kernel's choice.
    pub mtu: Option<u32>,
}

/// One message.
#[derive(Debug)]
pub struct Message {
    bytes: Vec<u8, NETLINK_MESSAGE_MAX>,
    is_over: bool,
}

/// Where a nested attribute began.
struct Nest(usize);

impl Message {
    /// A pair of interfaces: `outer` here, `inner` in the net namespace that `inside` is open on
    /// (veth(4); drivers/net/veth.c, `veth_newlink`).
    pub fn make_pair(
        outer: InterfaceName<'_>,
        inner: InterfaceName<'_>,
        inside: i32,
        looks: Looks,
    ) -> Self {
        let mut message = Self::about_link(RTM_NEWLINK, NLM_F_NEW, 0, 0);
        message.put(IFLA_IFNAME, outer.bytes(), true);
        if let Some(mtu) = looks.mtu {
            message.put(IFLA_MTU, &mtu.to_ne_bytes(), false);
        }
        let info = message.open(IFLA_LINKINFO);
        message.put(IFLA_INFO_KIND, b"veth", false);
        let data = message.open(IFLA_INFO_DATA);
        let peer = message.open(VETH_INFO_PEER);
        message.push(&link(0, 0));
        message.name_inside(inner, inside, looks);
        message.close(peer);
        message.close(data);
        message.close(info);
        message.end()
    }

    /// An interface `inner` in the net namespace `inside`, which shares the interface with the
    /// index `parent` here under a link address of its own (drivers/net/macvlan.c; those that share
    /// one reach each other: mode bridge).
    pub fn make_macvlan(parent: u32, inner: InterfaceName<'_>, inside: i32, looks: Looks) -> Self {
        let mut message = Self::about_link(RTM_NEWLINK, NLM_F_NEW, 0, 0);
        message.name_inside(inner, inside, looks);
        message.put(IFLA_LINK, &parent.to_ne_bytes(), false);
        let info = message.open(IFLA_LINKINFO);
        message.put(IFLA_INFO_KIND, b"macvlan", false);
        let data = message.open(IFLA_INFO_DATA);
        message.put(IFLA_MACVLAN_MODE, &MACVLAN_MODE_BRIDGE.to_ne_bytes(), false);
        message.close(data);
        message.close(info);
        message.end()
    }

    /// Moves the interface with this index into the net namespace `to`, where it has this name.
    pub fn move_link(index: u32, to: i32, name: InterfaceName<'_>) -> Self {
        let mut message = Self::about_link(RTM_SETLINK, 0, index, 0);
        message.name_inside(name, to, Looks::default());
        message.end()
    }

    /// Sets the interface with this index up, with these looks, on the bridge with the index
    /// `bridge`.
    pub fn set_up(index: u32, looks: Looks, bridge: Option<u32>) -> Self {
        let mut message = Self::about_link(RTM_SETLINK, 0, index, IFF_UP);
        message.looks(looks);
        if let Some(bridge) = bridge {
            message.put(IFLA_MASTER, &bridge.to_ne_bytes(), false);
        }
        message.end()
    }

    /// Takes the interface with this index away, and with it the other end of a pair.
    pub fn delete(index: u32) -> Self {
        Self::about_link(RTM_DELLINK, 0, index, 0).end()
    }

    /// Gives the interface with this index an address.
    pub fn add_address(index: u32, network: Network) -> Self {
        let Network { address, prefix } = network;
        let mut message = Self::new(RTM_NEWADDR, NLM_F_NEW);
        let [a, b, c, d] = index.to_ne_bytes();
        message.push(&[family(address), prefix, 0, RT_SCOPE_UNIVERSE, a, b, c, d]); // ifaddrmsg
        address.with_bytes(|bytes| {
            message.put(IFA_LOCAL, bytes, false);
            message.put(IFA_ADDRESS, bytes, false);
        });
        if let Some(last) = network.broadcast() {
            last.with_bytes(|bytes| message.put(IFA_BROADCAST, bytes, false));
        }
        if !address.is_v4() {
            message.put(IFA_FLAGS, &IFA_F_NODAD.to_ne_bytes(), false);
        }
        message.end()
    }

    /// What is in no network of ours goes to `gateway`, by the interface with this index.
    pub fn add_default_route(index: u32, gateway: Address) -> Self {
        let mut message = Self::new(RTM_NEWROUTE, NLM_F_NEW);
        let (to_all, table) = (0, RT_TABLE_MAIN);
        // struct rtmsg, with no flags
        message.push(&[family(gateway), to_all, 0, 0, table, RTPROT_STATIC]);
        message.push(&[RT_SCOPE_UNIVERSE, RTN_UNICAST, 0, 0, 0, 0]);
        gateway.with_bytes(|bytes| message.put(RTA_GATEWAY, bytes, false));
        message.put(RTA_OIF, &index.to_ne_bytes(), false);
        message.end()
    }

    /// The bytes to send.
    pub fn bytes(&self) -> &[u8] {
        if self.is_over { &[] } else { &self.bytes }
    }

    /// A message of this kind, with room for its length.
    fn new(kind: u16, flags: u16) -> Self {
        let mut message = Self { bytes: Vec::new(), is_over: false };
        message.push(&[0; 4]);
        message.push(&kind.to_ne_bytes());
        message.push(&(flags | NLM_F_REQUEST_ACK).to_ne_bytes());
        message.push(&[0; 8]); // one is on its way at a time, so that they need no number
        message
    }

    /// A message about a link: the one with `index`, or none yet.
    fn about_link(kind: u16, flags: u16, index: u32, interface_flags: u32) -> Self {
        let mut message = Self::new(kind, flags);
        message.push(&link(index, interface_flags));
        message
    }

    /// An interface in another net namespace.
    fn name_inside(&mut self, name: InterfaceName<'_>, inside: i32, looks: Looks) {
        self.put(IFLA_IFNAME, name.bytes(), true);
        self.put(IFLA_NET_NS_FD, &inside.to_ne_bytes(), false);
        self.looks(looks);
    }

    fn looks(&mut self, looks: Looks) {
        if let Some(mac) = looks.mac {
            self.put(IFLA_ADDRESS, &mac.bytes(), false);
        }
        if let Some(mtu) = looks.mtu {
            self.put(IFLA_MTU, &mtu.to_ne_bytes(), false);
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.is_over |= self.bytes.extend_from_slice(bytes).is_err();
    }

    /// One attribute: its length, its number, the value, and zeros up to the next four bytes.
    fn put(&mut self, number: u16, value: &[u8], is_text: bool) {
        let nest = self.open_plain(number);
        self.push(value);
        self.push(if is_text { b"\0" } else { b"" });
        self.close(nest);
    }

    /// Begins an attribute that holds others.
    fn open(&mut self, number: u16) -> Nest {
        const NLA_F_NESTED: u16 = 1 << 15;
        self.open_plain(number | NLA_F_NESTED)
    }

    fn open_plain(&mut self, number: u16) -> Nest {
        let nest = Nest(self.bytes.len());
        self.push(&[0; 2]);
        self.push(&number.to_ne_bytes());
        nest
    }

    /// Ends an attribute: now its length is known.
    fn close(&mut self, nest: Nest) {
        let len = self.bytes.len().saturating_sub(nest.0);
        let len = u16::try_from(len).unwrap_or(0).to_ne_bytes(); // no message is that long
        if let Some(place) = self.bytes.get_mut(nest.0..nest.0.saturating_add(len.len())) {
            place.iter_mut().zip(len).for_each(|(place, byte)| *place = byte);
        }
        while !self.bytes.len().is_multiple_of(4) && !self.is_over {
            self.push(&[0]);
        }
    }

    /// Ends the message.
    fn end(mut self) -> Self {
        let len = u32::try_from(self.bytes.len()).unwrap_or(0).to_ne_bytes(); // as above
        self.bytes.iter_mut().zip(len).for_each(|(place, byte)| *place = byte);
        self
    }
}

/// struct ifinfomsg: any family, any type, an index (0 for none), flags, and which of them count.
fn link(index: u32, flags: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    let parts = [u32::from(AF_UNSPEC), index, flags, flags];
    let all = parts.into_iter().flat_map(u32::to_ne_bytes);
    bytes.iter_mut().zip(all).for_each(|(place, byte)| *place = byte);
    bytes
}

const fn family(address: Address) -> u8 {
    if address.is_v4() { AF_INET } else { AF_INET6 }
}

/// What the kernel answers to a message that wants to be acknowledged: an error, and zero is none
/// (netlink(7), NLMSG_ERROR). `None` for anything else.
pub fn answer(bytes: &[u8]) -> Option<Result<(), Errno>> {
    const NLMSG_ERROR: u16 = 2;
    let kind = bytes.get(4..6).and_then(|kind| kind.try_into().ok()).map(u16::from_ne_bytes)?;
    let code = bytes.get(HEADER..HEADER + 4)?.try_into().ok().map(i32::from_ne_bytes)?;
    match (kind, code) {
        (NLMSG_ERROR, 0) => Some(Ok(())),
        (NLMSG_ERROR, code) => Some(Err(Errno::new(code.saturating_neg()))),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> InterfaceName<'_> {
        InterfaceName::parse(text.as_bytes()).unwrap()
    }

    /// The attributes in `bytes`: number and value.
    fn attributes(mut bytes: &[u8]) -> std::vec::Vec<(u16, &[u8])> {
        let mut found = std::vec::Vec::new();
        while !bytes.is_empty() {
            let word = |at: usize| u16::from_ne_bytes(bytes[at..at + 2].try_into().unwrap());
            let (len, number) = (usize::from(word(0)), word(2));
            found.push((number & 0x7fff, &bytes[4..len]));
            bytes = &bytes[len.next_multiple_of(4).min(bytes.len())..];
        }
        found
    }

    fn value<'b>(found: &[(u16, &'b [u8])], number: u16) -> &'b [u8] {
        found.iter().find(|(own, _)| *own == number).unwrap().1
    }

    #[test]
    fn a_pair_names_one_end_here_and_one_inside() {
        let looks = Looks { mac: Some(Mac::parse(b"02:00:00:00:00:01").unwrap()), mtu: Some(1400) };
        let message = Message::make_pair(name("kiosk0"), name("eth0"), 7, looks);
        let bytes = message.bytes();
        assert_eq!(u32::from_ne_bytes(bytes[..4].try_into().unwrap()) as usize, bytes.len());
        assert_eq!(u16::from_ne_bytes(bytes[4..6].try_into().unwrap()), RTM_NEWLINK);
        let outer = attributes(&bytes[HEADER + 16..]);
        assert_eq!(value(&outer, IFLA_IFNAME), b"kiosk0\0");
        assert!(outer.iter().all(|(number, _)| *number != IFLA_ADDRESS), "that is the inner one's");
        let info = attributes(value(&outer, IFLA_LINKINFO));
        assert_eq!(value(&info, IFLA_INFO_KIND), b"veth");
        let data = attributes(value(&info, IFLA_INFO_DATA));
        let peer = attributes(&value(&data, VETH_INFO_PEER)[16..]);
        assert_eq!(value(&peer, IFLA_IFNAME), b"eth0\0");
        assert_eq!(value(&peer, IFLA_NET_NS_FD), 7i32.to_ne_bytes());
        assert_eq!(value(&peer, IFLA_ADDRESS), [2, 0, 0, 0, 0, 1]);
        assert_eq!(value(&peer, IFLA_MTU), 1400u32.to_ne_bytes());
    }

    #[test]
    fn an_address_brings_its_broadcast_and_its_family() {
        let message = Message::add_address(3, Network::parse(b"10.9.0.2/24").unwrap());
        let bytes = message.bytes();
        assert_eq!(bytes[HEADER..HEADER + 8], [2, 24, 0, 0, 3, 0, 0, 0]);
        let found = attributes(&bytes[HEADER + 8..]);
        assert_eq!(value(&found, IFA_LOCAL), [10, 9, 0, 2]);
        assert_eq!(value(&found, IFA_BROADCAST), [10, 9, 0, 255]);
        let message = Message::add_address(3, Network::parse(b"fd00::2/64").unwrap());
        let found = attributes(&message.bytes()[HEADER + 8..]);
        assert_eq!(value(&found, IFA_LOCAL).len(), 16);
        assert_eq!(value(&found, IFA_FLAGS), IFA_F_NODAD.to_ne_bytes());
    }

    #[test]
    fn an_answer_is_zero_or_an_errno() {
        let answer_of = |kind: u16, code: i32| {
            let mut bytes = [0u8; 36];
            bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
            bytes[16..20].copy_from_slice(&code.to_ne_bytes());
            answer(&bytes)
        };
        assert_eq!(answer_of(2, 0), Some(Ok(())));
        assert_eq!(answer_of(2, -17), Some(Err(Errno::EEXIST)));
        assert_eq!(answer_of(16, 0), None);
        assert_eq!(answer(&[0; 8]), None);
    }
}
