//! The last step of a service: its environment, its arguments, the program in PATH, execve(2).
//!
//! The rules are those of execvp(3): a name without a slash is searched in PATH, a file without a
//! format is given to /bin/sh, and the search goes on past what may not be executed. Where it
//! fails, the file is looked at, because ENOENT lies: it also means that the interpreter is
//! missing.

use core::ffi::CStr;

use heapless::Vec;

use super::account::Login;
use super::probe;
use super::trouble::Trouble;
use crate::limits::{COMMAND_WORDS_MAX, ENV_MAX, ENV_USUAL, PATH_MAX};
use crate::model::{Errno, Why, code, environment};
use crate::spec::{EnvChange, Said};
use crate::sys::start::{PointerList, Pointers, Start};
use crate::sys::{file, process};
use crate::text::Words;

/// What execvp(3) searches when there is no PATH.
const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A command that is about to be executed.
#[derive(Clone, Copy)]
pub(super) struct Command<'a> {
    pub words: Words<'a>,
    /// What the program is told that it is called, in place of the first word.
    pub argv0: Option<&'a CStr>,
    pub env: &'a [Said<EnvChange<'a>>],
    pub file_env: Words<'a>,
    pub is_env_clear: bool,
    pub login: Login<'a>,
}

/// Becomes the command. It comes back only when that failed.
pub(super) fn execute(command: Command<'_>, start: &Start) -> Trouble {
    let is_unchanged = command.env.is_empty()
        && command.file_env.is_empty()
        && !command.is_env_clear
        && command.login.variables.iter().all(Option::is_none);
    match is_unchanged {
        true => {
            let path = start.variable(&environment::PATH).map(CStr::to_bytes);
            with_words(command, path, &start.env_pointers(), start)
        }
        false => with_changed_env(command, start),
    }
}

/// The exit code for a trouble of this step: 126 when something was found, 127 when nothing was.
pub(super) const fn code_of(trouble: Trouble) -> u8 {
    match trouble {
        (Errno::ENOENT, Why::Errno) => code::NOT_FOUND,
        (_, Why::TooMany) => code::FAILED,
        _ => code::NOT_EXECUTABLE,
    }
}

/// Executes it with its own environment. A list for all that there can be would be many pages of
/// stack for each service, so that it is only made when the usual one is too short.
fn with_changed_env(command: Command<'_>, start: &Start) -> Trouble {
    with_env_list::<{ ENV_USUAL + 2 }>(command, start)
        .or_else(|| with_env_list::<{ ENV_MAX + 2 }>(command, start))
        .unwrap_or((Errno::E2BIG, Why::TooMany))
}

/// The same with a list of this length; `None` when it is too short.
#[inline(never)] // its list would lie in the frame of every service
fn with_env_list<const N: usize>(command: Command<'_>, start: &Start) -> Option<Trouble> {
    let mut list: PointerList<'_, N> = PointerList::new();
    let mut path = None;
    let is_whole = put_variables(command, start, &mut |pair| {
        path = pair.to_bytes().strip_prefix(b"PATH=").or(path);
        list.push(pair)
    });
    is_whole.then(|| with_words(command, path, &list.finish(), start))
}

/// Puts the environment together: what is inherited, the login, what files say, the changes. Of
/// several words on a variable the last one counts. `false` when one was not taken.
fn put_variables<'a>(
    command: Command<'a>,
    start: &Start,
    put: &mut dyn FnMut(&'a CStr) -> bool,
) -> bool {
    let login = command.login.variables.iter().copied().flatten();
    let (inherited, file_env) = match command.is_env_clear {
        true => (Words::default(), command.file_env),
        false => (start.env, command.file_env),
    };
    let is_changed =
        |pair: &CStr| command.env.iter().any(|change| change.value.name() == name_of(pair));
    let has = |words: Words<'_>, pair: &CStr| words.iter().any(|own| name_of(own) == name_of(pair));
    let inherited = inherited.iter().filter(|pair| {
        !has(file_env, pair) && !login.clone().any(|own| name_of(own) == name_of(pair))
    });
    let is_set = |pair: &&CStr| pair.to_bytes().contains(&b'=');
    let login = login.clone().filter(is_set).filter(|pair| !has(file_env, pair));
    let rests = core::iter::successors(Some(file_env), |words| Some(words.rest()));
    let from_files = rests
        .map_while(|words| Some((words.first()?, words.rest())))
        .filter(|(pair, rest)| !has(*rest, pair))
        .map(|(pair, _)| pair);
    let kept = inherited.chain(login).chain(from_files).filter(|pair| !is_changed(pair));
    let set = command.env.iter().filter_map(|change| match change.value {
        EnvChange::Set(pair) => Some(pair),
        EnvChange::Unset(_) => None,
    });
    kept.chain(set).all(put)
}

/// The name of a variable.
fn name_of(pair: &CStr) -> &[u8] {
    pair.to_bytes().split(|byte| *byte == b'=').next().unwrap_or_default()
}

/// The argument vector: in place when it is the end of our own, else a list.
fn with_words(
    command: Command<'_>,
    path: Option<&[u8]>,
    env: &Pointers<'_>,
    start: &Start,
) -> Trouble {
    let Command { words, argv0, .. } = command;
    match (start.pointers_of(words), argv0) {
        (Some(list), None) => find(words, &list, path, env),
        (Some(_) | None, argv0) => {
            let mut find = |list: &Pointers<'_>| find(words, list, path, env);
            with_listed_words(words, argv0.as_slice(), &mut find)
        }
    }
}

/// A list of pointers to the words, with others in place of the first where there are any; and what
/// is done with it.
#[inline(never)] // its list would lie in the frame of every service
fn with_listed_words(
    words: Words<'_>,
    first: &[&CStr],
    execute: &mut dyn FnMut(&Pointers<'_>) -> Trouble,
) -> Trouble {
    let mut list: PointerList<'_, { COMMAND_WORDS_MAX + 4 }> = PointerList::new();
    let own = words.iter().skip(usize::from(!first.is_empty()));
    for word in first.iter().copied().chain(own) {
        if !list.push(word) {
            return (Errno::E2BIG, Why::TooMany);
        }
    }
    execute(&list.finish())
}

/// Finds the program and executes it.
fn find(words: Words<'_>, list: &Pointers<'_>, path: Option<&[u8]>, env: &Pointers<'_>) -> Trouble {
    let program = words.first().unwrap_or_default();
    let name = program.to_bytes();
    if name.is_empty() {
        return (Errno::ENOENT, Why::Errno);
    }
    if name.contains(&b'/') {
        return attempt(program, words, list, env);
    }
    search(words, list, path.unwrap_or(DEFAULT_PATH), env)
}

/// The program in each directory of PATH, in their order. Why nothing could be executed is asked
/// when everything has been tried.
#[inline(never)] // its path would lie in the frame of every service
fn search(words: Words<'_>, list: &Pointers<'_>, path: &[u8], env: &Pointers<'_>) -> Trouble {
    let program = words.first().unwrap_or_default();
    let mut worst = Errno::ENOENT;
    for is_asking in [false, true] {
        for directory in path.split(|byte| *byte == b':') {
            let mut candidate: Vec<u8, PATH_MAX> = Vec::new();
            // An empty entry is the working directory (execvp(3)).
            let slash: &[u8] = if directory.is_empty() { b"" } else { b"/" };
            let parts = [directory, slash, program.to_bytes_with_nul()];
            if parts.into_iter().try_for_each(|part| candidate.extend_from_slice(part)).is_err() {
                continue; // too long to be a path: it cannot be there
            }
            let Ok(candidate) = CStr::from_bytes_with_nul(&candidate) else { continue };
            if is_asking {
                match file::access(candidate, false).is_ok() {
                    true => return ask(candidate, worst, words, env),
                    false => continue,
                }
            }
            match process::execute(candidate, list, env) {
                // Nor is it in a directory whose server does not answer (execvp(3)).
                Errno::ENOENT | Errno::ENOTDIR => {}
                Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT => {}
                // A later entry may have one that works.
                Errno::EACCES => worst = Errno::EACCES,
                errno => return ask(candidate, errno, words, env),
            }
        }
    }
    (worst, Why::Errno)
}

/// Executes one file.
fn attempt(program: &CStr, words: Words<'_>, list: &Pointers<'_>, env: &Pointers<'_>) -> Trouble {
    let errno = process::execute(program, list, env);
    ask(program, errno, words, env)
}

/// Why a file was not executed. A text without a first line that names an interpreter is a shell
/// script, and executed as one.
fn ask(program: &CStr, errno: Errno, words: Words<'_>, env: &Pointers<'_>) -> Trouble {
    if !matches!(errno, Errno::ENOENT | Errno::ENOEXEC | Errno::EACCES | Errno::EISDIR) {
        return (errno, Why::Errno);
    }
    if file::access(program, false).is_err() {
        return (errno, Why::Errno);
    }
    match (errno, probe::why_not_executable(program, errno)) {
        (_, Why::NoFormat) if probe::looks_like_text(program) => {
            let mut shell =
                |list: &Pointers<'_>| (process::execute(c"/bin/sh", list, env), Why::NoFormat);
            match with_listed_words(words, &[c"/bin/sh", program], &mut shell) {
                (Errno::ENOENT, _) => (errno, Why::NoFormat), // no /bin/sh either
                trouble => trouble,
            }
        }
        // The file is there, so something that it needs is not.
        (Errno::ENOENT, Why::Errno) => (errno, Why::LoaderMissing),
        trouble => trouble,
    }
}
