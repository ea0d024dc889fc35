//! What was asked of the root: the table `[root]`, and what is put into it, `[[mount]]`.
//!
//! What is put there is one list, in the order it was said: first the file's, then that of the
//! arguments, where each of bubblewrap's flags is one entry.

use core::ffi::CStr;

use heapless::Vec;

use super::{Item, List, Origin, Said};
use crate::limits::{LAYERS_MAX, ROOT_MOUNTS_MAX};
#[cfg(feature = "sandbox")]
use crate::model::Source;
use crate::model::{Layers, Mount, MountType, Proc, Upper};
use crate::text::Fault;

/// The memory of its lists.
#[derive(Debug)]
pub struct RootLists<'a> {
    mounts: Vec<Said<Mount<'a>>, ROOT_MOUNTS_MAX>,
    layers: Vec<&'a CStr, LAYERS_MAX>,
}

impl RootLists<'_> {
    /// Empty lists.
    #[allow(clippy::new_without_default)] // it is made once, within those of the whole
    pub const fn new() -> Self {
        Self { mounts: Vec::new(), layers: Vec::new() }
    }
}

/// What `--perms`, `--size` and `--overlay-src` said, until the option that it is for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waiting {
    /// A mode.
    pub mode: Option<Said<u16>>,
    /// A size in bytes.
    pub size: Option<Said<u64>>,
    /// Layers of an overlay.
    pub layers: Layers,
}

/// What was asked of the root; `None` and empty lists were not said.
#[derive(Debug)]
pub struct RootSpec<'a> {
    /// The directory that becomes the root.
    pub path: Option<Said<&'a CStr>>,
    /// Whether nothing is written to it.
    pub read_only: Option<Said<bool>>,
    /// Whether what is written to it goes elsewhere.
    pub overlay: Option<Said<Upper<'a>>>,
    /// Bytes that what is in memory of it holds.
    pub size: Option<Said<u64>>,
    /// What is in memory of it: an empty root, or an overlay over `path`.
    pub own: Mount<'a>,
    /// Whether it gets a /dev of its own.
    pub dev: Option<Said<bool>>,
    /// What is put into it, in this order.
    pub mounts: List<'a, Said<Mount<'a>>, ROOT_MOUNTS_MAX>,
    /// The directories of overlays, those of each from the bottom to the top.
    pub layers: List<'a, &'a CStr, LAYERS_MAX>,
    /// What was said of the next one.
    pub(super) waiting: Waiting,
}

impl<'a> RootSpec<'a> {
    /// Nothing said yet, with memory for its lists.
    pub(super) const fn new(lists: &'a mut RootLists<'a>) -> Self {
        let RootLists { mounts, layers } = lists;
        Self {
            path: None,
            read_only: None,
            overlay: None,
            size: None,
            own: Mount::new(MountType::Tmpfs, c"/"),
            dev: None,
            mounts: List::new(mounts),
            layers: List::new(layers),
            waiting: Waiting { mode: None, size: None, layers: Layers { first: 0, count: 0 } },
        }
    }

    /// The first of its keys that was said, and where. `None`: the root stays what it is.
    pub fn first(&self) -> Option<(Origin, &'static str)> {
        let origin = |said: Option<Origin>, key| said.map(|origin| (origin, key));
        [
            origin(self.path.map(|said| said.origin), "root"),
            origin(self.mounts.first().map(|said| said.origin), "mount"),
            origin(self.read_only.map(|said| said.origin), "read-only"),
            origin(self.overlay.map(|said| said.origin), "overlay"),
            origin(self.size.map(|said| said.origin), "size"),
            origin(self.dev.map(|said| said.origin), "dev"),
        ]
        .into_iter()
        .flatten()
        .next()
    }

    /// Writes go elsewhere.
    #[cfg(feature = "sandbox")]
    pub(super) fn set_overlay(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let value = Upper::parse(item.text)?;
        (self.own.kind, self.own.upper) = (MountType::Overlay, value);
        self.overlay = Some(Said { value, origin: item.origin });
        Ok(())
    }

    /// One more thing behind the others.
    pub(super) fn add(&mut self, value: Mount<'a>, origin: Origin) -> Result<(), Fault> {
        self.mounts.push(Said { value, origin })
    }

    /// One more layer on top of these.
    ///
    /// # Errors
    /// [`Fault::TooMany`].
    pub(super) fn add_layer(&mut self, layers: Layers, path: &'a CStr) -> Result<Layers, Fault> {
        let many = Fault::TooMany { max: LAYERS_MAX };
        let end = u16::try_from(self.layers.len()).map_err(|_| many)?;
        let first = if layers.count == 0 { end } else { layers.first };
        self.layers.push(path)?;
        Ok(Layers { first, count: layers.count.saturating_add(1) })
    }

    /// The one that a table of the file speaks of.
    pub(super) fn last(&mut self) -> Option<&mut Mount<'a>> {
        self.mounts.last_mut().map(|said| &mut said.value)
    }
}

/// `fresh`, `bind` or `none`; as an argument also the place of a procfs, as bubblewrap has it.
pub(super) fn set_proc<'a>(spec: &mut super::Spec<'a>, item: Item<'a>) -> Result<(), Fault> {
    match (item.bytes(), item.origin) {
        ([b'/', ..], Origin::Argument(_) | Origin::Given { .. }) => {
            spec.root.add(Mount::new(MountType::Proc, item.text), item.origin)
        }
        _ => item.put(&mut spec.proc, Proc::parse),
    }
}

/// A path that is not empty.
pub(super) const fn path(text: &CStr) -> Result<&CStr, Fault> {
    if text.is_empty() { Err(Fault::Empty) } else { Ok(text) }
}

/// Sets the source of a mount, of which there is one.
#[cfg(feature = "sandbox")]
pub(super) fn set_source<'a>(mount: &mut Mount<'a>, source: Source<'a>) -> Result<(), Fault> {
    match mount.source {
        Source::None => {
            mount.source = source;
            Ok(())
        }
        Source::Path(_) | Source::Descriptor(_) | Source::Text(_) => {
            Err(Fault::NotA("second source: source, fd and content exclude each other"))
        }
    }
}
