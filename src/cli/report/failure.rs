//! What the kernel refused: the step, the errno, and what we know about why.

use super::Message;
use crate::engine::probe::{self, Blocked};
use crate::model::{Errno, Failure, NamespaceSet, Stdio, Why};
use crate::plan::{Act, Facts, Plan};
use crate::text::Quoted;

/// Reports a step that failed: `run: step 7 of 23: mount proc on "/proc": EPERM`.
pub fn failure(plan: &Plan<'_>, facts: &Facts, failure: Failure) {
    let Failure { step, errno, why } = failure;
    let scope = plan.mode.scope();
    let Some(failed) = plan.steps.get(usize::from(step)) else {
        drop(Message::new(format_args!("{scope}: step {step}: {errno}")));
        return;
    };
    let (number, all) = (u32::from(step).saturating_add(1), plan.steps.len());
    let mut message =
        Message::new(format_args!("{scope}: step {number} of {all}: {}: {errno}", failed.act));
    match why == Why::Errno {
        true => by_act(&mut message, &failed.act, errno, facts),
        false => by_why(&mut message, &failed.act, why),
    }
}

/// The word of a command that names the program.
fn program<'a>(act: &Act<'a>) -> Quoted<'a> {
    let Act::Execute { command, .. } = act else { return Quoted(b"") };
    Quoted(command.first().unwrap_or_default().to_bytes())
}

/// A reason that was found out where it happened.
fn by_why(message: &mut Message, act: &Act<'_>, why: Why) {
    match why {
        Why::Errno => {}
        Why::InterpreterMissing => {
            message.why(format_args!(
                "{} is a script, and the interpreter in its first line is not there",
                program(act)
            ));
            message.remedy(format_args!(
                "install the interpreter, or correct the line that begins with #!"
            ));
        }
        Why::InterpreterHasCr => {
            message.why(format_args!(
                "the first line of {} ends in a carriage return: it has DOS line ends",
                program(act)
            ));
            message.remedy(format_args!("sed -i 's/\\r$//' on it"));
        }
        Why::LoaderMissing => {
            message.why(format_args!(
                "{} is dynamically linked, and its loader is not there",
                program(act)
            ));
            message.remedy(format_args!("a static program, or the C library it was built for (musl and glibc have loaders of their own)"));
        }
        Why::WrongMachine => {
            message.why(format_args!("{} is a program for another machine", program(act)));
            message.remedy(format_args!("a build for this one ({})", core::env!("CARGO_PKG_NAME")));
        }
        Why::NoFormat => {
            message.why(format_args!(
                "{} is neither a program nor a script that /bin/sh could run",
                program(act)
            ));
            message.remedy(format_args!("#!/path/to/interpreter as its first line"));
        }
        Why::IsDirectory => message.why(format_args!("{} is a directory", program(act))),
        Why::NoExecuteBit => {
            message.why(format_args!("we may not execute {}", program(act)));
            message.remedy(format_args!("chmod +x"));
        }
        Why::Noexec => {
            message.why(format_args!("{} is executable, but a part of its path is not, or its file system is mounted noexec", program(act)));
        }
        Why::NoSuchUser => {
            message.why(format_args!("no line of the /etc/passwd inside has this user"));
            message.remedy(format_args!("a number"));
        }
        Why::NoSuchGroup => {
            message.why(format_args!("no line of the /etc/group inside has this group"));
            message.remedy(format_args!("a number"));
        }
        Why::BadAccountLine => {
            message.why(format_args!("a line of /etc/passwd or /etc/group cannot be read"))
        }
        Why::TooMany => {
            message.why(format_args!("more words or variables than a changed list holds"))
        }
        Why::ReadBack => message.why(format_args!("the kernel did not take all of it")),
        Why::LauncherGone => message.why(format_args!("the process that waits for us has ended")),
    }
}

/// What an errno means for an act.
struct Hint {
    act: fn(&Act<'_>) -> bool,
    errnos: &'static [Errno],
    why: &'static str,
    remedy: &'static str,
}

const fn hint(
    act: fn(&Act<'_>) -> bool,
    errnos: &'static [Errno],
    why: &'static str,
    remedy: &'static str,
) -> Hint {
    Hint { act, errnos, why, remedy }
}

const EPERM_OR_EACCES: &[Errno] = &[Errno::EPERM, Errno::EACCES];

/// Every act and errno that we know more of.
const HINTS: &[Hint] = &[
    hint(
        |act| matches!(act, Act::MountProc),
        &[Errno::EPERM],
        "a fresh /proc is refused while parts of the outer /proc are covered (mount_too_revealing)",
        "--proc bind, or run where /proc is not masked",
    ),
    hint(
        |act| matches!(act, Act::ShiftClocks { .. }),
        &[Errno::ENOENT],
        "the kernel has no time namespaces, or /proc is not mounted",
        "a kernel with CONFIG_TIME_NS, since Linux 5.6",
    ),
    hint(
        |act| matches!(act, Act::ShiftClocks { .. }),
        &[Errno::ERANGE],
        "the clock would go below zero, or beyond 146 years (time_namespaces(7))",
        "",
    ),
    hint(
        |act| matches!(act, Act::ShiftClocks { .. } | Act::MapSelf(..) | Act::DenySetgroups),
        &[Errno::EACCES],
        "/proc/self belongs to root when the program is not readable for us (proc(5))",
        "chmod a+r on nsinit",
    ),
    hint(
        |act| matches!(act, Act::MapSelf(..) | Act::DenySetgroups | Act::WriteIdMap(..)),
        &[Errno::EPERM],
        "a security module or an outer sandbox forbids id maps",
        "",
    ),
    hint(
        |act| matches!(act, Act::MapSelf(..) | Act::DenySetgroups | Act::WriteIdMap(..)),
        &[Errno::ENOENT],
        "id maps are written in /proc, which is not mounted",
        "",
    ),
    hint(
        |act| matches!(act, Act::SetRlimit(_)),
        &[Errno::EPERM],
        "only CAP_SYS_RESOURCE may raise a hard limit (getrlimit(2))",
        "",
    ),
    hint(
        |act| matches!(act, Act::SetNice(_)),
        EPERM_OR_EACCES,
        "only CAP_SYS_NICE may go below the present nice value (setpriority(2))",
        "",
    ),
    hint(
        |act| matches!(act, Act::SetOomScoreAdj(_)),
        EPERM_OR_EACCES,
        "only CAP_SYS_RESOURCE may lower it (proc_pid_oom_score_adj(5))",
        "",
    ),
    hint(
        |act| matches!(act, Act::BecomeUser { .. } | Act::BecomeMapped { .. }),
        &[Errno::EINVAL],
        "this id is not mapped in the user namespace (setresuid(2))",
        "a uid-map and gid-map that have it",
    ),
    hint(
        |act| matches!(act, Act::BecomeUser { .. } | Act::BecomeMapped { .. }),
        &[Errno::EPERM],
        "only CAP_SETUID and CAP_SETGID may change ids (setresuid(2), setgroups(2))",
        "",
    ),
    hint(
        |act| matches!(act, Act::NewTerminal),
        &[Errno::ENOTTY],
        "standard input is not a terminal",
        "stdin = { file = \"/dev/tty1\" }",
    ),
    hint(
        |act| matches!(act, Act::Redirect(_, Stdio::Null | Stdio::Kmsg)),
        &[Errno::ENOENT],
        "there is no such device inside",
        "",
    ),
    hint(
        |act| matches!(act, Act::LoopbackUp),
        EPERM_OR_EACCES,
        "a security module takes the capabilities away in this user namespace",
        "--no-loopback",
    ),
];

/// What we know of an errno of this act.
fn by_act(message: &mut Message, act: &Act<'_>, errno: Errno, facts: &Facts) {
    if let Act::Clone(kinds) = *act {
        return blocked(message, kinds, errno, facts);
    }
    if let (Act::Execute { command, .. }, Errno::ENOENT) = (act, errno) {
        let name = command.first().unwrap_or_default().to_bytes();
        match name.contains(&b'/') {
            true => message.why(format_args!("there is no such file inside")),
            false => message.why(format_args!("no directory in PATH has it")),
        }
        return;
    }
    let known = HINTS.iter().find(|hint| hint.errnos.contains(&errno) && (hint.act)(act));
    if let Some(Hint { why, remedy, .. }) = known {
        message.why(format_args!("{why}"));
        if !remedy.is_empty() {
            message.remedy(format_args!("{remedy}"));
        }
    }
}

/// Why new namespaces were refused, found out now that it no longer costs anything.
fn blocked(message: &mut Message, kinds: NamespaceSet, errno: Errno, facts: &Facts) {
    match probe::why_blocked(kinds, errno, facts) {
        Blocked::NotBuilt(kind) => {
            message.why(format_args!(
                "this kernel has no {} namespaces ({})",
                kind.name(),
                kind.kernel_option()
            ));
            message
                .remedy(format_args!("--namespaces -{}, or a kernel built with it", kind.name()));
        }
        Blocked::Limit(kind, limit) => {
            message.why(format_args!("{} is {limit}, and so many are in use", kind.limit_file()));
            message.remedy(format_args!("a higher number in {}", kind.limit_file()));
        }
        Blocked::Sysctl(file, remedy) => {
            message.why(format_args!("{file} forbids user namespaces to ordinary users"));
            message.remedy(format_args!("sysctl {remedy}, or as root"));
        }
        Blocked::Unknown if errno == Errno::EPERM => {
            message.why(format_args!("an outer sandbox or security module forbids new namespaces"));
            message.remedy(format_args!(
                "a container started with --security-opt seccomp=unconfined, or --privileged"
            ));
        }
        Blocked::Unknown if errno == Errno::ENOSYS => {
            message.why(format_args!(
                "an outer seccomp filter hides clone3(2), which a time namespace needs"
            ));
            message.remedy(format_args!("--namespaces -time"));
        }
        Blocked::Unknown => {}
    }
}
