//! The keys of the network: `[net]`, and `[[net.interface]]` for each interface.

use super::Set;
use super::{Row, Shape, Table, switch, whole};
use crate::model::Uplink;

/// `[net]`, as far as every `run` has it.
pub(super) const LOOPBACK: &[Row] =
    &[whole(Table::Net, "loopback", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.net.loopback, switch)
    })
    .help("true, with net|Bring the loopback interface up; needs net.")];

/// `[net]`, what lies beyond.
pub(super) const NET: &[Row] = &[
    whole(Table::Net, "network", Shape::Text, "none|host|pasta", |spec, item| {
        item.put(&mut spec.net.uplink, Uplink::parse)
    })
    .help(
        "host, without net|Where the network comes from: nowhere, the outer one, or pasta(1), \
         which carries what goes out without any privilege.",
    ),
    whole(Table::Net, "interface", Shape::Text, "KEY=VALUE,…", |spec, item| {
        spec.add_interface(item)
    })
    .help(
        "|An interface beside loopback, by the keys of [[net.interface]], which it is in a file; \
         needs net.",
    ),
];

/// `[[net.interface]]`
pub(super) const INTERFACE: &[Row] = &[
    interface("name", Shape::Text, "NAME")
        .help("that of move|Its name inside. Must be given for veth and macvlan."),
    interface("veth", Shape::Text, "NAME").help("|Make a pair; its outer end has this name."),
    interface("move", Shape::Text, "NAME")
        .help("|Take this interface in; at the end it goes back, under its old name."),
    interface("macvlan", Shape::Text, "NAME")
        .help("|Share this interface outside, with a link address of its own."),
    interface("bridge", Shape::Text, "NAME")
        .help("|Bridge that the outer end of a pair is put on."),
    interface("address", Shape::List, "ADDRESS/PREFIX")
        .help("|Addresses inside, such as 10.9.0.2/24 or fd00::2/64."),
    interface("gateway", Shape::List, "ADDRESS")
        .help("|Where goes what is in none of its networks."),
    interface("outer-address", Shape::List, "ADDRESS/PREFIX")
        .help("|Addresses of the outer end of a pair."),
    interface("mac", Shape::Text, "MAC").help("the kernel's choice|Its link address."),
    interface("mtu", Shape::Number, "BYTES").help("the kernel's choice|Longest packet it sends."),
];

/// A key of the interface that is being said.
const fn interface(name: &'static str, shape: Shape, value: &'static str) -> Row {
    Row::new(Table::Interface, name, shape, value, Set::Interface).without_flag()
}
