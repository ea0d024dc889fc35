//! Users and groups of the root we are in, read as passwd(5) and group(5) have them.
//!
//! There is no libc and so no NSS: only the two files count, as in a container image. They are read
//! when the service is started, so that what changed meanwhile is followed.

use heapless::Vec;

use crate::limits::GROUPS_MAX;
use crate::model::{Account, Errno, Why};
use crate::spec::Said;
use crate::sys::ids;
use crate::text::{Arena, units};

use super::files::Lines;
use super::trouble::{Trouble, plain};

/// The variables that we set without being asked for each, kept in the arena as `HOME=…`; one that
/// is taken out is its name alone.
#[derive(Clone, Copy, Default)]
pub(super) struct Login<'a> {
    /// `HOME=`, `USER=`, `LOGNAME=` and `SHELL=`, as far as the user has a line; then those that
    /// name a process or a socket.
    pub variables: [Option<&'a core::ffi::CStr>; 8],
}

/// A line that is none of passwd(5) or group(5).
const BAD_LINE: Trouble = (Errno::EINVAL, Why::BadAccountLine);

/// What a line of passwd(5) says.
struct Passwd {
    uid: u32,
    gid: u32,
}

/// Becomes what was said: groups, then gid, then uid.
#[inline(never)] // its buffers would lie in the frame of every service
pub(super) fn become_user<'a>(
    user: Option<Account<'_>>,
    group: Option<Account<'_>>,
    groups: Option<&[Said<Account<'_>>]>,
    arena: &mut Arena<'a>,
) -> Result<Login<'a>, Trouble> {
    let mut login = Login::default();
    let mut name: Vec<u8, 64> = Vec::new();
    let passwd = match user {
        None => None,
        Some(user) => find_user(user, &mut name, &mut login, arena)?,
    };
    let uid = match (user, &passwd) {
        (Some(Account::Id(uid)), _) => Some(uid),
        (Some(Account::Name(_)), Some(passwd)) => Some(passwd.uid),
        (Some(Account::Name(_)), None) => return Err((Errno::ENOENT, Why::NoSuchUser)),
        (None, _) => None,
    };
    let gid = match group {
        Some(group) => Some(group_id(group)?),
        // A user by number that has no line keeps its number as its group.
        None => passwd.as_ref().map(|passwd| passwd.gid).or(uid),
    };
    if let Some(said) = groups {
        let list = supplementary(said, &name, gid)?;
        ids::set_groups(&list).map_err(plain)?;
    }
    if let Some(gid) = gid {
        ids::set_gid(gid).map_err(plain)?;
    }
    if let Some(uid) = uid {
        ids::set_uid(uid).map_err(plain)?;
    }
    Ok(login)
}

/// The user's line. A user by number may have none; a name must.
fn find_user<'a>(
    user: Account<'_>,
    name: &mut Vec<u8, 64>,
    login: &mut Login<'a>,
    arena: &mut Arena<'a>,
) -> Result<Option<Passwd>, Trouble> {
    let lines = Lines::open(c"/etc/passwd", BAD_LINE);
    let mut lines = match (lines, user) {
        (Err((Errno::ENOENT, _)), Account::Id(_)) => return Ok(None),
        (lines, _) => lines?,
    };
    while let Some(line) = lines.next()? {
        let mut fields = line.split(|byte| *byte == b':');
        let mut field = || fields.next().unwrap_or_default();
        let (own, _password, uid, gid) = (field(), field(), field(), field());
        let (_gecos, home, shell) = (field(), field(), field());
        let is_it = match user {
            Account::Id(id) => units::unsigned(uid, u64::from(u32::MAX)) == Ok(u64::from(id)),
            Account::Name(name) => own == name,
        };
        if is_it {
            name.clear();
            // A longer name is no member of a group whose line we could read.
            let _ = name.extend_from_slice(own);
            let pairs = [("HOME=", home), ("USER=", own), ("LOGNAME=", own), ("SHELL=", shell)];
            for (target, (prefix, value)) in login.variables.iter_mut().zip(pairs) {
                *target = keep(prefix, value, arena);
            }
            return Ok(Some(Passwd { uid: id(uid)?, gid: id(gid)? }));
        }
    }
    Ok(None)
}

/// `HOME=/root`, when there is room and something to say.
fn keep<'a>(prefix: &str, value: &[u8], arena: &mut Arena<'a>) -> Option<&'a core::ffi::CStr> {
    if value.is_empty() {
        return None;
    }
    arena.drop_pending();
    arena.push(prefix.as_bytes()).ok()?;
    arena.push(value).ok()?;
    arena.keep_word().ok()
}

/// An id in a line.
fn id(text: &[u8]) -> Result<u32, Trouble> {
    let number = units::unsigned(text, u64::from(u32::MAX) - 1).map_err(|_| BAD_LINE)?;
    u32::try_from(number).map_err(|_| BAD_LINE)
}

/// The number of a group that was said.
fn group_id(group: Account<'_>) -> Result<u32, Trouble> {
    let name = match group {
        Account::Id(id) => return Ok(id),
        Account::Name(name) => name,
    };
    let mut lines = Lines::open(c"/etc/group", BAD_LINE)?;
    while let Some(line) = lines.next()? {
        let mut fields = line.split(|byte| *byte == b':');
        if fields.next() == Some(name) {
            return id(fields.nth(1).unwrap_or_default());
        }
    }
    Err((Errno::ENOENT, Why::NoSuchGroup))
}

/// The groups that were said; where none were, those that name the user as their member.
fn supplementary(
    said: &[Said<Account<'_>>],
    user: &[u8],
    own: Option<u32>,
) -> Result<Vec<u32, GROUPS_MAX>, Trouble> {
    let mut list: Vec<u32, GROUPS_MAX> = Vec::new();
    let full = (Errno::E2BIG, Why::TooMany);
    for group in said {
        list.push(group_id(group.value)?).map_err(|_| full)?;
    }
    if !said.is_empty() || user.is_empty() {
        return Ok(list);
    }
    if let Some(own) = own {
        list.push(own).map_err(|_| full)?;
    }
    let mut lines = match Lines::open(c"/etc/group", BAD_LINE) {
        Err((Errno::ENOENT, _)) => return Ok(list),
        lines => lines?,
    };
    while let Some(line) = lines.next()? {
        let mut fields = line.split(|byte| *byte == b':').skip(2);
        let (number, members) =
            (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if members.split(|byte| *byte == b',').any(|member| member == user) {
            let number = id(number)?;
            if Some(number) != own {
                list.push(number).map_err(|_| full)?;
            }
        }
    }
    Ok(list)
}
