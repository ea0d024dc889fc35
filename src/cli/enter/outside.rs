//! A process or kept namespaces, entered from outside: `enter` is the `run` that joins them all,
//! makes none, and has the rights of the process. It is carried out by a copy of ourselves in
//! memory.
//!
//! What cannot be read of a process is its filter and its Landlock; with a filter it is refused,
//! unless somebody says that it goes without.

use core::ffi::CStr;

use super::Asked;
use crate::cli::report;
use crate::engine::control::find;
use crate::engine::enter::look::{self, Process};
use crate::engine::enter::sealed::{List, become_copy};
use crate::engine::enter::{Streams, at_streams};
use crate::engine::pid_of;
use crate::limits::PATH_MAX;
use crate::model::{Capabilities, Errno, Namespace, NamespaceSet, Whence, code};
use crate::sys::start::Start;
use crate::sys::{Fd, signal};
use crate::text::{Arena, Buffer, Show, Sink};

/// The directories of programs, for who has no PATH.
const PATH: &CStr = c"--env=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What is entered.
pub(super) enum Target {
    /// A process.
    Process(Whence<'static>),
    /// A directory.
    Directory(&'static CStr),
}

impl Target {
    /// What a word names; `None` for the name of a sandbox, or the path of its socket. A number is
    /// the name of one that is called so, before it is a PID.
    pub(super) fn of(word: &'static CStr, start: &Start) -> Option<Self> {
        match Whence::parse(word) {
            Ok(Whence::Path(path)) => {
                let is_directory = path.to_bytes().contains(&b'/')
                    && crate::sys::place::open_through_links(path).is_ok();
                is_directory.then_some(Self::Directory(path))
            }
            Ok(Whence::Pid(_)) if find::connect(word.to_bytes(), start).is_ok() => None,
            Ok(whence) => Some(Self::Process(whence)),
            Err(_) => None,
        }
    }
}

/// The words that are put together, and where they lie.
struct Line<'l, 'a> {
    list: List<'a>,
    arena: &'l mut Arena<'static>,
    is_whole: bool,
}

impl<'a> Line<'_, 'a> {
    fn put(&mut self, word: &'a CStr) {
        self.is_whole &= self.list.push(word);
    }
}

impl Line<'_, 'static> {
    /// A flag for one capability.
    fn add(&mut self, flag: &str, number: u8) {
        self.show(&[&"--", &flag, &"=", &Capabilities::from_bits(1 << number)]);
    }

    /// One word in several parts.
    fn show(&mut self, parts: &[&dyn Show]) {
        let mut text = Buffer::<PATH_MAX>::new();
        parts.iter().for_each(|part| part.show(&mut text));
        match text.text().and_then(|text| self.arena.word(text).ok()) {
            Some(word) => self.put(word),
            None => self.is_whole = false,
        }
    }
}

/// Text of any bytes.
struct Bytes<'b>(&'b [u8]);

impl Show for Bytes<'_> {
    fn show(&self, out: &mut dyn Sink) {
        out.put(self.0);
    }
}

/// Enters it.
#[inline(never)] // of no other start
pub(super) fn enter(
    target: &Target,
    asked: &Asked,
    start: &Start,
    arena: &mut Arena<'static>,
) -> u8 {
    let streams = match Streams::open() {
        Ok(streams) => streams,
        Err(errno) => return report::no_terminal("enter", errno),
    };
    let begun = at_streams(streams, &mut || become_run(target, asked, &[], start, arena));
    begun.unwrap_or(code::FAILED)
}

/// Becomes the run that enters, or with words in front what these make of it. It comes back only
/// when that cannot be, with the exit code.
#[inline(never)] // its list would lie in the frame of the verb
pub(super) fn become_run(
    target: &Target,
    asked: &Asked,
    front: &[&'static CStr],
    start: &Start,
    arena: &mut Arena<'static>,
) -> u8 {
    let said = asked.target.to_bytes();
    let mut line = Line { list: List::new(), arena, is_whole: true };
    line.put(start.words.first().unwrap_or(c"nsinit"));
    front.iter().for_each(|word| line.put(word));
    [c"run", c"--proc=bind", c"--clear-env", PATH].into_iter().for_each(|word| line.put(word));
    let found = match *target {
        Target::Process(whence) => of_process(whence, asked, &mut line),
        Target::Directory(path) => of_directory(path, &mut line),
    };
    if let Err(Refused(errno)) = found {
        return match errno {
            None => report::filtered("enter", asked.number, said),
            Some(errno) => report::no_target("enter", asked.number, said, errno),
        };
    }
    for pair in asked.variables.iter() {
        line.show(&[&"--env=", &Bytes(pair.to_bytes())]);
    }
    if let Some(directory) = asked.directory {
        line.show(&[&"--cwd=", &Bytes(directory.to_bytes())]);
    }
    let flags = super::FLAGS.iter().skip(super::OUTSIDE_FROM);
    for (flag, value) in flags.zip(asked.said) {
        if let Some(value) = value {
            line.show(&[&flag, &"=", &Bytes(value.to_bytes())]);
        }
    }
    line.put(c"--");
    asked.words.iter().for_each(|word| line.put(word));
    if !line.is_whole {
        return report::errand_too_long("enter");
    }
    report::no_copy("enter", become_copy(&mut line.list, start))
}

/// Why it is not entered: an errno, or a filter.
struct Refused(Option<Errno>);

/// The words that join a process and give what it has.
fn of_process(
    whence: Whence<'static>,
    asked: &Asked,
    line: &mut Line<'_, 'static>,
) -> Result<(), Refused> {
    let errno = |errno| Refused(Some(errno));
    let pid = match whence {
        Whence::Descriptor(number) => {
            let pidfd = Fd::inherited(i32::from(number));
            let is_pidfd = matches!(signal::probe(&pidfd), Ok(()) | Err(Errno::EPERM));
            let pid = pid_of(&pidfd).filter(|_| is_pidfd);
            pid.and_then(|pid| i32::try_from(pid).ok()).ok_or(errno(Errno::EBADF))?
        }
        Whence::Pid(pid) => pid,
        Whence::Path(_) => return Err(errno(Errno::EINVAL)), // a directory is
    };
    let process = look::process(pid).map_err(errno)?;
    if process.has_filter && !asked.leaves_filter {
        return Err(Refused(None));
    }
    let text = asked.target.to_bytes();
    line.put(c"--namespaces=-pid,-mnt,-uts,-ipc,-time");
    for kind in Namespace::ALL {
        line.show(&[&"--join=", &kind.name(), &"=", &Bytes(text)]);
    }
    line.show(&[&"--join-place=", &Bytes(text)]);
    rights(&process, asked, line);
    Ok(())
}

/// Who the process is and what it may, where nobody said otherwise.
fn rights(process: &Process, asked: &Asked, line: &mut Line<'_, 'static>) {
    let [user, group, capabilities, privileges] = asked.said.map(|said| said.is_some());
    if let (Some(uid), false) = (process.uid, user) {
        line.show(&[&"--user=", &uid]);
    }
    if let (Some(gid), false, false) = (process.gid, user, group) {
        line.show(&[&"--group=", &gid]);
        if !process.denies_groups {
            process.groups.iter().for_each(|group| line.show(&[&"--groups=", group]));
        }
    }
    if !capabilities {
        held(process, asked.said[0], line);
    }
    if !process.has_no_new_privs && !privileges {
        line.put(c"--no-new-privs=false");
    }
}

/// The capabilities of the process. Root has at an exec what it may have, whoever else what is
/// ambient (capabilities(7)): of root the former is what the process has, for an exec gives it no
/// more where it has no_new_privs. Another user than the process's has what that user could get.
fn held(process: &Process, user: Option<&CStr>, line: &mut Line<'_, 'static>) {
    let may_have = match (user, process.uid) {
        (None, Some(0) | None) => process.permitted,
        (None, Some(_)) | (Some(_), _) => process.bounding,
    };
    let ambient = process.ambient.within(may_have.unwrap_or(Capabilities::ALL));
    let ambient = if user.is_none() { ambient } else { Capabilities::NONE };
    let Some(may_have) = may_have.or((!ambient.is_empty()).then_some(Capabilities::ALL)) else {
        return; // as who enters has it
    };
    line.put(c"--cap-drop=all");
    match may_have == Capabilities::ALL {
        true => line.put(c"--cap-add=all"),
        false => may_have.numbers().for_each(|number| line.add("cap-add", number)),
    }
    line.put(c"--ambient-capabilities=none");
    ambient.numbers().for_each(|number| line.add("ambient-capabilities", number));
}

/// The words that join what is kept; a PID namespace that nobody can be born in is made anew.
fn of_directory(path: &'static CStr, line: &mut Line<'_, 'static>) -> Result<(), Refused> {
    let (kinds, has_dead): (NamespaceSet, bool) =
        look::kept(path).ok_or(Refused(Some(Errno::ENOTDIR)))?;
    line.put(match has_dead {
        true => c"--namespaces=-mnt,-uts,-ipc,-time",
        false => c"--namespaces=-pid,-mnt,-uts,-ipc,-time",
    });
    for kind in kinds.kinds() {
        let (name, path) = (kind.name(), Bytes(path.to_bytes()));
        line.show(&[&"--join=", &name, &"=", &path, &"/", &name]);
    }
    Ok(())
}
