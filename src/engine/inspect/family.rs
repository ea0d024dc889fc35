//! Owners and parents of namespaces, up to where we may not look any more (ioctl_nsfs(2)).

use core::ffi::CStr;

use super::table::Table;
use crate::model::Namespace;
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, nsfs, stat};

/// Asks for the owner and the parent of the namespace that the link `name` names, unless that is
/// known. When the link is another one's by now, somebody else will be asked.
pub(super) fn ask_at(table: &mut Table, directory: &Fd, name: &CStr, inode: u64) {
    let Some(kind) = table.find(inode).filter(|entry| !entry.is_asked).map(|entry| entry.kind)
    else {
        return;
    };
    let handle = file::open_in(directory, name, Mode::Read).ok();
    if let Some(handle) = handle.filter(|handle| inode_of(handle) == inode) {
        ask(table, handle, kind);
    }
}

/// Asks for the owner and the parent of a namespace, and of all that are above it. A parent that
/// no process is in is found so.
pub(super) fn ask(table: &mut Table, handle: Fd, kind: Namespace) {
    let mut next = Some(handle);
    while let Some(handle) = next.take() {
        let owner = nsfs::owner(&handle).ok();
        let owner_inode = owner.as_ref().map_or(0, inode_of);
        let parent = match kind {
            Namespace::Pid => nsfs::parent(&handle).ok(),
            Namespace::User
            | Namespace::Cgroup
            | Namespace::Ipc
            | Namespace::Net
            | Namespace::Mnt
            | Namespace::Time
            | Namespace::Uts => None,
        };
        let Some(entry) = table.entry(kind, inode_of(&handle)) else { return };
        if core::mem::replace(&mut entry.is_asked, true) {
            return;
        }
        entry.owner = owner_inode;
        match kind {
            Namespace::User => {
                entry.parent = owner_inode;
                entry.uid = nsfs::owner_uid(&handle).ok();
                next = owner;
            }
            Namespace::Pid
            | Namespace::Cgroup
            | Namespace::Ipc
            | Namespace::Net
            | Namespace::Mnt
            | Namespace::Time
            | Namespace::Uts => {
                entry.parent = parent.as_ref().map_or(0, inode_of);
                if let Some(owner) = owner {
                    owners(table, owner);
                }
                next = parent;
            }
        }
    }
}

/// Asks for a user namespace and all above it.
fn owners(table: &mut Table, handle: Fd) {
    let mut next = Some(handle);
    while let Some(handle) = next.take() {
        let parent = nsfs::owner(&handle).ok();
        let Some(entry) = table.entry(Namespace::User, inode_of(&handle)) else { return };
        if core::mem::replace(&mut entry.is_asked, true) {
            return;
        }
        entry.owner = parent.as_ref().map_or(0, inode_of);
        (entry.parent, entry.uid) = (entry.owner, nsfs::owner_uid(&handle).ok());
        next = parent;
    }
}

/// The inode of a namespace that is open; 0 where it cannot be had.
pub(super) fn inode_of(handle: &Fd) -> u64 {
    stat::identity_of(handle).map_or(0, |identity| identity.inode)
}
