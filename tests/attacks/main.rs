//! What a workload may try, and what must come of it: each attack once with its defence, and once
//! with the defence off, where it must succeed, or the test shows nothing. Which test holds what
//! is in `rows.rs`.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod calls;
mod console;
mod defaults;
mod entering;
mod files;
mod hanging;
mod links;
mod numbers;
mod ours;
mod outside;
mod remains;
mod rows;
mod shared;
mod supervisor;
#[path = "../support/mod.rs"]
mod support;
