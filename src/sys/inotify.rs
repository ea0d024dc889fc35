//! inotify(7): what becomes of files that we have open.

use core::ffi::CStr;

use linux_raw_sys::general as raw;

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;
use crate::text::{Buffer, put};

/// inotify_init1(2): nothing is watched yet; close-on-exec, and reading does not wait.
///
/// # Errors
/// EMFILE: more than the user may have.
pub fn open() -> Result<Fd, Errno> {
    let flags = (raw::O_CLOEXEC | raw::O_NONBLOCK) as usize;
    // SAFETY: one integer in.
    let ret = unsafe { call!(inotify_init1, flags) };
    check(ret).map(Fd::given)
}

/// inotify_add_watch(2): tells when this open file is written to, renamed or loses a name; by our
/// descriptor of it (proc_pid_fd(5)), since what matters is the file and not what it is called.
///
/// # Errors
/// ENOSPC: more than the user may watch; ENOENT without /proc.
pub fn watch(inotify: &Fd, file: &Fd) -> Result<(), Errno> {
    let mut path = Buffer::<32>::new();
    put!(&mut path, "/proc/self/fd/", file.number());
    let path: &CStr = path.path().ok_or(Errno::ENAMETOOLONG)?;
    let mask = raw::IN_MODIFY | raw::IN_MOVE_SELF | raw::IN_ATTRIB | raw::IN_DELETE_SELF;
    let (path, mask) = (path.as_ptr() as usize, mask as usize);
    // SAFETY: `path` ends in NUL and outlives the call.
    let ret = unsafe { call!(inotify_add_watch, inotify.arg(), path, mask) };
    check(ret).map(|_| ())
}

/// Whether one of these events, as read(2) gave them, says more than that something was written.
pub fn has_moved(events: &[u8]) -> bool {
    // struct inotify_event: the watch, the mask, a cookie, the length of a name, which none has.
    events.chunks_exact(size_of::<raw::inotify_event>()).any(|event| match event {
        [_, _, _, _, a, b, c, d, ..] => u32::from_ne_bytes([*a, *b, *c, *d]) != raw::IN_MODIFY,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::file;
    use std::io::Write as _;

    #[test]
    fn a_file_is_seen_to_grow_and_to_be_renamed() {
        let path = std::env::temp_dir().join(std::format!("inotify-{}", std::process::id()));
        let other = path.with_extension("1");
        let mut log = std::fs::File::create(&path).unwrap();
        let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
        let own = file::open(&name, file::Mode::Read).unwrap();
        let inotify = open().unwrap();
        watch(&inotify, &own).unwrap();
        let mut events = [0u8; 1024];
        assert_eq!(file::read(&inotify, &mut events), Err(Errno::EAGAIN));
        log.write_all(b"x").unwrap();
        let len = file::read(&inotify, &mut events).unwrap();
        assert!(len > 0 && !has_moved(&events[..len]));
        std::fs::rename(&path, &other).unwrap();
        let len = file::read(&inotify, &mut events).unwrap();
        assert!(has_moved(&events[..len]));
        std::fs::remove_file(&other).unwrap();
        let len = file::read(&inotify, &mut events).unwrap();
        assert!(has_moved(&events[..len]));
    }
}
