//! What the parts of a search share.

use super::table::Table;
use crate::sys::Fd;

/// A search that is underway.
pub(super) struct Search<'m> {
    /// /proc
    pub proc: Fd,
    /// The file system that namespaces are files of.
    pub nsfs: u64,
    /// Our own PID.
    pub own: i32,
    pub table: &'m mut Table,
    /// Room for a directory or file that is read while /proc itself is.
    pub inner: &'m mut [u8],
}
