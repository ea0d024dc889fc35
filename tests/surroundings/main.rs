//! The entrypoint where there is nearly nothing: a root with two files, any uid, no /proc, no /dev,
//! no right to anything, and kernels and filters that do not know the newer calls.
//!
//! In each place the same must hold: the exit code comes through, TERM arrives, and who is left is
//! asked and waited for.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod filters;
mod place;
mod roots;
mod runtime;
#[path = "../support/mod.rs"]
mod support;
