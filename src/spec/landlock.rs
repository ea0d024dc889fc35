//! What was asked of Landlock: the table `[security.landlock]`.

use heapless::Vec;

use super::{Item, List, Origin, Said};
use crate::limits::{LANDLOCK_PATHS_MAX, LANDLOCK_PORTS_MAX};
use crate::model::{Beneath, LandlockPath, Port, PortKind, Scopes};
use crate::text::Fault;

/// The memory of its lists.
#[derive(Debug)]
pub struct LandlockLists<'a> {
    paths: Vec<Said<LandlockPath<'a>>, LANDLOCK_PATHS_MAX>,
    ports: Vec<Said<Port>, LANDLOCK_PORTS_MAX>,
}

impl LandlockLists<'_> {
    /// Empty lists.
    #[allow(clippy::new_without_default)] // it is made once, within those of the whole
    pub const fn new() -> Self {
        Self { paths: Vec::new(), ports: Vec::new() }
    }
}

/// What was asked; `None` was not said.
#[derive(Debug)]
pub struct LandlockSpec<'a> {
    /// Paths, in the order they were said.
    pub paths: List<'a, Said<LandlockPath<'a>>, LANDLOCK_PATHS_MAX>,
    /// Ports, likewise.
    pub ports: List<'a, Said<Port>, LANDLOCK_PORTS_MAX>,
    /// Where something was said of reading or writing, be it an empty list.
    pub files: Option<Origin>,
    /// The same of executing.
    pub execute: Option<Origin>,
    /// The same of each kind of ports, in the order of [`PortKind::ALL`].
    pub port_kinds: [Option<Origin>; 4],
    /// Whom outside a process cannot reach.
    pub scope: Option<Said<Scopes>>,
    /// Whether harmless devices may be used anyway.
    pub devices: Option<Said<bool>>,
    /// Whether audit hears of what was refused.
    pub log: Option<Said<bool>>,
    /// Whether this kernel must be able to do all of it (`true`), or need not be able to do any
    /// (`false`). Where nobody says: it must what was said, and need not what we add.
    pub required: Option<Said<bool>>,
}

impl<'a> LandlockSpec<'a> {
    /// Nothing said yet, with memory for its lists.
    pub(super) const fn new(lists: &'a mut LandlockLists<'a>) -> Self {
        let LandlockLists { paths, ports } = lists;
        Self {
            paths: List::new(paths),
            ports: List::new(ports),
            files: None,
            execute: None,
            port_kinds: [None; 4],
            scope: None,
            devices: None,
            log: None,
            required: None,
        }
    }

    /// One more path, or `none`.
    pub(super) fn add_path(&mut self, item: Item<'a>, beneath: Beneath) -> Result<(), Fault> {
        let path = LandlockPath::parse(item.text, beneath)?;
        let said = match beneath {
            Beneath::Read | Beneath::Write => &mut self.files,
            Beneath::Execute => &mut self.execute,
        };
        *said = Some(item.origin);
        path.map_or(Ok(()), |path| self.paths.append(item, path))
    }

    /// One more port, or `none`.
    pub(super) fn add_port(&mut self, item: Item<'a>, kind: PortKind) -> Result<(), Fault> {
        let port = Port::parse(item.bytes(), kind)?;
        let mut rows = self.port_kinds.iter_mut().zip(PortKind::ALL);
        if let Some((said, _)) = rows.find(|(_, row)| *row == kind) {
            *said = Some(item.origin);
        }
        port.map_or(Ok(()), |port| self.ports.append(item, port))
    }

    /// Where something was said of a kind of ports.
    pub fn of_ports(&self, kind: PortKind) -> Option<Origin> {
        let mut rows = self.port_kinds.iter().zip(PortKind::ALL);
        rows.find(|(_, row)| *row == kind).and_then(|(said, _)| *said)
    }

    /// Where it was asked for, if it was: something that restricts was said.
    pub fn first(&self) -> Option<(Origin, &'static str)> {
        let files = self.files.or(self.execute);
        let ports = self.port_kinds.iter().find_map(|said| *said);
        let scope = self.scope.filter(|said| said.value != Scopes::NONE).map(|said| said.origin);
        files.or(ports).or(scope).map(|origin| (origin, "landlock"))
    }
}
