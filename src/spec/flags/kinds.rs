//! The flags that say which namespaces there are, beside the key.

use super::{Operands, Wrong};
use crate::model::NamespaceSet;
use crate::spec::{Item, Kinds, Said, Spec};

/// Kinds of namespaces, beside the default.
pub(super) fn more(
    spec: &mut Spec<'_>,
    [word, ..]: &Operands<'_>,
    kinds: NamespaceSet,
) -> Result<(), Wrong> {
    change_kinds(spec, word, |said| said.more |= kinds);
    Ok(())
}

pub(super) fn share_net(spec: &mut Spec<'_>, [word, ..]: &Operands<'_>) -> Result<(), Wrong> {
    change_kinds(spec, word, |said| said.less |= NamespaceSet::NET);
    Ok(())
}

/// Changes what was said of the namespaces by the same source.
fn change_kinds(spec: &mut Spec<'_>, word: &Item<'_>, change: impl FnOnce(&mut Kinds)) {
    let mut value = match spec.namespaces {
        Some(said) if said.origin.is_same_source(word.origin) => said.value,
        Some(_) | None => Kinds::default(),
    };
    change(&mut value);
    spec.namespaces = Some(Said { value, origin: word.origin });
}
