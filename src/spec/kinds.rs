//! Which kinds of namespaces were asked for: the key `namespaces`.

use super::{Item, Said, Spec};
use crate::model::{Namespace, NamespaceSet};
use crate::text::Fault;

/// Which kinds of namespaces were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Kinds named as they are: these and no others.
    pub exactly: Option<NamespaceSet>,
    /// Kinds named with `+`: these as well.
    pub more: NamespaceSet,
    /// Kinds named with `-`: these not.
    pub less: NamespaceSet,
}

impl Kinds {
    /// The set that was asked for, where `default` is what nobody spoke against.
    pub fn resolve(self, default: NamespaceSet) -> NamespaceSet {
        (self.exactly.unwrap_or(default) | self.more).difference(self.less)
    }
}

impl<'a> Spec<'a> {
    /// One entry of `namespaces`: `net`, `+net` or `-net`.
    pub(super) fn add_kind(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let said = match self.namespaces {
            Some(said) if said.origin.is_same_source(item.origin) => said.value,
            _ => Kinds::default(),
        };
        let mut kinds = said;
        match item.bytes() {
            [b'+', name @ ..] => kinds.more = kinds.more.with(Namespace::parse(name)?),
            [b'-', name @ ..] => kinds.less = kinds.less.with(Namespace::parse(name)?),
            name => {
                let named = kinds.exactly.unwrap_or_default().with(Namespace::parse(name)?);
                kinds.exactly = Some(named);
            }
        }
        self.namespaces = Some(Said { value: kinds, origin: item.origin });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Origin;
    use core::ffi::CStr;
    use std::boxed::Box;

    fn item(text: &CStr, argument: u32) -> Item<'_> {
        Item { text, origin: Origin::Argument(argument) }
    }

    #[test]
    fn kinds_are_named_exactly_or_added_to_the_default() {
        let default = NamespaceSet::PID | NamespaceSet::MNT;
        let ask = |words: &[&'static CStr]| {
            let mut spec = Spec::new(Box::leak(Box::default()));
            for word in words {
                spec.add_kind(item(word, 1)).unwrap();
            }
            spec.namespaces.unwrap().value.resolve(default)
        };
        assert_eq!(ask(&[c"net", c"uts"]), NamespaceSet::NET | NamespaceSet::UTS);
        assert_eq!(ask(&[c"+net"]), default | NamespaceSet::NET);
        assert_eq!(ask(&[c"+net", c"-pid"]), NamespaceSet::MNT | NamespaceSet::NET);
    }
}
