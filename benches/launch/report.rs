//! What is collected on the way and said after the last table: targets, troubles, the exit code.

use std::fmt;
use std::process::ExitCode;

use crate::table::Table;

/// A whole bench, from what was asked, if anything was, to the exit code: 2 for words that it does
/// not take.
pub fn run<S>(
    settings: Result<Option<S>, String>,
    help: &str,
    bench: impl FnOnce(&S) -> Result<ExitCode, Trouble>,
) -> ExitCode {
    match settings {
        Ok(None) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}\n{help}");
            ExitCode::from(2)
        }
        Ok(Some(settings)) => bench(&settings).unwrap_or_else(|trouble| {
            eprintln!("bench: {trouble}");
            ExitCode::FAILURE
        }),
    }
}

/// Why there is no figure.
#[derive(Clone)]
pub enum Trouble {
    /// A peer is not there; the Debian package that brings it.
    Missing(&'static str),
    /// It is there and did not do its work, or the bench could not do its own.
    Failed(String),
}

impl Trouble {
    /// `map_err(Trouble::because("what we did"))`, for any error with words.
    pub fn because<E: fmt::Display>(what: impl fmt::Display) -> impl FnOnce(E) -> Self {
        move |error| Self::Failed(format!("{what}: {error}"))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(package) => write!(out, "MISSING: apt-get install {package}"),
            Self::Failed(sentence) => write!(out, "FAILED: {sentence}"),
        }
    }
}

/// A promise of the project that this bench can look at.
pub struct Target {
    pub what: String,
    pub limit: f64,
    pub unit: &'static str,
    /// `None`: it could not be measured in this run.
    pub is: Option<f64>,
}

/// What is collected on the way and said at the end.
#[derive(Default)]
pub struct Report {
    targets: Vec<Target>,
    failures: Vec<String>,
}

impl Report {
    pub fn target(&mut self, target: Target) {
        self.targets.push(target);
    }

    /// A subject without figures: its row says why.
    pub fn left_out(&mut self, table: &mut Table, name: &str, trouble: &Trouble) {
        table.remark(name, &trouble.to_string());
        match trouble {
            Trouble::Missing(_) => {} // `close` names every missing peer, once
            Trouble::Failed(sentence) => self.failures.push(format!("{name}: {sentence}")),
        }
    }

    /// Print targets and troubles. Missed targets are news, not failures: the exit code is 0, or 2
    /// when a peer was missing, or 1 when one failed.
    pub fn close(&self, missing: &[String]) -> ExitCode {
        let is_met = |target: &&Target| target.is.is_some_and(|is| is <= target.limit);
        let met = self.targets.iter().filter(is_met).count();
        println!("\nTargets: {met} of {} met.\n", self.targets.len());
        let mut table = Table::new(&["", "target", "is", ""]);
        for target in &self.targets {
            let (is, word) = match target.is {
                Some(is) if is <= target.limit => (figure(is, target.unit), "met"),
                Some(is) => (figure(is, target.unit), "MISSED"),
                None => ("–".to_string(), "NOT MEASURED"),
            };
            table.row(
                &target.what,
                [format!("≤ {}", figure(target.limit, target.unit)), is, word.into()],
            );
        }
        table.print();
        for sentence in &self.failures {
            eprintln!("\nbench: FAILED: {sentence}");
        }
        for peer in missing {
            eprintln!("\nbench: MISSING, its rows are left out: {peer}");
        }
        match (self.failures.is_empty(), missing.is_empty()) {
            (false, _) => ExitCode::FAILURE,
            (true, false) => ExitCode::from(2),
            (true, true) => ExitCode::SUCCESS,
        }
    }
}

/// A ratio with two digits behind the point, anything else as a whole number.
fn figure(value: f64, unit: &str) -> String {
    if unit == "×" { format!("{value:.2}×") } else { format!("{value:.0}{unit}") }
}
