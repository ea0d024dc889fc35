//! nsinit as a container's entrypoint beside tini, dumb-init and catatonit: what each keeps of the
//! promises that `tests/promises/probes/` can look at, and what each costs; all in one run.
//!
//! Nothing here is written down beforehand: every cell of the table promise × program is what the
//! program did a moment ago. "kept" or a figure is what was promised; a cell with a `!` is not.
//!
//! By `make bench-entrypoint`, or `cargo bench --bench entrypoint -- [--quick] [--only WORD]
//! [--verbose] [--nsinit PATH] [--nsinit-small PATH]`, as root. `--only` takes the promises and
//! groups in whose name the word stands, and leaves the costs out. A peer that is missing is named
//! with its Debian package, and the exit code is 2.

#![allow(unsafe_code, reason = "the probes are shared with the tests")]
#![allow(missing_docs, unused_results, reason = "likewise")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "likewise")]
#![allow(clippy::indexing_slicing, clippy::multiple_unsafe_ops_per_block, reason = "likewise")]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "likewise")]

#[path = "../launch/calls.rs"]
mod calls;
#[path = "../launch/kit.rs"]
mod kit;
#[allow(dead_code, reason = "the other bench weighs launchers, too")]
#[path = "../launch/memory.rs"]
mod memory;
#[path = "../../tests/promises/probes/mod.rs"]
mod probes;
mod promises;
#[path = "../launch/report.rs"]
mod report;
#[path = "../launch/rounds.rs"]
mod rounds;
#[path = "../../tests/support/mod.rs"]
mod support;
#[path = "../launch/table.rs"]
mod table;
#[path = "../launch/tree.rs"]
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use calls::{Launch, User};
use kit::Kit;
use memory::{Seat, Sitter};
use report::{Report, Target, Trouble};
use support::compile;

/// One row of the times; the words of [`rounds`].
#[derive(Clone, Copy)]
pub struct Subject {
    name: &'static str,
    line: &'static str,
}

/// Every program as it supervises where it is not PID 1.
const ENTRYPOINTS: [Subject; 8] = [
    Subject { name: "nsinit", line: "nsinit --" },
    SMALL,
    Subject { name: "C floor", line: "entry-floor --" },
    Subject { name: "tini-static", line: "tini-static -s --" },
    Subject { name: "tini", line: "tini -s --" },
    Subject { name: "dumb-init", line: "dumb-init --" },
    Subject { name: "catatonit", line: "catatonit --" },
    Subject { name: "direct exec", line: "" },
];

/// Only there when `--nsinit-small` names it.
const SMALL: Subject = Subject { name: "nsinit-small", line: "nsinit-small --" };

const TRUE: &str = "/bin/true";

const START_MAX: f64 = 1.6;
const CALLS_MAX: f64 = 10.0;
const PRIVATE_DIRTY_MAX: f64 = 24.0;
const RSS_MAX: f64 = 64.0;
const SMALL_RSS_MAX: f64 = 24.0;
const SMALL_FILE_MAX: f64 = 24.0;

/// execve(2) and exit_group(2): what the workload does by itself.
const CALLS_OF_WORKLOAD: usize = 2;

/// What the user asked of this run.
pub struct Settings {
    rounds: u32,
    starts: u32,
    /// How much the probes try, in percent.
    effort: u32,
    only: Option<String>,
    verbose: bool,
    nsinit: Option<PathBuf>,
    small: Option<PathBuf>,
}

const HELP: &str = "usage: cargo bench --bench entrypoint -- [--quick] [--only WORD] [--verbose] \
                    [--nsinit PATH] [--nsinit-small PATH]";

fn main() -> ExitCode {
    report::run(settings(std::env::args().skip(1)), HELP, bench)
}

/// `None`: nothing to do. Cargo says `--bench` when it benches, and not in `test --all-targets`.
fn settings(mut words: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
    let mut settings = Settings {
        rounds: 300,
        starts: 12,
        effort: 100,
        only: None,
        verbose: false,
        nsinit: None,
        small: None,
    };
    let mut is_bench = false;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--bench" => is_bench = true,
            "--quick" => (settings.rounds, settings.starts, settings.effort) = (40, 3, 3),
            "--only" => settings.only = Some(value()?),
            "--verbose" => settings.verbose = true,
            "--nsinit" => settings.nsinit = Some(value()?.into()),
            "--nsinit-small" => settings.small = Some(value()?.into()),
            _ => return Err(format!("unknown argument \"{word}\"")),
        }
    }
    Ok(is_bench.then_some(settings))
}

fn bench(settings: &Settings) -> Result<ExitCode, Trouble> {
    if !rustix::process::geteuid().is_root() {
        let sentence = "the probes need root to make PID namespaces\n  try: sudo";
        return Err(Trouble::Failed(sentence.into()));
    }
    tree::adopt_orphans()?;
    let kit = Kit::new(settings.nsinit.as_deref(), settings.small.as_deref())?;
    println!("{}", kit.describe());
    let mut report = Report::default();
    promises::table(&kit, settings, &mut report);
    if settings.only.is_none() {
        costs(&kit, settings, &mut report)?;
    }
    let missing = kit.missing().into_iter();
    let missing: Vec<String> = missing.filter(|name| promises::is_peer(name)).collect();
    Ok(report.close(&missing))
}

fn costs(kit: &Kit, settings: &Settings, report: &mut Report) -> Result<(), Trouble> {
    let subjects: Vec<Subject> = ENTRYPOINTS.into_iter().filter(|s| has(kit, s.name)).collect();
    // Two execs are twice one, where the program does nothing; a program with libraries is most
    // of its own start, as what containers run is.
    for (workload, path) in [("a static program", kit.path("true")?), ("/bin/true", TRUE.into())] {
        println!(
            "\nStart: supervise {workload} where we are, from spawn to the end, in µs;\n\
             {} interleaved rounds.\n",
            settings.rounds
        );
        let rows = rounds::run(kit, &subjects, &path, settings.rounds);
        rounds::print(&rows, report);
        for name in ["nsinit", "nsinit-small"].into_iter().filter(|name| has(kit, name)) {
            let is = rounds::ratio(&rows, name, "direct exec", kit.is_busy);
            let what = format!("start of {workload}, {name} ÷ direct exec");
            report.target(Target { what, limit: START_MAX, unit: "×", is });
        }
    }

    println!("\nSystem calls of its own for one static program, without that program's two.\n");
    let launches: Vec<Launch> = subjects.iter().map(launch).collect();
    calls::table(kit, report, &launches, CALLS_OF_WORKLOAD)?;
    let sitters: Vec<Sitter> = SITTERS.into_iter().filter(|s| has(kit, s.name)).collect();
    memory::table(kit, &sitters, settings.starts, report);
    let are_no_program = ["C floor", "direct exec"];
    let names: Vec<&str> =
        subjects.iter().map(|s| s.name).filter(|name| !are_no_program.contains(name)).collect();
    calls::sizes(kit, &names)?;
    if let Ok(path) = kit.path("nsinit-small") {
        let is = std::fs::metadata(path).ok().and_then(|data| u32::try_from(data.len()).ok());
        let is = is.map(|len| f64::from(len) / 1024.0);
        let what = "the file of nsinit-small".into();
        report.target(Target { what, limit: SMALL_FILE_MAX, unit: " KiB", is });
    }
    Ok(())
}

/// A row without a program, and programs that are there; a peer that is missing has its row, too.
fn has(kit: &Kit, name: &str) -> bool {
    name != SMALL.name || kit.path(name).is_ok()
}

fn launch(subject: &Subject) -> Launch {
    let limit = subject.name.starts_with("nsinit").then_some(CALLS_MAX);
    Launch { name: subject.name, user: User::Root, line: subject.line, limit }
}

const SITTERS: [Sitter; 7] = [
    Sitter {
        limits: Some((PRIVATE_DIRTY_MAX, RSS_MAX)),
        ..sitter("nsinit", "unshare -pf --kill-child nsinit --")
    },
    Sitter {
        limits: Some((PRIVATE_DIRTY_MAX, SMALL_RSS_MAX)),
        ..sitter("nsinit-small", "unshare -pf --kill-child nsinit-small --")
    },
    sitter("C floor", "unshare -pf --kill-child entry-floor --"),
    sitter("tini-static", "unshare -pf --kill-child tini-static --"),
    sitter("tini", "unshare -pf --kill-child tini --"),
    sitter("dumb-init", "unshare -pf --kill-child dumb-init --"),
    sitter("catatonit", "unshare -pf --kill-child catatonit --"),
];

const fn sitter(name: &'static str, line: &'static str) -> Sitter {
    Sitter { name, seat: Seat::PidOne, line, limits: None }
}
