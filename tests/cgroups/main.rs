//! The cgroup of a sandbox against the real kernel, as root and as an ordinary user: where it is
//! made, who is in it, what it is the end of, and that it is gone afterwards.
//!
//! Each test has a cgroup of its own to work in. Which controllers this machine has in version 2
//! does not matter: one that stops nobody is used. That limits bite is tried in `tests/boot/`.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod ends;
mod inside;
mod place;
#[path = "../support/mod.rs"]
mod support;
