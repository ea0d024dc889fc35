//! Signals against the real kernel: what reaches the workload, what it inherits, what is killed
//! when, and that nothing survives a KILL at any moment.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod forwarding;
mod inheritance;
mod leftovers;
mod moments;
#[path = "../support/mod.rs"]
mod support;
