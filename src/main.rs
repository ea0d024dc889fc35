//! The front door of nsinit: takes the stack the kernel gave and hands the words to the cli.
//!
//! ```text
//! _start ──► start::enter ──► cli::main ──► exit code
//! ```

#![no_std]
#![no_main]

mod start;
