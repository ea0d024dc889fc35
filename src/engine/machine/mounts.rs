//! What is mounted at the beginning, and what is unmounted at the end.

use core::ffi::CStr;

use heapless::Vec;

use super::aside::aside;
use super::notes::Notes;
use crate::engine::files::Lines;
use crate::engine::mountinfo::{Mounted, each_line, parse, unescape};
use crate::engine::trouble::plain;
use crate::limits::{LINE_MAX, MOUNTS_MAX, PATH_MAX, UNMOUNTS_MAX};
use crate::model::Errno;
use crate::plan::{EARLY, Early};
use crate::sys::file::Mode;
use crate::sys::{file, machine, mount};

/// Mounts a file system of the kernel. What is mounted already is left alone, which is not looked
/// for in a machine where nobody was before us; what an ordinary kernel may lack is not missed.
pub(super) fn mount(early: &Early, is_fresh: bool) -> Result<(), Errno> {
    let Early { kind, target, is_noexec, is_nodev, options, is_optional } = *early;
    let _ = file::make_directory(target); // it may be there; when it cannot be, the mount says so
    if !is_fresh && mount::is_mount_point(target) {
        return Ok(());
    }
    match mount::mount_kernel(kind, target, is_nodev, is_noexec, options) {
        Err(Errno::EBUSY) => Ok(()),
        Err(Errno::ENODEV | Errno::ENOENT) if is_optional => Ok(()),
        // An option that this kernel does not know yet.
        Err(Errno::EINVAL) => mount::mount_kernel(kind, target, is_nodev, is_noexec, c""),
        other => other,
    }
}

/// Mounts what a port is found in and opened in.
pub(super) fn mount_for_port() {
    for early in EARLY.iter().filter(|early| matches!(early.target.to_bytes(), b"/dev" | b"/sys")) {
        let _ = mount(early, false); // without it there is no port
    }
}

/// File systems that hold nothing that has to reach a disk.
const VOLATILE: [&[u8]; 22] = [
    b"autofs",
    b"binfmt_misc",
    b"bpf",
    b"cgroup",
    b"cgroup2",
    b"configfs",
    b"debugfs",
    b"devpts",
    b"devtmpfs",
    b"efivarfs",
    b"fusectl",
    b"hugetlbfs",
    b"mqueue",
    b"nsfs",
    b"proc",
    b"pstore",
    b"ramfs",
    b"rootfs",
    b"securityfs",
    b"sysfs",
    b"tmpfs",
    b"tracefs",
];

/// Unmounts everything that is on a disk or elsewhere, the last one first; what is used is
/// remounted read-only, and so is the root. Nothing more can be done about what refuses both.
#[inline(never)] // its path would lie in the frame of the end
pub(super) fn unmount_all(notes: &mut Notes) {
    let _ = aside("swapoff", None, notes, &mut || {
        swap_off_all();
        true
    }); // then its file system stays as it is
    let mut done: Vec<u32, MOUNTS_MAX> = Vec::new();
    for _ in 0..UNMOUNTS_MAX {
        let Some((id, path)) = last_mount(&done) else { return };
        let Ok(target) = CStr::from_bytes_with_nul(&path) else { return };
        let mut unmount = || {
            let is_gone = target != c"/" && mount::unmount(target).is_ok();
            if !is_gone {
                let _ = mount::remount_read_only(target); // see above
            }
            is_gone
        };
        if !aside("unmount", Some(target), notes, &mut unmount) && done.push(id).is_err() {
            return;
        }
    }
}

/// Takes back what is swapped out to files: they are open for writing, and their file system with
/// them (mm/swapfile.c).
#[inline(never)] // its line would lie beside that of the mounts
fn swap_off_all() {
    let Ok(mut lines) = Lines::open(c"/proc/swaps", plain(Errno::E2BIG)) else { return };
    while let Ok(Some(line)) = lines.next() {
        // The first line is a heading; a path has its white space escaped (proc_swaps(5)).
        let path = line.split(|byte| *byte == b' ' || *byte == b'\t').next().unwrap_or_default();
        let path = unescape(path).filter(|path| path.first() == Some(&b'/'));
        if let Some(Ok(path)) = path.as_ref().map(|path| CStr::from_bytes_with_nul(path)) {
            let _ = machine::swap_off(path); // then its file system stays as it is
        }
    }
}

const MOUNTINFO: &CStr = c"/proc/self/mountinfo";

/// The last file system in the list that has to be unmounted, but for those that are `done`.
fn last_mount(done: &[u32]) -> Option<(u32, Vec<u8, PATH_MAX>)> {
    let source = file::open(MOUNTINFO, Mode::ReadNow).ok()?;
    let mut last = None;
    let mut buffer = [0u8; LINE_MAX];
    each_line(&source, &mut buffer, &mut |line| {
        let Some(Mounted { id, target, kind, .. }) = parse(line) else { return };
        let subtype = kind.split(|byte| *byte == b'.').next().unwrap_or_default();
        if !VOLATILE.contains(&subtype) && !done.contains(&id) {
            last = unescape(target).map(|path| (id, path)).or(last.take());
        }
    });
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_mounts_are_listed_from_the_last_one_on() {
        // The root of the machine that runs the tests is on a disk or an overlay, or there is none.
        let mut done: Vec<u32, MOUNTS_MAX> = Vec::new();
        while let Some((id, path)) = last_mount(&done) {
            assert!(path.starts_with(b"/") && !done.contains(&id));
            done.push(id).unwrap();
        }
    }
}
