//! The namespaces that processes and their threads are in.
//!
//! The threads of a process may be in other namespaces than its first one (setns(2) moves the
//! caller alone), and the first may have ended before the others. So every thread is asked; how
//! many there are the directory `task` tells without being read: it has a link for each
//! (fs/proc/base.c, `proc_task_getattr`).

use core::ffi::CStr;

use super::search::Search;
use super::table::Of;
use super::{family, handles};
use crate::engine::files::number_of;
use crate::model::{Errno, Namespace};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, beneath, signal, stat};
use crate::text::{Buffer, put};

/// The links of /proc/PID/ns, and the kinds they are of; the two last tell what future children
/// will be in.
pub const LINKS: [(&CStr, Namespace); 10] = [
    (c"cgroup", Namespace::Cgroup),
    (c"ipc", Namespace::Ipc),
    (c"net", Namespace::Net),
    (c"mnt", Namespace::Mnt),
    (c"pid", Namespace::Pid),
    (c"time", Namespace::Time),
    (c"user", Namespace::User),
    (c"uts", Namespace::Uts),
    (c"pid_for_children", Namespace::Pid),
    (c"time_for_children", Namespace::Time),
];

/// The links for a process itself.
const OWN: usize = 8;

/// What the links say, in the order of [`LINKS`]; 0 where there is none.
type Inodes = [u64; LINKS.len()];

/// Looks at every process there is.
pub(super) fn look(search: &mut Search<'_>, listing: &mut [u8]) -> Result<(), Errno> {
    let directory = file::open_in(&search.proc, c".", Mode::Directory)?;
    loop {
        let entries = file::entries(&directory, listing)?;
        if entries.is_empty() {
            return Ok(());
        }
        for pid in file::entry_names(entries).filter_map(number_of) {
            if process(search, pid) && pid != search.own {
                handles::look(search, pid);
            }
        }
    }
}

/// Looks at one process, where we may; what has ended meanwhile is not missed.
fn process(search: &mut Search<'_>, pid: i32) -> bool {
    let (directory, inodes) = match links_of(&search.proc, pid, None) {
        Ok(found) => found,
        Err(errno) => {
            // /proc says EACCES of a process that has just ended, too.
            let is_there = signal::exists(pid) != Err(Errno::ESRCH);
            if errno == Errno::EACCES && is_there {
                search.table.unseen = search.table.unseen.saturating_add(1);
            }
            return false;
        }
    };
    let mut known = inodes;
    for (inode, link) in inodes.into_iter().zip(LINKS).take(OWN) {
        count(search, &directory, link, inode, pid);
    }
    for_children(search, &directory, &inodes, pid);
    let mut path = Buffer::<40>::new();
    put!(&mut path, pid, "/task");
    if let Some(task) = path.path() {
        // Two for every directory, and one for the thread we have seen.
        if stat::identity(&search.proc, task).is_ok_and(|task| task.links > 3) {
            threads(search, task, pid, &mut known);
        }
    }
    true
}

/// One more process is in this namespace, if it is in one.
fn count(
    search: &mut Search<'_>,
    directory: &Fd,
    (name, kind): (&CStr, Namespace),
    inode: u64,
    pid: i32,
) {
    if let Some(entry) = (inode != 0).then(|| search.table.entry(kind, inode)).flatten() {
        entry.add_process(pid);
        family::ask_at(search.table, directory, name, inode);
    }
}

/// The namespaces of the children to come, where they are others.
fn for_children(search: &mut Search<'_>, directory: &Fd, inodes: &Inodes, pid: i32) {
    let [_, _, _, _, in_pid, in_time, _, _, next_pid, next_time] = *inodes;
    let [.., pid_link, time_link] = LINKS;
    for (own, next, (name, kind)) in [(in_pid, next_pid, pid_link), (in_time, next_time, time_link)]
    {
        if next == 0 || own == next {
            continue;
        }
        if let Some(entry) = search.table.entry(kind, next) {
            if entry.for_children == 0 {
                entry.for_children = pid;
            }
            family::ask_at(search.table, directory, name, next);
        }
    }
}

/// Looks at the threads of a process; `known` is what it is in.
fn threads(search: &mut Search<'_>, task: &CStr, pid: i32, known: &mut Inodes) {
    let Ok(tasks) = file::open_in(&search.proc, task, Mode::Directory) else { return };
    let mut listing = [0; 4096];
    while let Ok(entries @ [_, ..]) = file::entries(&tasks, &mut listing) {
        for thread in file::entry_names(entries).filter_map(number_of).filter(|one| *one != pid) {
            let Ok((directory, inodes)) = links_of(&search.proc, pid, Some(thread)) else {
                continue;
            };
            for ((inode, link), known) in inodes.into_iter().zip(LINKS).zip(&mut *known).take(OWN) {
                match *known {
                    _ if inode == 0 || inode == *known => {}
                    // The first thread has ended; the process is where the others are.
                    0 => {
                        *known = inode;
                        count(search, &directory, link, inode, pid);
                    }
                    _ => {
                        let (name, kind) = link;
                        if let Some(entry) = search.table.entry(kind, inode) {
                            if entry.thread.pid == 0 {
                                entry.thread = Of { pid, number: thread };
                            }
                            family::ask_at(search.table, &directory, name, inode);
                        }
                    }
                }
            }
            for_children(search, &directory, &inodes, pid);
        }
    }
}

/// The namespaces of a process, or of one of its threads, and the directory they were read in.
pub(super) fn links_of(proc: &Fd, pid: i32, thread: Option<i32>) -> Result<(Fd, Inodes), Errno> {
    let mut path = Buffer::<40>::new();
    put!(&mut path, pid);
    if let Some(thread) = thread {
        put!(&mut path, "/task/", thread);
    }
    put!(&mut path, "/ns");
    let directory = file::open_in(proc, path.path().ok_or(Errno::ENAMETOOLONG)?, Mode::Directory)?;
    let mut inodes = Inodes::default();
    for (inode, (name, _)) in inodes.iter_mut().zip(LINKS) {
        let mut text = [0; 40];
        match beneath::read_link(&directory, name, &mut text) {
            Ok(text) => *inode = Namespace::of_link(text).map_or(0, |(_, inode)| inode),
            // The kernel does not have it, or the process has ended and left it already.
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok((directory, inodes))
}
