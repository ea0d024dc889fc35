//! What the kernel refused: the step, the errno, and what we know about why.

use super::confine;
use super::exhausted;
use super::filter;
use super::join;
use super::machine;
use super::root;
use super::sentence::{Args, print, sentence};
use super::{cgroup, control, net, ties, verb};
use crate::engine::probe::{self, Blocked};
use crate::model::{Errno, Failure, NamespaceSet, Stdio, Why};
use crate::plan::{Act, Actor, Birth, Facts, HAS_TIES, Plan};
use crate::text::{Buffer, Quoted, Show, Sink, put};

/// Who did what: `run: step 7 of 23: mount proc on "/proc": EPERM`.
struct Head<'p, 'a> {
    plan: &'p Plan<'a>,
    failure: Failure,
    is_survived: bool,
}

impl Show for Head<'_, '_> {
    fn show(&self, out: &mut dyn Sink) {
        let Failure { step, errno, .. } = self.failure;
        let (number, steps) = (u32::from(step).saturating_add(1), &self.plan.steps);
        put!(out, self.plan.mode.scope(), ": step ", number, " of ", steps.len(), ": ");
        if let Some(step) = steps.get(usize::from(step)) {
            put!(out, step.act, ": ");
        }
        put!(out, errno, if self.is_survived { ", going on without it" } else { "" });
    }
}

/// The name of an interpreter or loader, where it is known, behind a space.
struct Needed(Buffer<256>);

impl Show for Needed {
    fn show(&self, out: &mut dyn Sink) {
        if let Some(name) = self.0.text().filter(|name| !name.is_empty()) {
            put!(out, " ", Quoted(name));
        }
    }
}

/// Reports a step of the set-up that failed, and that we go on without.
pub fn survived(plan: &Plan<'_>, failure: Failure) {
    print(&Head { plan, failure, is_survived: true }, NOTHING, &Args::NONE);
}

/// Reports a step that failed.
pub fn failure(plan: &Plan<'_>, facts: &Facts, failure: Failure) {
    with_failure(plan, facts, failure, &mut |head, words, args| print(head, words, args));
}

/// Makes a message of a step that failed: its head, and a sentence on why.
pub(super) fn with_failure(
    plan: &Plan<'_>,
    facts: &Facts,
    failure: Failure,
    look: &mut dyn FnMut(&dyn Show, &str, &Args<'_>),
) {
    let Failure { step, errno, why } = failure;
    let mut args = Args::NONE;
    let act = plan.steps.get(usize::from(step)).map(|step| step.act);
    let needed;
    if let Some(Act::Execute { command, .. }) = act {
        let program = command.first().unwrap_or_default();
        args.said = program.to_bytes();
        // Behind other mounts than ours the file may be another one.
        if plan.birth == Birth::Here && args.said.starts_with(b"/") {
            needed = Needed(probe::needed_by(program));
            args.text = &needed;
        }
    }
    if let Some(sentence) = verb::meant(plan, failure, &mut args) {
        return look(&Head { plan, failure, is_survived: false }, sentence, &args);
    }
    let sentence = match (why, act) {
        (Why::Errno, Some(act)) if join::is_dead_pid_namespace(plan, &act, errno) => {
            join::DEAD_PID_NAMESPACE
        }
        (Why::Errno, Some(act)) => match refused_kinds(&act, errno) {
            Some(kinds) if cfg!(feature = "run") => match in_cgroup(plan, &act, errno) {
                Some(sentence) => sentence,
                None => blocked(&mut args, kinds, errno, facts),
            },
            Some(_) | None => by_act(&act, errno, args.said),
        },
        (Why::Tool, Some(act)) => by_act(&act, errno, args.said),
        (why, _) => by_why(why),
    };
    let sentence = match (sentence, act) {
        (NOTHING, Some(act)) if why == Why::Errno => exhausted::by_errno(&act, errno),
        (sentence, _) => sentence,
    };
    look(&Head { plan, failure, is_survived: false }, sentence, &args);
}

/// Why a command could not be executed, where its errno does not say so by itself.
pub fn hidden_reason(program: &[u8], why: Why) {
    let is_said_already = matches!(why, Why::Errno | Why::IsDirectory | Why::NoExecuteBit);
    let reason = by_why(why).strip_prefix("{?}").filter(|_| !is_said_already);
    if let Some(reason) = reason {
        // A message of its own: the line before is another program's, to the letter.
        print(&"  why: ", reason, &Args { said: program, ..Args::NONE });
    }
}

/// The kinds of namespaces that were not to be had: ENOSPC and EUSERS say that there are enough
/// (namespaces(7)).
const fn refused_kinds(act: &Act<'_>, errno: Errno) -> Option<NamespaceSet> {
    match (act, errno) {
        (Act::Clone(kinds), _) => Some(*kinds),
        (Act::ShiftClocks { .. }, Errno::ENOSPC | Errno::EUSERS) => Some(NamespaceSet::TIME),
        (_, _) => None,
    }
}

/// Why PID 1 could not be made in its cgroup.
fn in_cgroup(plan: &Plan<'_>, act: &Act<'_>, errno: Errno) -> Option<&'static str> {
    let is_clone = cfg!(feature = "sandbox") && matches!(act, Act::Clone(_));
    let _ = plan.cgroup_of(Actor::Inner).filter(|_| is_clone)?; // whose does not matter
    cgroup::of_clone(errno)
}

/// Nothing more than the errno says.
const NOTHING: &str = "";

/// A reason that was found out where it happened.
#[allow(clippy::too_many_lines)] // a table, one arm for each reason
pub(super) fn by_why(why: Why) -> &'static str {
    match why {
        Why::Errno | Why::Tool => NOTHING,
        // None of such a build.
        Why::DanglingLink
        | Why::LinkInTheWay
        | Why::LeadsToRoot
        | Why::OtherLink
        | Why::OtherFile
        | Why::NoDevice
        | Why::OldRootThere
        | Why::Deaf
        | Why::UsernsThere
        | Why::NotABlockDevice
            if !cfg!(feature = "sandbox") =>
        {
            NOTHING
        }
        Why::NotOurs | Why::NameTaken | Why::NoDirectory if !cfg!(feature = "control") => NOTHING,
        Why::InterpreterMissing => sentence!(
            why: "the interpreter{t} in the first line of the script {s} is not there",
            try: "install the interpreter, or correct the line that begins with #!"
        ),
        Why::InterpreterHasCr => sentence!(
            why: "the first line of {s} ends in a carriage return: it has DOS line ends",
            try: "sed -i 's/\\r$//' on it"
        ),
        Why::InterpreterUnable => sentence!(
            why: "the interpreter{t} in the first line of the script {s} is there, and cannot be \
                  executed itself",
            try: "to execute it alone, which says why"
        ),
        Why::LoaderMissing => sentence!(
            why: "{s} is dynamically linked, and its loader{t} is not there",
            try: "a static program, or the C library it was built for"
        ),
        Why::WrongMachine => sentence!(
            why: "{s} is a program for another machine",
            try: "a build for this one"
        ),
        Why::NoFormat => sentence!(
            why: "{s} is neither a program nor a script that /bin/sh could run",
            try: "#!/path/to/interpreter as its first line"
        ),
        Why::IsDirectory => sentence!(why: "{s} is a directory"),
        Why::NoExecuteBit => sentence!(why: "we may not execute {s}", try: "chmod +x"),
        Why::Noexec => sentence!(
            why: "{s} lies on a file system that is mounted noexec",
            try: "another place for it, or a mount without noexec"
        ),
        Why::Forbidden => sentence!(
            why: "its mode would let us, but Landlock, a security module, or the mode of its \
                  loader does not",
            try: "landlock.read or landlock.execute with it and with its loader, where Landlock \
                  was asked for"
        ),
        Why::NoSuchUser => sentence!(
            why: "no line of the /etc/passwd inside has this user",
            try: "a number"
        ),
        Why::NoSuchGroup => sentence!(
            why: "no line of the /etc/group inside has this group",
            try: "a number"
        ),
        Why::BadAccountLine => sentence!(
            why: "a line of /etc/passwd or /etc/group cannot be read"
        ),
        Why::TooMany => sentence!(why: "more words or variables than a changed list holds"),
        Why::ReadBack => sentence!(why: "the kernel did not take all of it"),
        Why::NoSuchModule => sentence!(
            why: "no modules.dep of this kernel has it, or its file is missing",
            try: "its path from the root"
        ),
        Why::DanglingLink => root::DANGLING_LINK,
        Why::LinkInTheWay => root::LINK_IN_THE_WAY,
        Why::LeadsToRoot => root::LEADS_TO_ROOT,
        Why::OtherLink => root::OTHER_LINK,
        Why::OtherFile => root::OTHER_FILE,
        Why::NoDevice => root::NO_DEVICE,
        Why::OldRootThere => root::OLD_ROOT_THERE,
        Why::NotABlockDevice => sentence!(
            why: "it is no block device",
            try: "lsblk, and the path of a whole device"
        ),
        Why::NoRtc => machine::NO_RTC,
        Why::NoRootDevice => machine::NO_ROOT_DEVICE,
        Why::NoFileSystem => machine::NO_FILE_SYSTEM,
        Why::NoPlaceInRoot => machine::NO_PLACE_IN_ROOT,
        Why::LauncherGone => sentence!(why: "the process that waits for us has ended"),
        Why::NotOurs => control::NOT_OURS,
        Why::NameTaken => control::NAME_TAKEN,
        Why::Deaf => root::NEVER_CAME_BACK,
        Why::AskedToEnd => ties::ASKED_TO_END,
        Why::UsernsThere => confine::USERNS_THERE,
        Why::NoDirectory => sentence!(why: "the directory that --cwd names cannot be entered"),
    }
}

/// A program that is not there.
pub(super) fn not_found(program: &[u8]) -> &'static str {
    match program.contains(&b'/') {
        _ if program.is_empty() => sentence!(why: "the command is an empty word"),
        _ if program.contains(&b' ') => sentence!(
            why: "it is looked for as one word, blanks and all",
            try: "each word by itself: command = [\"PROGRAM\", \"ARGUMENT\"]"
        ),
        true => sentence!(why: "there is no such file inside"),
        false => sentence!(why: "no directory in PATH has it"),
    }
}

/// What we know of an errno of this act.
#[allow(clippy::too_many_lines)] // a table, one arm for each act and errno that we know more of
fn by_act(act: &Act<'_>, errno: Errno, program: &[u8]) -> &'static str {
    match (act, errno) {
        (Act::Execute { .. }, Errno::ENOENT) => not_found(program),
        (Act::Execute { .. }, Errno::EACCES) => match program.contains(&b'/') {
            true => sentence!(why: "a directory on its way may not be entered"),
            false => sentence!(why: "a directory of PATH may not be entered, and no other has it"),
        },
        (Act::Root(act), errno) if cfg!(feature = "sandbox") => root::by_act(act, errno),
        (Act::MountProc, Errno::EPERM) => sentence!(
            why: "a fresh /proc is refused while parts of the outer /proc are covered \
                  (mount_too_revealing)",
            try: "--proc bind, or run where /proc is not masked"
        ),
        (Act::MakeMountsPrivate, Errno::EINVAL) => sentence!(
            why: "\"/\" is not a mount point here: we are in a chroot (chroot(2))",
            try: "mount --bind DIR DIR before the chroot, or --namespaces -mnt"
        ),
        (Act::ShiftClocks { .. }, Errno::ENOENT) => sentence!(
            why: "the kernel has no time namespaces, or /proc is not mounted",
            try: "a kernel with CONFIG_TIME_NS, since Linux 5.6"
        ),
        (Act::ShiftClocks { .. }, Errno::ERANGE) => sentence!(
            why: "the clock would go below zero, or beyond 146 years (time_namespaces(7))"
        ),
        (Act::ShiftClocks { .. } | Act::MapSelf(..) | Act::DenySetgroups, Errno::EACCES) => {
            sentence!(
                why: "/proc/self belongs to root when we may not read the program (proc(5))",
                try: "chmod a+r on nsinit"
            )
        }
        (Act::MapSelf(..) | Act::DenySetgroups | Act::WriteIdMap(..), Errno::EPERM) => {
            sentence!(why: "a security module or an outer sandbox forbids id maps")
        }
        (Act::MapSelf(..) | Act::DenySetgroups | Act::WriteIdMap(..), Errno::ENOENT) => {
            sentence!(why: "id maps are written in /proc, which is not mounted")
        }
        (Act::MapByTool(..), Errno::EIO) if cfg!(feature = "sandbox") => sentence!(
            why: "the program that writes this map for us refused, or lacks root's rights: it \
                  said so itself",
            try: "chmod u+s on it, or a map within /etc/subuid and /etc/subgid"
        ),
        (Act::MapByTool(..), _) if cfg!(feature = "sandbox") => sentence!(
            why: "the program that writes this map for us cannot be executed",
            try: "apt-get install uidmap, or as root"
        ),
        (Act::SetRlimit(_), Errno::EPERM) => sentence!(
            why: "only CAP_SYS_RESOURCE may raise a hard limit (getrlimit(2))"
        ),
        (Act::SetNice(_), Errno::EPERM | Errno::EACCES) => sentence!(
            why: "only CAP_SYS_NICE may go below the present one (setpriority(2))"
        ),
        (Act::SetOomScoreAdj(_), Errno::EPERM | Errno::EACCES) => sentence!(
            why: "only CAP_SYS_RESOURCE may lower it (proc_pid_oom_score_adj(5))"
        ),
        (Act::SetOomScoreAdj(_), Errno::ENOENT) => {
            sentence!(why: "it is written in /proc, which is not mounted")
        }
        (Act::BecomeUser { .. } | Act::BecomeMapped { .. }, Errno::EINVAL) => sentence!(
            why: "this id is not mapped in the user namespace (setresuid(2))",
            try: "a uid-map and gid-map that have it"
        ),
        (Act::BecomeUser { .. } | Act::BecomeMapped { .. }, Errno::EPERM) => sentence!(
            why: "only CAP_SETUID and CAP_SETGID may change ids (setresuid(2))"
        ),
        (Act::BecomeUser { .. } | Act::BecomeMapped { .. }, Errno::ENOENT) => sentence!(
            why: "there is no /etc/passwd or /etc/group inside that could name it",
            try: "a number"
        ),
        (Act::NewTerminal, Errno::ENOTTY) => sentence!(
            why: "standard input is not a terminal",
            try: "stdin = { file = \"/dev/tty1\" }"
        ),
        (Act::Redirect(..) | Act::ChangeDirectory(_), Errno::ELOOP) => sentence!(
            why: "links of a root lead nowhere into /proc, where what PID 1 has open is, or in a \
                  circle"
        ),
        (Act::Redirect(_, Stdio::Null | Stdio::Kmsg), Errno::ENOENT) => {
            sentence!(why: "there is no such device inside")
        }
        (Act::Redirect(1 | 2, Stdio::File(_)), Errno::ENXIO) => {
            sentence!(why: "it is a named pipe that nobody reads, and nobody is waited for")
        }
        (Act::Net(act), errno) if cfg!(feature = "net") => net::failure(act, errno),
        (Act::Machine(act), errno) if cfg!(feature = "init") => machine::failure(act, errno),
        (Act::Filter(act), _) if cfg!(feature = "sandbox") => filter::by_errno(act, errno),
        (Act::Confine(act), _) if cfg!(feature = "sandbox") => confine::by_errno(act, errno),
        (Act::Limits(act), errno) if cfg!(feature = "sandbox") => cgroup::failure(act, errno),
        (Act::LoopbackUp, Errno::EPERM | Errno::EACCES) => sentence!(
            why: "a security module takes the capabilities away in this user namespace",
            try: "--no-loopback"
        ),
        (Act::Control(act), errno) if cfg!(feature = "control") => {
            super::control::by_act(act, errno)
        }
        (Act::Tie(act), errno) if HAS_TIES => ties::by_act(act, errno),
        (Act::Keep(act), errno) if cfg!(feature = "join") => join::by_keeping(act, errno),
        (Act::Join(act), _) if cfg!(feature = "join") => join::by_act(act, errno),
        (_, _) => NOTHING,
    }
}

/// Why new namespaces were refused, found out now that it no longer costs anything.
fn blocked(args: &mut Args<'_>, kinds: NamespaceSet, errno: Errno, facts: &Facts) -> &'static str {
    match probe::why_blocked(kinds, errno, facts) {
        Blocked::NotBuilt(kind) => {
            (args.name, args.said) = (kind.name(), kind.kernel_option().as_bytes());
            sentence!(why: "this kernel has no {n} namespaces: it was built without {s}",
                try: "--namespaces -{n}, or a kernel built with it"
            )
        }
        Blocked::Limit(kind, limit) => {
            (args.name, args.a) = (kind.limit_file(), i64::try_from(limit).unwrap_or(i64::MAX));
            sentence!(why: "{n} is {a}, and so many are in use",
                try: "a higher number in {n}"
            )
        }
        Blocked::Sysctl(file, remedy) => {
            (args.name, args.said) = (file, remedy.as_bytes());
            sentence!(why: "{n} forbids user namespaces to ordinary users",
                try: "sysctl {s}, or as root"
            )
        }
        Blocked::Chroot => {
            sentence!(why: "in a chroot nobody gets a user namespace (user_namespaces(7))",
                try: "as root, or outside the chroot"
            )
        }
        Blocked::Unknown if errno == Errno::EPERM => {
            sentence!(why: "an outer sandbox or security module forbids new namespaces",
                try: "a container with --security-opt seccomp=unconfined, or --privileged"
            )
        }
        Blocked::Unknown if errno == Errno::ENOSYS => {
            sentence!(why: "an outer seccomp filter hides clone3(2), which a time namespace needs",
                try: "--namespaces -time"
            )
        }
        Blocked::Unknown => NOTHING,
    }
}
