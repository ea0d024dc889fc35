//! The keys of a service: `[[service]]`.

use super::{Item, Row, Set, Shape, Table, count_below, switch};
use crate::model::{
    Account, ExitCodes, ExitMap, KillMode, ParentDeath, Restart, Rewrites, ServiceName, Signal,
    Span, Stdio, Terminal, Unhandled,
};
use crate::spec::Said;
use crate::spec::service::{ServiceSpec, absolute, span_or_infinity};
use crate::text::{Fault, Words, units};

/// `[[service]]`
pub(super) const ROWS: &[Row] = &[
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
    service("argv0", Shape::Text, "NAME", |service, item| item.put_text(&mut service.argv0, Ok))
        .help("the command's first word|What the program is told that it is called: -bash."),
    service("env", Shape::Pairs, "NAME=VALUE", |service, item| service.set_env(item))
        .help("ours|Set a variable. --setenv NAME VALUE does the same."),
    service("env-file", Shape::OuterPaths, "PATH", |service, item| {
        let path = some_path(item.text)?;
        service.env_files.append(item, path)
    })
    .help(
        "|Set the variables of a file: NAME=VALUE lines, # comments, NAME alone keeps ours. In a \
         file relative to that.",
    ),
    service("unset-env|unsetenv", Shape::List, "NAME", |service, item| service.unset_env(item))
        .help("|Take a variable out."),
    service("clear-env|clearenv", Shape::Switch, "", |service, item| {
        item.put(&mut service.clear_env, switch)
    })
    .help("false|Start from an empty environment."),
    service("cwd|chdir|workdir", Shape::Text, "DIR", |service, item| service.set_cwd(item))
        .help("ours|Working directory."),
    service("user", Shape::TextOrNumber, "USER", |service, item| service.set_user(item)).help(
        "ours|User, by number or /etc/passwd inside; a name brings its groups and home. \
             USER:GROUP has that group alone.",
    ),
    service("group", Shape::TextOrNumber, "GROUP", |service, item| {
        item.put(&mut service.group, Account::parse)
    })
    .help("the user's|Primary group, by number or by the /etc/group inside."),
    service("groups", Shape::List, "GROUP", |service, item| {
        let group = Account::parse(item.bytes())?;
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
    or_exec("ready", "HOW", |own, item| own.set_ready(item), |own, said| own.ready_by(said)).help(
        "none|How it says that it is ready: none, notify, fd=N (a newline), tcp=[ADDRESS:]PORT (it \
             answers there), exec=COMMAND.",
    ),
    service("start-timeout", Shape::Span, "TIME", |service, item| {
        item.put(&mut service.start_timeout, span_or_infinity)
    })
    .help(
        "infinity|Time it has to get ready, then it is stopped and has failed (exit 124); and the \
         command of its reload to end.",
    ),
    service("stop-signal", Shape::TextOrNumber, "SIGNAL", |service, item| {
        item.put(&mut service.stop_signal, Signal::parse)
    })
    .help("TERM|Signal that asks it to stop; CONT follows, so that one that was stopped hears it."),
    service("grace|stop-timeout", Shape::Span, "TIME", |service, item| service.set_grace(item))
        .help(
            "10s, in the entrypoint none|Time it has to stop, then KILL to all it left; infinity \
             waits for ever.",
        ),
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
    service("stdout", Shape::TextOrPairs, "WHERE", |service, item| service.set_output(1, item))
        .help(
            "inherit|Standard output: inherit, null, kmsg or file=PATH; with max=SIZE or keep=N a \
             log, as of key log.",
        ),
    service("stderr", Shape::TextOrPairs, "WHERE", |service, item| service.set_output(2, item))
        .help("inherit|Standard error, likewise."),
    service("rlimits", Shape::Pairs, "RESOURCE=LIMIT", |service, item| service.set_rlimit(item))
        .help("ours|Resource limit, such as nofile=1024 or nofile=1024:4096."),
    service("nice", Shape::Number, "N", |service, item| service.set_nice(item))
        .help("ours|Nice value, -20 to 19."),
    service("oom-score-adj", Shape::Number, "N", |service, item| service.set_oom_score_adj(item))
        .help("ours|How soon it is killed when memory runs out, -1000 to 1000."),
];

pub(super) const fn service(
    name: &'static str,
    shape: Shape,
    value: &'static str,
    set: for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    Row::new(Table::Service, name, shape, value, Set::Service(set))
}

/// A path, wherever it begins.
const fn some_path(text: &core::ffi::CStr) -> Result<&core::ffi::CStr, Fault> {
    if text.is_empty() { Err(Fault::Empty) } else { Ok(text) }
}

/// A key that takes a text or a command.
pub(super) const fn or_exec(
    name: &'static str,
    value: &'static str,
    set: for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>,
    set_words: for<'a> fn(&mut ServiceSpec<'a>, Said<Words<'a>>),
) -> Row {
    let set = Set::ServiceOrExec(set, set_words);
    Row::new(Table::Service, name, Shape::TextOrExec, value, set)
}

/// A count, 0 to a million: more restarts than that in one window are no limit.
fn count(text: &[u8]) -> Result<u32, Fault> {
    count_below(text, 1_000_001)
}
