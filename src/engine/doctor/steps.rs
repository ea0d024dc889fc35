//! What children do to see whether it works: the steps of a launch of `run`, one after the other,
//! and what a sandbox may want beside them.
//!
//! Nothing is mounted but in a mount namespace that is private or a slave of ours
//! (mount_namespaces(7): one that a new user namespace owns is), and nothing outlives the child.

use core::ffi::CStr;

use super::trial::{Out, Probe, below};
use crate::engine::child::wait_for;
use crate::engine::network::ask;
use crate::model::rtnetlink::{Looks, Message};
use crate::model::{Attributes, End, Errno, InterfaceName, Namespace, NamespaceSet, Signal};
use crate::sys::file::{self, Mode};
use crate::sys::process::{self, Side};
use crate::sys::signal::{self, Disposition};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, fd, mount, namespace, net, stat, tree};
use crate::text::{Buffer, put};

/// Who tries.
#[derive(Clone, Copy)]
pub(super) struct Who {
    /// Our effective ids.
    pub uid: u32,
    pub gid: u32,
    /// Whether we need a user namespace for the others, as `run` would.
    pub needs_user: bool,
}

/// The kinds that are tried, and by which probe.
const KINDS: [(Namespace, Probe); 7] = [
    (Namespace::Cgroup, Probe::Cgroup),
    (Namespace::Ipc, Probe::Ipc),
    (Namespace::Net, Probe::Net),
    (Namespace::Uts, Probe::Uts),
    (Namespace::Time, Probe::Time),
    (Namespace::Mnt, Probe::Mnt),
    (Namespace::Pid, Probe::Pid),
];

/// Every kind of namespaces, each by a clone as `run` makes them, and what a sandbox does in them;
/// in a user namespace where we need one.
pub(super) fn sandbox(out: &Out, who: Who) {
    if who.needs_user {
        user(out, who, &|| kinds(out, who));
    } else {
        kinds(out, who);
    }
}

/// A user namespace, our own id in it, and what is tried there then.
pub(super) fn user(out: &Out, who: Who, then: &dyn Fn()) {
    let made = below(NamespaceSet::USER, &|| {
        if out.works(Probe::MapIds, map_own(who)) {
            then();
        }
    });
    out.tell(Probe::User, made);
}

/// Our own ids mapped to themselves, as `run` does it for an ordinary user.
fn map_own(Who { uid, gid, .. }: Who) -> Result<(), Errno> {
    let line = |id: u32| {
        let mut text = Buffer::<40>::new();
        put!(&mut text, id, " ", id, " 1");
        text
    };
    write(c"/proc/self/setgroups", b"deny")?;
    write(c"/proc/self/uid_map", line(uid).text().unwrap_or_default())?;
    write(c"/proc/self/gid_map", line(gid).text().unwrap_or_default())
}

/// Writes a file of the kernel.
fn write(path: &CStr, text: &[u8]) -> Result<(), Errno> {
    file::open(path, Mode::Write).and_then(|target| file::write(&target, text)).map(|_| ())
}

/// The kinds one by one, and then what is done in them.
fn kinds(out: &Out, who: Who) {
    if !who.needs_user {
        out.tell(Probe::IdmappedMount, idmapped_mount());
    }
    let mut made = NamespaceSet::empty();
    for (kind, probe) in KINDS {
        let alone = NamespaceSet::empty().with(kind);
        if out.works(probe, below(alone, &|| {})) {
            made = made.with(kind);
        }
    }
    if made.has(Namespace::Time) {
        let _ = below(NamespaceSet::empty(), &|| out.tell(Probe::ShiftClocks, shift_clocks()));
    }
    if made.has(Namespace::Net) && cfg!(feature = "net") {
        let _ = below(NamespaceSet::NET, &|| network(out));
    }
    if made.has(Namespace::Mnt) {
        let kinds = made.intersection(NamespaceSet::MNT | NamespaceSet::PID);
        let _ = below(kinds, &|| mounts(out, who, made.has(Namespace::Pid)));
    }
}

/// An offset in a time namespace that nobody is in yet (time_namespaces(7)).
fn shift_clocks() -> Result<(), Errno> {
    namespace::unshare(Namespace::Time)?;
    write(c"/proc/self/timens_offsets", b"monotonic 1 0\n")
}

/// A pair of interfaces, and one that shares one of them, in a network that nobody else sees.
fn network(out: &Out) {
    let (Ok(outer), Ok(inner), Ok(third)) = (
        InterfaceName::parse(b"nsinit0"),
        InterfaceName::parse(b"nsinit1"),
        InterfaceName::parse(b"nsinit2"),
    ) else {
        return;
    };
    let looks = Looks { mac: None, mtu: None };
    let Ok(here) = file::open(c"/proc/self/ns/net", Mode::Read) else { return };
    let Ok(kernel) = net::open_route() else { return };
    let pair = Message::make_pair(outer, inner, here.number(), looks);
    if out.works(Probe::Veth, ask(&kernel, &pair).map_err(|(errno, _)| errno)) {
        let shared = net::index_of(&kernel, outer).and_then(|index| {
            let message = Message::make_macvlan(index, third, here.number(), looks);
            ask(&kernel, &message).map_err(|(errno, _)| errno)
        });
        out.tell(Probe::Macvlan, shared);
    }
}

/// What is mounted in a sandbox, tried by its PID 1.
fn mounts(out: &Out, who: Who, is_pid_1: bool) {
    let is_private = out.works(Probe::PrivateMounts, mount::make_private(c"/"));
    let detached = tree::open_kind(c"tmpfs").and_then(|kind| tree::mount(&kind, Attributes::NONE));
    out.tell(Probe::DetachedMount, detached);
    if !is_private && !who.needs_user {
        return; // what is mounted here might be seen outside
    }
    if is_pid_1 {
        out.tell(Probe::FreshProc, mount::mount_proc(c"/proc"));
    }
    out.tell(Probe::Overlay, overlay(who.needs_user));
}

/// An overlay on a directory that there is, of directories in memory.
fn overlay(is_users: bool) -> Result<(), Errno> {
    const PLACES: [&CStr; 5] = [c"/tmp", c"/run", c"/mnt", c"/var", c"/dev"];
    let is_there = |path: &&CStr| file::open(path, Mode::Directory).is_ok();
    let place = PLACES.into_iter().find(is_there).ok_or(Errno::ENOENT)?;
    mount::mount_kernel(c"tmpfs", place, true, true, c"")?;
    let mut options = Buffer::<128>::new();
    for (option, name) in [("lowerdir=", "l"), (",upperdir=", "u"), (",workdir=", "w"), ("", "m")] {
        let mut path = Buffer::<40>::new();
        put!(&mut path, place_text(place), "/", name);
        let path = path.path().ok_or(Errno::ENAMETOOLONG)?;
        file::make_directory(path)?;
        if !option.is_empty() {
            put!(&mut options, option, place_text(place), "/", name);
        }
    }
    let mut target = Buffer::<40>::new();
    put!(&mut target, place_text(place), "/m");
    let target = target.path().ok_or(Errno::ENAMETOOLONG)?;
    // Without this option it wants trusted.* attributes, which an ordinary user may not write.
    put!(&mut options, if is_users { ",userxattr" } else { "" });
    mount::mount_kernel(c"overlay", target, true, true, options.path().unwrap_or_default())
}

/// A path of ours as text.
fn place_text(path: &CStr) -> &str {
    path.to_str().unwrap_or("")
}

/// The root's mount with the ids of a user namespace, which a child of ours is in until we close
/// the pipe that it reads from.
fn idmapped_mount() -> Result<(), Errno> {
    let (read, write) = fd::pipe(true)?;
    match process::clone_into(NamespaceSet::USER)? {
        Side::Child => {
            let _ = process::signal_at_parent_death(Signal::KILL); // it cannot fail
            drop(write);
            let _ = file::read(&read, &mut [0]); // its end is all that comes
            process::exit(0);
        }
        Side::Parent(child) => {
            let tried = namespace_of(child.pid).and_then(|user| map_root(&user));
            drop(write);
            let _ = wait_for(&child); // how it ended is known
            tried
        }
    }
}

/// A copy of the root's mount that is nowhere, and gone when this is over, with the ids of `user`.
fn map_root(user: &Fd) -> Result<(), Errno> {
    let root = stat::handle(&file::open(c"/", Mode::Directory)?, c"/")?;
    tree::map_ids(&tree::copy(&root, c"")?, user)
}

/// The user namespace of a process, with one id mapped.
fn namespace_of(pid: i32) -> Result<Fd, Errno> {
    let path = |name: &str| {
        let mut path = Buffer::<40>::new();
        put!(&mut path, "/proc/", pid, "/", name);
        path
    };
    for map in ["uid_map", "gid_map"] {
        write(path(map).path().unwrap_or_default(), b"0 0 1")?;
    }
    file::open(path("ns/user").path().unwrap_or_default(), Mode::Read)
}

/// Whether a pidfd is given for a child, and whether it tells how the child ended whom nobody has
/// waited for (since Linux 6.15).
pub(super) fn pidfds(out: &Out) {
    let _ = signal::set_disposition(Signal::CHLD, Disposition::NoChildWait); // it cannot fail
    let child = match process::clone_into(NamespaceSet::empty()) {
        Ok(Side::Child) => process::exit(7),
        Ok(Side::Parent(child)) => child,
        Err(_) => return,
    };
    let pidfd = child.pidfd.as_ref().ok_or(Errno::ENOSYS);
    out.tell(Probe::Pidfd, pidfd);
    let Ok(pidfd) = pidfd else { return };
    let end = loop {
        let _ = wait::poll(&mut [Source::readable(pidfd)], None); // it ends at once
        if matches!(wait::reap(child.pid), Ok(Some(_))) {
            break None; // it waited for us
        }
        // What the kernel remembers of it is there before it is gone.
        let is_gone = signal::exists(child.pid).is_err();
        match wait::end_of(pidfd).ok().flatten() {
            None if !is_gone => {}
            end => break end,
        }
    };
    let is_known = end == Some(End::Exited(7));
    out.tell(Probe::ExitByPidfd, if is_known { Ok(()) } else { Err(Errno::EINVAL) });
}
