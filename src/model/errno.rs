//! Error numbers by their names (errno(3); asm-generic/errno.h, which x86, arm and RISC-V share).

use crate::text::{Names, Show, Sink, put};

/// An error number of the kernel, 1 to 4095.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(u16);

/// The numbers with a name here, those that a call of ours can give: the first of a row, and the
/// names of the row.
const ROWS: [(u16, Names); 15] = [
    (
        1,
        Names::new(
            "EPERM|ENOENT|ESRCH|EINTR|EIO|ENXIO|E2BIG|ENOEXEC|EBADF|ECHILD|EAGAIN|ENOMEM|\
             EACCES|EFAULT|ENOTBLK|EBUSY|EEXIST|EXDEV|ENODEV|ENOTDIR|EISDIR|EINVAL|ENFILE|\
             EMFILE|ENOTTY|ETXTBSY|EFBIG|ENOSPC|ESPIPE|EROFS|EMLINK|EPIPE|EDOM|ERANGE|\
             EDEADLK|ENAMETOOLONG|ENOLCK|ENOSYS|ENOTEMPTY|ELOOP",
        ),
    ),
    (61, Names::new("ENODATA")),
    (71, Names::new("EPROTO")),
    (75, Names::new("EOVERFLOW|ENOTUNIQ|EBADFD")),
    (80, Names::new("ELIBBAD")),
    (87, Names::new("EUSERS")),
    (93, Names::new("EPROTONOSUPPORT")),
    (95, Names::new("EOPNOTSUPP")),
    (97, Names::new("EAFNOSUPPORT|EADDRINUSE|EADDRNOTAVAIL|ENETDOWN|ENETUNREACH")),
    (103, Names::new("ECONNABORTED|ECONNRESET|ENOBUFS|EISCONN|ENOTCONN")),
    (110, Names::new("ETIMEDOUT|ECONNREFUSED")),
    (114, Names::new("EALREADY|EINPROGRESS|ESTALE")),
    (122, Names::new("EDQUOT")),
    (124, Names::new("EMEDIUMTYPE|ECANCELED|ENOKEY")),
    (133, Names::new("EHWPOISON")),
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
    /// On another mount.
    pub const EXDEV: Self = Self(18);
    /// No such device or file system type.
    pub const ENODEV: Self = Self(19);
    /// Block device required.
    pub const ENOTBLK: Self = Self(15);
    /// A descriptor in a bad state.
    pub const EBADFD: Self = Self(77);
    /// Not supported by this file.
    pub const EOPNOTSUPP: Self = Self(95);
    /// No such family of sockets.
    pub const EAFNOSUPPORT: Self = Self(97);
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
    /// A file system that is read-only.
    pub const EROFS: Self = Self(30);
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
    /// As much as one may have.
    pub const EDQUOT: Self = Self(122);
    /// No such descriptor.
    pub const EBADF: Self = Self(9);
    /// An address outside our memory.
    pub const EFAULT: Self = Self(14);
    /// Too many open files of everybody.
    pub const ENFILE: Self = Self(23);
    /// Too many open files of ours.
    pub const EMFILE: Self = Self(24);
    /// It is another file by now.
    pub const ESTALE: Self = Self(116);
    /// What the other end said makes no sense.
    pub const EPROTO: Self = Self(71);
    /// Somebody is there already.
    pub const EADDRINUSE: Self = Self(98);
    /// Whoever connected is gone.
    pub const ECONNABORTED: Self = Self(103);
    /// The other end is gone.
    pub const ECONNRESET: Self = Self(104);
    /// Nobody answered in time.
    pub const ETIMEDOUT: Self = Self(110);
    /// Nobody listens there.
    pub const ECONNREFUSED: Self = Self(111);
    /// It has begun, and takes a while.
    pub const EINPROGRESS: Self = Self(115);
    /// A program that is being written to.
    pub const ETXTBSY: Self = Self(26);

    /// The error with this number; what is no error number becomes EIO.
    pub fn new(number: i32) -> Self {
        match u16::try_from(number) {
            Ok(number @ 1..=4095) => Self(number),
            _ => Self::EIO,
        }
    }

    /// As [`Errno::new`], for what the compiler reads.
    pub const fn of_number(number: u16) -> Self {
        match number {
            1..=4095 => Self(number),
            _ => Self::EIO,
        }
    }

    /// The error with this name.
    pub fn parse(name: &[u8]) -> Option<Self> {
        let named = |(first, names): &(u16, Names)| {
            let at = u16::try_from(names.number_of(name)?).ok()?;
            Some(Self::of_number(first.saturating_add(at)))
        };
        ROWS.iter().find_map(named)
    }

    /// Its number, 1 to 4095.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Its name, when it is one of those that a call of ours can give.
    pub fn name(self) -> Option<&'static str> {
        ROWS.iter().find_map(|(first, names)| names.get(self.0.checked_sub(*first)?.into()))
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
        let end = |(first, names): (u16, Names)| usize::from(first) + names.iter().count();
        assert!(ROWS.windows(2).all(|rows| end(rows[0]) < usize::from(rows[1].0)));
        assert_eq!(ROWS.iter().map(|(_, names)| names.iter().count()).sum::<usize>(), 69);
    }
}
