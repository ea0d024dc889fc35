//! The namespaces that descriptors are open on.
//!
//! What a descriptor's link says depends on how it was opened (`net:[4026531840]`, or the path of a
//! mount), so that it is not read: which file system the file is on tells.

use super::family;
use super::search::Search;
use super::table::Of;
use crate::engine::files::number_of;
use crate::sys::file::{self, Mode};
use crate::sys::{nsfs, stat};
use crate::text::{Buffer, put};

/// Looks at every descriptor of a process, where we may.
pub(super) fn look(search: &mut Search<'_>, pid: i32) {
    let Search { proc, nsfs: device, table, inner, .. } = search;
    let mut path = Buffer::<40>::new();
    put!(&mut path, pid, "/fd");
    let directory = path.path().and_then(|path| file::open_in(proc, path, Mode::Directory).ok());
    let Some(directory) = directory else { return };
    while let Ok(entries @ [_, ..]) = file::entries(&directory, inner) {
        for name in file::entry_names(entries) {
            let Some(number) = number_of(name) else { continue };
            let Ok(file) = stat::identity(&directory, name) else { continue };
            if file.device != *device {
                continue;
            }
            let is_known = table.find(file.inode).is_some_and(|entry| entry.descriptor.pid != 0);
            let handle =
                if is_known { None } else { file::open_in(&directory, name, Mode::Read).ok() };
            // It may be another one by now, so that it is asked itself.
            let Some(handle) = handle else { continue };
            let Ok(Some(kind)) = nsfs::kind(&handle) else { continue };
            if let Some(entry) = table.entry(kind, family::inode_of(&handle)) {
                entry.descriptor = Of { pid, number };
                if !entry.is_asked {
                    family::ask(table, handle, kind);
                }
            }
        }
    }
}
