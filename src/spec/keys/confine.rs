//! The keys that take rights away: more of `[security]`.

use super::{Row, Set, Shape, Table, confine, switch};
use crate::model::{CapabilityList, SecureBits};
use crate::spec::{Item, Spec};
use crate::text::Fault;

/// `[user]`, behind the ids.
pub(super) const USER: &[Row] = &[
    of_user("disable-userns", |spec, item| item.put(&mut spec.confine.disable_userns, switch))
        .help("false|Nobody inside makes a user namespace; needs user, and confines."),
    of_user("assert-userns-disabled", |spec, item| {
        item.put(&mut spec.confine.assert_userns, switch)
    })
    .help("false|Start nothing when a user namespace can be made inside, which is tried."),
];

const fn of_user(
    name: &'static str,
    set: for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    let set = if cfg!(feature = "sandbox") { Set::Whole(set) } else { Set::NotBuilt("sandbox") };
    Row::new(Table::User, name, Shape::Switch, "", set)
}

/// `[security]`, behind no-new-privs.
pub(super) const ROWS: &[Row] = &[
    confine("capabilities", Shape::List, "CAP", |spec, item| {
        item.gather(&mut spec.confine.capabilities, CapabilityList::add)
    })
    .help(
        "all, but what a container has where anything else confines|Capabilities that are kept: \
         NET_ADMIN, with CAP_ or without, all, none, or default, what a container has. Those that \
         are named a service has, whoever it is.",
    ),
    confine("cap-add", Shape::List, "CAP", |spec, item| spec.confine.add_capability(item))
        .help("|Keep a capability as well, or all; after what was said before."),
    confine("cap-drop", Shape::List, "CAP", |spec, item| spec.confine.drop_capability(item))
        .help("|Do not keep a capability, or any with all; likewise."),
    confine("ambient-capabilities", Shape::List, "CAP", |spec, item| {
        item.gather(&mut spec.confine.ambient, CapabilityList::add)
    })
    .help("the named ones, for who is not root|Capabilities that outlive an exec by anybody."),
    confine("securebits", Shape::List, "BIT", |spec, item| {
        item.gather(&mut spec.confine.securebits, SecureBits::add)
    })
    .help("|What root means: noroot, no-setuid-fixup, no-cap-ambient-raise, each with -locked."),
    confine("memory-deny-write", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.confine.memory_deny_write, switch)
    })
    .help("false|No memory can be written and executed, which some compilers at run time need."),
    confine("new-keyring", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.confine.new_keyring, switch)
    })
    .help("true in run, where anything confines|A session keyring of its own (keyrings(7))."),
];
