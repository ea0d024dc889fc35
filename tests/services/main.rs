//! Several services from a file, against the real kernel: order, restarts, what each is given, and
//! what the end of one does to the others.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod last_words;
mod notify;
mod order;
mod readiness;
mod restarts;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod time;

use std::path::Path;

use support::{Run, Who, file, witness};

/// `nsinit run` with a file of this text; `%LOG` in it is a file in `directory`.
fn run_file(who: Who, directory: &Path, text: &str) -> Run {
    let text = text.replace("%LOG", &log(directory));
    let path = file::write(directory, "test.toml", 0o644, text);
    Run::nsinit(who, &["run", &path])
}

/// The path of the log that services write to.
fn log(directory: &Path) -> String {
    file::text(&directory.join("log"))
}

/// What is in the log.
fn logged(directory: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(log(directory)).unwrap_or_default();
    text.lines().map(String::from).collect()
}

/// The command of a service that is a witness in this role.
fn command(words: &[&str]) -> String {
    format!("command = {:?}", witness(words))
}
