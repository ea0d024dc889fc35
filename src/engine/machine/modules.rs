//! Kernel modules by name: modules.dep(5) says where each lies and what it needs.

use core::ffi::CStr;

use super::kernel::command_line;
use crate::engine::files::Lines;
use crate::engine::trouble::{Trouble, plain};
use crate::limits::{KERNEL_LINE_MAX, PATH_MAX};
use crate::model::{Errno, Why};
use crate::spec::cmdline;
use crate::sys::file::{self, Mode};
use crate::sys::{machine, uts};
use crate::text::{Buffer, Sink, put};

/// Where modules lie: as kmod has it, and as distributions that have merged /usr.
const ROOTS: [&str; 2] = ["/lib/modules/", "/usr/lib/modules/"];

/// Loads a module and what it needs; one that is loaded or built in is no fault.
#[inline(never)] // its buffers would lie in the frame of every act
pub(super) fn load(name: &CStr) -> Result<(), Trouble> {
    if name.to_bytes().starts_with(b"/") {
        return load_file(name).map_err(plain);
    }
    if is_loaded(name.to_bytes()) {
        return Ok(());
    }
    for root in ROOTS {
        match load_from(root, name.to_bytes()) {
            Err((Errno::ENOENT, Why::Errno)) => {}
            other => return other,
        }
    }
    Err((Errno::ENOENT, Why::NoSuchModule))
}

/// Whether a module of this name is loaded, or built in and known to sysfs.
fn is_loaded(name: &[u8]) -> bool {
    let mut path = Buffer::<96>::new();
    put!(&mut path, "/sys/module/");
    for byte in name {
        path.put(if *byte == b'-' { b"_" } else { core::slice::from_ref(byte) });
    }
    path.path().is_some_and(|path| file::access(path, false).is_ok())
}

/// A file of one kernel's modules.
fn path_of(root: &str, name: &[u8]) -> Buffer<PATH_MAX> {
    let mut path = Buffer::new();
    put!(&mut path, root);
    uts::with_release(|release| path.put(release));
    put!(&mut path, "/");
    path.put(name);
    path
}

/// Looks for the module below one root. ENOENT when it is not there.
fn load_from(root: &str, name: &[u8]) -> Result<(), Trouble> {
    let mut path = path_of(root, b"modules.dep");
    let mut lines = Lines::open(path.path().unwrap_or_default(), plain(Errno::E2BIG))?;
    while let Some(line) = lines.next()? {
        let Some((module, needs)) = entry(line).filter(|(module, _)| is_called(module, name))
        else {
            continue;
        };
        // What is needed by what is needed stands behind it (modules.dep(5)).
        for needed in needs.rsplit(|byte| *byte == b' ').filter(|path| !path.is_empty()) {
            load_file_below(root, needed)?;
        }
        return load_file_below(root, module);
    }
    match is_built_in(root, name) {
        true => Ok(()),
        false => Err(plain(Errno::ENOENT)),
    }
}

/// A module and what it needs, from a line of modules.dep.
fn entry(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (module, needs) = line.split_at_checked(colon)?;
    Some((module, needs.get(1..)?))
}

/// The name of a module, from its file's.
fn name_of(path: &[u8]) -> &[u8] {
    let file = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let end = file.windows(3).position(|part| part == b".ko").unwrap_or(file.len());
    file.get(..end).unwrap_or_default()
}

/// Whether the file of a module has this name.
fn is_called(path: &[u8], name: &[u8]) -> bool {
    cmdline::is_same_name(name_of(path), name)
}

fn is_built_in(root: &str, name: &[u8]) -> bool {
    let mut path = path_of(root, b"modules.builtin");
    let Ok(mut lines) = Lines::open(path.path().unwrap_or_default(), plain(Errno::E2BIG)) else {
        return false;
    };
    while let Ok(Some(line)) = lines.next() {
        if is_called(line, name) {
            return true;
        }
    }
    false
}

#[inline(never)] // its path would lie in the frame of its caller twice
fn load_file_below(root: &str, name: &[u8]) -> Result<(), Trouble> {
    let mut path = path_of(root, name);
    load_file(path.path().unwrap_or_default()).map_err(|errno| match errno {
        // The list has it, the directory has not.
        Errno::ENOENT => (errno, Why::NoSuchModule),
        errno => plain(errno),
    })
}

/// Loads the module of a file, with what the kernel command line says of it.
#[inline(never)] // its buffers would lie in the frame of its callers
fn load_file(path: &CStr) -> Result<(), Errno> {
    let module = file::open(path, Mode::Read)?;
    let mut line = [0u8; KERNEL_LINE_MAX];
    let line = command_line(&mut line)?;
    let mut parameters = Buffer::<{ 2 * KERNEL_LINE_MAX }>::new();
    cmdline::parameters_of(name_of(path.to_bytes()), line, &mut parameters);
    let parameters = parameters.path().ok_or(Errno::E2BIG)?;
    match machine::load_module(&module, !path.to_bytes().ends_with(b".ko"), parameters) {
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_found_by_its_name_whatever_its_file_is_called() {
        let line = b"kernel/net/bridge/bridge.ko.xz: kernel/net/802/stp.ko.xz kernel/net/llc.ko.xz";
        let (module, needs) = entry(line).unwrap();
        assert!(is_called(module, b"bridge") && !is_called(module, b"bridg"));
        let needs: std::vec::Vec<_> = needs.rsplit(|byte| *byte == b' ').collect();
        assert_eq!(needs[0], b"kernel/net/llc.ko.xz");
        for (path, name) in [
            (&b"kernel/a/virtio-rng.ko"[..], &b"virtio_rng"[..]),
            (b"kernel/a/virtio_rng.ko.zst", b"virtio-rng"),
        ] {
            assert!(is_called(path, name));
        }
        assert!(entry(b"no colon").is_none());
    }
}
