//! The bench: nsinit beside its peers, all of them in one run, as tables of medians and ratios.
//!
//! Why one run: absolute times move with the hour on a shared machine, ratios of interleaved rounds
//! hardly do. So nothing here is compared with a figure written down earlier, and a hand-written C
//! floor (`benches/floor.c`) always runs along: the ratio to it says how far from the kernel's own
//! price we are, and that to a program that makes each of our calls (`benches/calls-floor.c`) how
//! much of it is none.
//!
//! By `make bench`, or `cargo bench --bench launch -- [--quick] [--rounds N] [--nsinit PATH]`,
//! on a machine that rests, as root: the peers then need no user namespace, as we do not.
//! A missed target is printed and is no failure. A peer that is missing is named with the Debian
//! package that brings it, its rows are left out, and the exit code is 2.
//!
//! What does not belong here: whether the launches are right. `tests/` asks that.

mod calls;
#[path = "../../tests/support/compile.rs"]
mod compile;
mod kit;
mod memory;
mod report;
mod rooted;
mod rounds;
mod table;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use calls::{Launch, User};
use kit::Kit;
use memory::{Seat, Sitter};
use report::{Report, Target, Trouble};
use rooted::ROOTED;

/// The sandbox of every tool, as near to `nsinit run` as its options come.
const SANDBOXES: [Subject; 6] = [
    Subject { name: "nsinit run", line: "nsinit run --" },
    Subject { name: "C, every call", line: "calls-floor" },
    Subject { name: "C floor", line: "floor" },
    Subject { name: "unshare", line: "unshare -pfmuiT --mount-proc" },
    Subject { name: "bwrap *", line: BWRAP },
    Subject { name: "direct exec", line: "" },
];

const BWRAP: &str = "bwrap --unshare-pid --unshare-ipc --unshare-uts --ro-bind / / --proc /proc";

/// Supervision alone, in the namespaces we are in.
const ENTRYPOINTS: [Subject; 7] = [
    Subject { name: "nsinit", line: "nsinit --" },
    Subject { name: "C floor", line: "entry-floor --" },
    Subject { name: "tini-static", line: "tini-static -s --" },
    Subject { name: "tini", line: "tini -s --" },
    Subject { name: "dumb-init", line: "dumb-init --" },
    Subject { name: "catatonit", line: "catatonit --" },
    Subject { name: "direct exec", line: "" },
];

const LAUNCHES: [Launch; 18] = [
    Launch { limit: CALLS_MAX, ..launch("nsinit run", User::Root, "nsinit run --") },
    Launch { limit: CALLS_MAX, ..launch("nsinit run, as nobody", User::Nobody, "nsinit run --") },
    launch("C, every call", User::Root, "calls-floor"),
    launch("C floor", User::Root, "floor"),
    launch("unshare", User::Root, "unshare -pfmuiT --mount-proc"),
    launch("unshare -r, as nobody", User::Nobody, "unshare -rpfmuiT --mount-proc"),
    launch("bwrap", User::Root, BWRAP),
    launch("bwrap, as nobody", User::Nobody, BWRAP),
    launch("nsinit run, own root", User::Root, rooted::NSINIT),
    launch("C program, own root", User::Root, rooted::FLOOR),
    launch("bwrap, own root", User::Root, rooted::BWRAP),
    launch("crun run", User::Root, rooted::CRUN),
    launch("nsinit as entrypoint", User::Root, "nsinit --"),
    launch("C floor of an entrypoint", User::Root, "entry-floor --"),
    launch("tini-static", User::Root, "tini-static -s --"),
    launch("tini", User::Root, "tini -s --"),
    launch("dumb-init", User::Root, "dumb-init --"),
    launch("catatonit", User::Root, "catatonit --"),
];

const fn launch(name: &'static str, user: User, line: &'static str) -> Launch {
    Launch { name, user, line, limit: None }
}

/// execve and exit_group of a direct start.
const CALLS_OF_WORKLOAD: usize = 2;

const CALLS_MAX: Option<f64> = Some(40.0);

const SITTERS: [Sitter; 12] = [
    Sitter { limits: MEMORY_MAX, ..sitter("nsinit run, PID 1", Seat::PidOne, "nsinit run --") },
    Sitter {
        limits: MEMORY_MAX,
        ..sitter("nsinit as entrypoint", Seat::PidOne, "unshare -pf --kill-child nsinit --")
    },
    sitter("tini", Seat::PidOne, "unshare -pf --kill-child tini --"),
    sitter("tini-static", Seat::PidOne, "unshare -pf --kill-child tini-static --"),
    sitter("dumb-init", Seat::PidOne, "unshare -pf --kill-child dumb-init --"),
    sitter("catatonit", Seat::PidOne, "unshare -pf --kill-child catatonit --"),
    sitter("bwrap, PID 1", Seat::PidOne, BWRAP),
    sitter("nsinit run, own root, PID 1", Seat::PidOne, rooted::NSINIT),
    sitter("bwrap, own root, PID 1", Seat::PidOne, rooted::BWRAP),
    sitter("nsinit run, launcher", Seat::Outside, "nsinit run --"),
    sitter("unshare -pf, launcher", Seat::Outside, "unshare -pf --kill-child"),
    sitter("bwrap, launcher", Seat::Outside, BWRAP),
];

const fn sitter(name: &'static str, seat: Seat, line: &'static str) -> Sitter {
    Sitter { name, seat, line, limits: None }
}

/// Private dirty and Rss, in KiB.
const MEMORY_MAX: Option<(f64, f64)> = Some((24.0, 64.0));

const FILES: [&str; 7] =
    ["nsinit", "tini-static", "tini", "dumb-init", "catatonit", "unshare", "bwrap"];

/// One row: what it is called here, and its command line, to which the workload is appended. The
/// words that name a program of the [`Kit`] become its path.
#[derive(Clone, Copy)]
pub struct Subject {
    name: &'static str,
    line: &'static str,
}

/// What the user asked of this run.
pub struct Settings {
    /// Launches of each subject when times are taken.
    rounds: u32,
    /// Starts of each subject when memory is read.
    starts: u32,
    /// Another nsinit than the one cargo has just built.
    nsinit: Option<PathBuf>,
}

const HELP: &str = "usage: cargo bench --bench launch -- [--quick] [--rounds N] [--nsinit PATH]";

fn main() -> ExitCode {
    report::run(settings(std::env::args().skip(1)), HELP, bench)
}

/// `None`: nothing to do. Cargo says `--bench` when it benches, and not in `test --all-targets`.
fn settings(mut words: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
    let mut settings = Settings { rounds: 300, starts: 12, nsinit: None };
    let mut is_bench = false;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bench" => is_bench = true,
            "--quick" => (settings.rounds, settings.starts) = (40, 3),
            "--rounds" => {
                let number = words.next().and_then(|word| word.parse().ok());
                settings.rounds =
                    number.filter(|rounds| *rounds > 0).ok_or("--rounds wants a number")?;
            }
            "--nsinit" => {
                settings.nsinit = Some(words.next().ok_or("--nsinit wants a path")?.into());
            }
            _ => return Err(format!("unknown argument \"{word}\"")),
        }
    }
    Ok(is_bench.then_some(settings))
}

fn bench(settings: &Settings) -> Result<ExitCode, Trouble> {
    if !rustix::process::geteuid().is_root() {
        let sentence = "the peers need root to make the same namespaces\n  try: sudo";
        return Err(Trouble::Failed(sentence.into()));
    }
    rooted::with_one_hierarchy()?;
    tree::adopt_orphans()?;
    let mut kit = Kit::new(settings.nsinit.as_deref(), None)?;
    rooted::prepare(&mut kit)?;
    println!("{}", kit.describe());
    let mut report = Report::default();
    sandboxes(&kit, settings, &mut report)?;
    roots(&kit, settings, &mut report)?;
    entrypoints(&kit, settings, &mut report)?;
    memory::table(&kit, &SITTERS, settings.starts, &mut report);
    println!(
        "\nSystem calls of one launch of a static program, over all processes, without that\n\
         program's two.\n"
    );
    calls::table(&kit, &mut report, &LAUNCHES, CALLS_OF_WORKLOAD)?;
    calls::sizes(&kit, &FILES)?;
    Ok(report.close(&kit.missing()))
}

fn sandboxes(kit: &Kit, settings: &Settings, report: &mut Report) -> Result<(), Trouble> {
    let workloads = [
        ("/bin/true", PathBuf::from("/bin/true"), [("unshare", 0.75), ("bwrap *", 0.45)]),
        ("a static program", kit.path("true")?, [("unshare", 0.5), ("bwrap *", 0.2)]),
    ];
    for (workload, path, limits) in workloads {
        println!(
            "\nSandbox launch of {workload}: new pid, mnt, uts, ipc and time namespaces and a\n\
             fresh /proc, from spawn to the end of it all, in µs; {} interleaved rounds.\n",
            settings.rounds
        );
        let rows = rounds::run(kit, &SANDBOXES, &path, settings.rounds);
        rounds::print(&rows, report);
        for (peer, limit) in limits {
            let what = format!("launch of {workload}, nsinit ÷ {}", peer.trim_end_matches(" *"));
            let is = rounds::ratio(&rows, "nsinit run", peer, kit.is_busy);
            report.target(Target { what, limit, unit: "×", is });
        }
    }
    println!(
        "* bwrap has no time namespace; it also makes a new root and binds the old one read-only"
    );
    Ok(())
}

fn roots(kit: &Kit, settings: &Settings, report: &mut Report) -> Result<(), Trouble> {
    let workloads =
        [("/bin/true", PathBuf::from("/bin/true")), ("a static program", kit.path("true")?)];
    for (workload, path) in workloads {
        println!(
            "\nLaunch of {workload} in a root of its own, with a fresh /proc, /dev and /tmp, in\n\
             new pid, mnt, uts, ipc and (not bwrap and crun) time namespaces, in µs;\n\
             {} interleaved rounds.\n",
            settings.rounds
        );
        rooted::bundle(kit, &path)?;
        let rows = rounds::run(kit, &ROOTED, &path, settings.rounds);
        rounds::print(&rows, report);
        for (peer, limit) in [("bwrap", 0.2), ("C program", 1.3)] {
            let what = format!("{workload} in an own root, nsinit ÷ {peer}");
            let is = rounds::ratio(&rows, "nsinit run", peer, kit.is_busy);
            report.target(Target { what, limit, unit: "×", is });
        }
        if let Some(least) = rounds::ratio(&rows, "C program", "bwrap", kit.is_busy) {
            println!(
                "The C program, which makes nsinit's calls and nothing else, takes {least:.2}× of \
                 bwrap's time."
            );
        }
    }
    println!(
        "nsinit and the C program also hide parts of /proc, take capabilities away and install\n\
         two filters of system calls; bwrap has ended before its sandbox is taken down."
    );
    Ok(())
}

fn entrypoints(kit: &Kit, settings: &Settings, report: &mut Report) -> Result<(), Trouble> {
    println!(
        "\nEntrypoint start: supervise a static program in the namespaces we are in, from spawn\n\
         to the end, in µs; {} interleaved rounds.\n",
        settings.rounds
    );
    rounds::print(&rounds::run(kit, &ENTRYPOINTS, &kit.path("true")?, settings.rounds), report);
    Ok(())
}
