//! A root of its own against the real kernel, as root and as an ordinary user: what is in it, what
//! is not, and what the flags of bubblewrap and the tables of a file make of it.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod debian;
mod flags;
mod given;
mod inside;
mod lines;
mod old;
mod overlays;
mod roots;
#[path = "../support/mod.rs"]
mod support;
mod ties;
mod userns;
