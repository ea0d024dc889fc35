//! The table promise × program.

use std::io::IsTerminal as _;
use std::time::Duration;

use crate::Settings;
use crate::kit::Kit;
use crate::probes::{GROUPS, Group, Kind, Probe, Subject, Verdict, runner};
use crate::report::{Report, Target};
use crate::table::Table;

/// Column, whose flags it takes, and whether it is in every group or only where instants count:
/// there the time that a loader needs makes the difference.
const PROGRAMS: [(&str, Kind, bool); 6] = [
    ("nsinit", Kind::Nsinit, true),
    ("nsinit-small", Kind::Nsinit, true),
    ("tini", Kind::Tini, true),
    ("tini-static", Kind::Tini, false),
    ("dumb-init", Kind::DumbInit, true),
    ("catatonit", Kind::Catatonit, true),
];

/// What takes longer hangs.
const LIMIT: Duration = Duration::from_secs(5);
/// What does not come within this time has not come.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether a line about a missing program is about one of ours.
pub fn is_peer(line: &str) -> bool {
    PROGRAMS.iter().any(|(name, ..)| line.starts_with(&format!("{name} ")))
}

/// All groups, or those that are asked for.
pub fn table(kit: &Kit, settings: &Settings, report: &mut Report) {
    let mut counts: Vec<(&str, f64, f64)> = Vec::new();
    let mut details = Vec::new();
    for group in &GROUPS {
        let columns = columns(kit, settings, group);
        let is_asked = |probe: &&Probe| {
            let has = |only: &String| [probe.name, group.title].iter().any(|n| n.contains(only));
            settings.only.as_ref().is_none_or(has)
        };
        let mut head = vec![""];
        head.extend(columns.iter().map(|(name, _)| *name));
        let mut table = Table::new(&head);
        for probe in group.probes.iter().filter(is_asked) {
            let seen = columns.iter().map(|(name, subject)| (*name, look(probe, subject)));
            let seen: Vec<(&str, Verdict)> = seen.collect();
            table.row(probe.promise, seen.iter().map(|(_, verdict)| cell(verdict)));
            for (name, verdict) in &seen {
                count(&mut counts, name, verdict);
                let (Ok(seen) | Err(seen)) = verdict;
                if !seen.detail.is_empty() && (settings.verbose || name.starts_with("nsinit")) {
                    details.push(format!("{}, {name}: {}: {}", probe.name, seen.word, seen.detail));
                }
            }
        }
        if group.probes.iter().any(|probe| is_asked(&probe)) {
            println!("\n{}:\n", group.title);
            table.print();
        }
    }
    if !details.is_empty() {
        println!("\nWhat was seen:\n\n  {}", details.join("\n  "));
    }
    for (name, kept, all) in counts {
        let what = format!("promises that {name} does not keep, of {all:.0}");
        let is_ours = name.starts_with("nsinit");
        if is_ours {
            report.target(Target { what, limit: 0.0, unit: "", is: Some(all - kept) });
        } else {
            println!("\n  {name}: {kept:.0} of {all:.0} kept");
        }
    }
}

fn columns(kit: &Kit, settings: &Settings, group: &Group) -> Vec<(&'static str, Subject)> {
    let is_first = std::ptr::eq(group, &raw const GROUPS[0]);
    let asked = PROGRAMS.into_iter().filter(|(_, _, everywhere)| *everywhere || is_first);
    let subject = |kind, path| Subject {
        kind,
        path,
        limit: LIMIT,
        patience: PATIENCE,
        effort: settings.effort,
    };
    asked.filter_map(|(name, kind, _)| Some((name, subject(kind, kit.path(name).ok()?)))).collect()
}

/// Says on a terminal where it is: some take a while.
fn look(probe: &Probe, subject: &Subject) -> Verdict {
    let is_watched = std::io::stderr().is_terminal();
    if is_watched {
        eprint!("\r{:<30} {:<12}\r", probe.name, subject.kind.name());
    }
    let seen = runner::look(probe, subject);
    if is_watched {
        eprint!("{:<44}\r", "");
    }
    seen
}

/// A broken promise has a mark, because a figure alone does not say so.
fn cell(verdict: &Verdict) -> String {
    match verdict {
        Ok(seen) => format!("{}  ", seen.word),
        Err(seen) => format!("{} !", seen.word),
    }
}

fn count<'n>(counts: &mut Vec<(&'n str, f64, f64)>, name: &'n str, verdict: &Verdict) {
    let kept = if verdict.is_ok() { 1.0 } else { 0.0 };
    match counts.iter_mut().find(|(its, ..)| *its == name) {
        Some((_, sum, all)) => (*sum, *all) = (*sum + kept, *all + 1.0),
        None => counts.push((name, kept, 1.0)),
    }
}
