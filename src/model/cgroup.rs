//! The memory cgroup that a process is in, and how often the kernel killed there for want of memory
//! (cgroups(7), Documentation/admin-guide/cgroup-v2.rst).

use crate::text::units;

/// Where a process's memory is counted, as /proc/PID/cgroup says it; paths begin with `/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryCgroup<'a> {
    /// In the unified hierarchy, version 2.
    pub unified: Option<&'a [u8]>,
    /// In the hierarchy of the memory controller, version 1.
    pub memory: Option<&'a [u8]>,
}

impl<'a> MemoryCgroup<'a> {
    /// Reads /proc/PID/cgroup: lines `ID:CONTROLLERS:PATH`, without controllers for version 2.
    pub fn parse(text: &'a [u8]) -> Self {
        let mut found = Self::default();
        for line in text.split(|byte| *byte == b'\n') {
            let mut fields = line.splitn(3, |byte| *byte == b':');
            let (Some(_), Some(controllers), Some(path)) =
                (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            if controllers.is_empty() {
                found.unified = Some(path);
            }
            if controllers.split(|byte| *byte == b',').any(|name| name == b"memory") {
                found.memory = Some(path);
            }
        }
        found
    }
}

/// The count `oom_kill` of memory.events (version 2) or memory.oom_control (version 1, since Linux
/// 4.13): processes that were killed for want of memory.
pub fn oom_kills(text: &[u8]) -> Option<u64> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let count = lines.find_map(|line| line.strip_prefix(b"oom_kill "))?;
    units::unsigned(count, u64::MAX).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_in_a_cgroup_of_each_version() {
        let text = b"4:cpuset:/\n3:cpu,memory:/a/b\n1:name=systemd:/x\n0::/user.slice/a:b\n";
        let found = MemoryCgroup::parse(text);
        assert_eq!(found.unified, Some(b"/user.slice/a:b".as_slice()));
        assert_eq!(found.memory, Some(b"/a/b".as_slice()));
        assert_eq!(MemoryCgroup::parse(b"0::/").unified, Some(b"/".as_slice()));
        for text in ["", "\n\n", "0:", "::", "12:memoryx:/a", "no line at all"] {
            assert_eq!(MemoryCgroup::parse(text.as_bytes()).memory, None, "{text:?}");
        }
    }

    #[test]
    fn kills_for_want_of_memory_are_counted_in_a_line_of_their_own() {
        let events = b"low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n";
        assert_eq!(oom_kills(events), Some(2));
        assert_eq!(oom_kills(b"oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"), Some(7));
        for text in ["", "oom 3\n", "oom_kill\n", "oom_kill x\n", "oom_kill_disable 1\n"] {
            assert_eq!(oom_kills(text.as_bytes()), None, "{text:?}");
        }
    }
}
