//! Interfaces of a sandbox against the real kernel: pairs, bridges, moved ones, macvlan, pasta.
//!
//! Each test has an outer network of its own, made by unshare(1), so that nothing of the machine's
//! is touched; a script there uses ip(8) and nsinit as a person would. Making interfaces needs
//! root; pasta is for ordinary users.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod interfaces;
mod moved;
mod pasta;
#[path = "../support/mod.rs"]
mod support;

use support::who::{programs, tool};
use support::{Ended, Run, Who};

/// Runs a script in a net namespace of its own, with `$nsinit` and `$witness`.
fn in_a_network(script: &str) -> Ended {
    tool("ip"); // named with its package when it is missing
    let words = ["unshare", "--net", "--", "bash", "-euc", script];
    let program = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    Run::command(Who::Root, words)
        .env("nsinit", &program(&programs().nsinit))
        .env("witness", &format!("{} --witness", program(&programs().witness)))
        .end()
}
