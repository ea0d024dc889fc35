//! `ls` and `doctor`: what they see is what is there, also by the word of others; and `help`.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod completion;
mod docs;
mod doctor;
mod faults;
mod filter;
mod help;
#[path = "../ring/json.rs"]
mod json;
mod keepers;
mod ls;
mod lsns;
#[path = "../support/mod.rs"]
mod support;
