//! Cgroups of version 2: where they are mounted, which of them we are in, what is delegated to us
//! (cgroups(7), Documentation/admin-guide/cgroup-v2.rst, "Delegation").

use core::ffi::CStr;

use super::trial::Trial;
use crate::engine::files::head_of;
use crate::engine::mountinfo::{self, Mounted, unescape};
use crate::engine::survey::below;
use crate::limits::PATH_MAX;
use crate::model::{Errno, MemoryCgroup};
use crate::sys::file::{self, Mode};
use crate::text::{Buffer, Digits, Sink, put};

/// What is known of them.
pub struct Cgroup {
    /// The directory of our own cgroup; no text where none is mounted.
    pub path: Buffer<PATH_MAX>,
    /// The controllers that it has, as `cgroup.controllers` lists them.
    pub controllers: Buffer<256>,
    /// Whether a cgroup can be made in it.
    pub own: Trial,
}

impl Cgroup {
    /// Whether cgroups of version 2 are mounted where we can see ours.
    pub fn is_mounted(&self) -> bool {
        self.path.text().is_some_and(|path| !path.is_empty())
    }

    /// Whether it has this controller.
    pub fn has(&self, controller: &[u8]) -> bool {
        let list = self.controllers.text().unwrap_or_default();
        list.split(|byte| *byte == b' ').any(|own| own == controller)
    }
}

/// Looks at our own cgroup, and makes one in it under a name that nobody else has.
pub(super) fn look(buffer: &mut [u8], random: u64) -> Cgroup {
    let mut found = Cgroup { path: Buffer::new(), controllers: Buffer::new(), own: Trial::Untried };
    let mut text = [0; 2048];
    let list = head_of(c"/proc/self/cgroup", &mut text).unwrap_or_default();
    let Some(own) = MemoryCgroup::parse(list).unified else { return found };
    let Ok(source) = file::open(c"/proc/self/mountinfo", Mode::Read) else { return found };
    let mut is_found = false;
    mountinfo::each_line(&source, buffer, &mut |line| {
        let Some(Mounted { root, target, kind: b"cgroup2", .. }) = mountinfo::parse(line) else {
            return;
        };
        // The mount may show a part of the tree only, and our cgroup may lie elsewhere.
        let own = unescape(root).and_then(|root| below(own, &root));
        let target = unescape(target);
        if let (false, Some(own), Some([target @ .., 0])) = (is_found, own, target.as_deref()) {
            is_found = true;
            put!(&mut found.path, Raw(target), Raw(if own == b"/" { b"" } else { own }));
        }
    });
    let below = |name: &dyn crate::text::Show| {
        let mut path = Buffer::<PATH_MAX>::new();
        path.put(found.path.text().unwrap_or_default());
        put!(&mut path, "/", name);
        path
    };
    if is_found {
        let mut list = [0; 255];
        let mut path = below(&"cgroup.controllers");
        let list = path.path().and_then(|path| head_of(path, &mut list)).unwrap_or_default();
        found.controllers.put(list.trim_ascii());
        let mut path = below(&Trying(random));
        found.own = Trial::of(path.path().ok_or(Errno::ENAMETOOLONG).and_then(make_and_remove));
    }
    found
}

/// The name of the cgroup that is made to see whether it can be.
struct Trying(u64);

impl crate::text::Show for Trying {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "nsinit-doctor.", Digits::hex(self.0, 16));
    }
}

/// Bytes as they are.
struct Raw<'t>(&'t [u8]);

impl crate::text::Show for Raw<'_> {
    fn show(&self, out: &mut dyn Sink) {
        out.put(self.0);
    }
}

/// Makes a directory and removes it at once: nobody can have moved a process into it.
fn make_and_remove(path: &CStr) -> Result<(), Errno> {
    file::make_directory(path)?;
    file::remove_directory(path).or_else(|_| file::remove_directory(path))
}
