//! Memory: what a process costs that has nothing to do but to be PID 1 of one idle service.
//!
//! Each subject is started some times with the sleeping workload. The process to weigh is found by
//! walking down from the child we spawned; it is read when the workload has been reached by exec
//! and everything has slept for a moment. proc_pid_smaps_rollup(5) gives Rss, Pss and
//! Private_Dirty, proc_pid_status(5) VmPTE. Page tables are no part of Rss, and most of a small
//! process.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::kit::Kit;
use crate::report::{Report, Target, Trouble};
use crate::table::Table;
use crate::tree::{PATIENCE, await_orphans, chain, field, is_pid_one, kill, status};

/// What follows a start is over then.
const REST: Duration = Duration::from_millis(100);

/// Which process of the chain from the spawned one down to the workload.
#[derive(Clone, Copy, PartialEq)]
pub enum Seat {
    /// The one we spawned.
    Outside,
    /// PID 1 of the innermost namespace, as NSpid says.
    PidOne,
}

/// One row.
pub struct Sitter {
    pub name: &'static str,
    pub seat: Seat,
    pub line: &'static str,
    /// Promises of ours: private dirty and Rss, in KiB.
    pub limits: Option<(f64, f64)>,
}

/// KiB.
#[derive(Default, Clone, Copy)]
struct Weight {
    rss: f64,
    pss: f64,
    dirty: f64,
    tables: f64,
}

pub fn table(kit: &Kit, sitters: &[Sitter], starts: u32, report: &mut Report) {
    // Pages of a program that has just been built are dirty until they are on the disk, and the
    // kernel counts them to whoever maps them alone.
    let _ = std::process::Command::new("sync").status(); // without it the figures are only higher
    println!(
        "\nMemory with one idle service, in KiB, the mean of {starts} starts: the PID 1 of each,\n\
         then the processes that wait outside.\n"
    );
    let mut table = Table::new(&["", "Rss", "Pss", "private dirty", "page tables"]);
    for Sitter { name, seat, line, limits } in sitters {
        let weight =
            kit.path("sleeper").and_then(|sleeper| mean(kit, line, *seat, &sleeper, starts));
        match &weight {
            Ok(weight) => {
                let cells = [weight.rss, weight.pss, weight.dirty, weight.tables];
                table.row(name, cells.map(|kib| format!("{kib:.1}")));
            }
            Err(trouble) => report.left_out(&mut table, name, trouble),
        }
        if let Some((dirty_max, rss_max)) = *limits {
            let is = weight.as_ref().ok();
            let what = |of| format!("{name}, {of}");
            let (dirty, rss) = (is.map(|is| is.dirty), is.map(|is| is.rss));
            let (unit, limit) = (" KiB", dirty_max);
            report.target(Target { what: what("private dirty"), limit, unit, is: dirty });
            report.target(Target { what: what("Rss"), limit: rss_max, unit, is: rss });
        }
    }
    table.print();
}

fn mean(kit: &Kit, line: &str, seat: Seat, sleeper: &Path, starts: u32) -> Result<Weight, Trouble> {
    let mut command = kit.command(line, sleeper)?;
    let _ = command.stdin(Stdio::piped()); // itself again
    let mut sum = Weight::default();
    for _ in 0..starts {
        let running = Running(command.spawn().map_err(Trouble::because("spawn"))?);
        let weight = weigh(running.settled(seat)?)?;
        sum.rss += weight.rss;
        sum.pss += weight.pss;
        sum.dirty += weight.dirty;
        sum.tables += weight.tables;
    }
    let count = f64::from(starts);
    Ok(Weight {
        rss: sum.rss / count,
        pss: sum.pss / count,
        dirty: sum.dirty / count,
        tables: sum.tables / count,
    })
}

/// A started subject; dropping it ends all its processes and waits until they are gone.
struct Running(Child);

impl Running {
    /// Wait for the moment of rest, and name the process to weigh.
    fn settled(&self, seat: Seat) -> Result<u32, Trouble> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
            let chain = chain(self.0.id());
            let Some((last, above)) = chain.split_last() else { break };
            let is_reached = status(*last, "Name:").is_some_and(|name| name == "sleeper");
            let rests =
                |pid: &u32| status(*pid, "State:").is_some_and(|state| state.starts_with('S'));
            if !is_reached || !chain.iter().all(rests) {
                continue;
            }
            let found = match seat {
                Seat::Outside => above.first(),
                Seat::PidOne => above.iter().find(|pid| is_pid_one(**pid)),
            };
            std::thread::sleep(REST);
            return found.copied().ok_or(failed("no PID 1 above the service"));
        }
        Err(failed("the service was not reached"))
    }
}

impl Drop for Running {
    /// The service ends with its input, and every launcher with the service; the rest is killed.
    fn drop(&mut self) {
        let chain = chain(self.0.id());
        drop(self.0.stdin.take());
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(_)) = self.0.try_wait() {
                return await_orphans();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        chain.into_iter().rev().for_each(kill);
        await_orphans();
    }
}

fn weigh(pid: u32) -> Result<Weight, Trouble> {
    let kib = |file: &str, key: &str| {
        let line = field(&format!("/proc/{pid}/{file}"), key);
        let number = line.as_deref().and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
        number.ok_or(failed(&format!("no {key} in its {file}")))
    };
    Ok(Weight {
        rss: kib("smaps_rollup", "Rss:")?,
        pss: kib("smaps_rollup", "Pss:")?,
        dirty: kib("smaps_rollup", "Private_Dirty:")?,
        tables: kib("status", "VmPTE:")?,
    })
}

fn failed(sentence: &str) -> Trouble {
    Trouble::Failed(sentence.to_string())
}
