//! Whether what is to be joined is a namespace, of which kind, and whether we are in it already.

use super::Handles;
use crate::model::{Errno, Join, Namespace, Whence};
use crate::plan::{Facts, Known};
use crate::spec::JoinSpec;
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, namespace, signal};
use crate::text::{Buffer, put};

/// The system calls of one look, in the notation of `plan::Act::calls`.
pub const fn calls() -> &'static str {
    "openat?|fcntl?|ioctl|ioctl?|pidfd_send_signal?|close?|statx?|statx?"
}

/// Looks at everything that is to be joined, and holds it open.
#[inline(never)] // of no other start
pub fn open(joins: &JoinSpec<'_>, facts: &mut Facts) -> Handles {
    let mut handles = Handles::default();
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
    handles
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

/// The namespace of a process that a pidfd was given of. Before Linux 6.11 it is entered by the
/// pidfd itself (setns(2)).
fn by_pidfd(pidfd: Fd, kind: Namespace) -> Result<(Fd, Known), Known> {
    match namespace::of_process(&pidfd, kind) {
        Ok(handle) => Ok(is_ours(handle, kind)),
        Err(Errno::ENOTTY | Errno::EINVAL) => match signal::probe(&pidfd) {
            Ok(()) | Err(Errno::EPERM) => Ok((pidfd, Known::Other)),
            Err(Errno::ESRCH) => Err(Known::Unopened(Errno::ESRCH)),
            Err(_) => Err(Known::NoNamespace),
        },
        Err(errno) => Err(Known::Unopened(errno)),
    }
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
