//! Asks the machine: facts before a plan is made, and reasons after a step has failed.
//!
//! A fact is asked when a key needs it, never on the way to exec otherwise. Reasons are asked only
//! after a failure, when time no longer counts: why an exec failed, which limit was hit.

use core::ffi::CStr;
use core::mem::ManuallyDrop;

use super::files::head_of;
use super::foreground;
use super::survey;
use crate::model::{Clock, Errno, LandlockAbi, Namespace, NamespaceSet, Signal, Why, environment};
use crate::plan::{
    Access, Facts, HAS_TIES, JoinFacts, KeepingPlace, Manager, Questions, TerminalState,
};
use crate::spec::filter::{FilterFrom, FilterSpec};
use crate::sys::file::{self, Mode};
use crate::sys::start::Start;
use crate::sys::{
    Fd, arch, available, caps, clock, fd, mount, namespace, process, seccomp, signal, stat,
    terminal, uts,
};
use crate::text::{Buffer, Names, Sink, put, units};

/// Our terminal, when we have one.
pub type OurTerminal = Option<ManuallyDrop<Fd>>;

/// Answers the questions of a spec.
pub fn ask(questions: Questions, start: &Start) -> (Facts, OurTerminal) {
    let (state, terminal) = match questions.terminal {
        true => our_terminal(),
        false => (TerminalState::None, None),
    };
    let clock = |which| if questions.clocks { clock::now_ns(which) } else { 0 };
    let sets = if questions.capabilities {
        caps::get().unwrap_or_default()
    } else {
        caps::Sets::default()
    };
    let kernel = uts::kernel_version();
    let pid = questions.pid.then(process::pid);
    let facts = Facts {
        uid: start.uid,
        gid: start.gid,
        capabilities: sets.effective.bits(),
        permitted: sets.permitted.bits(),
        kernel,
        terminal: state,
        is_pid1: pid == Some(1),
        monotonic_ns: clock(Clock::Monotonic),
        boottime_ns: clock(Clock::Boottime),
        env_count: start.env_count,
        has_filters: questions.filters && seccomp::is_available(),
        landlock: if questions.landlock { landlock_abi() } else { LandlockAbi::default() },
        manager: manager_of(start, pid),
        has_disk_root: questions.root && process::pid() == 1 && !mount::is_initramfs(),
        has_console: questions.console && terminal::columns(&Fd::inherited(1)).is_ok(),
        is_in_user: questions.user && is_in_user(),
        runtime_dir: runtime_dir(start),
        joins: JoinFacts::NONE,
        keeping: KeepingPlace::NotAsked,
        ties: match HAS_TIES {
            true => questions.ties.map(|number| number.map_or(Access::NotAsked, access)),
            false => Default::default(), // none is asked
        },
    };
    (facts, terminal)
}

/// Whether our user namespace is another than the machine's first, which always has this inode
/// (linux/nsfs.h, USER_NS_INIT_INO). Without a /proc nobody can say.
fn is_in_user() -> bool {
    const FIRST: u64 = 0xefff_fffd;
    namespace::inode_at(c"/proc/self/ns/user").is_ok_and(|inode| inode != FIRST)
}

/// The version of Landlock; none where it cannot be asked.
fn landlock_abi() -> LandlockAbi {
    let version = available::landlock_version().unwrap_or_default();
    LandlockAbi(u8::try_from(version).unwrap_or(u8::MAX))
}

/// Where the user's own sockets belong, as long as the user is logged in.
pub(super) fn runtime_dir(start: &Start) -> Option<&'static CStr> {
    let path = start.variable(b"XDG_RUNTIME_DIR=")?;
    Some(path).filter(|path| path.to_bytes().starts_with(b"/"))
}

/// What a service manager told us, who have this PID if we know it.
fn manager_of(start: &Start, pid: Option<i32>) -> Manager {
    let is_ours = |name: &[u8]| {
        let text = start.variable(name).map(CStr::to_bytes);
        let number = text.and_then(|text| units::unsigned(text, u64::from(u32::MAX)).ok());
        number.is_some() && number == pid.and_then(|pid| u64::try_from(pid).ok())
    };
    let socket = start.variable(&environment::NOTIFY_SOCKET).map(CStr::to_bytes);
    Manager {
        has_notify: matches!(socket, Some([b'/' | b'@', ..])),
        has_listen: is_ours(&environment::LISTEN_PID),
        has_listen_pidfd: start.variable(&environment::LISTEN_PIDFDID).is_some(),
        has_watchdog: is_ours(&environment::WATCHDOG_PID),
    }
}

/// The calls by which a descriptor that we were given is read, when signals have been blocked.
pub const CALLS_OF_GIVEN: &str = "getpid|rt_sigprocmask|read+|rt_sigprocmask|close";

/// Those by which a file is; the optional ones when it is empty, or a pipe and so far empty.
const CALLS_OF_FILE: &str = "openat|read+|getpid?|ppoll?|read?|close";

/// The system calls of everything that is asked before the plan is made, in the notation of
/// `plan::Act::calls`. Words from descriptors are read behind the first, further filters behind the
/// third.
pub fn calls(questions: Questions, has_file: bool, filter: &FilterSpec<'_>) -> [Names; 19] {
    let when = |is_asked, calls| if is_asked { Names::new(calls) } else { Names::new("") };
    let [first, second, third, fourth, fifth] = survey::calls(questions);
    [
        Names::new("rt_sigprocmask"),
        when(has_file, CALLS_OF_FILE),
        Names::new(match filter.seccomp.map(|said| said.value) {
            Some(FilterFrom::File(_)) => CALLS_OF_FILE,
            Some(FilterFrom::Descriptor(_)) => CALLS_OF_GIVEN,
            Some(FilterFrom::None | FilterFrom::Default) | None => "",
        }),
        when(questions.terminal, "openat|ioctl?|getpgid?|rt_sigaction?|ioctl?"),
        when(questions.capabilities, "capget"),
        Names::new("uname"),
        when(questions.pid, "getpid"),
        when(questions.clocks, "clock_gettime|clock_gettime"),
        when(questions.filters, "seccomp"),
        when(questions.console, "ioctl"),
        when(questions.user, "statx"),
        when(questions.root, "getpid|statfs?"),
        when(questions.landlock, "landlock_create_ruleset"),
        Names::new(of_ties(questions.ties.iter().flatten().count())),
        first,
        second,
        third,
        fourth,
        fifth,
    ]
}

/// For what a descriptor that we were given is open.
fn access(number: u16) -> Access {
    const TYPE: u16 = 0o170_000; // S_IFMT and S_IFDIR of inode(7)
    const DIRECTORY: u16 = 0o040_000;
    let given = Fd::inherited(i32::from(number));
    let access = fd::may_read_and_write(&given);
    let is_open = access != Err(Errno::EBADF);
    if is_open && stat::identity_of(&given).is_ok_and(|own| own.mode & TYPE == DIRECTORY) {
        return Access::Directory;
    }
    match access {
        Err(Errno::EBADF) => Access::Closed,
        Err(_) => Access::NotAsked, // a filter that denies it, and what is wrong is seen later
        Ok((true, false)) => Access::Read,
        Ok((false, true)) => Access::Write,
        Ok((true, true)) => Access::Both,
        Ok((false, false)) => Access::Path,
    }
}

/// The calls by which it is asked for what so many descriptors are open.
fn of_ties(count: usize) -> &'static str {
    const ONE: &str = "fcntl|statx?|";
    const EACH: &str =
        "fcntl|statx?|fcntl|statx?|fcntl|statx?|fcntl|statx?|fcntl|statx?|fcntl|statx?|";
    EACH.get(..(ONE.len() * count).saturating_sub(1)).unwrap_or_default()
}

/// Our controlling terminal: /dev/tty, which is there exactly when we have one (tty(4)); in a root
/// without /dev, standard input.
fn our_terminal() -> (TerminalState, OurTerminal) {
    let terminal = match file::open(c"/dev/tty", Mode::ReadWrite) {
        Ok(terminal) => terminal.leave_open(),
        Err(Errno::ENOENT) => Fd::inherited(0),
        Err(_) => return (TerminalState::None, None),
    };
    match foreground::is_ours(&terminal) {
        Ok(is_in_front) => match is_in_front && is_for_us() {
            true => (TerminalState::Foreground, Some(terminal)),
            false => (TerminalState::Background, Some(terminal)),
        },
        Err(_) => (TerminalState::None, None),
    }
}

/// Whether nobody else of our process group is likely to use the terminal. A shell without job
/// control has no other word for the background than to ignore INT, whose key is for the shell then
/// (sh(1p), "Asynchronous Lists"); and behind a pipe may be a pager.
fn is_for_us() -> bool {
    signal::is_ignored(Signal::INT) != Ok(true) && terminal::columns(&Fd::inherited(1)).is_ok()
}

/// Why a file that is there cannot be executed, beyond the errno of execve(2).
pub(super) fn why_not_executable(program: &CStr, errno: Errno) -> Why {
    if file::open(program, Mode::Directory).is_ok() {
        return Why::IsDirectory;
    }
    if errno == Errno::EACCES {
        return match (file::is_noexec(program), file::access(program, true)) {
            (true, _) => Why::Noexec,
            (false, Ok(())) => why_forbidden(program),
            (false, Err(_)) => Why::NoExecuteBit,
        };
    }
    let Ok(source) = file::open(program, Mode::ReadNow) else { return Why::Errno };
    let mut head = [0u8; 1024];
    let len = file::read(&source, &mut head).unwrap_or(0);
    match head.get(..len).unwrap_or_default() {
        [b'#', b'!', line @ ..] => why_not_script(line),
        elf @ [0x7f, b'E', b'L', b'F', ..] => why_not_elf(&source, elf),
        _ if errno == Errno::ENOEXEC => Why::NoFormat,
        _ => Why::Errno,
    }
}

/// Why a file is not executed whose own mode would allow it: it may be the interpreter's.
fn why_forbidden(program: &CStr) -> Why {
    let mut head = [0u8; 256];
    let Some([b'#', b'!', line @ ..]) = head_of(program, &mut head) else { return Why::Forbidden };
    let mut path = Buffer::<512>::new();
    path.put(interpreter(line).unwrap_or_default());
    let is_allowed = |path| file::access(path, true).is_ok() && !file::is_noexec(path);
    match path.path().is_some_and(is_allowed) {
        true => Why::Forbidden,
        false => Why::InterpreterUnable,
    }
}

/// Whether a file without a known format is a text, which a shell would run.
pub(super) fn looks_like_text(path: &CStr) -> bool {
    let mut head = [0u8; 128];
    head_of(path, &mut head).is_some_and(|head| !head.contains(&0))
}

/// The interpreter that the first line of a script names.
fn why_not_script(line: &[u8]) -> Why {
    let end = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
    let line = line.get(..end).unwrap_or_default();
    if line.ends_with(b"\r") {
        return Why::InterpreterHasCr;
    }
    let Some(interpreter) = interpreter(line) else { return Why::NoFormat };
    let mut path = Buffer::<512>::new();
    path.put(interpreter);
    if is_there(path.path()) { Why::InterpreterUnable } else { Why::InterpreterMissing }
}

/// The first word of a script's first line, which stands behind `#!`.
fn interpreter(line: &[u8]) -> Option<&[u8]> {
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.split(|byte| matches!(byte, b' ' | b'\t')).find(|word| !word.is_empty())
}

/// The name of what a program that is there cannot be executed without: a script's interpreter, or
/// a loader. No text where the file names none.
pub fn needed_by(program: &CStr) -> Buffer<256> {
    let mut needed = Buffer::new();
    let Ok(source) = file::open(program, Mode::ReadNow) else { return needed };
    let mut head = [0u8; 1024];
    let len = file::read(&source, &mut head).unwrap_or(0);
    match head.get(..len).unwrap_or_default() {
        [b'#', b'!', line @ ..] => needed.put(interpreter(line).unwrap_or_default()),
        elf @ [0x7f, b'E', b'L', b'F', ..] => {
            let mut name = [0u8; 256];
            if let Ok(Some(loader)) = loader(&source, elf, &mut name) {
                needed.put(loader.to_bytes());
            }
        }
        _ => {}
    }
    needed
}

/// The machine and the loader that an ELF file names (elf(5)): the header says where the table of
/// program headers is, one of which says where the loader's name is.
fn why_not_elf(source: &Fd, head: &[u8]) -> Why {
    match loader(source, head, &mut [0; 256]) {
        Ok(Some(loader)) if !is_there(Some(loader)) => Why::LoaderMissing,
        Ok(_) => Why::Errno,
        Err(why) => why,
    }
}

/// The loader that an ELF file of our machine names, if it names one.
fn loader<'n>(source: &Fd, head: &[u8], name: &'n mut [u8]) -> Result<Option<&'n CStr>, Why> {
    const PT_INTERP: u16 = 3;
    let u16_at = |at: usize| {
        let bytes = head.get(at..at.saturating_add(2))?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    };
    let u64_at = |at: usize| {
        let bytes = head.get(at..at.saturating_add(8))?;
        usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let fields = (u16_at(18), u64_at(32), u16_at(54), u16_at(56));
    let (Some(machine), Some(table), Some(size), Some(count)) = fields else {
        return Err(Why::NoFormat);
    };
    if machine != arch::ELF_MACHINE {
        return Err(Why::WrongMachine);
    }
    let entry = |index: u16| table.saturating_add(usize::from(index).saturating_mul(size.into()));
    let header = (0..count.min(64)).map(entry).find(|at| u16_at(*at) == Some(PT_INTERP));
    let Some(offset) = header.and_then(|at| u64_at(at.saturating_add(8))) else { return Ok(None) };
    let len = file::read_at(source, offset, name).unwrap_or(0);
    let loader = CStr::from_bytes_until_nul(name.get(..len).unwrap_or_default());
    loader.map(Some).map_err(|_| Why::NoFormat)
}

/// Whether there is a file of this name.
fn is_there(path: Option<&CStr>) -> bool {
    path.is_some_and(|path| file::access(path, false).is_ok())
}

/// Why new namespaces were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// The kernel was built without this kind.
    NotBuilt(Namespace),
    /// The limit of this kind is reached; how many it allows.
    Limit(Namespace, u64),
    /// Ordinary users may not create user namespaces: the sysctl that says so.
    Sysctl(&'static str, &'static str),
    /// Nobody gets a user namespace in a chroot (kernel/user_namespace.c, `create_user_ns`).
    Chroot,
    /// Something else: an outer seccomp filter or security module.
    Unknown,
}

/// Looks for what refused namespaces of `kinds` with `errno`.
pub fn why_blocked(kinds: NamespaceSet, errno: Errno, facts: &Facts) -> Blocked {
    for kind in kinds.kinds() {
        let mut path = Buffer::<40>::new();
        put!(&mut path, "/proc/self/ns/", kind.name());
        if !is_there(path.path()) && is_there(Some(c"/proc/self/ns")) {
            return Blocked::NotBuilt(kind);
        }
    }
    if matches!(errno, Errno::ENOSPC | Errno::EUSERS) {
        // The tightest limit is the likeliest, and 0 is certain.
        let limits = kinds.kinds().filter_map(|kind| Some((kind, number_in(kind.limit_file())?)));
        if let Some((kind, limit)) = limits.min_by_key(|(_, limit)| *limit) {
            return Blocked::Limit(kind, limit);
        }
    }
    if kinds.has(Namespace::User) && errno == Errno::EPERM && is_in_chroot() {
        return Blocked::Chroot;
    }
    let sysctls = [
        ("/proc/sys/kernel/unprivileged_userns_clone", 0, "kernel.unprivileged_userns_clone=1"),
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            1,
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ];
    if kinds.has(Namespace::User) && facts.uid != 0 {
        for (path, forbids, remedy) in sysctls {
            if number_in(path) == Some(forbids) {
                return Blocked::Sysctl(path, remedy);
            }
        }
    }
    Blocked::Unknown
}

/// Whether our root is not that of our mount namespace: it is no mount point, or not the root of
/// PID 1, where we may see that and have its mounts.
fn is_in_chroot() -> bool {
    let Ok(here) = file::open(c"/", Mode::Directory) else { return false };
    let same = |a, b| Some(stat::identity(&here, a).ok()? == stat::identity(&here, b).ok()?);
    let is_other = same(c"/proc/self/ns/mnt", c"/proc/1/ns/mnt") == Some(true)
        && same(c"/", c"/proc/1/root") == Some(false);
    is_other || !mount::is_mount_point(c"/")
}

/// The number that a file of the kernel holds.
pub(super) fn number_in(path: &str) -> Option<u64> {
    let mut name = Buffer::<80>::new();
    put!(&mut name, path);
    let mut head = [0u8; 24];
    let text = head_of(name.path()?, &mut head)?;
    units::unsigned(text.trim_ascii(), u64::MAX).ok()
}
