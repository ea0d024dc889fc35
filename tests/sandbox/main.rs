//! `nsinit run` against the real kernel, as root and as an ordinary user: what is new inside, what
//! is kept, how it ends, what it says when it cannot.
//!
//! Everything here is one start and its end; `support` sees to it that nothing is left behind.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod clocks;
mod ends;
mod granted;
mod identity;
mod limits;
mod messages;
mod namespaces;
mod remedies;
#[path = "../support/mod.rs"]
mod support;
mod surroundings;
mod told;
mod words;
