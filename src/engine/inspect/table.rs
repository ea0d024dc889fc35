//! The namespaces that were found: each once, found by its inode, put into an order at the end.
//!
//! An inode number is a namespace's name for as long as it lives, whatever its kind
//! (namespaces(7)). The memory is given, and stays where it is.

use heapless::Vec;

use super::order::sort;
use crate::limits::{KEEPING_PATHS_MAX, NAMESPACE_SLOTS_MAX, NAMESPACES_MAX};
use crate::model::Namespace;

/// A process and a number of its own: a thread, a descriptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Of {
    /// The process; 0 for nobody.
    pub pid: i32,
    /// The thread or descriptor.
    pub number: i32,
}

/// Where a path lies in the memory for paths.
#[derive(Clone, Copy, Debug, Default)]
struct PathAt {
    start: u32,
    len: u16,
}

/// One namespace.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name.
    pub inode: u64,
    /// Its kind.
    pub kind: Namespace,
    /// How many processes are in it.
    pub processes: u32,
    /// The one with the lowest PID; 0 for none.
    pub pid: i32,
    /// The user namespace that owns it; 0 when that lies outside ours.
    pub owner: u64,
    /// Its parent, for the kinds that have one; 0 as for the owner.
    pub parent: u64,
    /// Who created it, for a user namespace.
    pub uid: Option<u32>,
    /// A thread that is in it while its process is not.
    pub thread: Of,
    /// A process whose children will be in it (pid and time).
    pub for_children: i32,
    /// A descriptor that is open on it.
    pub descriptor: Of,
    /// Whether it is mounted somewhere; the path is `Table::mount_of`.
    pub is_mounted: bool,
    /// Whose mount namespace it is mounted in; 0 for ours.
    pub mounted_for: i32,
    mount: PathAt,
    /// Whether the first process is PID 1 of a sandbox of ours.
    pub is_ours: bool,
    /// Whether its owner and parent have been asked for.
    pub(super) is_asked: bool,
    /// Whether it is one of those that are wanted.
    pub is_chosen: bool,
}

impl Entry {
    const fn new(kind: Namespace, inode: u64) -> Self {
        Self {
            inode,
            kind,
            processes: 0,
            pid: 0,
            owner: 0,
            parent: 0,
            uid: None,
            thread: Of { pid: 0, number: 0 },
            for_children: 0,
            descriptor: Of { pid: 0, number: 0 },
            is_mounted: false,
            mounted_for: 0,
            mount: PathAt { start: 0, len: 0 },
            is_ours: false,
            is_asked: false,
            is_chosen: true,
        }
    }

    /// One more process is in it.
    pub(super) fn add_process(&mut self, pid: i32) {
        self.processes = self.processes.saturating_add(1);
        self.pid = if self.pid == 0 { pid } else { self.pid.min(pid) };
    }
}

/// Everything that was found.
pub struct Table {
    entries: Vec<Entry, NAMESPACES_MAX>,
    /// For each hash of an inode the number of its entry and one; 0 is free.
    slots: [u16; NAMESPACE_SLOTS_MAX],
    paths: [u8; KEEPING_PATHS_MAX],
    paths_len: usize,
    /// Whether there were more than we can tell apart.
    pub is_full: bool,
    /// Processes that we may not look at.
    pub unseen: u32,
}

impl Table {
    /// Nothing found yet.
    pub(super) const fn new() -> Self {
        Self {
            entries: Vec::new(),
            slots: [0; NAMESPACE_SLOTS_MAX],
            paths: [0; KEEPING_PATHS_MAX],
            paths_len: 0,
            is_full: false,
            unseen: 0,
        }
    }

    /// The slots in which an inode may be, the likeliest first.
    fn slots_of(inode: u64) -> impl Iterator<Item = usize> {
        let bits = NAMESPACE_SLOTS_MAX.trailing_zeros();
        // Fibonacci hashing: the top bits of a product with 2^64 divided by the golden ratio.
        let hash = inode.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits);
        let first = usize::try_from(hash).unwrap_or(0);
        (0..NAMESPACE_SLOTS_MAX).map(move |step| first.wrapping_add(step) % NAMESPACE_SLOTS_MAX)
    }

    /// The number of an inode's entry; or the slot where it would be.
    fn number_of(&self, inode: u64) -> Result<usize, usize> {
        for slot in Self::slots_of(inode) {
            let number = self.slots.get(slot).copied().unwrap_or(0);
            let Some(number) = usize::from(number).checked_sub(1) else { return Err(slot) };
            if self.entries.get(number).is_some_and(|entry| entry.inode == inode) {
                return Ok(number);
            }
        }
        Err(NAMESPACE_SLOTS_MAX) // it is never so full
    }

    /// The namespace with this inode.
    pub fn find(&self, inode: u64) -> Option<&Entry> {
        self.entries.get(self.number_of(inode).ok()?)
    }

    /// The namespace with this inode, which is of this kind, known from now on. `None` when there
    /// is no room.
    pub(super) fn entry(&mut self, kind: Namespace, inode: u64) -> Option<&mut Entry> {
        let number = match self.number_of(inode) {
            Ok(number) => number,
            Err(slot) => {
                let number = self.entries.len();
                if self.entries.push(Entry::new(kind, inode)).is_err() {
                    self.is_full = true;
                    return None;
                }
                *self.slots.get_mut(slot)? = u16::try_from(number.saturating_add(1)).ok()?;
                number
            }
        };
        self.entries.get_mut(number)
    }

    /// How many namespaces there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The namespace with this number.
    pub fn get(&self, number: usize) -> Option<&Entry> {
        self.entries.get(number)
    }

    /// Every namespace, as it was found.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Leaves only those that `is_wanted` chosen.
    pub fn choose(&mut self, is_wanted: impl Fn(&Entry) -> bool) {
        for entry in &mut self.entries {
            entry.is_chosen &= is_wanted(entry);
        }
    }

    /// Chooses also what is above those that are chosen, in a tree.
    pub fn choose_above(&mut self) {
        for number in 0..self.entries.len() {
            let mut next = self.entries.get(number).filter(|entry| entry.is_chosen).copied();
            while let Some(entry) = next {
                let above = self.number_of(self.above(&entry)).ok();
                let above = above.and_then(|number| self.entries.get_mut(number));
                let Some(above) = above.filter(|above| !above.is_chosen) else { break };
                above.is_chosen = true;
                next = Some(*above);
            }
        }
    }

    /// Notes which namespaces are those of our sandboxes.
    pub(super) fn note_ours(&mut self, is_ours: impl Fn(i32) -> bool) {
        let mut last = (0, false); // what a sandbox has lies together
        for entry in &mut self.entries {
            if entry.pid != last.0 {
                last = (entry.pid, entry.pid != 0 && is_ours(entry.pid));
            }
            entry.is_ours = last.1;
        }
    }

    /// Notes where a namespace is mounted, for the first mount that is found.
    pub(super) fn note_mount(&mut self, kind: Namespace, inode: u64, path: &[u8], pid: i32) {
        let at = self.keep(path);
        if let Some(entry) = self.entry(kind, inode).filter(|entry| !entry.is_mounted) {
            (entry.is_mounted, entry.mounted_for) = (true, pid);
            entry.mount = at.unwrap_or_default();
        }
    }

    /// Keeps a path, when there is room for it.
    fn keep(&mut self, path: &[u8]) -> Option<PathAt> {
        let end = self.paths_len.checked_add(path.len())?;
        let place = self.paths.get_mut(self.paths_len..end)?;
        place.iter_mut().zip(path).for_each(|(place, byte)| *place = *byte);
        let start = u32::try_from(self.paths_len).ok()?;
        self.paths_len = end;
        Some(PathAt { start, len: u16::try_from(path.len()).ok()? })
    }

    /// Where it is mounted; empty when there was no room for the path.
    pub fn mount_of(&self, entry: &Entry) -> &[u8] {
        let start = usize::try_from(entry.mount.start).unwrap_or(0);
        let end = start.saturating_add(usize::from(entry.mount.len));
        self.paths.get(start..end).unwrap_or_default()
    }

    /// Who created the user namespace that owns it, or the user namespace itself.
    pub fn uid_of(&self, entry: &Entry) -> Option<u32> {
        match entry.kind {
            Namespace::User => entry.uid,
            Namespace::Cgroup
            | Namespace::Ipc
            | Namespace::Net
            | Namespace::Mnt
            | Namespace::Pid
            | Namespace::Time
            | Namespace::Uts => self.find(entry.owner)?.uid,
        }
    }

    /// The namespace below which it stands in a tree: for PIDs the parent, when both have one
    /// owner, else the owner. 0 for the top.
    pub fn above(&self, entry: &Entry) -> u64 {
        let above = match (entry.kind, self.find(entry.parent)) {
            (Namespace::Pid, Some(parent)) if parent.owner == entry.owner => entry.parent,
            (_, _) => entry.owner,
        };
        self.find(above).map_or(0, |entry| entry.inode)
    }
}

/// The numbers of the namespaces of a table, in an order.
pub struct Order {
    numbers: Vec<u16, NAMESPACES_MAX>,
}

impl Order {
    /// No order yet.
    pub(super) const fn new() -> Self {
        Self { numbers: Vec::new() }
    }

    /// Puts the namespaces of `table` into an order: by kind and inode; as a tree, by what is above
    /// them before that.
    pub fn sort(&mut self, table: &Table, is_tree: bool) {
        self.numbers.clear();
        for number in (0u16..).take(table.len()) {
            let _ = self.numbers.push(number); // there is room for as many as in the table
        }
        let key = |number: u16| {
            let entry = table.get(usize::from(number))?;
            let above = if is_tree { table.above(entry) } else { 0 };
            // User namespaces have their own below them; the others come first.
            let is_user = is_tree && entry.kind == Namespace::User;
            Some((above, is_user, entry.kind.name(), entry.inode))
        };
        sort(&mut self.numbers, &|a, b| key(a) < key(b));
    }

    /// The numbers, the first one first.
    pub fn numbers(&self) -> &[u16] {
        &self.numbers
    }

    /// Those of a tree that stand right below the namespace `inode`; below 0 stand those at the
    /// top.
    pub fn below(&self, table: &Table, inode: u64) -> &[u16] {
        let above =
            |number: &u16| table.get(usize::from(*number)).map_or(0, |entry| table.above(entry));
        let start = self.numbers.partition_point(|number| above(number) < inode);
        let end = self.numbers.partition_point(|number| above(number) <= inode);
        self.numbers.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;
    use std::vec::Vec as List;

    /// A table has megabytes, and they go over the stack on their way to the heap.
    fn with_room(test: fn()) {
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test);
        thread.unwrap().join().unwrap();
    }

    /// A table with these: kind, inode, owner, parent.
    fn table(rows: &[(Namespace, u64, u64, u64)]) -> Box<Table> {
        let mut table = Box::new(Table::new());
        for (kind, inode, owner, parent) in rows {
            let entry = table.entry(*kind, *inode).unwrap();
            (entry.owner, entry.parent) = (*owner, *parent);
        }
        table
    }

    #[test]
    fn a_namespace_is_found_again_and_stands_once() {
        with_room(|| {
            let mut table = table(&[]);
            for inode in (0..5_000u64).chain(0..5_000) {
                table.entry(Namespace::Net, inode * 7).unwrap().add_process(9);
            }
            assert_eq!(table.len(), 5_000);
            assert!((0..5_000u64).all(|inode| table.find(inode * 7).unwrap().processes == 2));
            assert!(table.find(1).is_none());
        });
    }

    #[test]
    fn what_has_no_room_is_said_and_loses_nothing_else() {
        with_room(|| {
            let mut table = table(&[]);
            for inode in 1..20_000u64 {
                let has_room = table.entry(Namespace::Uts, inode).is_some();
                assert_eq!(has_room, inode <= 16_384);
            }
            assert!(table.is_full && table.find(16_384).is_some() && table.find(16_385).is_none());
        });
    }

    #[test]
    fn a_path_is_kept_for_the_first_mount() {
        with_room(|| {
            let mut table = table(&[]);
            table.note_mount(Namespace::Net, 7, b"/run/netns/blue", 0);
            table.note_mount(Namespace::Net, 7, b"/run/netns/red", 12);
            let entry = table.find(7).unwrap();
            assert_eq!((table.mount_of(entry), entry.mounted_for), (&b"/run/netns/blue"[..], 0));
        });
    }

    #[test]
    fn a_tree_has_pids_below_their_parent_where_both_have_one_owner() {
        with_room(|| {
            // 1 owns everything but 31, which 2 owns, though its parent is 30.
            let table = table(&[
                (Namespace::User, 2, 1, 1),
                (Namespace::Pid, 31, 2, 30),
                (Namespace::Pid, 32, 1, 30),
                (Namespace::Pid, 30, 1, 0),
                (Namespace::Net, 40, 1, 0),
                (Namespace::User, 1, 0, 0),
                (Namespace::Net, 50, 99, 0),
            ]);
            let mut order = Order::new();
            order.sort(&table, true);
            let below = |inode| {
                let numbers = order.below(&table, inode).iter();
                let inodes = numbers.map(|number| table.get(usize::from(*number)).unwrap().inode);
                inodes.collect::<List<u64>>()
            };
            assert_eq!(below(0), [50, 1]);
            assert_eq!(below(1), [40, 30, 2]);
            assert_eq!(
                (below(30), below(2), below(40)),
                (List::from([32]), List::from([31]), List::new())
            );
            order.sort(&table, false);
            let kinds = order.numbers().iter().map(|at| table.get(usize::from(*at)).unwrap().inode);
            assert_eq!(kinds.collect::<List<u64>>(), [40, 50, 30, 31, 32, 1, 2]);
        });
    }
}
