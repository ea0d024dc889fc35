//! nsinit under other programs' names, beside those programs: the same command line, environment
//! and signals for both, and what each prints, does and ends with.
//!
//! Each row says what is expected. Where it says `same`, the original must do just that, too, in
//! the same test, so that the table cannot lie about it.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod answers;
mod differences;
mod orphans;
mod pair;
mod row;
mod runs;
mod signals;
mod sleepers;
#[path = "../support/mod.rs"]
mod support;
mod surroundings;
mod texts;
