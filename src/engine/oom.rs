//! Whether the kernel killed for want of memory: the count of our own cgroup, in which our services
//! are as well unless somebody moved them.

use core::ffi::CStr;

use crate::model::{MemoryCgroup, oom_kills};
use crate::sys::file::{self, Mode};
use crate::text::{Buffer, Sink as _, put};

/// How often it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub kills: u64,
    /// Whether that is since we began, because the cgroup is a container's own: its root is what we
    /// see of the hierarchy.
    pub is_ours: bool,
}

/// The count now; `None` where memory is not counted, or nobody says it.
#[inline(never)] // its buffers would lie in the frame of the loop
pub(super) fn count() -> Option<Count> {
    let mut text = [0u8; 2048];
    let own = MemoryCgroup::parse(read(c"/proc/self/cgroup", &mut text).unwrap_or_default());
    let root = b"/".as_slice();
    // In a container the file system may begin at its own cgroup while the path is the outer one.
    let places = [
        ("/sys/fs/cgroup", own.unified.unwrap_or(root), "memory.events"),
        ("/sys/fs/cgroup", root, "memory.events"),
        ("/sys/fs/cgroup/memory", own.memory.unwrap_or(root), "memory.oom_control"),
        ("/sys/fs/cgroup/memory", root, "memory.oom_control"),
    ];
    places.into_iter().find_map(|(mount, cgroup, name)| {
        let mut path = Buffer::<512>::new();
        put!(&mut path, mount);
        path.put(cgroup);
        put!(&mut path, if cgroup == root { "" } else { "/" }, name);
        let mut text = [0u8; 512];
        let kills = oom_kills(read(path.path()?, &mut text)?)?;
        Some(Count { kills, is_ours: cgroup == root })
    })
}

/// The beginning of a file of the kernel.
fn read<'b>(path: &CStr, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let source = file::open(path, Mode::ReadNow).ok()?;
    let len = file::read(&source, buffer).ok()?;
    buffer.get(..len)
}
