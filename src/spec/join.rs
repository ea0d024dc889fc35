//! What was asked of namespaces that others made, or that outlive us: `join` and `persist`.

use core::ffi::CStr;

use heapless::Vec;

use super::{Item, List, Origin, Said, SaidKey};
use crate::limits::KINDS_MAX;
use crate::model::{Join, Namespace, Whence};
use crate::text::Fault;

/// The memory of its list.
#[derive(Debug)]
pub struct JoinLists<'a> {
    joins: Vec<Said<Join<'a>>, KINDS_MAX>,
}

impl JoinLists<'_> {
    /// An empty list.
    #[allow(clippy::new_without_default)] // it is made once, within those of the whole
    pub const fn new() -> Self {
        Self { joins: Vec::new() }
    }
}

/// What was asked; nothing, where nobody said it.
#[derive(Debug)]
pub struct JoinSpec<'a> {
    /// Namespaces to join instead of creating them, one of a kind at most.
    pub joins: List<'a, Said<Join<'a>>, KINDS_MAX>,
    /// The process whose cgroup, root and directory are taken as well.
    pub place: Option<Said<Whence<'a>>>,
    /// Where each namespace is kept when everybody has left it.
    pub persist: Option<Said<&'a CStr>>,
}

impl<'a> JoinSpec<'a> {
    /// Nothing said yet, with memory for its list.
    pub(super) const fn new(lists: &'a mut JoinLists<'a>) -> Self {
        Self { joins: List::new(&mut lists.joins), place: None, persist: None }
    }

    /// One namespace to join; the last word on a kind counts.
    pub(super) fn add(&mut self, join: Join<'a>, origin: Origin) -> Result<(), Fault> {
        let said = Said { value: join, origin };
        match self.joins.iter_mut().find(|known| known.value.kind == join.kind) {
            Some(known) => *known = said,
            None => self.joins.push(said)?,
        }
        Ok(())
    }

    /// One entry of `join`.
    pub(super) fn put(&mut self, item: Item<'a>) -> Result<(), Fault> {
        self.add(Join::parse(item.text)?, item.origin)
    }

    /// What is joined of this kind.
    pub fn of(&self, kind: Namespace) -> Option<Said<Join<'a>>> {
        self.joins.iter().find(|said| said.value.kind == kind).copied()
    }

    /// Its keys that were said, and where.
    pub fn keys(&self) -> [SaidKey; 3] {
        let joins = self.joins.first().map(|said| (said.origin, "join"));
        let place = self.place.map(|said| (said.origin, "join-place"));
        let persist = self.persist.map(|said| (said.origin, "persist"));
        [joins, place, persist]
    }
}

/// A descriptor that we were given, as bubblewrap's flags name it.
pub(super) fn descriptor(text: &CStr) -> Result<u16, Fault> {
    let number = crate::text::units::unsigned(text.to_bytes(), u64::from(u16::MAX))?;
    u16::try_from(number).map_err(|_| Fault::OutOfRange { min: 0, max: i64::from(u16::MAX) })
}
