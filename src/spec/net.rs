//! What was asked of the network: the table `[net]`, and the interfaces `[[net.interface]]`.

use heapless::Vec;

use super::keys::{Key, Table};
use super::{Item, List, Origin, Said, Spec};
use crate::limits::{ADDRESSES_MAX, INTERFACES_MAX};
use crate::model::{Address, InterfaceName, Mac, Network, Uplink, Wire};
use crate::text::Fault;

/// The memory of its lists.
#[derive(Debug)]
pub struct NetLists<'a> {
    interfaces: Vec<InterfaceSpec<'a>, INTERFACES_MAX>,
}

impl NetLists<'_> {
    /// Empty lists.
    #[allow(clippy::new_without_default)] // it is made once, within those of the whole
    pub const fn new() -> Self {
        Self { interfaces: Vec::new() }
    }
}

/// What was asked of the network; `None` and empty lists were not said.
#[derive(Debug)]
pub struct NetSpec<'a> {
    /// Where it comes from.
    pub uplink: Option<Said<Uplink>>,
    /// Whether the loopback interface is up.
    pub loopback: Option<Said<bool>>,
    /// The interfaces beside loopback.
    pub interfaces: List<'a, InterfaceSpec<'a>, INTERFACES_MAX>,
}

impl<'a> NetSpec<'a> {
    /// Nothing said yet, with memory for its lists.
    pub(super) const fn new(lists: &'a mut NetLists<'a>) -> Self {
        Self { uplink: None, loopback: None, interfaces: List::new(&mut lists.interfaces) }
    }

    /// One more interface; those that an earlier source said are replaced as a whole.
    ///
    /// # Errors
    /// [`Fault::TooMany`].
    pub fn begin_interface(&mut self, origin: Origin) -> Result<(), Fault> {
        if self.interfaces.last().is_some_and(|last| !last.origin.is_same_source(origin)) {
            self.interfaces.clear();
        }
        self.interfaces.push(InterfaceSpec::new(origin))
    }

    /// The interface that is being said.
    pub(super) fn interface(&mut self) -> Result<&mut InterfaceSpec<'a>, Fault> {
        self.interfaces.last_mut().ok_or(Fault::Empty)
    }
}

impl<'a> Spec<'a> {
    /// A whole interface in one text: `name=eth0,veth=kiosk0,address=10.9.0.2/24`.
    pub(super) fn add_interface(&mut self, item: Item<'a>) -> Result<(), Fault> {
        const FORM: Fault =
            Fault::NotA("interface such as name=eth0,veth=kiosk0,address=10.9.0.2/24");
        self.net.begin_interface(item.origin)?;
        for pair in item.bytes().split(|byte| *byte == b',') {
            let equals = pair.iter().position(|byte| *byte == b'=').ok_or(FORM)?;
            let (name, value) = pair.split_at_checked(equals).ok_or(FORM)?;
            let key = Key::in_table(Table::Interface, name).ok_or(FORM)?;
            let value = value.get(1..).unwrap_or_default();
            let interface = self.net.interface()?;
            interface.put(key.name(), value, item.origin)?;
        }
        Ok(())
    }
}

/// One interface.
#[derive(Debug)]
pub struct InterfaceSpec<'a> {
    /// Where it was said.
    pub origin: Origin,
    /// Its name inside.
    pub name: Option<Said<InterfaceName<'a>>>,
    /// What it is wired to outside.
    pub wire: Option<Said<Wire<'a>>>,
    /// Whether more than one wire was said, and where.
    pub second_wire: Option<Origin>,
    /// The bridge that the outer end of a pair is put on.
    pub bridge: Option<Said<InterfaceName<'a>>>,
    /// Its addresses.
    pub addresses: Vec<Said<Network>, ADDRESSES_MAX>,
    /// Where goes what is in none of its networks; one for each family.
    pub gateways: Vec<Said<Address>, ADDRESSES_MAX>,
    /// The addresses of the outer end of a pair.
    pub outer_addresses: Vec<Said<Network>, ADDRESSES_MAX>,
    /// Its link address.
    pub mac: Option<Said<Mac>>,
    /// How long a packet may be, in bytes.
    pub mtu: Option<Said<u32>>,
}

/// The least and the most bytes of a packet: what IPv4 demands (RFC 791), and what its length can
/// say.
const MTU: core::ops::RangeInclusive<u32> = 68..=65_535;

impl<'a> InterfaceSpec<'a> {
    const fn new(origin: Origin) -> Self {
        Self {
            origin,
            name: None,
            wire: None,
            second_wire: None,
            bridge: None,
            addresses: Vec::new(),
            gateways: Vec::new(),
            outer_addresses: Vec::new(),
            mac: None,
            mtu: None,
        }
    }

    /// Reads one value for the key of this name.
    pub(super) fn put(&mut self, key: &str, text: &'a [u8], origin: Origin) -> Result<(), Fault> {
        let name = || InterfaceName::parse(text);
        match key {
            "name" => self.name = Some(Said { value: name()?, origin }),
            "veth" => self.wire_to(Wire::Veth(name()?), origin),
            "move" => self.wire_to(Wire::Moved(name()?), origin),
            "macvlan" => self.wire_to(Wire::Macvlan(name()?), origin),
            "bridge" => self.bridge = Some(Said { value: name()?, origin }),
            "address" => add(&mut self.addresses, Network::parse(text)?, origin)?,
            "gateway" => add(&mut self.gateways, Address::parse(text)?, origin)?,
            "outer-address" => add(&mut self.outer_addresses, Network::parse(text)?, origin)?,
            "mac" => self.mac = Some(Said { value: Mac::parse(text)?, origin }),
            _ => self.mtu = Some(Said { value: mtu(text)?, origin }),
        }
        Ok(())
    }

    /// Wires it; the first wire counts, and a second one is refused when the plan is made.
    fn wire_to(&mut self, value: Wire<'a>, origin: Origin) {
        match self.wire {
            Some(_) => self.second_wire = Some(origin),
            None => self.wire = Some(Said { value, origin }),
        }
    }
}

fn add<T>(list: &mut Vec<Said<T>, ADDRESSES_MAX>, value: T, origin: Origin) -> Result<(), Fault> {
    let full = Fault::TooMany { max: ADDRESSES_MAX };
    list.push(Said { value, origin }).map_err(|_| full)
}

fn mtu(text: &[u8]) -> Result<u32, Fault> {
    let (min, max) = (*MTU.start(), *MTU.end());
    let range = Fault::OutOfRange { min: i64::from(min), max: i64::from(max) };
    let number = crate::text::units::unsigned(text, u64::from(u32::MAX))?;
    u32::try_from(number).ok().filter(|number| MTU.contains(number)).ok_or(range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ffi::CStr;
    use std::boxed::Box;
    use std::string::ToString;
    use std::vec::Vec;

    fn with<T>(
        texts: &[(&'static CStr, Origin)],
        look: impl FnOnce(&Spec<'_>, Vec<Fault>) -> T,
    ) -> T {
        let mut spec = Spec::new(Box::leak(Box::default()));
        let faults = texts
            .iter()
            .filter_map(|(text, origin)| spec.add_interface(Item { text, origin: *origin }).err());
        let faults = faults.collect();
        look(&spec, faults)
    }

    #[test]
    fn a_flag_says_a_whole_interface() {
        let text = c"name=eth0,veth=kiosk0,address=10.9.0.2/24,address=fd00::2/64,mtu=1400";
        with(&[(text, Origin::Argument(1))], |spec, faults| {
            assert!(faults.is_empty(), "{faults:?}");
            let interface = &spec.net.interfaces[0];
            assert_eq!(interface.name.unwrap().value.bytes(), b"eth0");
            assert_eq!(interface.addresses.len(), 2);
            assert_eq!(interface.mtu.unwrap().value, 1400);
            assert!(matches!(interface.wire.unwrap().value, Wire::Veth(_)));
        });
    }

    #[test]
    fn flags_replace_the_interfaces_of_a_file() {
        let file = Origin::File { line: 1, column: 1 };
        let texts = [
            (c"name=a,veth=b", file),
            (c"name=c,veth=d", file),
            (c"name=e,veth=f", Origin::Argument(1)),
        ];
        with(&texts, |spec, _| {
            let names = spec.net.interfaces.iter().map(|own| own.name.unwrap().value.bytes());
            assert_eq!(names.collect::<Vec<_>>(), [b"e"]);
        });
    }

    #[test]
    fn what_is_wrong_with_a_part_is_told() {
        for (text, said) in [
            (c"eth0", "NotA"),
            (c"name=eth0,colour=red", "NotA"),
            (c"name=a/b", "BadByte"),
            (c"mtu=67", "OutOfRange { min: 68, max: 65535 }"),
            (c"mtu=x", "NotA"),
            (c"address=10.9.0.2/40", "OutOfRange { min: 0, max: 32 }"),
            (
                c"address=1.1.1.1,address=1.1.1.2,address=1.1.1.3,address=1.1.1.4,address=1.1.1.5",
                "TooMany { max: 4 }",
            ),
        ] {
            with(&[(text, Origin::Argument(1))], |_, faults| {
                let [fault] = faults.as_slice() else { panic!("{text:?}: {faults:?}") };
                assert!(std::format!("{fault:?}").to_string().starts_with(said), "{fault:?}");
            });
        }
    }
}
