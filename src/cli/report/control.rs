//! What the verbs that speak to a running nsinit cannot do: nobody of that name, and orders that
//! are not carried out.

use super::sentence::{Args, print, sentence};
use super::{Place, ties};
use crate::model::{Denial, Errno};
use crate::plan::ControlAct;
use crate::spec::Origin;
use crate::text::Quoted;

// Reasons that were found out where it happened.
pub(super) const NOT_OURS: &str = sentence!(
    why: "the directory is somebody else's, or others may write to it",
    try: "XDG_RUNTIME_DIR, or control = \"/PATH\""
);
pub(super) const NAME_TAKEN: &str = sentence!(
    why: "somebody listens there already",
    try: "another --name, or nsinit ps to see whose it is"
);

const fn at(scope: &str, origin: Origin) -> Place<'_> {
    Place::new(scope, None, origin)
}

/// What we know of an errno of one of the acts.
pub(super) fn by_act(act: &ControlAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (_, Errno::ENAMETOOLONG) => sentence!(
            why: "a socket's name has at most 80 bytes behind its directory (unix(7), sun_path)"
        ),
        (ControlAct::Listen { .. }, Errno::ENOTDIR | Errno::ELOOP) => sentence!(
            why: "a symbolic link or a file is there, which we do not follow",
            try: "remove it, or control = \"/PATH\""
        ),
        (ControlAct::Listen { .. }, Errno::ENOENT | Errno::EROFS | Errno::EACCES) => sentence!(
            why: "there is no place for the sockets of this user",
            try: "XDG_RUNTIME_DIR, control = \"/PATH\" or --no-control"
        ),
        (ControlAct::ListenAt(_), Errno::EADDRINUSE) => sentence!(
            why: "what is there is no socket, and stays"
        ),
        (ControlAct::TellChild(..), errno) => ties::not_told(errno),
        (ControlAct::Hold(_) | ControlAct::Listen { .. } | ControlAct::ListenAt(_), _) => "",
    }
}

/// A verb without the name of a sandbox.
pub fn no_sandbox_named(verb: &str) {
    let sentence = sentence!("which sandbox?", try: "nsinit ps for those that run");
    print(&at(verb, Origin::Default), sentence, &Args::NONE);
}

/// A word behind all that a verb takes.
pub fn word_too_many(verb: &str, number: u32, word: &[u8]) {
    let args = Args { said: word, ..Args::NONE };
    print(&at(verb, Origin::Argument(number)), sentence!("{s} is one word too many"), &args);
}

/// What is no number of lines.
pub fn no_count(verb: &str, number: u32, said: &[u8]) {
    let args = Args { said, ..Args::NONE };
    let sentence = sentence!("{s} is no number of lines", try: "-n 100");
    print(&at(verb, Origin::Argument(number)), sentence, &args);
}

/// Files of a log have come and gone before they were read.
pub fn lines_missing(verb: &str, service: &[u8]) {
    let args = Args { said: service, ..Args::NONE };
    let sentence = sentence!(
        "lines of {s} are missing here",
        why: "its files were turned over faster than they were read",
        try: "a larger max or keep of its log"
    );
    print(&at(verb, Origin::Default), sentence, &args);
}

/// No signal, or a word that is none.
pub fn no_signal(verb: &str, word: &[u8]) {
    let sentence = match word {
        b"" => sentence!("which signal?", try: "HUP behind the name"),
        _ => sentence!("{s} is no signal", try: "a name such as HUP, or a number"),
    };
    print(&at(verb, Origin::Default), sentence, &Args { said: word, ..Args::NONE });
}

/// Nobody of this name can be reached; perhaps the near one was meant.
pub fn not_reached(verb: &str, name: &[u8], errno: Errno, near: Option<&str>) {
    let quoted = Quoted(near.unwrap_or_default().as_bytes());
    let errno_or_near: &dyn crate::text::Show =
        if errno == Errno::ENOENT { &quoted } else { &errno };
    let args = Args { said: name, text: errno_or_near, ..Args::NONE };
    let sentence = match (errno, near) {
        (Errno::ENOENT, Some(_)) => sentence!("no sandbox {s} runs", try: "{t}"),
        (Errno::ENOENT, None) if name.contains(&b'/') => sentence!("nothing is at {s}"),
        (Errno::ENOENT, None) => sentence!(
            "no sandbox {s} runs",
            why: "or it runs as somebody else, or was not asked to listen",
            try: "nsinit ps for those that can be seen"
        ),
        (Errno::ECONNREFUSED, _) => sentence!(
            "sandbox {s} runs no more",
            why: "its socket is still there: it was killed"
        ),
        (Errno::EACCES | Errno::EPERM, _) => sentence!(
            "connect to sandbox {s}: {t}",
            why: "only root and whoever started it may steer it"
        ),
        (_, _) => sentence!("connect to sandbox {s}: {t}"),
    };
    print(&at(verb, Origin::Default), sentence, &args);
}

/// Somebody is there and says nothing, or nothing that makes sense.
pub fn no_answer(verb: &str, name: &[u8], errno: Errno) {
    let args = Args { said: name, text: &errno, ..Args::NONE };
    let sentence = match errno {
        Errno::ETIMEDOUT => sentence!(
            "sandbox {s} does not answer",
            why: "its PID 1 is stopped, or the machine is very busy"
        ),
        Errno::ECONNRESET | Errno::EPIPE => sentence!(
            "sandbox {s} hung up",
            why: "it has ended meanwhile, or others asked as well and there was no place"
        ),
        Errno::EPROTO => sentence!(
            "what sandbox {s} answers cannot be read",
            why: "it is another version, or no nsinit"
        ),
        _ => sentence!("ask sandbox {s}: {t}"),
    };
    print(&at(verb, Origin::Default), sentence, &args);
}

/// A request that was not carried out.
pub fn denied(verb: &str, name: &[u8], service: &[u8], denial: Denial) {
    let sandbox = Quoted(name);
    let args = Args { said: service, text: &sandbox, ..Args::NONE };
    let sentence = match denial {
        Denial::NotUnderstood | Denial::TooLong => sentence!(
            "sandbox {t} does not understand this",
            why: "it is another version of nsinit"
        ),
        Denial::NotPermitted => sentence!(
            "sandbox {t} does not take orders from us",
            why: "only root and whoever started it may steer it"
        ),
        Denial::NoSuchService => sentence!(
            "sandbox {t} has no service {s}",
            try: "nsinit ps {t} for those it has"
        ),
        Denial::NotRunning => sentence!("{s} does not run, so nobody hears that"),
        Denial::Stopping => sentence!("sandbox {t} is being stopped"),
        Denial::LockedIn => sentence!(
            "sandbox {t} starts nothing any more",
            why: "its PID 1 has locked itself in",
            try: "control = true, which keeps what a start takes, or lock-in = false"
        ),
        Denial::NotKept if service.is_empty() => sentence!(
            "no service of sandbox {t} has a log",
            try: "log = { file = \"PATH\" } in their [[service]]"
        ),
        Denial::NotKept => sentence!(
            "{s} has no log",
            try: "log = { file = \"PATH\" } in its [[service]]"
        ),
        Denial::Unhandled => sentence!(
            "{s} has no handler for the signal of its reload, which would end it",
            try: "nsinit restart, or reload with a signal that it knows"
        ),
        Denial::NoReload if service.is_empty() => sentence!(
            "no service of sandbox {t} has a reload",
            try: "reload = \"HUP\" for those that know it, or nsinit restart"
        ),
        Denial::NoReload => sentence!(
            "{s} has no reload",
            try: "reload = \"HUP\" in its [[service]], if it knows that, or nsinit restart"
        ),
        Denial::NotReady => sentence!("{s} is not ready yet"),
        Denial::ReloadFailed => sentence!("the reload command of {s} did not succeed"),
        Denial::Failed => sentence!("{s} ended instead", try: "nsinit status for how"),
    };
    print(&at(verb, Origin::Default), sentence, &args);
}
