//! Filters of system calls against the real kernel: what runs under ours, what files and
//! descriptors say, and what is refused before anything is touched.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod faults;
mod formats;
mod log;
mod programs;
#[path = "../support/mod.rs"]
mod support;
