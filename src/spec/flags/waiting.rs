//! Flags that say something of the flag behind them.

use super::Flag;
use crate::spec::Spec;

/// What takes `--perms`.
pub(super) const WITH_MODE: &str = "dir, tmpfs, file, bind-data or ro-bind-data";
/// What takes `--size`.
pub(super) const WITH_SIZE: &str = "tmpfs or tmp-overlay";
/// What takes `--overlay-src`.
pub(super) const WITH_LAYERS: &str = "overlay, tmp-overlay or ro-overlay";

impl Flag {
    /// What it is for, when that has not come behind it.
    pub fn waits_for(&self, spec: &Spec<'_>) -> Option<&'static str> {
        let waiting = spec.root.waiting;
        match self.name {
            "perms" if waiting.mode.is_some() => Some(WITH_MODE),
            "size" if waiting.size.is_some() => Some(WITH_SIZE),
            "overlay-src" if waiting.layers.count > 0 => Some(WITH_LAYERS),
            _ => None,
        }
    }
}
