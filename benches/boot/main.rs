//! What an init costs a boot: nsinit, busybox init and an init that does nothing, in one run.
//!
//! ```text
//! make bench-boot BENCH='--rounds 9'
//! ```
//!
//! Each guest starts one workload, which says when its first instruction ran, by CLOCK_MONOTONIC,
//! whose zero is the kernel's own beginning; nsinit (in its verdict) and the floor say the same of
//! theirs. Rounds are interleaved, and what is printed is the median and the lowest. All by
//! emulation: compare the lines of one run with each other, and nothing else.

use std::io::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

/// An init that takes part.
struct Part {
    name: &'static str,
    initramfs: PathBuf,
    /// What stands behind `--`.
    command: &'static [&'static str],
    rounds: Vec<Round>,
}

/// What one boot showed, in microseconds; `None` for what nobody said.
#[derive(Clone, Copy)]
struct Round {
    init: Option<u64>,
    workload: Option<u64>,
    gone: u64,
}

fn main() -> Result<(), Error> {
    let words: Vec<String> = env::args().skip(1).collect();
    let rounds = match words.iter().position(|word| word == "--rounds") {
        Some(at) => words.get(at + 1).and_then(|word| word.parse().ok()).unwrap_or(7),
        None if words.iter().any(|word| word == "--quick") => 2,
        None => 7,
    };
    let kernel = env::var("KERNEL").unwrap_or_else(|_| "x86_64/6.12".to_owned());
    let kernel = output(Command::new(top().join("tools/kernels.sh")).args(["path", &kernel]))?;
    let mut parts = parts()?;
    for _ in 0..rounds {
        for part in &mut parts {
            let round = boot(kernel.trim_end(), part)?;
            part.rounds.push(round);
        }
    }
    print(&parts);
    Ok(())
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn output(command: &mut Command) -> Result<String, Error> {
    let output = command.output()?;
    Ok(String::from_utf8_lossy(&output.stdout).replace('\r', ""))
}

fn parts() -> Result<Vec<Part>, Error> {
    let temporary = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let guest = format!("{}:bin/nsinit-guest", env!("CARGO_BIN_EXE_nsinit-guest"));
    let floor = temporary.join("boot-floor");
    must(
        Command::new("cc")
            .args(["-Os", "-nostdlib", "-static", "-fno-stack-protector", "-o"])
            .args([&floor, &top().join("benches/boot/floor.c")]),
    )?;
    let inittab = temporary.join("inittab");
    let lines = "::sysinit:/bin/nsinit-guest clock\n::sysinit:/bin/busybox poweroff -f\n";
    fs::write(&inittab, lines)?;
    let inittab = format!("{}:etc/inittab", inittab.display());
    let busybox = which("busybox")?;
    let in_bin = format!("{}:bin/busybox", busybox.display());
    let nsinit = PathBuf::from(env!("CARGO_BIN_EXE_nsinit"));
    let clock: &[&str] = &["/bin/nsinit-guest", "clock"];
    let all = [
        ("nothing", floor, vec![guest.clone()], &[] as &[&str]),
        ("nsinit", nsinit, vec![guest.clone()], clock),
        ("busybox", busybox, vec![guest, inittab, in_bin], &[]),
    ];
    let mut parts = Vec::new();
    for (name, init, files, command) in all {
        let initramfs = temporary.join(format!("bench-{name}.img"));
        let mut script = Command::new(top().join("tools/initramfs.sh"));
        must(script.arg(&initramfs).arg(init).args(files))?;
        parts.push(Part { name, initramfs, command, rounds: Vec::new() });
    }
    Ok(parts)
}

fn which(program: &str) -> Result<PathBuf, Error> {
    let path = output(Command::new("sh").args(["-c", &format!("command -v {program}")]))?;
    Ok(PathBuf::from(path.trim_end()))
}

fn must(command: &mut Command) -> Result<(), Error> {
    match command.status()?.success() {
        true => Ok(()),
        false => Err(Error::other(format!("{command:?} failed"))),
    }
}

/// One boot. Only nsinit sends a verdict, so qemu-run's own code says nothing of the others.
fn boot(kernel: &str, part: &Part) -> Result<Round, Error> {
    let mut command = Command::new(top().join("rootfs/qemu-run"));
    let mut command = command.args(["--accel", "tcg", kernel]).arg(&part.initramfs);
    if !part.command.is_empty() {
        command = command.arg("--").args(part.command);
    }
    let begin = Instant::now();
    let console = output(command)?;
    let gone = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
    let number = |before: &str| {
        let (_, rest) = console.split_once(before)?;
        rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    };
    let init = number("init: at ").or_else(|| number("X_NSINIT_KERNEL_USEC="));
    Ok(Round { init, workload: number("workload: at "), gone })
}

fn print(parts: &[Part]) {
    println!("median (lowest) of {} boots each, ms\n", parts.first().map_or(0, |p| p.rounds.len()));
    println!("{:10}{:>20}{:>20}{:>20}", "init", "kernel to init", "to workload", "start to gone");
    for part in parts {
        let of = |value: fn(&Round) -> Option<u64>| cell(part.rounds.iter().filter_map(value));
        let init = of(|round| round.init);
        let share = of(|round| round.workload?.checked_sub(round.init?));
        let gone = of(|round| Some(round.gone));
        println!("{:10}{init:>20}{share:>20}{gone:>20}", part.name);
    }
    println!();
    for part in parts {
        let workload = cell(part.rounds.iter().filter_map(|round| round.workload));
        println!("kernel to workload, with {:8}{workload:>20}", part.name);
    }
}

fn cell(values: impl Iterator<Item = u64>) -> String {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    let ms = |us: u64| format!("{}.{:03}", us / 1000, us % 1000);
    match (values.get(values.len() / 2), values.first()) {
        (Some(median), Some(lowest)) => format!("{} ({})", ms(*median), ms(*lowest)),
        _ => "not said".to_owned(),
    }
}
