//! What the verbs that only look cannot do: words that were not understood, places that cannot be
//! read.

use super::sentence::{Args, print, sentence};
use super::{Place, strangers};
use crate::limits::NAMESPACES_MAX;
use crate::model::{Errno, Namespace, code};
use crate::spec::Origin;
use crate::text::{Names, nearest};

/// The place of a word of ours.
const fn at(scope: &str, number: u32) -> Place<'_> {
    Place::new(scope, None, Origin::Argument(number))
}

/// The place of nothing that was said.
const fn nowhere(scope: &str) -> Place<'_> {
    Place::new(scope, None, Origin::Default)
}

/// A flag that this verb does not have; `flags` are those it has.
pub fn unknown_flag(scope: &str, number: u32, word: &[u8], flags: Names) {
    let near = strangers::remedy(scope, word).or_else(|| nearest(word, flags.iter()));
    let args = Args { said: word, name: near.unwrap_or(scope), ..Args::NONE };
    let sentence = match near {
        Some(_) => sentence!("unknown flag {s}", try: "{n}"),
        None => sentence!("unknown flag {s}", try: "nsinit help {n}"),
    };
    print(&at(scope, number), sentence, &args);
}

/// A word that is no kind of namespaces.
pub fn unknown_kind(scope: &str, number: u32, word: &[u8]) {
    let name = nearest(word, Namespace::ALL.iter().map(|kind| kind.name()));
    let args = Args { said: word, name: name.unwrap_or(""), ..Args::NONE };
    let sentence = match name {
        Some(_) => sentence!("unknown kind of namespaces {s}", try: "{n}"),
        None => sentence!(
            "unknown kind of namespaces {s}",
            try: "cgroup, ipc, net, mnt, pid, time, user or uts"
        ),
    };
    print(&at(scope, number), sentence, &args);
}

/// A word that is no PID.
pub fn no_pid(scope: &str, number: u32, word: &[u8]) {
    let sentence = match word {
        b"" => sentence!("--pid needs a PID", try: "--pid 1"),
        _ => sentence!("{s} is no PID", try: "--pid 1"),
    };
    print(&at(scope, number), sentence, &Args { said: word, ..Args::NONE });
}

/// /proc cannot be read. Gives the exit code.
pub fn no_proc(scope: &str, errno: Errno) -> u8 {
    let args = Args { text: &errno, ..Args::NONE };
    let sentence = match errno {
        Errno::ENOENT => sentence!(
            "read \"/proc\": {t}",
            why: "namespaces are found by their processes, and no proc is mounted here",
            try: "mount -t proc proc /proc"
        ),
        _ => sentence!("read \"/proc\": {t}"),
    };
    print(&nowhere(scope), sentence, &args);
    code::FAILED
}

/// A process that cannot be looked at. Gives the exit code.
pub fn no_process(scope: &str, pid: i32, errno: Errno) -> u8 {
    let args = Args { text: &errno, a: i64::from(pid), ..Args::NONE };
    let sentence = match errno {
        Errno::ENOENT => sentence!("look at process {a}: {t}", why: "there is no such process"),
        Errno::EACCES => sentence!(
            "look at process {a}: {t}",
            why: "it is another user's, or has rights that we lack (ptrace(2))",
            try: "as root"
        ),
        _ => sentence!("look at process {a}: {t}"),
    };
    print(&nowhere(scope), sentence, &args);
    code::FAILED
}

/// There are more namespaces than we can tell apart.
pub fn too_many_namespaces(scope: &str) {
    let args = Args { a: i64::try_from(NAMESPACES_MAX).unwrap_or(i64::MAX), ..Args::NONE };
    let sentence = sentence!(
        "more than {a} namespaces: those beyond are left out",
        why: "so many have room (NAMESPACES_MAX)"
    );
    print(&nowhere(scope), sentence, &args);
}
