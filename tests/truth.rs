//! The truth ring: the system calls that strace sees are those that `explain` printed.
//!
//! Each case is a command line. `explain --json` says which calls will be asked and made, by whom
//! and in which order; strace says what the launcher, PID 1 and each service's process did until
//! the command was executed. None may be missing, none may be extra. Behind its last step a process
//! makes only the calls of its loop, which are listed in `ring/loops.rs`, each with its reason.
//!
//! Needs strace(1), unshare(1) and root, because a plan differs for root and for an ordinary user.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ring {
    pub mod calls;
    pub mod cgroup;
    pub mod difference;
    pub mod explained;
    pub mod holder;
    pub mod json;
    pub mod launch;
    pub mod loops;
    pub mod strace;
    pub mod tool;
}

use std::collections::BTreeMap;
use std::process::Command;

use ring::calls::align;
use ring::difference::difference;
use ring::explained::Explained;
use ring::holder::Holder;
use ring::launch::{Around, Folder, is_root, surround};
use ring::loops::{JOINER_END, LAUNCHER_LOOP, Loop, SUPERVISOR_LOOP, is_loop};
use ring::strace::{Call, Trace};
use ring::tool::tool;

/// Who starts it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Root,
    Nobody,
}

/// A command line and its surroundings.
struct Case {
    who: Who,
    around: Around,
    /// Whether nsinit is PID 1 of a fresh PID namespace.
    is_pid1: bool,
    /// Whether a service manager has told nsinit about itself.
    is_managed: bool,
    /// Kinds of namespaces that somebody has, whom the words call HOLDER; none, nobody.
    joining: &'static str,
    /// The words behind `nsinit`; `FILE` stands for the case's file.
    words: &'static str,
    file: &'static str,
    code: i32,
}

const fn case(who: Who, words: &'static str) -> Case {
    Case {
        who,
        around: Around::Nothing,
        is_pid1: false,
        is_managed: false,
        joining: "",
        words,
        file: "",
        code: 0,
    }
}

impl Case {
    const fn around(self, around: Around) -> Self {
        Self { around, ..self }
    }

    const fn first_process(self) -> Self {
        Self { is_pid1: true, ..self }
    }

    const fn managed(self) -> Self {
        Self { is_managed: true, ..self }
    }

    const fn joining(self, joining: &'static str) -> Self {
        Self { joining, ..self }
    }

    const fn file(self, file: &'static str) -> Self {
        Self { file, ..self }
    }

    const fn code(self, code: i32) -> Self {
        Self { code, ..self }
    }
}

/// One process of ours and what it did.
struct Seen<'t> {
    role: String,
    calls: &'t [Call],
}

impl Seen<'_> {
    fn names(&self) -> Vec<&str> {
        self.calls.iter().map(|call| call.name.as_str()).collect()
    }

    /// What is wrong when its calls are not `wanted` and then those of `rest`.
    fn check(&self, wanted: &[&str], rest: &Loop) -> Option<String> {
        let names = self.names();
        let is_good = align(wanted, &names, &|behind| is_loop(behind, rest)).is_some();
        let seen: Vec<(&str, &str)> =
            self.calls.iter().map(|call| (call.name.as_str(), &*call.shown)).collect();
        let rest: Vec<&str> = rest.iter().map(|(name, _, _)| *name).collect();
        (!is_good).then(|| format!("{}:\n{}", self.role, difference(wanted, &seen, &rest)))
    }
}

/// The calls that one actor makes for its steps, in their order; a service's process makes all of
/// its service's but the first, which makes it.
fn calls_of<'p>(plan: &'p Explained, actor: &str) -> Vec<&'p str> {
    let steps = plan.steps.iter().filter(|step| step.actor == actor && !step.is_spawn());
    steps.flat_map(|step| step.calls.iter().map(String::as_str)).collect()
}

/// The words of a case, as arguments.
fn arguments(case: &Case, folder: &Folder, holder: &Option<Holder>) -> Vec<String> {
    let path = match case.file {
        "" => String::new(),
        text => folder.write_own(&folder.fill(text)),
    };
    let pid = holder.as_ref().map_or(String::new(), |holder| holder.pid.to_string());
    let word = |word: &str| word.replace("FILE", &path).replace("HOLDER", &pid);
    folder.fill(case.words).split(' ').map(word).collect()
}

/// A manager that nobody hears, and that starts the rest in its place.
const MANAGER: &str = "export NOTIFY_SOCKET=@nobody WATCHDOG_PID=$$; \
    LISTEN_PID=$$ LISTEN_PIDFDID=1 exec \"$@\"";

/// strace with `options`, and what it starts: nsinit with `words`, by whom and where the case says.
fn traced(case: &Case, folder: &Folder, options: &[&str], words: &[String]) -> Command {
    let mut command = Command::new(tool("strace", "strace"));
    let _ = command.args(["-f", "-qq", "-e", "signal=none", "-s", "4096"]).args(options); // itself
    if case.who == Who::Nobody && is_root() {
        let _ = command.args(["-u", "nobody"]); // itself
    }
    if case.is_pid1 {
        let unshare = tool("unshare", "util-linux");
        let _ = command.arg(unshare).args(["--pid", "--fork", "--mount-proc"]); // itself
    }
    if case.is_managed {
        let _ = command.args(["/bin/sh", "-c", MANAGER, "sh"]); // itself
    }
    let _ = command.arg(folder.nsinit()).args(words); // itself
    folder.place(&format!("{}{}", case.words, case.file), case.around, &mut command);
    command
}

/// The plan, as `explain` has it for the same words by the same person at the same place.
fn explain(case: &Case, folder: &Folder, holder: &Option<Holder>) -> Explained {
    let mut words = arguments(case, folder, holder);
    let entrypoint = ["entrypoint".to_owned()];
    let verb = if words[0] == "run" { &[] } else { &entrypoint[..] };
    let before = ["explain".to_owned(), "--json".to_owned()];
    drop(words.splice(0..0, before.into_iter().chain(verb.iter().cloned())));
    let quiet = ["-e", "trace=none", "-o", "/dev/null"];
    let (mut command, _keep) = surround(traced(case, folder, &quiet, &words), case.around);
    let output = command.output().unwrap();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "explain {}: {trouble}", case.words);
    Explained::read(std::str::from_utf8(&output.stdout).unwrap())
}

/// What strace sees, and the exit code.
fn trace(case: &Case, folder: &Folder, holder: &Option<Holder>) -> (Trace, i32) {
    let log = folder.path("trace");
    let words = arguments(case, folder, holder);
    let options = ["-o", log.to_str().unwrap()];
    let (mut command, _keep) = surround(traced(case, folder, &options, &words), case.around);
    let status = command.status().unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    (ring::strace::read(&text), status.code().unwrap_or(-1))
}

/// Our processes in a trace.
struct Processes<'t> {
    /// The one that was started as nsinit, from its first call on.
    started: &'t [Call],
    /// The one that joins namespaces of others, where there are any.
    joiner: Option<&'t [Call]>,
    /// PID 1 inside, or again the one that was started.
    supervisor: &'t [Call],
    /// Those that became a service, in the order they were made.
    services: Vec<&'t [Call]>,
    /// How many became a program that writes an id map.
    tools: usize,
}

impl<'t> Processes<'t> {
    /// Tells them apart by the order in which they appear: the launcher makes PID 1 and nothing
    /// else, and PID 1 sleeps while the process it made becomes a service. (What a clone3 inside a
    /// PID namespace returns, strace cannot always translate.)
    fn find(trace: &'t Trace, folder: &Folder, plan: &Explained) -> Self {
        let program = format!("execve(\"{}\"", folder.nsinit().display());
        let start = |(_, calls): &'t (u32, Vec<Call>)| {
            let is_it = |call: &Call| call.is_exec() && call.shown.starts_with(&program);
            Some(&calls[calls.iter().position(is_it)? + 1..])
        };
        let mut processes = trace.iter();
        let started = processes.find_map(start).expect("nsinit was not started");
        // A program that writes an id map may be at work before PID 1 is.
        // And one that tries a cgroup out, or that mounts were mapped by, is at its end already.
        let is_ours = |calls: &&[Call]| {
            let is_trial = matches!(calls, [only] if only.name == "exit_group");
            let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).collect();
            let is_mapper = names == ["prctl", "close", "read", "exit_group"];
            !is_trial && !is_mapper && !calls.iter().any(Call::is_id_tool)
        };
        let mut rest = processes.map(|(_, calls)| calls.as_slice()).filter(is_ours);
        let tools = trace.iter().filter(|(_, calls)| calls.iter().any(Call::is_id_tool)).count();
        let joiner = plan.has_joiner().then(|| rest.next().expect("no joiner"));
        let supervisor = match plan.has_launcher() {
            true => rest.next().expect("no PID 1"),
            false => started,
        };
        Self { started, joiner, supervisor, services: rest.collect(), tools }
    }
}

/// Everything that is wrong with what was seen.
fn untruths(plan: &Explained, trace: &Trace, folder: &Folder) -> Vec<String> {
    let Processes { started, joiner, supervisor, services, tools } =
        Processes::find(trace, folder, plan);
    let mut wrong = Vec::new();
    let due = plan.steps.iter().filter(|step| step.is_tool()).count();
    if tools != due {
        wrong.push(format!("{tools} programs that write id maps, {due} explained"));
    }
    let mut wanted: Vec<&str> = plan.asks.iter().map(String::as_str).collect();
    let mut role = "the supervisor";
    if plan.has_launcher() {
        wanted.extend(calls_of(plan, "outer"));
        let launcher = Seen { role: "the launcher".into(), calls: started };
        wrong.extend(launcher.check(&wanted, LAUNCHER_LOOP));
        wanted.clear();
        role = "PID 1";
    }
    if let Some(calls) = joiner {
        let joiner = Seen { role: "the joiner".into(), calls };
        wrong.extend(joiner.check(&calls_of(plan, "joiner"), JOINER_END));
    }
    wanted.extend(calls_of(plan, "inner"));
    let inner = Seen { role: role.into(), calls: supervisor };
    wrong.extend(inner.check(&wanted, SUPERVISOR_LOOP));
    for seen in [Some(started), joiner, Some(supervisor)].into_iter().flatten() {
        if seen.last().is_none_or(|call| call.name != "exit_group") {
            wrong.push("a process of ours did not end by exit_group".into());
        }
    }
    let spawns = supervisor.iter().filter(|call| call.is_vfork()).count();
    if spawns != services.len() {
        wrong.push(format!("{spawns} processes made for services, {} seen", services.len()));
    }
    wrong.extend(untruths_of_services(plan, &services));
    wrong
}

/// As before, of the services' processes: each ends in the command of a service, and each service
/// has at least one.
fn untruths_of_services(plan: &Explained, processes: &[&[Call]]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut starts: BTreeMap<&str, usize> =
        plan.services().into_iter().map(|(name, _)| (name, 0)).collect();
    for calls in processes {
        let Some(end) = calls.iter().position(Call::is_exec) else {
            wrong.push(format!("a process executed nothing: {calls:?}"));
            continue;
        };
        let words = calls[end].words();
        let Some((name, _)) = plan.services().into_iter().find(|(_, shown)| *shown == words) else {
            wrong.push(format!("no service has the command {words}"));
            continue;
        };
        *starts.entry(name).or_default() += 1;
        let seen = Seen { role: format!("service {name}"), calls: &calls[..=end] };
        wrong.extend(seen.check(&calls_of(plan, name), &[]));
    }
    let unseen = starts.iter().filter(|(_, count)| **count == 0);
    wrong.extend(unseen.map(|(name, _)| format!("service {name} was never started")));
    wrong
}

/// Holds every case; what is wrong with each is told at the end.
fn hold(cases: &[Case]) {
    let mut report = String::new();
    for case in cases {
        assert!(
            case.who == Who::Nobody || is_root(),
            "this case is about root: run the tests as root, or in a container that is"
        );
        let folder = Folder::new();
        let is_user = case.who == Who::Nobody;
        let holder = Holder::of(case.joining, is_user, &folder);
        let plan = explain(case, &folder, &holder);
        let (trace, code) = trace(case, &folder, &holder);
        let mut wrong = untruths(&plan, &trace, &folder);
        if code != case.code {
            wrong.push(format!("exit code {code}, not {}", case.code));
        }
        if !wrong.is_empty() {
            let head = format!("nsinit {} ({:?}, {:?})", case.words, case.who, case.around);
            report.push_str(&format!("\n{head}\n{}\n", wrong.join("\n")));
        }
    }
    assert!(report.is_empty(), "what happens is not what was explained:\n{report}");
}

/// A machine of several services, which say nearly all that can be said of one.
const APPLIANCE: &str = r#"
[sandbox]
hostname = "appliance"
domainname = "lan"
namespaces = ["+net", "+cgroup"]

[[service]]
name = "log"
command = ["sleep", "100"]
stdin = "null"
stdout = "null"
stderr = { file = "/dev/null" }
umask = "027"
nice = 5
oom-score-adj = 100
rlimits = { nofile = "256", core = "0" }

[[service]]
name = "db"
command = ["/bin/sleep", "101"]
after = ["log"]
user = "nobody"
env = { TZ = "UTC" }
cwd = "/tmp"

[[service]]
name = "web"
main = true
command = ["/bin/sh", "-c", "exit 3"]
after = ["db"]
user = 33
group = 33
groups = ["tty", "7"]
clear-env = true
"#;

#[test]
fn as_root_the_namespaces_come_as_explained() {
    // explain: 14 calls of the launcher, 12 of PID 1, 4 of the service; strace: the same.
    use Who::Root;
    hold(&[
        case(Root, "run -- /bin/true"),
        case(Root, "run -- /bin/false").code(1),
        case(Root, "run --hostname box --domainname lan -- /bin/true"),
        case(Root, "run --boottime +30d -- /bin/true"),
        case(Root, "run --boottime +30d --monotonic =0s -- /bin/true"),
        case(Root, "run --namespaces +net,+cgroup -- /bin/true"),
        case(Root, "run --namespaces +net --no-loopback -- /bin/true"),
        case(Root, "run --namespaces mnt,uts --hostname box -- /bin/true"),
        case(Root, "run --namespaces pid --proc bind -- /bin/true"),
        case(Root, "run --proc bind --boottime -1s --monotonic +0.5s -- /bin/true"),
        case(Root, "run --namespaces +user --no-no-new-privs -- /bin/true"),
        case(Root, "run --seccomp default --user nobody -- /bin/true"),
        case(Root, "run --capabilities default -- /bin/true"),
        case(Root, "run --cap-drop all --cap-add kill --user nobody -- /bin/true"),
        case(Root, "run --securebits noroot --capabilities chown -- /bin/true"),
        case(
            Root,
            "run --landlock-read / --landlock-write -/nope,/dev/null --landlock-bind-tcp 80 -- \
             /bin/true",
        ),
        case(Root, "run --landlock-execute /,/bin/true --user nobody -- /bin/true"),
        case(Root, "run --memory-deny-write --no-new-keyring -- /bin/true"),
        case(Root, "--landlock-read / --memory-deny-write --new-keyring -- /bin/true"),
    ]);
}

#[test]
fn as_a_user_the_namespaces_come_as_explained() {
    // PID 1 maps its own ids, each map and setgroups one openat and one write more.
    use Who::Nobody;
    hold(&[
        case(Nobody, "run -- /bin/true"),
        case(Nobody, "run --hostname box --boottime +30d --monotonic =0s -- /bin/true"),
        case(Nobody, "run --namespaces +net,+cgroup --uid 0 --gid 0 -- /bin/true"),
        case(Nobody, "run --namespaces -pid -- /bin/true"),
        case(Nobody, "run --seccomp default -- /bin/true"),
        case(Nobody, "--seccomp default -- /bin/true"),
        case(Nobody, "run --capabilities chown,kill -- /bin/true"),
        case(Nobody, "run --landlock-read / --no-landlock-devices -- /bin/true"),
        case(Nobody, "run --landlock-scope signal --landlock-log -- /bin/true"),
        case(Nobody, "--cap-drop all -- /bin/true"),
        case(Nobody, "run --seccomp default --seccomp-log refused -- /bin/true"),
        case(Nobody, "run FILE")
            .file("[[service]]\ncommand = [\"/bin/true\"]\nstdout = \"null\"\n"),
        case(Nobody, "run --uid 0 --gid 0 --user 0 --group 0 --nice 3 -- /bin/true"),
    ]);
}

/// A root with nearly everything that can be put into one.
const ROOT: &str = r#"
[root]
read-only = true

[[mount]]
source = "/usr"
target = "/usr"
read-only = true

[[mount]]
source = "/nope"
target = "/nope"
optional = true

[[mount]]
type = "tmpfs"
target = "/a/b/c"
size = "1MiB"

[[mount]]
type = "dir"
target = "/run/user"
mode = "0700"

[[mount]]
type = "file"
content = "root:x:0:0::/:/bin/false\n"
target = "/etc/passwd"

[[mount]]
type = "data"
content = "text"
target = "/etc/data"

[[mount]]
type = "symlink"
content = "usr/bin"
target = "/bin"

[[mount]]
type = "symlink"
content = "usr/lib"
target = "/lib"

[[mount]]
type = "symlink"
content = "usr/lib64"
target = "/lib64"

[[mount]]
type = "symlink"
content = "usr/bin"
target = "/bin"

[[mount]]
type = "proc"
target = "/proc"
hidepid = "invisible"

[[mount]]
type = "dev"
target = "/dev"

[[mount]]
type = "dev"
target = "/second/dev"

[[mount]]
type = "mask"
target = "/proc/interrupts"

[[mount]]
type = "lock"
target = "/etc"

[[mount]]
type = "mqueue"
target = "/dev/mqueue"

[[mount]]
type = "cgroup2"
target = "/cgroup"

[[mount]]
type = "chmod"
target = "/run/user"
mode = "0711"

[[mount]]
type = "remount"
target = "/a/b/c"
read-only = true

[[service]]
command = ["/bin/true"]
"#;

/// What is copied before everything else: with ids of the sandbox, and as a slave.
const EARLY: &str = r#"
[user]
uid-map = ["0 100000 9"]
gid-map = ["0 100000 9"]

[[mount]]
source = "/"
target = "/"
idmap = true

[[mount]]
source = "/etc"
target = "/mnt"
propagation = "slave"
"#;

#[test]
fn a_root_of_its_own_comes_as_explained() {
    // Outside copies are opened, the root is entered, and all of it is put to its place.
    use Who::{Nobody, Root};
    hold(&[
        case(Root, "run --root / -- /bin/true"),
        case(Nobody, "run --root / --read-only -- /bin/true"),
        case(Root, "run --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp -- /bin/true"),
        case(Nobody, "run --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp -- /bin/true"),
        case(Root, "run --root / --proc bind --no-root-dev --boottime +1d -- /bin/true"),
        case(Root, "run --root / --root-overlay tmpfs -- /bin/true"),
        case(Root, "run --root / --root-overlay tmpfs -- /bin/true").around(Around::Terminal),
        case(Nobody, "run --root / --overlay-src /etc --tmp-overlay /tmp -- /bin/true"),
        case(
            Root,
            "run --root / --overlay-src /etc --overlay-src /usr --ro-overlay /x -- /bin/true",
        ),
        case(Root, "run FILE").file(ROOT),
        case(Nobody, "run FILE").file(ROOT),
        case(Root, "run FILE -- /bin/true").file(EARLY),
    ]);
}

#[test]
fn maps_by_the_launcher_come_as_explained() {
    // The launcher writes both files and passes the gate; PID 1 waits there and becomes uid 0.
    hold(&[
        case(Who::Root, "run --uid-map 0:100000:65536 --gid-map 0:100000:65536 -- /bin/true"),
        case(Who::Root, "run --uid-map 0:0:1,1:100000:10 --gid-map 0:0:9 -- /bin/true"),
        case(
            Who::Root,
            "run --uid-map 0:0:9 --gid-map 0:0:9 --user 5 --group 5 --groups 1,2 -- /bin/true",
        ),
    ]);
}

#[test]
fn interfaces_come_as_explained() {
    // The launcher makes a pair while PID 1 waits at the gate, and takes it away at the end.
    let pair = "run --interface \
        name=eth0,veth=truth0,outer-address=10.77.0.1/30,address=10.77.0.2/30,gateway=10.77.0.1,\
        address=fd77::2/64,mtu=1300 -- /bin/true";
    hold(&[case(Who::Root, pair), case(Who::Root, "run --network none -- /bin/true")]);
}

#[test]
fn maps_by_programs_come_as_explained() {
    // The launcher asks what is granted, starts each program and waits for it; PID 1 at the gate.
    let granted = |words| case(Who::Nobody, words).around(Around::GrantedIds);
    hold(&[
        granted("run --uid-map auto --gid-map auto -- /bin/true"),
        granted("run --uid-map auto --gid-map auto --uid 9 --user 5 --groups 1,2 -- /bin/true"),
        granted("run --uid-map 0:100000:65536 -- /bin/true"),
        case(Who::Root, "run --uid-map auto --gid-map auto -- /bin/true"),
    ]);
}

/// Two services, of which one has limits of its own.
const LIMITED: &str = r#"
[sandbox]
namespaces = ["+cgroup"]

[limits]
cgroup = "CGROUP"

[[service]]
name = "log"
command = ["sleep", "100"]
hugetlb-max = { 2MiB = "64MiB" }

[[service]]
name = "web"
main = true
command = ["/bin/sh", "-c", "exit 3"]
after = ["log"]
"#;

#[test]
fn cgroups_come_as_explained() {
    // Made, limited, tried and entered; with a namespace, and with limits of services.
    let limited: &'static str = match Folder::new().fill("LIMIT").contains("pids") {
        true => LIMITED.replace("hugetlb-max = { 2MiB = \"64MiB\" }", "pids-max = 900").leak(),
        false => LIMITED,
    };
    hold(&[
        case(Who::Root, "run --cgroup CGROUP -- /bin/true"),
        case(Who::Nobody, "run --cgroup CGROUP LIMIT -- /bin/true"),
        case(Who::Root, "run --cgroup CGROUP LIMIT --namespaces +cgroup -- /bin/false").code(1),
        case(Who::Root, "run --cgroup CGROUP LIMIT --ro-bind / / -- /bin/true"),
        case(Who::Nobody, "run --cgroup CGROUP LIMIT --ro-bind / / --dev /dev -- /bin/true"),
        case(Who::Root, "run --cgroup CGROUP --namespaces +cgroup,-pid -- /bin/true"),
        case(Who::Nobody, "run FILE").file(limited).code(3),
        case(Who::Root, "run FILE").file(limited).code(3),
        case(Who::Root, "run --uid-map 0:100000:9 --gid-map 0:100000:9 FILE").file(limited).code(3),
    ]);
}

#[test]
fn joins_come_as_explained() {
    // The joiner enters and makes PID 1; the truth holds for whatever is ours already, too.
    hold(&[
        case(Who::Root, "run --join net=HOLDER -- /bin/true").joining("net"),
        case(Who::Root, "run --join pid=HOLDER --join time=HOLDER -- /bin/true")
            .joining("pid,time"),
        case(Who::Root, "run --join user=HOLDER --join uts=/proc/HOLDER/ns/uts -- /bin/true")
            .joining("user,uts"),
        case(Who::Root, "run --join net=/proc/self/ns/net -- /bin/true"),
        case(Who::Nobody, "run --join user=HOLDER --join net=HOLDER -- /bin/true").joining("net"),
    ]);
}

#[test]
fn a_process_is_entered_as_explained() {
    // The joiner hides, enters all at once, and stands where the process does; so does a user's.
    let all = "run --proc bind --namespaces -pid,-mnt,-uts,-ipc,-time --join pid=HOLDER \
               --join uts=HOLDER --join mnt=HOLDER --join-place HOLDER --user 0 -- /bin/true";
    let user = "run --proc bind --namespaces -pid,-mnt,-uts,-ipc,-time --join user=HOLDER \
                --join uts=HOLDER --join mnt=HOLDER --join-place HOLDER -- /bin/true";
    hold(&[
        case(Who::Root, all).joining("pid,uts,mnt"),
        case(Who::Root, user).joining("user,uts,mnt"),
        case(Who::Nobody, user).joining("uts,mnt"),
        case(Who::Root, "run --join-place HOLDER -- /bin/true").joining("uts"),
    ]);
}

#[test]
fn namespaces_are_kept_as_explained() {
    // The launcher waits for PID 1, mounts the place, and each kind on a file of its own.
    let all = "run --persist KEPT --namespaces +user,+net,+cgroup --boottime +1d -- /bin/true";
    let joined = "run --persist KEPT --join net=HOLDER --namespaces uts -- /bin/true";
    hold(&[
        case(Who::Root, all).around(Around::OwnMounts),
        case(Who::Root, joined).around(Around::OwnMounts).joining("net"),
    ]);
}

#[test]
fn ties_to_whoever_starts_it_come_as_explained() {
    // Asked for what they are open, told from outside, and waited at as the last of the set-up.
    let all = "run --sync-fd 43 --info-fd 40 --block-fd 42 -- /bin/true";
    hold(&[
        case(Who::Root, all).around(Around::Descriptors),
        case(Who::Nobody, all).around(Around::Descriptors),
        case(Who::Nobody, "run --disable-userns --lock-file /etc/passwd -- /bin/true"),
        case(Who::Root, "run --args 42 --args 43 -- /bin/true").around(Around::Descriptors),
        case(Who::Root, "run --info-fd 40 --boottime +1d --unshare-cgroup -- /bin/true")
            .around(Around::Descriptors),
    ]);
}

#[test]
fn services_come_as_explained() {
    // Three services and a chain of `after`: each one's own process does its own steps.
    hold(&[
        case(Who::Root, "run FILE").file(APPLIANCE).code(3),
        case(Who::Root, "run FILE -- /bin/true").file("[sandbox]\nhostname = \"box\"\n"),
        case(
            Who::Root,
            "run --restart on-failure --restart-limit 2 --restart-delay 5ms /bin/false",
        )
        .code(124),
        case(Who::Root, "run -- true"),
        case(Who::Root, "run --user nobody -- /bin/true"),
        case(Who::Root, "run --clear-env --env A=b --chdir /tmp --umask 077 -- /bin/true"),
        case(Who::Root, "run --stdin null --stdout null --stderr kmsg -- /bin/true"),
        case(Who::Root, "run --rlimits nofile=64:128 --oom-score-adj 7 --nice 2 -- /bin/true"),
    ]);
}

/// Services that say when they are ready, and one that has something to do before it stops.
const READINESS: &str = r#"
[[service]]
name = "checked"
command = ["sleep", "100"]
ready = { exec = ["test", "-d", "/"] }
start-timeout = "20s"
pre-stop = { exec = ["true"] }

[[service]]
name = "word"
command = ["/bin/sh", "-c", "echo >&5; exec sleep 101"]
ready = { fd = 5 }
user = "nobody"

[[service]]
name = "silent"
command = ["sleep", "102"]
ready = { tcp = 1 }

[[service]]
name = "web"
main = true
command = ["/bin/sh", "-c", "exit 3"]
after = ["checked", "word"]
"#;

/// A service with a log, in memory inside.
const LOGGED: &str = r#"
[root]
path = "/"

[[mount]]
type = "tmpfs"
target = "/mnt"

[[service]]
command = ["/bin/sh", "-c", "echo one; echo two >&2; exit 3"]
log = "/mnt/log"
"#;

/// A job that says that it is ready and is done then, and a service after it.
const NOTIFICATION: &str = r#"
[[service]]
name = "word"
command = ["systemd-notify", "--ready"]
ready = "notify"
watchdog = "1m"

[[service]]
name = "web"
main = true
command = ["/bin/sh", "-c", "exit 3"]
after = ["word"]
"#;

#[test]
fn readiness_comes_as_explained() {
    // The commands beside a service are processes of their own, as the plan has them.
    hold(&[
        case(Who::Root, "run FILE").file(LOGGED).code(3),
        case(Who::Root, "run FILE").file(READINESS).code(3),
        case(Who::Root, "--config FILE").file(READINESS).code(3),
        case(Who::Nobody, "--config FILE").file(NOTIFICATION).code(3),
        case(Who::Root, "-- /bin/true").managed(),
        case(Who::Root, "--termination-message /dev/null -- /bin/false").code(1),
        case(Who::Nobody, "run --termination-message /dev/null -- /bin/false").code(1),
        case(Who::Nobody, "--clear-env -- /bin/true").managed(),
        case(Who::Nobody, "run --json-status-fd 1 -- /bin/false").code(1),
        case(Who::Root, "--user nobody -- /bin/true").managed(),
        case(Who::Root, "run -- /bin/true").managed(),
        case(Who::Root, "--config FILE").file(NOTIFICATION).code(3).managed(),
        case(Who::Root, "-- /bin/true").managed().first_process(),
    ]);
}

#[test]
fn the_entrypoint_comes_as_explained() {
    // No launcher: what is asked and what is done is one process.
    hold(&[
        case(Who::Root, "-- /bin/true"),
        case(Who::Nobody, "-- /bin/true"),
        case(Who::Root, "--user nobody --new-session --no-new-privs -- true"),
        case(Who::Root, "--config FILE").file("[[service]]\ncommand = [\"/bin/true\"]\n"),
        case(Who::Root, "-- /bin/true").first_process(),
        case(Who::Root, "run -- /bin/true").first_process(),
    ]);
}

#[test]
fn terminals_and_an_ignored_sigchld_come_as_explained() {
    // In the foreground the service's group is brought there; SIGCHLD is ignored again before exec.
    hold(&[
        case(Who::Root, "run -- /bin/true").around(Around::Terminal),
        case(Who::Nobody, "run -- /bin/true").around(Around::Terminal),
        case(Who::Root, "-- /bin/true").around(Around::Terminal),
        case(Who::Root, "run --terminal none -- /bin/true").around(Around::Terminal),
        case(Who::Root, "run --terminal own -- /bin/true").around(Around::FreeTerminal),
        case(Who::Root, "run -- /bin/true").around(Around::IgnoredChildren),
        case(Who::Root, "-- /bin/true").around(Around::IgnoredChildren),
    ]);
}

#[test]
fn a_launch_makes_at_most_forty_calls() {
    // Launcher from behind its own execve, PID 1 whole, the service's process with its execve.
    for who in [Who::Root, Who::Nobody] {
        let folder = Folder::new();
        let (trace, code) = trace(&case(who, "run -- /bin/true"), &folder, &None);
        assert_eq!(code, 0);
        let plan = explain(&case(who, "run -- /bin/true"), &folder, &None);
        let Processes { started: launcher, supervisor: init, services, .. } =
            Processes::find(&trace, &folder, &plan);
        let service = services[0];
        let child = service.iter().position(Call::is_exec).unwrap() + 1;
        let all = launcher.len() + init.len() + child;
        println!("{who:?}: {all} = {} + {} + {child}", launcher.len(), init.len());
        let names =
            |calls: &[Call]| calls.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(" ");
        assert!(
            all <= 40,
            "{who:?}: {all} calls\n  launcher: {}\n  PID 1: {}\n  service: {}",
            names(launcher),
            names(init),
            names(&service[..child])
        );
    }
}
