//! What is to be known of a process or of kept namespaces before they are entered from outside.
//!
//! A process says its rights in /proc/PID/status (proc_pid_status(5)); its ids there are as we see
//! them, and its maps say what they are inside (user_namespaces(7)).

use core::ffi::CStr;

use heapless::Vec;

use super::super::files::{Lines, head_of, status_of};
use crate::limits::{GROUPS_MAX, KINDS_MAX};
use crate::model::{Capabilities, Errno, IdMap, Namespace, NamespaceSet, Why};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, namespace, nsfs};
use crate::text::{Buffer, put, units};

/// A process that is to be entered.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// Its effective uid and gid inside, where they are mapped.
    pub uid: Option<u32>,
    /// Likewise.
    pub gid: Option<u32>,
    /// Its supplementary groups inside.
    pub groups: Vec<u32, GROUPS_MAX>,
    /// Whether setgroups(2) is denied there.
    pub denies_groups: bool,
    /// What it can have of capabilities at most, unless that is what we can.
    pub bounding: Option<Capabilities>,
    /// What it has of them at most, unless that is what we can.
    pub permitted: Option<Capabilities>,
    /// What of that outlives an exec by anybody.
    pub ambient: Capabilities,
    /// Whether no exec gives it privileges.
    pub has_no_new_privs: bool,
    /// Whether its calls are filtered.
    pub has_filter: bool,
}

/// Looks at a process.
///
/// # Errors
/// ENOENT and ESRCH when there is none, EACCES.
#[inline(never)] // its buffers would lie in the frame of the verb
pub fn process(pid: i32) -> Result<Process, Errno> {
    let (mut text, mut own) = ([0u8; 4096], [0u8; 4096]);
    let status = Status(status_of(&pid, &mut text)?);
    let own = status_of(&"self", &mut own).ok().map(Status);
    let mut ids = Ids::of(pid)?;
    let ours = own.and_then(|own| own.mask(b"CapBnd:"));
    let is_ours = ids.is_ours;
    let is_usual = |set: u64| match is_ours {
        true => ours == Some(set),
        // Who enters a user namespace has all there are (user_namespaces(7)).
        false => set & set.wrapping_add(1) == 0,
    };
    let unusual = |set: u64| Some(Capabilities::from_bits(set)).filter(|_| !is_usual(set));
    let [bounding, permitted, ambient] =
        [b"CapBnd:", b"CapPrm:", b"CapAmb:"].map(|name| status.mask(name).unwrap_or_default());
    let mut found = Process {
        uid: status.id(b"Uid:").and_then(|id| ids.inside("uid_map", id)),
        gid: status.id(b"Gid:").and_then(|id| ids.inside("gid_map", id)),
        bounding: unusual(bounding),
        permitted: unusual(permitted & bounding),
        ambient: Capabilities::from_bits(ambient & bounding),
        has_no_new_privs: status.value(b"NoNewPrivs:") == Some(b"1"),
        has_filter: status.value(b"Seccomp:") == Some(b"2"),
        denies_groups: ids.denies_groups(),
        ..Process::default()
    };
    let groups = status.value(b"Groups:").unwrap_or_default();
    let groups = groups.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    for group in groups.filter_map(id).filter_map(|id| ids.inside("gid_map", id)) {
        if found.groups.push(group).is_err() {
            found.groups.clear();
            break;
        }
    }
    Ok(found)
}

/// The lines of a status.
#[derive(Clone, Copy)]
struct Status<'s>(&'s [u8]);

impl<'s> Status<'s> {
    fn value(self, name: &[u8]) -> Option<&'s [u8]> {
        let mut lines = self.0.split(|byte| *byte == b'\n');
        lines.find_map(|line| line.strip_prefix(name)).map(<[u8]>::trim_ascii)
    }

    /// The effective one of four ids.
    fn id(self, name: &[u8]) -> Option<u32> {
        id(self.value(name)?.split(|byte| *byte == b'\t').nth(1)?)
    }

    /// Sixteen digits.
    fn mask(self, name: &[u8]) -> Option<u64> {
        let digits = self.value(name)?;
        digits.iter().try_fold(0u64, |sum, digit| {
            let value = char::from(*digit).to_digit(16)?;
            Some(sum << 4 | u64::from(value))
        })
    }
}

fn id(word: &[u8]) -> Option<u32> {
    units::unsigned(word, u64::from(u32::MAX)).ok().and_then(|id| u32::try_from(id).ok())
}

/// The ids of a process's user namespace.
struct Ids {
    pid: i32,
    /// Whether it is ours, too, so that nothing is translated.
    is_ours: bool,
}

impl Ids {
    fn of(pid: i32) -> Result<Self, Errno> {
        let mut path = Buffer::<32>::new();
        put!(&mut path, "/proc/", pid, "/ns/user");
        let other = namespace::inode_at(path.path().ok_or(Errno::ENAMETOOLONG)?)?;
        let is_ours = namespace::inode_at(c"/proc/self/ns/user") == Ok(other);
        Ok(Self { pid, is_ours })
    }

    /// What an id of ours is inside; `None` when it is nobody's there.
    fn inside(&mut self, map: &str, id: u32) -> Option<u32> {
        if self.is_ours {
            return Some(id);
        }
        let mut path = Buffer::<32>::new();
        put!(&mut path, "/proc/", self.pid, "/", map);
        let mut lines = Lines::open(path.path()?, (Errno::EIO, Why::ReadBack)).ok()?;
        while let Ok(Some(line)) = lines.next() {
            let line = IdMap::parse(line).ok();
            if let Some(inside) = line.and_then(|line| line.inside_of(id)) {
                return Some(inside);
            }
        }
        None
    }

    fn denies_groups(&self) -> bool {
        let mut path = Buffer::<32>::new();
        put!(&mut path, "/proc/", self.pid, "/setgroups");
        let mut text = [0u8; 16];
        path.path().and_then(|path| head_of(path, &mut text)) == Some(b"deny\n")
    }
}

/// The kinds of namespaces that are kept in a directory, and whether the PID namespace among them
/// has lost its PID 1, so that nobody can be born in it any more. `None` when none is kept there.
pub fn kept(path: &CStr) -> Option<(NamespaceSet, bool)> {
    let directory = file::open(path, Mode::Directory).ok()?;
    let mut found = (NamespaceSet::empty(), false);
    let handles: [(Namespace, Option<Fd>); KINDS_MAX] = Namespace::ALL.map(|kind| {
        let mut name = Buffer::<16>::new(); // no kind has more than six letters
        put!(&mut name, kind.name());
        let handle =
            name.path().and_then(|name| file::open_in(&directory, name, Mode::ReadNow).ok());
        (kind, handle.filter(|handle| namespace::kind_of(handle) == Ok(kind)))
    });
    for (kind, handle) in handles {
        let Some(handle) = handle else { continue };
        if kind == Namespace::Pid && nsfs::has_no_init(&handle) {
            found.1 = true;
        } else {
            found.0 = found.0.with(kind);
        }
    }
    Some(found).filter(|(kinds, is_dead)| *is_dead || !kinds.is_empty())
}
