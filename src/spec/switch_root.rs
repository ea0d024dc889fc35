//! What was said of the root file system that a machine goes on with when it leaves its initramfs.

use core::ffi::CStr;

use super::{Origin, Said, SaidKey};
use crate::limits::ROOT_KINDS_MAX;
use crate::model::{RootSource, Span};
use crate::text::Fault;

/// The root of a machine.
#[derive(Clone, Copy, Debug)]
pub struct SwitchRoot<'a> {
    /// What it is.
    pub source: Option<Said<RootSource<'a>>>,
    /// Whether that was said to the kernel: then a kernel that had no initramfs has done it.
    pub is_kernels: bool,
    /// The types that are tried, with commas.
    pub kind: Option<Said<&'a CStr>>,
    /// The file system's own options, with commas.
    pub options: Option<Said<&'a CStr>>,
    /// Whether it is written to.
    pub is_writable: Option<Said<bool>>,
    /// Whether what is written goes to memory.
    pub is_volatile: Option<Said<bool>>,
    /// How long the device is waited for.
    pub wait: Option<Said<Span>>,
}

impl SwitchRoot<'_> {
    /// Nothing was said.
    pub(super) const NONE: Self = Self {
        source: None,
        is_kernels: false,
        kind: None,
        options: None,
        is_writable: None,
        is_volatile: None,
        wait: None,
    };

    /// Its keys that were said, and where.
    pub(super) fn keys(&self) -> [SaidKey; 6] {
        let source = self.source.map(|said| (said.origin, "switch-root"));
        let [kind, options, is_writable, is_volatile, wait] = self.details();
        [source, kind, options, is_writable, is_volatile, wait]
    }

    /// Those that say something of a root, but not which.
    pub fn details(&self) -> [SaidKey; 5] {
        let origin = |said: Option<Origin>, key| said.map(|origin| (origin, key));
        [
            origin(self.kind.map(|said| said.origin), "switch-root-type"),
            origin(self.options.map(|said| said.origin), "switch-root-options"),
            origin(self.is_writable.map(|said| said.origin), "switch-root-writable"),
            origin(self.is_volatile.map(|said| said.origin), "switch-root-volatile"),
            origin(self.wait.map(|said| said.origin), "switch-root-wait"),
        ]
    }
}

/// Types of file systems, with commas between them.
pub(super) fn kinds(text: &CStr) -> Result<&CStr, Fault> {
    let kinds = text.to_bytes().split(|byte| *byte == b',');
    let is_kind = |kind: &[u8]| {
        (1..=32).contains(&kind.len()) && kind.iter().all(|byte| byte.is_ascii_graphic())
    };
    match kinds.clone().all(is_kind) && kinds.count() <= ROOT_KINDS_MAX {
        true => Ok(text),
        false => Err(Fault::NotA("list of at most 8 types, such as ext4 or ext4,xfs")),
    }
}

/// Options of a file system; the kernel looks at no more than a page of them (mount(2)).
pub(super) fn options(text: &CStr) -> Result<&CStr, Fault> {
    let (len, max) = (text.to_bytes().len(), 1024);
    if len <= max { Ok(text) } else { Err(Fault::TooLong { len, max }) }
}
