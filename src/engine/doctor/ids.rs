//! Ranges of ids that an ordinary user may map, and the programs that may write them for us
//! (newuidmap(1), subuid(5)).

use core::ffi::CStr;

use crate::engine::files::Lines;
use crate::engine::trouble::plain;
use crate::limits::LINE_MAX;
use crate::model::Errno;
use crate::sys::file::{self, Mode};
use crate::sys::stat;
use crate::text::{Buffer, Sink, put, units};

/// What is known of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ids {
    /// Whether newuidmap and newgidmap are there.
    pub has_programs: bool,
    /// Whether they have a right of their own: setuid, or file capabilities.
    pub may_write: bool,
    /// How many uids /etc/subuid has for us.
    pub uids: u64,
    /// How many gids /etc/subgid has for us.
    pub gids: u64,
}

/// Looks for the programs, and for lines of `uid` or its name.
pub(super) fn look(uid: u32) -> Ids {
    const DIRECTORIES: [&str; 4] = ["/usr/bin", "/bin", "/usr/local/bin", "/run/wrappers/bin"];
    let find = |name: &str| {
        DIRECTORIES.into_iter().find_map(|directory| {
            let mut path = Buffer::<40>::new();
            put!(&mut path, directory, "/", name);
            may_write(path.path()?)
        })
    };
    let (uid_program, gid_program) = (find("newuidmap"), find("newgidmap"));
    let mut name = Buffer::<64>::new();
    name_of(uid, &mut name);
    let name = name.text().filter(|name| !name.is_empty());
    Ids {
        has_programs: uid_program.is_some() && gid_program.is_some(),
        may_write: uid_program == Some(true) && gid_program == Some(true),
        uids: count(c"/etc/subuid", uid, name),
        gids: count(c"/etc/subgid", uid, name),
    }
}

/// Whether a program that is there has a right of its own.
fn may_write(path: &CStr) -> Option<bool> {
    const SETUID: u16 = 0o4000; // S_ISUID
    let here = file::open(c"/", Mode::Directory).ok()?;
    let program = stat::identity(&here, path).ok()?;
    Some(program.mode & SETUID != 0 || stat::has_capabilities(path))
}

/// The fields of each line of a file, parted by colons.
fn each(path: &CStr, take: &mut dyn FnMut([&[u8]; 3])) {
    let Ok(mut lines) = Lines::open(path, plain(Errno::E2BIG)) else { return };
    while let Ok(Some(line)) = lines.next() {
        let mut fields = line.split(|byte| *byte == b':');
        let mut field = || fields.next().unwrap_or_default();
        take([field(), field(), field()]);
    }
}

const _: () = assert!(LINE_MAX >= 1024, "a line of passwd(5) fits");

/// The name of a user in /etc/passwd.
fn name_of(uid: u32, name: &mut Buffer<64>) {
    let mut is_found = false;
    each(c"/etc/passwd", &mut |[own, _, number]| {
        if !is_found && units::unsigned(number, u64::from(u32::MAX)) == Ok(u64::from(uid)) {
            is_found = true;
            name.put(own);
        }
    });
}

/// How many ids the lines of a file have for a user, who may be in it by name or number.
fn count(path: &CStr, uid: u32, name: Option<&[u8]>) -> u64 {
    let mut sum = 0u64;
    each(path, &mut |[who, _, count]| {
        let is_number = units::unsigned(who, u64::from(u32::MAX)) == Ok(u64::from(uid));
        if is_number || Some(who) == name {
            sum = sum.saturating_add(units::unsigned(count, u64::from(u32::MAX)).unwrap_or(0));
        }
    });
    sum
}
