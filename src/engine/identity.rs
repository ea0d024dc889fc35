//! Who PID 1 is, for whoever is outside: which namespaces are its own, and a line about that.

use super::files::whole;
use super::trouble::{Trouble, plain};
use crate::model::{Namespace, NamespaceSet};
use crate::sys::{Fd, file, place, stat};
use crate::text::{Buffer, put};

/// The kinds of namespaces in the order in which bubblewrap names them.
const KINDS: [Namespace; 8] = [
    Namespace::Cgroup,
    Namespace::Ipc,
    Namespace::Mnt,
    Namespace::Net,
    Namespace::Pid,
    Namespace::Time,
    Namespace::User,
    Namespace::Uts,
];

/// Gives the name of each of these kinds, and the inode of the namespace that a process is in.
pub(super) fn each_namespace(
    pid: i32,
    kinds: NamespaceSet,
    take: &mut dyn FnMut(&str, u64),
) -> Result<(), Trouble> {
    for kind in KINDS.into_iter().filter(|kind| kinds.has(*kind)) {
        let mut path = Buffer::<40>::new();
        put!(&mut path, "/proc/", pid, "/ns/", kind.name());
        let path = path.path().unwrap_or_default();
        take(kind.name(), stat::identity(&place::here(), path).map_err(plain)?.inode);
    }
    Ok(())
}

/// Writes a text as a whole to somebody who may not read. Nobody is waited for: our own signals are
/// blocked, so that nothing could end us meanwhile.
pub(super) fn tell<const N: usize>(target: &Fd, text: &Buffer<N>) -> Result<(), Trouble> {
    let mut rest = whole(text)?;
    while !rest.is_empty() {
        let len = file::write_now(target, rest).map_err(plain)?;
        rest = rest.get(len..).unwrap_or_default(); // a terminal takes it in pieces
    }
    Ok(())
}
