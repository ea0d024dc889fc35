//! What differs between machines: the entry from the kernel, system calls, memory functions.
//!
//! One file per architecture, all of it there. Everything above speaks of `syscall3`, `syscall6`
//! and `spawn`.

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub use x86_64::*;

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
pub use aarch64::*;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("nsinit knows x86_64 and aarch64; a third machine is one more file here");
