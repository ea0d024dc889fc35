//! A terminal of our own (pty(7)), with us as the person in front of it.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};

/// Both ends of a terminal.
pub struct Terminal {
    /// Where keys are pressed and the screen is read.
    pub person_end: OwnedFd,
    /// What programs have as their terminal.
    pub program_end: OwnedFd,
}

/// Keys that the terminal turns into signals (termios(3)).
pub const CTRL_C: &str = "\x03";
pub const CTRL_Z: &str = "\x1a";
pub const CTRL_BACKSLASH: &str = "\x1c";

impl Terminal {
    pub fn new() -> Self {
        let (mut person, mut program) = (-1, -1);
        let none = std::ptr::null_mut();
        // SAFETY: two integers are written; no name, settings or size are asked for or given.
        let ret = unsafe {
            libc::openpty(&raw mut person, &raw mut program, none, none.cast(), none.cast())
        };
        assert_eq!(ret, 0, "openpty: {}", std::io::Error::last_os_error());
        for number in [person, program] {
            // SAFETY: integers in. Programs of other tests must not inherit them.
            unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
        // SAFETY: descriptors that nobody else owns.
        let own = |number| unsafe { OwnedFd::from_raw_fd(number) };
        Self { person_end: own(person), program_end: own(program) }
    }

    /// Before exec in a process that leads a session: standard input becomes its terminal.
    pub fn become_ours() {
        // SAFETY: integers in.
        unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) };
    }

    /// Makes it so many columns wide.
    pub fn set_columns(&self, columns: u16) {
        let size = libc::winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: a struct that lives until the kernel has read it.
        unsafe { libc::ioctl(self.person_end.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
    }

    /// Presses keys.
    pub fn type_keys(&self, keys: &str) {
        File::from(self.person_end.try_clone().unwrap()).write_all(keys.as_bytes()).unwrap();
    }

    /// The process group in the foreground.
    pub fn foreground(&self) -> i32 {
        // SAFETY: a descriptor of ours.
        unsafe { libc::tcgetpgrp(self.person_end.as_raw_fd()) }
    }
}
