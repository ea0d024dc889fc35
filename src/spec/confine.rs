//! What was asked of confinement: the part of `[security]` that takes rights away.

use super::{Item, Origin, Said};
use crate::model::{Capabilities, CapabilityChanges, CapabilityList, SecureBits};
use crate::text::Fault;

/// What was asked; `None` was not said.
#[derive(Debug, Default)]
pub struct ConfineSpec {
    /// The capabilities that are kept.
    pub capabilities: Option<Said<CapabilityList>>,
    /// Changes to them, in their order.
    pub changes: Option<Said<CapabilityChanges>>,
    /// Those that outlive an exec by anybody.
    pub ambient: Option<Said<CapabilityList>>,
    /// What root means.
    pub securebits: Option<Said<SecureBits>>,
    /// Whether nobody has memory that can be written and executed.
    pub memory_deny_write: Option<Said<bool>>,
    /// Whether keys of ours are out of reach.
    pub new_keyring: Option<Said<bool>>,
    /// Whether nobody inside makes a user namespace.
    pub disable_userns: Option<Said<bool>>,
    /// Whether it is made sure that nobody can.
    pub assert_userns: Option<Said<bool>>,
}

impl ConfineSpec {
    /// Nothing said yet.
    pub(super) const fn new() -> Self {
        Self {
            capabilities: None,
            changes: None,
            ambient: None,
            securebits: None,
            memory_deny_write: None,
            new_keyring: None,
            disable_userns: None,
            assert_userns: None,
        }
    }

    /// A capability is added to those that are kept, whatever was said of them before.
    pub(super) fn add_capability(&mut self, item: Item<'_>) -> Result<(), Fault> {
        self.change(item.origin).add(item.bytes())
    }

    /// A capability is taken out of them.
    pub(super) fn drop_capability(&mut self, item: Item<'_>) -> Result<(), Fault> {
        self.change(item.origin).drop(item.bytes())
    }

    /// The changes so far, the last of which stands at `origin`.
    fn change(&mut self, origin: Origin) -> &mut CapabilityChanges {
        let value = self.changes.map(|said| said.value).unwrap_or_default();
        &mut self.changes.insert(Said { value, origin }).value
    }

    /// Where the capabilities were said last, if anything was said of them.
    pub fn capabilities_origin(&self) -> Option<(Origin, &'static str)> {
        let changes = self.changes.map(|said| (said.origin, "cap-add or cap-drop"));
        let list = self.capabilities.map(|said| (said.origin, "capabilities"));
        let ambient = self.ambient.map(|said| (said.origin, "ambient-capabilities"));
        let bits = self.securebits.map(|said| (said.origin, "securebits"));
        changes.or(list).or(ambient).or(bits)
    }

    /// What is kept of all there are, where `default` is what nobody spoke against; and those that
    /// were named.
    pub fn kept(&self, default: Capabilities) -> (Capabilities, Capabilities) {
        let said = self.capabilities.map(|said| said.value);
        let base = match said {
            None => default,
            Some(list) if list.has_default => list.named.and(default),
            Some(list) => list.named,
        };
        let changes = self.changes.map(|said| said.value).unwrap_or_default();
        (changes.of(base), changes.of(said.unwrap_or_default().named))
    }
}
