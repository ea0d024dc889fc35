//! What a file has defined so far, by TOML's rules on saying things twice.
//!
//! TOML lets a table be opened in several ways and forbids to open it twice; which pairs of ways go
//! together is [`How::after`]. Our tables and keys are a closed set, so what was defined is a mark
//! for each row of the key table; only names of pairs (variables, resources) have to be remembered.
//!
//! What no table or key has ever been called does not belong here.

use heapless::Vec;

use crate::limits::TOML_PAIRS_MAX;
use crate::spec::keys::{KEYS, Key, Table};
use crate::spec::{Complaint, Shape};
use crate::text::Fault;

/// How a table or a key is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// On the way to a table in a header: `x` in `[x.y]`.
    Parent,
    /// By a header: `[x]`.
    Header,
    /// As one of several: `[[x]]`.
    ListHeader,
    /// On the way to a key: `x` in `x.y = 1`.
    Dotted,
    /// With its value: `x = …`.
    Value,
}

impl How {
    /// What holds when this follows `before`; `None` when it may not.
    fn after(self, before: Option<Self>) -> Option<Self> {
        match (before, self) {
            (None, now) => Some(now),
            (Some(Self::Parent), Self::Parent | Self::Header) => Some(self),
            (Some(was @ (Self::Header | Self::ListHeader | Self::Dotted)), Self::Parent) => {
                Some(was)
            }
            (Some(Self::ListHeader), Self::ListHeader) | (Some(Self::Dotted), Self::Dotted) => {
                Some(self)
            }
            (
                Some(_),
                Self::Parent | Self::Header | Self::ListHeader | Self::Dotted | Self::Value,
            ) => None,
        }
    }
}

/// Everything that was defined.
pub(super) struct Defined<'a> {
    tables: [Option<How>; Table::ALL.len()],
    keys: [Option<How>; KEYS.len()],
    pairs: Vec<(&'static Key, &'a [u8]), TOML_PAIRS_MAX>,
}

impl<'a> Defined<'a> {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self { tables: [None; Table::ALL.len()], keys: [None; KEYS.len()], pairs: Vec::new() }
    }

    /// How a table was defined.
    pub(super) fn table(&mut self, table: Table) -> Option<&mut Option<How>> {
        self.tables.iter_mut().zip(Table::ALL).find(|(_, row)| *row == table).map(|(how, _)| how)
    }

    /// Defines a table.
    ///
    /// # Errors
    /// [`Complaint::Twice`], or [`Complaint::WrongTable`] where a list of tables belongs and this
    /// is none, or the other way round.
    pub(super) fn define_table(&mut self, table: Table, how: How) -> Result<(), Complaint> {
        let Some(place) = self.table(table) else { return Ok(()) };
        let is_wrong = match how {
            How::Header | How::Dotted => table.is_list(),
            How::ListHeader => !table.is_list(),
            How::Parent => table.is_list() && place.is_none(),
            How::Value => false,
        };
        if is_wrong {
            return Err(Complaint::WrongTable(table));
        }
        *place = Some(how.after(*place).ok_or(Complaint::Twice)?);
        Ok(())
    }

    /// Defines a key of the table that is being read.
    ///
    /// # Errors
    /// [`Complaint::Twice`], or [`Complaint::WrongType`] for a key that is no table.
    pub(super) fn define_key(&mut self, key: &'static Key, how: How) -> Result<(), Complaint> {
        let type_name = match how {
            How::Value => None,
            How::ListHeader => Some("a list of tables"),
            How::Parent | How::Header | How::Dotted => (!is_table(key.shape)).then_some("a table"),
        };
        if let Some(type_name) = type_name {
            return Err(Complaint::WrongType(key, type_name));
        }
        let mut rows = self.keys.iter_mut().zip(&KEYS);
        let Some((place, _)) = rows.find(|(_, row)| is_same(row, key)) else { return Ok(()) };
        *place = Some(how.after(*place).ok_or(Complaint::Twice)?);
        Ok(())
    }

    /// Defines a name in a key that is a table.
    ///
    /// # Errors
    /// [`Complaint::Value`] for a name that `NAME=VALUE` cannot hold, [`Complaint::Twice`],
    /// [`Complaint::WrongType`] when the key takes one name only, [`Complaint::TooMany`].
    pub(super) fn define_pair(
        &mut self,
        key: &'static Key,
        name: &'a [u8],
    ) -> Result<(), Complaint> {
        let fault = match name.iter().find(|byte| matches!(byte, b'=' | b'\0')) {
            _ if name.is_empty() => Some(Fault::Empty),
            Some(b'=') => Some(Fault::BadByte(b'=')),
            Some(_) => Some(Fault::Nul),
            None => None,
        };
        if let Some(fault) = fault {
            return Err(Complaint::Value(key, fault));
        }
        if self.pairs.iter().any(|(row, known)| is_same(row, key) && *known == name) {
            return Err(Complaint::Twice);
        }
        if is_one_pair(key.shape) && self.has_pair(key) {
            return Err(Complaint::WrongType(key, "a table of several names"));
        }
        let full = Complaint::TooMany("names in the tables of one service", TOML_PAIRS_MAX);
        self.pairs.push((key, name)).map_err(|_| full)
    }

    /// Whether there is a name in a key that is a table.
    pub(super) fn has_pair(&self, key: &Key) -> bool {
        self.pairs.iter().any(|(row, _)| is_same(row, key))
    }

    /// Begins one more of the tables of which there may be several.
    pub(super) fn begin_next(&mut self, table: Table) {
        for (how, _) in self.keys.iter_mut().zip(&KEYS).filter(|(_, key)| key.table == table) {
            *how = None;
        }
        // Nothing can be added any more to a table of pairs that went before.
        self.pairs.retain(|(key, _)| key.table != table);
    }
}

/// Whether a key of this shape can be a table of names and values.
pub(super) const fn is_table(shape: Shape) -> bool {
    matches!(shape, Shape::Pairs | Shape::TextOrPairs) || is_one_pair(shape)
}

/// Whether it is one name with its value, when it is a table.
const fn is_one_pair(shape: Shape) -> bool {
    matches!(shape, Shape::TextOrPair | Shape::TextOrExec)
}

fn is_same(one: &Key, other: &Key) -> bool {
    one.table == other.table && one.names == other.names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_opened_once_and_its_parents_as_often_as_needed() {
        let ways = [How::Parent, How::Header, How::ListHeader, How::Dotted, How::Value];
        let allowed = [
            (How::Parent, How::Parent),
            (How::Parent, How::Header),
            (How::Header, How::Parent),
            (How::ListHeader, How::Parent),
            (How::ListHeader, How::ListHeader),
            (How::Dotted, How::Parent),
            (How::Dotted, How::Dotted),
        ];
        for before in ways {
            assert_eq!(before.after(None), Some(before));
            for now in ways {
                let is_allowed = allowed.contains(&(before, now));
                assert_eq!(now.after(Some(before)).is_some(), is_allowed, "{before:?}, {now:?}");
            }
        }
    }
}
