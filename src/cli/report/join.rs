//! What is said of namespaces that others made.

use super::Place;
use super::sentence::{Args, sentence};
use crate::engine::persist::NotLetGo;
use crate::model::{Errno, Namespace};
use crate::plan::{Act, JoinAct, JoinReason, KeepAct, Plan};
use crate::spec::Origin;

/// Reports why a namespace will not be joined.
#[inline(never)] // of no other start
pub(super) fn refusal(place: Place<'_>, said: &[u8], reason: JoinReason) {
    let mut args = Args { said, ..Args::NONE };
    let (text, errno);
    let sentence = match reason {
        JoinReason::Unopened(kind, why) => {
            errno = why;
            (args.name, args.text) = (kind.name(), &errno);
            unopened(why)
        }
        JoinReason::NoProcess(kind) => {
            args.name = kind.name();
            sentence!(
                "there is no process {s} whose {n} namespace we could join",
                try: "the PID of one that is in it, or a file that keeps it"
            )
        }
        JoinReason::NoNamespace(kind) => {
            args.name = kind.name();
            sentence!(
                "{s} is no namespace",
                why: "a file that one was mounted on is empty when it no longer is",
                try: "a file such as /proc/PID/ns/{n}, or a bind mount of one"
            )
        }
        JoinReason::WrongKind(kind, other) => {
            text = other.name();
            (args.name, args.text) = (kind.name(), &text);
            sentence!("{s} is a {t} namespace, no {n} namespace", try: "join it as {t}")
        }
        JoinReason::NeedsPrivilege(kind) => {
            args.name = kind.name();
            sentence!(
                "joining the {n} namespace {s} needs CAP_SYS_ADMIN",
                why: "both in our own user namespace and in the one that owns it (setns(2))",
                try: "join the user namespace that owns it as well, or as root"
            )
        }
        JoinReason::NothingToKeep => sentence!(
            "nothing would be kept in {s}: no namespace is made or joined",
            try: "namespaces = [\"net\"], or without persist"
        ),
        JoinReason::NotEmpty => sentence!(
            "{s} is not empty, and would be covered",
            try: "another directory, which is made when it is missing"
        ),
        JoinReason::KeptAlready => sentence!(
            "namespaces are kept in {s} already",
            try: "nsinit rm on it, which lets go of them, or another directory"
        ),
        JoinReason::NoPlace(why) => {
            errno = why;
            args.text = &errno;
            sentence!("the directory {s} for namespaces: {t}")
        }
        JoinReason::KeepingNeedsPrivilege => sentence!(
            "keeping namespaces in {s} needs CAP_SYS_ADMIN",
            why: "each is kept by a mount, outside the sandbox (namespaces(7))",
            try: "as root"
        ),
        JoinReason::Changes(key, kind) => {
            text = kind.name();
            (args.name, args.text) = (key, &text);
            sentence!(
                "{n} would change the {t} namespace that is joined, and others live in it",
                try: "without {n}, or a new {t} namespace"
            )
        }
    };
    place.tell(sentence, &args);
}

/// What we know of an errno of opening a namespace.
const fn unopened(errno: Errno) -> &'static str {
    match errno {
        Errno::EACCES | Errno::EPERM => sentence!(
            "the {n} namespace {s}: {t}",
            why: "whoever may not trace a process may not see its namespaces (namespaces(7))",
            try: "as the user that it runs as, or as root"
        ),
        Errno::EBADF => sentence!(
            "the {n} namespace {s}: {t}",
            why: "nobody gave us a descriptor of this number",
            try: "a redirection in front of it, such as 5</run/netns/blue"
        ),
        _ => sentence!("the {n} namespace {s}: {t}"),
    }
}

/// What we know of an errno of one of these acts.
pub(super) const fn by_act(act: &JoinAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (JoinAct::Enter(Namespace::User, _), Errno::EPERM) => sentence!(
            why: "only the user who made a user namespace, or root above it, may join it",
            try: "as that user, or as root"
        ),
        (JoinAct::Enter(..), Errno::EPERM) => sentence!(
            why: "it needs CAP_SYS_ADMIN in our own user namespace and in the one that owns it \
                  (setns(2))",
            try: "join the user namespace that owns it as well"
        ),
        (JoinAct::Enter(Namespace::Pid, _), Errno::EINVAL) => sentence!(
            why: "only a PID namespace below our own can be joined (setns(2))"
        ),
        (JoinAct::BecomeKnown { .. }, Errno::EINVAL) => sentence!(
            why: "the user namespace that was joined maps neither our ids nor a root"
        ),
        (_, _) => "",
    }
}

/// Whether PID 1 could not be made because the PID namespace that was joined has lost its own.
pub(super) fn is_dead_pid_namespace(plan: &Plan<'_>, act: &Act<'_>, errno: Errno) -> bool {
    let joins_pid = |act: &Act<'_>| {
        matches!(act, Act::Join(JoinAct::Enter(Namespace::Pid, _))) && cfg!(feature = "join")
    };
    matches!((act, errno), (Act::Clone(_), Errno::ENOMEM))
        && plan.steps.iter().any(|step| joins_pid(&step.act))
}

/// What is said then.
pub(super) const DEAD_PID_NAMESPACE: &str = sentence!(
    why: "the PID namespace has lost its PID 1, and takes nobody any more (pid_namespaces(7))",
    try: "without it: a new one is made then"
);

/// What we know of an errno of keeping namespaces.
pub(super) const fn by_keeping(act: &KeepAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (KeepAct::MountPlace(_) | KeepAct::Keep(..), Errno::EPERM) => sentence!(
            why: "our mount namespace belongs to a user namespace above ours (mount(2))",
            try: "as root outside, or in a mount namespace of our own"
        ),
        (KeepAct::MountPlace(_), Errno::ENOENT) => sentence!(
            why: "the directory above it is missing"
        ),
        (KeepAct::Keep(Namespace::Mnt, _), Errno::EINVAL) => sentence!(
            why: "the kernel takes it for older than the mount namespace we are in; Linux 6.18 may \
                  do so where both are new and were made on two processors (mnt_ns_loop)",
            try: "in the machine's own mount namespace, or taskset -c 0"
        ),
        (KeepAct::Keep(..), Errno::EACCES) => sentence!(
            why: "whoever may not trace PID 1 may not see its namespaces (namespaces(7))"
        ),
        (_, _) => "",
    }
}

/// A flag or nothing at all, where a directory of kept namespaces was to be named.
pub fn no_place_named() {
    let place = Place::new("rm", None, Origin::Default);
    let sentence = sentence!("which directory?", try: "the one that persist named");
    place.tell(sentence, &Args::NONE);
}

/// Why nothing was let go.
pub fn not_let_go(number: u32, path: &[u8], why: NotLetGo) {
    let place = Place::new("rm", None, Origin::Argument(number));
    let (text, sentence);
    match why {
        NotLetGo::NothingKept => {
            text = Errno::EINVAL;
            sentence = sentence!(
                "no namespaces are kept in {s}",
                why: "a place for them is a mount with a file for each kind, and nothing else",
                try: "nsinit ls for what keeps a namespace"
            );
        }
        NotLetGo::Refused(errno) => {
            text = errno;
            sentence = match errno {
                Errno::EPERM => sentence!("let go of {s}: {t}", try: "as root"),
                _ => sentence!("let go of {s}: {t}"),
            };
        }
    }
    place.tell(sentence, &Args { said: path, text: &text, ..Args::NONE });
}
