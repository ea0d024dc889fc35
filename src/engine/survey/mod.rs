//! What a plan must know of the machine beyond plain values: read from files, when a key needs it.
//!
//! A file that cannot be read is no fault here: what is not known is not used to refuse anything.

mod cgroup;

use heapless::Vec;

pub(super) use cgroup::below;

use super::files::Lines;
use super::trouble::plain;
use crate::limits::ACCOUNT_NAME_MAX;
use crate::model::{CgroupParent, Errno, IdKind, IdMap, IdRange, IdTool};
use crate::plan::{Facts, Questions, Survey, capability};
use crate::sys::{file, ids};
use crate::text::{Names, units};

/// Answers what the questions ask beyond [`super::ask`]; `cgroup` is where ours is to be made, if
/// that was said.
pub fn survey(
    questions: Questions,
    cgroup: Option<CgroupParent<'_>>,
    facts: &Facts,
    survey: &mut Survey,
) {
    if cfg!(feature = "sandbox") && questions.cgroups {
        cgroup::ask(cgroup, &mut survey.cgroups);
    }
    if cfg!(feature = "sandbox") && questions.ids {
        ask_for_ids(facts, survey);
    }
}

/// The system calls of [`survey`], in the notation of `plan::Act::calls`. What we may map is not
/// asked by those who may map anything.
pub fn calls(questions: Questions) -> [Names; 5] {
    let when = |is_asked, calls| if is_asked { Names::new(calls) } else { Names::new("") };
    let has_ids = cfg!(feature = "sandbox") && questions.ids;
    let has_cgroups = cfg!(feature = "sandbox") && questions.cgroups;
    // Of our own cgroup and of the one above: two looks at what we may, and three files.
    let of_a_cgroup = "faccessat*|openat*|read*|close*|openat*|read*|close*|faccessat*|openat*|\
        read*|getpid*|close*|faccessat*|openat*|read*|close*|openat*|read*|close*|faccessat*|\
        openat*|read*|getpid*|close*";
    [
        when(has_cgroups, "openat|read*|close|openat|read|close|openat|read*|close"),
        when(has_cgroups, of_a_cgroup),
        when(has_ids, "openat|read+|close|openat|read+|close"),
        when(has_ids, "openat?|read*|close?|openat?|read*|close?|openat?|read*|close?"),
        when(has_ids, "openat?|read*|close?|faccessat*|prctl?"),
    ]
}

/// Which ids there are to be mapped.
#[inline(never)] // its buffers would lie in the frame of every start
fn ask_for_ids(facts: &Facts, survey: &mut Survey) {
    survey.uid = facts.uid;
    for kind in IdKind::ALL {
        read_own_map(kind, survey);
    }
    let is_privileged = facts.has(capability::SETUID | capability::SETGID);
    let mut name: Vec<u8, ACCOUNT_NAME_MAX> = Vec::new();
    let is_named = read_name(facts.uid, &mut name).is_ok() && !name.is_empty();
    for kind in IdKind::ALL {
        let is_read = read_grants(kind, facts.uid, &name, survey).is_ok();
        survey.ids_mut(kind).may_be_more |= !is_named || !is_read;
    }
    if is_privileged {
        return;
    }
    if has_other_sources() {
        IdKind::ALL.into_iter().for_each(|kind| survey.ids_mut(kind).may_be_more = true);
    }
    for kind in IdKind::ALL {
        let is_there = |tool: &IdTool| file::access(tool.path(kind), true) != Err(Errno::ENOENT);
        survey.ids_mut(kind).tool = IdTool::all().find(is_there);
    }
    survey.has_no_new_privs = ids::has_no_new_privs();
}

/// The map of the user namespace that we are in.
fn read_own_map(kind: IdKind, survey: &mut Survey) {
    let path = match kind {
        IdKind::Uid => c"/proc/self/uid_map",
        IdKind::Gid => c"/proc/self/gid_map",
    };
    let ours = &mut survey.ids_mut(kind).ours;
    let Ok(mut lines) = Lines::open(path, plain(Errno::E2BIG)) else { return };
    while let Ok(Some(line)) = lines.next() {
        if let Ok(line) = IdMap::parse(line) {
            let _ = ours.push(line); // as many places as the kernel has
        }
    }
}

/// The name that /etc/passwd has for a user id.
fn read_name(uid: u32, name: &mut Vec<u8, ACCOUNT_NAME_MAX>) -> Result<(), ()> {
    let mut lines = Lines::open(c"/etc/passwd", plain(Errno::E2BIG)).map_err(drop)?;
    while let Some(line) = lines.next().map_err(drop)? {
        let mut fields = line.split(|byte| *byte == b':');
        let own = fields.next().unwrap_or_default();
        let id = fields.nth(1).unwrap_or_default();
        if units::unsigned(id, u64::from(u32::MAX)) == Ok(u64::from(uid)) {
            return name.extend_from_slice(own).map_err(drop);
        }
    }
    Ok(())
}

/// What /etc/subuid or /etc/subgid gives to this user. A file that is not there gives nothing.
fn read_grants(kind: IdKind, uid: u32, name: &[u8], survey: &mut Survey) -> Result<(), ()> {
    let path = match kind {
        IdKind::Uid => c"/etc/subuid",
        IdKind::Gid => c"/etc/subgid",
    };
    let mut lines = match Lines::open(path, plain(Errno::E2BIG)) {
        Err((Errno::ENOENT, _)) => return Ok(()),
        other => other.map_err(drop)?,
    };
    let is_it = |owner: &[u8]| {
        owner == name || units::unsigned(owner, u64::from(u32::MAX)) == Ok(u64::from(uid))
    };
    while let Some(line) = lines.next().map_err(drop)? {
        if let Some((_, range)) = IdRange::parse(line).filter(|(owner, _)| is_it(owner)) {
            survey.ids_mut(kind).grant(range);
        }
    }
    Ok(())
}

/// Whether nsswitch.conf(5) names another source of what a user may map than the two files.
fn has_other_sources() -> bool {
    let Ok(mut lines) = Lines::open(c"/etc/nsswitch.conf", plain(Errno::E2BIG)) else {
        return false;
    };
    while let Ok(Some(line)) = lines.next() {
        if let Some(sources) = line.trim_ascii_start().strip_prefix(b"subid:") {
            return sources.trim_ascii() != b"files";
        }
    }
    false
}
