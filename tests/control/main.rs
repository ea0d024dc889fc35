//! A running nsinit, seen and steered from outside: the verbs as a user types them, on the real
//! kernel, as root and as an ordinary user.

#![allow(missing_docs, unsafe_code, unused_results, reason = "a test program")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, clippy::multiple_unsafe_ops_per_block)]

mod enter;
mod examples;
mod faults;
mod hostile;
mod impostor;
mod logs;
mod orders;
mod places;
mod sandbox;
mod shown;
mod status_fd;
#[path = "../support/mod.rs"]
mod support;
mod words;
