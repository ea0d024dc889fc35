//! Bytes to words and back; knows nothing of Linux.
//!
//! Everything here is pure and borrows: a word is a slice of what somebody gave us (the argument
//! vector, a file, the kernel command line) or of the [`Arena`] that holds what had to be decoded.
//! What a word *means* does not belong here: that is `model`.

mod arena;
mod buffer;
pub mod display;
mod fault;
pub mod json;
mod names;
mod near;
mod quote;
mod show;
pub mod toml;
pub mod units;
mod words;

pub use arena::Arena;
pub use buffer::{Buffer, Length};
pub use fault::Fault;
pub use names::Names;
pub use near::nearest;
pub use quote::{Lossy, Quoted, Visible};
pub use show::{Digits, Show, Sink};
pub use words::Words;

pub(crate) use show::put;

display::display!(Quoted<'_>);
