//! The keys that take rights away: more of `[security]`.

use super::{Row, Shape, confine, switch};
use crate::model::{CapabilityList, SecureBits};

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
