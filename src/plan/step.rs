//! One act of the plan: who does it, what, on what, and who asked for it.
//!
//! A step prints as one line, names the system calls it is made of, and holds everything that is
//! needed to carry it out. What can only be known then (a PID, a descriptor, the time) it does not
//! hold; how that is found out is part of the step.

use core::ffi::CStr;

use super::acts::{
    ConfineAct, ControlAct, FilterAct, HAS_TIES, JoinAct, KeepAct, LimitsAct, LogAct, NetAct,
    TieAct,
};
use super::lines::Lines;
use super::machine::MachineAct;
use super::root::RootAct;
use crate::model::{
    Account, Endpoint, Helper, HostName, IdKind, IdMap, IdTool, NamespaceSet, ParentDeath, Rlimit,
    ServiceId, Shift, Span, Stdio,
};
use crate::spec::{EnvChange, Origin, Said};
use crate::text::{Digits, Names, Quoted, Show, Sink, Words, put};

/// Who carries out a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The launcher, outside the new namespaces.
    Outer,
    /// The process that enters namespaces of others and makes PID 1 in them.
    Joiner,
    /// PID 1 inside, or we ourselves where nothing is cloned.
    Inner,
    /// The process that becomes this service.
    Service(ServiceId),
    /// The process that becomes a command beside this service.
    Helper(ServiceId, Helper),
    /// The launcher or the kernel's init, when everything else is over.
    Last,
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    /// Children leave no zombies: the kernel reaps, a pidfd keeps the exit status.
    ReapByKernel,
    /// Children are waited for: SIGCHLD tells the end of each.
    ReapByWaiting,
    /// SIGCHLD is not ignored, because it tells when the terminal has stopped a service.
    WatchForStops,
    /// The pipe by which PID 1 reports to the launcher.
    OpenReportPipe,
    /// The pipe that PID 1 waits at until the launcher has done for it what it cannot do itself: id
    /// maps, limits, a network.
    OpenGate,
    /// PID 1 is made, in new namespaces of these kinds.
    Clone(NamespaceSet),
    /// What is done to join namespaces of others.
    Join(JoinAct<'a>),
    /// What is done so that namespaces outlive us.
    Keep(KeepAct<'a>),
    /// The launcher writes an id map of PID 1.
    WriteIdMap(IdKind, Lines<'a>),
    /// A program that has the privilege writes an id map of PID 1 for the launcher.
    MapByTool(IdKind, Lines<'a>, IdTool),
    /// The launcher lets PID 1 go on.
    PassGate,
    /// PID 1 denies setgroups(2), which an unprivileged gid_map demands.
    DenySetgroups,
    /// PID 1 writes an id map of its own: one line, its own id.
    MapSelf(IdKind, IdMap),
    /// PID 1 closes what it inherited above 2.
    CloseInherited,
    /// PID 1 waits at the gate.
    WaitAtGate,
    /// PID 1 leaves the launcher's process group, so that what is sent to that reaches it once.
    LeaveGroup,
    /// Mounts inside are not seen outside, and the other way round.
    MakeMountsPrivate,
    /// A fresh procfs.
    MountProc,
    /// The clocks of the new time namespace.
    ShiftClocks {
        /// CLOCK_MONOTONIC
        monotonic: Option<Shift>,
        /// CLOCK_BOOTTIME
        boottime: Option<Shift>,
    },
    /// The host name.
    SetHostname(HostName<'a>),
    /// The domain name.
    SetDomainname(HostName<'a>),
    /// The loopback interface.
    LoopbackUp,
    /// PID 1 becomes an id that its maps know.
    BecomeMapped {
        /// Its user id inside.
        uid: u32,
        /// Its group id inside.
        gid: u32,
        /// Whether it leaves its supplementary groups.
        leaves_groups: bool,
    },
    /// PID 1 ends when the launcher does.
    DieWithLauncher,
    /// Our parent's end is watched for, and counts as a signal.
    WatchParent(ParentDeath),
    /// Orphans below us become our children.
    BecomeSubreaper,
    /// We have no controlling terminal any more; nothing where we had none.
    GiveUpTerminal,
    /// Signals are read from a descriptor.
    WatchSignals,
    /// The socket for messages of sd_notify(3) from this service.
    OpenNotifySocket(ServiceId),
    /// The file that says how the main service ended. What else would tell it is looked at now.
    LeaveMessage(&'a CStr),
    /// What we inherited is let go as soon as nothing can be started any more.
    LetGo {
        /// The working directory, too.
        directory: bool,
    },
    /// A process for the service, which borrows our memory until it executes the command.
    Spawn,
    /// A process group of its own.
    NewGroup,
    /// A session of its own, without a terminal.
    NewSession,
    /// A session of its own, and standard input as its terminal.
    NewTerminal,
    /// A session of its own, and standard input as its terminal where it is one that nobody has.
    NewSessionWithTerminal,
    /// Its process group comes into the terminal's foreground.
    TakeForeground,
    /// Its process group is the one to bring there, when it reads from the terminal or `fg` comes.
    NoteForeground,
    /// The network of a sandbox.
    Net(NetAct<'a>),
    /// What makes a root of its own.
    Root(RootAct<'a>),
    /// What is done about cgroups.
    Limits(LimitsAct<'a>),
    /// What only the kernel's init does.
    Machine(MachineAct<'a>),
    /// What is done about system calls.
    Filter(FilterAct<'a>),
    /// What takes rights away.
    Confine(ConfineAct<'a>),
    /// How it can be seen and steered from outside.
    Control(ControlAct<'a>),
    /// What ties it to whoever started it.
    Tie(TieAct<'a>),
    /// A service's log.
    Log(LogAct<'a>),
    /// One of descriptors 0 to 2.
    Redirect(u8, Stdio<'a>),
    /// The mode bits new files do not get.
    SetUmask(u32),
    /// A resource limit.
    SetRlimit(Rlimit),
    /// The nice value.
    SetNice(i32),
    /// The oom_score_adj.
    SetOomScoreAdj(i32),
    /// User, group and supplementary groups; names are looked up now.
    BecomeUser {
        /// The user; `None` keeps ours.
        user: Option<Account<'a>>,
        /// The primary group; `None` is the user's, or keeps ours.
        group: Option<Account<'a>>,
        /// The supplementary groups; `None` where setgroups(2) is denied.
        groups: Option<&'a [Said<Account<'a>>]>,
    },
    /// The service ends when its supervisor does, where no PID namespace sees to that.
    DieWithSupervisor,
    /// The working directory.
    ChangeDirectory(&'a CStr),
    /// No exec gives privileges.
    SetNoNewPrivs,
    /// NOTIFY_SOCKET names our socket for this service.
    TellNotifySocket(ServiceId),
    /// NOTIFY_SOCKET is taken out: what it says there would count as the main service's word.
    HideNotifySocket,
    /// PID 1 sees whether somebody answers there, again and again until that is so.
    Knock(Endpoint),
    /// WATCHDOG_USEC is this long, and WATCHDOG_PID names the service (sd_watchdog_enabled(3)).
    TellWatchdog(Span),
    /// LISTEN_PID, LISTEN_PIDFDID and WATCHDOG_PID name the service, as they named us.
    TellPid {
        /// LISTEN_PID
        listen: bool,
        /// LISTEN_PIDFDID
        pidfd: bool,
        /// WATCHDOG_PID
        watchdog: bool,
    },
    /// The end of a pipe, to which the service writes a newline when it is ready.
    PassReadyPipe(u16),
    /// The signal mask and what we were started with.
    RestoreSignals,
    /// The command.
    Execute {
        /// Program and arguments.
        command: Words<'a>,
        /// What the program is told that it is called.
        argv0: Option<&'a CStr>,
        /// What files say of the environment.
        file_env: Words<'a>,
        /// Changes to the environment.
        env: &'a [Said<EnvChange<'a>>],
        /// Whether the environment starts empty.
        is_env_clear: bool,
    },
}

/// One step of the plan.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Who carries it out.
    pub actor: Actor,
    /// What is done.
    pub act: Act<'a>,
    /// Who asked for it.
    pub origin: Origin,
}

impl Act<'_> {
    /// The system calls it is made of, in their order. `+` behind a name: once or more; `*`: as
    /// often as it takes; `?`: where it turns out to be needed. Names with `/` between them: any of
    /// these, each time. Where a kernel is older than a call, or a filter hides it, others are made
    /// in its place, which are not told: clone for clone3, mount for mount_setattr.
    #[allow(clippy::too_many_lines)] // a table, one line for each act
    pub fn calls(&self) -> Names {
        Names::new(match self {
            Self::ReapByKernel | Self::ReapByWaiting | Self::WatchForStops => "rt_sigaction",
            Self::OpenReportPipe | Self::OpenGate => "pipe2",
            Self::Clone(_) | Self::Spawn => "clone3",
            Self::Join(act) => act.calls(),
            Self::Keep(act) => act.calls(),
            Self::WriteIdMap(..) => "openat|write|close",
            Self::MapByTool(..) => "clone3|wait4|ppoll?|ioctl?|close",
            Self::PassGate => "write",
            Self::DenySetgroups | Self::MapSelf(..) => "openat|write",
            Self::CloseInherited => "close_range+",
            Self::WaitAtGate => "read",
            Self::LeaveGroup | Self::NewGroup => "setpgid",
            Self::MakeMountsPrivate | Self::MountProc => "mount",
            Self::ShiftClocks { .. } => {
                "openat|pread64|clock_gettime*|unshare|write|pread64|openat|setns|close|close"
            }
            Self::SetHostname(_) => "sethostname",
            Self::SetDomainname(_) => "setdomainname",
            Self::LoopbackUp => "socket|ioctl|close",
            Self::BecomeMapped { leaves_groups: true, .. } => "setgroups|setresgid|setresuid",
            Self::BecomeMapped { leaves_groups: false, .. } => "setresgid|setresuid",
            Self::DieWithLauncher => "prctl|write",
            Self::BecomeSubreaper | Self::SetNoNewPrivs => "prctl",
            Self::WatchParent(_) => "getppid|pidfd_open?|getppid?|prctl?",
            Self::WatchSignals => "signalfd4",
            Self::NewSession => "setsid",
            Self::GiveUpTerminal => "getsid|getpid?|signalfd4?|read*|ioctl|read*|close?",
            Self::NewSessionWithTerminal => "setsid|ioctl",
            Self::NewTerminal => "setsid|ioctl",
            Self::TakeForeground => "getpid|fcntl|ioctl",
            Self::NoteForeground => "getpid|fcntl",
            Self::Redirect(_, Stdio::Inherit) => "",
            Self::Redirect(_, Stdio::Null) => "openat/openat2|fstatfs?|dup3|close?",
            Self::Redirect(_, Stdio::Kmsg | Stdio::File(_)) => {
                "openat/openat2|fstatfs?|fcntl?|dup3/ioctl|close?"
            }
            Self::Net(act) => act.calls(),
            Self::Root(act) if cfg!(feature = "sandbox") => act.calls(),
            Self::Root(_) => "",
            Self::Limits(act) => act.calls(),
            Self::Machine(act) => act.calls(),
            Self::Filter(act) => act.calls(),
            Self::Confine(act) => act.calls(),
            Self::Control(act) => act.calls(),
            Self::Tie(act) => act.calls(),
            Self::Log(act) => act.calls(),
            Self::SetUmask(_) => "umask",
            Self::SetRlimit(_) => "prlimit64",
            Self::SetNice(_) => "setpriority",
            Self::SetOomScoreAdj(_) => "openat|fstatfs|openat|write|close|close",
            Self::BecomeUser { .. } => {
                "openat?|read*|close?|openat?|read*|close?|setgroups?|setresgid?|setresuid?"
            }
            Self::DieWithSupervisor => "prctl|getppid",
            Self::ChangeDirectory(_) => "chdir/openat2|fchdir?|close?",
            Self::OpenNotifySocket(_) => "socket|setsockopt|bind",
            Self::TellNotifySocket(_) => "getsockname",
            Self::LeaveMessage(_) => "openat|read?|close?|openat*|read?|close?",
            Self::HideNotifySocket | Self::LetGo { .. } => "", // that is later, in the loop
            Self::Knock(_) => "socket|connect",
            Self::TellWatchdog(_) | Self::TellPid { pidfd: false, .. } => "getpid",
            Self::TellPid { pidfd: true, .. } => "getpid|pidfd_open|statx|close",
            Self::PassReadyPipe(_) => "dup3?|ioctl?",
            Self::RestoreSignals => "rt_sigaction?|rt_sigprocmask",
            Self::Execute { .. } => "execve+",
        })
    }
}

/// An account as it was said.
struct Shown<'a>(Account<'a>);

impl Show for Shown<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self.0 {
            Account::Id(id) => put!(out, id),
            Account::Name(name) => put!(out, Quoted(name)),
        }
    }
}

/// Prints what is done, on what: `mount proc on "/proc"`.
impl Show for Act<'_> {
    #[allow(clippy::too_many_lines)] // a table, one arm for each act
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::ReapByKernel => put!(out, "let the kernel reap children"),
            Self::ReapByWaiting => put!(out, "wait for children"),
            Self::WatchForStops => put!(out, "watch for services that the terminal stops"),
            Self::OpenReportPipe => put!(out, "open the pipe for reports"),
            Self::OpenGate => put!(out, "open the gate"),
            Self::Clone(kinds) if kinds.is_empty() => put!(out, "clone without new namespaces"),
            Self::Clone(kinds) => put!(out, "clone into new namespaces ", kinds),
            Self::Join(act) if cfg!(feature = "join") => act.show(out),
            Self::Join(_) => {} // no plan of such a build has one
            Self::Keep(act) if cfg!(feature = "join") => act.show(out),
            Self::Keep(_) => {} // as above
            Self::WriteIdMap(kind, lines) | Self::MapByTool(kind, lines, _) => {
                put!(out, "write ", kind.file(), " ");
                for (index, line) in lines.iter().enumerate() {
                    put!(out, if index == 0 { "\"" } else { ", " }, line);
                }
                put!(out, "\"");
            }
            Self::PassGate => put!(out, "pass the gate"),
            Self::DenySetgroups => put!(out, "deny setgroups"),
            Self::MapSelf(kind, line) => put!(out, "write ", kind.file(), " \"", line, "\""),
            Self::CloseInherited => put!(out, "close inherited descriptors above 2"),
            Self::WaitAtGate => put!(out, "wait at the gate"),
            Self::LeaveGroup => put!(out, "leave the launcher's process group"),
            Self::MakeMountsPrivate => put!(out, "make mounts private from \"/\" down"),
            Self::MountProc => put!(out, "mount proc on \"/proc\""),
            Self::ShiftClocks { monotonic, boottime } => {
                put!(out, "shift clocks");
                for (name, shift) in [(" monotonic ", monotonic), (" boottime ", boottime)] {
                    if let Some(shift) = shift {
                        put!(out, name, shift);
                    }
                }
            }
            Self::SetHostname(name) => put!(out, "set hostname ", Quoted(name.bytes())),
            Self::SetDomainname(name) => put!(out, "set domainname ", Quoted(name.bytes())),
            Self::LoopbackUp => put!(out, "bring interface \"lo\" up"),
            Self::BecomeMapped { uid, gid, .. } => put!(out, "become uid ", uid, ", gid ", gid),
            Self::DieWithLauncher => put!(out, "die with the launcher"),
            Self::WatchParent(said) => {
                put!(out, "watch for the end of our parent");
                if let Some(parent) = said.parent {
                    put!(out, ", which is ", parent);
                }
            }
            Self::BecomeSubreaper => put!(out, "become the subreaper"),
            Self::GiveUpTerminal => put!(out, "give the controlling terminal up"),
            Self::WatchSignals => put!(out, "watch signals"),
            Self::LetGo { .. } => put!(out, "let go what was inherited, when all runs"),
            Self::LeaveMessage(path) => {
                put!(out, "leave how it ends in ", Quoted(path.to_bytes()));
            }
            Self::Spawn => put!(out, "spawn"),
            Self::NewGroup => put!(out, "make a process group"),
            Self::NewSession => put!(out, "make a session"),
            Self::NewTerminal => {
                put!(out, "make a session with standard input as its terminal");
            }
            Self::NewSessionWithTerminal => put!(out, "make a session with our terminal, if any"),
            Self::TakeForeground => put!(out, "take the terminal's foreground"),
            Self::NoteForeground => put!(out, "be the one for the terminal's foreground"),
            Self::Net(act) if cfg!(feature = "net") => act.show(out),
            Self::Net(_) => {} // as below
            Self::Root(act) if cfg!(feature = "sandbox") => act.show(out),
            Self::Root(_) => {} // no plan of such a build has one
            Self::Limits(act) if cfg!(feature = "sandbox") => act.show(out),
            Self::Limits(_) => {} // as below
            Self::Machine(act) if cfg!(feature = "init") => act.show(out),
            Self::Machine(_) => {} // no plan of such a build has one
            Self::Filter(act) if cfg!(feature = "sandbox") => act.show(out),
            Self::Filter(_) => {} // as above
            Self::Confine(act) if cfg!(feature = "sandbox") => act.show(out),
            Self::Confine(_) => {} // as above
            Self::Control(act) if cfg!(feature = "control") => act.show(out),
            Self::Control(_) => {} // as above
            Self::Tie(act) if HAS_TIES => act.show(out),
            Self::Tie(_) => {} // as above
            Self::Log(act) if cfg!(feature = "control") => act.show(out),
            Self::Log(_) => {} // as above
            Self::Redirect(number, to) => redirect(out, number, to),
            Self::SetUmask(mask) => put!(out, "set umask ", Digits::octal(u64::from(mask), 4)),
            Self::SetRlimit(limit) => {
                put!(out, "set rlimit ", limit.resource.name());
                for (mark, value) in [(" to ", limit.soft), (":", limit.hard)] {
                    match value {
                        Some(value) => put!(out, mark, value),
                        None => put!(out, mark, "infinity"),
                    }
                }
            }
            Self::SetNice(nice) => put!(out, "set nice ", nice),
            Self::SetOomScoreAdj(score) => put!(out, "set oom_score_adj ", score),
            Self::BecomeUser { user, group, groups } => {
                put!(out, "become");
                for (name, account) in [(" user ", user), (" group ", group)] {
                    if let Some(account) = account {
                        put!(out, name, Shown(account));
                    }
                }
                for (index, group) in groups.into_iter().flatten().enumerate() {
                    put!(out, if index == 0 { " groups " } else { ", " }, Shown(group.value));
                }
            }
            Self::DieWithSupervisor => put!(out, "die with the supervisor"),
            Self::ChangeDirectory(path) => {
                put!(out, "change directory to ", Quoted(path.to_bytes()));
            }
            Self::SetNoNewPrivs => put!(out, "set no_new_privs"),
            Self::OpenNotifySocket(id) => {
                let number = id.index().saturating_add(1);
                put!(out, "open a socket for messages of service ", number);
            }
            Self::TellNotifySocket(_) => put!(out, "name it in NOTIFY_SOCKET"),
            Self::HideNotifySocket => put!(out, "take NOTIFY_SOCKET out"),
            Self::Knock(there) if cfg!(feature = "net") => {
                put!(out, "wait until somebody answers at ", there);
            }
            Self::Knock(_) => {} // as above
            Self::TellWatchdog(span) => put!(out, "tell WATCHDOG_USEC for ", span),
            Self::TellPid { listen, pidfd, watchdog } => {
                put!(out, "write our PID into");
                let names = [
                    (" LISTEN_PID", listen),
                    (" LISTEN_PIDFDID", pidfd),
                    (" WATCHDOG_PID", watchdog),
                ];
                for (name, is_told) in names {
                    put!(out, if is_told { name } else { "" });
                }
            }
            Self::PassReadyPipe(number) => {
                put!(out, "pass a pipe as descriptor ", number, ", for readiness");
            }
            Self::RestoreSignals => put!(out, "restore the signal mask"),
            Self::Execute { command, .. } => {
                put!(out, "execute");
                for word in command.iter() {
                    put!(out, " ", Quoted(word.to_bytes()));
                }
            }
        }
    }
}

/// Where a standard descriptor leads.
fn redirect(out: &mut dyn Sink, number: u8, to: Stdio<'_>) {
    let name = match number {
        0 => "stdin",
        1 => "stdout",
        _ => "stderr",
    };
    match to {
        Stdio::Inherit => put!(out, "keep ", name),
        Stdio::Null => put!(out, "connect ", name, " to \"/dev/null\""),
        Stdio::Kmsg => put!(out, "connect ", name, " to \"/dev/kmsg\""),
        Stdio::File(path) => put!(out, "connect ", name, " to ", Quoted(path.to_bytes())),
    }
}

/// More about an act, for `explain`: options, and what it means.
pub struct Detail<'a>(pub &'a Act<'a>);

impl Show for Detail<'_> {
    fn show(&self, out: &mut dyn Sink) {
        if matches!(self.0, Act::MountProc) {
            put!(out, "nosuid,nodev,noexec");
        } else if let Act::MapByTool(kind, _, tool) = self.0 {
            put!(out, "by ");
            out.put(tool.path(*kind).to_bytes());
        } else if let Act::LetGo { directory } = self.0 {
            put!(out, if *directory { "descriptors, directory" } else { "descriptors" });
        } else if matches!(self.0, Act::LeaveMessage(_)) {
            put!(out, "unless with success");
        } else if matches!(self.0, Act::ReapByKernel) {
            put!(out, "SIGCHLD ignored, exit status by pidfd");
        } else if matches!(self.0, Act::Spawn) {
            put!(out, "CLONE_VM,CLONE_VFORK");
        } else if let Act::Limits(act) = self.0
            && cfg!(feature = "sandbox")
        {
            act.show_detail(out);
        } else if let Act::Net(act) = self.0
            && cfg!(feature = "net")
        {
            act.show_detail(out);
        } else if let Act::Keep(act) = self.0
            && cfg!(feature = "join")
        {
            act.show_detail(out);
        } else if let Act::Machine(act) = self.0
            && cfg!(feature = "init")
        {
            act.show_detail(out);
        } else if let Act::Filter(act) = self.0
            && cfg!(feature = "sandbox")
        {
            act.show_detail(out);
        } else if let Act::Confine(act) = self.0
            && cfg!(feature = "sandbox")
        {
            act.show_detail(out);
        } else if let Act::Root(act) = self.0
            && cfg!(feature = "sandbox")
        {
            act.show_detail(out);
        } else if let Act::Log(act) = self.0
            && cfg!(feature = "control")
        {
            act.show_detail(out);
        } else if let Act::Control(act) = self.0
            && cfg!(feature = "control")
        {
            act.show_detail(out);
        } else if let Act::Tie(act) = self.0
            && HAS_TIES
        {
            act.show_detail(out);
        } else if let Act::WatchParent(said) = self.0 {
            put!(out, "as if ", said.signal, " had come");
        } else if let Act::Execute { argv0, env, file_env, is_env_clear, .. } = self.0 {
            if let Some(argv0) = argv0 {
                put!(out, "as ", Quoted(argv0.to_bytes()), ", ");
            }
            put!(out, if *is_env_clear { "empty environment" } else { "our environment" });
            for pair in file_env.iter() {
                put!(out, ", +", Quoted(EnvChange::Set(pair).name()));
            }
            for change in *env {
                let sign = if matches!(change.value, EnvChange::Set(_)) { ", +" } else { ", -" };
                put!(out, sign, Quoted(change.value.name()));
            }
        }
    }
}
