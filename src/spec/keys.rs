//! The key table: one row for each thing that can be asked.
//!
//! A row is a TOML key and the flag of the same name at once. The three fronts read values through
//! it, `help`, the man pages and the faults ("did you mean") are printed from it. Where a new key
//! goes: a field in `Spec` or `ServiceSpec`, a row here, a step in `plan`.

mod table;
#[cfg(test)]
mod tests;

use core::ffi::CStr;

pub use table::Table;

use super::machine::{module, nonce};
use super::service::{ServiceSpec, absolute, span_or_infinity};
use super::{Item, Said, Spec, switch};
use crate::limits::COMMAND_WORDS_MAX;
use crate::model::{
    Account, ExitCodes, ExitMap, FailOn, Farewell, HostName, IdMap, KillMode, ParentDeath, Proc,
    ReportTo, Restart, Rewrites, ServiceName, Shift, Signal, Span, Stdio, Terminal, Unhandled,
};
use crate::text::{Fault, Names, Words, units};

/// Which verbs take a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFor {
    /// Every verb that starts a workload.
    AnyVerb,
    /// `run`, which makes the namespaces that the key speaks of.
    Run,
    /// `init`, which has a machine to set up and to leave.
    Init,
    /// The entrypoint, whose parent and whose end the key speaks of; `run` has a launcher there.
    Entrypoint,
}

/// How a key's value is written in the file. As a flag everything is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// An integer.
    Number,
    /// A string, or an integer that counts seconds.
    Span,
    /// A string or an integer.
    TextOrNumber,
    /// `true` or `false`; as a flag, nothing or `=false`.
    Switch,
    /// A list of strings, or one; as a flag, separated by commas or said again.
    List,
    /// A table of names and values; as a flag, `NAME=VALUE`, said again for each.
    Pairs,
    /// A string, or a table of one name and value.
    TextOrPair,
    /// A list of strings that is one value: a command. No flag.
    Words,
    /// A string, an integer, or a table of one name whose value may be a command:
    /// `{ exec = ["WORD"] }`; as a flag, `exec=COMMAND`, in words as sh(1) parts them.
    TextOrExec,
}

/// How a row puts a value into the spec.
#[derive(Clone, Copy)]
pub enum Set {
    /// A key of the whole.
    Whole(for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>),
    /// A key of one service.
    Service(for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>),
    /// A key of the whole that takes a text, or a list of words.
    WholeOrExec(
        for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
        for<'a> fn(&mut Spec<'a>, Said<Words<'a>>),
    ),
    /// The command of a service, which the fronts read as a list of words.
    Command,
    /// A key of one service that takes a text, or such a list of words.
    ServiceOrExec(
        for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>,
        for<'a> fn(&mut ServiceSpec<'a>, Said<Words<'a>>),
    ),
}

/// What the fronts know of a key.
#[derive(Clone, Copy)]
pub struct Key {
    /// The table it stands in.
    pub table: Table,
    /// Its name in the file, which is its flag's without the dashes; behind it other names of the
    /// flag: what bubblewrap, docker or unshare call it.
    pub names: Names,
    /// Which verbs take it.
    pub scope: KeyFor,
    /// Whether it can be said as a flag and on the kernel command line.
    pub has_flag: bool,
    /// How its value is written.
    pub shape: Shape,
    /// What the value stands for, in help.
    pub value: &'static str,
    /// How it gets into the spec.
    pub set: Set,
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[{}] {}", self.table.name(), self.name())
    }
}

/// One row: a key, and what help says of it.
#[derive(Clone, Copy)]
struct Row {
    key: Key,
    help: Help,
}

/// What help says of a key.
#[derive(Clone, Copy)]
pub struct Help(Names);

impl Help {
    /// What holds when nobody says the key.
    pub fn default(self) -> &'static str {
        self.0.get(0).unwrap_or_default()
    }

    /// What it does, in one sentence.
    pub fn sentence(self) -> &'static str {
        self.0.get(1).unwrap_or_default()
    }
}

impl Row {
    /// A row with the values most rows have.
    const fn new(
        table: Table,
        names: &'static str,
        shape: Shape,
        value: &'static str,
        set: Set,
    ) -> Self {
        let scope = match table {
            Table::Service | Table::Security => KeyFor::AnyVerb,
            Table::Init => KeyFor::Init,
            Table::Sandbox | Table::Time | Table::User | Table::Net => KeyFor::Run,
        };
        let (names, has_flag) = (Names::new(names), true);
        let key = Key { table, names, scope, has_flag, shape, value, set };
        Self { key, help: Help(Names::new("")) }
    }

    /// `DEFAULT|SENTENCE`
    const fn help(self, help: &'static str) -> Self {
        Self { help: Help(Names::new(help)), ..self }
    }

    const fn for_entrypoint(self) -> Self {
        Self { key: Key { scope: KeyFor::Entrypoint, ..self.key }, ..self }
    }

    const fn without_flag(self) -> Self {
        Self { key: Key { has_flag: false, ..self.key }, ..self }
    }
}

impl Key {
    /// The key of `table` with this name.
    pub fn in_table(table: Table, name: &[u8]) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.table == table && key.name().as_bytes() == name)
    }

    /// The key whose flag has this name, without the dashes.
    pub fn of_flag(name: &[u8]) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.has_flag && key.names.number_of(name).is_some())
    }

    /// Its name in the file.
    pub fn name(&self) -> &'static str {
        self.names.get(0).unwrap_or_default()
    }

    /// Reads one text for this key into the spec; keys of a service go to `service`, or, where that
    /// is `None`, to the main service.
    ///
    /// # Errors
    /// What the key's type refuses. `Ok(false)` when there is no main service to speak of.
    pub fn put<'a>(
        &self,
        spec: &mut Spec<'a>,
        service: Option<usize>,
        item: Item<'a>,
    ) -> Result<bool, Fault> {
        match self.set {
            Set::Whole(set) | Set::WholeOrExec(set, _) => set(spec, item).map(|()| true),
            Set::Service(set) | Set::ServiceOrExec(set, _) => {
                let target = target(spec, service);
                target.map_or(Ok(false), |target| set(target, item).map(|()| true))
            }
            Set::Command => Ok(false),
        }
    }

    /// Reads a command for this key into the spec, for the same service as [`Key::put`].
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::TooMany`]. `Ok(false)` when there is no main service to speak of.
    pub fn put_words<'a>(
        &self,
        spec: &mut Spec<'a>,
        service: Option<usize>,
        words: Said<Words<'a>>,
    ) -> Result<bool, Fault> {
        if words.value.first().is_none_or(CStr::is_empty) {
            return Err(Fault::Empty);
        }
        if words.value.len() > COMMAND_WORDS_MAX {
            return Err(Fault::TooMany { max: COMMAND_WORDS_MAX });
        }
        if let Set::WholeOrExec(_, set) = self.set {
            set(spec, words);
            return Ok(true);
        }
        let Some(target) = target(spec, service) else { return Ok(false) };
        match self.set {
            Set::Command => target.command = Some(words),
            Set::ServiceOrExec(_, set) => set(target, words),
            Set::Whole(_) | Set::WholeOrExec(..) | Set::Service(_) => {}
        }
        Ok(true)
    }
}

/// The service that is spoken of: this one, or the main one.
fn target<'s, 'a>(
    spec: &'s mut Spec<'a>,
    service: Option<usize>,
) -> Option<&'s mut ServiceSpec<'a>> {
    match service {
        Some(index) => spec.services.get_mut(index),
        None => spec.main_service(),
    }
}

/// One field of every row.
macro_rules! column {
    ($field:ident) => {{
        let mut column = [ROWS[0].$field; ROWS.len()];
        let mut row = 0;
        while row < ROWS.len() {
            column[row] = ROWS[row].$field;
            row += 1;
        }
        column
    }};
}

/// Every key, table by table.
#[allow(clippy::indexing_slicing)] // by the compiler alone
pub const KEYS: &[Key] = &column!(key);

/// What help says of each of [`KEYS`], in a table of its own: a build without help is without it.
#[allow(clippy::indexing_slicing)] // as above
pub const HELP: &[Help] = &column!(help);

/// Every key with its help, table by table.
const ROWS: &[Row] = &[
    whole(Table::Sandbox, "name", Shape::Text, "NAME", |spec, item| {
        item.put_text(&mut spec.name, ServiceName::parse)
    })
    .help("the file's stem|Name of the sandbox."),
    whole(Table::Sandbox, "namespaces", Shape::List, "KIND", |spec, item| spec.add_kind(item))
        .help(
            "pid, mnt, uts, ipc, time|Kinds to create: these exactly, or the default and +KIND, \
             without -KIND. user is added when we lack privilege.",
        ),
    whole(Table::Sandbox, "hostname", Shape::Text, "NAME", |spec, item| {
        item.put_text(&mut spec.hostname, HostName::parse)
    })
    .help("the outer one|Host name inside; needs uts."),
    whole(Table::Sandbox, "domainname", Shape::Text, "NAME", |spec, item| {
        item.put_text(&mut spec.domainname, HostName::parse)
    })
    .help("the outer one|NIS domain name inside; needs uts."),
    whole(Table::Sandbox, "proc", Shape::Text, "fresh|bind", |spec, item| {
        item.put(&mut spec.proc, Proc::parse)
    })
    .help("fresh, with pid and mnt|What stands at /proc: a fresh procfs, or the outer one."),
    whole(Table::Time, "boottime", Shape::Span, "[+-=]TIME", |spec, item| {
        item.put(&mut spec.boottime, Shift::parse)
    })
    .help("unshifted|Shift of CLOCK_BOOTTIME and the uptime: +30d, -5s, or =0s as first seen."),
    whole(Table::Time, "monotonic", Shape::Span, "[+-=]TIME", |spec, item| {
        item.put(&mut spec.monotonic, Shift::parse)
    })
    .help("unshifted|Shift of CLOCK_MONOTONIC, likewise."),
    whole(Table::Time, "realtime|wall-clock", Shape::Span, "-", |_, _| Err(Fault::WallClock))
        .help("|Always refused: the wall clock is the same in every time namespace."),
    whole(Table::User, "uid-map", Shape::List, "LINE", |spec, item| {
        let line = IdMap::parse(item.bytes())?;
        spec.uid_map.append(item, line)
    })
    .help("our own uid, with user|Line of the uid_map: \"INSIDE OUTSIDE COUNT\"; needs user."),
    whole(Table::User, "gid-map", Shape::List, "LINE", |spec, item| {
        let line = IdMap::parse(item.bytes())?;
        spec.gid_map.append(item, line)
    })
    .help("our own gid, with user|Line of the gid_map, likewise."),
    whole(Table::User, "uid", Shape::Number, "ID", |spec, item| item.put(&mut spec.uid, id))
        .help("our own|What our uid is inside; needs user."),
    whole(Table::User, "gid", Shape::Number, "ID", |spec, item| item.put(&mut spec.gid, id))
        .help("our own|What our gid is inside; needs user."),
    whole(Table::Net, "loopback", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.loopback, switch)
    })
    .help("true, with net|Bring the loopback interface up; needs net."),
    whole(Table::Security, "no-new-privs", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.no_new_privs, switch)
    })
    .help("true|No exec inside gives privileges, setuid or file capabilities."),
    Row::new(
        Table::Init,
        "farewell",
        Shape::TextOrExec,
        "HOW",
        Set::WholeOrExec(
            |spec, item| item.put(&mut spec.machine.farewell, Farewell::parse),
            |spec, said| spec.machine.farewell_by(said),
        ),
    )
    .help(
        "poweroff|How the machine is left: poweroff, reboot, halt, kexec, or exec=COMMAND, \
         which becomes PID 1.",
    ),
    whole(Table::Init, "report", Shape::List, "WHERE", |spec, item| {
        let to = ReportTo::parse(item.text)?;
        spec.machine.report.append(item, to)
    })
    .help(
        "the virtio port org.nsinit.report|Who is told how it ended, besides the console: \
         a device, vsock:CID:PORT, isa-debug-exit[:PORT] or testdev.",
    ),
    whole(Table::Init, "nonce", Shape::Text, "WORD", |spec, item| {
        item.put_text(&mut spec.machine.nonce, nonce)
    })
    .help("-|Word in the console's verdict, by which a host tells ours from a forged one."),
    whole(Table::Init, "fail-on", Shape::Text, "never|oops|warn", |spec, item| {
        item.put(&mut spec.machine.fail_on, FailOn::parse)
    })
    .help("never|Trouble of the kernel by which a run fails though its workload passed."),
    whole(Table::Init, "modules", Shape::List, "MODULE", |spec, item| {
        let name = module(item.text)?;
        spec.machine.modules.append(item, name)
    })
    .help("|Kernel modules to load, by name with what they need, or by path."),
    whole(Table::Init, "sysctl", Shape::Pairs, "NAME=VALUE", |spec, item| {
        spec.machine.set_sysctl(item)
    })
    .help("|Setting of the kernel: kernel.printk=\"1 4 1 7\"."),
    service("name", Shape::Text, "NAME", |service, item| {
        item.put_text(&mut service.name, ServiceName::parse)
    })
    .without_flag()
    .help("main, for a single one|Name of the service."),
    service("main", Shape::Switch, "", |service, item| item.put(&mut service.main, switch))
        .without_flag()
        .help("true, for a single one|Its end is the end of everything, its exit code ours."),
    Row::new(Table::Service, "command", Shape::Words, "WORD", Set::Command)
        .without_flag()
        .help("|Program and arguments; found in PATH when it has no slash. Must be given."),
    service("env", Shape::Pairs, "NAME=VALUE", |service, item| service.set_env(item))
        .help("ours|Set a variable. --setenv NAME VALUE does the same."),
    service("env-file", Shape::List, "PATH", |service, item| {
        let path = absolute_or_here(item.text)?;
        service.env_files.append(item, path)
    })
    .help("|Set the variables of a file: NAME=VALUE lines, # comments, NAME alone keeps ours."),
    service("unset-env|unsetenv", Shape::List, "NAME", |service, item| service.unset_env(item))
        .help("|Take a variable out."),
    service("clear-env|clearenv", Shape::Switch, "", |service, item| {
        item.put(&mut service.clear_env, switch)
    })
    .help("false|Start from an empty environment."),
    service("cwd|chdir|workdir", Shape::Text, "DIR", |service, item| service.set_cwd(item))
        .help("ours|Working directory."),
    service("user", Shape::TextOrNumber, "USER", |service, item| {
        item.put_text(&mut service.user, Account::parse)
    })
    .help("ours|User, by number or /etc/passwd inside; a name brings its groups and home."),
    service("group", Shape::TextOrNumber, "GROUP", |service, item| {
        item.put_text(&mut service.group, Account::parse)
    })
    .help("the user's|Primary group, by number or by the /etc/group inside."),
    service("groups", Shape::List, "GROUP", |service, item| {
        let group = Account::parse(item.text)?;
        service.groups.append(item, group)
    })
    .help("the user's|Supplementary groups."),
    service("umask", Shape::Text, "MODE", |service, item| {
        item.put(&mut service.umask, |text| units::octal(text, 0o777))
    })
    .help("ours|Mode bits that new files do not get, in octal."),
    service("after", Shape::List, "SERVICE", |service, item| {
        let name = ServiceName::parse(item.text)?;
        service.after.append(item, name)
    })
    .help("|Starts when these are ready, stops before them."),
    service("restart", Shape::Text, "POLICY", |service, item| {
        item.put(&mut service.restart, Restart::parse)
    })
    .help("never|Start it again after its end: never, on-failure or always."),
    service("restart-delay", Shape::Span, "TIME", |service, item| {
        item.put(&mut service.restart_delay, Span::parse)
    })
    .help("1s|First pause before a restart; doubles at each further one."),
    service("restart-delay-max", Shape::Span, "TIME", |service, item| {
        item.put(&mut service.restart_delay_max, Span::parse)
    })
    .help("1m|Longest pause before a restart."),
    service("restart-limit", Shape::Number, "COUNT", |service, item| {
        item.put(&mut service.restart_limit, count)
    })
    .help("5|Restarts within the window; one more is giving up (exit 124)."),
    service("restart-window", Shape::Span, "TIME", |service, item| {
        item.put(&mut service.restart_window, Span::parse)
    })
    .help("1m|Window in which restarts are counted; a run as long starts from zero."),
    or_exec("ready", "HOW", |own, item| own.set_ready(item), |own, said| own.ready_by(said))
        .help("none|How it says that it is ready: none, notify, fd=N (a newline), exec=COMMAND."),
    service("start-timeout", Shape::Span, "TIME", |service, item| {
        item.put(&mut service.start_timeout, span_or_infinity)
    })
    .help("infinity|Time it has to get ready, then it is stopped and has failed (exit 124)."),
    service("stop-signal", Shape::TextOrNumber, "SIGNAL", |service, item| {
        item.put(&mut service.stop_signal, Signal::parse)
    })
    .help("TERM|Signal that asks it to stop."),
    service("grace|stop-timeout", Shape::Span, "TIME", |service, item| service.set_grace(item))
        .help("10s|Time it has to stop, then KILL to all it left; infinity waits for ever."),
    service("kill-mode", Shape::Text, "tree|process", |service, item| {
        item.put(&mut service.kill_mode, KillMode::parse)
    })
    .help("tree|What is ended with it: all that comes from it, or its own process alone."),
    service("rewrite", Shape::List, "FROM:TO", |service, item| {
        item.gather(&mut service.rewrite, Rewrites::add)
    })
    .help("|A signal for it counts as another: TERM:QUIT; or is lost: HUP:drop."),
    service("signal-group", Shape::Switch, "", |service, item| {
        item.put(&mut service.signal_group, switch)
    })
    .help("false|Signals for it go to its whole process group."),
    service("unhandled", Shape::Text, "forward|drop", |service, item| {
        item.put(&mut service.unhandled, Unhandled::parse)
    })
    .help("forward|Signals that would end it because it has no handler: drop, as for a PID 1."),
    service("success-exit", Shape::List, "CODE|SIGNAL", |service, item| {
        item.gather(&mut service.success_exit, ExitCodes::add)
    })
    .help("|Ends that count as success, and as exit code 0; a signal stands for 128+N."),
    service("exit-map", Shape::List, "FROM:TO", |service, item| {
        item.gather(&mut service.exit_map, ExitMap::add)
    })
    .help("|Our exit code for each of its: 3:0, or KILL:1, where KILL is 137."),
    service("die-by-signal", Shape::Switch, "", |service, item| {
        item.put(&mut service.die_by_signal, switch)
    })
    .for_entrypoint()
    .help("false|End by the signal that ended it, where we are not PID 1; else 128+N."),
    service("parent-death", Shape::TextOrNumber, "SIGNAL[:PID]", |service, item| {
        item.put(&mut service.parent_death, ParentDeath::parse)
    })
    .for_entrypoint()
    .help("|As if SIGNAL had come when our parent ends, or is not PID (TERM:$$ in a shell)."),
    or_exec(
        "pre-stop",
        "TIME",
        |own, item| own.set_pre_stop(item),
        |own, said| own.pre_stop_by(said),
    )
    .help("|Pause before its stop signal, or exec=COMMAND, which has the grace to end."),
    service("termination-message", Shape::Text, "PATH", |service, item| {
        item.put_text(&mut service.termination_message, absolute)
    })
    .help("|File that gets a line on how it ended, unless with success; for the main service."),
    service("terminal", Shape::Text, "share|none|own|give", |service, item| {
        item.put(&mut service.terminal, Terminal::parse)
    })
    .help("share for main, else none|Our terminal, none, its standard input, or ours given up."),
    service("new-session", Shape::Switch, "", |service, item| service.leave_terminal(item))
        .help("false|The same as terminal = \"none\"."),
    service("stdin", Shape::TextOrPair, "WHENCE", |service, item| {
        item.put_text(&mut service.stdin, Stdio::parse)
    })
    .help("inherit|Standard input: inherit, null or file=PATH."),
    service("stdout", Shape::TextOrPair, "WHERE", |service, item| {
        item.put_text(&mut service.stdout, Stdio::parse)
    })
    .help("inherit|Standard output: inherit, null, kmsg or file=PATH."),
    service("stderr", Shape::TextOrPair, "WHERE", |service, item| {
        item.put_text(&mut service.stderr, Stdio::parse)
    })
    .help("inherit|Standard error, likewise."),
    service("rlimits", Shape::Pairs, "RESOURCE=LIMIT", |service, item| service.set_rlimit(item))
        .help("ours|Resource limit, such as nofile=1024 or nofile=1024:4096."),
    service("nice", Shape::Number, "N", |service, item| service.set_nice(item))
        .help("ours|Nice value, -20 to 19."),
    service("oom-score-adj", Shape::Number, "N", |service, item| service.set_oom_score_adj(item))
        .help("ours|How soon it is killed when memory runs out, -1000 to 1000."),
];

const fn whole(
    table: Table,
    name: &'static str,
    shape: Shape,
    value: &'static str,
    set: for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    Row::new(table, name, shape, value, Set::Whole(set))
}

const fn service(
    name: &'static str,
    shape: Shape,
    value: &'static str,
    set: for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    Row::new(Table::Service, name, shape, value, Set::Service(set))
}

/// A path; a relative one is looked for where we were started.
const fn absolute_or_here(text: &core::ffi::CStr) -> Result<&core::ffi::CStr, Fault> {
    if text.is_empty() { Err(Fault::Empty) } else { Ok(text) }
}

/// A key that takes a text or a command.
const fn or_exec(
    name: &'static str,
    value: &'static str,
    set: for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>,
    set_words: for<'a> fn(&mut ServiceSpec<'a>, Said<Words<'a>>),
) -> Row {
    let set = Set::ServiceOrExec(set, set_words);
    Row::new(Table::Service, name, Shape::TextOrExec, value, set)
}

/// An id, 0 to 4294967294.
fn id(text: &[u8]) -> Result<u32, Fault> {
    count_below(text, u32::MAX)
}

/// A count, 0 to a million: more restarts than that in one window are no limit.
fn count(text: &[u8]) -> Result<u32, Fault> {
    count_below(text, 1_000_001)
}

fn count_below(text: &[u8], end: u32) -> Result<u32, Fault> {
    let max = end.saturating_sub(1);
    let number = units::unsigned(text, u64::from(max))?;
    u32::try_from(number).map_err(|_| Fault::OutOfRange { min: 0, max: i64::from(max) })
}
