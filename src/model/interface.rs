//! Network interfaces: their names, addresses and networks, and what they are wired to.
//!
//! What a message about them looks like is `rtnetlink`; who is outside and who is inside does not
//! belong here.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use crate::text::{Digits, Fault, Names, Show, Sink, put, units};

/// A name the kernel will take: 1 to 15 bytes without `/`, `:` and white space, and neither `.` nor
/// `..` (net/core/dev.c, `dev_valid_name`; IFNAMSIZ is 16 with the NUL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceName<'a>(&'a [u8]);

impl<'a> InterfaceName<'a> {
    /// The longest name, in bytes.
    pub const MAX: usize = 15;

    /// Reads a name.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::TooLong`], [`Fault::BadByte`], [`Fault::NotA`] for `.` and `..`.
    pub fn parse(text: &'a [u8]) -> Result<Self, Fault> {
        let is_bad = |byte: &&u8| matches!(byte, b'/' | b':') || byte.is_ascii_whitespace();
        match (text.len(), text.iter().find(is_bad)) {
            (0, _) => Err(Fault::Empty),
            (len, _) if len > Self::MAX => Err(Fault::TooLong { len, max: Self::MAX }),
            (_, Some(byte)) => Err(Fault::BadByte(*byte)),
            (_, None) if matches!(text, b"." | b"..") => Err(Fault::NotA("name of an interface")),
            (_, None) => Ok(Self(text)),
        }
    }

    /// The name's bytes, without a NUL.
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }
}

impl Show for InterfaceName<'_> {
    fn show(&self, out: &mut dyn Sink) {
        out.put(self.0);
    }
}

/// An address of IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(IpAddr);

impl Address {
    /// Reads `10.9.0.1` or `fd00::1`.
    ///
    /// # Errors
    /// [`Fault::NotA`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let wrong = Fault::NotA("address such as 10.9.0.1 or fd00::1");
        let text = core::str::from_utf8(text).map_err(|_| wrong)?;
        IpAddr::from_str(text).map(Self).map_err(|_| wrong)
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

/// The address of an interface on its link: six bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mac([u8; 6]);

impl Mac {
    /// Reads `02:00:00:00:00:01`.
    ///
    /// # Errors
    /// [`Fault::NotA`] for another form, and for the address of a group or of nobody, which no
    /// interface can have (linux/etherdevice.h, `is_valid_ether_addr`).
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let wrong = Fault::NotA("link address of one interface, such as 02:00:00:00:00:01");
        let mut parts = text.split(|byte| *byte == b':');
        let mut bytes = [0u8; 6];
        for byte in &mut bytes {
            let [high, low] = *parts.next().ok_or(wrong)? else { return Err(wrong) };
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(wrong);
            *byte = u8::try_from(digit(high)? << 4 | digit(low)?).map_err(|_| wrong)?;
        }
        let is_group = bytes[0] & 1 == 1;
        match parts.next().is_some() || is_group || bytes == [0; 6] {
            true => Err(wrong),
            false => Ok(Self(bytes)),
        }
    }

    /// Its bytes.
    pub const fn bytes(self) -> [u8; 6] {
        self.0
    }
}

impl Show for Mac {
    fn show(&self, out: &mut dyn Sink) {
        for (index, byte) in self.0.into_iter().enumerate() {
            put!(out, if index == 0 { "" } else { ":" }, Digits::hex(u64::from(byte), 2));
        }
    }
}

/// What an interface inside is wired to outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire<'a> {
    /// The other end of a pair, which is made outside under this name (veth(4)).
    Veth(InterfaceName<'a>),
    /// An interface from outside, that is moved in, and back at the end.
    Moved(InterfaceName<'a>),
    /// An interface outside, beside which it has a link address of its own (macvlan).
    Macvlan(InterfaceName<'a>),
}

impl<'a> Wire<'a> {
    /// The interface outside.
    pub const fn outer(self) -> InterfaceName<'a> {
        let (Self::Veth(name) | Self::Moved(name) | Self::Macvlan(name)) = self;
        name
    }
}

/// Where the network of a sandbox comes from, in the words of podman-run(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uplink {
    /// A new net namespace, with nothing in it but what else was asked for.
    None,
    /// The outer network.
    Host,
    /// A new net namespace, and pasta(1), which passes on what goes out as its own.
    Pasta,
}

impl Uplink {
    /// Reads its name.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"none" => Ok(Self::None),
            b"host" => Ok(Self::Host),
            b"pasta" => Ok(Self::Pasta),
            _ => Err(Fault::NotOneOf(Names::new("none|host|pasta"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;
    use std::string::{String, ToString};

    fn shown(what: &dyn Show) -> String {
        let mut text = Buffer::<64>::new();
        what.show(&mut text);
        String::from_utf8_lossy(text.text().unwrap()).to_string()
    }

    #[test]
    fn a_name_is_what_the_kernel_takes() {
        for good in ["eth0", "a", "wlp0s20f3", "veth-1.2@x", "123456789012345"] {
            assert_eq!(shown(&InterfaceName::parse(good.as_bytes()).unwrap()), good);
        }
        for (bad, fault) in [
            ("", Fault::Empty),
            ("1234567890123456", Fault::TooLong { len: 16, max: 15 }),
            ("a/b", Fault::BadByte(b'/')),
            ("eth0:1", Fault::BadByte(b':')),
            ("a b", Fault::BadByte(b' ')),
            (".", Fault::NotA("name of an interface")),
            ("..", Fault::NotA("name of an interface")),
        ] {
            assert_eq!(InterfaceName::parse(bad.as_bytes()), Err(fault), "{bad}");
        }
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
        for bad in ["", "10.9.0", "10.9.0.256", "::g", "1:2:3", "10.9.0.1 ", "localhost"] {
            assert!(Address::parse(bad.as_bytes()).is_err(), "{bad}");
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

    #[test]
    fn a_link_address_is_one_interfaces() {
        assert_eq!(shown(&Mac::parse(b"02:00:00:0a:Bc:01").unwrap()), "02:00:00:0a:bc:01");
        for bad in
            ["", "02:00:00:00:00", "02:00:00:00:00:01:02", "2:0:0:0:0:1", "0g:00:00:00:00:01"]
        {
            assert!(Mac::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Mac::parse(b"01:00:00:00:00:01").is_err(), "a group");
        assert!(Mac::parse(b"00:00:00:00:00:00").is_err(), "nobody");
    }
}
