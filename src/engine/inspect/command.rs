//! What a process is, for those who read: its command, and whether it is PID 1 of a sandbox of
//! ours.

use crate::engine::files::{head_of, status_of};
use crate::limits::PATH_MAX;
use crate::sys::{Fd, stat};
use crate::text::{Buffer, Words, put, units};

/// The command of a process.
pub struct Command {
    text: [u8; PATH_MAX],
    len: usize,
    /// Whether it is its name alone, because it has no words: a thread of the kernel, or a process
    /// that has ended.
    pub is_name: bool,
}

impl Command {
    /// Its words; of a name alone, that.
    pub fn words(&self) -> Words<'_> {
        Words::new(self.text.get(..self.len).unwrap_or_default())
    }
}

/// The command of a process as far as it fits (proc_pid_cmdline(5)); no words when it is gone.
pub fn command(pid: i32) -> Command {
    let mut command = Command { text: [0; PATH_MAX], len: 0, is_name: false };
    command.len = read(pid, "/cmdline", &mut command.text);
    if command.len == 0 {
        command.is_name = true;
        command.len = read(pid, "/comm", &mut command.text);
        if let Some(end) = command.len.checked_sub(1).and_then(|at| command.text.get_mut(at)) {
            *end = 0; // in place of its newline
        }
    }
    command
}

/// Reads a file of a process and ends it by a NUL; gives how many bytes it has then.
fn read(pid: i32, name: &str, text: &mut [u8]) -> usize {
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/", pid, name);
    let Some(path) = path.path() else { return 0 };
    let Some((last, text)) = text.split_last_mut() else { return 0 };
    *last = 0;
    let len = head_of(path, text).map_or(0, <[u8]>::len);
    // What does not fit is cut, and the NUL behind it ends the last word.
    if len == text.len() { len.saturating_add(1) } else { len }
}

/// Who started a process (proc_pid_status(5), "PPid").
pub fn parent_of(pid: i32) -> Option<i32> {
    let mut text = [0; 2048];
    let status = status_of(&pid, &mut text).ok()?;
    let parent = units::unsigned(field(status, b"PPid:"), 1 << 22).ok()?; // PID_MAX_LIMIT
    i32::try_from(parent).ok()
}

/// Whether a process is nsinit, and PID 1 of a PID namespace below ours (proc_pid_status(5)): by
/// its name, or because it executes the file that we execute.
pub(super) fn is_pid_1_of_ours(proc: &Fd, pid: i32) -> bool {
    let mut text = [0; 2048];
    let status = status_of(&pid, &mut text).unwrap_or_default();
    match pid_1_named(status) {
        Some(b"nsinit") => true,
        Some(_) => {
            let mut path = Buffer::<40>::new();
            put!(&mut path, pid, "/exe");
            let exe = path.path().and_then(|path| stat::identity(proc, path).ok());
            exe.is_some() && exe == stat::identity(proc, c"self/exe").ok()
        }
        None => false,
    }
}

/// The name of a process that is PID 1 of a PID namespace below ours, from the text of its status.
fn pid_1_named(status: &[u8]) -> Option<&[u8]> {
    field(status, b"NSpid:").ends_with(b"\t1").then(|| field(status, b"Name:"))
}

/// The value of a line; nothing when it is not there.
fn field<'s>(status: &'s [u8], name: &[u8]) -> &'s [u8] {
    let mut lines = status.split(|byte| *byte == b'\n');
    lines.find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pid_1_of_a_namespace_below_counts() {
        for (pids, is_one) in [
            ("4711\t1", true),
            ("4711\t12\t1", true),
            ("4711", false),
            ("1", false),
            ("9\t11", false),
        ] {
            let status = std::format!("Name:\tnsinit\nUmask:\t0022\nNSpid:\t{pids}\nNSpgid:\t7\n");
            assert_eq!(pid_1_named(status.as_bytes()), is_one.then_some(&b"nsinit"[..]), "{pids}");
        }
        assert_eq!(pid_1_named(b""), None);
    }
}
