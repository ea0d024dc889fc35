//! Network interfaces: their names, their addresses on the link, and what they are wired to.
//!
//! What a message about them looks like is `rtnetlink`; who is outside and who is inside does not
//! belong here.

use crate::text::{Digits, Fault, Names, Show, Sink, put};

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
