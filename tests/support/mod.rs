//! What the integration tests share: who runs a program, how its end is waited for, and proof that
//! nothing was left behind.
//!
//! Every program is started with a mark in its environment, in a session of its own (a test must
//! not take a developer's terminal), and has a time limit; what outlives its test is killed. Nobody
//! sleeps: output, exits and pidfds are waited for with poll(2), and where the kernel has no event
//! to offer, [`wait::until`] looks again and again, with a bound.

#![allow(dead_code, unused_imports)] // each test crate uses a part of it

pub mod calls;
pub mod compile;
pub mod deny;
pub mod desk;
pub mod etc;
pub mod file;
pub mod hold_up;
pub mod hunt;
pub mod kernel;
pub mod leftovers;
pub mod proc;
pub mod reach;
pub mod roles;
pub mod run;
pub mod signals;
pub mod stream;
pub mod subtree;
pub mod terminal;
pub mod tested;
pub mod wait;
pub mod who;
pub mod witness;

pub use run::{Ended, Run, Running};
pub use tested::tested;
pub use who::{Mode, Who};
pub use witness::witness;
