//! Addresses of the internet, and the networks they are in.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::text::{Digits, Fault, Show, Sink, put, units};

/// An address of IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(IpAddr);

impl Address {
    /// Reads `10.9.0.1` or `fd00::1`.
    ///
    /// # Errors
    /// [`Fault::NotA`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let address = match text.contains(&b':') {
            true => read_v6(text).map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
            false => read_v4(text).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        };
        address.map(Self).ok_or(Fault::NotA("address such as 10.9.0.1 or fd00::1"))
    }

    /// Its bytes as they travel: 4 or 16 of them.
    pub fn with_bytes<T>(self, take: impl FnOnce(&[u8]) -> T) -> T {
        match self.0 {
            IpAddr::V4(address) => take(&address.octets()),
            IpAddr::V6(address) => take(&address.octets()),
        }
    }

    /// Whether it is of IPv4.
    pub const fn is_v4(self) -> bool {
        self.0.is_ipv4()
    }

    /// Whether it is one of the link itself: of fe80::/10, in IPv6 alone (RFC 4291, 2.5.6).
    pub const fn is_link_local(self) -> bool {
        matches!(self.0, IpAddr::V6(address) if address.is_unicast_link_local())
    }

    /// How many bits it has.
    const fn bits(self) -> u8 {
        if self.is_v4() { 32 } else { 128 }
    }

    /// Its bits, the first as the highest of a u128.
    fn value(self) -> u128 {
        match self.0 {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        }
    }
}

/// Four numbers with dots between, none of them with a zero in front (inet_pton(3)). core's reader
/// takes the same, and may panic.
fn read_v4(text: &[u8]) -> Option<u32> {
    let mut parts = text.split(|byte| *byte == b'.');
    let mut bits = 0u32;
    for _ in 0..4 {
        let part = parts.next()?;
        let is_plain = part.len() <= 3 && (part.len() == 1 || !part.starts_with(b"0"));
        let number = units::unsigned(part, 255).ok().filter(|_| is_plain)?;
        bits = bits << 8 | u32::try_from(number).ok()?;
    }
    parts.next().is_none().then_some(bits)
}

/// Eight numbers in base sixteen with colons between, of which the last two may be an IPv4 address;
/// `::` once for one or more zeros (RFC 4291, 2.2).
fn read_v6(text: &[u8]) -> Option<u128> {
    let gap = text.windows(2).position(|pair| pair == b"::");
    let Some(gap) = gap else {
        let (bits, count) = read_groups(text, true)?;
        return (count == 8).then_some(bits);
    };
    let (before, behind) = text.split_at_checked(gap)?;
    let behind = behind.get(2..)?;
    let (high, before) = if before.is_empty() { (0, 0) } else { read_groups(before, false)? };
    let (low, behind) = if behind.is_empty() { (0, 0) } else { read_groups(behind, true)? };
    let rest = 8u32.checked_sub(before)?; // groups that the high ones stand above
    let is_good = before.saturating_add(behind) < 8;
    is_good.then(|| high.checked_shl(rest.saturating_mul(16)).unwrap_or(0) | low)
}

/// Groups with single colons between: their bits, and how many there are.
fn read_groups(text: &[u8], may_end_in_v4: bool) -> Option<(u128, u32)> {
    let (mut bits, mut count) = (0u128, 0u32);
    let mut groups = text.split(|byte| *byte == b':').peekable();
    while let Some(group) = groups.next() {
        if may_end_in_v4 && groups.peek().is_none() && group.contains(&b'.') {
            (bits, count) = (bits << 32 | u128::from(read_v4(group)?), count.checked_add(2)?);
            continue;
        }
        let digit =
            |sum: u128, byte: &u8| Some(sum << 4 | u128::from(char::from(*byte).to_digit(16)?));
        let is_good = (1..=4).contains(&group.len()) && count < 8;
        let group = group.iter().try_fold(0, digit).filter(|_| is_good)?;
        (bits, count) = (bits << 16 | group, count.checked_add(1)?);
    }
    (count <= 8).then_some((bits, count))
}

/// Prints it as RFC 5952 wants it: the longest run of zeros is `::`.
impl Show for Address {
    fn show(&self, out: &mut dyn Sink) {
        match self.0 {
            IpAddr::V4(address) => show_v4(address, out),
            IpAddr::V6(address) => show_v6(address, out),
        }
    }
}

fn show_v4(address: Ipv4Addr, out: &mut dyn Sink) {
    for (index, byte) in address.octets().into_iter().enumerate() {
        put!(out, if index == 0 { "" } else { "." }, byte);
    }
}

fn show_v6(address: Ipv6Addr, out: &mut dyn Sink) {
    let parts = address.segments();
    // The first of the longest runs of two zeros or more.
    let (mut run, mut longest) = (0usize, (0usize, 0usize));
    for (index, part) in (1..).zip(parts) {
        run = if part == 0 { run.saturating_add(1) } else { 0 };
        if run > longest.1 && run > 1 {
            longest = (usize::saturating_sub(index, run), run);
        }
    }
    let (from, len) = longest;
    let behind = from.saturating_add(len);
    for (index, part) in parts.into_iter().enumerate() {
        match index {
            _ if len > 0 && index == from => put!(out, "::"),
            _ if index > from && index < behind => {}
            0 => put!(out, Digits::hex(u64::from(part), 1)),
            _ if index == behind && len > 0 => put!(out, Digits::hex(u64::from(part), 1)),
            _ => put!(out, ":", Digits::hex(u64::from(part), 1)),
        }
    }
}

/// An address and how many of its first bits its network has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// The address.
    pub address: Address,
    /// How many bits are the network's: 0 to 32, or 128.
    pub prefix: u8,
}

impl Network {
    /// Reads `10.9.0.2/24`, `fd00::2/64`; without a prefix it is a network of one address.
    ///
    /// # Errors
    /// [`Fault::NotA`], [`Fault::OutOfRange`] for a prefix that is longer than the address.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let slash = text.iter().position(|byte| *byte == b'/').unwrap_or(text.len());
        let (address, prefix) = text.split_at_checked(slash).unwrap_or((text, b""));
        let address = Address::parse(address)
            .map_err(|_| Fault::NotA("address such as 10.9.0.2/24 or fd00::2/64"))?;
        let bits = address.bits();
        let prefix = match prefix.strip_prefix(b"/") {
            None => bits,
            Some(number) => {
                let number = units::unsigned(number, u64::from(bits))?;
                u8::try_from(number).unwrap_or(bits) // no more than `bits`
            }
        };
        Ok(Self { address, prefix })
    }

    /// Whether `address` is in this network.
    pub fn has(self, address: Address) -> bool {
        let rest = u32::from(128u8.saturating_sub(self.prefix));
        let mask = u128::MAX.checked_shl(rest).unwrap_or(0);
        self.address.is_v4() == address.is_v4()
            && (self.address.value() ^ address.value()) & mask == 0
    }

    /// The broadcast address of an IPv4 network that has one: its last address.
    pub fn broadcast(self) -> Option<Address> {
        match self.address.0 {
            IpAddr::V4(address) if self.prefix <= 30 => {
                let hosts = u32::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0);
                Some(Address(IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() | hosts))))
            }
            IpAddr::V4(_) | IpAddr::V6(_) => None,
        }
    }
}

impl Show for Network {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, self.address, "/", self.prefix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;
    use core::str::FromStr;
    use std::string::{String, ToString};

    fn shown(what: &dyn Show) -> String {
        let mut text = Buffer::<64>::new();
        what.show(&mut text);
        String::from_utf8_lossy(text.text().unwrap()).to_string()
    }

    #[test]
    fn addresses_are_shown_as_core_shows_them() {
        for text in [
            "0.0.0.0",
            "10.9.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "1::",
            "fd00::2",
            "1:0:0:2::3",
            "1::2:0:0:3:4",
            "0:1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:0",
            "2001:db8:0:1:1:1:1:1",
            "1:2:3:4:5:6::",
            "::3:4:5:6:7:8",
            "fe80::fc:ff:fe00:1",
        ] {
            let ours = shown(&Address::parse(text.as_bytes()).unwrap());
            assert_eq!(ours, IpAddr::from_str(text).unwrap().to_string());
        }
        // What is an address, core's reader says as well.
        for text in [
            "1:2:3:4:5:6:7:8",
            "::ffff:10.0.0.1",
            "1:2:3:4:5:6:1.2.3.4",
            "::1.2.3.4",
            "1::1.2.3.4",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:1.2.3.4",
            "1::2::3",
            ":::",
            ":1",
            "1:",
            "1:2",
            "12345::",
            "::g",
            "::1.2.3",
            "1.2.3.4:5",
            "01.2.3.4",
            "1.2.3.04",
            "0.0.0.0",
            "00.0.0.0",
            "256.1.1.1",
            "1.2.3.4.5",
            "1..2.3",
            "::%1",
            "1:2:3:4:5:6:7:8::",
            "1:2:3:4::5:6:7:8",
            "::1:2:3:4:5:6:7:8",
            "+1.2.3.4",
            "::+1",
            "1.2.3.4::",
        ] {
            let ours = Address::parse(text.as_bytes()).map(|address| address.0).ok();
            assert_eq!(ours, IpAddr::from_str(text).ok(), "{text}");
        }
        for bad in ["", "10.9.0", "10.9.0.256", "::g", "1:2:3", "10.9.0.1 ", "localhost"] {
            assert!(Address::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_of_the_link_is_one_of_ipv6() {
        // Looks like fe80::/10, and not the IPv4 address that begins with the same bytes.
        for (text, expected) in [
            ("fe80::1", true),
            ("febf::1", true),
            ("fec0::1", false),
            ("fe7f::1", false),
            ("254.128.0.1", false),
            ("169.254.0.1", false),
        ] {
            assert_eq!(
                Address::parse(text.as_bytes()).unwrap().is_link_local(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_network_has_a_prefix_and_knows_its_own() {
        let network = |text: &str| Network::parse(text.as_bytes());
        let has = |net: &str, address: &str| {
            network(net).unwrap().has(Address::parse(address.as_bytes()).unwrap())
        };
        assert!(has("10.9.0.2/24", "10.9.0.1") && !has("10.9.0.2/24", "10.9.1.1"));
        assert!(has("10.9.0.2/0", "1.2.3.4") && !has("10.9.0.2", "10.9.0.1"));
        assert!(has("fd00::2/64", "fd00::1") && !has("fd00::2/64", "fd00:1::1"));
        assert!(!has("::/0", "1.2.3.4"));
        assert_eq!(shown(&network("10.9.0.2/24").unwrap()), "10.9.0.2/24");
        assert_eq!(shown(&network("fd00::2").unwrap()), "fd00::2/128");
        let broadcast = |text: &str| network(text).unwrap().broadcast().map(|at| shown(&at));
        assert_eq!(broadcast("10.9.0.2/24").as_deref(), Some("10.9.0.255"));
        assert_eq!(broadcast("10.9.0.2/31"), None);
        assert_eq!(broadcast("fd00::2/64"), None);
        assert_eq!(network("10.9.0.2/33"), Err(Fault::OutOfRange { min: 0, max: 32 }));
        let form = Fault::NotA("address such as 10.9.0.2/24 or fd00::2/64");
        assert_eq!(network("10.9.0/24"), Err(form));
        assert!(network("10.9.0.2/").is_err() && network("10.9.0.2/2/4").is_err());
    }
}
