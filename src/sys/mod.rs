//! The kernel's door: one function, one system call; one file, one section of the man pages.
//!
//! Typed in, `Result<_, Errno>` out; no policy, no message, nothing remembered. rustix serves where
//! it has the call and gives no descriptor; calls that rustix lacks, and those that give or take
//! descriptors, are our own, because rustix asserts on descriptors and a panic path in PID 1 is one
//! too many. All unsafe code of the library is in this room.

#![allow(unsafe_code)]
// Arguments of a call travel in registers, which have neither sign nor type.
#![allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, clippy::cast_possible_wrap)]

pub mod arch;
pub mod available;
pub mod beneath;
mod call;
pub mod caps;
pub mod cgroup;
pub mod clock;
pub mod fd;
pub mod file;
pub mod ids;
pub mod inotify;
pub mod keys;
pub mod landlock;
pub mod machine;
pub mod memfd;
pub mod memory;
pub mod mount;
pub mod namespace;
pub mod net;
pub mod nsfs;
pub mod place;
pub mod process;
pub mod pty;
pub mod seccomp;
pub mod signal;
pub mod start;
pub mod stat;
pub mod stream;
pub mod tcp;
pub mod terminal;
pub mod tree;
pub mod uevent;
pub mod unix;
pub mod uts;
pub mod vsock;
pub mod wait;
pub mod watchdog;

pub use call::errno;
pub use fd::Fd;
