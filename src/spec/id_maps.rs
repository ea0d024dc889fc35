//! What was asked of the two id maps: lines, or all that may be mapped.

use super::{Item, List, Origin, Said, Spec};
use crate::limits::ID_MAP_LINES_MAX;
use crate::model::{IdKind, IdMap};
use crate::text::Fault;

/// Lines of one of the two id maps.
pub type IdMapLines<'a> = List<'a, Said<IdMap>, ID_MAP_LINES_MAX>;

impl<'a> Spec<'a> {
    /// The lines of one of the two maps.
    pub const fn id_map(&self, kind: IdKind) -> &IdMapLines<'a> {
        match kind {
            IdKind::Uid => &self.uid_map,
            IdKind::Gid => &self.gid_map,
        }
    }

    /// Where one of the two maps was said to be of what we may map.
    pub const fn auto_map(&self, kind: IdKind) -> Option<Origin> {
        match kind {
            _ if !cfg!(feature = "sandbox") => None, // nobody can say so
            IdKind::Uid => self.auto_uid_map,
            IdKind::Gid => self.auto_gid_map,
        }
    }

    /// Whether anything was said of one of the two maps.
    pub fn has_map(&self, kind: IdKind) -> bool {
        !self.id_map(kind).is_empty() || self.auto_map(kind).is_some()
    }

    /// One line of a map, or `auto`, which is the whole of it; what a later source says of a map
    /// counts.
    pub(super) fn add_map(&mut self, kind: IdKind, item: Item<'a>) -> Result<(), Fault> {
        let auto = self.auto_map(kind);
        let known = auto.or(self.id_map(kind).first().map(|said| said.origin));
        let is_second = known.is_some_and(|known| known.is_same_source(item.origin));
        let (lines, auto) = match kind {
            IdKind::Uid => (&mut self.uid_map, &mut self.auto_uid_map),
            IdKind::Gid => (&mut self.gid_map, &mut self.auto_gid_map),
        };
        match item.bytes() {
            b"auto" if !cfg!(feature = "sandbox") => return Err(Fault::NotBuilt),
            b"auto" if is_second => {
                return Err(Fault::NotA("line beside others: it is a whole map"));
            }
            b"auto" => {
                lines.clear();
                *auto = Some(item.origin);
            }
            _ if is_second && auto.is_some() => {
                return Err(Fault::NotA("line beside auto, which is a whole map"));
            }
            text => {
                lines.append(item, IdMap::parse(text)?)?;
                *auto = None;
            }
        }
        Ok(())
    }
}
