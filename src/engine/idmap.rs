//! Id maps get written: by PID 1 itself, by the launcher, or by a program with root's rights that
//! the launcher starts for it.

use super::files::{whole, write_and_keep, write_whole};
use super::tool;
use super::trouble::Trouble;
use crate::limits::{ID_MAP_BYTES_MAX, ID_TOOL_WORDS_MAX};
use crate::model::{IdKind, IdMap, IdTool};
use crate::plan::Lines;
use crate::text::{Buffer, Sink as _, Words, put};

/// One line of our own map.
pub(super) fn write_own(kind: IdKind, line: IdMap) -> Result<(), Trouble> {
    let mut text = Buffer::<64>::new();
    put!(&mut text, line);
    let path = match kind {
        IdKind::Uid => c"/proc/self/uid_map",
        IdKind::Gid => c"/proc/self/gid_map",
    };
    write_and_keep(path, whole(&text)?)
}

/// All lines of a process's map, in one write.
#[inline(never)] // its text would lie in the frame of every step
pub(super) fn write(pid: i32, kind: IdKind, lines: Lines<'_>) -> Result<(), Trouble> {
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/proc/", pid, "/", kind.file());
    let mut text = Buffer::<ID_MAP_BYTES_MAX>::new();
    for line in lines.iter() {
        put!(&mut text, line, "\n");
    }
    write_whole(path.path().unwrap_or_default(), whole(&text)?)
}

/// The same by newuidmap(1) or newgidmap(1). It is started with an empty environment, and says by
/// itself what it does not like.
#[inline(never)] // as above
pub(super) fn write_by_tool(
    pid: i32,
    kind: IdKind,
    lines: Lines<'_>,
    tool: IdTool,
) -> Result<(), Trouble> {
    let mut text = Buffer::<{ ID_MAP_BYTES_MAX + 128 }>::new();
    let program = tool.path(kind);
    text.put(program.to_bytes_with_nul());
    put!(&mut text, pid, '\0');
    for line in lines.iter() {
        put!(&mut text, line.inside(), '\0', line.outside(), '\0', line.count(), '\0');
    }
    let words = Words::new(whole(&text)?);
    let mut list = tool::listed::<{ ID_TOOL_WORDS_MAX + 1 }>(words.iter())?;
    tool::run(program, &list.finish())
}
