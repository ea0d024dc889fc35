//! Error numbers by their names (errno(3); asm-generic/errno.h, which x86, arm and RISC-V share).

use crate::text::{Show, Sink, put};

/// An error number of the kernel, 1 to 4095.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(u16);

/// The numbers with a name here: those that a call of ours can give.
const NAMES: [(u16, &str); 66] = [
    (1, "EPERM"),
    (2, "ENOENT"),
    (3, "ESRCH"),
    (4, "EINTR"),
    (5, "EIO"),
    (6, "ENXIO"),
    (7, "E2BIG"),
    (8, "ENOEXEC"),
    (9, "EBADF"),
    (10, "ECHILD"),
    (11, "EAGAIN"),
    (12, "ENOMEM"),
    (13, "EACCES"),
    (14, "EFAULT"),
    (15, "ENOTBLK"),
    (16, "EBUSY"),
    (17, "EEXIST"),
    (18, "EXDEV"),
    (19, "ENODEV"),
    (20, "ENOTDIR"),
    (21, "EISDIR"),
    (22, "EINVAL"),
    (23, "ENFILE"),
    (24, "EMFILE"),
    (25, "ENOTTY"),
    (26, "ETXTBSY"),
    (27, "EFBIG"),
    (28, "ENOSPC"),
    (29, "ESPIPE"),
    (30, "EROFS"),
    (31, "EMLINK"),
    (32, "EPIPE"),
    (33, "EDOM"),
    (34, "ERANGE"),
    (35, "EDEADLK"),
    (36, "ENAMETOOLONG"),
    (37, "ENOLCK"),
    (38, "ENOSYS"),
    (39, "ENOTEMPTY"),
    (40, "ELOOP"),
    (61, "ENODATA"),
    (71, "EPROTO"),
    (75, "EOVERFLOW"),
    (76, "ENOTUNIQ"),
    (80, "ELIBBAD"),
    (87, "EUSERS"),
    (93, "EPROTONOSUPPORT"),
    (95, "EOPNOTSUPP"),
    (97, "EAFNOSUPPORT"),
    (98, "EADDRINUSE"),
    (99, "EADDRNOTAVAIL"),
    (100, "ENETDOWN"),
    (101, "ENETUNREACH"),
    (105, "ENOBUFS"),
    (106, "EISCONN"),
    (107, "ENOTCONN"),
    (110, "ETIMEDOUT"),
    (111, "ECONNREFUSED"),
    (114, "EALREADY"),
    (115, "EINPROGRESS"),
    (116, "ESTALE"),
    (122, "EDQUOT"),
    (124, "EMEDIUMTYPE"),
    (125, "ECANCELED"),
    (126, "ENOKEY"),
    (133, "EHWPOISON"),
];

impl Errno {
    /// Operation not permitted.
    pub const EPERM: Self = Self(1);
    /// No such file or directory.
    pub const ENOENT: Self = Self(2);
    /// No such process.
    pub const ESRCH: Self = Self(3);
    /// Interrupted by a signal.
    pub const EINTR: Self = Self(4);
    /// Not a format that can be executed.
    pub const ENOEXEC: Self = Self(8);
    /// No child process.
    pub const ECHILD: Self = Self(10);
    /// Nothing now, try again.
    pub const EAGAIN: Self = Self(11);
    /// Permission denied.
    pub const EACCES: Self = Self(13);
    /// In use.
    pub const EBUSY: Self = Self(16);
    /// There already.
    pub const EEXIST: Self = Self(17);
    /// No such device or file system type.
    pub const ENODEV: Self = Self(19);
    /// Not a directory.
    pub const ENOTDIR: Self = Self(20);
    /// A directory.
    pub const EISDIR: Self = Self(21);
    /// Invalid argument.
    pub const EINVAL: Self = Self(22);
    /// Not a terminal, or not this request.
    pub const ENOTTY: Self = Self(25);
    /// A limit or device is full.
    pub const ENOSPC: Self = Self(28);
    /// Nobody reads the other end.
    pub const EPIPE: Self = Self(32);
    /// Outside the range.
    pub const ERANGE: Self = Self(34);
    /// No such system call.
    pub const ENOSYS: Self = Self(38);
    /// Too many symbolic links.
    pub const ELOOP: Self = Self(40);
    /// A limit is reached, or memory is shared.
    pub const EUSERS: Self = Self(87);
    /// Arguments too long.
    pub const E2BIG: Self = Self(7);
    /// Out of memory.
    pub const ENOMEM: Self = Self(12);
    /// Input or output error.
    pub const EIO: Self = Self(5);
    /// No such device or address.
    pub const ENXIO: Self = Self(6);
    /// A name is too long.
    pub const ENAMETOOLONG: Self = Self(36);
    /// No such descriptor.
    pub const EBADF: Self = Self(9);

    /// The error with this number; what is no error number becomes EIO.
    pub fn new(number: i32) -> Self {
        match u16::try_from(number) {
            Ok(number @ 1..=4095) => Self(number),
            _ => Self::EIO,
        }
    }

    /// Its number, 1 to 4095.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Its name, when it is one of those that a call of ours can give.
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(number, _)| *number == self.0).map(|(_, name)| *name)
    }
}

/// Prints `EPERM`, or `errno 4000` where we have no name.
impl Show for Errno {
    fn show(&self, out: &mut dyn Sink) {
        match self.name() {
            Some(name) => put!(out, name),
            None => put!(out, "errno ", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn errors_are_printed_by_name() {
        assert_eq!(Errno::new(1).to_string(), "EPERM");
        assert_eq!(Errno::EUSERS.to_string(), "EUSERS");
        assert_eq!(Errno::new(4000).to_string(), "errno 4000");
        assert_eq!(Errno::new(-1), Errno::EIO);
        assert_eq!(Errno::new(5000), Errno::EIO);
    }

    #[test]
    fn the_table_is_sorted_and_every_number_stands_once() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
