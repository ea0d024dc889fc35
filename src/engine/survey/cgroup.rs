//! Where we are in the hierarchy of cgroups, and where one could be made for us.

use core::ffi::CStr;

use heapless::Vec;

use crate::engine::files::{Lines, head_of};
use crate::engine::mountinfo::{self, unescape};
use crate::engine::trouble::plain;
use crate::limits::{LINE_MAX, PATH_MAX};
use crate::model::{CgroupParent, Controller, ControllerSet, Errno, MemoryCgroup};
use crate::plan::{Candidate, Cgroups, Inhabitants};
use crate::sys::file::{self, Mode};
use crate::sys::{cgroup, process};
use crate::text::{Buffer, Sink as _, put, units};

/// A path that is put together.
type Path = Vec<u8, PATH_MAX>;

/// Finds everything out; `named` is where ours is to be made, if that was said.
#[inline(never)] // its paths would lie in the frame of every start
pub(super) fn ask(named: Option<CgroupParent<'_>>, cgroups: &mut Cgroups) {
    ask_for_controllers(cgroups);
    let mut text = [0u8; PATH_MAX];
    let ours = head_of(c"/proc/self/cgroup", &mut text).unwrap_or_default();
    let ours = MemoryCgroup::parse(ours).unified.unwrap_or_default();
    let Some((mount, below)) = find_mount(ours, named, cgroups) else { return };
    if path_of(&mount, below, &mut cgroups.own.path).is_none() {
        return;
    }
    look(&mut cgroups.own);
    let parent = below.iter().rposition(|byte| *byte == b'/').map(|at| below.split_at(at).0);
    if let (None | Some(CgroupParent::Own), Some(parent)) = (named, parent)
        && below != b"/"
        && path_of(&mount, parent, &mut cgroups.above.path).is_some()
    {
        look(&mut cgroups.above);
    }
    for controller in [Controller::Cpuset, Controller::Memory] {
        let is_missing = cgroups.own.is_root && !cgroups.own.available.has(controller);
        if !is_missing {
            cgroups.built = cgroups.built.with(controller);
        }
    }
}

/// The controllers of the kernel (cgroups(7), "/proc/cgroups"). A kernel without version 1 may
/// have no such file; whatever it has is in version 2 then. The file leaves out what version 1 has
/// not (kernel/cgroup/cgroup-v1.c, `cgroup1_subsys_absent`), which can be true of cpuset and memory
/// (CONFIG_CPUSETS_V1, CONFIG_MEMCG_V1): whether they are missing, only the root of all tells.
fn ask_for_controllers(cgroups: &mut Cgroups) {
    let all = Controller::ALL.into_iter().fold(ControllerSet::EMPTY, ControllerSet::with);
    let Ok(mut lines) = Lines::open(c"/proc/cgroups", plain(Errno::E2BIG)) else {
        cgroups.built = all;
        return;
    };
    while let Ok(Some(line)) = lines.next() {
        let mut fields = line.split(|byte| *byte == b'\t');
        let Some(controller) = fields.next().and_then(Controller::find) else { continue };
        let (hierarchy, enabled) = (fields.next(), fields.nth(1));
        cgroups.built = cgroups.built.with(controller);
        // Hierarchy 0 is version 2, or none.
        if hierarchy.is_some_and(|number| number != b"0") {
            cgroups.in_version_1 = cgroups.in_version_1.with(controller);
        }
        if enabled == Some(b"0") {
            cgroups.switched_off = cgroups.switched_off.with(controller);
        }
    }
}

/// The first mount below which our cgroup is, or the one that was named, and the path there.
fn find_mount<'p>(
    ours: &'p [u8],
    named: Option<CgroupParent<'p>>,
    cgroups: &mut Cgroups,
) -> Option<(Path, &'p [u8])> {
    let source = file::open(c"/proc/self/mountinfo", Mode::ReadNow).ok()?;
    let mut found = None;
    // A line may be longer than that: an overlay's names all its directories.
    let mut buffer = [0u8; LINE_MAX];
    mountinfo::each_line(&source, &mut buffer, &mut |line| {
        let mounted = mountinfo::parse(line).filter(|mounted| mounted.kind == b"cgroup2");
        let Some(mounted) = mounted.filter(|_| found.is_none()) else { return };
        cgroups.is_mounted = true;
        let (Some(target), Some(root)) = (unescape(mounted.target), unescape(mounted.root)) else {
            return;
        };
        let below = match named {
            Some(CgroupParent::At(path)) => Some(path.to_bytes()),
            Some(CgroupParent::Own) | None => below(ours, &root),
        };
        found = below.map(|below| (target, below));
    });
    found
}

/// A path of the hierarchy below the part of it that is mounted; a cgroup above or beside that has
/// none.
pub(in crate::engine) fn below<'p>(path: &'p [u8], root: &[u8]) -> Option<&'p [u8]> {
    let root = root.strip_suffix(b"\0").unwrap_or(root);
    if path.starts_with(b"/..") || !path.starts_with(b"/") {
        return None;
    }
    match path.strip_prefix(if root == b"/" { b"".as_slice() } else { root })? {
        [] => Some(b"/"),
        rest @ [b'/', ..] => Some(rest),
        _ => None,
    }
}

/// The directory of a cgroup, with a NUL behind it.
fn path_of(mount: &[u8], below: &[u8], path: &mut Path) -> Option<()> {
    path.clear();
    let mount = mount.strip_suffix(b"\0").unwrap_or(mount);
    let below = if below == b"/" { b"".as_slice() } else { below };
    let put = |path: &mut Path| {
        [mount, below, b"\0"].into_iter().try_for_each(|part| path.extend_from_slice(part))
    };
    let is_put = put(path).is_ok();
    if !is_put {
        path.clear();
    }
    is_put.then_some(())
}

/// What could be done in a cgroup.
fn look(candidate: &mut Candidate) {
    let path = candidate.path.clone();
    let path = path.strip_suffix(b"\0").unwrap_or_default();
    let mut text = [0u8; 1024];
    candidate.trouble = with_file(path, "", |path| cgroup::may_write(path).err());
    if candidate.trouble.is_none() {
        candidate.trouble = with_file(path, "/cgroup.procs", |path| cgroup::may_write(path).err());
    }
    candidate.available = with_file(path, "/cgroup.controllers", |path| read_set(path, &mut text))
        .unwrap_or_default();
    candidate.enabled =
        with_file(path, "/cgroup.subtree_control", |path| read_set(path, &mut text))
            .unwrap_or_default();
    // Only the root of the whole has no type (cgroups(7), "cgroup.type").
    let type_is_missing =
        |path: &CStr| (file::access(path, false) == Err(Errno::ENOENT)).then_some(());
    candidate.is_root = candidate.trouble != Some(Errno::ENOENT)
        && with_file(path, "/cgroup.type", type_is_missing).is_some();
    candidate.inhabitants =
        with_file(path, "/cgroup.procs", |path| Some(inhabitants(path))).unwrap_or_default();
}

/// Looks at a file of a cgroup.
fn with_file<T>(path: &[u8], name: &str, look: impl FnOnce(&CStr) -> Option<T>) -> Option<T> {
    let mut file = Buffer::<PATH_MAX>::new();
    file.put(path);
    put!(&mut file, name);
    look(file.path()?)
}

fn read_set(path: &CStr, text: &mut [u8]) -> Option<ControllerSet> {
    head_of(path, text).map(ControllerSet::parse)
}

/// Who is in a cgroup, as its cgroup.procs says. Those of other PID namespaces are 0 there.
fn inhabitants(path: &CStr) -> Inhabitants {
    let mut text = [0u8; 256];
    let Ok(source) = file::open(path, Mode::Read) else { return Inhabitants::Others };
    let len = file::read(&source, &mut text).unwrap_or(0);
    let text = text.get(..len).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let own = u64::try_from(process::pid()).unwrap_or(0);
    let mut inhabitants = Inhabitants::None;
    for pid in lines {
        match units::unsigned(pid, u64::MAX) == Ok(own) {
            true => inhabitants = Inhabitants::Us,
            false => return Inhabitants::Others,
        }
    }
    inhabitants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_cgroup_is_found_below_the_part_that_is_mounted() {
        // Columns: our path, the mount's root, where below the mount.
        let cases = [
            ("/", "/", Some("/")),
            ("/a/b", "/", Some("/a/b")),
            ("/docker/x", "/docker/x", Some("/")),
            ("/docker/x/y", "/docker/x", Some("/y")),
            ("/docker/xy", "/docker/x", None),
            ("/docker", "/docker/x", None),
            ("/../a", "/", None),
            ("/a", "/..", None),
            ("", "/", None),
        ];
        for (path, root, expected) in cases {
            let found = below(path.as_bytes(), root.as_bytes());
            assert_eq!(found, expected.map(str::as_bytes), "{path:?} {root:?}");
        }
    }

    #[test]
    fn the_directory_is_the_mounts_and_the_path() {
        let mut path = Path::new();
        path_of(b"/sys/fs/cgroup\0", b"/", &mut path).unwrap();
        assert_eq!(path.as_slice(), b"/sys/fs/cgroup\0");
        path_of(b"/sys/fs/cgroup\0", b"/a", &mut path).unwrap();
        assert_eq!(path.as_slice(), b"/sys/fs/cgroup/a\0");
        assert!(path_of(&[b'x'; PATH_MAX], b"/", &mut path).is_none());
        assert!(path.is_empty());
    }
}
