//! Every namespace of the machine that we may see, and what keeps it alive.
//!
//! A namespace lives as long as a process is in it, a descriptor is open on it, it is mounted
//! somewhere, or another one is inside it (namespaces(7), "Namespace lifetime"). So they are looked
//! for in four places: what every thread is in (`processes`), what every descriptor is open on
//! (`handles`), what every mount namespace has mounted (`mounts`), and what the kernel tells of
//! owners and parents (`family`, ioctl_nsfs(2)). One that only a socket or a mapped file keeps is
//! not found: nothing in /proc tells of it.
//!
//! Nothing is changed and nobody is stopped meanwhile; processes that come and go are counted as
//! they are met.

mod command;
mod family;
mod handles;
mod mounts;
mod order;
mod processes;
mod search;
mod table;

use crate::limits::LISTING_MAX;
use crate::model::Errno;
use crate::sys::file::{self, Mode};
use crate::sys::{process, stat};

use command::is_pid_1_of_ours;
pub use command::{Command, command, parent_of};
pub use processes::LINKS;
use search::Search;
pub use table::{Entry, Of, Order, Table};

/// What is needed to look for namespaces. Pages that are not touched cost nothing.
pub struct Memory {
    table: Table,
    order: Order,
    listing: [u8; LISTING_MAX],
    inner: [u8; LISTING_MAX],
}

impl Memory {
    /// Empty.
    pub const fn new() -> Self {
        Self {
            table: Table::new(),
            order: Order::new(),
            listing: [0; LISTING_MAX],
            inner: [0; LISTING_MAX],
        }
    }

    /// Room to read files line by line.
    pub(super) const fn listing(&mut self) -> &mut [u8] {
        &mut self.listing
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

/// Looks for every namespace.
///
/// # Errors
/// ENOENT where /proc is not mounted, or no proc.
pub fn search(memory: &mut Memory) -> Result<(&mut Table, &mut Order), Errno> {
    let Memory { table, order, listing, inner } = memory;
    let proc = file::open(c"/proc", Mode::Directory)?;
    let nsfs = stat::identity(&proc, c"self/ns/mnt")?.device;
    let mut search = Search { proc, nsfs, own: process::pid(), table, inner };
    processes::look(&mut search, listing)?;
    mounts::look(&mut search, listing);
    let Search { proc, table, .. } = search;
    table.note_ours(|pid| is_pid_1_of_ours(&proc, pid));
    Ok((table, order))
}

/// The namespaces that a process is in, and those that its children will be in, in the order of
/// [`LINKS`]; 0 for one that the kernel does not have.
///
/// # Errors
/// ENOENT without such a process, EACCES when we may not know.
pub fn of_process(pid: i32) -> Result<[u64; LINKS.len()], Errno> {
    let proc = file::open(c"/proc", Mode::Directory)?;
    processes::links_of(&proc, pid, None).map(|(_, inodes)| inodes)
}
