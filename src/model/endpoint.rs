//! Where somebody answers: an address and a port of TCP.

use super::Address;
use crate::text::{Fault, Show, Sink, put, units};

/// An address and a port (tcp(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    address: Address,
    port: u16,
}

impl Endpoint {
    /// Reads `10.9.0.1:80`, `[fd00::1]:80`, or a port alone, which is one of this machine:
    /// 127.0.0.1.
    ///
    /// # Errors
    /// Those of [`Address::parse`]; [`Fault::OutOfRange`] and [`Fault::NotA`] for the port.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let colon = text.iter().rposition(|byte| *byte == b':');
        let (address, port) = match colon.and_then(|at| text.split_at_checked(at)) {
            Some((address, port)) => (address, port.get(1..).unwrap_or_default()),
            None => (&b"127.0.0.1"[..], text),
        };
        let (min, max) = (1, i64::from(u16::MAX));
        let number = units::signed(port, min, max)?;
        let port = u16::try_from(number).map_err(|_| Fault::OutOfRange { min, max })?;
        let inner = address.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
        let address = Address::parse(inner.unwrap_or(address))?;
        match address.is_v4() == inner.is_none() {
            true => Ok(Self { address, port }),
            false => Err(Fault::NotA("address such as 10.9.0.1:80 or [fd00::1]:80")),
        }
    }

    /// The address.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Show for Endpoint {
    fn show(&self, out: &mut dyn Sink) {
        match self.address.is_v4() {
            true => put!(out, self.address, ":", self.port),
            false => put!(out, "[", self.address, "]:", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_an_address_and_a_port_or_a_port_here() {
        for (text, expected) in [
            ("80", "127.0.0.1:80"),
            ("10.9.0.1:65535", "10.9.0.1:65535"),
            ("[::1]:80", "[::1]:80"),
            ("[fd00::1]:1", "[fd00::1]:1"),
        ] {
            let mut shown = std::vec::Vec::new();
            Endpoint::parse(text.as_bytes()).unwrap().show(&mut shown);
            assert_eq!(shown, expected.as_bytes());
        }
        for text in
            ["", "0", "65536", "x", ":80", "10.9.0.1", "10.9.0.1:", "::1:80", "[10.9.0.1]:80"]
        {
            assert!(Endpoint::parse(text.as_bytes()).is_err(), "{text:?}");
        }
        for text in ["[::1]", "[::1:80", "::1]:80", "[]:80", "localhost:80", "10.9.0.1:80:80"] {
            assert!(Endpoint::parse(text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
