//! An initramfs is emptied: what lies in it is memory that nobody can reach any more.

use crate::limits::INITRAMFS_DEPTH_MAX;
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, stat};

/// Removes everything in the old root, and nothing that is mounted in it. What cannot be removed
/// stays, which costs its memory and nothing else.
pub(super) fn empty(old: Fd) {
    let Ok(device) = stat::identity_of(&old).map(|identity| identity.device) else { return };
    empty_directory(&old, device, INITRAMFS_DEPTH_MAX);
}

fn empty_directory(directory: &Fd, device: u64, depth: usize) {
    let mut entries = [0u8; 1024];
    loop {
        let entries = match file::entries(directory, &mut entries) {
            Ok([]) | Err(_) => return,
            Ok(entries) => entries,
        };
        for name in file::entry_names(entries) {
            if matches!(name.to_bytes(), b"." | b"..")
                || file::remove_in(directory, name, false).is_ok()
            {
                continue;
            }
            let below = file::open_in(directory, name, Mode::Below).ok().filter(|below| {
                depth > 0 && stat::identity_of(below).is_ok_and(|own| own.device == device)
            });
            if let Some(below) = below {
                empty_directory(&below, device, depth.saturating_sub(1));
            }
            let _ = file::remove_in(directory, name, true); // see above
        }
    }
}
