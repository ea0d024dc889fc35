//! Times: every subject once a round, in another order each round, then median and p10.
//!
//! Interleaving lets a slow minute of a shared machine fall on all subjects alike, and the order
//! what one of them leaves to the kernel to clean up behind it. The clock runs
//! from the spawn to the end of the whole command. `Command` spawns by posix_spawn(3), which is a
//! clone sharing memory (vfork) in glibc, so the size of this process does not matter; that and the
//! workload's own exec are in every figure, see the row "direct exec".

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::Subject;
use crate::kit::Kit;
use crate::report::{Report, Trouble};
use crate::table::Table;
use crate::tree::await_orphans;

pub struct Row {
    name: &'static str,
    times: Result<Times, Trouble>,
}

#[derive(Clone, Copy)]
struct Times {
    median: f64,
    p10: f64,
}

struct Runner {
    name: &'static str,
    command: Result<Command, Trouble>,
    micros: Vec<f64>,
}

pub fn run(kit: &Kit, subjects: &[Subject], workload: &Path, rounds: u32) -> Vec<Row> {
    let mut runners: Vec<Runner> = subjects.iter().map(|s| Runner::new(kit, s, workload)).collect();
    let mut order: Vec<usize> = (0..runners.len()).collect();
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..rounds {
        for left in (1..order.len()).rev() {
            // xorshift64 is random enough to shuffle.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let among = u64::try_from(left).map_or(1, |left| left + 1);
            order.swap(left, usize::try_from(random % among).unwrap_or(0));
        }
        for index in &order {
            if let Some(runner) = runners.get_mut(*index) {
                runner.turn();
            }
        }
    }
    runners.into_iter().map(Runner::finish).collect()
}

impl Runner {
    /// Two launches bring the files into memory, and find out what does not run at all.
    fn new(kit: &Kit, subject: &Subject, workload: &Path) -> Self {
        let command = kit.command(subject.line, workload);
        let mut runner = Self { name: subject.name, command, micros: Vec::new() };
        runner.turn();
        runner.turn();
        runner.micros.clear();
        runner
    }

    /// One launch, timed. A subject that fails once is out.
    fn turn(&mut self) {
        let Ok(command) = &mut self.command else { return };
        let start = Instant::now();
        let status = command.status();
        let took = start.elapsed();
        await_orphans();
        match status {
            Ok(status) if status.success() => self.micros.push(took.as_secs_f64() * 1e6),
            Ok(status) => self.command = Err(Trouble::Failed(status.to_string())),
            Err(error) => self.command = Err(Trouble::Failed(error.to_string())),
        }
    }

    fn finish(mut self) -> Row {
        self.micros.sort_by(f64::total_cmp);
        let at = |tenths: usize| self.micros.get(self.micros.len() * tenths / 10).copied();
        let times = match (self.command, at(5), at(1)) {
            (Ok(_), Some(median), Some(p10)) => Ok(Times { median, p10 }),
            (Ok(_), _, _) => Err(Trouble::Failed("no rounds".into())),
            (Err(trouble), _, _) => Err(trouble),
        };
        Row { name: self.name, times }
    }
}

/// The first row is ours; the others say what part of their time we take.
pub fn print(rows: &[Row], report: &mut Report) {
    let mut table =
        Table::new(&["", "median", "p10", "median ÷ direct", "nsinit ÷ it", "nsinit ÷ it (p10)"]);
    let times = |row: &Row| row.times.as_ref().ok().copied();
    let ours = rows.first().and_then(times);
    let direct = rows.last().and_then(times);
    let ratio =
        |part: Option<f64>, of: f64| part.map_or("–".into(), |part| format!("{:.2}×", part / of));
    for row in rows {
        match &row.times {
            Ok(its) => table.row(
                row.name,
                [
                    format!("{:.0}", its.median),
                    format!("{:.0}", its.p10),
                    direct.map_or("–".into(), |direct| {
                        format!("{:.1}×", its.median / direct.median)
                    }),
                    ratio(ours.map(|ours| ours.median), its.median),
                    ratio(ours.map(|ours| ours.p10), its.p10),
                ],
            ),
            Err(trouble) => report.left_out(&mut table, row.name, trouble),
        }
    }
    table.print();
}

/// Median of one by the median of another; on a busy machine p10 by p10, because who is put aside
/// for a while is then a matter of the scheduler.
pub fn ratio(rows: &[Row], ours: &str, theirs: &str, is_busy: bool) -> Option<f64> {
    let of = |times: &Times| if is_busy { times.p10 } else { times.median };
    let time = |name| rows.iter().find(|row| row.name == name)?.times.as_ref().ok().map(of);
    Some(time(ours)? / time(theirs)?)
}
