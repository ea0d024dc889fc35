//! Namespaces that others made, against the real kernel: joined by path, by process and by pidfd,
//! as root and as an ordinary user.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod enter;
mod holder;
mod joins;
mod kept;
mod refusals;
mod shared;
#[path = "../support/mod.rs"]
mod support;

/// Every kind, in the order of the alphabet.
const KINDS: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
