//! While the workload runs: orphans, wake-ups, and what the program holds on to.

use std::io::{self, Read as _};
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::program::{Seat, Wish};
use super::subject::{SCRATCH, Subject, init_of, reap};
use super::{Probe, Verdict, broken, counted, when};
use crate::support::{proc, wait, witness};

/// Orphans that the bench lets a workload make.
const ORPHANS: u32 = 20_000;

/// How long the bench watches an idle program, in seconds.
const IDLE_SECONDS: u32 = 10;

pub const PROBES: &[Probe] = &[
    Probe {
        name: "orphans-pid-1",
        promise: "no zombie is left of 20,000 orphans, PID 1",
        look: |subject| orphans(subject, Seat::PidOne),
    },
    Probe {
        name: "orphans-child",
        promise: "the same, not PID 1",
        look: |subject| orphans(subject, Seat::Child),
    },
    Probe { name: "wake-ups", promise: "no wake-up in 10 idle seconds", look: wake_ups },
    Probe {
        name: "inherited-descriptors",
        promise: "a pipe ends when the workload closes it",
        look: descriptors,
    },
    Probe {
        name: "working-directory",
        promise: "its working directory can be unmounted",
        look: directory,
    },
];

/// Zombies below us. An orphan that the subject does not take is ours, as PID 1 of it all, and in
/// other hands than its own.
fn zombies() -> usize {
    reap();
    let is_zombie = |pid: &i32| {
        proc::status(*pid).is_some_and(|status| proc::field(&status, "State").starts_with('Z'))
    };
    proc::pids().iter().filter(|pid| is_zombie(pid)).count()
}

fn orphans(subject: &Subject, seat: Seat) -> Verdict {
    let count = (subject.times(ORPHANS) / 50 * 50).to_string();
    let mut command = vec!["sh".into(), "-c".into(), "\"$@\"; exec sleep 1000".into(), "sh".into()];
    command.extend(witness(&["orphans", &count]));
    let mut run = subject.run(seat, Wish::Plain, &command).start();
    run.wait_for("all are orphans");
    let deadline = Instant::now() + subject.patience;
    let mut left = zombies();
    while left > 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
        left = zombies();
    }
    if left == 0 { counted(format!("0 of {count}")) } else { broken(left.to_string(), "zombies") }
}

/// Voluntary context switches of the program.
fn wake_ups(subject: &Subject) -> Verdict {
    let time = Duration::from_secs(u64::from(IDLE_SECONDS * subject.effort.max(20) / 100));
    let mut run = subject.run(Seat::PidOne, Wish::Plain, &witness(&["signals"])).start();
    run.wait_for("ready;");
    let init = init_of(Seat::PidOne, &run);
    let switches = || {
        let status = proc::status(init).unwrap();
        proc::field(&status, "voluntary_ctxt_switches").parse::<u32>().unwrap()
    };
    let mut before = switches();
    wait::until("the start to be over", || {
        std::thread::sleep(Duration::from_millis(300)); // what follows a start is no idling
        let last = std::mem::replace(&mut before, switches());
        (last == before).then_some(())
    });
    std::thread::sleep(time); // it is this time that is looked at
    let count = switches() - before;
    if count == 0 { counted("0") } else { broken(count.to_string(), format!("in {time:?}")) }
}

/// A pipe that the program inherits and the workload closes: its reader sees the end. Not as PID 1,
/// where unshare(1) would hold the pipe, too.
fn descriptors(subject: &Subject) -> Verdict {
    let (mut reader, writer) = io::pipe().unwrap();
    let run = subject.run(Seat::Child, Wish::Plain, &["sh", "-c", "exec 9>&-; exec sleep 1000"]);
    let run = run.giving(&writer, 9).start();
    drop(writer);
    let mut entry = libc::pollfd { fd: reader.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let timeout = i32::try_from(subject.patience.as_millis()).unwrap();
    // SAFETY: one entry of ours.
    let count = unsafe { libc::poll(&raw mut entry, 1, timeout) };
    let is_at_end = count == 1 && reader.read(&mut [0]).is_ok_and(|len| len == 0);
    drop(run);
    when(is_at_end, "held", "the program itself holds the pipe")
}

/// Started in a directory, the program leaves it to its workload.
fn directory(subject: &Subject) -> Verdict {
    let mut run = subject
        .run(Seat::PidOne, Wish::Plain, &["sh", "-c", "pwd; exec sleep 1000"])
        .directory(Path::new(SCRATCH))
        .start();
    run.wait_for("\n");
    let link = format!("/proc/{}/cwd", init_of(Seat::PidOne, &run));
    // It may leave after the workload has begun.
    let deadline = Instant::now() + subject.patience;
    let mut own = std::fs::read_link(&link).unwrap();
    while own != Path::new("/") && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
        own = std::fs::read_link(&link).unwrap();
    }
    let inside = run.wait_for("\n");
    when(inside == format!("{SCRATCH}\n"), "moved", format!("the workload is in {inside}"))?;
    when(own == Path::new("/"), "held", format!("it stays in {}", own.display()))
}
