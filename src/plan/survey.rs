//! What is known of the machine beyond plain values, asked only when a key needs it.
//!
//! [`Facts`](super::Facts) are copied around; these are lists, and lie beside the plan, outside the
//! stack. Pages that nobody asks for are never touched.

use heapless::Vec;

use super::Cgroups;
use crate::limits::{ID_MAP_LINES_MAX, SUBID_RANGES_MAX};
use crate::model::{IdKind, IdMap, IdRange, IdTool};

/// What is known of the ids of one kind.
#[derive(Debug, Default)]
pub struct Ids {
    /// The map of the user namespace we are in; empty when it could not be read.
    pub ours: Vec<IdMap, ID_MAP_LINES_MAX>,
    /// What we may map besides our own id, by /etc/subuid or /etc/subgid.
    pub granted: Vec<IdRange, SUBID_RANGES_MAX>,
    /// Whether somebody else may grant more: a file that we cannot read or a user without a name in
    /// /etc/passwd, other sources of nsswitch.conf(5).
    pub may_be_more: bool,
    /// Whether the program that maps them is there, and where.
    pub tool: Option<IdTool>,
}

impl Ids {
    /// Nothing known.
    pub const fn new() -> Self {
        Self { ours: Vec::new(), granted: Vec::new(), may_be_more: false, tool: None }
    }

    /// One more range that we may map; what is granted already is not granted twice, because no id
    /// is mapped twice.
    pub fn grant(&mut self, range: IdRange) {
        if !self.granted.iter().any(|known| known.meets(range)) {
            self.may_be_more |= self.granted.push(range).is_err();
        }
    }

    /// Whether the kernel would take a line that is written with privilege: every id outside must
    /// be one of ours, and all of them stand in one line of our own map
    /// (kernel/user_namespace.c, `map_write`).
    pub fn are_ours(&self, line: IdMap) -> bool {
        self.ours.is_empty() || self.ours.iter().any(|ours| ours.has_inside(line.range()))
    }
}

/// Everything that was asked.
#[derive(Debug, Default)]
pub struct Survey {
    /// User ids.
    pub uids: Ids,
    /// Group ids.
    pub gids: Ids,
    /// Whose these are: our user id.
    pub uid: u32,
    /// Cgroups.
    pub cgroups: Cgroups,
    /// Whether no exec of ours gives privileges, so that newuidmap(1) would get none.
    pub has_no_new_privs: bool,
}

impl Survey {
    /// Nothing asked.
    pub const fn new() -> Self {
        Self {
            uids: Ids::new(),
            gids: Ids::new(),
            uid: 0,
            cgroups: Cgroups::new(),
            has_no_new_privs: false,
        }
    }

    /// What is known of the ids of one kind.
    pub const fn ids(&self, kind: IdKind) -> &Ids {
        match kind {
            IdKind::Uid => &self.uids,
            IdKind::Gid => &self.gids,
        }
    }

    /// The same, to be filled.
    pub const fn ids_mut(&mut self, kind: IdKind) -> &mut Ids {
        match kind {
            IdKind::Uid => &mut self.uids,
            IdKind::Gid => &mut self.gids,
        }
    }
}
