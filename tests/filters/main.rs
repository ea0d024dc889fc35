//! Filters of system calls against the real kernel: what runs under ours, what files and
//! descriptors say, and what is refused before anything is touched.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod faults;
mod formats;
mod lock;
mod log;
#[path = "../ring/loops.rs"]
#[allow(dead_code)] // of the launcher nothing is asked here
mod loops;
mod programs;
#[path = "../support/mod.rs"]
mod support;
