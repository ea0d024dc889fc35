//! What goes wrong with the descriptors that tie a sandbox to whoever started it.

use super::Place;
use super::sentence::{Args, sentence};
use crate::model::Errno;
use crate::plan::{HAS_TIES, TieAct, TieReason};

pub(super) const ASKED_TO_END: &str = match HAS_TIES {
    true => sentence!(why: "TERM, INT, QUIT or HUP came before whoever is outside let us go on"),
    false => "",
};

/// Reports why a descriptor will not do.
pub(super) fn refusal(place: Place<'_>, reason: TieReason) {
    let other;
    let (tie, number) = match reason {
        TieReason::Closed(tie, number)
        | TieReason::Directory(tie, number)
        | TieReason::NotReadable(tie, number)
        | TieReason::NotWritable(tie, number)
        | TieReason::NobodyTold(tie, number)
        | TieReason::MapsSaid(tie, number)
        | TieReason::Shared(tie, number, _) => (tie, number),
    };
    let is_flag = place.is_flag();
    let mut args = Args { name: tie.key(), a: number.into(), is_flag, ..Args::NONE };
    let sentence = match reason {
        TieReason::Closed(..) => sentence!(
            "{n}: descriptor {a} is not open",
            try: "{a}<FILE or {a}>FILE behind the command, as sh(1) has it"
        ),
        TieReason::Directory(..) => sentence!(
            "{n}: descriptor {a} is a directory",
            why: "a path inside could go through it, and outside",
            try: "the end of a pipe, or a file"
        ),
        TieReason::NotReadable(..) => sentence!(
            "{n}: descriptor {a} is not open for reading",
            try: "the end of a pipe that is read"
        ),
        TieReason::NotWritable(..) => sentence!(
            "{n}: descriptor {a} is not open for writing",
            try: "the end of a pipe that is written to, or {a}>FILE"
        ),
        TieReason::NobodyTold(..) => sentence!(
            "{n}: nobody outside is told whose id maps he is to write",
            try: "{[}info-fd = FD{|}--info-fd FD{]}"
        ),
        TieReason::MapsSaid(..) => sentence!(
            "{n}: the id maps are written outside, and said here, too",
            try: "without uid-map and gid-map, or without {n}"
        ),
        TieReason::Shared(_, _, key) => {
            other = key;
            args.text = &other;
            sentence!("{n} and {t} have the same descriptor, {a}", try: "one for each")
        }
    };
    place.tell(sentence, &args);
}

/// Why nobody outside could be told who PID 1 is.
pub(super) const fn not_told(errno: Errno) -> &'static str {
    match errno {
        Errno::EPIPE => sentence!(why: "nobody reads there any more"),
        Errno::EAGAIN => sentence!(why: "it is full, and whoever reads there does not"),
        Errno::ENOENT => sentence!(why: "namespaces are looked up in /proc, which is not mounted"),
        _ => "",
    }
}

/// What we know of an errno of this act.
pub(super) const fn by_act(act: &TieAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (TieAct::Inform(..), errno) => not_told(errno),
        (TieAct::Lock(_), Errno::EAGAIN | Errno::EACCES) => {
            sentence!(why: "somebody has locked it for writing, or we may not read it")
        }
        (TieAct::WaitForMaps(_), Errno::ESRCH) => sentence!(why: "PID 1 has ended meanwhile"),
        (_, _) => "",
    }
}
