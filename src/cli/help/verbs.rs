//! What each verb does, how it is called, and its flags: lines of `help`, and `help VERB`.

use crate::cli::flow::Flow;
use crate::cli::out::Out;
use crate::text::{Show, Sink, put};

/// A verb.
pub struct Verb {
    /// Its name.
    name: &'static str,
    /// How it is called, behind `nsinit `.
    form: &'static str,
    /// What it does, on one line.
    short: &'static str,
    /// The rest that is to be known.
    long: &'static str,
    /// Its flags with their values, and what they do; those of keys stand elsewhere.
    flags: &'static [(&'static str, &'static str)],
}

impl Verb {
    /// Whether its name is said; the entrypoint begins with flags or its command.
    pub fn is_said(&self) -> bool {
        self.name != ENTRYPOINT
    }
}

/// What has no name on a command line.
const ENTRYPOINT: &str = "entrypoint";

const JSON: (&str, &str) = ("--json", "For programs.");
/// Flags of whoever starts something that are no keys.
pub const OF_NO_KEY: [(&str, &str); 2] = [
    ("--config FILE", "The file, under any name."),
    ("-v, --verbose", "Tell while all goes well, too."),
];

const NO_WAIT: (&str, &str) = ("--no-wait", "Come back when it is ordered, not when it is done.");

/// Those that start something.
const STARTING: [Verb; 3] = [
    Verb {
        name: "run",
        form: "run [FLAGS] [FILE] [--] [COMMAND…]",
        short: "new namespaces, then supervise",
        long: "PID 1 inside is nsinit, which starts the services of FILE (.toml, nsinit.toml(5)), \
               or COMMAND; with both, COMMAND is that of the main service. It ends when that \
               does, with its exit code. nsinit help lists the flags; nsinit explain run … says \
               what would be done.",
        flags: &OF_NO_KEY,
    },
    Verb {
        name: ENTRYPOINT,
        form: "[FLAGS] -- COMMAND…",
        short: "supervise where we are",
        long: "The entrypoint of a container, as PID 1 or as a subreaper: signals go to COMMAND, \
               orphans are reaped, the exit code is COMMAND's. It takes the flags of a service.",
        flags: &[
            ("--config FILE", "A file with several services."),
            ("-v, --verbose", "Tell while all goes well, too."),
        ],
    },
    Verb {
        name: "init",
        form: "init [FLAGS] [FILE] [--] [COMMAND…]",
        short: "be the kernel's init",
        long: "Sets the machine up, supervises, and leaves it as --farewell says. Where nsinit is \
               /init of an initramfs it is chosen by itself, and asked by the kernel command line: \
               nsinit.KEY=VALUE.",
        flags: &[],
    },
];

/// Those that look at what would be.
const LOOKING: [Verb; 2] = [
    Verb {
        name: "explain",
        form: "explain [--json] [VERB] …",
        short: "print the plan, touch nothing",
        long: "VERB is run, entrypoint or init, with what it takes, or enter PID. Each step is \
               a line: who does it, and who asked for it.",
        flags: &[("--json", "For programs, each step with its system calls.")],
    },
    Verb {
        name: "check",
        form: "check [--json] FILE…",
        short: "every fault in a file",
        long: "Each fault with line, column and remedy, of files as run takes them. The exit code \
               is 1 when there is any.",
        flags: &[("--json", "For programs: an array with an object for each fault.")],
    },
];

/// Those that look at the machine.
const INSPECTING: [Verb; 2] = [
    Verb {
        name: "doctor",
        form: "doctor [--json]",
        short: "what this machine allows",
        long: "Tries what run does, in children that leave nothing: what works, what does not work \
               otherwise, and what to do about it. The exit code is 1 when something is missing \
               that run needs.",
        flags: &[JSON],
    },
    Verb {
        name: "ls",
        form: "ls [FLAGS] [KIND…]",
        short: "namespaces, and what keeps each",
        long: "KIND is cgroup, ipc, net, mnt, pid, time, user or uts; without any, all of them.",
        flags: &[
            ("--tree", "Each below the user namespace that owns it."),
            ("--pid PID", "Those of this process."),
            JSON,
        ],
    },
];

/// Those that speak to a running nsinit. NAME is that of its sandbox.
const STEERING: [Verb; 8] = [
    Verb {
        name: "ps",
        form: "ps [--json] [NAME]",
        short: "what runs, as a table",
        long: "A line for each service of each sandbox, or of one: its state, and for how long; \
               how often it was started again; what its last run came to; and what it says of \
               itself.",
        flags: &[JSON],
    },
    Verb {
        name: "status",
        form: "status [--json] NAME [SERVICE]",
        short: "one sandbox, in words",
        long: "The same as ps, and the PIDs of the launcher outside and of PID 1 inside.",
        flags: &[JSON],
    },
    Verb {
        name: "stop",
        form: "stop [--no-wait] NAME [SERVICE]",
        short: "end a service, or everything",
        long: "A service that was stopped stays so until restart. It comes back when nothing of it \
               is left.",
        flags: &[NO_WAIT],
    },
    Verb {
        name: "restart",
        form: "restart [--no-wait] NAME [SERVICE]",
        short: "end a service and start it again",
        long: "The main one, if none is named; also one that does not run. It comes back when the \
               new one is ready.",
        flags: &[NO_WAIT],
    },
    Verb {
        name: "reload",
        form: "reload [--no-wait] NAME [SERVICE]",
        short: "have it read its files again",
        long: "In the way that its key reload says; without SERVICE, each that has the key.",
        flags: &[NO_WAIT],
    },
    Verb {
        name: "signal",
        form: "signal NAME [SERVICE] SIGNAL",
        short: "send it a signal",
        long: "Without SERVICE it is as if the signal had come to nsinit: TERM ends everything, \
               others are for the main service.",
        flags: &[],
    },
    Verb {
        name: "logs",
        form: "logs [FLAGS] NAME [SERVICE]",
        short: "what services with a log wrote",
        long: "Of one, or of all in the order of time.",
        flags: &[
            ("-f, --follow", "Also what they write from now on, until the sandbox ends."),
            ("-n, --lines N", "Only the last N lines of what is there."),
            JSON,
        ],
    },
    Verb {
        name: "enter",
        form: "enter [FLAGS] TARGET [--] COMMAND…",
        short: "run a command inside",
        long: "TARGET is the name of a sandbox: its PID 1 starts COMMAND, confined as its service \
               is. Or it is a PID, a pidfd as fd:N, or a directory where --persist keeps \
               namespaces: these are entered from outside.",
        flags: &[
            ("--service NAME", "As this service of a sandbox, in place of the main one."),
            ("--cwd DIR", "In this directory."),
            ("--env NAME=VALUE", "With this variable; it can be said again."),
            ("--user USER", "Of a process or directory: as this user."),
            ("--group GROUP", "Likewise as this group."),
            ("--capabilities CAP", "Likewise with these capabilities, as in run."),
            ("--no-new-privs=false", "Likewise where an exec may give privileges."),
            ("--no-seccomp", "Enter a process that has a filter, and have none."),
        ],
    },
];

/// Those that let go.
const JOINING: [Verb; 1] = [Verb {
    name: "rm",
    form: "rm DIR…",
    short: "let go of what --persist keeps",
    long: "A namespace ends when nothing else keeps it; nsinit ls says what does. The exit code \
           is 1 when nothing was kept in one of them.",
    flags: &[],
}];

/// Those about nsinit itself.
const SELF: [Verb; 2] = [
    Verb {
        name: "help",
        form: "help [VERB|KEY]",
        short: "one verb or key in full",
        long: "Each verb with --help says the same as help VERB. A word that is both is told as \
               both, and as the key alone behind --: help --restart.",
        flags: &[],
    },
    Verb {
        name: "version",
        form: "version",
        short: "what was built in",
        long: "The version, the machine it was built for, and the parts that it has.",
        flags: &[],
    },
];

/// The verbs of this build, in the order of help.
fn verbs() -> impl Iterator<Item = &'static Verb> {
    let [run, entrypoint, init] = &STARTING;
    let starting =
        [(cfg!(feature = "run"), run), (true, entrypoint), (cfg!(feature = "init"), init)];
    let part = |is_built: bool, verbs: &'static [Verb]| if is_built { verbs } else { &[] };
    let others = [
        part(true, &LOOKING),
        part(cfg!(feature = "inspect"), &INSPECTING),
        part(cfg!(feature = "control"), &STEERING),
        part(cfg!(feature = "join"), &JOINING),
        part(true, &SELF),
    ];
    let starting = starting.into_iter().filter(|(is_built, _)| *is_built).map(|(_, verb)| verb);
    starting.chain(others.into_iter().flatten())
}

/// The verb of this name.
pub fn find(name: &[u8]) -> Option<&'static Verb> {
    verbs().find(|verb| verb.name.as_bytes() == name)
}

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    verbs().map(|verb| verb.name)
}

/// The column at which it is told what a verb does; the widest call stands before it.
const SHORT: usize = 46;

/// The column at which it is told what a flag of a verb does.
const FLAG: usize = 25;

/// A line for each.
pub fn all(out: &mut Out, columns: usize) {
    for verb in verbs() {
        let mut text = Flow::behind(&Called(verb), out, columns, SHORT);
        put!(&mut text, verb.short);
        text.end();
    }
}

/// One in full.
pub fn one(out: &mut Out, columns: usize, verb: &Verb) {
    let mut call = Flow::at(out, columns, 4, 0);
    put!(&mut call, Called(verb));
    call.end();
    super::paragraph(out, columns, 2, &verb.long);
    flags(out, columns, verb.flags);
}

/// Flags, and what they do.
pub fn flags(out: &mut Out, columns: usize, flags: &[(&str, &str)]) {
    for (flag, what) in flags {
        let mut text = Flow::behind(flag, out, columns, FLAG);
        put!(&mut text, *what);
        text.end();
    }
}

/// A verb as it is called.
struct Called<'v>(&'v Verb);

impl Show for Called<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "nsinit ", self.0.form);
    }
}
