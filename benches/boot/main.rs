//! What an init costs a boot: nsinit, busybox init, an init that does nothing, and one that does to
//! the machine what nsinit does and nothing else, in one run.
//!
//! ```text
//! make bench-boot BENCH='--rounds 9'
//! make bench-boot BENCH='--count'       # instructions in place of time
//! ```
//!
//! Each guest starts one workload, which says when its first instruction ran, by CLOCK_MONOTONIC,
//! whose zero is the kernel's own beginning; nsinit (in its verdict) and the floor say the same of
//! theirs. Rounds are interleaved, and what is printed is the median and the lowest. All by
//! emulation: compare the lines of one run with each other, and nothing else. With `--count` the
//! guest's clock is QEMU's count of its instructions (-icount), one a nanosecond: what the host
//! does besides is not seen then, and a boot takes ten times as long.

use std::io::Error;
use std::os::unix::fs::PermissionsExt;
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

impl Round {
    /// From init's first instruction to the workload's.
    fn share(&self) -> Option<u64> {
        self.workload?.checked_sub(self.init?)
    }
}

fn main() -> Result<(), Error> {
    let words: Vec<String> = env::args().skip(1).collect();
    let rounds = match words.iter().position(|word| word == "--rounds") {
        Some(at) => {
            let number = words.get(at + 1).and_then(|word| word.parse().ok());
            let number = number.filter(|number: &usize| *number > 0);
            number.ok_or_else(|| Error::other("--rounds needs a number from 1"))?
        }
        None if words.iter().any(|word| word == "--quick") => 2,
        None => 7,
    };
    let count = words.iter().any(|word| word == "--count").then(counting).transpose()?;
    let kernel = env::var("KERNEL").unwrap_or_else(|_| "x86_64/6.12".to_owned());
    let kernel = output(Command::new(top().join("tools/kernels.sh")).args(["path", &kernel]))?;
    let mut parts = parts()?;
    for _ in 0..rounds {
        for part in &mut parts {
            let round = boot(kernel.trim_end(), part, count.as_deref())?;
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
    let [floor, same] = ["boot-floor", "boot-same"].map(|name| temporary.join(name));
    for (program, define) in [(&floor, "-DNOTHING"), (&same, "-DSAME_WORK")] {
        must(
            Command::new("cc")
                .args(["-Os", "-nostdlib", "-static", "-fno-stack-protector", define, "-o"])
                .args([program, &top().join("benches/boot/floor.c")]),
        )?;
    }
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
        ("same work", same, vec![guest.clone()], &[]),
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

/// A QEMU whose guest's clock counts its instructions, in a folder to be looked in first.
fn counting() -> Result<PathBuf, Error> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("counting");
    fs::create_dir_all(&folder)?;
    for name in ["qemu-system-x86_64", "qemu-system-aarch64"] {
        let Ok(own) = which(name) else { continue };
        let script =
            format!("#!/bin/sh\nexec {} -icount shift=0,sleep=off \"$@\"\n", own.display());
        let path = folder.join(name);
        fs::write(&path, script)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(folder)
}

/// One boot. Only nsinit sends a verdict, so qemu-run's own code says nothing of the others.
fn boot(kernel: &str, part: &Part, first: Option<&Path>) -> Result<Round, Error> {
    let mut command = Command::new(top().join("rootfs/qemu-run"));
    if let Some(first) = first {
        let path = env::var("PATH").unwrap_or_default();
        let _ = command.env("PATH", format!("{}:{path}", first.display())); // the command again
    }
    let command = command.args(["--accel", "tcg", "--time-limit", "300", kernel]);
    let mut command = command.arg(&part.initramfs);
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
    println!("{:10}{:>24}{:>24}{:>24}", "init", "kernel to init", "to workload", "start to gone");
    for part in parts {
        let of = |value: fn(&Round) -> Option<u64>| cell(part.rounds.iter().filter_map(value));
        let init = of(|round| round.init);
        let share = of(Round::share);
        let gone = of(|round| Some(round.gone));
        println!("{:10}{init:>24}{share:>24}{gone:>24}", part.name);
    }
    println!();
    let share = |part: &Part| {
        let mut all: Vec<u64> = part.rounds.iter().filter_map(Round::share).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().filter(|us| *us > 0)
    };
    let named = |name| parts.iter().find(|part: &&Part| part.name == name).and_then(share);
    for floor in ["same work", "nothing"] {
        if let (Some(ours), Some(least)) = (named("nsinit"), named(floor)) {
            let hundredths = ours * 100 / least;
            let (whole, rest) = (hundredths / 100, hundredths % 100);
            println!("to workload, nsinit against {floor:10}{whole:>21}.{rest:02}");
        }
    }
    println!();
    for part in parts {
        let workload = cell(part.rounds.iter().filter_map(|round| round.workload));
        println!("kernel to workload, with {:10}{workload:>22}", part.name);
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
