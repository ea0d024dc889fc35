//! The keys of an entrypoint against the real kernel: what becomes of signals, of the exit code, of
//! what is left, of our parent's end; files with variables, and several services in one container.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod keys;
#[path = "../support/mod.rs"]
mod support;
