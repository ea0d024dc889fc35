//! Lines of /proc/PID/mountinfo (proc_pid_mountinfo(5)).

use heapless::Vec;

use crate::limits::PATH_MAX;
use crate::model::Errno;
use crate::sys::{Fd, file};
use crate::text::units;

/// What a line says, as far as it is of use here.
pub(super) struct Mounted<'l> {
    pub id: u32,
    /// What of the file system is mounted; for a namespace its kind and inode.
    pub root: &'l [u8],
    /// Where, with white space and backslashes as octal numbers.
    pub target: &'l [u8],
    /// The file system's type.
    pub kind: &'l [u8],
}

/// Reads a line.
pub(super) fn parse(line: &[u8]) -> Option<Mounted<'_>> {
    let mut fields = line.split(|byte| *byte == b' ');
    let id = units::unsigned(fields.next()?, u64::from(u32::MAX)).ok()?;
    let root = fields.nth(2)?; // behind parent and device
    let target = fields.next()?;
    let kind = fields.skip_while(|field| *field != b"-").nth(1)?;
    Some(Mounted { id: u32::try_from(id).ok()?, root, target, kind })
}

/// A path without its escapes, with a NUL behind it.
pub(super) fn unescape(text: &[u8]) -> Option<Vec<u8, PATH_MAX>> {
    let mut path = Vec::new();
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let byte = match (byte, tail) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                rest = after;
                ((a & 3) << 6) | ((b & 7) << 3) | (c & 7)
            }
            (byte, _) => *byte,
        };
        path.push(byte).ok()?;
    }
    path.push(0).ok()?;
    Some(path)
}

/// Gives every line of a file to `take`; one that is longer than the buffer is none of ours.
pub(super) fn each_line(source: &Fd, buffer: &mut [u8], take: &mut dyn FnMut(&[u8])) {
    let (mut len, mut is_too_long) = (0, false);
    loop {
        let room = buffer.get_mut(len..).unwrap_or_default();
        let more = match file::read(source, room) {
            Ok(0) | Err(Errno::EAGAIN) => return,
            Ok(more) => more,
            Err(_) => return, // the process has ended
        };
        len = len.saturating_add(more);
        let mut rest = buffer.get(..len).unwrap_or_default();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            if !core::mem::take(&mut is_too_long) {
                take(rest.get(..end).unwrap_or_default());
            }
            rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
        }
        let left = rest.len();
        is_too_long |= left == buffer.len();
        let left = if is_too_long { 0 } else { left };
        let start = len.saturating_sub(left);
        for at in 0..left {
            let byte = buffer.get(start.saturating_add(at)).copied().unwrap_or(0);
            if let Some(place) = buffer.get_mut(at) {
                *place = byte;
            }
        }
        len = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_mountinfo_is_read_with_and_without_optional_fields() {
        for line in [
            &b"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime - ext3 /dev/root rw,errors=continue"[..],
            b"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw",
        ] {
            let Mounted { id, root, target, kind } = parse(line).unwrap();
            assert_eq!((id, root, kind), (36, &b"/mnt1"[..], &b"ext3"[..]));
            assert_eq!(unescape(target).unwrap().as_slice(), b"/mnt 2\0");
        }
        for line in [&b""[..], b"x 1", b"36 35 98:0 / /mnt rw ext3 a b"] {
            assert!(parse(line).is_none());
        }
    }
}
