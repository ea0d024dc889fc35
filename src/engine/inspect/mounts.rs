//! The namespaces that are mounted somewhere: in our mount namespace, and in every other one that a
//! process is in.
//!
//! A mounted namespace is a file of nsfs, whose root in mountinfo is `net:[4026531840]`
//! (proc_pid_mountinfo(5)). The path is what the process sees; to ask the namespace itself it is
//! looked up below that process's root, and only a handle is taken before it is known what it is:
//! the process may be hostile.

use core::ffi::CStr;

use super::family;
use super::search::Search;
use crate::engine::mountinfo::{self, Mounted, each_line, unescape};
use crate::model::{Errno, Namespace};
use crate::sys::beneath::{self, Links};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, nsfs, stat};
use crate::text::{Buffer, put};

/// Looks at the mounts of every mount namespace.
pub(super) fn look(search: &mut Search<'_>, buffer: &mut [u8]) {
    let ours = stat::identity(&search.proc, c"self/ns/mnt").map_or(0, |ours| ours.inode);
    mounts_of(search, 0, buffer);
    // Those that are found meanwhile have no process.
    for number in 0..search.table.len() {
        let Some(entry) = search.table.get(number) else { return };
        if entry.kind == Namespace::Mnt && entry.pid != 0 && entry.inode != ours {
            mounts_of(search, entry.pid, buffer);
        }
    }
}

/// Looks at what a process sees mounted; 0 is ourselves.
fn mounts_of(search: &mut Search<'_>, pid: i32, buffer: &mut [u8]) {
    let name = |what: &str| {
        let mut path = Buffer::<40>::new();
        match pid {
            0 => put!(&mut path, "self"),
            pid => put!(&mut path, pid),
        }
        put!(&mut path, "/", what);
        path
    };
    let source = name("mountinfo").path().map(|path| file::open_in(&search.proc, path, Mode::Read));
    let Some(Ok(source)) = source else { return };
    let root = name("root").path().map(|path| stat::handle(&search.proc, path));
    let root = root.and_then(Result::ok);
    each_line(&source, buffer, &mut |line| {
        let Some(Mounted { root: what, target, kind, .. }) = mountinfo::parse(line) else { return };
        let Some((kind, inode)) = Namespace::of_link(what).filter(|_| kind == b"nsfs") else {
            return;
        };
        let Some(path) = unescape(target) else { return };
        let Ok(path) = CStr::from_bytes_with_nul(&path) else { return };
        search.table.note_mount(kind, inode, path.to_bytes(), pid);
        let is_asked = search.table.find(inode).is_none_or(|entry| entry.is_asked);
        if let Some(root) = root.as_ref().filter(|_| !is_asked)
            && let Some(handle) = open(search, root, path, pid == 0)
            && nsfs::kind(&handle) == Ok(Some(kind))
        {
            family::ask(search.table, handle, kind);
        }
    });
}

/// How often a look-up is tried. Whoever mounts or renames anything meanwhile disturbs it, which is
/// EAGAIN, as is what the kernel does not remember (fs/namei.c, `try_to_unlazy`).
const TRIES: usize = 16;

/// Opens a namespace that is mounted at `path` below `root`, when it is one. Before Linux 5.12 the
/// kernel asks every file system on the way, and only those of our own tree are then.
fn open(search: &Search<'_>, root: &Fd, path: &CStr, is_ours: bool) -> Option<Fd> {
    let mut looks = (0..TRIES).map(|_| match stat::handle_below(root, path) {
        Err(Errno::EINVAL) if is_ours => beneath::find(root, path, Links::Within),
        look => look,
    });
    let handle = looks.find(|look| !matches!(look, Err(Errno::EAGAIN)))?.ok()?;
    let _ = stat::identity_of(&handle).ok().filter(|file| file.device == search.nsfs)?;
    let mut again = Buffer::<40>::new();
    put!(&mut again, "self/fd/", handle.number());
    file::open_in(&search.proc, again.path()?, Mode::Read).ok()
}
