//! Errors and signals in the words of glibc: what strerror(3) and strsignal(3) say in the C locale.
//!
//! Only the programs that we stand in for speak so; our own messages name errors and signals.

use crate::model::{Errno, Signal};
use crate::text::{Show, Sink, put};

/// Errors that an exec, a new process or a terminal can give.
const ERRORS: [(Errno, &str); 24] = [
    (Errno::EPERM, "Operation not permitted"),
    (Errno::ENOENT, "No such file or directory"),
    (Errno::ESRCH, "No such process"),
    (Errno::EINTR, "Interrupted system call"),
    (Errno::EIO, "Input/output error"),
    (Errno::ENXIO, "No such device or address"),
    (Errno::E2BIG, "Argument list too long"),
    (Errno::ENOEXEC, "Exec format error"),
    (Errno::EBADF, "Bad file descriptor"),
    (Errno::EAGAIN, "Resource temporarily unavailable"),
    (Errno::ENOMEM, "Cannot allocate memory"),
    (Errno::EACCES, "Permission denied"),
    (Errno::EFAULT, "Bad address"),
    (Errno::ENOTDIR, "Not a directory"),
    (Errno::EISDIR, "Is a directory"),
    (Errno::EINVAL, "Invalid argument"),
    (Errno::ENFILE, "Too many open files in system"),
    (Errno::EMFILE, "Too many open files"),
    (Errno::ENOTTY, "Inappropriate ioctl for device"),
    (Errno::ETXTBSY, "Text file busy"),
    (Errno::ENOSPC, "No space left on device"),
    (Errno::ENAMETOOLONG, "File name too long"),
    (Errno::ENOSYS, "Function not implemented"),
    (Errno::ELOOP, "Too many levels of symbolic links"),
];

/// The standard signals, from 1.
const SIGNALS: [&str; 31] = [
    "Hangup",
    "Interrupt",
    "Quit",
    "Illegal instruction",
    "Trace/breakpoint trap",
    "Aborted",
    "Bus error",
    "Floating point exception",
    "Killed",
    "User defined signal 1",
    "Segmentation fault",
    "User defined signal 2",
    "Broken pipe",
    "Alarm clock",
    "Terminated",
    "Stack fault",
    "Child exited",
    "Continued",
    "Stopped (signal)",
    "Stopped",
    "Stopped (tty input)",
    "Stopped (tty output)",
    "Urgent I/O condition",
    "CPU time limit exceeded",
    "File size limit exceeded",
    "Virtual timer expired",
    "Profiling timer expired",
    "Window changed",
    "I/O possible",
    "Power failure",
    "Bad system call",
];

/// An error as strerror(3) says it.
pub(super) struct Error(pub Errno);

impl Show for Error {
    fn show(&self, out: &mut dyn Sink) {
        match ERRORS.iter().find(|(known, _)| *known == self.0) {
            Some((_, text)) => put!(out, text),
            None => put!(out, "Unknown error ", self.0.number()),
        }
    }
}

/// A signal as strsignal(3) says it.
pub(super) struct Named(pub Signal);

impl Show for Named {
    fn show(&self, out: &mut dyn Sink) {
        let number = self.0.number();
        match (SIGNALS.get(usize::from(number).wrapping_sub(1)), number.checked_sub(RTMIN)) {
            (Some(text), _) => put!(out, text),
            (None, Some(above)) => put!(out, "Real-time signal ", above),
            (None, None) => put!(out, "Unknown signal ", number),
        }
    }
}

/// The first real-time signal that glibc leaves to programs.
const RTMIN: u8 = 34;

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::io::Error;
    use std::string::ToString;

    #[test]
    fn the_words_are_those_of_the_c_library() {
        // strerror(3) of the glibc that the tests run on, by way of std.
        for (errno, text) in ERRORS {
            let number = errno.number();
            let said = Error::from_raw_os_error(number.into()).to_string();
            assert_eq!(said, format!("{text} (os error {number})"));
        }
    }
}
