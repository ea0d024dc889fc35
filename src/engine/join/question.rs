//! Whether what is to be joined is a namespace, of which kind, and whether we are in it already.

use super::super::files::{head_of, pid_of};
use super::Handles;
use crate::model::{Errno, IdMap, Join, Namespace, Whence};
use crate::plan::{Facts, JoinedUser, Known};
use crate::spec::JoinSpec;
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, namespace, process, signal};
use crate::text::{Buffer, put};

/// The system calls of one look, in the notation of `plan::Act::calls`.
pub const fn calls() -> &'static str {
    "openat?|fcntl?|ioctl|ioctl?|pidfd_send_signal?|close?|statx?|statx?"
}

/// Looks at everything that is to be joined, and holds it open.
#[inline(never)] // of no other start
pub fn open(joins: &JoinSpec<'_>, facts: &mut Facts) -> Handles {
    let mut handles = Handles::default();
    // Opened first, and alive in the end: then it was one process all the while.
    let whole = one_process(joins).and_then(|whence| open_process(whence).ok());
    for said in &joins.joins {
        let join = said.value;
        let known = match look(join) {
            Ok((handle, known)) => {
                handles.keep(join.kind, handle);
                known
            }
            Err(known) => known,
        };
        facts.joins = facts.joins.with(join.kind, known);
    }
    let is_alive = |pidfd: &Fd| matches!(signal::probe(pidfd), Ok(()) | Err(Errno::EPERM));
    handles.whole = whole.filter(|pidfd| is_alive(pidfd) && facts.is_since(5, 8));
    facts.joins.has_whole = handles.whole.is_some();
    if let Some(said) = joins.place
        && facts.joins.of(Namespace::User) == Known::Other
    {
        facts.joins.user = user_of(said.value, facts.uid);
    }
    handles
}

/// What is called before anything is looked at.
pub const fn calls_before() -> &'static str {
    "pidfd_open?|fcntl?"
}

/// What is called behind all that.
pub const fn calls_behind() -> &'static str {
    "pidfd_send_signal?|close?|openat?|read?|close?|openat?|read?|close?"
}

/// The process that has them all, when there are several.
fn one_process<'a>(joins: &JoinSpec<'a>) -> Option<Whence<'a>> {
    let first = joins.joins.first()?.value.whence;
    let is_one = joins.joins.iter().all(|said| said.value.whence == first);
    let is_process = matches!(first, Whence::Pid(_) | Whence::Descriptor(_));
    Some(first).filter(|_| is_one && is_process && joins.joins.len() > 1)
}

fn open_process(whence: Whence<'_>) -> Result<Fd, Errno> {
    match whence {
        Whence::Pid(pid) => process::open_pidfd(pid),
        Whence::Descriptor(number) => Fd::inherited(i32::from(number)).copy(),
        Whence::Path(_) => Err(Errno::EINVAL),
    }
}

/// What is known of the user namespace of a process. Asked outside, where /proc is ours.
#[inline(never)] // its buffers would lie in the frame of every start
fn user_of(whence: Whence<'_>, uid: u32) -> Option<JoinedUser> {
    let pid = super::place::pid(whence).ok()?;
    let mut text = [0u8; 4096];
    let mut file = |name: &str| {
        let mut path = Buffer::<40>::new();
        put!(&mut path, "/proc/", pid, "/", name);
        head_of(path.path()?, &mut text).map(|text| {
            let mut lines = text.split(|byte| *byte == b'\n');
            let is_known = lines.clone().filter_map(|line| IdMap::parse(line).ok());
            let is_known = is_known.filter_map(|line| line.inside_of(uid)).next().is_some();
            (is_known, lines.next() == Some(b"deny"))
        })
    };
    let (knows_us, _) = file("uid_map")?;
    let (_, denies_groups) = file("setgroups")?;
    Some(JoinedUser { knows_us, denies_groups })
}

/// One namespace, and what is known of it.
fn look(join: Join<'_>) -> Result<(Fd, Known), Known> {
    let kind = join.kind;
    let mut path = Buffer::<40>::new();
    let handle = match join.whence {
        Whence::Path(path) => file::open(path, Mode::ReadNow),
        Whence::Pid(pid) => {
            put!(&mut path, "/proc/", pid, "/ns/", kind.name());
            file::open(path.path().unwrap_or_default(), Mode::ReadNow)
        }
        Whence::Descriptor(number) => Fd::inherited(i32::from(number)).copy(),
    };
    let handle = handle.map_err(Known::Unopened)?;
    match namespace::kind_of(&handle) {
        Ok(found) if found == kind => Ok(is_ours(handle, kind)),
        Ok(found) => Err(Known::OfKind(found)),
        Err(Errno::ENOTTY | Errno::EINVAL) => match join.whence {
            Whence::Descriptor(_) => by_pidfd(handle, kind),
            Whence::Path(_) | Whence::Pid(_) => Err(Known::NoNamespace),
        },
        Err(errno) => Err(Known::Unopened(errno)),
    }
}

/// The namespace of a process that a pidfd was given of. Before Linux 6.11 it is found by its
/// number, as long as that is the process's; and without a /proc the pidfd itself is entered, since
/// Linux 5.8 (setns(2)).
fn by_pidfd(pidfd: Fd, kind: Namespace) -> Result<(Fd, Known), Known> {
    match namespace::of_process(&pidfd, kind) {
        Ok(handle) => Ok(is_ours(handle, kind)),
        Err(Errno::ENOTTY | Errno::EINVAL) => {
            match (by_number(&pidfd, kind), signal::probe(&pidfd)) {
                (Ok(handle), Ok(()) | Err(Errno::EPERM)) => Ok(is_ours(handle, kind)),
                (Err(_), Ok(()) | Err(Errno::EPERM)) => Ok((pidfd, Known::Other)),
                (_, Err(Errno::ESRCH)) => Err(Known::Unopened(Errno::ESRCH)),
                (_, Err(_)) => Err(Known::NoNamespace),
            }
        }
        Err(errno) => Err(Known::Unopened(errno)),
    }
}

/// The namespace of the process that has the number of this pidfd.
#[cold]
fn by_number(pidfd: &Fd, kind: Namespace) -> Result<Fd, Errno> {
    let pid = pid_of(pidfd).ok_or(Errno::EBADF)?;
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/", pid, "/ns/", kind.name());
    file::open(path.path().unwrap_or_default(), Mode::ReadNow)
}

/// Whether it is the one we are in.
fn is_ours(handle: Fd, kind: Namespace) -> (Fd, Known) {
    let mut path = Buffer::<24>::new(); // no kind has more than six letters
    put!(&mut path, "/proc/self/ns/", kind.name());
    let own = namespace::inode_at(path.path().unwrap_or_default());
    let other = crate::sys::process::inode_of(&handle);
    let known = match own.is_ok() && own == other {
        true => Known::Ours,
        false => Known::Other,
    };
    (handle, known)
}
