//! The promises of an entrypoint, each with a probe: how to start *a program* with a workload, what
//! to do to it, and what must be seen.
//!
//! A probe knows no program but by its flags ([`program`]), so that one and the same scenario holds
//! our tests (`tests/promises/main.rs`) and fills the table promise × program of the bench
//! (`benches/entrypoint/`). It runs in a process of its own, PID 1 of namespaces that unshare(1)
//! made for it: whatever a program leaves, ends with the probe, and what it does to PIDs, mounts or
//! a terminal stays there. A probe that waits in vain has a limit; it is then "hangs", a result as
//! any other.

#![allow(missing_docs, unsafe_code, unused_results, dead_code, reason = "for tests and benches")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

pub mod asked;
pub mod early;
pub mod ends;
pub mod exec;
pub mod idle;
pub mod manager;
pub mod program;
pub mod runner;
pub mod signals;
pub mod start;
pub mod subject;
pub mod terminal;

pub use program::{Kind, Seat};
pub use subject::Subject;

/// What was seen: the promise was kept, or it was broken and how, in a word or a figure.
pub type Verdict = Result<Seen, Seen>;

/// A word for the table, and a sentence for who wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub word: String,
    pub detail: String,
}

/// A broken promise, with the reason.
pub fn broken(word: impl Into<String>, detail: impl Into<String>) -> Verdict {
    Err(Seen { word: word.into(), detail: detail.into() })
}

/// A kept one.
pub fn kept() -> Verdict {
    counted("kept")
}

/// A kept one with a figure.
pub fn counted(word: impl Into<String>) -> Verdict {
    Ok(Seen { word: word.into(), detail: String::new() })
}

/// Kept if `is`, or else broken in this way.
pub fn when(is: bool, word: impl Into<String>, detail: impl Into<String>) -> Verdict {
    if is { kept() } else { broken(word, detail) }
}

/// A promise and how it is looked at.
#[derive(Clone, Copy)]
pub struct Probe {
    /// For the command line and for messages.
    pub name: &'static str,
    /// The row of the table.
    pub promise: &'static str,
    pub look: fn(&Subject) -> Verdict,
}

/// What belongs together.
pub struct Group {
    pub title: &'static str,
    pub probes: &'static [Probe],
}

/// Every promise, in the order of the table.
pub static GROUPS: [Group; 9] = [
    Group { title: "The first instants", probes: early::PROBES },
    Group { title: "Signals", probes: signals::PROBES },
    Group { title: "What it is started with", probes: start::PROBES },
    Group { title: "The command", probes: exec::PROBES },
    Group { title: "The terminal", probes: terminal::PROBES },
    Group { title: "The end", probes: ends::PROBES },
    Group { title: "Between a manager and the workload", probes: manager::PROBES },
    Group { title: "While it runs", probes: idle::PROBES },
    Group { title: "When asked for by a flag", probes: asked::PROBES },
];

/// The probe with this name.
pub fn find(name: &str) -> Option<&'static Probe> {
    GROUPS.iter().flat_map(|group| group.probes).find(|probe| probe.name == name)
}
