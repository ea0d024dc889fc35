//! environ(7): the variables that every start looks for, each with the `=` behind its name.
//!
//! They are statics, and `used`, so that each keeps its symbol: link.ld lays them beside the code
//! of a launch. Among all our words and sentences they would cost each start a page fault.

/// Whose file system this is (init/main.c, `envp_init`: the kernel gives its init `/`).
#[used]
pub static HOME: [u8; 5] = *b"HOME=";
/// Where commands are.
#[used]
pub static PATH: [u8; 5] = *b"PATH=";
/// The kind of the terminal.
#[used]
pub static TERM: [u8; 5] = *b"TERM=";
/// Where a service manager wants to be told of us (sd_notify(3)).
#[used]
pub static NOTIFY_SOCKET: [u8; 14] = *b"NOTIFY_SOCKET=";
/// Whom the descriptors from 3 on are for (sd_listen_fds(3)).
#[used]
pub static LISTEN_PID: [u8; 11] = *b"LISTEN_PID=";
/// The same by a number that is never given twice.
#[used]
pub static LISTEN_PIDFDID: [u8; 15] = *b"LISTEN_PIDFDID=";
/// Whose watchdog runs (sd_watchdog_enabled(3)).
#[used]
pub static WATCHDOG_PID: [u8; 13] = *b"WATCHDOG_PID=";
