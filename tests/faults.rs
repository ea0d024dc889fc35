//! The anomaly ring: every system call of a launch fails once.
//!
//! A first launch is traced and its calls are held against the plan: each is a question asked
//! before the plan is made, part of a step, or of a loop behind the last step. Then the launch is
//! done again for each of them, and this one call returns EPERM, then ENOMEM. A step that fails is
//! reported as `step N of M`, with exit code 125; whatever is survived, is survived with the right
//! result. In either case nothing is left: no process, no mount.
//!
//! What a failing call may do beyond that is a line of [`EXCEPTIONS`], with its reason. Calls are
//! made to fail by a tracer of our own (`ring/tracer.rs` says why it is not strace).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ring {
    pub mod calls;
    pub mod cgroup;
    pub mod explained;
    pub mod holder;
    pub mod json;
    pub mod launch;
    pub mod links;
    pub mod names;
    #[allow(dead_code)] // what other tests look at there
    #[path = "../support/proc.rs"]
    pub mod proc;
    pub mod tool;
    pub mod tracer;
}

use std::collections::BTreeMap;
use std::process::Command;

use ring::calls::align;
use ring::explained::{Explained, Step};
use ring::holder::Holder;
use ring::launch::{Around, Folder, become_nobody, is_root, surround};
use ring::links::Links;
use ring::names::name_of;
use ring::tracer::{Launch, Place, Role, launch};

/// A wire with an end to be moved, and a way out for pasta(1).
const WIRE: &[&str] = &[
    "link add wire0 type veth peer name wire1",
    "addr add 10.78.1.1/24 dev wire1",
    "link set wire1 up",
    "route add default via 10.78.1.2",
    "addr add fd78::1/64 dev wire1 nodad",
    "-6 route add default via fd78::2 dev wire1",
];

/// What the workload exits with: nothing of ours does.
const RIGHT: i32 = 7;

/// The errors that are returned.
const ERRNOS: [(&str, i32); 2] = [("EPERM", libc::EPERM), ("ENOMEM", libc::ENOMEM)];

/// A call that is made so often in a loop fails only so often: a look into /proc has as many calls
/// as the machine has processes.
const LOOP_MAX: usize = 24;

/// What a call is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The file is read.
    File,
    /// What else is asked before the plan is made.
    Question,
    /// What is to be joined is looked at.
    Join,
    /// The step with this number, from 1.
    Step(usize),
    /// The program that is started for the step with this number, until it is executed.
    Tool(usize),
    /// A process that stands beside the launcher from some step on.
    Helper,
    /// A step that is gone on without when it fails.
    Dispensable,
    /// What is done when all steps are done.
    Loop,
}

/// How a launch may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// With the workload's exit code and without a word.
    Right,
    /// With this exit code and a message that names the step.
    Named(i32),
    /// With exit code 125 and a message that has this text.
    Told(&'static str),
    /// Right, or told with any text.
    RightOrTold,
}

/// A call that does not end as its part does: its name, its part, how it ends, and why.
struct Exception(&'static str, fn(Part) -> bool, End, #[allow(dead_code)] &'static str);

const fn step(part: Part) -> bool {
    matches!(part, Part::Step(_))
}

const fn tool(part: Part) -> bool {
    matches!(part, Part::Tool(_))
}

/// The joiner is made by step 3.
const fn fork(part: Part) -> bool {
    matches!(part, Part::Step(3))
}

/// The launcher waits for PID 1 by step 5.
const fn keeping(part: Part) -> bool {
    matches!(part, Part::Step(5))
}

/// The launcher waits for PID 1 by one of these, behind what it keeps.
const fn awaiting(part: Part) -> bool {
    matches!(part, Part::Step(5..=7))
}

const fn question(part: Part) -> bool {
    matches!(part, Part::Question)
}

const fn in_loop(part: Part) -> bool {
    matches!(part, Part::Loop)
}

const fn anywhere(_: Part) -> bool {
    true
}

const EXCEPTIONS: &[Exception] = &[
    Exception("rt_sigaction", tool, End::Right, "it cannot fail, and is of no need to them"),
    Exception("rt_sigprocmask", tool, End::Right, "as before"),
    Exception("exit_group", tool, End::Right, "it is made until it succeeds"),
    Exception("close", anywhere, End::Right, "the descriptor is gone anyway (close(2))"),
    Exception("execve", step, End::Named(126), "the command is there and cannot be executed"),
    Exception("clone3", step, End::RightOrTold, "for EPERM, a filter's, there is clone(2)"),
    Exception("wait4", step, End::RightOrTold, "it says no child or waits; then the pidfd knows"),
    Exception("clock_gettime", step, End::Right, "it cannot fail; zero is taken for the time"),
    Exception("getcwd", step, End::Right, "then we stand at the root inside"),
    Exception("chdir", step, End::RightOrTold, "as before, where nobody asked for the directory"),
    Exception("umask", step, End::RightOrTold, "it cannot fail; rustix asserts so when debugged"),
    Exception("uname", question, End::RightOrTold, "as before"),
    Exception(
        "capget",
        question,
        End::RightOrTold,
        "it cannot fail; we go on as without privilege",
    ),
    Exception(
        "seccomp",
        question,
        End::Told("needs filters of system calls"),
        "a filter that was asked for is not left out",
    ),
    Exception("ppoll", keeping, End::RightOrTold, "what PID 1 has said is there without it, too"),
    Exception("read", keeping, End::RightOrTold, "as before"),
    Exception("faccessat", step, End::Right, "a name that is not there is found out later, too"),
    Exception("wait4", fork, End::Right, "the joiner's pidfd tells its end as well"),
    Exception("read", fork, End::Right, "who PID 1 is, is asked again"),
    Exception("prctl", in_loop, End::RightOrTold, "what PID 1 keeps is told, and no reason to end"),
    Exception("capget", in_loop, End::RightOrTold, "as before"),
    Exception("capset", in_loop, End::RightOrTold, "as before"),
    Exception("seccomp", in_loop, End::RightOrTold, "as before"),
    Exception(
        "landlock_create_ruleset",
        question,
        End::Told("needs version"),
        "what was asked of Landlock is not left out",
    ),
    Exception("pwritev2", step, End::RightOrTold, "where a filter denies it there is write(2)"),
    Exception("ppoll", awaiting, End::RightOrTold, "what PID 1 has said is there without it, too"),
    Exception("read", awaiting, End::RightOrTold, "as before"),
    Exception("keyctl", step, End::RightOrTold, "a filter's EPERM is for everybody below as well"),
    Exception("unlinkat", step, End::Right, "what a killed one has left may not be there"),
    Exception(
        "unlinkat",
        in_loop,
        End::RightOrTold,
        "what stays behind at a path that was said is in the way of the next one",
    ),
    Exception("pipe2", in_loop, End::Told("for readiness"), "it is made for a step of the service"),
    Exception("getpid", step, End::RightOrTold, "it cannot fail; nobody's PID is 0"),
    Exception("getdents64", step, End::Right, "what others have left is left"),
    Exception("flock", step, End::RightOrTold, "another name is tried, or it is told"),
    Exception("unlinkat", in_loop, End::RightOrTold, "it is told that the cgroup is left"),
    Exception("getpid", in_loop, End::RightOrTold, "it cannot fail; nobody's PID is 0"),
    Exception("ioctl", in_loop, End::RightOrTold, "PIDFD_GET_INFO alone knows; else it is lost"),
];

/// How a launch ends when this call of this part fails.
fn due(part: Part, call: &str) -> End {
    let exception =
        EXCEPTIONS.iter().find(|Exception(name, is_part, ..)| *name == call && is_part(part));
    match (exception, part) {
        (Some(Exception(_, _, end, _)), _) => *end,
        (None, Part::Step(_) | Part::Tool(_)) => End::Named(125),
        (None, Part::File) => End::Told("read \""),
        (None, Part::Join | Part::Helper) => End::RightOrTold,
        (None, Part::Question | Part::Dispensable | Part::Loop) => End::Right,
    }
}

/// A launch whose calls fail one by one.
struct Case {
    is_nobody: bool,
    around: Around,
    /// The words between `nsinit` and the command; `FILE` stands for the case's file.
    words: &'static str,
    file: &'static str,
}

impl Case {
    /// The command to launch; `verb` stands in front, and `mark` is an argument of everything.
    fn command(&self, folder: &Folder, verb: &[&str], mark: &str) -> Command {
        let text = folder.fill(self.file);
        let path = if self.file.is_empty() { "" } else { &folder.write_own(&text) };
        let mut command = Command::new(folder.nsinit());
        let words = folder.fill(self.words);
        let words = words.split(' ').map(|word| word.replace("FILE", path));
        let _ = command.args(verb).args(words); // itself
        let _ = command.args(["--", "/bin/sh", "-c", "exit 7", mark]); // itself
        folder.place(&self.all_words(), self.around, &mut command);
        command
    }

    /// Everything that is said.
    fn all_words(&self) -> String {
        format!("{} {}", self.words, self.file)
    }

    /// Whether it has a cgroup.
    fn has_cgroup(&self) -> bool {
        self.around == Around::OwnCgroup || self.all_words().contains("CGROUP")
    }

    fn explain(&self, folder: &Folder) -> Explained {
        let is_entrypoint = !self.words.starts_with("run");
        let verb: &[&str] = if is_entrypoint {
            &["explain", "--json", "entrypoint"]
        } else {
            &["explain", "--json"]
        };
        let (mut command, _keep) = surround(self.command(folder, verb, "explain"), self.around);
        if self.is_nobody && is_root() {
            become_nobody(&mut command);
        }
        let output = command.output().unwrap();
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "explain {}: {trouble}", self.words);
        Explained::read(std::str::from_utf8(&output.stdout).unwrap())
    }

    fn launch(
        &self,
        plan: &Explained,
        folder: &Folder,
        mark: &str,
        fault: Option<(Place, i32)>,
    ) -> Launch {
        let (command, _keep) = surround(self.command(folder, &[], mark), self.around);
        let is_nobody = self.is_nobody && is_root();
        launch(command, plan.has_launcher(), &copies(plan), is_nobody, fault)
    }
}

/// The copies of itself that the launcher makes, in their order.
fn copies(plan: &Explained) -> Vec<Role> {
    let role = |step: &Step| match (step.actor.as_str(), step.act.as_str()) {
        ("outer", "make a user namespace to map mounts by") => Some(Role::Mapper),
        ("outer", "keep a process that brings moved interfaces back") => Some(Role::Keeper),
        ("outer", _) if step.is_pasta() => Some(Role::Pasta),
        ("outer", "make a process that joins") => Some(Role::Joiner),
        ("outer", act) if act.starts_with("clone into ") => Some(Role::Init),
        (_, _) => None,
    };
    plan.steps.iter().filter_map(role).collect()
}

/// What each call of a launch is part of.
fn parts(plan: &Explained, has_file: bool, calls: &[Place]) -> BTreeMap<Place, Part> {
    let mut parts = BTreeMap::new();
    let mut roles: Vec<Role> = calls.iter().map(|place| place.role).collect();
    roles.sort_unstable();
    roles.dedup();
    for role in roles {
        let own: Vec<Place> = calls.iter().filter(|place| place.role == role).copied().collect();
        if matches!(role, Role::Mapper | Role::Keeper | Role::Pasta) {
            parts.extend(own.into_iter().map(|place| (place, Part::Helper)));
            continue;
        }
        let names: Vec<&str> = own.iter().map(|place| name_of(place.call)).collect();
        let wanted = wanted(plan, has_file, role);
        let words: Vec<&str> = wanted.iter().map(|(word, _)| *word).collect();
        let found = align(&words, &names, &|_| true)
            .unwrap_or_else(|| panic!("{role:?} does not do what was explained: {names:?}"));
        let mut spawns = plan.steps.iter().enumerate().filter(|(_, step)| step.is_spawn());
        for (index, place) in own.into_iter().enumerate() {
            let is_spawn = name_of(place.call) == "clone3";
            let part = match found.get(index) {
                Some(which) => wanted[*which].1,
                None if is_spawn => Part::Step(spawns.next().map_or(0, |(number, _)| number + 1)),
                None => Part::Loop,
            };
            let _ = parts.insert(place, part); // each place is one call
        }
    }
    parts
}

/// The calls that a role is to make, and what each is part of.
fn wanted(plan: &Explained, has_file: bool, role: Role) -> Vec<(&str, Part)> {
    if let Role::Tool(number) = role {
        let is_it = |step: &Step| step.is_tool() || step.is_trial() || step.is_pasta();
        let mut tools = plan.steps.iter().zip(1..).filter(|(step, _)| is_it(step));
        let (step, number) = tools.nth(usize::from(number)).unwrap();
        if step.is_trial() {
            return vec![("exit_group", Part::Tool(number))];
        }
        let mut calls = vec!["rt_sigaction", "rt_sigprocmask", "execve", "exit_group?"];
        if step.is_pasta() {
            drop(calls.splice(2..2, ["prctl", "getppid", "dup3"]));
        }
        return calls.into_iter().map(|call| (call, Part::Tool(number))).collect();
    }
    let actors: &[&str] = match (role, plan.has_launcher()) {
        (Role::Started, true) => &["outer"],
        (Role::Joiner, _) => &["joiner"],
        (Role::Started, false) | (Role::Init, _) => &["inner"],
        (Role::Tool(_) | Role::Mapper | Role::Keeper | Role::Pasta, _) => &[],
        (Role::Service(number), _) => &[plan.services()[usize::from(number)].0],
    };
    // Behind the first call a file is opened, read and closed, when there is one.
    let file = if has_file { 1..7 } else { 0..0 };
    // What is to be joined, or where it is kept, is looked at when the kernel's version is known.
    let keeps = plan.steps.iter().any(|step| step.act.starts_with("keep the "));
    let looks = |word: &String| word == "uname" && (plan.has_joiner() || keeps);
    let joins = plan.asks.iter().position(looks);
    let part = |index| match (file.contains(&index), joins) {
        (true, _) => Part::File,
        (false, Some(uname)) if index > uname => Part::Join,
        (false, _) => Part::Question,
    };
    let asks = plan.asks.iter().enumerate().filter(|_| role == Role::Started);
    let mut wanted: Vec<_> = asks.map(|(index, word)| (word.as_str(), part(index))).collect();
    for (index, step) in plan.steps.iter().enumerate() {
        if actors.contains(&step.actor.as_str()) && !step.is_spawn() {
            let part = match step.is_dispensable {
                true => Part::Dispensable,
                false => Part::Step(index + 1),
            };
            wanted.extend(step.calls.iter().map(|word| (word.as_str(), part)));
        }
    }
    wanted
}

/// What is wrong with how a launch ended.
fn fault_of(run: &Launch, call: &str, part: Part, end: End, steps: usize) -> Option<String> {
    let code = run.code.map_or("killed".into(), |code| format!("exit code {code}"));
    if run.is_late || run.outlived_by > 0 {
        return Some(format!("{code}, late: {}, outlived by {}", run.is_late, run.outlived_by));
    }
    let is_right = run.code == Some(RIGHT);
    let is_named = |code| {
        let (Part::Step(number) | Part::Tool(number)) = part else { return false };
        // The last look-up of one step and the first one of the next cannot be told apart.
        let last = if call == "openat2" { number + 1 } else { number };
        let place = |number: usize| format!(": step {number} of {steps}: ");
        let is_placed = (number..=last).any(|number| run.said.contains(&place(number)));
        run.code == Some(code) && is_placed && run.said.lines().count() <= 3
    };
    let is_told = |text: &str| run.code == Some(125) && run.said.contains(text);
    let is_due = match end {
        End::Right => is_right && run.said.is_empty(),
        End::Named(code) => is_named(code),
        End::Told(text) => is_told(text),
        End::RightOrTold => is_right || is_told(": "),
    };
    (!is_due).then(|| format!("{code}, said {:?}", run.said))
}

/// The processes that have `mark` among their arguments.
fn marked(mark: &str) -> Vec<String> {
    ring::proc::pids()
        .into_iter()
        .filter_map(|pid| {
            let words = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?; // it may be gone
            let is_marked = words.split(|byte| *byte == 0).any(|word| word == mark.as_bytes());
            is_marked.then(|| format!("{pid}: {}", String::from_utf8_lossy(&words)))
        })
        .collect()
}

/// What is mounted.
fn mounts() -> String {
    std::fs::read_to_string("/proc/self/mountinfo").unwrap()
}

/// Fails every call of a launch, one after the other.
fn hold(case: &Case) {
    hold_those(case, &|_| true);
}

/// Fails those of whoever stands beside the launcher, and of what these start.
fn hold_beside(case: &Case) {
    hold_those(case, &|role| {
        matches!(role, Role::Mapper | Role::Keeper | Role::Pasta | Role::Tool(_))
    });
}

/// Whether that is what this step does.
fn is_step(plan: &Explained, number: usize, act: &str) -> bool {
    plan.steps.get(number - 1).is_some_and(|step| step.act.contains(act))
}

/// Whether that one call does not fail.
fn is_spared(case: &Case, role: Role, call: &str, part: Part) -> bool {
    // The first instruction blocks signals, and nothing else holds back what a terminal sends.
    let is_first = (call, part) == ("rt_sigprocmask", Part::Question);
    // It is closed whatever close(2) says, and its end is waited for on the other side.
    let is_awaited = (role, call) == (Role::Mapper, "close");
    is_first && case.around == Around::Terminal || is_awaited
}

/// How this launch ends when that call of this part fails.
fn due_of(case: &Case, plan: &Explained, place: Place, part: Part) -> End {
    let call = name_of(place.call);
    // What cannot be known of cgroups is a reason to refuse.
    match (part, case.has_cgroup()) {
        (Part::Question, true) => End::RightOrTold,
        // How a trial ended; when that is not known, the other way is taken.
        (Part::Step(_), true) if call == "ioctl" => End::Right,
        // Nobody else knows which process is PID 1.
        (Part::Loop, _) if (place.role, call) == (Role::Joiner, "write") => {
            End::Told("new namespaces")
        }
        // Who cannot note the group comes to the front, too.
        (Part::Step(number), _) if call == "fcntl" && is_step(plan, number, "foreground") => {
            End::Right
        }
        // Where we stood is not asked for; else we stand at the root.
        (Part::Step(number), _) if is_step(plan, number, "return to our directory") => {
            End::RightOrTold
        }
        (_, _) => due(part, call),
    }
}

fn hold_those(case: &Case, is_due: &dyn Fn(Role) -> bool) {
    assert!(
        case.is_nobody || is_root(),
        "this case is about root: run the tests as root, or in a container that is"
    );
    // Its outer end has a name that is there once.
    let has_links = ["interface", "pasta"].iter().any(|word| case.words.contains(word));
    let links = has_links.then(|| Links::new(WIRE));
    let folder = Folder::new();
    let plan = case.explain(&folder);
    let before = mounts();
    let mark = format!("mark-{}", folder.path("").display());
    let whole = case.launch(&plan, &folder, &mark, None);
    assert_eq!((whole.code, whole.said.as_str()), (Some(RIGHT), ""), "{}", case.words);
    let parts = parts(&plan, !case.file.is_empty(), &whole.calls);
    let mut findings = Vec::new();
    let mut counts = [0usize; 2];
    for (place, part) in parts.iter().filter(|(place, _)| is_due(place.role)) {
        if *part == Part::Loop && place.before >= LOOP_MAX {
            continue;
        }
        let call = name_of(place.call);
        if is_spared(case, place.role, call, *part) {
            continue;
        }
        let end = due_of(case, &plan, *place, *part);
        for (errno, number) in ERRNOS {
            let run = case.launch(&plan, &folder, &mark, Some((*place, number)));
            let head = format!("{:?} {call}#{} {part:?}: {errno}", place.role, place.before + 1);
            counts[usize::from(run.code == Some(RIGHT))] += 1;
            // The number of rounds of a loop is not the same each time; nor is it that of the words
            // that come while PID 1 is made by another.
            let is_word = plan.has_joiner() && fork(*part) && call == "read";
            let is_any_number = matches!(part, Part::Loop | Part::Helper) || is_word;
            if !run.is_reached && !is_any_number {
                findings.push(format!("{head}: was not made again"));
            }
            if let Some(wrong) = fault_of(&run, call, *part, end, plan.steps.len()) {
                findings.push(format!("{head}: {wrong}, due: {end:?}"));
            }
            let left = marked(&mark);
            if !left.is_empty() {
                findings.push(format!("{head}: left {left:?}"));
            }
            let left = if case.has_cgroup() { folder.cgroup().left() } else { Vec::new() };
            // What the launcher cannot remove at the end, the next one does.
            if !left.is_empty() && (*part, place.role) != (Part::Loop, Role::Started) {
                findings.push(format!("{head}: left {left:?}"));
            }
            if mounts() != before {
                findings.push(format!("{head}: left a mount"));
            }
            if let Some(Err(names)) = links.as_ref().map(Links::settle) {
                findings.push(format!("{head}: left or lost interfaces {names}"));
                // The next launch would lack them.
                panic!("nsinit {}:\n  {}", case.words, findings.join("\n  "));
            }
        }
    }
    println!(
        "{}: {} calls, {} failures, {} survived",
        case.words,
        parts.len(),
        counts[0],
        counts[1]
    );
    assert!(findings.is_empty(), "nsinit {}:\n  {}", case.words, findings.join("\n  "));
}

#[test]
fn as_root_every_call_may_fail() {
    // Clocks, names and a network: some forty steps' calls, each one reported by its step.
    hold(&Case {
        is_nobody: false,
        around: Around::Nothing,
        words: "run --hostname box --domainname lan --boottime +30d --monotonic =0s --loopback",
        file: "",
    });
}

#[test]
fn as_a_user_every_call_may_fail() {
    // PID 1 writes its own maps: each openat and write of them is reported by its step.
    hold(&Case {
        is_nobody: true,
        around: Around::Nothing,
        words: "run --hostname box --boottime +30d",
        file: "",
    });
}

#[test]
fn with_a_root_of_its_own_every_call_may_fail() {
    // Whatever fails between the first copy and the last mount, it is one step and nothing is left.
    let words = "run --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --dir /tmp/a/b \
                 --symlink x /tmp/link --perms 0700 --dir /tmp/c --chmod 0711 /tmp/c \
                 --stdin null --stderr file=/dev/stderr --stdout file=/dev/null --cwd /usr";
    let overlays = "run --root / --root-overlay tmpfs --overlay-src /etc --overlay-src /usr \
                    --ro-overlay /tmp --no-root-dev --proc bind";
    for (words, is_nobody) in [(words, false), (words, true), (overlays, false)] {
        hold(&Case { is_nobody, around: Around::Nothing, words, file: "" });
    }
}

#[test]
fn with_maps_by_the_launcher_every_call_may_fail() {
    // A launcher that cannot write a map must not leave PID 1 waiting at the gate.
    hold(&Case {
        is_nobody: false,
        around: Around::Nothing,
        words: "run --uid-map 0:100000:65536 --gid-map 0:100000:65536",
        file: "",
    });
}

#[test]
fn with_maps_by_programs_every_call_may_fail() {
    // What cannot be asked is not used to refuse; a program that cannot be started is told.
    for words in ["run --uid-map 0:100000:9 --gid-map 0:100000:9", "run --uid-map 0:100000:9"] {
        hold(&Case { is_nobody: true, around: Around::GrantedIds, words, file: "" });
    }
}

#[test]
fn in_a_cgroup_every_call_may_fail() {
    // Made, limited, tried, entered, removed; as root beside ourselves, as a user aside.
    for words in [
        "run --cgroup CGROUP LIMIT",
        "run --cgroup CGROUP --namespaces +cgroup,-pid",
        "run --cgroup CGROUP --ro-bind / /",
    ] {
        hold(&Case { is_nobody: false, around: Around::Nothing, words, file: "" });
    }
    hold(&Case { is_nobody: true, around: Around::OwnCgroup, words: "run LIMIT", file: "" });
}

#[test]
fn with_namespaces_of_others_every_call_may_fail() {
    // The joiner's failures are the launcher's to tell, and nobody stays behind that it made.
    for words in [
        "run --join net=HOLDER --join uts=/proc/HOLDER/ns/uts",
        "run --join net=HOLDER --join uts=HOLDER",
        "run --join user=HOLDER",
        "run --join user=HOLDER --join uts=HOLDER --join-place HOLDER --proc bind --namespaces uts",
    ] {
        let folder = Folder::new();
        let holder = Holder::of("net,uts,user", false, &folder).unwrap();
        let words = words.replace("HOLDER", &holder.pid.to_string());
        hold(&Case { is_nobody: false, around: Around::Nothing, words: words.leak(), file: "" });
    }
}

#[test]
fn while_namespaces_are_kept_every_call_may_fail() {
    // The directory is there from the second launch on; the mounts end with each launch.
    let words = "run --persist KEPT --namespaces uts,time,mnt";
    hold(&Case { is_nobody: false, around: Around::OwnMounts, words, file: "" });
}

#[test]
fn as_an_entrypoint_every_call_may_fail() {
    // One process that supervises and one that becomes the command.
    hold(&Case {
        is_nobody: false,
        around: Around::Nothing,
        words: "--no-new-privs --umask 022",
        file: "",
    });
}

#[test]
fn with_a_filter_every_call_may_fail() {
    // A service that cannot be filtered is not started; the question comes before the plan.
    for words in ["run --seccomp default", "--seccomp default --seccomp-log allowed"] {
        hold(&Case { is_nobody: false, around: Around::Nothing, words, file: "" });
    }
}

#[test]
fn while_rights_are_taken_away_every_call_may_fail() {
    // A service that keeps what it should not have is not started.
    for (is_nobody, words) in [
        (false, "run --capabilities net_raw --user 65534 --securebits noroot"),
        (true, "run --cap-drop all"),
        (true, "--cap-drop all"),
        (true, "run --landlock-read / --landlock-bind-tcp 80 --memory-deny-write"),
        (false, "--landlock-write / --no-landlock-devices"),
    ] {
        hold(&Case { is_nobody, around: Around::Nothing, words, file: "" });
    }
}

#[test]
fn with_a_word_of_readiness_every_call_may_fail() {
    // The command says nothing and is waited for by nobody, so only what is made for it can fail.
    for words in
        ["--ready fd=3", "--watchdog 1m", "--ready notify --user 65534", "run --ready notify"]
    {
        hold(&Case { is_nobody: false, around: Around::Nothing, words, file: "" });
    }
}

#[test]
fn with_a_program_that_is_told_every_call_may_fail() {
    // Who PID 1 is has to be told.
    let words = "run --json-status-fd 1";
    hold(&Case { is_nobody: false, around: Around::Nothing, words, file: "" });
}

#[test]
fn with_a_log_every_call_may_fail() {
    // Looks like a log in memory inside, of which nothing can be left outside.
    let file = "[root]\npath = '/'\n[[mount]]\ntype = 'tmpfs'\ntarget = '/mnt'\n\
                [[service]]\ncommand = ['/bin/true']\nlog = '/mnt/log'\n";
    hold(&Case { is_nobody: false, around: Around::Nothing, words: "run FILE", file });
}

#[test]
fn with_an_interface_every_call_may_fail() {
    // A pair that stayed would be in the way of the next launch, which makes one of its name.
    hold(&Case {
        is_nobody: false,
        around: Around::Nothing,
        words: "run --interface name=eth0,veth=fault0,address=10.78.0.2/30,gateway=10.78.0.1",
        file: "",
    });
}

#[test]
fn with_mounts_of_other_ids_every_call_may_fail() {
    // Looks like nobody left whose user namespace that was.
    let maps = "--uid-map 0:100000:65536 --gid-map 0:100000:65536";
    let mapped = format!("run {maps} FILE");
    let file = "[root]\npath = '/'\n[[mount]]\ntype = 'bind'\nsource = '/usr'\n\
                target = '/usr'\nidmap = true\n[[service]]\ncommand = ['/bin/true']\n";
    hold_beside(&Case { is_nobody: false, around: Around::Nothing, words: mapped.leak(), file });
}

#[test]
fn with_whoever_brings_interfaces_back_every_call_may_fail() {
    // Looks like a wire that is outside again, each time.
    let words = "run --interface name=eth0,move=wire0";
    hold_beside(&Case { is_nobody: false, around: Around::Nothing, words, file: "" });
}

#[test]
fn with_pasta_every_call_may_fail() {
    // Looks like no pasta(1) that goes on, each time.
    let words = "run --network pasta";
    hold_beside(&Case { is_nobody: true, around: Around::Tun, words, file: "" });
}

#[test]
fn with_ties_to_whoever_starts_it_every_call_may_fail() {
    // A PID 1 that nobody outside was told of, or that cannot wait for him, starts nothing.
    for is_nobody in [false, true] {
        let words = "run --sync-fd 43 --info-fd 40 --block-fd 42 --lock-file /etc/passwd";
        hold(&Case { is_nobody, around: Around::Descriptors, words, file: "" });
    }
}

#[test]
fn with_a_control_socket_every_call_may_fail() {
    // Asked for, it must be there; a file that only has a name does without it (SERVICE, below).
    for (is_nobody, words) in [
        (false, "run --control true --name faults"),
        (true, "run --control true"),
        (false, "--control true"),
        (false, "run --control /tmp/nsinit-faults"),
    ] {
        hold(&Case { is_nobody, around: Around::Nothing, words, file: "" });
    }
}

#[test]
fn without_a_pid_namespace_every_call_may_fail() {
    // Nothing ends with PID 1 by itself: each process has to see to its end.
    hold(&Case {
        is_nobody: true,
        around: Around::Nothing,
        words: "run --namespaces -pid",
        file: "",
    });
}

#[test]
fn at_a_terminal_every_call_may_fail() {
    // Nothing about the terminal but handing it over may keep the workload from its work.
    for words in ["run", "--no-new-privs"] {
        hold(&Case { is_nobody: false, around: Around::Terminal, words, file: "" });
    }
}

#[test]
fn with_a_terminal_of_its_own_every_call_may_fail() {
    // The service makes a session and takes its standard input as the session's terminal.
    hold(&Case {
        is_nobody: true,
        around: Around::FreeTerminal,
        words: "run --terminal own",
        file: "",
    });
}

/// A service of which everything is said.
const SERVICE: &str = r#"
[[service]]
command = ["overruled"]
stdin = "null"
stdout = { file = "/dev/null" }
umask = "027"
nice = 5
oom-score-adj = 100
rlimits = { nofile = "256" }
user = "nobody"
cwd = "/tmp"
env = { TZ = "UTC" }
"#;

#[test]
fn in_a_service_with_everything_every_call_may_fail() {
    // Redirections, limits and the change of user happen in memory that PID 1 has lent.
    hold(&Case {
        is_nobody: false,
        around: Around::IgnoredChildren,
        words: "run FILE",
        file: SERVICE,
    });
}
